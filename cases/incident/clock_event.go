package incident

import (
	"slices"
	"strings"
	"time"

	"tasuke/internal/db"
)

// ClockKind types a clock event (regulation.md section 0, finding 8).
type ClockKind string

// The kinds. The first four start clocks; the last two change what a clock depends on.
const (
	BecameAware      ClockKind = "became_aware"       // 知った: any department knows
	Suspected        ClockKind = "suspected"          // 発生したおそれ: counts as knowing (R10)
	Recognised       ClockKind = "recognised"         // 障害等の認識
	ContractorToldUs ClockKind = "contractor_told_us" // 委託先からの通知
	Reclassified     ClockKind = "reclassified"       // 規則7条の該当号の変更 (R9)
	CountUpdated     ClockKind = "count_updated"      // 本人の数
)

// Starting lists the kinds that start a clock, in the order screens show them.
var Starting = []ClockKind{BecameAware, Suspected, Recognised, ContractorToldUs}

// Starts reports whether events of the kind start a clock and so need a second person.
func (k ClockKind) Starts() bool { return slices.Contains(Starting, k) }

// tokyo is where the days of the APPI are counted; no daylight saving time since 1951.
var tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

// ClockEvent is one row of the append-only record of what starts or changes the clocks of law.
type ClockEvent struct {
	ID         string     `db:"id"`
	IncidentID string     `db:"incident_id"`
	Kind       ClockKind  `db:"kind"`
	At         db.Instant `db:"at"`
	DateOnly   bool       `db:"date_only"` // only the day of At, in Tokyo, is known
	Department string     `db:"department"`
	Evidence   string     `db:"-"` // how it is known, or why it was decided; sealed
	Erased     bool       `db:"-"` // the evidence's key was destroyed
	// Items are the items of APPI Enforcement Rules 7 that a reclassification ticked.
	Items   string `db:"items"`
	Persons int64  `db:"persons"`
	// CorrectsID is the event this one takes the place of; that one stays visible.
	CorrectsID    string     `db:"corrects_id"`
	RecordedBy    string     `db:"recorded_by"`
	RecordedName  string     `db:"recorded_name"`
	RecordedAt    db.Instant `db:"recorded_at"`
	ConfirmedBy   string     `db:"confirmed_by"` // empty until a second person confirms
	ConfirmedName string     `db:"confirmed_name"`
	ConfirmedAt   db.Instant `db:"confirmed_at"`
	// CorrectedBy is the id of the event that took this one's place, if one did.
	CorrectedBy string `db:"-"`
}

// Confirmed reports whether a second person has confirmed the event.
func (e ClockEvent) Confirmed() bool { return e.ConfirmedBy != "" }

// Awareness is what a person states about the moment the firm knew.
type Awareness struct {
	Kind       ClockKind
	At         db.Instant
	DateOnly   bool
	Department string // where in the firm it was first known
	Evidence   string // how it is known
}

func (a Awareness) event() ClockEvent {
	return ClockEvent{
		Kind: a.Kind, At: a.At, DateOnly: a.DateOnly,
		Department: strings.TrimSpace(a.Department), Evidence: strings.TrimSpace(a.Evidence),
	}
}

// problems gives field -> message key. Of a day alone, the day itself may be today.
func (a Awareness) problems(now db.Instant) map[string]string {
	bad := map[string]string{}
	choice(bad, "kind", Starting, a.Kind)
	if a.At <= 0 {
		bad["at"] = "form.required"
	}
	at := a.At
	if a.DateOnly {
		at = startOfDay(at)
	}
	notFuture(bad, "at", at, now)
	checkText(bad, "department", a.Department, 1, maxDepartment)
	checkText(bad, "evidence", a.Evidence, 1, maxEvidence)
	return bad
}

func startOfDay(at db.Instant) db.Instant {
	y, m, d := at.In(tokyo).Date()
	return db.At(time.Date(y, m, d, 0, 0, 0, 0, tokyo))
}

// linked fills in CorrectedBy.
func linked(events []ClockEvent) []ClockEvent {
	by := map[string]string{}
	for _, e := range events {
		by[e.CorrectsID] = e.ID
	}
	for i := range events {
		events[i].CorrectedBy = by[events[i].ID]
	}
	return events
}

// effective gives the events that count, one for each chain of corrections.
func effective(events []ClockEvent) (out []ClockEvent) {
	byID := map[string]ClockEvent{}
	for _, e := range events {
		byID[e.ID] = e
	}
	for _, e := range events {
		if e.CorrectsID != "" {
			continue
		}
		chain := []ClockEvent{e}
		for c, more := byID[e.CorrectedBy]; more; c, more = byID[c.CorrectedBy] {
			chain = append(chain, c)
		}
		out = append(out, standing(chain))
	}
	return out
}

// standing gives the event that counts of an event and its corrections in order: the last one
// that a second person has confirmed, or else the first. Of the unconfirmed ones after it only
// such count as start the same clocks, and not later: nobody moves a limit of law to a later
// day, or stops a clock, alone.
func standing(chain []ClockEvent) ClockEvent {
	last := 0
	for n, c := range chain {
		if c.Confirmed() {
			last = n
		}
	}
	counts := chain[last]
	for _, c := range chain[last+1:] {
		if c.told().Type == counts.told().Type && c.At <= counts.At {
			counts = c
		}
	}
	return counts
}

// unconfirmed counts the starting events that still wait for a second person.
func unconfirmed(events []ClockEvent) (n int) {
	for _, e := range linked(events) {
		if e.Kind.Starts() && !e.Confirmed() && e.CorrectedBy == "" {
			n++
		}
	}
	return n
}
