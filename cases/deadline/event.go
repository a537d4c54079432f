package deadline

import (
	"slices"
	"time"

	"tasuke/cases/deadline/calendar"
)

// EventType names what happened. Rules name the events that start their clock; two more change facts.
type EventType string

// Events that this package itself gives a meaning.
const (
	BecameAware      EventType = "became_aware"       // any department knows, or suspects (発生したおそれ): R10
	ContractorToldUs EventType = "contractor_told_us" // a processor (委託先) told us: we know from then on
	Reclassified     EventType = "reclassified"       // a person decided other facts; may also lower a count
	CountUpdated     EventType = "count_updated"      // a head count came in; never lowers what was reached (R9)
)

// Event is one typed, append-only entry of an incident's clock. A caller leaves out events that a later
// correction replaced.
type Event struct {
	Type     EventType
	At       time.Time
	DateOnly bool   // only the day, as written in At's own offset, is known
	Of       string // whose event it is (a duty that was submitted, a party); empty: our own
	Set      Params // facts that change with this event
}

// on is the local day of the event in a zone.
func (e Event) on(zone *time.Location) Date {
	if e.DateOnly {
		return calendar.Written(e.At)
	}
	return calendar.Of(e.At, zone)
}

// moment is the instant from which hours run. Of an event whose day alone is known it is the first moment of
// that day, so that a limit is never later than the truth.
func (e Event) moment(zone *time.Location) time.Time {
	if e.DateOnly {
		return e.on(zone).Start(zone)
	}
	return e.At
}

func (e Event) changes() bool { return e.Type == Reclassified || e.Type == CountUpdated }

// start finds the event that starts the clock of a rule: the earliest one, because the firm knows as soon as
// any part of it knows.
func (c ClockRule) start(events []Event) (Event, bool) {
	var first Event
	found := false
	for _, e := range events {
		if !slices.Contains(c.Events, e.Type) || e.Of != "" && e.Of != c.Of {
			continue
		}
		if !found || e.moment(c.zone).Before(first.moment(c.zone)) {
			first, found = e, true
		}
	}
	return first, found
}

// changesOf are the events that change facts, in the order of time.
func changesOf(events []Event, zone *time.Location) []Event {
	changes := slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return !e.changes() })
	slices.SortStableFunc(changes, func(a, b Event) int { return a.moment(zone).Compare(b.moment(zone)) })
	return changes
}
