package effect_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
)

// What a child process of these tests is to do, and with what.
const (
	roleEnv  = "EFFECT_TEST_ROLE" // story or node
	dsnEnv   = "EFFECT_TEST_DSN"
	sinkEnv  = "EFFECT_TEST_SINK"
	namesEnv = "EFFECT_TEST_NAMES" // what the keys of the story begin with
	clockEnv = "EFFECT_TEST_CLOCK" // seconds after opening
)

// TestMain lets this test binary also be a process that is killed.
func TestMain(m *testing.M) {
	roles := map[string]func(context.Context) error{"story": tell, "node": beNode}
	if role, ok := roles[os.Getenv(roleEnv)]; ok {
		if err := role(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(&logbook, nil)))
	os.Exit(m.Run())
}

// logbook is what the tests' nodes have logged.
var logbook book

type book struct {
	sync.Mutex
	text strings.Builder
}

// Write adds to the book.
func (b *book) Write(p []byte) (int, error) {
	b.Lock()
	defer b.Unlock()
	return b.text.Write(p)
}

func (b *book) lines(with string) (n int) {
	b.Lock()
	defer b.Unlock()
	for l := range strings.Lines(b.text.String()) {
		if strings.Contains(l, with) {
			n++
		}
	}
	return n
}

// outside is the other side of effects: a file that nobody can take anything back from.
type outside struct{ file string }

func (o outside) append(line string) error {
	f, err := os.OpenFile(o.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line + "\n")
	return errors.Join(err, f.Sync(), f.Close())
}

// times is how often a line has arrived.
func (o outside) times(line string) int {
	b, err := os.ReadFile(o.file)
	if err != nil && !os.IsNotExist(err) {
		return -1
	}
	n := 0
	for l := range strings.Lines(string(b)) {
		if strings.TrimSpace(l) == line {
			n++
		}
	}
	return n
}

var kinds = []string{"once", "again", "inside"}

// storyteller performs the three sorts of effects: one that must not leave twice, one whose
// receiver knows a key again, and one that is work in this database.
func storyteller(d *db.DB, o outside) *effect.Store {
	s := effect.NewStore(d, nil)
	minute := func(int64) (time.Duration, bool) { return time.Minute, true }
	ended := func(ctx context.Context, tx *db.Tx, e effect.Effect) error {
		return mark(ctx, tx, "ended "+string(e.State), e.Key)
	}
	s.Handle(effect.Handler{Kind: "once", Backoff: minute, Ended: ended, Do: func(ctx context.Context, e effect.Effect, leaving func(context.Context) error) (any, error) {
		if err := leaving(ctx); err != nil {
			return nil, err
		}
		return nil, o.append(e.Key)
	}})
	s.Handle(effect.Handler{Kind: "again", Repeatable: true, Backoff: minute, Ended: ended, Do: func(ctx context.Context, e effect.Effect, leaving func(context.Context) error) (any, error) {
		if err := leaving(ctx); err != nil {
			return nil, err
		}
		if o.times(e.Key) > 0 { // the receiver has seen the key
			return nil, nil
		}
		return nil, o.append(e.Key)
	}})
	s.Handle(effect.Handler{Kind: "inside", Backoff: minute, Ended: ended, Tx: func(ctx context.Context, tx *db.Tx, e effect.Effect) (any, error) {
		return nil, mark(ctx, tx, "worked", e.Key)
	}})
	return s
}

// mark writes down in the database that something happened.
func mark(ctx context.Context, tx *db.Tx, what, key string) error {
	_, err := tx.Exec(ctx, `INSERT INTO event (id, subject_kind, subject_id, name, ref, at, delivered_at) VALUES (?, 'test', 'test', ?, ?, ?, 1)`,
		tx.NewID(), what, key, tx.Now)
	return err
}

// tell is the story in which a process is killed: three use cases, each with an effect; then the
// effects, one after the other.
func tell(ctx context.Context) error {
	d, err := db.Open(ctx, os.Getenv(dsnEnv))
	if err != nil {
		return err
	}
	seconds, err := strconv.Atoi(os.Getenv(clockEnv))
	if err != nil {
		return err
	}
	dbtest.Clock(d, opening.Add(time.Duration(seconds)*time.Second))
	s := storyteller(d, outside{os.Getenv(sinkEnv)})
	if err := s.Recover(ctx); err != nil {
		return err
	}
	var ids []string
	for _, kind := range kinds {
		if err := d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
			key := os.Getenv(namesEnv) + " " + kind
			id, created, err := s.Enqueue(ctx, tx, effect.Spec{Kind: kind, Key: key})
			ids = append(ids, id)
			if err != nil || !created {
				return err
			}
			return mark(ctx, tx, "asked", key)
		}); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if err := s.Perform(ctx, id); err != nil {
			return err
		}
	}
	return d.Close()
}

// passings is how often the story passes each point; the transactions are counted without those
// that only read.
var passings = map[string]int{
	"effect.queued": 3, "effect.leased": 2, "effect.before": 3, "effect.leaving": 2, "effect.after": 3, "effect.result": 3,
	"tx.before_commit": 10, "tx.after_commit": 10,
}

