package deadline

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"

	"tasuke/cases/deadline/calendar"
)

//go:embed rules/*.yaml
var standard embed.FS

// Pack is a set of rules with the events and parameters they speak of.
type Pack struct {
	Schema     int         `yaml:"schema"`
	Name       string      `yaml:"pack"`
	Events     []EventWord `yaml:"events"`
	Parameters []Parameter `yaml:"parameters"`
	Rules      []Rule      `yaml:"rules"`
}

// EventWord is how explanations call the day of an event.
type EventWord struct {
	Type EventType `yaml:"type"`
	JA   string    `yaml:"ja"`
	EN   string    `yaml:"en"`
}

// ErrUnknownDuty comes back for a duty without a rule.
var ErrUnknownDuty = errors.New("no rule for this duty")

// Standard is the pack that is built in. It is read once; a fault in it is a fault of the build and is the
// same error on every call.
var Standard = sync.OnceValues(func() (*Pack, error) {
	file, err := standard.Open("rules/jp-appi.yaml")
	if err != nil {
		return nil, err
	}
	return Load(file, calendar.ByID)
})

// Load reads a rule pack strictly: an unknown field, an unknown unit, a missing source or a roll that the law
// does not give is an error that names the rule. calendars finds the calendars the rules name.
func Load(r io.Reader, calendars func(id string) (calendar.Calendar, error)) (*Pack, error) {
	var pack Pack
	if err := Decode(r, &pack); err != nil {
		return nil, fmt.Errorf("read rule pack: %w", err)
	}
	if err := pack.complete(calendars); err != nil {
		return nil, fmt.Errorf("rule pack %q: %w", pack.Name, err)
	}
	return &pack, nil
}

// Duties lists the ids of the pack, in its order, once each.
func (p *Pack) Duties() []string {
	var ids []string
	for _, r := range p.Rules {
		if !slices.Contains(ids, r.ID) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// Match lists the duties whose id fits a pattern such as JP-APPI-*.
func (p *Pack) Match(pattern string) ([]string, error) {
	var ids []string
	for _, id := range p.Duties() {
		fits, err := filepath.Match(pattern, id)
		if err != nil {
			return nil, fmt.Errorf("pattern %q: %w", pattern, err)
		}
		if fits {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// versions of a duty, oldest first.
func (p *Pack) versions(id string) ([]Rule, error) {
	var found []Rule
	for _, r := range p.Rules {
		if r.ID == id {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrUnknownDuty, id)
	}
	slices.SortFunc(found, func(a, b Rule) int { return cmp.Compare(a.Version, b.Version) })
	return found, nil
}

// Latest is the newest version of a duty.
func (p *Pack) Latest(id string) (Rule, error) {
	found, err := p.versions(id)
	if err != nil {
		return Rule{}, err
	}
	return found[len(found)-1], nil
}

// word is how an explanation calls the day of an event.
func (p *Pack) word(t EventType) Text {
	i := slices.IndexFunc(p.Events, func(e EventWord) bool { return e.Type == t })
	if i < 0 {
		return Text{JA: string(t), EN: string(t)}
	}
	return Text{JA: p.Events[i].JA, EN: p.Events[i].EN}
}

// Knows says whether an event means anything to the rules of the pack.
func (p *Pack) Knows(t EventType) bool {
	return Event{Type: t}.changes() || slices.ContainsFunc(p.Events, func(e EventWord) bool { return e.Type == t })
}
