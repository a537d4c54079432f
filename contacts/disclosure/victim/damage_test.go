package victim_test

import (
	"context"
	"strings"
	"testing"

	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/victim"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

func (h *house) becomes(i int, state, closedAs string) {
	h.t.Helper()
	must(h.t, h.exec(`UPDATE victim_case SET state = ?, closed_as = ? WHERE id = ?`, state, closedAs, h.victims[i].ID))
}

func (h *house) notified() (all, done int) {
	h.t.Helper()
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		all, done, err = h.Notified(ctx, tx, h.incident.ID)
		return err
	}))
	return all, done
}

func TestWhoIsToldHangsOnTheDamageAsItIsKnownNow(t *testing.T) {
	t.Parallel()
	each(t, 4, map[string]func(*testing.T, *house){
		"a victim whose case was closed untold still has to be told, and can be": func(t *testing.T, h *house) {
			h.becomes(0, "closed", "confirmed")
			h.becomes(1, "closed", "not_victim")
			if all, done := h.notified(); all != 3 || done != 0 {
				t.Errorf("%d of %d", done, all)
			}
			list, err := h.Choosable(t.Context(), writer, h.incident.ID, "")
			must(t, err)
			if len(list) != 3 || list[0].ID != h.victims[0].ID {
				t.Errorf("%+v", list)
			}
		},
		"mail to a case that was reopened, or closed as no damage, does not leave": func(t *testing.T, h *house) {
			m := h.approved()
			h.becomes(0, "reopened", "")
			h.becomes(1, "closed", "not_victim")
			h.becomes(2, "closed", "confirmed")
			h.send(m.ID)
			h.is(m.ID, victim.Sending, map[victim.NoticeState]int{victim.Withdrawn: 2, victim.Queued: 1, victim.Passed: 1})
			if got := h.sheet(m.ID).Items; got[2].State != victim.Queued {
				t.Errorf("%+v", got)
			}
		},
		"nor is a letter to such a case, or to an erased customer, printed and posted": func(t *testing.T, h *house) {
			m := h.begin(h.form())
			for i := range int64(4) {
				var err error
				m, err = h.EditOwn(t.Context(), writer, m.ID, h.sheet(m.ID).Mailing.Rev, i, victim.Own{Language: notice.Japanese, Medium: notice.ByLetter})
				must(t, err)
			}
			must(t, h.try(writer, m.ID, victim.ApprovalAsked), h.try(approver, m.ID, victim.ApprovalGiven))
			h.becomes(1, "reopened", "")
			must(t, h.customers.Erase(t.Context(), person("sys", actor.SystemOperations), h.victims[2].CustomerID))
			pdf, _, err := h.Letters(t.Context(), writer, m.ID, victim.AllLetters)
			must(t, err)
			if !strings.Contains(string(pdf), everybody[30].Address) || strings.Contains(string(pdf), everybody[31].Address) || strings.Contains(string(pdf), everybody[32].Address) {
				t.Errorf("%s", pdf)
			}
			n, err := h.PostLetters(t.Context(), writer, m.ID, h.sheet(m.ID).Mailing.Rev, "")
			if must(t, err); n != 2 {
				t.Errorf("%d are said to be posted", n)
			}
			h.is(m.ID, victim.Finished, map[victim.NoticeState]int{victim.LetterSent: 2, victim.Withdrawn: 2})
			if all, done := h.notified(); all != 3 || done != 2 {
				t.Errorf("%d of %d", done, all)
			}
		},
		"a single letter to such a case is not printed either": func(t *testing.T, h *house) {
			m := h.begin(h.form())
			m, err := h.EditOwn(t.Context(), writer, m.ID, m.Rev, 1, victim.Own{Language: notice.Japanese, Medium: notice.ByLetter})
			must(t, err, h.try(writer, m.ID, victim.ApprovalAsked), h.try(approver, m.ID, victim.ApprovalGiven))
			h.becomes(1, "reopened", "")
			if pdf, _, err := h.Letters(t.Context(), writer, m.ID, 1); err == nil {
				t.Errorf("%s", pdf)
			}
			h.is(m.ID, victim.Sending, map[victim.NoticeState]int{victim.Withdrawn: 1, victim.Passed: 3})
			h.send(m.ID)
		},
	})
}
