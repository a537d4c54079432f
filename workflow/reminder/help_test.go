package reminder_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/workflow/reminder"
)

// start is ten in the morning in Japan, a Wednesday.
var start = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)

var (
	legal   = person("legal", actor.Legal)
	funds   = person("funds", actor.Funds)
	auditor = person("auditor", actor.Auditor)
)

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "人 " + id, Kind: actor.Person, Roles: roles}
}

// house is a store whose hook writes one line for each rung it is told of.
type house struct {
	*reminder.Store
	t     *testing.T
	db    *db.DB
	clock *dbtest.ManualClock
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	return &house{reminder.NewStore(d, reminder.Options{Fired: told}), t, d, dbtest.Clock(d, start)}
}

// told leaves a trace in the transaction that fires.
func told(ctx context.Context, tx *db.Tx, r reminder.Reminder) error {
	return audit.Append(ctx, tx, audit.Entry{Tree: audit.Main, Actor: actor.System("test"), Action: "test.told", Object: audit.Ref{Kind: "reminder", ID: r.ID}})
}

func each(t *testing.T, tests map[string]func(*testing.T, *house)) {
	t.Helper()
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d)) })
		})
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// in is a moment counted from the start.
func in(d time.Duration) db.Instant { return db.At(start.Add(d)) }

// filing is a duty that began at the start.
func filing(due time.Duration) reminder.Item {
	return reminder.Item{Subject: reminder.Subject{Kind: "incident", ID: "i1"}, Ref: "filing:f1", Ladder: reminder.Filing,
		Role: actor.Legal, From: in(0), Due: in(due), Args: reminder.Args{"No": "FIL-2026-0001"}}
}

// chase is a letter that left at the start.
func chase() reminder.Item {
	return reminder.Item{Subject: reminder.Subject{Kind: "incident", ID: "i1"}, Ref: "bank_request:b1", Ladder: reminder.BankChase,
		Role: actor.Funds, From: in(0), Args: reminder.Args{"No": "BNK-2026-0001"}}
}

func task(due time.Duration) reminder.Item {
	return reminder.Item{Subject: reminder.Subject{Kind: "incident", ID: "i1"}, Ref: "step:s1", Ladder: reminder.Task, Role: actor.Funds, From: in(0), Due: in(due)}
}

func (h *house) try(i reminder.Item) error {
	return h.db.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error { return h.Set(ctx, tx, i) })
}

func (h *house) set(items ...reminder.Item) {
	h.t.Helper()
	for _, i := range items {
		must(h.t, h.try(i))
	}
}

func (h *house) clear(ref string) {
	h.t.Helper()
	must(h.t, h.db.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error { return h.Clear(ctx, tx, ref) }))
}

// tick moves the clock and fires.
func (h *house) tick(d time.Duration) int {
	h.t.Helper()
	h.clock.Add(d)
	n, err := h.Tick(h.t.Context())
	must(h.t, err)
	return n
}

func (h *house) count(query string, args ...any) (n int) {
	h.t.Helper()
	must(h.t, h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query, args...) }))
	return n
}

// rungs reads rows as text, in the order of their moments: "half 60h0m0s", with "late" where it was.
func (h *house) rungs(condition string) (out []string) {
	h.t.Helper()
	var list []reminder.Reminder
	must(h.t, h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &list, `SELECT rung, due_at, late FROM reminder WHERE `+condition+` ORDER BY due_at, rung`)
	}))
	for _, r := range list {
		s := r.Rung + " " + strings.Replace(r.DueAt.Sub(in(0)).String(), "h0m0s", "h", 1)
		if r.Late {
			s += " late"
		}
		out = append(out, s)
	}
	return out
}

const (
	fired = `fired_at > 0`
	ahead = `fired_at = 0 AND cancelled_at = 0`
)

func (h *house) stands(condition string, want ...string) {
	h.t.Helper()
	if got := h.rungs(condition); !slices.Equal(got, want) {
		h.t.Errorf("%s\ngot  %q\nwant %q", condition, got, want)
	}
}

// once fails unless every rung that was fired was told and recorded once.
func (h *house) once() {
	h.t.Helper()
	n := h.count(`SELECT count(*) FROM reminder WHERE ` + fired)
	for _, action := range []string{"test.told", "reminder.fired"} {
		if m := h.count(`SELECT count(*) FROM audit_entry WHERE action = ?`, action); m != n {
			h.t.Errorf("%d rungs were fired, %d entries say %s", n, m, action)
		}
		if m := h.count(`SELECT count(DISTINCT object_id) FROM audit_entry WHERE action = ?`, action); m != n {
			h.t.Errorf("%d rungs were fired, %s for %d", n, action, m)
		}
	}
}
