package workflow

import (
	"fmt"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// Vote is one signature under an approval that needs several. It says the roles in which the person
// may sign it, and holds for the digest that was seen only.
type Vote struct {
	ID        string     `db:"id"`
	StepRunID string     `db:"step_run_id"`
	ByID      string     `db:"by_id"`
	ByName    string     `db:"by_name"`
	Roles     ids        `db:"role"`
	Digest    string     `db:"digest"`
	At        db.Instant `db:"at"`
	Text      string     `db:"-"` // what was said with it
	Sealed    []byte     `db:"body"`
	Iteration int64      `db:"iteration"`
	// Void says that it no longer counts: what was signed changed, the approval was given back, or
	// the person has since made what is approved.
	Void bool `db:"-"`
}

// Missing answers which signatures an approval still needs, given those that count. A person counts
// once. It does not matter in which order people signed: who may sign in several roles counts where
// it helps.
func Missing(lines []playbooks.Signature, votes []Vote) []playbooks.Signature {
	a := &assignment{lines: lines, votes: votes, by: map[int]int{}}
	seen := map[string]bool{}
	for i, v := range votes {
		if !seen[v.ByID] {
			seen[v.ByID] = true
			a.place(i, map[int]bool{})
		}
	}
	filled := map[int]int{}
	for slot := range a.by {
		filled[a.line(slot)]++
	}
	var out []playbooks.Signature
	for i, l := range lines {
		if left := l.Count - filled[i]; left > 0 {
			out = append(out, playbooks.Signature{Roles: l.Roles, Count: left})
		}
	}
	return out
}

// assignment gives votes to the places that lines have for them.
type assignment struct {
	lines []playbooks.Signature
	votes []Vote
	by    map[int]int // place -> vote
}

// line is the line a place belongs to.
func (a *assignment) line(slot int) int {
	for i, l := range a.lines {
		if slot -= l.Count; slot < 0 {
			return i
		}
	}
	return -1
}

// place finds a place for a vote; one that is taken is free when its vote can go elsewhere.
func (a *assignment) place(vote int, tried map[int]bool) bool {
	slot := 0
	for _, l := range a.lines {
		for range l.Count {
			fits := !tried[slot] && slices.ContainsFunc(a.votes[vote].Roles, func(r string) bool { return slices.Contains(l.Roles, r) })
			if fits {
				tried[slot] = true
				if other, taken := a.by[slot]; !taken || a.place(other, tried) {
					a.by[slot] = vote
					return true
				}
			}
			slot++
		}
	}
	return false
}

// sign keeps a signature under what the person saw, and finishes the approval with the last that it
// needs. The step keeps its rev until then: people who sign at the same moment are in nobody's way.
func (t *turn) sign(row *StepRun, step *playbooks.Step, digest, said string) error {
	roles := signingRoles(step, t.by)
	if len(roles) == 0 {
		return fault.New(fault.Forbidden, "workflow.role", map[string]any{"Role": step.Signatures[0].Roles[0]})
	}
	votes, err := t.counting(row, step, digest)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(votes, func(v Vote) bool { return v.ByID == t.by.ID }) {
		return fault.New(fault.Refused, "workflow.signature.twice", nil)
	}
	vote, err := t.vote(row, roles, digest, said)
	if err != nil {
		return err
	}
	row.Digest = digest
	if err := t.recordStep("approval.signed", row); err != nil {
		return err
	}
	db.Crash("step.vote")
	if len(Missing(step.Signatures, append(votes, vote))) > 0 {
		return nil
	}
	row.Outcome, row.Choice = Succeeded, Approved
	return t.finish(row, Finished, said, "approval.approved")
}

// signingRoles are the roles in which somebody may sign an approval.
func signingRoles(step *playbooks.Step, by actor.Actor) (out ids) {
	for _, l := range step.Signatures {
		for _, r := range l.Roles {
			if by.Has(actor.Role(r)) && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

func (t *turn) vote(row *StepRun, roles ids, digest, said string) (Vote, error) {
	v := Vote{ID: t.tx.NewID(), StepRunID: row.ID, ByID: t.by.ID, ByName: t.by.Name, Roles: roles, Digest: digest, At: t.tx.Now, Text: said}
	if said != "" {
		var err error
		if v.Sealed, err = t.s.opts.Sealer.Seal(t.ctx, t.tx, sealSubject(t.run.ID), place("step_vote", "body", v.ID), said); err != nil {
			return v, fmt.Errorf("seal a word with a signature: %w", err)
		}
	}
	if _, err := t.tx.Exec(t.ctx, `INSERT INTO step_vote (id, step_run_id, run_id, by_id, by_name, role, digest, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		v.ID, row.ID, row.RunID, v.ByID, v.ByName, v.Roles, v.Digest, v.At, v.Sealed); err != nil {
		return v, fmt.Errorf("keep a signature: %w", err)
	}
	return v, nil
}

// counting gives the signatures that count for what is there now.
func (t *turn) counting(row *StepRun, step *playbooks.Step, digest string) ([]Vote, error) {
	votes, err := t.votes(row.StepID)
	if err != nil {
		return nil, err
	}
	if err := t.void(votes, row, step, digest); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(votes, func(v Vote) bool { return v.Void }), nil
}

// votes reads the signatures of a step in all its iterations, the oldest first.
func (t *turn) votes(stepID string) (list []Vote, err error) {
	err = t.tx.Select(t.ctx, &list, `SELECT v.id, v.step_run_id, v.by_id, v.by_name, v.role, v.digest, v.at, v.body, s.iteration
		FROM step_vote v JOIN step_run s ON s.id = v.step_run_id WHERE v.run_id = ? AND s.step_id = ? ORDER BY v.id`, t.run.ID, stepID)
	if err != nil {
		return nil, fmt.Errorf("read signatures: %w", err)
	}
	return list, nil
}

// void marks the signatures that do not count: of an earlier iteration, for another digest, or of
// somebody who made what is approved or did a step that the approval keeps apart.
func (t *turn) void(votes []Vote, row *StepRun, step *playbooks.Step, digest string) error {
	if len(votes) == 0 {
		return nil
	}
	barred, err := t.barred(step)
	if err != nil {
		return err
	}
	for i := range votes {
		v := &votes[i]
		v.Void = v.StepRunID != row.ID || v.Digest != digest || slices.Contains(barred, v.ByID)
	}
	return nil
}

// barred are the people who cannot sign an approval, whenever they became so.
func (t *turn) barred(step *playbooks.Step) (list []string, err error) {
	for _, id := range step.NotBy {
		if row, ok := t.steps[id]; ok && row.State.Over() {
			list = append(list, row.DoneBy)
		}
	}
	if a := t.s.approvables[step.Of]; a.Makers != nil {
		makers, err := a.Makers(t.ctx, t.tx, t.run.Subject)
		if err != nil {
			return nil, fmt.Errorf("read who made what %q approves: %w", step.Of, err)
		}
		list = append(list, makers...)
	}
	return list, nil
}

// signed adds to a page who has signed an approval and what is still missing.
func (t *turn) signed(x *StepView) error {
	if len(x.Step.Signatures) == 0 {
		return nil
	}
	digest := x.Digest
	if !x.State.Over() {
		digest = x.Now
	}
	votes, err := t.votes(x.StepID)
	if err != nil {
		return err
	}
	if x.State.Over() { // who has signed before stays so, whatever was made since
		for i := range votes {
			votes[i].Void = votes[i].StepRunID != x.ID || votes[i].Digest != digest
		}
	} else if err := t.void(votes, &x.StepRun, &x.Step, digest); err != nil {
		return err
	}
	var count []Vote
	for i := range votes {
		if votes[i].Text, err = t.unseal(place("step_vote", "body", votes[i].ID), votes[i].Sealed); err != nil {
			return err
		}
		if !votes[i].Void {
			count = append(count, votes[i])
		}
	}
	if x.Votes = votes; !x.State.Over() {
		x.Missing = Missing(x.Step.Signatures, count)
	}
	return nil
}

// signers are the people who signed the current iteration of a step.
func (t *turn) signers(stepID string) (list []string, err error) {
	step, ok := t.def.Step(stepID)
	if !ok || len(step.Signatures) == 0 {
		return nil, nil
	}
	votes, err := t.votes(stepID)
	for _, v := range votes {
		if v.StepRunID == t.steps[stepID].ID {
			list = append(list, v.ByID)
		}
	}
	return list, err
}
