package playbooks

import (
	"fmt"
	"slices"
	"strings"
)

// Edits of a definition that people make one step at a time. Each keeps the graph whole as far as it
// can: what followed a new step follows it, what hung on a removed one hangs on what was before
// it. What is wrong then, Check says. A definition is changed in place; write it and read it again.

// Holding gives the block in which a step stands.
func (d *Definition) Holding(id string) (*Definition, bool) {
	for i := range d.Steps {
		if d.Steps[i].ID == id {
			return d, true
		}
	}
	for _, b := range d.Blocks() {
		if found, ok := b.Holding(id); ok {
			return found, true
		}
	}
	return nil, false
}

// Seek finds a step in any block.
func (d *Definition) Seek(id string) (*Step, bool) {
	b, ok := d.Holding(id)
	if !ok {
		return nil, false
	}
	i := slices.IndexFunc(b.Steps, func(s Step) bool { return s.ID == id })
	return &b.Steps[i], true
}

// Place is where a new step goes: at the end, behind a step, beside what follows that step, or on
// the way of an answer.
type Place struct {
	After   string // a step; "" is the end, after all that the end waits for
	Outcome string // of After, when the step is for that answer only
	Beside  bool   // on a way of its own to the end, next to what follows After
}

// Insert puts a step in its place. What followed follows the new step; beside, and on the way of an
// answer, it waits for the new step as well. Behind a step that has a condition the new one has it
// too: it is on the same way.
func (d *Definition) Insert(p Place, s Step) bool {
	if p.After == "" {
		return d.append(s)
	}
	b, ok := d.Holding(p.After)
	if !ok {
		return false
	}
	at := slices.IndexFunc(b.Steps, func(x Step) bool { return x.ID == p.After })
	before := &b.Steps[at]
	if before.Kind == End {
		return false
	}
	s.After, s.When = []string{p.After}, before.When
	switch {
	case p.Outcome != "":
		if _, ok := before.Outcome(p.Outcome); !ok {
			return false
		}
		s.When, _ = ReadCondition(fmt.Sprintf("%s == %q", p.After, p.Outcome))
		at = b.meet(before, s.ID, p.Outcome)
	case p.Beside:
		b.endWaits(s.ID)
	default:
		for i := range b.Steps {
			b.Steps[i].After = swap(b.Steps[i].After, p.After, s.ID)
		}
	}
	if !has(may[s.Kind], "when") {
		s.When = nil
	}
	b.Steps = slices.Insert(b.Steps, at+1, s)
	b.reindex()
	return true
}

// append puts a step before the end: it waits for all that the end waited for.
func (d *Definition) append(s Step) bool {
	at := slices.IndexFunc(d.Steps, func(x Step) bool { return x.Kind == End })
	if at < 0 {
		return false
	}
	s.After, d.Steps[at].After = d.Steps[at].After, []string{s.ID}
	d.Steps = slices.Insert(d.Steps, at, s)
	d.reindex()
	return true
}

// meet lets the steps in which the ways of a decision meet wait for a new way too. They no longer
// wait for the decision itself once every answer has a way. It gives the place of the last step that
// is on a way already.
func (d *Definition) meet(decision *Step, id, outcome string) (last int) {
	ways, open := map[string]bool{decision.ID: true}, map[string]bool{}
	for _, o := range decision.Outcomes {
		open[o.ID] = o.ID != outcome
	}
	for i := range d.Steps {
		for _, name := range d.Steps[i].names(decision.ID) {
			ways[d.Steps[i].ID], open[name] = true, false
		}
		if ways[d.Steps[i].ID] {
			last = i
		}
	}
	met := false
	for i := range d.Steps {
		x := &d.Steps[i]
		if ways[x.ID] || !slices.ContainsFunc(x.After, func(a string) bool { return ways[a] }) {
			continue
		}
		met, x.After = true, addOnce(x.After, id)
		if !slices.ContainsFunc(decision.Outcomes, func(o Outcome) bool { return open[o.ID] }) {
			x.After = swap(x.After, decision.ID)
		}
	}
	if !met {
		d.endWaits(id)
	}
	return last
}

// names gives the answers of a decision that the step's condition asks for.
func (s *Step) names(decision string) []string {
	if s.When == nil {
		return nil
	}
	return s.When.Named(decision)
}

// endWaits lets the end wait for a step.
func (d *Definition) endWaits(id string) {
	for i := range d.Steps {
		if d.Steps[i].Kind == End {
			d.Steps[i].After = addOnce(d.Steps[i].After, id)
		}
	}
}

// Remove takes a step out. What waited for it waits for what it waited for, and no other step
// names it any more but in conditions and inputs.
func (d *Definition) Remove(id string) bool {
	b, ok := d.Holding(id)
	if !ok {
		return false
	}
	at := slices.IndexFunc(b.Steps, func(x Step) bool { return x.ID == id })
	before := b.Steps[at].After
	b.Steps = slices.Delete(b.Steps, at, at+1)
	for i := range b.Steps {
		x := &b.Steps[i]
		x.After = swap(x.After, id, before...)
		x.NotBy = swap(x.NotBy, id)
		for _, ref := range []*string{&x.ApprovedBy, &x.BackTo, &x.OnFailure, &x.Compensates} {
			if *ref == id {
				*ref = ""
			}
		}
	}
	b.reindex()
	return true
}

// Lift moves a step so many places up in the order of the file, or down. What waits for what does
// not change.
func (d *Definition) Lift(id string, up int) bool {
	b, ok := d.Holding(id)
	if !ok {
		return false
	}
	at := slices.IndexFunc(b.Steps, func(x Step) bool { return x.ID == id })
	to := at - up
	if to < 1 || to >= len(b.Steps)-1 || at == 0 || at == len(b.Steps)-1 { // the first stays first, the end last
		return false
	}
	s := b.Steps[at]
	b.Steps = slices.Insert(slices.Delete(b.Steps, at, at+1), to, s)
	b.reindex()
	return true
}

// FreeID makes an id that no step has: of the words of a title where they are ASCII, else of the kind.
func (d *Definition) FreeID(title string, k Kind) string {
	base := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, title), "_")
	for strings.Contains(base, "__") {
		base = strings.ReplaceAll(base, "__", "_")
	}
	base = strings.TrimRight(base[:min(len(base), 40)], "_")
	if !idForm.MatchString(base) || has(reserved, base) {
		base = string(k)
		if k == Call {
			base = "call"
		}
	}
	id := base
	for n := 2; ; n++ {
		if _, taken := d.Seek(id); !taken {
			return id
		}
		id = fmt.Sprintf("%s_%d", base, n)
	}
}

// swap puts others in the place of one entry, each once.
func swap(list []string, old string, others ...string) (out []string) {
	for _, s := range list {
		if s != old {
			out = addOnce(out, s)
			continue
		}
		for _, o := range others {
			out = addOnce(out, o)
		}
	}
	return out
}

func (d *Definition) reindex() {
	d.index = map[string]int{}
	for i := range d.Steps {
		d.index[d.Steps[i].ID] = i
	}
}
