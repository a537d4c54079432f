package workflow

import (
	"fmt"

	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// The outcomes of an approval, as Done.Outcome and StepRun.Choice.
const (
	Approved = "approved"
	Rejected = "rejected"
)

// judge finishes an approval. What the reader saw must be what is there now; the digest of it is
// kept. A rejection needs a reason and sends the work back.
func (t *turn) judge(row *StepRun, step *playbooks.Step, d Done) error {
	if d.Outcome != Approved && d.Outcome != Rejected {
		return fault.Field("outcome", "workflow.outcome.unknown")
	}
	said, err := comment(d.Comment, "comment", d.Outcome == Rejected)
	if err != nil {
		return err
	}
	if err := t.begin(); err != nil { // what is approved is locked from here on
		return err
	}
	if err := t.notMadeByMe(step.Of); err != nil {
		return err
	}
	digest, _, err := t.digest(step.Of)
	switch {
	case err != nil:
		return err
	case digest != d.Digest:
		return &fault.Error{Kind: fault.Conflict, Key: "workflow.approval.changed", Current: t.task(row)}
	case digest == "" && d.Outcome == Approved:
		return fault.New(fault.Refused, "workflow.approval.nothing", nil)
	}
	if d.Outcome == Approved && len(step.Signatures) > 0 {
		return t.sign(row, step, digest, said)
	}
	row.Outcome, row.Choice, row.Digest = Succeeded, d.Outcome, digest
	if d.Outcome == Approved {
		err = t.finish(row, Finished, said, "approval.approved")
	} else {
		err = t.reject(row, step, said)
	}
	if err != nil {
		return err
	}
	db.Crash("step.approval")
	return nil
}

// reject sends the work back: the step named in back_to gets a new iteration with the reason on
// it, and so does all that was finished between it and the approval, and what checked any of it.
func (t *turn) reject(row *StepRun, step *playbooks.Step, why string) error {
	if err := t.say(row, why); err != nil {
		return err
	}
	row.State = Finished
	t.close(row, t.by)
	if err := t.recordStep("approval.rejected", row); err != nil {
		return err
	}
	if _, err := t.renew(row); err != nil {
		return err
	}
	back, ok := t.steps[step.BackTo]
	if !ok {
		return fmt.Errorf("the playbook has no step %q", step.BackTo)
	}
	if back.State.Over() {
		var err error
		if back, err = t.renew(back); err != nil {
			return err
		}
	}
	if err := t.remark(back, why); err != nil {
		return err
	}
	if err := t.recheck(step.BackTo, why, step.ID); err != nil {
		return err
	}
	if err := t.reopenFollowing(step.BackTo); err != nil {
		return err
	}
	return t.advance()
}

// approved answers who approved what an action is about to do; errVoid when nobody did, or when
// it is not what it was any more.
func (t *turn) approved(step *playbooks.Step) (by string, err error) {
	if step.ApprovedBy == "" {
		return "", nil
	}
	row, ok := t.steps[step.ApprovedBy]
	asked, known := t.def.Step(step.ApprovedBy)
	if !ok || !known || row.State != Finished || row.Choice != Approved {
		return "", errVoid
	}
	now, _, err := t.digest(asked.Of)
	if err != nil {
		return "", err
	}
	if now != row.Digest {
		return "", errVoid
	}
	return row.DoneBy, nil
}

// voided is the remark on an approval that has to be given again.
const voided = "無効: 承認した内容が変わりました。 / void: what it approved changed"

// annul takes back an approval that no longer holds: it is asked for again, and its action waits
// for it, as a new iteration.
func (t *turn) annul(row *StepRun) error {
	step, ok := t.def.Step(row.StepID)
	if !ok {
		return fmt.Errorf("the playbook has no step %q", row.StepID)
	}
	if err := t.begin(); err != nil {
		return err
	}
	if _, err := t.renew(row); err != nil {
		return err
	}
	if a, ok := t.steps[step.ApprovedBy]; ok && a.State.Over() {
		a.Void = true
		again, err := t.renew(a)
		if err != nil {
			return err
		}
		if err := t.remark(again, voided); err != nil {
			return err
		}
		if err := t.record("approval.voided", audit.Ref{Kind: "step_run", ID: a.ID}, detailOf(a)); err != nil {
			return err
		}
	}
	if err := t.reopenFollowing(step.ApprovedBy); err != nil {
		return err
	}
	return t.advance()
}
