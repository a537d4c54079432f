package effect

import (
	"context"
	"database/sql"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// lite is River's SQLite driver with a bell in place of its table of notifications, which it reads
// 20 times a second on the one writer connection: with SQLite everybody is in this process.
type lite struct {
	*riversqlite.Driver
	bell bell
}

func newLite(pool *sql.DB) *lite { return &lite{riversqlite.New(pool), make(bell, 1)} }

// SupportsListenNotify is false: nothing is written to notify.
func (*lite) SupportsListenNotify() bool { return false }

// GetListener listens to the bell.
func (l *lite) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener { return l.bell }

// bell rings when jobs were committed. Rings that nobody has heard yet are one.
type bell chan struct{}

func (b bell) ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}

// inserted is the library's notification of new jobs in the one queue we use.
var inserted = riverdriver.Notification{Topic: "river_insert", Payload: `{"queue": "` + river.QueueDefault + `"}`}

// WaitForNotification waits for the next ring.
func (b bell) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err() //nolint:wrapcheck // the library looks for it
	case <-b:
		n := inserted
		return &n, nil
	}
}

// A bell needs no connection, and is not choosy.

func (bell) Close(context.Context) error            { return nil }
func (bell) Connect(context.Context) error          { return nil }
func (bell) Listen(context.Context, string) error   { return nil }
func (bell) Unlisten(context.Context, string) error { return nil }
func (bell) Ping(context.Context) error             { return nil }
func (bell) Schema() string                         { return "" }
func (bell) SetAfterConnectExec(string)             {}

var (
	_ riverdriver.Driver[*sql.Tx] = (*lite)(nil)
	_ riverdriver.Listener        = bell(nil)
)
