package disclosure

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
)

// Schedule has an approved notice published at a moment to come (embargo); every guard is asked again
// then. It fails like Publish, and with fault.Invalid for a moment that has passed. It needs
// disclosure.write.
func (s *Store) Schedule(ctx context.Context, by actor.Actor, id string, rev int64, at db.Instant) (d Disclosure, err error) {
	if err := by.Need(actor.DisclosureWrite); err != nil {
		return Disclosure{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if at <= tx.Now {
			return fault.Field("publish_at", "disclosure.past")
		}
		r, err := s.act(ctx, tx, by, act{id: id, rev: rev, event: TimeSet, do: func(_ context.Context, _ *db.Tx, _ actor.Actor, r *record) (db.Args, error) {
			r.PublishAt = at
			return nil, nil
		}})
		if err != nil {
			return err
		}
		d = r.Disclosure
		_, _, err = s.opts.Effects.Enqueue(ctx, tx, effect.Spec{Kind: publishKind, Key: fmt.Sprintf("%s:%s:%d:%d", publishKind, id, r.Round, at), Ref: ref(id), At: at})
		db.Crash("disclosure.schedule")
		return err
	})
	return d, err
}

// Handlers are the effects of this room; cmd hands them to the effects before they run. Both may be
// done twice: what is public already stays as it is, and a file is written only where it differs.
func (s *Store) Handlers() []effect.Handler {
	again := func(attempt int64) (time.Duration, bool) { return time.Duration(min(attempt, 60)) * time.Second, true }
	return []effect.Handler{
		{Kind: writeKind, Repeatable: true, Backoff: again, Do: func(ctx context.Context, _ effect.Effect, _ func(context.Context) error) (any, error) {
			n, err := s.Rebuild(ctx)
			return map[string]int{"written": n}, err
		}},
		{Kind: publishKind, Repeatable: true, Backoff: again, Timeout: 2 * time.Minute, Do: func(ctx context.Context, e effect.Effect, _ func(context.Context) error) (any, error) {
			done, err := s.due(ctx, strings.TrimPrefix(e.Ref, ref("")))
			return map[string]bool{"published": done}, err
		}},
	}
}

// due publishes a notice whose moment has come. What a guard holds back goes back to people.
func (s *Store) due(ctx context.Context, id string) (bool, error) {
	var r record
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = s.load(ctx, tx, id)
		return err
	}); err != nil {
		return false, err
	}
	if r.State != Scheduled || r.PublishAt > s.db.Now() { // taken back, changed, or set to a later moment
		return false, nil
	}
	by := actor.System("schedule")
	_, err := s.publish(ctx, by, act{id: id, rev: r.Rev, event: MadePublic, duty: true})
	if !fault.Is(err, fault.Refused) && !fault.Is(err, fault.Invalid) {
		return err == nil, err
	}
	var why *fault.Error
	errors.As(err, &why)
	return false, s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := s.held(ctx, tx, id)
		if err != nil || now.State != Scheduled {
			return err
		}
		_, err = s.act(ctx, tx, by, act{id: id, rev: now.Rev, event: PublishingFailed, duty: true, do: func(_ context.Context, _ *db.Tx, _ actor.Actor, r *record) (db.Args, error) {
			r.PublishAt = 0
			return db.Args{"Why": why.Key}, nil
		}})
		return err
	})
}
