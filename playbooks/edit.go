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

// Insert puts a step behind another. What followed that one follows the new step; beside puts it
// next to them instead, on a way of its own to the end.
func (d *Definition) Insert(after string, s Step, beside bool) bool {
	b, ok := d.Holding(after)
	if !ok {
		return false
	}
	s.After = []string{after}
	at := slices.IndexFunc(b.Steps, func(x Step) bool { return x.ID == after })
	for i := range b.Steps {
		x := &b.Steps[i]
		switch {
		case beside && x.Kind == End:
			x.After = addOnce(x.After, s.ID)
		case !beside:
			x.After = swap(x.After, after, s.ID)
		}
	}
	b.Steps = slices.Insert(b.Steps, at+1, s)
	b.reindex()
	return true
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
