package effect

import (
	"context"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// How says what a person found out about an effect that is unknown, failed or timed out.
type How string

// The ways. Again keeps the key, so that the other side can tell it from a second request.
const (
	HappenedByHand How = "happened_by_hand" // it did happen, or somebody did it outside: done
	Again          How = "again"            // it did not happen: queued once more, attempts counted anew
	GiveUp         How = "give_up"          // it will not be done: failed
)

var events = map[How]Event{HappenedByHand: happenedByHand, Again: again, GiveUp: giveUp}

// Resolve puts down what a person found out, in the caller's transaction, with an audit entry. The
// calling room asks for its own permission and keeps the reason under its own seal; here it only
// must be there, since the audit trail takes no free text. It fails with fault.Forbidden for anybody
// who is not a person, fault.Invalid without a reason, fault.Conflict when the effect has changed
// since rev or is being changed, and fault.Refused for a state in which nobody has to decide.
func (s *Store) Resolve(ctx context.Context, tx *db.Tx, by actor.Actor, id string, rev int64, how How, reason string) (Effect, error) {
	if by.Kind != actor.Person {
		return Effect{}, fault.New(fault.Forbidden, "effect.resolve.person", nil)
	}
	if strings.TrimSpace(reason) == "" {
		return Effect{}, fault.Field("reason", "effect.resolve.reason")
	}
	was, ours, err := free(ctx, tx, id)
	if err != nil {
		return Effect{}, err
	}
	if !ours || was.Rev != rev {
		return Effect{}, fault.Stale(was.effect())
	}
	next, err := was.move(events[how], tx.Now)
	if err != nil {
		return Effect{}, err
	}
	if next.State == Queued {
		next.Attempt, next.NotBefore, next.LeavingAt, next.Problem = 0, tx.Now, 0, ""
	}
	if err := s.decide(ctx, tx, was, &next); err != nil {
		return Effect{}, err
	}
	return next.effect(), audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: "effect.resolved", Object: audit.Ref{Kind: "effect", ID: id},
		Detail: map[string]string{"How": string(how), "From": string(was.State), "To": string(next.State), "Kind": was.Kind, "Ref": was.Ref},
	})
}

func (s *Store) decide(ctx context.Context, tx *db.Tx, was row, next *row) error {
	ok, err := save(ctx, tx, was, next)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Stale(was.effect())
	}
	if next.State == Queued {
		return s.wake(ctx, tx, *next)
	}
	return s.ended(ctx, tx, *next)
}

// Cancel takes back an effect that nobody works at. False means that it is too late: it has been
// taken, is just being taken, or is over. It never waits for who carries the effect out, who may
// be asking for what the caller holds.
func (s *Store) Cancel(ctx context.Context, tx *db.Tx, id string) (bool, error) {
	was, ours, err := free(ctx, tx, id)
	if err != nil || !ours || was.State != Queued {
		return false, err
	}
	next, err := was.move(cancelled, tx.Now)
	if err != nil {
		return false, err
	}
	ok, err := save(ctx, tx, was, &next)
	if err != nil || !ok {
		return false, err
	}
	return true, s.ended(ctx, tx, next)
}

// Hurry has an effect performed now that was put off because it came too early (see Early). One that
// rests between two attempts keeps its pause, one that is under way or over is left alone.
func (s *Store) Hurry(ctx context.Context, tx *db.Tx, id string) error {
	was, ours, err := free(ctx, tx, id)
	if err != nil || !ours || was.State != Queued || was.Problem != "" || was.NotBefore <= tx.Now {
		return err
	}
	next := was
	next.NotBefore = tx.Now
	if ok, err := save(ctx, tx, was, &next); err != nil || !ok {
		return err
	}
	return s.wake(ctx, tx, next)
}

// Expire ends an effect that nobody works at because its time is over: timed out, or unknown when an
// earlier attempt may have left the house. One that is under way or over is left alone.
func (s *Store) Expire(ctx context.Context, tx *db.Tx, id, problemKey string) error {
	was, ours, err := free(ctx, tx, id)
	if err != nil || !ours || was.State != Queued {
		return err
	}
	e := ranOut
	if was.LeavingAt != 0 {
		e = leftOpen
	}
	next, err := was.move(e, tx.Now)
	if err != nil {
		return err
	}
	next.Problem = problemKey
	ok, err := save(ctx, tx, was, &next)
	if err != nil || !ok {
		return err
	}
	return s.ended(ctx, tx, next)
}
