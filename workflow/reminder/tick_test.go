package reminder_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/workflow/reminder"
)

func TestWhatIsDueIsSaidOnce(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"nothing is said before its moment, and in time it is not late": func(_ *testing.T, h *house) {
			h.set(task(2 * time.Hour))
			if n := h.tick(2*time.Hour - time.Second); n != 0 {
				h.t.Errorf("%d were fired early", n)
			}
			h.tick(time.Second + time.Minute)
			h.stands(fired, "target 2h")
			if n := h.tick(0); n != 0 {
				h.t.Errorf("%d were fired again", n)
			}
		},
		"more than a minute after its moment it is late": func(_ *testing.T, h *house) {
			h.set(task(2 * time.Hour))
			h.tick(2*time.Hour + time.Minute + time.Millisecond)
			h.stands(fired, "target 2h late")
		},
		"after 48 hours of downtime every missed rung is said once and marked late": func(_ *testing.T, h *house) {
			h.set(filing(30*time.Hour), chase(), task(2*time.Hour))
			h.Store = reminder.NewStore(h.db, reminder.Options{Fired: told}) // nothing is kept in memory
			if n := h.tick(48*time.Hour + 2*time.Minute); n != 14 {
				h.t.Errorf("%d were fired", n)
			}
			h.stands(`ladder = 'filing' AND `+fired, "half 15h late", "three_quarters 22h30m0s late", "hours_left 26h late", "supervisor 28h late", "overdue 30h late", "executive 31h late")
			h.stands(`ladder = 'bank.chase' AND `+fired, "first 2h late", "second 6h late", "daily 24h late", "daily 48h late")
			h.stands(`ladder = 'task' AND `+fired, "target 2h late", "hour_after 3h late", "supervisor 4h late", "executive 6h late")
			h.stands(ahead, "daily 72h")
			if n := h.tick(0); n != 0 {
				h.t.Errorf("%d were fired again", n)
			}
			h.once()
		},
		"the next morning after a downtime is in time again": func(_ *testing.T, h *house) {
			h.set(chase())
			h.tick(70 * time.Hour)
			h.tick(2 * time.Hour)
			h.stands(`rung = 'daily' AND `+fired, "daily 24h late", "daily 48h late", "daily 72h")
			h.once()
		},
		"one that cannot be told keeps no other back and stays due": func(_ *testing.T, h *house) {
			h.set(filing(30*time.Hour), task(2*time.Hour))
			refused := errors.New("the story cannot be written")
			h.Store = reminder.NewStore(h.db, reminder.Options{Fired: func(ctx context.Context, tx *db.Tx, r reminder.Reminder) error {
				if r.Ladder == reminder.Filing {
					return refused
				}
				return told(ctx, tx, r)
			}})
			h.clock.Add(16 * time.Hour)
			if n, err := h.Tick(h.t.Context()); n != 4 || !errors.Is(err, refused) {
				h.t.Errorf("%d were fired: %v", n, err)
			}
			h.Store = reminder.NewStore(h.db, reminder.Options{Fired: told})
			if n := h.tick(0); n != 1 {
				h.t.Errorf("%d were fired", n)
			}
			h.once()
		},
		"more than one batch is said in one tick": func(_ *testing.T, h *house) {
			must(h.t, h.db.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
				for n := range 250 {
					i := task(2 * time.Hour)
					i.Ref = "step:" + string(rune('a'+n%26)) + time.Duration(n).String()
					if err := h.Set(ctx, tx, i); err != nil {
						return err
					}
				}
				return nil
			}))
			if n := h.tick(150 * time.Minute); n != 250 {
				h.t.Errorf("%d were fired", n)
			}
		},
		"run says what is due without being asked": func(t *testing.T, h *house) {
			h.set(task(2 * time.Hour))
			h.clock.Add(2 * time.Hour)
			said := make(chan string, 1)
			s := reminder.NewStore(h.db, reminder.Options{Fired: func(_ context.Context, tx *db.Tx, r reminder.Reminder) error {
				tx.AfterCommit(func() { said <- r.Rung })
				return nil
			}})
			ctx, stop := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			wg.Go(func() { s.Run(ctx) })
			if got := <-said; got != "target" {
				t.Errorf("it said %s", got)
			}
			stop()
			wg.Wait()
		},
	})
}

