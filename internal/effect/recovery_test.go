package effect_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
)

// beNode is a process that performs effects as the product does, until it is killed. The first
// attempt at an effect never comes to an end.
func beNode(ctx context.Context) error {
	d, err := db.Open(ctx, os.Getenv(dsnEnv))
	if err != nil {
		return err
	}
	q, err := effect.NewRiver(d)
	if err != nil {
		return err
	}
	s := effect.NewStore(d, q)
	s.Handle(effect.Handler{Kind: "letter", Do: func(ctx context.Context, e effect.Effect, leaving func(context.Context) error) (any, error) {
		fmt.Println("attempt", e.Attempt, e.Key)
		if e.Attempt == 1 {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return nil, leaving(ctx)
	}, Timeout: time.Hour, Ended: func(_ context.Context, tx *db.Tx, e effect.Effect) error {
		tx.AfterCommit(func() { fmt.Println(e.State, e.Attempt, e.Key) })
		return nil
	}})
	fmt.Println("ready")
	s.Run(ctx)
	return nil
}

// node is such a process, and what it says.
type node struct {
	cmd  *exec.Cmd
	says chan string
}

func startNode(t *testing.T, dsn string) *node {
	t.Helper()
	n := &node{cmd: exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0]), says: make(chan string, 64)}
	n.cmd.Env = append(os.Environ(), roleEnv+"=node", dsnEnv+"="+dsn)
	out, err := n.cmd.StdoutPipe()
	if err == nil {
		err = n.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			n.says <- lines.Text()
		}
		close(n.says)
	}()
	t.Cleanup(n.kill)
	return n
}

// hears waits until the node says something.
func (n *node) hears(t *testing.T, want string) {
	t.Helper()
	for line := range n.says {
		if line == want {
			return
		}
	}
	t.Fatalf("the node ended without saying %q", want)
}

func (n *node) kill() {
	if n.cmd.ProcessState == nil {
		_ = n.cmd.Process.Signal(syscall.SIGKILL)
		_ = n.cmd.Wait()
	}
}

// handover kills a node in the middle of an effect after it has been at it for a while, and says
// how long it took until another had taken the effect and until it was done: on SQLite from the
// start of the next process, on PostgreSQL, where another node is there already, from the kill.
func handover(t *testing.T, d *db.DB, dsn, key string, while time.Duration) (taken, done time.Duration) {
	t.Helper()
	s := effect.NewStore(d, river(t, d))
	s.Handle(effect.Handler{Kind: "letter", Do: sends(nil, nil)})
	first := startNode(t, dsn)
	if err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, _, err := s.Enqueue(ctx, tx, effect.Spec{Kind: "letter", Key: key})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	first.hears(t, "attempt 1 "+key)
	<-time.After(while)
	var heir *node
	if d.Dialect == db.Postgres {
		heir = startNode(t, dsn)
		heir.hears(t, "ready")
	}
	first.kill()
	from := time.Now()
	if d.Dialect == db.SQLite {
		heir = startNode(t, dsn)
	}
	heir.hears(t, "attempt 2 "+key)
	taken = time.Since(from)
	heir.hears(t, "done 2 "+key)
	done = time.Since(from)
	heir.kill()
	return taken, done
}

func targets(t *testing.T) map[string]string {
	return map[string]string{"sqlite": filepath.Join(t.TempDir(), "recovery.db"), "postgres": dbtest.PostgresDSN(t)}
}

func TestAnotherTakesOverFromAKilledNode(t *testing.T) {
	t.Parallel()
	for dialect, dsn := range targets(t) {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			d := dbtest.Open(t, dsn)
			handover(t, d, dsn, "k1", 0)
		})
	}
}

func measured(t *testing.T) {
	t.Helper()
	if os.Getenv("TASUKE_BENCH") == "" {
		t.Skip("measurements run with make bench")
	}
}

// spread prints figures of one kind.
func spread(t *testing.T, what string, all []time.Duration) {
	t.Helper()
	slices.Sort(all)
	line := fmt.Sprintf("median %v, longest %v, of %d", all[len(all)/2].Round(time.Millisecond/10), all[len(all)-1].Round(time.Millisecond/10), len(all))
	t.Attr(strings.ReplaceAll(what, " ", "-"), line)
	fmt.Printf("  %-60s %s\n", what, line)
}

// TestBenchRecoveryAfterAKill kills a node at moments spread over the time between two renewals.
func TestBenchRecoveryAfterAKill(t *testing.T) {
	measured(t)
	from := map[string]string{"sqlite": "start of the process (at most 1 s)", "postgres": "kill, second node alive (at most 6 s)"}
	for dialect, dsn := range targets(t) {
		d := dbtest.Open(t, dsn)
		var taken, done []time.Duration
		for n := range 7 {
			a, b := handover(t, d, dsn, fmt.Sprint("k", n), rand.N(1700*time.Millisecond))
			taken, done = append(taken, a), append(done, b)
		}
		spread(t, dialect+" effect taken again after "+from[dialect], taken)
		spread(t, dialect+" effect done after "+from[dialect], done)
	}
}

// TestBenchIdleEffects is what waiting for effects costs, and how soon one is taken.
func TestBenchIdleEffects(t *testing.T) {
	measured(t)
	const span = 20 * time.Second
	for dialect, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		d := open(t)
		l := newLively(t, d, river(t, d))
		began := make(chan time.Time, 1)
		h := l.tells(effect.Handler{Kind: "letter", Do: func(context.Context, effect.Effect, func(context.Context) error) (any, error) {
			began <- time.Now()
			return nil, nil
		}})
		l.Handle(h)
		stop := l.run(l.Store)
		l.put(effect.Spec{Key: "first"})
		<-began
		<-l.told
		before := cpu(t)
		<-time.After(span)
		used := cpu(t) - before
		line := fmt.Sprintf("%.2f %% of one processor, %v in %v", 100*used.Seconds()/span.Seconds(), used.Round(time.Millisecond), span)
		t.Attr(dialect+"-idle-effects", line)
		fmt.Printf("  %-60s %s\n", dialect+" idle", line)
		var waits []time.Duration
		for n := range 50 {
			<-time.After(rand.N(50 * time.Millisecond))
			committed := time.Now()
			l.put(effect.Spec{Key: fmt.Sprint(n)})
			wait := (<-began).Sub(committed)
			<-l.told
			waits = append(waits, wait)
		}
		spread(t, dialect+" from the call that puts down to the work", waits)
		stop()
	}
}

// cpu is the processor time of this process so far.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(errors.Join(errors.New("no resource usage"), err))
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
