package effect

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"tasuke/internal/db"
)

const (
	// riverWorkers bounds the effects that the queue has performed at once in this process.
	riverWorkers = 32
	// fetchCooldown: the library's own 100 ms would cap the queue at a few hundred jobs a second.
	fetchCooldown = 5 * time.Millisecond
	// pollEvery is how often the queue looks by itself; new jobs are announced to it.
	pollEvery = 5 * time.Second
	// forgotten is after how long a job whose process was killed in mid-work is thrown away. Nobody
	// waits for that: the effect itself is taken back by us.
	forgotten = time.Hour
	// keepJobs is how long jobs that are over stay; the truth about them is ours.
	keepJobs = time.Minute
)

// wakeUp is a job: an effect's id and nothing else.
type wakeUp struct {
	Effect string `json:"effect"`
}

// Kind names the job to the queue.
func (wakeUp) Kind() string { return "effect" }

// riverOf is the queue over one of its two drivers.
type riverOf[T any] struct {
	driver riverdriver.Driver[T]
	client *river.Client[T]
	tx     func(*db.Tx) (T, error)
	worker *waker
}

// NewRiver makes the queue on River, in the same database: on SQLite on the one writer
// connection, on PostgreSQL on the pool.
func NewRiver(d *db.DB) (Queue, error) {
	if d.Dialect == db.SQLite {
		driver := newLite(d.Writer().DB)
		return newRiver(driver, func(tx *db.Tx) (*sql.Tx, error) {
			tx.AfterCommit(driver.bell.ring)
			return tx.SQL(), nil
		})
	}
	return newRiver(riverpgxv5.New(d.Pool), func(tx *db.Tx) (pgx.Tx, error) { return tx.PGX() })
}

func newRiver[T any](driver riverdriver.Driver[T], tx func(*db.Tx) (T, error)) (Queue, error) {
	q := &riverOf[T]{driver: driver, tx: tx, worker: &waker{}}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, q.worker); err != nil {
		return nil, fmt.Errorf("set up the queue: %w", err)
	}
	var err error
	if q.client, err = river.NewClient(driver, &river.Config{
		Logger:                      quietly(),
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: riverWorkers}},
		Workers:                     workers,
		FetchCooldown:               fetchCooldown,
		FetchPollInterval:           pollEvery,
		JobTimeout:                  forgotten, // an effect has a time of its own
		RescueStuckJobsAfter:        forgotten,
		MaxAttempts:                 1, // what fails is tried again by us
		CompletedJobRetentionPeriod: keepJobs, CancelledJobRetentionPeriod: keepJobs, DiscardedJobRetentionPeriod: keepJobs,
	}); err != nil {
		return nil, fmt.Errorf("set up the queue: %w", err)
	}
	return q, nil
}

// Migrate makes River's tables and brings them up to its version.
func (q *riverOf[T]) Migrate(ctx context.Context) error {
	m, err := rivermigrate.New(q.driver, &rivermigrate.Config{Logger: quietly()})
	if err != nil {
		return fmt.Errorf("read the queue's migrations: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	return nil
}

// Wake puts a job into the caller's transaction.
func (q *riverOf[T]) Wake(ctx context.Context, tx *db.Tx, id string) error {
	t, err := q.tx(tx)
	if err != nil {
		return err
	}
	if _, err := q.client.InsertTx(ctx, t, wakeUp{id}, nil); err != nil {
		return fmt.Errorf("put a job into the queue: %w", err)
	}
	return q.announce(ctx, t)
}

// announce tells every node of the job once the transaction is committed. The library does that
// too, but not within FetchCooldown of an earlier announcement, which may long have been heard when
// this transaction is committed; its job would wait for the next look at the table. Equal
// announcements of one transaction are one.
func (q *riverOf[T]) announce(ctx context.Context, tx T) error {
	if !q.driver.SupportsListenNotify() {
		return nil // the bell
	}
	if err := q.driver.UnwrapExecutor(tx).NotifyMany(ctx, &riverdriver.NotifyManyParams{
		Topic: inserted.Topic, Payload: []string{inserted.Payload},
	}); err != nil {
		return fmt.Errorf("announce a job: %w", err)
	}
	return nil
}

// Run works the jobs. When ctx ends it takes no more, and waits for those that run.
func (q *riverOf[T]) Run(ctx context.Context, perform func(ctx context.Context, id string) error) error {
	q.worker.perform = perform
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the queue: %w", err)
	}
	<-ctx.Done()
	if err := q.client.Stop(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("stop the queue: %w", err)
	}
	return nil
}

// waker performs the effect that a job names.
type waker struct {
	river.WorkerDefaults[wakeUp]
	perform func(ctx context.Context, id string) error
}

// Work performs the effect.
func (w *waker) Work(ctx context.Context, j *river.Job[wakeUp]) error {
	return w.perform(ctx, j.Args.Effect)
}

// quiet lets warnings of the queue through, and nothing of its daily business.
type quiet struct{ slog.Handler }

// Enabled is true from warnings on.
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

// WithAttrs keeps quiet.
func (q quiet) WithAttrs(list []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(list)} }

// WithGroup keeps quiet.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }

func quietly() *slog.Logger { return slog.New(quiet{slog.Default().Handler()}) }
