package cacao

import (
	"maps"
	"slices"
)

// node is one step of a workflow with its arrows.
type node struct {
	id       string
	kind     string // "action"
	o        map[string]any
	next     []arrow // on_completion, on_success, on_failure
	branches []arrow // next_steps, on_true, on_false, cases
}

// arrow leads from a step to another. label is the pointer's name, or the case of a switch.
type arrow struct{ from, label, to string }

// scope is a stretch of a workflow with ends of its own: the whole, the exception path, or one
// branch of a step that control returns to.
type scope struct {
	owner string // the step it is a branch of; "" for the whole and for the exception path
	label string
	entry string
	steps []string // every step before the next, entry first
	ends  []string
}

// flow is the graph of a workflow.
type flow struct {
	nodes  map[string]*node
	order  []string            // ids, sorted
	before map[string][]string // filled when first asked for
}

func flowOf(workflow map[string]any) *flow {
	f := &flow{nodes: map[string]*node{}, order: slices.Sorted(maps.Keys(workflow))}
	for _, id := range f.order {
		o, _ := workflow[id].(map[string]any)
		n := &node{id: id, kind: text(o, "type"), o: o}
		for _, key := range []string{"on_completion", "on_success", "on_failure"} {
			if to := text(o, key); to != "" {
				n.next = append(n.next, arrow{id, key, to})
			}
		}
		n.branches = branches(id, n.kind, o)
		f.nodes[id] = n
	}
	return f
}

func branches(id, kind string, o map[string]any) (out []arrow) {
	switch kind {
	case "parallel":
		for _, to := range texts(o, "next_steps") {
			out = append(out, arrow{id, "next_steps", to})
		}
	case "if-condition", "while-condition":
		for _, key := range []string{"on_true", "on_false"} {
			if to := text(o, key); to != "" && (key == "on_true" || kind == "if-condition") {
				out = append(out, arrow{id, key, to})
			}
		}
	case "switch-condition":
		cases := object(o, "cases")
		for _, key := range slices.Sorted(maps.Keys(cases)) {
			if to, ok := cases[key].(string); ok {
				out = append(out, arrow{id, key, to})
			}
		}
	}
	return out
}

// scope walks a stretch from its entry along the pointers, and gives its steps so that each stands
// after all that lead to it. Steps that are not there and circles are somebody else's finding.
func (f *flow) scope(owner, label, entry string) scope {
	s := scope{owner: owner, label: label, entry: entry}
	seen := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		n, ok := f.nodes[id]
		if !ok || seen[id] {
			return
		}
		seen[id] = true
		for i := len(n.next) - 1; i >= 0; i-- {
			visit(n.next[i].to)
		}
		s.steps = append(s.steps, id)
		if n.kind == "end" {
			s.ends = append(s.ends, id)
		}
	}
	visit(entry)
	slices.Reverse(s.steps)
	slices.Sort(s.ends)
	return s
}

// within gives the scopes of a stretch and of every branch in it, outermost first.
func (f *flow) within(owner, label, entry string) (out []scope) {
	done := map[string]bool{}
	var open func(owner, label, entry string)
	open = func(owner, label, entry string) {
		s := f.scope(owner, label, entry)
		out = append(out, s)
		for _, id := range s.steps {
			if done[id] {
				continue
			}
			done[id] = true
			for _, b := range f.nodes[id].branches {
				open(id, b.label, b.to)
			}
		}
	}
	open(owner, label, entry)
	return out
}

// circle finds one circle of arrows; nil when there is none.
func (f *flow) circle() []string {
	const open, closed = 1, 2
	state := map[string]int{}
	var path, found []string
	var visit func(id string)
	visit = func(id string) {
		n, ok := f.nodes[id]
		if !ok || state[id] == closed || found != nil {
			return
		}
		if state[id] == open {
			found = append(slices.Clone(path[slices.Index(path, id):]), id)
			return
		}
		state[id] = open
		path = append(path, id)
		for _, a := range slices.Concat(n.next, n.branches) {
			visit(a.to)
		}
		path = path[:len(path)-1]
		state[id] = closed
	}
	for _, id := range f.order {
		visit(id)
	}
	return found
}
