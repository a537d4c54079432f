package event_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/event"
	"tasuke/internal/fault"
)

var (
	opening  = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)
	incident = event.Subject{Kind: "incident", ID: "i1"}
	errBad   = errors.New("the use case failed")
)

type world struct {
	t     *testing.T
	d     *db.DB
	clock *dbtest.ManualClock
}

func (w *world) update(fn func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := w.d.Update(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) emit(s event.Subject, name, ref string) {
	w.t.Helper()
	w.update(func(ctx context.Context, tx *db.Tx) error { return event.Emit(ctx, tx, s, name, ref) })
}

// pending gives the refs of at most n events that wait, and the events.
func (w *world) pending(n int) (string, []event.Event) {
	w.t.Helper()
	var list []event.Event
	w.update(func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = event.Pending(ctx, tx, n)
		return err
	})
	return refs(list), list
}

func (w *world) of(s event.Subject, name string, since db.Instant) string {
	w.t.Helper()
	var list []event.Event
	w.update(func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = event.Of(ctx, tx, s, name, since)
		return err
	})
	return refs(list)
}

func refs(list []event.Event) string {
	var out []string
	for _, e := range list {
		out = append(out, e.Ref)
	}
	return strings.Join(out, " ")
}

func TestEventsAreHandedOnOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*testing.T, *world){
		"an event of what was rolled back never was": func(t *testing.T, w *world) {
			heard, stop := w.d.Subscribe()
			defer stop()
			if err := w.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return errors.Join(event.Emit(ctx, tx, incident, "bank.answered", "b1"), errBad)
			}); !errors.Is(err, errBad) {
				t.Fatal(err)
			}
			if got, _ := w.pending(9); got != "" || len(heard) != 0 {
				t.Error(got, len(heard))
			}
		},
		"an event about nothing is refused": func(t *testing.T, w *world) {
			for _, e := range []struct {
				s    event.Subject
				name string
			}{{event.Subject{}, "bank.answered"}, {incident, ""}, {event.Subject{Kind: "incident"}, "bank.answered"}} {
				if err := w.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return event.Emit(ctx, tx, e.s, e.name, "") }); err == nil {
					t.Errorf("%+v", e)
				}
			}
		},
		"who takes an event that is taken does nothing": func(t *testing.T, w *world) {
			w.emit(incident, "bank.answered", "b1")
			_, list := w.pending(9)
			take := func() error {
				return w.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return event.Delivered(ctx, tx, list[0].ID) })
			}
			if err := take(); err != nil {
				t.Fatal(err)
			}
			if err := take(); !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		},
		"an event nobody knows cannot be taken": func(t *testing.T, w *world) {
			if err := w.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return event.Delivered(ctx, tx, "x") }); !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		},
		"who took an event and failed has not taken it": func(t *testing.T, w *world) {
			w.emit(incident, "bank.answered", "b1")
			_, list := w.pending(9)
			if err := w.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return errors.Join(event.Delivered(ctx, tx, list[0].ID), errBad)
			}); !errors.Is(err, errBad) {
				t.Fatal(err)
			}
			if got, _ := w.pending(9); got != "b1" {
				t.Error(got)
			}
		},
		"two who look at one moment: one takes it": func(t *testing.T, w *world) {
			w.emit(incident, "bank.answered", "b1")
			answers := make(chan error, 8)
			_, list := w.pending(9)
			for range cap(answers) {
				go func() {
					answers <- w.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return event.Delivered(ctx, tx, list[0].ID) })
				}()
			}
			taken := 0
			for range cap(answers) {
				if err := <-answers; err == nil {
					taken++
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			}
			if taken != 1 {
				t.Error(taken)
			}
		},
		"what waits is handed on oldest first, and so many at a time": func(t *testing.T, w *world) {
			for n := range 5 {
				w.emit(incident, "bank.answered", fmt.Sprint("b", n))
				w.clock.Add(time.Second)
			}
			if got, _ := w.pending(3); got != "b0 b1 b2" {
				t.Error(got)
			}
			_, list := w.pending(9)
			w.update(func(ctx context.Context, tx *db.Tx) error { return event.Delivered(ctx, tx, list[1].ID) })
			if got, _ := w.pending(9); got != "b0 b2 b3 b4" {
				t.Error(got)
			}
			if e := list[0]; e.Subject != incident || e.Name != "bank.answered" || e.At != db.At(opening) || e.ID == "" {
				t.Errorf("%+v", e)
			}
		},
		"a wait that begins later finds what has happened, handed on or not": func(t *testing.T, w *world) {
			w.emit(incident, "bank.answered", "early")
			w.clock.Add(time.Minute)
			since := db.At(w.clock.Now())
			w.emit(incident, "bank.answered", "b1")
			w.emit(incident, "bank.sent", "another name")
			w.emit(event.Subject{Kind: "incident", ID: "i2"}, "bank.answered", "another incident")
			w.emit(event.Subject{Kind: "case", ID: "i1"}, "bank.answered", "a case")
			w.clock.Add(time.Minute)
			w.emit(incident, "bank.answered", "b2")
			_, list := w.pending(9)
			w.update(func(ctx context.Context, tx *db.Tx) error { return event.Delivered(ctx, tx, list[1].ID) })
			if got := w.of(incident, "bank.answered", since); got != "b1 b2" {
				t.Error(got)
			}
		},
		"the rooms hear that something has happened": func(t *testing.T, w *world) {
			if w.d.Dialect == db.Postgres { // carried by the server, to every node
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go w.d.Listen(ctx)
			}
			heard, stop := w.d.Subscribe()
			defer stop()
			if w.d.Dialect == db.Postgres {
				<-heard // "*": from now on
			}
			w.emit(incident, "bank.answered", "b1")
			if topic := <-heard; topic != event.Topic {
				t.Error(topic)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, &world{t, d, dbtest.Clock(d, opening)}) })
		})
	}
}
