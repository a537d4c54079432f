package effect

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"tasuke/internal/db"
)

const (
	// leaseTime is how long a lease lasts without being renewed. With the sweep that finds it, the
	// work of a killed node goes on within six seconds (design.md 4).
	leaseTime = 5 * time.Second
	// renewEvery is how often leases are renewed.
	renewEvery = leaseTime / 3
	// graceTime is how long a handler may still take to come back when its context has ended.
	graceTime = 2 * time.Second
	// sweepEvery is how often the table is asked for what nobody woke and for leases that ended.
	sweepEvery = 500 * time.Millisecond
	// sweepers bounds how many effects are performed at once because a sweep found them; the queue
	// has workers of its own.
	sweepers = 16
)

// Queue wakes effects that wait in the table. It may lose a wake-up and may repeat one.
type Queue interface {
	// Migrate makes the queue's own tables; the caller holds the lock of migrations.
	Migrate(ctx context.Context) error
	// Wake has perform called with the effect's id soon after the transaction is committed, on
	// whichever node runs; never if it is not.
	Wake(ctx context.Context, tx *db.Tx, id string) error
	// Run calls perform for what was woken until ctx ends, and returns when no call is under way.
	Run(ctx context.Context, perform func(ctx context.Context, id string) error) error
}

// Store keeps and performs effects.
type Store struct {
	db       *db.DB
	queue    Queue
	handlers map[string]*Handler
	nudges   chan struct{}
	slots    chan struct{}
	leases   leases
	pace     pace
	strange  strange
	direct   direct
	ahead    atomic.Int64 // see skew.go
	// sweepEvery, grace and lastWords are the constants; tests change them before Run.
	sweepEvery, grace, lastWords time.Duration
	// tried is called between a read and the write that rests on it; tests put another's act there.
	tried func(where string)
}

// NewStore makes a store. What this process puts down while Run goes on it takes itself, right behind
// the commit; the queue is for what it cannot take at once, and for what is put down elsewhere.
// Without a queue (nil) a sweep of the table finds that.
func NewStore(d *db.DB, q Queue) *Store {
	return &Store{
		db: d, queue: q, handlers: map[string]*Handler{}, nudges: make(chan struct{}, 1), slots: make(chan struct{}, sweepers),
		leases: leases{held: map[string]context.CancelCauseFunc{}}, tried: func(string) {}, direct: direct{places: make(chan struct{}, directly)},
		sweepEvery: sweepEvery, grace: graceTime, lastWords: lastWords,
	}
}

var (
	errHandler = errors.New("a handler needs a kind of its own and exactly one of Tx and Do")
	errKind    = errors.New("no handler for this kind of effect")
	errSpec    = errors.New("an effect needs a key")
	errKey     = errors.New("the key of an effect belongs to another kind or record")
)

// Handle makes a kind known, before Run. A handler that could not work is a mistake of the
// program and panics.
func (s *Store) Handle(h Handler) {
	if h.Kind == "" || (h.Tx == nil) == (h.Do == nil) || s.handlers[h.Kind] != nil {
		panic(fmt.Errorf("%w: %q", errHandler, h.Kind))
	}
	s.handlers[h.Kind] = &h
}

// Enqueue asks for an effect in the caller's transaction. A key that was used before gives the id
// of the first effect and created false. It fails for a kind without a handler.
func (s *Store) Enqueue(ctx context.Context, tx *db.Tx, spec Spec) (id string, created bool, err error) {
	r, err := s.row(tx, spec)
	if err != nil {
		return "", false, err
	}
	n, err := tx.NamedExec(ctx, `INSERT INTO effect (`+columns+`) VALUES (:id, :idem_key, :kind, :ref, :input, :state, :attempt,
		:not_before, :owner, :lease_until, :leaving_at, :started_at, :ended_at, :output, :problem, :rev) ON CONFLICT (idem_key) DO NOTHING`, r)
	if err != nil {
		return "", false, fmt.Errorf("enqueue %s: %w", spec.Kind, err)
	}
	if n == 0 {
		id, err := known(ctx, tx, spec)
		return id, false, err
	}
	tx.AfterCommit(func() { db.Crash("effect.queued") })
	return r.ID, true, s.wake(ctx, tx, r)
}

func (s *Store) row(tx *db.Tx, spec Spec) (row, error) {
	if s.handlers[spec.Kind] == nil {
		return row{}, fmt.Errorf("%w: %q", errKind, spec.Kind)
	}
	if spec.Key == "" {
		return row{}, errSpec
	}
	input, err := encode(spec.Input)
	if err != nil {
		return row{}, fmt.Errorf("write the input of %s: %w", spec.Kind, err)
	}
	return row{
		ID: tx.NewID(), Key: spec.Key, Kind: spec.Kind, Ref: spec.Ref, Input: input,
		State: Queued, NotBefore: max(spec.At, tx.Now), Output: "{}", Rev: 1,
	}, nil
}

// known finds the effect that has the key already.
func known(ctx context.Context, tx *db.Tx, spec Spec) (string, error) {
	var r row
	if err := tx.Get(ctx, &r, `SELECT `+columns+` FROM effect WHERE idem_key = ?`, spec.Key); err != nil {
		return "", fmt.Errorf("read the effect %s: %w", spec.Key, err)
	}
	if r.Kind != spec.Kind || r.Ref != spec.Ref {
		return "", fmt.Errorf("%w: %s is for %s %s", errKey, spec.Key, r.Kind, r.Ref)
	}
	return r.ID, nil
}

// nudge has this process sweep soon.
func (s *Store) nudge() {
	select {
	case s.nudges <- struct{}{}:
	default: // one is under way
	}
}

// Get reads one effect; none is fault.NotFound.
func (s *Store) Get(ctx context.Context, tx *db.Tx, id string) (Effect, error) {
	r, err := load(ctx, tx, id)
	return r.effect(), err
}

// ByRef lists the effects of a record, oldest first.
func (s *Store) ByRef(ctx context.Context, tx *db.Tx, ref string) ([]Effect, error) {
	var rows []row
	if err := tx.Select(ctx, &rows, `SELECT `+columns+` FROM effect WHERE ref = ? ORDER BY id`, ref); err != nil {
		return nil, fmt.Errorf("list the effects of %s: %w", ref, err)
	}
	out := make([]Effect, len(rows))
	for i, r := range rows {
		out[i] = r.effect()
	}
	return out, nil
}

// errRoom: the room that was told of an outcome refused it.
var errRoom = errors.New("the room refused the outcome")

// ended tells the room of an outcome, in the transaction that writes it.
func (s *Store) ended(ctx context.Context, tx *db.Tx, r row) error {
	h := s.handlers[r.Kind]
	if !r.State.Over() || h == nil || h.Ended == nil {
		return nil
	}
	if err := calmly(ctx, h, func() error { return h.Ended(ctx, tx, r.effect()) }); err != nil {
		return fmt.Errorf("%w: %s: %w", errRoom, r.Kind, err)
	}
	return nil
}
