package db

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// channel is the PostgreSQL notification channel that carries topics between nodes.
const channel = "tasuke"

// hub hands topics to the listeners of this process. A topic is a name only: whoever hears it
// reads again under the normal permission check.
type hub struct {
	mu        sync.Mutex
	listeners map[chan string]struct{}
	// heard counts what was published, and last says at which count a topic was published last. It
	// forgets all of them at once when they become too many: forgot is the count at that time.
	heard, forgot uint64
	last          map[string]uint64
	born          string // of the process, whose counts mean nothing to another
}

// remembered is how many topics a hub remembers before it forgets.
const remembered = 4096

// Mark names the present moment of this process, for ChangedSince.
func (d *DB) Mark() string {
	d.hub.mu.Lock()
	defer d.hub.mu.Unlock()
	if d.hub.born == "" {
		d.hub.born = rand.Text()
	}
	return d.hub.born + "." + strconv.FormatUint(d.hub.heard, 10)
}

// ChangedSince reports whether one of the topics may have been announced since a mark was taken; of a
// mark of another process nobody knows, so it may. Without it, what changes after a page was read and
// before its reader listens would never be heard.
func (d *DB) ChangedSince(mark string, topics []string) bool {
	d.hub.mu.Lock()
	defer d.hub.mu.Unlock()
	born, count, _ := strings.Cut(mark, ".")
	since, err := strconv.ParseUint(count, 10, 64)
	if err != nil || born != d.hub.born || since < d.hub.forgot || d.hub.last["*"] > since {
		return true
	}
	return slices.ContainsFunc(topics, func(t string) bool { return d.hub.last[t] > since })
}

// Subscribe gives a channel of topics and the function that ends it. A listener that is too
// slow misses topics rather than holding up a commit.
func (d *DB) Subscribe() (<-chan string, func()) {
	c := make(chan string, 64)
	d.hub.mu.Lock()
	defer d.hub.mu.Unlock()
	if d.hub.listeners == nil {
		d.hub.listeners = map[chan string]struct{}{}
	}
	d.hub.listeners[c] = struct{}{}
	return c, func() {
		d.hub.mu.Lock()
		defer d.hub.mu.Unlock()
		delete(d.hub.listeners, c)
	}
}

func (h *hub) publish(topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard++
	if h.last == nil || len(h.last) >= remembered {
		h.last, h.forgot = map[string]uint64{}, h.heard
	}
	h.last[topic] = h.heard
	for c := range h.listeners {
		select {
		case c <- topic:
		default: // slow listener: see Subscribe
		}
	}
}

// Announce tells every listener on every node, once the transaction is committed, that what
// topic names has changed.
func (t *Tx) Announce(topic string) {
	if !slices.Contains(t.topics, topic) {
		t.topics = append(t.topics, topic)
	}
}

// announce runs before commit on PostgreSQL (delivery follows the commit) and after it on SQLite.
func (t *Tx) announce(ctx context.Context, h *hub) error {
	for _, topic := range t.topics {
		if t.Dialect == SQLite {
			t.AfterCommit(func() { h.publish(topic) })
			continue
		}
		if _, err := t.Exec(ctx, `SELECT pg_notify(?, ?)`, channel, topic); err != nil {
			return fmt.Errorf("announce: %w", err)
		}
	}
	return nil
}

// Listen carries the topics of all nodes to this process until ctx ends. SQLite needs none: it
// has one process. A lost connection is made again; what was missed meanwhile is announced as "*".
func (d *DB) Listen(ctx context.Context) {
	if d.Dialect == SQLite {
		<-ctx.Done()
		return
	}
	for ctx.Err() == nil {
		if err := d.listen(ctx); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "live updates interrupted", "cause", err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

func (d *DB) listen(ctx context.Context) error {
	c, err := d.Pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect for live updates: %w", err)
	}
	defer c.Release()
	if _, err := c.Exec(ctx, "LISTEN "+channel); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	d.hub.publish("*")
	for {
		n, err := c.Conn().WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait for live updates: %w", err)
		}
		d.hub.publish(n.Payload)
	}
}
