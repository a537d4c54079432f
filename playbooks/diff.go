package playbooks

import (
	"cmp"
	"slices"
	"strings"
)

// ChangeKind is what happened to a step or a field between two definitions.
type ChangeKind string

// What can happen.
const (
	Added    ChangeKind = "added"
	Removed  ChangeKind = "removed"
	Changed  ChangeKind = "changed"
	Shifted  ChangeKind = "moved"     // the step stands at another place of its block's list
	Reblocks ChangeKind = "new_block" // the step stands in another block; Old and New are the blocks
)

// Change is one difference between two definitions.
type Change struct {
	Kind  ChangeKind
	Block string // where the step stands now, or stood when it was removed; "" for the whole playbook
	Step  string // "" when the change is of the playbook itself
	Title Text   // of the step
	// Field is what changed of it, as it is written: "role", "with.amount", "outcomes.yes.text"; ""
	// when the step itself was added, removed or moved. An empty Old or New says that the field is
	// not there.
	Field    string
	Old, New Text
}

// Diff lists what a newer definition says otherwise than an older one: first of the playbook
// itself, then block by block the steps that are gone and those that are there, in their order.
// There is nothing exactly when both say the same.
func Diff(old, newer *Definition) (out []Change) {
	out = differences(headSheet(old), headSheet(newer))
	if was, is := origin(old), origin(newer); was != is {
		out = append(out, Change{Kind: Changed, Field: "origin", Old: Text{was.Format, was.Format}, New: Text{is.Format, is.Format}})
	}
	before, now := old.places(), newer.places()
	for _, block := range blockNames(old, newer) {
		out = append(out, blockChanges(block, old, newer, before, now)...)
	}
	return out
}

func origin(d *Definition) Imported {
	if d.Origin == nil {
		return Imported{}
	}
	return *d.Origin
}

// place is a step with the block it stands in.
type place struct {
	block string
	step  *Step
}

func (d *Definition) places() map[string]place {
	out := map[string]place{}
	for i := range d.Steps {
		out[d.Steps[i].ID] = place{d.Block, &d.Steps[i]}
	}
	for _, b := range d.Blocks() {
		for id, p := range b.places() {
			out[id] = p
		}
	}
	return out
}

// blockNames lists the blocks of both definitions, those of the newer first.
func blockNames(old, newer *Definition) (names []string) {
	var walk func(d *Definition)
	walk = func(d *Definition) {
		names = addOnce(names, d.Block)
		for _, b := range d.Blocks() {
			walk(b)
		}
	}
	walk(newer)
	walk(old)
	return names
}

func blockChanges(block string, old, newer *Definition, before, now map[string]place) (out []Change) {
	was, hadOld := old.Find(block)
	is, hasNew := newer.Find(block)
	var stayed []string // steps of both, as they stood
	if hadOld {
		for i := range was.Steps {
			s := &was.Steps[i]
			switch p, there := now[s.ID]; {
			case !there:
				out = append(out, Change{Kind: Removed, Block: block, Step: s.ID, Title: s.Title})
			case p.block == block:
				stayed = append(stayed, s.ID)
			}
		}
	}
	if !hasNew {
		return out
	}
	still := inOrder(stayed, is)
	for i := range is.Steps {
		s := &is.Steps[i]
		about := Change{Block: block, Step: s.ID, Title: s.Title}
		p, there := before[s.ID]
		if !there {
			about.Kind = Added
			out = append(out, about)
			continue
		}
		if p.block != block {
			about.Kind, about.Old, about.New = Reblocks, blockName(p.block), blockName(block)
			out = append(out, about)
		} else if !still[s.ID] {
			about.Kind = Shifted
			out = append(out, about)
		}
		for _, c := range differences(stepSheet(p.step), stepSheet(s)) {
			c.Block, c.Step, c.Title = block, s.ID, s.Title
			out = append(out, c)
		}
	}
	return out
}

