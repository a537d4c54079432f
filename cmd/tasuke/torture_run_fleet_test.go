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
	points  []string       // still to die at, in the order of the story
	moments int            // random deaths still to come
	missed  map[string]int // lives that ended well, by the point they should have died at
	armed   map[int]string // what each node dies at
	alive   map[int]*life  // by node
	said    map[string]int // acts that were acknowledged in the story under way
	deaths  int            // in the story under way
	failed  error          // why the story cannot go on
	stop    context.CancelFunc
}

// life is one process of a node.
type life struct {
	*exec.Cmd
	log bytes.Buffer
}

// anytime stands in the place of a point for a random moment.
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
const longestStory = 4 * time.Minute

// keep starts a node again and again until it ends by itself.
func (f *fleet) keep(ctx context.Context, t telling, node int) {
	t.Node = node
	t.Config.SMTP.HELO = fmt.Sprintf("node%d.firm.example.jp", node)
	for {
		point := f.arm(node)
		killed, err := f.live(ctx, t, point)
		f.in.left(t.Config.SMTP.HELO)
		f.disarm(node, killed)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			f.fail(err)
			return
		case !killed:
			return
		}
	}
}

// live is one life of a node; killed says that it ended by SIGKILL.
func (f *fleet) live(ctx context.Context, t telling, point string) (killed bool, err error) {
	told, err := yaml.Marshal(t)
	if err != nil {
		return false, err
	}
	l := &life{Cmd: exec.CommandContext(ctx, os.Args[0], "-test.run", "^$")}
	l.Env = append(os.Environ(), runEnv+"="+string(told), db.CrashEnv+"=")
	if point != anytime {
		l.Env = append(l.Env, db.CrashEnv+"="+point)
	}
	l.Stderr = &l.log
	out, err := l.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := l.Start(); err != nil {
		return false, err
	}
	defer f.threaten(t.Node, l, point)()
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

// longestLife is how long a node lives that is killed at a random moment; its start takes about a
// third of it.
const longestLife = 1500 * time.Millisecond

// threaten has a life killed at a random moment, every third time with the other nodes.
func (f *fleet) threaten(node int, l *life, point string) (spare func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.alive[node] = l
	if point != anytime {
		return func() {}
	}
	moment, all := 5*time.Millisecond+time.Duration(f.random.Int64N(int64(longestLife))), f.random.IntN(3) == 0
	timer := time.AfterFunc(moment, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		for n, other := range f.alive {
			if n == node || all && f.armed[n] == anytime {
				_ = other.Process.Kill() // it may be dead already
			}
		}
	})
	return func() { timer.Stop() }
}

// arm says at what a node dies next: the first point that it can pass and no other node waits for.
func (f *fleet) arm(node int) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed[node] = ""
	if len(f.points) == 0 && f.moments > 0 {
		f.armed[node] = anytime
	}
	for i, p := range f.points {
		if node == 0 || !slices.Contains(begun, pointOf(p)) {
			f.points = slices.Delete(f.points, i, i+1)
			f.armed[node] = p
			break
		}
	}
	return f.armed[node]
}

// chances is how many lives may end without having passed a point: what comes early in a story is
// passed in another one.
const chances = 6

// disarm counts a death, or keeps the point that was not passed for another life.
func (f *fleet) disarm(node int, killed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.alive, node)
	point := f.armed[node]
	switch {
	case point == "":
	case killed:
		f.deaths++
		f.hits[pointOf(point)]++
		if point == anytime {
			f.moments--
		}
	case point != anytime:
		if f.missed[point]++; f.missed[point] < chances {
			f.points = append(f.points, point)
		}
	}
	f.armed[node] = ""
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
