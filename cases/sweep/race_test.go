package sweep_test

import (
	"context"
	"testing"

	"tasuke/cases/sweep"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
)

// SQLite has one writer: these can meet on PostgreSQL only.

// blocked waits until somebody waits for a row that this transaction holds.
func (h *house) blocked(query string) {
	h.t.Helper()
	for n := 0; n == 0; {
		must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Get(ctx, &n, `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE ?`, query)
		}))
	}
}

func TestAVerdictThatIsTakenBackWhileSomebodyConcludesIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.Postgres(t))
	id := h.swept()
	must(t, h.judge(analyst, id, "C1", sweep.ClearedSaid), h.judge(analyst, id, "C2", sweep.ClearedSaid), h.judge(analyst, id, "X9", sweep.ClearedSaid),
		h.try(responder, id, sweep.CoverageSigned, ""))
	x, came := h.hit(id, "C2"), make(chan error, 1)
	h.telling = func() { // the guard has read that nothing is left to be judged
		go func() {
			_, err := h.Judge(context.WithoutCancel(t.Context()), second, sweep.Judging{SweepID: id, HitID: x.ID, Rev: x.Rev, Event: sweep.JudgementUndone})
			came <- err
		}()
		h.blocked("UPDATE sweep SET guard_rev%")
	}
	must(t, h.try(responder, id, sweep.WorkConcluded, ""))
	wantKey(t, <-came, fault.Refused, "sweep.guard.over")
	if sh := h.sheet(id); sh.Sweep.State != sweep.Concluded || sh.Tally.Waiting != 0 {
		t.Errorf("%+v", sh.Tally)
	}
}

func TestTwoWhoMakeCasesAtOnceMakeEachOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.Postgres(t))
	h.rows("web", crowd()...)
	id := h.paste(responder, pasted).SweepID
	h.begin(id)
	h.ask(id)
	for _, ref := range []string{"C00", "C01", "C02", "C03"} {
		must(t, h.judge(analyst, id, ref, sweep.ConfirmedSaid))
	}
	type result struct {
		sweep.Made
		err error
	}
	came := make(chan result, 1)
	h.telling = func() { // the first case is about to be opened
		go func() {
			m, err := h.MakeCases(context.WithoutCancel(t.Context()), responder, id)
			came <- result{m, err}
		}()
		h.blocked("UPDATE incident SET guard_rev%")
	}
	a, err := h.MakeCases(t.Context(), analyst, id)
	b := <-came
	must(t, err, b.err)
	if a.Opened+b.Opened != 4 || a.Linked+b.Linked != 0 {
		t.Errorf("%+v and %+v", a, b)
	}
	var n int
	must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, `SELECT count(*) FROM victim_case`) }))
	if n != 4 {
		t.Error(n, "cases")
	}
}
