package deadline

import (
	"fmt"
	"maps"
	"time"
)

// Assess says where one duty stands after all events. params are the facts before the first event; events may
// change them. The version of the rule is the one in force on the local day of the clock event (R12).
//
// Nothing pauses a clock (R10), no two clocks are merged (R11), and a passed limit stays due (R13).
// Errors: ErrUnknownDuty; a parameter the pack does not declare, or of the wrong kind.
func (p *Pack) Assess(duty string, events []Event, params Params) (Clock, error) {
	versions, err := p.versions(duty)
	if err != nil {
		return Clock{}, err
	}
	if err := p.checkAll(events, params); err != nil {
		return Clock{}, fmt.Errorf("%s: %w", duty, err)
	}
	for _, r := range versions {
		if start, ok := r.Clock.start(events); ok && r.InForce(start.on(r.Clock.zone)) {
			return p.run(r, start, events, params), nil
		}
	}
	return p.idle(versions, events), nil
}

func (p *Pack) checkAll(events []Event, params Params) error {
	if err := p.check(params); err != nil {
		return err
	}
	for _, e := range events {
		if err := p.check(e.Set); err != nil {
			return fmt.Errorf("event %s: %w", e.Type, err)
		}
		if len(e.Set) > 0 && !e.changes() {
			return fmt.Errorf("event %s changes no facts; use %s or %s", e.Type, Reclassified, CountUpdated)
		}
		for name, fact := range e.Set {
			if e.Type == CountUpdated && fact.Kind != Count {
				return fmt.Errorf("event %s takes counts only; %s is for %s", e.Type, name, Reclassified)
			}
		}
	}
	return nil
}

// idle is the clock of a duty that has not started or was not in force when it would have.
func (p *Pack) idle(versions []Rule, events []Event) Clock {
	nearest := versions[0]
	start, started := nearest.Clock.start(events)
	if !started {
		nearest = versions[len(versions)-1]
		return Clock{Rule: nearest, State: NotStarted, pack: p}
	}
	for _, r := range versions[1:] { // in a gap between versions, or after the last, the older one is named
		if !start.on(r.Clock.zone).Before(r.EffectiveFrom) {
			nearest = r
		}
	}
	return Clock{Rule: nearest, State: NotInForce, Start: start, Started: start.on(nearest.Clock.zone), pack: p}
}

// run follows the facts through all changes; each change recomputes from the same clock event (R9).
func (p *Pack) run(r Rule, start Event, events []Event, params Params) Clock {
	facts := maps.Clone(params)
	if facts == nil {
		facts = Params{}
	}
	c := Clock{Rule: r, Start: start, Started: start.on(r.Clock.zone), Force: r.Force.DateForce(), pack: p}
	began := false
	for _, change := range changesOf(events, r.Clock.zone) {
		if !began && change.moment(r.Clock.zone).After(start.moment(r.Clock.zone)) {
			c.judge(facts, nil)
			began = true
		}
		c.apply(facts, change)
		if began {
			c.judge(facts, &change)
		}
	}
	if !began {
		c.judge(facts, nil)
	}
	c.alternatives()
	c.plan(facts)
	return c
}

// apply takes over the facts of a change. A head count never lowers what was reached; only a person's
// reclassification does (R9).
func (c *Clock) apply(facts Params, change Event) {
	c.Held = nil
	for name, fact := range change.Set {
		before, known := facts[name]
		if change.Type == CountUpdated && known && fact.Count < before.Count {
			c.Held = &Held{Param: name, Reported: fact.Count, Kept: before.Count}
			continue
		}
		facts[name] = fact
	}
}

// judge sets state and value for the facts as they now are; change is what brought them, nil at the start.
func (c *Clock) judge(facts Params, change *Event) {
	before, was := c.Value, c.State
	got, by := c.Rule.AppliesIf.ask(facts)
	c.State, c.Undecided, c.Value = NotApplicable, got == unknown, Value{}
	if got != no {
		c.State = Running
		c.Length, c.LengthBy = c.Rule.Period.length(facts)
		c.Value = c.Rule.count(c.Start, c.Length, c.Rule.Period.FirstDay)
	}
	if change == nil {
		return
	}
	if was == Running && before.ends() && !before.same(c.Value) {
		c.Checkpoints = append(c.Checkpoints, Checkpoint{Value: before, Changed: change.on(c.Rule.Clock.zone)})
	}
	switch {
	case c.State != Running || by.GreaterThan == nil: // another ground needs no threshold
		c.Threshold = nil
	case was == NotApplicable && by.GreaterThan != nil:
		crossed := *change
		c.Threshold = &crossed
	}
}

// alternatives are what other readings of the rule give. They are shown, and never worked to.
func (c *Clock) alternatives() {
	if c.State != Running || !c.ends() {
		return
	}
	add := func(reading Reading, from Event, first FirstDay) {
		c.Alternatives = append(c.Alternatives, Alternative{reading, c.Rule.count(from, c.Length, first)})
	}
	if other := c.Rule.Period.Alternative; other != "" {
		add(FirstDayExcluded, c.Start, other)
	}
	if c.Threshold != nil {
		add(FromThresholdDay, *c.Threshold, c.Rule.Period.FirstDay)
	}
}

// plan sets the planning date where the caller asked for one and the rule has guidance days.
func (c *Clock) plan(facts Params) {
	asked, ok := facts[PlanOn]
	if !ok || c.Range == nil {
		return
	}
	c.PlanFor = c.Range.To
	if asked.Items[0] == WindowStart {
		c.PlanFor = c.Range.From
	}
	c.PlanBy = c.Rule.plan(c.PlanFor, c.Started)
	c.Provisional = !c.Rule.calendar.Known(c.PlanFor)
}

// WhatIf assesses the duty as if the clock event had happened a number of days later (earlier when negative).
func (p *Pack) WhatIf(duty string, events []Event, params Params, days int) (Clock, error) {
	now, err := p.Assess(duty, events, params)
	if err != nil {
		return Clock{}, err
	}
	moved := make([]Event, len(events))
	for i, e := range events {
		if e.Type == now.Start.Type && e.At.Equal(now.Start.At) && e.Of == now.Start.Of {
			e.At = shift(e, days, now.Rule.Clock.zone)
		}
		moved[i] = e
	}
	return p.Assess(duty, moved, params)
}

func shift(e Event, days int, zone *time.Location) time.Time {
	if e.DateOnly {
		return e.At.AddDate(0, 0, days)
	}
	return e.At.In(zone).AddDate(0, 0, days)
}
