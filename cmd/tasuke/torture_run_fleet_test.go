package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/goccy/go-yaml"

	"tasuke/internal/db"
)

// fleet is the nodes of one installation, which are started again whenever they were killed, until
// their story is told.
type fleet struct {
	*tortured
	in    *inbox
	nodes int
	told  int     // stories that were begun
	last  telling // the last of them
	acts  int     // that were acknowledged

	mu      sync.Mutex
	points  []string       // still to die at
	moments int            // random deaths still to come
	alive   map[int]*life  // by node
	said    map[string]int // acts that were acknowledged in the story under way
	deaths  int            // in the story under way
	failed  error          // why the story cannot go on
	stop    context.CancelFunc
}

// life is one process of a node.
type life struct {
	*exec.Cmd
	node  int
	armed []string // points that it dies at, or anytime
	log   bytes.Buffer
}

// anytime stands in the place of the points for a random moment.
const anytime = "random"

// tell has a whole story told: until it waits for the banks, and, weeks later, to its end.
func (f *fleet) tell() {
	f.Helper()
	t := telling{Config: f.cfg, Number: f.told, Customer: f.customers[f.told%len(f.customers)], Inbox: f.in.file}
	f.told, f.last = f.told+1, t
	f.said, f.deaths = map[string]int{}, 0
	for _, t.Ahead = range []time.Duration{0, weeks} {
		var nodes sync.WaitGroup
		ctx, stop := context.WithTimeout(f.Context(), longestStory)
		f.stop = stop
		for n := range f.nodes {
			nodes.Go(func() { f.keep(ctx, t, n) })
		}
		nodes.Wait()
		err := ctx.Err()
		stop()
		if f.failed != nil {
			f.Fatalf("the story %d: %v", t.Number, f.failed)
		}
		if err != nil {
			f.Fatalf("the story %d does not go on: %v\n%s", t.Number, err, strings.Join(f.standing(t), "\n"))
		}
	}
}

// longestStory ends a story that has come to a stop; it takes a few seconds and some for each death.
const longestStory = 5 * time.Minute

// keep starts a node again and again until it ends by itself.
func (f *fleet) keep(ctx context.Context, t telling, node int) {
	t.Node = node
	t.Config.SMTP.HELO = fmt.Sprintf("node%d.firm.example.jp", node)
	for {
		l := &life{node: node, armed: f.arm(node)}
		killed, err := f.live(ctx, t, l)
		f.in.left(t.Config.SMTP.HELO)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			f.fail(err)
			return
		case !killed:
			return
		}
		f.died(l)
	}
}

// live is one life of a node; killed says that it ended by SIGKILL.
func (f *fleet) live(ctx context.Context, t telling, l *life) (killed bool, err error) {
	told, err := yaml.Marshal(t)
	if err != nil {
		return false, err
	}
	l.Cmd = exec.CommandContext(ctx, os.Args[0], "-test.run", "^$")
	l.Env, l.Stderr = append(os.Environ(), runEnv+"="+string(told), db.CrashEnv+"="+strings.Join(l.armed, ",")), &l.log
	out, err := l.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := l.Start(); err != nil {
		return false, err
	}
	defer f.threaten(l)()
	f.listen(bufio.NewScanner(out))
	err = l.Wait()
	if status, ok := l.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
		return true, nil
	}
	if err != nil {
		err = fmt.Errorf("node %d ended with %w: %s", t.Node, err, l.log.String())
	}
	return false, err
}

// listen counts what is acknowledged until the life is over.
func (f *fleet) listen(lines *bufio.Scanner) {
	for lines.Scan() {
		if line := lines.Text(); line != upLine {
			f.mu.Lock()
			f.said[line]++
			f.mu.Unlock()
		}
	}
}

// longestLife is how long a node lives that is killed at a random moment; on a quiet machine its
// start takes about a third of it.
const longestLife = 800 * time.Millisecond

// threaten has a life killed at a random moment, every third time with the other nodes.
func (f *fleet) threaten(l *life) (spare func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.alive[l.node] = l
	if !slices.Contains(l.armed, anytime) {
		return func() {}
	}
	moment, all := 5*time.Millisecond+time.Duration(f.random.Int64N(int64(longestLife))), f.random.IntN(3) == 0
	timer := time.AfterFunc(moment, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, other := range f.alive {
			if other == l || all && slices.Contains(other.armed, anytime) {
				_ = other.Process.Kill() // it may be dead already
			}
		}
	})
	return func() { timer.Stop() }
}

// arm says at what a node dies next: at whichever of the points that are left it passes first.
func (f *fleet) arm(node int) (points []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.points) == 0 && f.moments > 0 {
		return []string{anytime}
	}
	named := map[string]bool{}
	for _, p := range f.points {
		name := pointOf(p)
		if !named[name] && (node == 0 || !slices.Contains(begun, name)) {
			points = append(points, p)
		}
		named[name] = true
	}
	return points
}

// died counts a death.
func (f *fleet) died(l *life) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deaths++
	if slices.Contains(l.armed, anytime) {
		f.hits[anytime]++
		f.moments--
		return
	}
	_, at, _ := strings.Cut(l.log.String(), db.CrashLine)
	name, _, _ := strings.Cut(at, "\n")
	f.hits[name]++
	passed := slices.IndexFunc(l.armed, func(p string) bool { return pointOf(p) == name })
	if passed < 0 {
		f.Errorf("node %d was killed, and not at a point: %s", l.node, l.log.String())
		return
	}
	f.points = slices.DeleteFunc(f.points, func(p string) bool { return p == l.armed[passed] })
}

// pointOf is the name of a point without the passing.
func pointOf(point string) string {
	name, _, _ := strings.Cut(point, "@")
	return name
}

func (f *fleet) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed == nil {
		f.failed = err
	}
	f.stop()
}