// inOrder gives the most steps that stand in the same order in both lists (longest common
// subsequence); the others were moved.
func inOrder(was []string, is *Definition) map[string]bool {
	n, m := len(was), len(is.Steps)
	best := make([][]int, n+1)
	for i := range best {
		best[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if was[i] == is.Steps[j].ID {
				best[i][j] = best[i+1][j+1] + 1
			} else {
				best[i][j] = max(best[i+1][j], best[i][j+1])
			}
		}
	}
	out := map[string]bool{}
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case was[i] == is.Steps[j].ID:
			out[was[i]] = true
			i, j = i+1, j+1
		case best[i+1][j] >= best[i][j+1]:
			i++
		default:
			j++
		}
	}
	return out
}

// said is one value of a step or of the head.
type said struct {
	field string
	entry string // "outcomes.yes" when it is part of an entry of a list
	value Text
}

// differences compares what two sheets say, field by field.
func differences(old, newer sheet) (out []Change) {
	was, is := flat("", old), flat("", newer)
	find := func(list []said, field string) (Text, bool) {
		i := slices.IndexFunc(list, func(s said) bool { return s.field == field })
		if i < 0 {
			return Text{}, false
		}
		return list[i].value, true
	}
	whole := func(list []said, entry string) bool {
		return entry != "" && !slices.ContainsFunc(list, func(s said) bool { return s.entry == entry })
	}
	told := map[string]bool{}
	add := func(s said, kind ChangeKind, old, newer Text, other []said) {
		if kind != Changed && whole(other, s.entry) { // the whole entry, once
			if told[s.entry] {
				return
			}
			told[s.entry], s.field = true, s.entry
		}
		out = append(out, Change{Kind: kind, Field: s.field, Old: old, New: newer})
	}
	for _, s := range was {
		if v, there := find(is, s.field); !there {
			add(s, Removed, s.value, Text{}, is)
		} else if v != s.value {
			add(s, Changed, s.value, v, is)
		}
	}
	for _, s := range is {
		if _, there := find(was, s.field); !there {
			add(s, Added, Text{}, s.value, was)
		}
	}
	return sortedByField(out, is, was)
}

// sortedByField puts changes into the order in which the fields are written.
func sortedByField(list []Change, is, was []said) []Change {
	at := func(field string) int {
		for i, s := range slices.Concat(is, was) {
			if s.field == field || s.entry == field {
				return i
			}
		}
		return len(is) + len(was)
	}
	slices.SortStableFunc(list, func(a, b Change) int { return cmp.Compare(at(a.Field), at(b.Field)) })
	return list
}

// flat lists every value of a sheet with its name; the steps of a loop are a block of their own.
func flat(prefix string, s sheet) (out []said) {
	for _, one := range s {
		if prefix == "" && one.name == "steps" {
			continue
		}
		name := strings.TrimPrefix(prefix+"."+one.name, ".")
		switch v := one.value.(type) {
		case sheet:
			if len(v) == 2 && v[0].name == "ja" && v[1].name == "en" {
				out = append(out, said{field: name, value: Text{spoken(v[0].value), spoken(v[1].value)}})
				continue
			}
			out = append(out, flat(name, v)...)
		case row:
			out = append(out, flatRow(name, v)...)
		default:
			out = append(out, said{field: name, value: Text{spoken(v), spoken(v)}})
		}
	}
	return out
}

// flatRow lists the entries of a list by their ids; a list without ids is one value.
func flatRow(name string, r row) (out []said) {
	var words []string
	for _, one := range r {
		s, entry := one.(sheet)
		if !entry || !s.has("id") {
			words = append(words, spoken(one))
			continue
		}
		id := name + "." + spoken(s[0].value)
		for _, part := range flat(id, s[1:]) {
			part.entry = id
			out = append(out, part)
		}
		if len(s) == 1 {
			out = append(out, said{field: id, entry: id, value: Text{spoken(s[0].value), spoken(s[0].value)}})
		}
	}
	if len(words) > 0 {
		all := strings.Join(words, ", ")
		out = append(out, said{field: name, value: Text{all, all}})
	}
	return out
}

func spoken(v any) string {
	switch v := v.(type) {
	case text:
		return string(v)
	case leaf:
		return string(v)
	}
	s, _ := inBrackets(v, 0)
	return s
}
