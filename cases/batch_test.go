package cases_test

import (
	"context"
	"fmt"
	"testing"

	"tasuke/cases"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
)

// crowd opens n cases and gives them as somebody sees them now.
func (h *house) crowd(t *testing.T, n int) (out []cases.Pick) {
	t.Helper()
	h.update(t, func(ctx context.Context, tx *db.Tx) error {
		for i := range n {
			c, _, err := h.Open(ctx, tx, operator, cases.New{IncidentID: h.incident.ID, CustomerID: fmt.Sprintf("b%03d", i), Details: cases.Details{ClaimSource: "customer"}})
			if err != nil {
				return err
			}
			out = append(out, cases.Pick{ID: c.ID, Rev: c.Rev})
		}
		return nil
	})
	return out
}

func (h *house) assignee(t *testing.T, id string) string {
	t.Helper()
	sh, err := h.Sheet(t.Context(), operator, id)
	if err != nil {
		t.Fatal(err)
	}
	return sh.Case.Assignee
}

func (h *house) assignAll(t *testing.T, key, to string, picks []cases.Pick) cases.Batch {
	t.Helper()
	b, err := h.AssignAll(t.Context(), supervisor, key, to, picks)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (h *house) entries(t *testing.T, action string) (n int) {
	t.Helper()
	h.update(t, func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &n, `SELECT count(*) FROM audit_entry WHERE action = ?`, action)
	})
	return n
}

func TestManyCasesAreGivenAtOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*testing.T, *house){
		"without the right, of nothing, and of too many: nobody": func(t *testing.T, h *house) {
			picks := h.crowd(t, 1)
			_, err := h.AssignAll(t.Context(), auditor, "k", "fa1", picks)
			if !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
			for _, wrong := range [][]cases.Pick{nil, make([]cases.Pick, cases.BatchLimit+1)} {
				if _, err := h.AssignAll(t.Context(), supervisor, "k", "fa1", wrong); !fault.Is(err, fault.Invalid) {
					t.Error(err)
				}
			}
			if h.assignee(t, picks[0].ID) != "" || h.entries(t, "case.assigned") != 0 {
				t.Error("something was assigned")
			}
		},
		"each is on record by itself": func(t *testing.T, h *house) {
			b := h.assignAll(t, "k", "fa1", h.crowd(t, 3))
			if b.Count(cases.Assigned) != 3 || h.entries(t, "case.assigned") != 3 || h.assignee(t, b.Rows[2].CaseID) != "fa1" {
				t.Errorf("%+v", b)
			}
		},
		"one that was changed meanwhile stays and says so, the others are given": func(t *testing.T, h *house) {
			picks := h.crowd(t, 3)
			if _, err := h.Assign(t.Context(), operator, picks[1].ID, picks[1].Rev, "op1"); err != nil {
				t.Fatal(err)
			}
			b := h.assignAll(t, "k", "fa1", picks)
			if b.Count(cases.Assigned) != 2 || b.Count(cases.ChangedSince) != 1 || h.assignee(t, picks[1].ID) != "op1" || b.Rows[1].Now != "op1" {
				t.Errorf("%+v", b)
			}
		},
		"one that is that person's already stays as it is": func(t *testing.T, h *house) {
			picks := h.crowd(t, 1)
			c, err := h.Assign(t.Context(), operator, picks[0].ID, picks[0].Rev, "fa1")
			if err != nil {
				t.Fatal(err)
			}
			if b := h.assignAll(t, "k", "fa1", []cases.Pick{{ID: c.ID, Rev: c.Rev}}); b.Count(cases.SameAssignee) != 1 {
				t.Errorf("%+v", b)
			}
		},
		"a doubled click is one act": func(t *testing.T, h *house) {
			picks := h.crowd(t, 2)
			h.assignAll(t, "k", "fa1", picks)
			if b := h.assignAll(t, "k", "fa1", picks); b.Count(cases.Assigned) != 2 || h.entries(t, "case.assigned") != 2 {
				t.Errorf("%+v", b)
			}
			if _, err := h.AssignAll(t.Context(), operator, "k", "fa1", picks); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		},
		"what a filter has, up to the limit": func(t *testing.T, h *house) {
			h.crowd(t, cases.BatchLimit+1)
			found, more, err := h.Selection(t.Context(), supervisor, cases.Filter{State: cases.Received})
			if err != nil || !more || len(found) != cases.BatchLimit {
				t.Fatal(len(found), more, err)
			}
			var picks []cases.Pick
			for _, e := range found {
				picks = append(picks, cases.Pick{ID: e.Case.ID, Rev: e.Rev})
			}
			if b := h.assignAll(t, "k", "fa1", picks); b.Count(cases.Assigned) != cases.BatchLimit {
				t.Errorf("%d", b.Count(cases.Assigned))
			}
		},
		"undone, each case is whose it was": func(t *testing.T, h *house) {
			picks := h.crowd(t, 2)
			c, err := h.Assign(t.Context(), operator, picks[0].ID, picks[0].Rev, "op1")
			if err != nil {
				t.Fatal(err)
			}
			picks[0].Rev = c.Rev
			h.assignAll(t, "k", "fa1", picks)
			for range 2 { // undoing twice is once
				b, err := h.UndoBatch(t.Context(), supervisor, "k")
				if err != nil || b.UndoneAt.IsZero() || b.Rows[0].Undo != cases.Undone {
					t.Fatalf("%+v %v", b, err)
				}
			}
			if h.assignee(t, picks[0].ID) != "op1" || h.assignee(t, picks[1].ID) != "" || h.entries(t, "case.assigned") != 5 {
				t.Error("not as it was")
			}
		},
		"an undo leaves alone what somebody changed since": func(t *testing.T, h *house) {
			b := h.assignAll(t, "k", "fa1", h.crowd(t, 2))
			if _, err := h.Assign(t.Context(), operator, b.Rows[0].CaseID, b.Rows[0].Rev, "op1"); err != nil {
				t.Fatal(err)
			}
			u, err := h.UndoBatch(t.Context(), supervisor, "k")
			if err != nil || u.Rows[0].Undo != cases.Kept || u.Rows[1].Undo != cases.Undone || h.assignee(t, u.Rows[0].CaseID) != "op1" {
				t.Errorf("%+v %v", u, err)
			}
		},
		"another person's act is not undone, but by a supervisor": func(t *testing.T, h *house) {
			picks := h.crowd(t, 1)
			if _, err := h.AssignAll(t.Context(), operator, "k", "fa1", picks); err != nil {
				t.Fatal(err)
			}
			if _, err := h.UndoBatch(t.Context(), analyst, "k"); !fault.Is(err, fault.Refused) {
				t.Error(err)
			}
			if _, err := h.UndoBatch(t.Context(), supervisor, "k"); err != nil {
				t.Error(err)
			}
			if _, err := h.UndoBatch(t.Context(), supervisor, "none"); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d)) })
		})
	}
}

// A colleague has the case open for writing when the batch comes to it, and commits first: the
// batch must not overwrite what was just decided.
func TestABatchLosesToWhoWasFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.Postgres(t))
	picks := h.crowd(t, 2)
	done := make(chan cases.Batch, 1)
	h.update(t, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE victim_case SET assignee = 'op1', rev = rev + 1 WHERE id = ?`, picks[1].ID); err != nil {
			return err
		}
		waiting := make(chan struct{})
		go func() {
			close(waiting)
			b, err := h.AssignAll(context.WithoutCancel(t.Context()), supervisor, "k", "fa1", picks)
			if err != nil {
				t.Error(err)
			}
			done <- b
		}()
		<-waiting
		return h.waits(ctx, tx)
	})
	if b := <-done; b.Count(cases.Assigned) != 1 || b.Count(cases.ChangedSince) != 1 || h.assignee(t, picks[1].ID) != "op1" {
		t.Errorf("%+v", b)
	}
}

// waits comes back when another session of this test's database waits for a row.
func (h *house) waits(ctx context.Context, tx *db.Tx) error {
	for {
		var n int
		if err := tx.Get(ctx, &n, `SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = (SELECT backend_xid FROM pg_stat_activity WHERE pid = pg_backend_pid())`); err != nil || n > 0 {
			return err
		}
	}
}
