package filing_test

import (
	"testing"

	"tasuke/cases/incident"
	"tasuke/contacts/filing"
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
		return h.count(`SELECT count(*) FROM clock_due WHERE incident_id = ? AND duty = ?`, h.incident.ID, duty)
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
