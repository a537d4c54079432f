package reminder_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
	"tasuke/workflow/reminder"
)

func (h *house) board(by actor.Actor, f reminder.Filter, p paging.Page) reminder.Board {
	h.t.Helper()
	b, err := h.List(h.t.Context(), by, f, p)
	must(h.t, err)
	return b
}

func names(list []reminder.Reminder) (out []string) {
	for _, r := range list {
		out = append(out, r.Rung)
	}
	return out
}

func (h *house) unseen(by actor.Actor) (n int) {
	h.t.Helper()
	must(h.t, h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = h.Unseen(ctx, tx, by)
		return err
	}))
	return n
}

func TestTheBoardOfARole(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"who may not read reminders is refused and has none to count": func(t *testing.T, h *house) {
			h.set(task(2 * time.Hour))
			h.tick(2 * time.Hour)
			admin := person("admin", actor.Administrator)
			_, err := h.List(t.Context(), admin, reminder.Filter{}, paging.Page{})
			if !fault.Is(err, fault.Forbidden) || !fault.Is(h.Seen(t.Context(), admin, "x"), fault.Forbidden) {
				t.Error(err)
			}
			if n := h.unseen(admin); n != 0 {
				t.Errorf("%d", n)
			}
		},
		"somebody sees the reminders of their own roles only": func(t *testing.T, h *house) {
			h.set(filing(120*time.Hour), chase())
			h.tick(2 * time.Hour)
			if b := h.board(legal, reminder.Filter{}, paging.Page{}); len(b.Fired)+b.Unseen != 0 {
				t.Errorf("%+v", b)
			}
			b := h.board(funds, reminder.Filter{}, paging.Page{})
			if !slices.Equal(names(b.Fired), []string{"first"}) || b.Unseen != 1 || b.Fired[0].Args["No"] != "BNK-2026-0001" {
				t.Errorf("%+v", b)
			}
			both := person("both", actor.Legal, actor.Funds)
			if b := h.board(both, reminder.Filter{}, paging.Page{}); !slices.Equal(names(b.Upcoming), []string{"second", "daily"}) {
				t.Errorf("%v", names(b.Upcoming))
			}
			id := b.Fired[0].ID
			for _, other := range []actor.Actor{legal, auditor} {
				if err := h.Seen(t.Context(), other, id); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: %v", other.ID, err)
				}
			}
		},
		"what nobody has seen comes first, then the newest; a late one can be asked for": func(t *testing.T, h *house) {
			h.set(chase())
			h.tick(2 * time.Hour)
			h.tick(4*time.Hour + 2*time.Minute)
			h.tick(18*time.Hour - 2*time.Minute)
			list := h.board(funds, reminder.Filter{}, paging.Page{}).Fired
			if got := names(list); !slices.Equal(got, []string{"daily", "second", "first"}) {
				t.Fatalf("%v", got)
			}
			must(t, h.Seen(t.Context(), funds, list[0].ID), h.Seen(t.Context(), person("funds2", actor.Funds), list[0].ID))
			if n := h.count(`SELECT count(*) FROM audit_entry WHERE action = 'reminder.seen'`); n != 1 {
				t.Errorf("%d entries", n)
			}
			b := h.board(funds, reminder.Filter{}, paging.Page{})
			if got := names(b.Fired); !slices.Equal(got, []string{"second", "first", "daily"}) || b.Fired[2].SeenByName != "人 funds" {
				t.Errorf("%v by %s", got, b.Fired[2].SeenByName)
			}
			if n := h.unseen(funds); n != 2 || b.Unseen != 2 {
				t.Errorf("%d and %d unseen", n, b.Unseen)
			}
			if got := names(h.board(funds, reminder.Filter{Unseen: true}, paging.Page{}).Fired); !slices.Equal(got, []string{"second", "first"}) {
				t.Errorf("%v", got)
			}
			if got := names(h.board(funds, reminder.Filter{Late: true}, paging.Page{}).Fired); !slices.Equal(got, []string{"second"}) {
				t.Errorf("%v", got)
			}
		},
		"the pages together are the whole list, and only the first looks ahead": func(t *testing.T, h *house) {
			h.set(chase())
			h.tick(100 * time.Hour)
			whole := h.board(funds, reminder.Filter{}, paging.Page{})
			must(t, h.Seen(t.Context(), funds, whole.Fired[3].ID))
			whole = h.board(funds, reminder.Filter{}, paging.Page{})
			var got []reminder.Reminder
			p := paging.Page{Limit: 2}
			for range 4 {
				b := h.board(funds, reminder.Filter{}, p)
				if got = append(got, b.Fired...); len(b.Upcoming) > 0 && !p.After.IsZero() {
					t.Error("the second page looks ahead")
				}
				if p.After = b.Next; b.Next.IsZero() {
					break
				}
			}
			if len(whole.Fired) != 6 || !slices.Equal(names(got), names(whole.Fired)) {
				t.Errorf("%v of %v", names(got), names(whole.Fired))
			}
		},
		"what lies further ahead than two days is not shown": func(t *testing.T, h *house) {
			h.set(filing(120 * time.Hour))
			if b := h.board(legal, reminder.Filter{}, paging.Page{}); len(b.Upcoming) != 0 {
				t.Errorf("%v", names(b.Upcoming))
			}
			h.clock.Add(12 * time.Hour)
			if b := h.board(legal, reminder.Filter{}, paging.Page{}); !slices.Equal(names(b.Upcoming), []string{"half"}) {
				t.Errorf("%v", names(b.Upcoming))
			}
		},
		"what has not been fired cannot have been seen": func(t *testing.T, h *house) {
			h.set(task(2 * time.Hour))
			b := h.board(funds, reminder.Filter{}, paging.Page{})
			if err := h.Seen(t.Context(), funds, b.Upcoming[0].ID); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		},
	})
}
