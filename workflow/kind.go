package workflow

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// Kind is one thing the program can do as a step of a playbook. It has exactly one of Tx and Do.
type Kind struct {
	Name string // as an action's "do" says it: "filing.appi.draft"
	// Repeatable says that doing it again with the same Call.Key does no harm. Tx kinds are.
	Repeatable bool
	// Tx does the work in the transaction that also writes its result: exactly once.
	Tx func(ctx context.Context, tx *db.Tx, c Call) (map[string]any, error)
	// Do does it outside any transaction and calls leaving right before what cannot be taken
	// back. An error of leaving means that it must not leave.
	Do func(ctx context.Context, c Call, leaving func(context.Context) error) (map[string]any, error)
}

// Call is what a kind is given. The input was read from the run when the kind acts, and has the
// types of the action's Shape: int64 for number and yen, bool for yesno, text for the others.
type Call struct {
	Key       string // the same on every attempt
	Subject   Subject
	StepRunID string
	Input     map[string]any
	By        actor.Actor // system:playbook, on behalf of the run
	Approver  string      // who approved what is done now; empty when nobody had to
}

// Approvable is something people approve by its digest.
type Approvable struct {
	Name string
	// Digest gives what is approved now and what the approver sees of it, masked. With the empty
	// digest it cannot be approved as it is; when nothing is shown either, there is nothing to approve.
	Digest func(ctx context.Context, tx *db.Tx, s Subject) (digest string, shown []Shown, err error)
	// Makers are the accounts that wrote it: none of them approves it, whoever ticked the steps
	// before (four eyes). nil when nobody is known to have.
	Makers func(ctx context.Context, tx *db.Tx, s Subject) ([]string, error)
}

// Shown is one line of what is approved.
type Shown struct {
	Label playbooks.Text
	Value string
	// Ref is the record to read before approving, "kind:id"; empty when the line says it all.
	Ref string
}

// player is who acts when no person does: the engine, on behalf of a run.
var player = actor.System("playbook")

// runnable refuses a definition that names something this program has no hand for. The
// validator knows names; only the store knows what stands behind them.
func (s *Store) runnable(d *playbooks.Definition) error {
	for _, b := range everyBlock(d) {
		for i := range b.Steps {
			if missing := s.missing(&b.Steps[i]); missing != "" {
				return fault.New(fault.Refused, "workflow.playbook.kind", map[string]any{"Slug": d.Slug, "Step": b.Steps[i].ID, "Name": missing})
			}
		}
	}
	return nil
}

// missing names what a step needs that this program has no hand for, "" for nothing.
func (s *Store) missing(step *playbooks.Step) string {
	does := step.Do
	switch step.Kind {
	case playbooks.Task, playbooks.Decision:
		does = step.Prepare
	case playbooks.Approval:
		if _, ok := s.approvables[step.Of]; !ok {
			return step.Of
		}
	}
	if _, ok := s.kinds[does]; does != "" && (!ok || s.opts.Effects == nil) {
		return does
	}
	return ""
}

// digest reads what an approval approves, as it is now.
func (t *turn) digest(of string) (string, []Shown, error) {
	a, ok := t.s.approvables[of]
	if !ok {
		return "", nil, fault.New(fault.Refused, "workflow.approvable.unknown", map[string]any{"Name": of})
	}
	digest, shown, err := a.Digest(t.ctx, t.tx, t.run.Subject)
	if err != nil {
		return "", nil, fmt.Errorf("read what %q approves: %w", of, err)
	}
	return digest, shown, nil
}
