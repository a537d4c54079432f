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

	"tasuke/internal/db"
)

// mortals are nodes of one installation that are killed and started again.
type mortals struct {
	*tortured
	nodes int
	// atWork has most random moments counted from when a node is up, and within that time, so that it dies
	// at its work. 0 has them counted from its start.
	atWork time.Duration

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
	armed []string      // points that it dies at, or anytime
	all   bool          // at a random moment all nodes die
	after time.Duration // how long after it is up it dies; 0 for no such moment
	log   bytes.Buffer
}

// anytime stands in the place of the points for a random moment.
const anytime = "random"

// keep starts a node again and again until it ends by itself. What it is told stands in its
// environment; after each life something more may be done.
func (m *mortals) keep(ctx context.Context, node int, told string, after func()) {
	for {
		l := &life{node: node, armed: m.arm(node)}
		killed, err := m.live(ctx, told, l)
		after()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			m.fail(err)
			return
		case !killed:
			return
		}
		m.died(l)
	}
}

// live is one life of a node; killed says that it ended by SIGKILL.
func (m *mortals) live(ctx context.Context, told string, l *life) (killed bool, err error) {
	l.Cmd = exec.CommandContext(ctx, os.Args[0], "-test.run", "^$")
	l.Env, l.Stderr = append(os.Environ(), told, db.CrashEnv+"="+strings.Join(l.armed, ",")), &l.log
	out, err := l.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := l.Start(); err != nil {
		return false, err
	}
	defer m.threaten(l)()
	defer m.listen(l, bufio.NewScanner(out))()
	err = l.Wait()
	if status, ok := l.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
		return true, nil
	}
	if err != nil {
		err = fmt.Errorf("node %d ended with %w: %s", l.node, err, l.log.String())
	}
	return false, err
}

// listen counts what is acknowledged until the life is over.
func (m *mortals) listen(l *life, lines *bufio.Scanner) (spare func()) {
	spare = func() {}
	for lines.Scan() {
		line := lines.Text()
		if line != upLine {
			m.mu.Lock()
			m.said[line]++
			m.mu.Unlock()
		} else if l.after > 0 {
			timer := time.AfterFunc(l.after, func() { m.kill(l) })
			spare = func() { timer.Stop() }
		}
	}
	return spare
}

// longestLife is how long a node lives that is killed at a random moment; on a quiet machine its
// start takes about a third of it.
const longestLife = 800 * time.Millisecond

// threaten has a life killed at a random moment, every third time with the other nodes.
func (m *mortals) threaten(l *life) (spare func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.alive[l.node] = l
	if !slices.Contains(l.armed, anytime) {
		return func() {}
	}
	moment := 5*time.Millisecond + time.Duration(m.random.Int64N(int64(longestLife)))
	l.all = m.random.IntN(3) == 0
	if m.atWork > 0 && m.random.IntN(6) > 0 {
		l.after = time.Millisecond + time.Duration(m.random.Int64N(int64(m.atWork)))
		return func() {}
	}
	timer := time.AfterFunc(moment, func() { m.kill(l) })
	return func() { timer.Stop() }
}

// kill ends a life, and with some lives those of the other nodes.
func (m *mortals) kill(l *life) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, other := range m.alive {
		if other == l || l.all && slices.Contains(other.armed, anytime) {
			_ = other.Process.Kill() // it may be dead already
		}
	}
}

// arm says at what a node dies next: at whichever of the points that are left it passes first.
func (m *mortals) arm(node int) (points []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.points) == 0 && m.moments > 0 {
		return []string{anytime}
	}
	named := map[string]bool{}
	for _, p := range m.points {
		name := pointOf(p)
		if !named[name] && (node == 0 || !slices.Contains(begun, name)) {
			points = append(points, p)
		}
		named[name] = true
	}
	return points
}

// died counts a death.
func (m *mortals) died(l *life) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deaths++
	if slices.Contains(l.armed, anytime) {
		m.hits[anytime]++
		m.moments--
		return
	}
	_, at, _ := strings.Cut(l.log.String(), db.CrashLine)
	name, _, _ := strings.Cut(at, "\n")
	m.hits[name]++
	passed := slices.IndexFunc(l.armed, func(p string) bool { return pointOf(p) == name })
	if passed < 0 {
		m.Errorf("node %d was killed, and not at a point: %s", l.node, l.log.String())
		return
	}
	m.points = slices.DeleteFunc(m.points, func(p string) bool { return p == l.armed[passed] })
}

// pointOf is the name of a point without the passing.
func pointOf(point string) string {
	name, _, _ := strings.Cut(point, "@")
	return name
}

func (m *mortals) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failed == nil {
		m.failed = err
	}
	m.stop()
}
