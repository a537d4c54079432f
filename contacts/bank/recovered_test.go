package bank_test

import (
	"context"
	"testing"

	"tasuke/contacts/bank"
	"tasuke/internal/db"
)

func TestWhatCameBackIsDividedByWhatLeftEachCase(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"money that is only frozen has not come back": func(t *testing.T, h *house) {
			h.answer(h.sent(), bank.WasFrozen, 1_000)
			h.recovered("case-1", 0)
		},
		"two cases share it, a fraction dropped": func(t *testing.T, h *house) {
			r := h.begin()
			for _, q := range []string{`DELETE FROM bank_transfer`, `UPDATE bank_request SET recovered_yen = 1000`} {
				h.must(q)
			}
			h.must(`INSERT INTO bank_transfer (request_id, position, at, yen, ref, case_id) VALUES (?, 1, 1, 2000, 'a', 'case-1'), (?, 2, 1, 1000, 'b', 'case-2'), (?, 3, 1, 4, 'c', '')`, r.ID, r.ID, r.ID)
			h.recovered("case-1", 665)
			h.recovered("case-2", 332)
			h.recovered("case-3", 0)
		},
	})
}

func (h *house) must(query string, args ...any) {
	h.t.Helper()
	must(h.t, h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}))
}

func (h *house) recovered(caseID string, want int64) {
	h.t.Helper()
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		got, err := h.RecoveredOf(ctx, tx, caseID)
		if got != want {
			h.t.Errorf("%s: %d yen, want %d", caseID, got, want)
		}
		return err
	}))
}