// On SQLite a process is alone, and its transactions come one after the other: these write the
// bad order of events on PostgreSQL.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	// between is a node that reads a due rung and is overtaken by what other does.
	between := func(t *testing.T, other func(*house)) (h *house, fired int) {
		t.Helper()
		h = newHouse(t, dbtest.Postgres(t))
		h.set(chase())
		h.clock.Add(2 * time.Hour)
		once := sync.Once{}
		slow := reminder.NewStore(h.db, reminder.Options{Fired: func(ctx context.Context, tx *db.Tx, r reminder.Reminder) error {
			once.Do(func() { other(h) })
			return told(ctx, tx, r)
		}})
		fired, err := slow.Tick(t.Context())
		must(t, err)
		return h, fired
	}
	t.Run("a node that comes between our read and our write says it alone", func(t *testing.T) {
		t.Parallel()
		h, n := between(t, func(h *house) {
			if n := h.tick(0); n != 1 {
				t.Errorf("the other fired %d", n)
			}
		})
		if n != 0 {
			t.Errorf("we fired %d", n)
		}
		h.stands(`fired_at > 0`, "first 2h")
		h.once()
	})
	t.Run("who settles the matter between our read and our write is not reminded", func(t *testing.T) {
		t.Parallel()
		h, n := between(t, func(h *house) { h.clear("bank_request:b1") })
		if n != 0 {
			t.Errorf("we fired %d", n)
		}
		h.stands(`cancelled_at = 0`)
		h.once()
	})
	t.Run("a term that moves between our read and our write is not said at its old moment", func(t *testing.T) {
		t.Parallel()
		h, n := between(t, func(h *house) {
			later := chase()
			later.From = in(time.Hour)
			h.set(later)
		})
		if n != 0 {
			t.Errorf("we fired %d", n)
		}
		h.stands(`cancelled_at = 0`, "first 3h", "second 7h", "daily 24h")
	})
	t.Run("a matter cleared while its next rung is being written has none", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, dbtest.Postgres(t))
		h.set(chase())
		h.tick(6 * time.Hour)
		h.clock.Add(18 * time.Hour)
		var wg sync.WaitGroup
		must(t, h.db.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			must(t, h.Clear(ctx, tx, "bank_request:b1"))
			wg.Go(func() {
				if n, err := h.Tick(t.Context()); n != 0 || err != nil {
					t.Errorf("%d were fired: %v", n, err)
				}
			})
			return waiters(ctx, tx, 1)
		}))
		wg.Wait()
		h.stands(ahead)
		h.once()
	})
	t.Run("a matter cleared after its next rung was written, and before anybody could see it, has none", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, dbtest.Postgres(t))
		h.set(chase())
		h.tick(6 * time.Hour)
		h.clock.Add(18 * time.Hour)
		var wg sync.WaitGroup
		err := h.db.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			// A row in the place of the next rung holds the node up until this transaction is undone;
			// without the check of its reference, which would hold up the other one too.
			if _, err := tx.Exec(ctx, `SET LOCAL session_replication_role = replica`); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO reminder (id, item_id, round, subject_kind, subject_id, ref, ladder, rung, n, role, until_at, args, due_at)
				SELECT 'x', item_id, round, subject_kind, subject_id, ref, ladder, rung, n + 1, role, until_at, args, due_at FROM reminder WHERE rung = 'daily'`); err != nil {
				return err
			}
			wg.Go(func() {
				if n, err := h.Tick(t.Context()); n != 1 || err != nil {
					t.Errorf("%d were fired: %v", n, err)
				}
			})
			must(t, waiters(ctx, tx, 1))
			wg.Go(func() { h.clear("bank_request:b1") })
			must(t, behindIt(ctx, tx))
			return errUndone
		})
		if !errors.Is(err, errUndone) {
			t.Fatal(err)
		}
		wg.Wait()
		h.stands(ahead)
		h.once()
	})
	t.Run("eight nodes that tick at once say each rung once", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, dbtest.Postgres(t))
		h.set(filing(30*time.Hour), chase(), task(2*time.Hour))
		h.clock.Add(49 * time.Hour)
		var wg sync.WaitGroup
		counts := make([]int, 8)
		for i := range counts {
			wg.Go(func() {
				var err error
				if counts[i], err = reminder.NewStore(h.db, reminder.Options{Fired: told}).Tick(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		total := 0
		for _, n := range counts {
			total += n
		}
		if total != 14 {
			t.Errorf("%d were fired: %v", total, counts)
		}
		h.once()
	})
}

var errUndone = errors.New("undone")

// behindIt returns when somebody waits for the one who waits for this transaction.
func behindIt(ctx context.Context, tx *db.Tx) error {
	for waiting := 0; waiting == 0; {
		if err := tx.Get(ctx, &waiting, `SELECT count(*) FROM pg_locks us JOIN pg_locks them
			ON us.pid = ANY(pg_blocking_pids(them.pid))
			WHERE NOT us.granted AND us.transactionid = pg_current_xact_id()::xid AND NOT them.granted`); err != nil {
			return err
		}
	}
	return nil
}

// waiters returns when n others wait for what this transaction holds.
func waiters(ctx context.Context, tx *db.Tx, n int) error {
	for waiting := 0; waiting < n; {
		if err := tx.Get(ctx, &waiting, `SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid`); err != nil {
			return err
		}
	}
	return nil
}
