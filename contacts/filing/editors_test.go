package filing_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tasuke/contacts/filing"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
)

const editors = 16

// together runs one edit for each editor. On PostgreSQL the test holds the incident's row, under
// which every filing is changed, until all of them wait for it, so that no order of the scheduler
// can help; on SQLite the one writer takes them in turn.
func together(t *testing.T, d *db.DB, incidentID string, edit func(n int)) {
	t.Helper()
	var wg sync.WaitGroup
	begin := func() {
		for n := range editors {
			wg.Go(func() { edit(n) })
		}
	}
	if d.Dialect == db.SQLite {
		begin()
		wg.Wait()
		return
	}
	if err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Lock(ctx, "incident", incidentID); err != nil {
			return err
		}
		begin()
		for waiting := 0; waiting < editors; {
			if err := tx.Get(ctx, &waiting, `SELECT count(*) FROM pg_locks WHERE NOT granted
				AND (transactionid = pg_current_xact_id()::xid OR relation = ?::regclass)`, "incident"); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
}

func TestOfSixteenEditorsOfOneFilingOneWinsAndFifteenSeeTheConflict(t *testing.T) {
	t.Parallel()
	test := func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		sh := h.draft()
		var won, lost atomic.Int64
		together(t, d, h.incident.ID, func(n int) { // every editor holds the form of one revision
			p := sh.Payload.Tidied()
			p.Addressee = fmt.Sprintf("提出先 %d", n)
			_, err := h.Edit(context.Background(), drafter, sh.Filing.ID, sh.Filing.Rev, p)
			var f *fault.Error
			switch {
			case err == nil:
				won.Add(1)
			case errors.As(err, &f) && f.Kind == fault.Conflict && f.Current.(filing.Filing).Rev == sh.Filing.Rev+1:
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
		if now := h.sheet(sh.Filing.ID).Filing; won.Load() != 1 || lost.Load() != editors-1 || now.Rev != sh.Filing.Rev+1 {
			t.Fatalf("%d won, %d lost, revision %d", won.Load(), lost.Load(), now.Rev)
		}
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, dbtest.SQLite(t)) })
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, dbtest.Open(t, strings.Replace(dbtest.PostgresDSN(t), "pool_max_conns=6", "pool_max_conns=20", 1)))
	})
}
