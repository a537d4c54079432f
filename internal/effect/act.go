package effect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"tasuke/internal/db"
)

// lease gives the effect to this attempt until lease_until.
func (s *Store) lease(ctx context.Context, tx *db.Tx, r *row) error {
	next, err := r.move(taken, tx.Now)
	if err != nil {
		return err
	}
	next.Owner, next.LeaseUntil, next.StartedAt, next.LeavingAt = tx.NewID(), tx.Now.Add(leaseTime), tx.Now, 0
	next.Attempt++
	ok, err := save(ctx, tx, *r, &next)
	if err == nil && !ok {
		err = errLost
	}
	*r = next
	return err
}

// act does a leased effect outside any transaction and writes what came of it.
func (s *Store) act(ctx context.Context, h *Handler, r row) error {
	limited, cancel := context.WithTimeout(ctx, h.timeout())
	defer cancel()
	held, drop := s.hold(limited, r.Owner)
	defer drop()
	left := false
	leaving := func(ctx context.Context) error {
		at, err := s.leaving(ctx, h, r)
		if err != nil {
			return err
		}
		left, r.LeavingAt = true, at
		db.Crash("effect.leaving")
		return nil
	}
	db.Crash("effect.before")
	out, err := guard(ctx, h, func() (any, error) { return h.Do(held, r.effect(), leaving) })
	db.Crash("effect.after")
	return s.conclude(ctx, h, r, attempt{
		no: r.Attempt, left: left, stopping: ctx.Err() != nil, over: errors.Is(limited.Err(), context.DeadlineExceeded), err: err,
	}, out)
}

// leaving commits that what cannot be taken back comes next, and since when. It fails with errLost
// when the lease is somebody else's, and with what the handler's own check says.
func (s *Store) leaving(ctx context.Context, h *Handler, r row) (at db.Instant, err error) {
	err = s.collide(ctx, func(ctx context.Context, tx *db.Tx) error {
		if at = r.LeavingAt; at == 0 {
			at = tx.Now
		}
		n, err := tx.Exec(ctx, `UPDATE effect SET leaving_at = ?, lease_until = ? WHERE id = ? AND state = 'leased' AND owner = ?`,
			at, tx.Now.Add(leaseTime), r.ID, r.Owner)
		if err != nil {
			return fmt.Errorf("mark %s as leaving: %w", r.Kind, err)
		}
		if n != 1 {
			return errLost
		}
		if h.Leaving == nil {
			return nil
		}
		now := r
		now.LeavingAt = at
		return h.Leaving(ctx, tx, now.effect())
	})
	return at, err
}

// hold has the lease renewed while ctx lives, and ends the work when the lease is lost.
func (s *Store) hold(ctx context.Context, owner string) (context.Context, func()) {
	held, cancel := context.WithCancelCause(ctx)
	s.leases.Lock()
	s.leases.held[owner] = cancel
	s.leases.Unlock()
	forget := func() {
		s.leases.Lock()
		delete(s.leases.held, owner)
		s.leases.Unlock()
	}
	// An attempt whose time is over keeps what is left of its lease to write its result; a handler
	// that does not come back loses it.
	stop := context.AfterFunc(ctx, forget)
	return held, func() { stop(); forget(); cancel(nil) }
}

// renew prolongs every lease of this process in one statement, and ends the work of those that
// are lost.
func (s *Store) renew(ctx context.Context) error {
	held := s.owners()
	if len(held) == 0 {
		return nil
	}
	var kept []string
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		kept = nil
		return tx.SelectIn(ctx, &kept, `UPDATE effect SET lease_until = ? WHERE state = 'leased' AND owner IN (?) RETURNING owner`,
			tx.Now.Add(leaseTime), held)
	})
	if err != nil {
		return fmt.Errorf("renew leases: %w", err)
	}
	s.leases.Lock()
	defer s.leases.Unlock()
	for _, owner := range kept {
		held = without(held, owner)
	}
	for _, owner := range held {
		if cancel := s.leases.held[owner]; cancel != nil { // not one that has just ended by itself
			slog.WarnContext(ctx, "effect: a lease was lost", "owner", owner)
			cancel(errLost)
		}
	}
	return nil
}

func (s *Store) owners() (list []string) {
	s.leases.Lock()
	defer s.leases.Unlock()
	for owner := range s.leases.held {
		list = append(list, owner)
	}
	return list
}

func without(list []string, one string) (rest []string) {
	for _, s := range list {
		if s != one {
			rest = append(rest, s)
		}
	}
	return rest
}
