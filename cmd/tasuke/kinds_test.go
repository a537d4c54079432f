package main

import (
	"context"
	"errors"
	"slices"
	"testing"

	"tasuke/cases/incident"
	"tasuke/contacts/bank"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/workflow"
)

// stepOf is the current row of a step of the firm's run.
func (h *house) stepOf(id string) workflow.StepView {
	h.t.Helper()
	v, err := h.runs.RunView(h.t.Context(), h.firm.who["audit"], h.firm.run)
	must(h.t, err)
	i := slices.IndexFunc(v.Steps, func(s workflow.StepView) bool { return s.StepID == id })
	if i < 0 {
		h.t.Fatalf("the run has no step %s", id)
	}
	return v.Steps[i]
}

func (h *house) completes(who, id string, d workflow.Done) error {
	h.t.Helper()
	s := h.stepOf(id)
	d.Comment = "記録のとおり"
	if s.Step.Of != "" {
		d.Outcome, d.Digest = workflow.Approved, s.Now
	}
	_, err := h.runs.Complete(h.t.Context(), h.firm.who[who], s.StepRun.ID, s.Rev, d)
	return err
}

// writes saves a version of the fact sheet.
func (h *house) writes(who string, persons int64) {
	h.t.Helper()
	p, err := h.incidents.ReadFacts(h.t.Context(), h.firm.who[who], h.firm.incident, 0)
	must(h.t, err)
	c := p.Sheet.Tidied()
	c.Persons, c.PersonsAsOf = persons, db.Instant(p.Incident.DetectedAt)
	_, err = h.incidents.SaveFacts(h.t.Context(), h.firm.who[who], h.firm.incident, p.Sheet.Version, c)
	must(h.t, err)
}

// begins gives the second incident, which has no run, one of the short playbook, and the firm both.
func (h *house) begins(t *testing.T) {
	t.Helper()
	plain(t, h.rooms)
	h.firm.incident = h.firm.second
	h.inside(func(ctx context.Context, tx *db.Tx) error {
		run, err := h.runs.Start(ctx, tx, h.firm.who["ir"], "PB-01", workflow.Subject{Kind: "incident", ID: h.firm.incident}, tx.Now)
		h.firm.run = run.ID
		return err
	})
}

func (h *house) inside(f func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	must(h.t, h.db.Update(h.t.Context(), f))
}

func keyOf(err error) string {
	if f := new(fault.Error); errors.As(err, &f) {
		return f.Key
	}
	return ""
}

func TestWhoWroteTheFactSheetDoesNotApproveIt(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		h.begins(t)
		must(t, h.completes("op", "intake", workflow.Done{}))
		must(t, h.completes("ir", "awareness", workflow.Done{}))
		must(t, h.completes("ir", "severity", workflow.Done{Outcome: "s2"}))
		must(t, h.completes("funds", "payouts", workflow.Done{Fields: map[string]string{"sent_count": "1", "sent_yen": "1", "cancelled_count": "0", "cancelled_yen": "0"}}))
		must(t, h.completes("ir", "facts_v1", workflow.Done{})) // the responder ticks the step, and
		h.writes("legal", 5)                                    // legal writes the version
		if err := h.completes("legal", "facts_approval", workflow.Done{}); keyOf(err) != "actor.four_eyes" {
			t.Fatalf("the author approves: %v", err)
		}
		h.writes("ir", 6)
		must(t, h.completes("legal", "facts_approval", workflow.Done{}))
	})
}

func TestWhatTheRoomsAnswerTheEngine(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		subject := workflow.Subject{Kind: "incident", ID: h.firm.incident}
		makers := func(of string) (ids []string) {
			h.inside(func(ctx context.Context, tx *db.Tx) (err error) {
				all := h.approvables()
				i := slices.IndexFunc(all, func(a workflow.Approvable) bool { return a.Name == of })
				ids, err = all[i].Makers(ctx, tx, subject)
				return err
			})
			return ids
		}
		for of, who := range map[string]string{"incident.facts": "ir", "bank.letters": "funds"} {
			if got := makers(of); !slices.Equal(got, []string{h.firm.who[who].ID}) {
				t.Errorf("%s was written by %v", of, got)
			}
		}
		stands := func(name string, want bool) {
			t.Helper()
			h.inside(func(ctx context.Context, tx *db.Tx) error {
				got, err := h.still(ctx, tx, subject, name)
				if got != want {
					t.Errorf("%s still holds: %v", name, got)
				}
				return err
			})
		}
		stands("bank.checked", true)
		stands("bank.answered", false)
		stands("filing.submitted", false) // a draft is open
		sh, err := h.banks.Sheet(t.Context(), h.firm.who["audit"], h.firm.bank)
		must(t, err)
		_, err = h.banks.Move(t.Context(), h.firm.who["legal"], bank.Cause{ID: h.firm.bank, Rev: sh.Request.Rev, Event: bank.SentBack, Reason: "金額の誤り"})
		must(t, err)
		stands("bank.checked", false)
		if got := makers("bank.letters"); len(got) != 0 {
			t.Errorf("nothing is checked, and it was written by %v", got)
		}
	})
}

func TestNobodyGoesOnWithTheRunOfAClosedIncident(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		must(t, h.completes("op", "intake", workflow.Done{}))
		h.inside(func(ctx context.Context, tx *db.Tx) error { // as after its closing
			_, err := tx.Exec(ctx, `UPDATE run SET state = 'ended', outcome = 'done' WHERE id = ?`, h.firm.run)
			if err == nil {
				_, err = tx.Exec(ctx, `UPDATE incident SET state = ? WHERE id = ?`, incident.Closed, h.firm.incident)
			}
			return err
		})
		s := h.stepOf("intake")
		if _, err := h.runs.Redo(t.Context(), h.firm.who["op"], s.StepRun.ID, s.Rev, "聞き漏らし"); keyOf(err) != "incident.over" {
			t.Fatalf("got %v", err)
		}
		if s := h.stepOf("intake"); s.State != workflow.Finished || s.Iteration != 1 {
			t.Errorf("%+v", s.StepRun)
		}
	})
}
