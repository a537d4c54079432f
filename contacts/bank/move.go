package bank

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Cause is one event that a person wants to happen to a request as they saw it.
type Cause struct {
	ID     string
	Rev    int64
	Event  Event
	Reason string // sealed; required where the table says so
}

// moves are the events that need nothing but a reason, and what else they change.
var moves = map[Event]func(tx *db.Tx, r *record){
	SentBack:    func(_ *db.Tx, r *record) { r.uncheck() },
	Receipted:   func(tx *db.Tx, r *record) { r.AckedAt = tx.Now },
	Resubmitted: func(tx *db.Tx, r *record) { r.uncheck(); r.Round++; r.DecidedAt = tx.Now },
	FreezeEnded: func(_ *db.Tx, r *record) { r.FrozenYen = -1 },
	Finished:    func(*db.Tx, *record) {},
	Reopened:    func(*db.Tx, *record) {},
	Voided:      func(_ *db.Tx, r *record) { r.uncheck() },
}

// Move applies an event that needs nothing but a reason. Sending back needs bank.check, all others
// bank.write. It fails with fault.Conflict and the current Request when Rev is stale, with
// fault.Refused or fault.Forbidden when the table says no, and with fault.Invalid when a reason is
// missing.
func (s *Store) Move(ctx context.Context, by actor.Actor, c Cause) (out Request, err error) {
	need := actor.BankWrite
	if c.Event == SentBack {
		need = actor.BankCheck
	}
	if err := by.Need(need); err != nil {
		return Request{}, err
	}
	change, ok := moves[c.Event]
	if !ok {
		return Request{}, fault.New(fault.Invalid, "form.malformed", nil)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.act(ctx, tx, by, act{id: c.ID, rev: c.Rev, event: c.Event, comment: c.Reason, do: func(_ context.Context, tx *db.Tx, r *record) error {
			change(tx, r)
			return nil
		}})
		return err
	})
	return out, err
}

// Return is what came back of the money, in total so far.
type Return struct {
	ID    string
	Rev   int64
	Yen   int64
	Route Route
}

// RecordReturn keeps how much came back (回収) and on which way. It needs bank.write.
func (s *Store) RecordReturn(ctx context.Context, by actor.Actor, x Return) (out Request, err error) {
	if err := by.Need(actor.BankWrite); err != nil {
		return Request{}, err
	}
	bad := map[string]string{}
	if x.Yen <= 0 || x.Yen > maxYen {
		bad["recovered_yen"] = "bank.terms.yen"
	}
	if !slices.Contains(Routes, x.Route) {
		bad["route"] = "form.choice"
	}
	if len(bad) > 0 {
		return Request{}, fault.Form(bad)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.act(ctx, tx, by, act{id: x.ID, rev: x.Rev, event: MoneyCame, args: Args{"Yen": strconv.FormatInt(x.Yen, 10), "Route": string(x.Route)},
			do: func(_ context.Context, _ *db.Tx, r *record) error {
				r.Recovered, r.Route = x.Yen, x.Route
				return nil
			}})
		return err
	})
	return out, err
}

// renamedReason gives a fault about the comment the name that the form of a use case has for it.
func renamedReason(err error, field string) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Fields["reason"] == "" {
		return err
	}
	return fault.Field(field, f.Fields["reason"])
}
