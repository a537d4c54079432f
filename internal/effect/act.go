package effect

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tasuke/internal/db"
)

// lease gives the effect to this attempt until lease_until.
func (s *Store) lease(ctx context.Context, tx *db.Tx, h *Handler, r *row) error {
	next, err := r.move(taken, tx.Now)
	if err != nil {
		return err
	}
	next.Owner, next.LeaseUntil, next.StartedAt = tx.NewID(), s.leaseNow(tx.Now).Add(leaseTime), tx.Now
	if !h.Repeatable {
		next.LeavingAt = 0
	}
	next.Attempt++
	ok, err := save(ctx, tx, *r, &next)
	if err == nil && !ok {
		err = errLost
	}
	*r = next
	return err
}

// errLate: the handler does not come back although its context has ended.
var errLate = errors.New("the handler did not come back in time")

// trial is one attempt at a leased effect.
type trial struct {
	s *Store
	h *Handler
	sync.Mutex
	row  row
	over bool // its verdict is being written: nothing may leave any more
	went bool // leaving was answered with nil
}

// act does a leased effect outside any transaction and writes what came of it.
func (s *Store) act(ctx context.Context, h *Handler, r row) error {
	limited, cancel := context.WithTimeout(ctx, h.timeout())
	defer cancel()
	held, drop := s.hold(limited, r.Owner)
	defer drop()
	t := &trial{s: s, h: h, row: r}
	before := r.LeavingAt
	db.Crash("effect.before")
	out, err := t.do(held)
	db.Crash("effect.after")
	r = t.end()
	return s.conclude(ctx, h, r, attempt{
		no: r.Attempt, left: r.LeavingAt != 0, before: before, again: t.went,
		stopping: ctx.Err() != nil, over: errors.Is(limited.Err(), context.DeadlineExceeded), err: err,
	}, out)
}

// do has the handler do it. One that ignores the end of its context is left behind: from then on
// leaving answers no.
func (t *trial) do(ctx context.Context) (string, error) {
	type result struct {
		out string
		err error
	}
	c, e := make(chan result, 1), t.row.effect()
	go func() {
		out, err := guard(ctx, t.h, func() (any, error) { return t.h.Do(ctx, e, t.leaving) })
		c <- result{out, err}
	}()
	select {
	case r := <-c:
		return r.out, r.err
	case <-ctx.Done():
	}
	late := time.NewTimer(t.s.grace)
	defer late.Stop()
	select {
	case r := <-c:
		return r.out, r.err
	case <-late.C:
		return "", fmt.Errorf("%w: %w", errLate, ctx.Err())
	}
}

func (t *trial) end() row {
	t.Lock()
	defer t.Unlock()
	t.over = true
	return t.row
}

// leaving commits that what cannot be taken back comes next, and since when. It fails with errLost
// when the lease is somebody else's, and with what the handler's own check says.
func (t *trial) leaving(ctx context.Context) error {
	t.Lock()
	now := t.row
	over := t.over
	t.Unlock()
	if over {
		return errLost
	}
	err := t.s.collide(ctx, func(ctx context.Context, tx *db.Tx) error {
		if now.LeavingAt == 0 {
			now.LeavingAt = tx.Now
		}
		return t.s.leaving(ctx, tx, t.h, now)
	})
	if err != nil {
		return err
	}
	t.Lock()
	t.row.LeavingAt, over = now.LeavingAt, t.over
	t.went = t.went || !over
	t.Unlock()
	if over { // written meanwhile without knowing of this, or about to fail because of it
		return errLost
	}
	db.Crash("effect.leaving")
	return nil
}

// leaving asks the handler first: while it waits for what others hold, the row of the effect is
// free and its lease is renewed. The lease is looked at last.
func (s *Store) leaving(ctx context.Context, tx *db.Tx, h *Handler, now row) error {
	if h.Leaving != nil {
		if err := calmly(ctx, h, func() error { return h.Leaving(ctx, tx, now.effect()) }); err != nil {
			return err
		}
	}
	n, err := tx.Exec(ctx, `UPDATE effect SET leaving_at = ?, lease_until = ? WHERE id = ? AND state = 'leased' AND owner = ?`,
		now.LeavingAt, s.leaseNow(s.db.Now()).Add(leaseTime), now.ID, now.Owner)
	if err != nil {
		return fmt.Errorf("mark %s as leaving: %w", now.Kind, err)
	}
	if n != 1 {
		return errLost
	}
	return nil
}
