package mail

import (
	"context"
	"sync"
	"time"
)

const (
	// perLine is how many messages one connection carries: common servers answer 452 after 100.
	perLine = 90
	// spare is how many idle connections wait for the next message, and rest for how long.
	spare = 4
	rest  = 30 * time.Second
)

// sender hands messages to the mail server over connections that it keeps for the next message.
type sender struct {
	SMTP
	mu     sync.Mutex
	idle   []*line
	closed bool
}

// take gives a connection that works: an idle one, or a new one.
func (s *sender) take(ctx context.Context) (*line, Stage, error) {
	for l := s.pop(); l != nil; l = s.pop() {
		if l.hold(ctx) == nil && l.client.Reset() == nil {
			return l, "", nil
		}
		l.drop()
	}
	return s.open(ctx)
}

func (s *sender) pop() *line {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.idle)
	if n == 0 {
		return nil
	}
	l := s.idle[n-1]
	s.idle = s.idle[:n-1]
	l.expiry.Stop()
	return l
}

// give keeps the connection for the next message, unless it has carried enough.
func (s *sender) give(l *line) {
	if !l.free() {
		l.drop()
		return
	}
	s.mu.Lock()
	if keep := l.sent < perLine && len(s.idle) < spare && !s.closed; keep {
		l.expiry = time.AfterFunc(rest, func() { s.expire(l) })
		s.idle = append(s.idle, l)
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	l.quit()
}

func (s *sender) expire(l *line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, x := range s.idle {
		if x == l {
			s.idle = append(s.idle[:i], s.idle[i+1:]...)
			go l.quit() // the lock is not held while the server takes its time
			return
		}
	}
}

// close ends the idle connections; those in use end with their attempt.
func (s *sender) close() {
	s.mu.Lock()
	idle := s.idle
	s.idle, s.closed = nil, true
	s.mu.Unlock()
	for _, l := range idle {
		l.expiry.Stop()
		l.quit()
	}
}
