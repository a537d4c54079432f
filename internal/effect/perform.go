package effect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// errLost: the lease, or the revision that was read, is somebody else's by now.
var errLost = errors.New("the effect is no longer ours")

// Perform takes the effect if it is due and nobody has it, does it and writes what came of it.
// What the handler answers is part of the effect and no error here; an error is one of the
// database, or of the room that is told. With nothing to do it does nothing.
func (s *Store) Perform(ctx context.Context, id string) error {
	_, err := s.perform(ctx, id)
	return err
}

// perform says also whether there was anything to do. Who asks while this process is at the effect
// makes it look once more.
func (s *Store) perform(ctx context.Context, id string) (did bool, err error) {
	for s.pace.begin(id) {
		once, failed := s.once(ctx, id)
		did, err = did || once, failed
		if !s.pace.end(id, s.db.Now(), err) {
			break
		}
	}
	return did, err
}

func (s *Store) once(ctx context.Context, id string) (did bool, err error) {
	var r row
	var h *Handler
	err = s.collide(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if r, h, err = s.take(ctx, tx, id); err != nil || h == nil {
			return err
		}
		if h.Tx != nil {
			return s.work(ctx, tx, h, r)
		}
		return s.lease(ctx, tx, h, &r)
	})
	var f *failure
	switch {
	case errors.As(err, &f): // the work was rolled back; the row is as it was
		return true, s.conclude(ctx, h, r, attempt{no: r.Attempt + 1, inside: true, stopping: ctx.Err() != nil, over: f.over, err: f.err}, "")
	case err != nil || h == nil:
		return false, err
	case h.Tx != nil:
		db.Crash("effect.result")
		return true, nil
	}
	db.Crash("effect.leased")
	return true, s.act(ctx, h, r)
}

// take reads an effect that is due and free; the handler is nil when there is nothing to do.
func (s *Store) take(ctx context.Context, tx *db.Tx, id string) (row, *Handler, error) {
	q := `SELECT ` + columns + ` FROM effect WHERE id = ? AND state = 'queued' AND not_before <= ?`
	if tx.Dialect == db.Postgres {
		q += ` FOR UPDATE SKIP LOCKED`
	}
	var r row
	err := tx.Get(ctx, &r, q, id, tx.Now)
	if fault.Is(err, fault.NotFound) {
		return row{}, nil, nil
	}
	if err != nil {
		return row{}, nil, fmt.Errorf("take the effect %s: %w", id, err)
	}
	h := s.handlers[r.Kind]
	if h == nil {
		s.strange.tell(ctx, r.Kind)
	}
	return r, h, nil
}

// failure is why a transaction in which the work was done is rolled back.
type failure struct {
	err  error
	over bool
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// work does the effect and writes its outcome in the same transaction. Whatever goes wrong, also
// when the room refuses the outcome, is an attempt that failed.
func (s *Store) work(ctx context.Context, tx *db.Tx, h *Handler, r row) error {
	limited, cancel := context.WithTimeout(ctx, h.timeout())
	defer cancel()
	now := r
	now.Attempt++
	db.Crash("effect.before")
	out, err := guard(limited, h, func() (any, error) { return h.Tx(limited, tx, now.effect()) })
	db.Crash("effect.after")
	if err == nil {
		err = s.settle(ctx, tx, r, verdict{event: succeeded}, now.Attempt, out)
	}
	if err != nil {
		return &failure{err, limited.Err() != nil && ctx.Err() == nil}
	}
	return nil
}

// guard has a handler do its work and gives its output as JSON. A panic becomes an error: one bad
// step must not end the process.
func guard(ctx context.Context, h *Handler, do func() (any, error)) (out string, err error) {
	err = calmly(ctx, h, func() error {
		got, err := do()
		if err != nil {
			return err
		}
		if out, err = encode(got); err != nil {
			return fmt.Errorf("%w: %w", errOutput, err)
		}
		return nil
	})
	return out, err
}

func calmly(ctx context.Context, h *Handler, call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(ctx, "effect handler panicked", "kind", h.Kind, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", errPanic, p)
		}
	}()
	return call()
}

// conclude judges an attempt and writes the verdict in a transaction of its own. The process may
// be stopping, or the database away for a moment: what is known is written all the same.
func (s *Store) conclude(ctx context.Context, h *Handler, r row, a attempt, output string) error {
	a.of = r.effect()
	v := judge(h, a)
	if a.err != nil && !isEarly(a.err) {
		slog.WarnContext(ctx, "effect", "kind", h.Kind, "id", r.ID, "attempt", a.no, "came_to", string(v.event), "cause", a.err)
	}
	var err error
	for n := 0; ; n++ {
		err = s.collide(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
			return s.settle(ctx, tx, r, v, a.no, output)
		})
		if err == nil || errors.Is(err, errLost) || errors.Is(err, errRoom) || n == len(outages) {
			break
		}
		<-time.After(outages[n])
	}
	if errors.Is(err, errLost) {
		slog.WarnContext(ctx, "effect: the lease was lost, the result is not written", "kind", h.Kind, "id", r.ID)
		return nil
	}
	if err == nil {
		db.Crash("effect.result")
	}
	return err
}

// settle writes a verdict if the row is still as the attempt left it, else it answers errLost.
func (s *Store) settle(ctx context.Context, tx *db.Tx, r row, v verdict, no int64, output string) error {
	next, err := r.move(v.event, tx.Now)
	if err != nil {
		return err
	}
	if next.Output = output; output == "" {
		next.Output = "{}"
	}
	next.Attempt, next.Problem = no, v.problem
	if v.handedBack {
		next.Attempt--
	}
	if next.StartedAt == 0 || r.State == Queued {
		next.StartedAt = tx.Now
	}
	if next.State == Queued {
		next.NotBefore, next.LeavingAt = tx.Now.Add(v.pause), v.leftAt(r.LeavingAt)
	}
	ok, err := save(ctx, tx, r, &next)
	switch {
	case err != nil:
		return err
	case !ok:
		return errLost
	case next.State == Queued:
		return s.wake(ctx, tx, next)
	}
	return s.ended(ctx, tx, next)
}

// collisions bounds how often a transaction that lost against another is tried again at once, and
// pauseAfter is the first pause in between. outages are the pauses when the database is away.
const (
	collisions = 8
	pauseAfter = 2 * time.Millisecond
)

var outages = []time.Duration{100 * time.Millisecond, 300 * time.Millisecond, time.Second, 2 * time.Second}

// collide is Update, tried again when the transaction lost against another one.
func (s *Store) collide(ctx context.Context, fn func(context.Context, *db.Tx) error) error {
	pause := pauseAfter
	for n := 1; ; n++ {
		err := s.db.Update(ctx, fn)
		if err == nil || n == collisions || !collided(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
		pause *= 2
	}
}

// collided reports whether the same transaction may well pass when it is tried again.
func collided(err error) bool {
	var p *problem
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &p):
		return false // the handler has said what it is
	case errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01"): // serialization failure, deadlock
		return true
	}
	return fault.Is(err, fault.Conflict)
}
