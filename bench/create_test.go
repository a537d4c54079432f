package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

// span is how long each number of clients writes.
const span = 5 * time.Second

// during runs act on so many clients for the span and gives the times, sorted, and acts per second.
func during(t *testing.T, clients int, act func(client int) error) (timings, float64) {
	t.Helper()
	all := make([]timings, clients)
	var working sync.WaitGroup
	began := time.Now()
	for c := range clients {
		working.Go(func() {
			for time.Since(began) < span {
				start := time.Now()
				if err := act(c); err != nil {
					t.Errorf("client %d: %v", c, err)
					return
				}
				all[c] = append(all[c], time.Since(start))
			}
		})
	}
	working.Wait()
	took := time.Since(began)
	s := slices.Concat(all...)
	slices.Sort(s)
	return s, float64(len(s)) / took.Seconds()
}

// TestBenchDurableInquiryCreation draws receipt numbers over HTTP: each answer means that the
// inquiry, its number and its audit entry are on disk.
func TestBenchDurableInquiryCreation(t *testing.T) {
	wanted(t)
	for _, dialect := range dialects() {
		t.Run(string(dialect), func(t *testing.T) {
			p := newPlace(t, dialect)
			s := launch(t, p.args("serve", "--addr", "127.0.0.1:0")...)
			u := s.signedIn(t, "op", password, 64)
			u.get(t, "/")
			figure(t, string(dialect)+" memory idle", "%.0f MB", s.memory(t, "VmRSS"))
			perSecond := map[int]float64{}
			made := 0
			for _, clients := range []int{1, 16, 64} {
				times, rate := during(t, clients, func(int) error { return u.create() })
				perSecond[clients], made = rate, made+len(times)
				figure(t, fmt.Sprintf("%s inquiry created, %2d clients", dialect, clients), "p50 %s  p99 %s  %.0f/s", ms(times.at(.5)), ms(times.at(.99)), rate)
			}
			figure(t, string(dialect)+" memory under load", "%.0f MB (at most %.0f) after %d inquiries", s.memory(t, "VmRSS"), s.memory(t, "VmHWM"), made)
			s.stop(t)
			bytes := stored(t, p, made)
			floor(t, p, bytes, perSecond)
		})
	}
}

func dialects() []db.Dialect {
	if os.Getenv(dbtest.ServerEnv) == "" {
		return []db.Dialect{db.SQLite}
	}
	return []db.Dialect{db.SQLite, db.Postgres}
}

func (u *user) create() error {
	res, _, err := u.ask(http.MethodPost, "/inquiries", url.Values{"channel": {"phone"}, "key": {uuid.NewString()}})
	if err == nil && (res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/inquiries/")) {
		err = fmt.Errorf("answered %s", res.Status)
	}
	return err
}

// stored checks that every acknowledged inquiry is there, and gives the bytes of one row.
func stored(t *testing.T, p place, made int) (bytes int) {
	t.Helper()
	p.change(t, func(d *db.DB) error {
		return d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			var n int
			if err := tx.Get(ctx, &n, `SELECT count(*) FROM inquiry`); err != nil {
				return err
			}
			if n != made {
				t.Errorf("%d inquiries were acknowledged, %d are there", made, n)
			}
			return tx.Get(ctx, &bytes, `SELECT CAST(avg(length(id) + length(no) + length(client_key) + length(operator_id) + length(operator_name) + length(saved_by) + 60) AS INTEGER) FROM inquiry`)
		})
	})
	return bytes
}

// floor is what the database alone does: one INSERT of the same size in a transaction, on the
// same file system with the same settings, by one writer and nothing else.
func floor(t *testing.T, p place, bytes int, product map[int]float64) {
	t.Helper()
	raw := p
	if p.dialect == db.SQLite {
		raw.dsn = filepath.Join(p.dir, "floor.db")
	}
	payload := strings.Repeat("x", bytes)
	d, err := db.Open(t.Context(), raw.dsn)
	must(t, err)
	defer func() { must(t, d.Close()) }()
	w := d.Writer()
	_, err = w.Exec(`CREATE TABLE floor (id TEXT PRIMARY KEY, body TEXT NOT NULL)`)
	must(t, err)
	figure(t, string(p.dialect)+" durability", "%s", durability(t, w, p.dialect))
	for _, clients := range []int{1, 16, 64} {
		var one sync.Mutex // a single writer, whoever waits
		times, rate := during(t, clients, func(int) error {
			one.Lock()
			defer one.Unlock()
			return insert(w, payload)
		})
		figure(t, fmt.Sprintf("%s raw INSERT of %d bytes, one writer, %2d waiting", p.dialect, bytes, clients), "p50 %s  p99 %s  %.0f/s; the product does %.0f%% of it",
			ms(times.at(.5)), ms(times.at(.99)), rate, 100*product[clients]/rate)
	}
}

func insert(w *sqlx.DB, payload string) error {
	tx, err := w.Beginx()
	if err != nil {
		return err
	}
	if _, err := tx.Exec(tx.Rebind(`INSERT INTO floor (id, body) VALUES (?, ?)`), uuid.NewString(), payload); err != nil {
		return err
	}
	return tx.Commit()
}

// durability says what a commit waits for.
func durability(t *testing.T, w *sqlx.DB, dialect db.Dialect) string {
	t.Helper()
	if dialect == db.SQLite {
		var mode string
		var level int
		must(t, w.Get(&mode, `PRAGMA journal_mode`))
		must(t, w.Get(&level, `PRAGMA synchronous`))
		return fmt.Sprintf("journal %s, synchronous %d (2 is FULL: fsync at each commit)", mode, level)
	}
	var fsync, commit string
	must(t, w.Get(&fsync, `SHOW fsync`))
	must(t, w.Get(&commit, `SHOW synchronous_commit`))
	return fmt.Sprintf("fsync %s, synchronous_commit %s", fsync, commit)
}