// TestNoKillLosesOrDoublesAnEffect kills a process with SIGKILL at every passing of every point,
// starts it again and looks at what has arrived outside and inside.
func TestNoKillLosesOrDoublesAnEffect(t *testing.T) {
	t.Parallel()
	for dialect, dsn := range map[string]func(testing.TB) string{
		"sqlite": func(t testing.TB) string { return filepath.Join(t.TempDir(), "crash.db") }, "postgres": dbtest.PostgresDSN,
	} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			s := &survivors{where: dsn(t), out: outside{filepath.Join(t.TempDir(), "outside")}}
			s.world = newWorld(t, dbtest.Open(t, s.where))
			s.Store = storyteller(s.d, s.out)
			for point, n := range passings {
				for i := range n {
					at := fmt.Sprintf("%s@%d", point, i+1)
					t.Run(at, func(t *testing.T) { s.in(t).killed(at).afterwards(at) })
				}
			}
			t.Run("effect.reclaimed", func(t *testing.T) {
				for i, first := range []string{"effect.leased@1", "effect.leaving@1", "effect.leaving@2"} {
					names := fmt.Sprint("reclaimed ", i)
					s.in(t).killedAs(names, first)
					s.clock.Add(gone)
					s.killedAs(names, "effect.reclaimed").afterwards(names)
				}
			})
		})
	}
}

type survivors struct {
	*world
	where string
	out   outside
}

func (s *survivors) in(t *testing.T) *survivors {
	s.t = t
	s.clock.Add(time.Hour)
	return s
}

func (s *survivors) killed(at string) *survivors { return s.killedAs(at, at) }

// killedAs runs the story until it is killed at a point.
func (s *survivors) killedAs(names, at string) *survivors {
	s.t.Helper()
	child := exec.CommandContext(context.WithoutCancel(s.t.Context()), os.Args[0])
	child.Env = append(os.Environ(), roleEnv+"=story", dsnEnv+"="+s.where, sinkEnv+"="+s.out.file, namesEnv+"="+names,
		clockEnv+"="+strconv.Itoa(int(s.clock.Now().Sub(opening).Seconds())), db.CrashEnv+"="+at)
	out, err := child.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		s.t.Fatalf("it was not killed: %v\n%s", err, out)
	}
	return s
}

// afterwards starts the program again and lets everything find its end.
func (s *survivors) afterwards(names string) {
	s.t.Helper()
	s.clock.Add(gone)
	s.must(s.Recover(s.t.Context()))
	s.settle(names)
	for _, kind := range kinds {
		key := names + " " + kind
		if asked, effects := s.marks("asked", key), s.count(`SELECT count(*) FROM effect WHERE idem_key = ?`, key); asked != effects {
			s.t.Fatalf("%s: %d use cases and %d effects", key, asked, effects)
		} else if asked == 1 {
			s.came(kind, key)
		} else if s.out.times(key) != 0 {
			s.t.Errorf("%s was done and nobody asked for it", key)
		}
	}
}

// settle performs until nothing is open. PostgreSQL needs a moment to see that a process is gone;
// until then its locks hold an effect back.
func (s *survivors) settle(names string) {
	s.t.Helper()
	for n := range 5000 {
		s.must(s.Tick(s.t.Context()))
		if s.count(`SELECT count(*) FROM effect WHERE state IN ('queued', 'leased') AND idem_key LIKE ?`, names+" %") == 0 {
			return
		}
		if n%50 == 49 {
			s.clock.Add(time.Minute)
		}
	}
	s.t.Fatal("something never ends")
}

func (s *survivors) marks(what, key string) int {
	s.t.Helper()
	return s.count(`SELECT count(*) FROM event WHERE name = ? AND ref = ?`, what, key)
}

// came looks at what became of one effect: done and arrived once; or unknown, and a person who
// looks finds it arrived once or not at all.
func (s *survivors) came(kind, key string) {
	s.t.Helper()
	arrived := func() int {
		if kind == "inside" {
			return s.marks("worked", key)
		}
		return s.out.times(key)
	}
	e := s.byKey(key)
	if n := s.count(`SELECT count(*) FROM event WHERE name LIKE 'ended %' AND ref = ?`, key); n != 1 || s.marks("ended "+string(e.State), key) != 1 {
		s.t.Errorf("%s is %s, and its room was told %d times", key, e.State, n)
	}
	if e.State == effect.Unknown && kind == "once" && e.LeavingAt != 0 {
		how := effect.Again
		if arrived() > 0 {
			how = effect.HappenedByHand
		}
		_, err := s.resolve(legal, e.ID, e.Rev, how, "相手に確認した")
		s.must(err)
		s.settle(strings.TrimSuffix(key, " "+kind))
		e = s.byKey(key)
	}
	if e.State != effect.Done || arrived() != 1 {
		s.t.Errorf("%s is %s and arrived %d times", key, e.State, arrived())
	}
}

func (s *survivors) byKey(key string) effect.Effect {
	s.t.Helper()
	var id string
	s.must(s.d.View(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &id, `SELECT id FROM effect WHERE idem_key = ?`, key)
	}))
	return s.get(id)
}
