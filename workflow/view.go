package workflow

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// RunView is a run as a page shows it, from one snapshot.
type RunView struct {
	Run        Run
	Version    int64
	Definition *playbooks.Definition // title, constant lines, texts
	Steps      []StepView            // in the order of the definition
	Graph      playbooks.Graph
	At         db.Instant // the moment of the snapshot
	Variables  []Kept     // what the run keeps, to those who see everything
	Exception  *RunView   // its exception path, once that has begun
	Moves      []Moved    // every move to another version, the oldest first, to those who see everything
	Pauses     []Pausing  // every time it was paused and resumed, the oldest first, to those who see everything
}

// Kept is a variable of a run as a page shows it. Of a personal one only whether it is known.
type Kept struct {
	playbooks.Variable
	Known bool
	Value string // in its one spelling
	At    db.Instant
}

// StepView is one step of a run: what it says, where it stands, and who did what when and why.
type StepView struct {
	Task            // the current iteration, with its comment
	Earlier  []Task // older iterations, the newest first
	Comments []Comment
	// Waits are the ids of the steps that hold this one back, while it is waiting.
	Waits []string
	// Shown and Now are what a ready approval approves, as it is in this snapshot, and its digest:
	// the form sends Now back as Done.Digest.
	Shown []Shown
	Now   string
	// Voided says that an earlier approval no longer held when its action was about to act.
	Voided bool
	// Votes are the signatures under an approval that needs several, the oldest first; those that no
	// longer count are void. Missing is what a ready one still needs.
	Votes   []Vote
	Missing []playbooks.Signature
	// SkipAsked says that somebody (SkipBy) asked to leave the step out and nobody has agreed yet.
	SkipAsked bool
	// Suggested is what is proposed of a ready decision as things stand in this snapshot; of one that
	// was made what was proposed then.
	Suggested *Suggested
	// Runs are all runs that a call or a loop has begun, the oldest first; Children those of them that
	// are shown with their steps: what is at work, and the newest.
	Runs     []Run
	Children []RunView
	// Work is where the effect of an action stands, or of what is prepared for a task or a decision;
	// nil when there is none. What was prepared is in Output as soon as it is there.
	Work *Work
}

// Work is the effect behind an action.
type Work struct {
	ID        string
	State     effect.State
	Attempt   int64
	NotBefore db.Instant // the next attempt, while it is queued
	LeavingAt db.Instant // when it began to leave the house; zero when it has not
	EndedAt   db.Instant
	Problem   string // message key of what went wrong
}

// Comment is a remark on a step.
type Comment struct {
	ID        string     `db:"id"`
	StepRunID string     `db:"step_run_id"`
	At        db.Instant `db:"at"`
	ByID      string     `db:"by_id"`
	ByName    string     `db:"by_name"`
	Text      string     `db:"-"`
	Sealed    []byte     `db:"body"`
}

// drawing is the size of the nodes of a graph, in pixels.
var drawing = playbooks.Size{NodeWidth: 184, NodeHeight: 52, GapX: 20, GapY: 36}

// RunView gives one run; fault.NotFound "workflow.run.none" when there is none. Who may not read
// incidents gets only the steps of their own roles and those given to them, and no drawing; a
// run without such a step is not there for them.
func (s *Store) RunView(ctx context.Context, by actor.Actor, runID string) (v RunView, err error) {
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err = s.RunViewIn(ctx, tx, by, runID)
		return err
	})
	return v, err
}

// RunViewIn is RunView in the snapshot of a page.
func (s *Store) RunViewIn(ctx context.Context, tx *db.Tx, by actor.Actor, runID string) (RunView, error) {
	if err := by.Need(actor.TaskRead); err != nil {
		return RunView{}, err
	}
	if !plainID(runID) {
		return RunView{}, fault.New(fault.NotFound, "workflow.run.none", nil)
	}
	return s.view(ctx, tx, by, runID)
}

// RunsOf lists the runs of a subject, without those that are part of another, the newest first, in the snapshot of a page; none to
// somebody who may not read incidents.
func (s *Store) RunsOf(ctx context.Context, tx *db.Tx, by actor.Actor, subject Subject) (runs []Run, err error) {
	if err := by.Need(actor.TaskRead); err != nil {
		return nil, err
	}
	if !plainID(subject.Kind) || !plainID(subject.ID) {
		return nil, fault.New(fault.NotFound, "workflow.run.none", nil)
	}
	if !seesAll(by) {
		return nil, nil
	}
	err = tx.Select(ctx, &runs, `SELECT `+runColumns+` FROM run WHERE subject_kind = ? AND subject_id = ? AND parent_id = '' ORDER BY id DESC`, subject.Kind, subject.ID)
	if err != nil {
		return nil, fmt.Errorf("list the runs of a %s: %w", subject.Kind, err)
	}
	return runs, nil
}

// show adds what a ready approval approves, and where the effect of an action stands.
func (t *turn) show(x *StepView) (err error) {
	for _, e := range x.Earlier {
		x.Voided = x.Voided || bool(e.Void)
	}
	if x.Kind == playbooks.Approval && x.State == Ready && t.run.State == Running {
		x.Now, x.Shown, err = t.digest(x.Step.Of)
		if err != nil && !fault.Is(err, fault.Refused) { // refused: this program cannot show it any more, nobody can approve it
			return err
		}
	}
	x.SkipAsked = x.SkipBy != "" && !x.State.Over()
	if err := t.signed(x); err != nil {
		return err
	}
	if x.Suggested = x.Seen.Suggested; x.State == Ready && t.run.State == Running {
		if x.Suggested, err = t.suggest(&x.Step); err != nil {
			return err
		}
	}
	if x.EffectID == "" || t.s.opts.Effects == nil {
		return nil
	}
	e, err := t.s.opts.Effects.Get(t.ctx, t.tx, x.EffectID)
	if err != nil {
		return fmt.Errorf("read the effect of step %s: %w", x.StepID, err)
	}
	if err := prepared(x, e); err != nil {
		return err
	}
	x.Work = &Work{e.ID, e.State, e.Attempt, e.NotBefore, e.LeavingAt, e.EndedAt, e.Problem}
	return nil
}
