package incident

import (
	"fmt"
	"math"
	"strings"
	"time"

	"tasuke/cases/deadline"
	"tasuke/internal/db"
)

// Duties are the duties whose clocks an incident shows: the reports to the authority and the
// notice to the persons under the APPI. Clocks of several duties are never merged (R11).
var Duties = []string{"JP-APPI-SOKUHO", "JP-APPI-KAKUHO", "JP-APPI-HONNIN"}

const (
	paramItems   = "appi_rule7_items"
	paramPersons = "affected_persons"
)

// Clock is where one duty of an incident stands, computed from its events and stored nowhere.
type Clock struct {
	deadline.Clock
	Duty string
	// Proposed says that the items of Rule 7 are the product's proposal, which counts until legal
	// has decided (regulation.md section 7).
	Proposed bool
	// Answer is what the firm did about the duty; nil while it is open.
	Answer *Answer
	// Unconfirmed says that no second person has confirmed the event that started the clock.
	Unconfirmed bool
}

// DueAt is the last second of the duty's own limit; zero for a duty without a date.
func (c Clock) DueAt() db.Instant {
	end, ok := c.End()
	if !ok {
		return 0
	}
	return db.At(end.Add(-time.Nanosecond).Truncate(time.Second))
}

// proposal is what a new incident of the kind is taken for until legal decides: once an intruder
// was in a customer's account, personal data was seen for a wrongful purpose (item 3).
func proposal(k Kind) deadline.Params {
	if k == AccountWithdrawal || k == AccountTrade {
		return deadline.Params{paramItems: deadline.Ticked("3")}
	}
	return nil
}

// clocks computes every duty's clock from what is recorded. It is pure.
func clocks(pack *deadline.Pack, kind Kind, events []ClockEvent) ([]Clock, error) {
	counting := effective(linked(events))
	decided := false
	given := make([]deadline.Event, 0, len(counting))
	for _, e := range counting {
		decided = decided || e.Kind == Reclassified
		given = append(given, e.told())
	}
	params := proposal(kind)
	out := make([]Clock, 0, len(Duties))
	for _, duty := range Duties {
		c, err := pack.Assess(duty, given, params)
		if err != nil {
			return nil, fmt.Errorf("compute the clock of %s: %w", duty, err)
		}
		out = append(out, Clock{Clock: c, Duty: duty, Proposed: params != nil && !decided, Unconfirmed: waits(c, counting)})
	}
	return out, nil
}

// told puts an event into the words of the rules.
func (e ClockEvent) told() deadline.Event {
	t := deadline.Event{Type: deadline.EventType(e.Kind), At: e.At.In(tokyo), DateOnly: e.DateOnly}
	switch e.Kind {
	case Suspected: // R10: a suspicion is awareness
		t.Type = deadline.BecameAware
	case Reclassified:
		t.Set = deadline.Params{paramItems: deadline.Ticked(split(e.Items)...)}
	case CountUpdated:
		t.Set = deadline.Params{paramPersons: deadline.Number(int(min(e.Persons, math.MaxInt32)))}
	case BecameAware, Recognised, ContractorToldUs:
	}
	return t
}

// waits reports whether the event that started the clock has not been confirmed.
func waits(c deadline.Clock, events []ClockEvent) bool {
	for _, e := range events {
		if e.Kind.Starts() && e.told().Type == c.Start.Type && e.At.Time().Equal(c.Start.At) && !e.Confirmed() {
			return true
		}
	}
	return false
}

func split(words string) []string {
	if words == "" {
		return nil
	}
	return strings.Split(words, ",")
}
