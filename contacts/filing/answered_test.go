package filing_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/filing"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func TestTheClockOfADutyKnowsWhatWasFiled(t *testing.T) {
	t.Parallel()
	const duty = "JP-APPI-SOKUHO"
	clock := func(h *house) incident.Clock {
		h.t.Helper()
		sh, err := h.incidents.Sheet(h.t.Context(), auditor, h.incident.ID)
		must(h.t, err)
		for _, c := range sh.Clocks {
			if c.Duty == duty {
				return c
			}
		}
		h.t.Fatal("no clock of the duty")
		return incident.Clock{}
	}
	chased := func(h *house) int {
		return h.count(`SELECT count(*) FROM clock_due WHERE incident_id = ? AND duty = ? AND answered = 0`, h.incident.ID, duty)
	}
	each(t, map[string]func(*testing.T, *house){
		"it runs and is chased until the report is handed in": func(t *testing.T, h *house) {
			h.approved()
			if c := clock(h); c.Answer != nil || chased(h) != 1 {
				t.Errorf("before: %+v, chased %d times", c.Answer, chased(h))
			}
		},
		"a report that was handed in answers it, and an amendment under way does not undo that": func(t *testing.T, h *house) {
			f := h.submitted()
			for range 2 {
				c := clock(h)
				if c.Answer == nil || c.Answer.Ref != f.No || c.Answer.Waived || c.DueAt() == 0 || chased(h) != 0 {
					t.Fatalf("answered %+v, limit %d, chased %d times", c.Answer, c.DueAt(), chased(h))
				}
				if h.sheet(f.ID).Filing.State == filing.Submitted {
					h.move(drafter, f.ID, filing.AmendmentStarted)
				}
			}
		},
		"what is counted later writes no false history of its limit": func(t *testing.T, h *house) {
			h.submitted()
			history := func() int {
				return h.count(`SELECT count(*) FROM clock_recompute WHERE incident_id = ? AND duty = ?`, h.incident.ID, duty)
			}
			before := history()
			for n := range int64(3) {
				_, err := h.incidents.UpdateCount(t.Context(), responder, h.incident.ID, n+1, h.d.Now(), "調査")
				must(t, err)
			}
			if history() != before {
				t.Errorf("%d more moves of a limit that did not move", history()-before)
			}
		},
		"other grounds take a waiver back": func(t *testing.T, h *house) {
			f := h.draft().Filing
			h.move(drafter, f.ID, filing.WaiverAsked)
			h.move(executive, f.ID, filing.WaiverAgreed)
			_, err := h.incidents.UpdateCount(t.Context(), responder, h.incident.ID, 5, h.d.Now(), "調査")
			must(t, err)
			if h.sheet(f.ID).Filing.State != filing.NotRequired {
				t.Fatal("a count is no other ground")
			}
			_, err = h.incidents.Reclassify(t.Context(), drafter, h.incident.ID, []int{1, 3}, "要配慮個人情報が含まれていた")
			must(t, err)
			if f := h.sheet(f.ID).Filing; f.State != filing.Identified || f.DueAt == 0 || clock(h).Answer != nil || chased(h) != 1 {
				t.Errorf("%s due %d, chased %d times", f.State, f.DueAt, chased(h))
			}
		},
		"a playbook does not draft what was found not to be required, or is asked to be": func(t *testing.T, h *house) {
			f := h.draft().Filing
			h.move(drafter, f.ID, filing.WaiverAsked)
			h.move(executive, f.ID, filing.WaiverAgreed)
			draft := func() error {
				return h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					_, err := h.Draft(ctx, tx, actor.System("playbook"), h.incident.ID)
					return err
				})
			}
			wants(t, draft(), fault.Refused, "filing.waived")
			h.move(drafter, f.ID, filing.Reconsidered)
			h.move(drafter, f.ID, filing.WaiverAsked)
			wants(t, draft(), fault.Refused, "filing.waived")
		},
		"a duty that runs without a filing is counted until somebody decides": func(t *testing.T, h *house) {
			unfiled := func() (n int) {
				must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
					n, err = h.Unfiled(ctx, tx, h.incident.ID)
					return err
				}))
				return n
			}
			if unfiled() != 1 {
				t.Errorf("%d before", unfiled())
			}
			h.draft()
			if unfiled() != 0 {
				t.Errorf("%d with a draft", unfiled())
			}
		},
		"nothing is handed in before it was approved": func(t *testing.T, h *house) {
			f := h.approved()
			over := h.handover(f)
			over.At = over.At.Add(-24 * time.Hour)
			_, err := h.Submit(t.Context(), drafter, over)
			var problem *fault.Error
			if !errors.As(err, &problem) || problem.Fields["at"] != "filing.before_approval" {
				t.Errorf("got %v", err)
			}
		},
		"a report that two people found not to be required answers it until it is reconsidered": func(t *testing.T, h *house) {
			f := h.draft().Filing
			h.move(drafter, f.ID, filing.WaiverAsked)
			if clock(h).Answer != nil {
				t.Error("one person's word answered it")
			}
			h.move(executive, f.ID, filing.WaiverAgreed)
			if c := clock(h); c.Answer == nil || !c.Answer.Waived || chased(h) != 0 {
				t.Errorf("waived: %+v, chased %d times", c.Answer, chased(h))
			}
			h.move(drafter, f.ID, filing.Reconsidered)
			if c := clock(h); c.Answer != nil || chased(h) != 1 {
				t.Errorf("reconsidered: %+v, chased %d times", c.Answer, chased(h))
			}
		},
	})
}
