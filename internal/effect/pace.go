package effect

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"tasuke/internal/db"
)

// shortestRest and longestRest bound how long an effect is left alone that could not be written.
const (
	shortestRest = time.Second
	longestRest  = time.Minute
)

// pace keeps the sweep away from what is under way in this process, and for a while from what
// could not be written, because of the database or of its room: one bad row holds nobody up.
type pace struct {
	sync.Mutex
	under map[string]bool // true: somebody has asked for it in the meantime
	rests map[string]rest
}

type rest struct {
	long  time.Duration
	until db.Instant
}

// begin is false when this process is at the effect already; end will say that somebody asked.
func (p *pace) begin(id string) bool {
	p.Lock()
	defer p.Unlock()
	if _, ok := p.under[id]; ok {
		p.under[id] = true
		return false
	}
	if p.under == nil {
		p.under, p.rests = map[string]bool{}, map[string]rest{}
	}
	p.under[id] = false
	return true
}

// end says how it went, and hears whether somebody asked for the effect meanwhile, who may have
// been woken by the very end. What failed rests, twice as long each time.
func (p *pace) end(id string, now db.Instant, err error) (asked bool) {
	p.Lock()
	defer p.Unlock()
	asked = p.under[id]
	delete(p.under, id)
	if err == nil || errors.Is(err, context.Canceled) {
		delete(p.rests, id)
		return asked
	}
	long := min(max(shortestRest, 2*p.rests[id].long), longestRest)
	p.rests[id] = rest{long, now.Add(long)}
	return false
}

// apart are the effects to be left alone now. What has not been touched for long is forgotten.
func (p *pace) apart(now db.Instant) map[string]bool {
	p.Lock()
	defer p.Unlock()
	list := map[string]bool{}
	for id := range p.under {
		list[id] = true
	}
	for id, r := range p.rests {
		switch {
		case now < r.until:
			list[id] = true
		case now > r.until.Add(2*longestRest):
			delete(p.rests, id)
		}
	}
	return list
}

// strange are the kinds without a handler of which the log has been told.
type strange struct {
	sync.Mutex
	told map[string]bool
}

// tell names a kind that nobody here performs, once: its effects wait for a program that does.
func (s *strange) tell(ctx context.Context, kind string) {
	s.Lock()
	defer s.Unlock()
	if s.told[kind] {
		return
	}
	if s.told == nil {
		s.told = map[string]bool{}
	}
	s.told[kind] = true
	slog.WarnContext(ctx, "effect: this program does not know the kind; its effects wait", "kind", kind)
}
