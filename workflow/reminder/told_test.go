package reminder_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
	"tasuke/workflow/reminder"
)

// reached notes whom each rung reached, as the directory would say it.
func reached(_ context.Context, _ *db.Tx, r reminder.Reminder, loud bool) ([]reminder.Told, error) {
	if r.Person != "" {
		return []reminder.Told{{PersonID: r.Person, Name: "人 " + r.Person, Why: "assignee"}}, nil
	}
	why := "role"
	if loud {
		why = "on_call" // any other word, to be seen by
	}
	return []reminder.Told{{PersonID: string(r.Role) + "1", Name: "一", Why: why, MailID: "m-" + r.ID}, {PersonID: string(r.Role) + "2", Name: "二", Why: why}}, nil
}

// people reads who was told, as "target funds1 mail".
func (h *house) people() (out []string) {
	h.t.Helper()
	must(h.t, h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &out, `SELECT r.rung || ' ' || t.person_id || ' ' || t.way FROM reminder_told t JOIN reminder r ON r.id = t.reminder_id ORDER BY r.due_at, t.person_id`)
	}))
	return out
}

func TestWhoIsTold(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"the ladder goes up: who has taken it on, the role, the supervisor, the executive; nobody twice of one rung": func(t *testing.T, h *house) {
			h.Store = reminder.NewStore(h.db, reminder.Options{Fired: told, People: reached})
			i := task(2 * time.Hour)
			i.Assignee = "hana"
			h.set(i)
			h.tick(48 * time.Hour)
			h.tick(0)
			want := []string{"target hana screen", "hour_after funds1 mail", "hour_after funds2 screen", "supervisor supervisor1 mail", "supervisor supervisor2 screen",
				"executive executive1 mail", "executive executive2 screen"}
			if got := h.people(); !slices.Equal(got, want) {
				t.Errorf("%q", got)
			}
			h.once()
		},
		"who takes it on later is told of what is still to come; who gives it back is not": func(t *testing.T, h *house) {
			h.Store = reminder.NewStore(h.db, reminder.Options{Fired: told, People: reached})
			i := task(2 * time.Hour)
			h.set(i)
			i.Assignee = "hana"
			h.set(i)
			h.stands(`person_id = 'hana' AND `+ahead, "target 2h")
			i.Assignee = ""
			h.set(i)
			h.stands(`person_id = 'hana'`)
		},
		"a clock of the law is loud": func(t *testing.T, h *house) {
			h.Store = reminder.NewStore(h.db, reminder.Options{Fired: told, People: reached})
			h.set(filing(30*time.Hour), task(2*time.Hour))
			h.tick(48 * time.Hour)
			if n := h.count(`SELECT count(*) FROM reminder_told t JOIN reminder r ON r.id = t.reminder_id WHERE (r.ladder = 'filing') <> (t.why = 'on_call')`); n != 0 {
				t.Errorf("%d", n)
			}
		},
		"the board says who was told": func(t *testing.T, h *house) {
			h.Store = reminder.NewStore(h.db, reminder.Options{Fired: told, People: reached})
			h.set(task(2 * time.Hour))
			h.tick(2 * time.Hour)
			b, err := h.List(t.Context(), funds, reminder.Filter{}, paging.Page{})
			must(t, err)
			if len(b.Fired) != 1 || len(b.Told[b.Fired[0].ID]) != 2 || b.Told[b.Fired[0].ID][0].Way != reminder.ByMail {
				t.Errorf("%+v", b)
			}
		},
	})
}

// Two nodes read the same rung; the second comes while the first has told its people and not yet
// committed.
func TestTwoNodesTellNobodyTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.Postgres(t))
	h.set(task(2 * time.Hour))
	h.clock.Add(2 * time.Hour)
	var second sync.WaitGroup
	once := sync.Once{}
	first := reminder.NewStore(h.db, reminder.Options{Fired: told, People: func(ctx context.Context, tx *db.Tx, r reminder.Reminder, loud bool) ([]reminder.Told, error) {
		once.Do(func() {
			second.Go(func() {
				if _, err := reminder.NewStore(h.db, reminder.Options{Fired: told, People: reached}).Tick(context.WithoutCancel(t.Context())); err != nil {
					t.Error(err)
				}
			})
			second.Wait() // it goes first
		})
		return reached(ctx, tx, r, loud)
	}})
	n, err := first.Tick(t.Context())
	must(t, err)
	if n != 0 {
		t.Errorf("the one that came too late fired %d", n)
	}
	if got := h.people(); !slices.Equal(got, []string{"target funds1 mail", "target funds2 screen"}) {
		t.Errorf("%q", got)
	}
	h.once()
}

func TestALetterThatIsThereAlreadyMeansThatAnotherWasFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.Store = reminder.NewStore(h.db, reminder.Options{Fired: told, People: func(context.Context, *db.Tx, reminder.Reminder, bool) ([]reminder.Told, error) {
		return nil, fault.New(fault.Conflict, "row.exists", nil)
	}})
	h.set(reminder.Item{Subject: reminder.Subject{Kind: "incident", ID: "i1"}, Ref: "step:s1", Ladder: reminder.Task, Role: actor.Funds, From: in(0), Due: in(time.Hour)})
	if n := h.tick(time.Hour); n != 0 {
		t.Error(n)
	}
}
