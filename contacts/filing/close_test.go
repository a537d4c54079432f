package filing_test

import (
	"slices"
	"testing"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/filing"
	"tasuke/internal/actor"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
)

func TestTheCloseOfTheIncidentSeesWhatFilingsChange(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"every act raises what the guard of the close reads": func(t *testing.T, h *house) {
			rev := func() int { return h.count(`SELECT guard_rev FROM incident WHERE id = ?`, h.incident.ID) }
			last := rev()
			step := func(name string) {
				if now := rev(); now <= last {
					t.Errorf("%s raised nothing", name)
				} else {
					last = now
				}
			}
			id := h.draft().Filing.ID
			step("draft")
			h.move(drafter, id, filing.ReviewAsked)
			step("review")
			h.move(reviewer, id, filing.ReviewPassed)
			f := h.move(executive, id, filing.ApprovalGiven)
			step("approval")
			_, err := h.Submit(t.Context(), drafter, h.handover(f))
			must(t, err)
			step("submission")
			h.move(drafter, id, filing.AmendmentStarted)
			step("amendment")
		},
		"a dismissed incident gets no filing and no amendment": func(t *testing.T, h *house) {
			f := h.submitted()
			must(t, h.exec(`UPDATE incident SET state = 'closed' WHERE id = ?`, h.incident.ID))
			wants(t, h.try(drafter, f.ID, filing.AmendmentStarted), fault.Refused, "incident.over")
			_, err := h.Receipt(t.Context(), drafter, f.ID, h.sheet(f.ID).Filing.Rev, "R-9") // the number may come after the close
			must(t, err)
		},
	})
}

func TestWhoMaySee(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"an operator finds no filing, no list and no form": func(t *testing.T, h *house) {
			f := h.draft().Filing
			_, err := h.Sheet(t.Context(), operator, f.ID)
			wants(t, err, fault.Forbidden, "actor.denied")
			_, _, err = h.List(t.Context(), operator, filing.Filter{}, filing.Page{})
			wants(t, err, fault.Forbidden, "actor.denied")
			_, _, err = h.PDF(t.Context(), operator, f.ID, 0)
			wants(t, err, fault.Forbidden, "actor.denied")
			_, err = h.Move(t.Context(), operator, filing.Cause{ID: f.ID, Rev: f.Rev, Event: filing.ReviewAsked})
			wants(t, err, fault.Forbidden, "actor.denied")
		},
		"a list is read page by page, the nearest limit first, and what is handed in last": func(t *testing.T, h *house) {
			done := h.submitted()
			var want []string
			for range 3 {
				h.clock.Add(-24 * time.Hour)
				h.incident = h.open(incident.AccountTrade)
				want = append([]string{h.draft().Filing.ID}, want...)
			}
			want = append(want, done.ID)
			var got []string
			var after filing.Cursor
			for range 5 {
				list, next, err := h.List(t.Context(), responder, filing.Filter{}, filing.Page{After: after, Limit: 2})
				must(t, err)
				for _, e := range list {
					got = append(got, e.ID)
				}
				if after = next; next.IsZero() {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			list, _, err := h.List(t.Context(), responder, filing.Filter{Open: true, State: filing.Drafting, IncidentID: h.incident.ID}, filing.Page{})
			must(t, err)
			if len(list) != 1 {
				t.Errorf("%d of the incident", len(list))
			}
		},
	})
}

func TestAnAmendmentThatBeginsWhileSomebodyClosesHoldsTheCloseBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.Postgres(t)) // SQLite has one writer: the two cannot meet
	f := h.submitted()
	sh, err := h.incidents.Sheet(t.Context(), responder, h.incident.ID)
	must(t, err)
	must(t, h.incidents.ConfirmEvent(t.Context(), person("sv1", actor.Supervisor), h.incident.ID, sh.Events[0].ID))
	must(t, h.exec(`UPDATE incident SET state = 'monitoring' WHERE id = ?`, h.incident.ID))
	must(t, h.incidents.Agree(t.Context(), responder, incident.Cause{ID: h.incident.ID, Rev: h.incident.Rev, Event: incident.ClosingApproved}))
	h.closing = func() { h.move(drafter, f.ID, filing.AmendmentStarted) } // after the guard has read
	_, err = h.incidents.Move(t.Context(), executive, incident.Cause{ID: h.incident.ID, Rev: h.incident.Rev, Event: incident.ClosingApproved, Reason: "終結"})
	wants(t, err, fault.Refused, "incident.guard.tasks_open")
}
