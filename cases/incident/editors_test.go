package incident_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tasuke/cases/incident"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
)

const editors = 16

// wide is a PostgreSQL database on which every editor and the test have a connection.
func wide(t *testing.T) *db.DB {
	t.Helper()
	return dbtest.Open(t, strings.Replace(dbtest.PostgresDSN(t), "pool_max_conns=6", "pool_max_conns=20", 1))
}

// together runs one edit for each editor. On PostgreSQL the test holds the row until every one
// of them has read the record and waits to write it, so that no order of the scheduler can help;
// on SQLite the one writer takes them in turn.
func together(t *testing.T, d *db.DB, table, id string, edit func(n int)) {
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
		if err := tx.Lock(ctx, table, id); err != nil {
			return err
		}
		begin()
		for waiting := 0; waiting < editors; {
			if err := tx.Get(ctx, &waiting, `SELECT count(*) FROM pg_locks WHERE NOT granted
				AND (transactionid = pg_current_xact_id()::xid OR relation = ?::regclass)`, table); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
}

func TestOfSixteenEditorsOfOneFormOneWinsAndFifteenSeeTheConflict(t *testing.T) {
	t.Parallel()
	test := func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		c := h.open(t)
		var won, lost atomic.Int64
		together(t, d, "incident", c.ID, func(n int) { // every editor holds the form of revision 1
			d := details()
			d.Severity = incident.Severities[n%4]
			_, err := h.Edit(context.Background(), responder, c.ID, c.Rev, d)
			var f *fault.Error
			switch {
			case err == nil:
				won.Add(1)
			case errors.As(err, &f) && f.Kind == fault.Conflict && f.Current.(incident.Incident).Rev == c.Rev+1:
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
		if now := h.sheet(t, c.ID).Incident; won.Load() != 1 || lost.Load() != editors-1 || now.Rev != c.Rev+1 {
			t.Fatalf("%d won, %d lost, revision %d", won.Load(), lost.Load(), now.Rev)
		}
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, dbtest.SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, wide(t)) })
}
