package cacao

import (
	"bytes"
	"maps"
	"slices"

	"tasuke/playbooks"
)

// changed writes an imported playbook that somebody has changed since. Its identity, and everything
// it says beside its workflow, stays; steps that still are keep what is not understood here. Its
// signatures were for another content and are left out.
func changed(d, before *playbooks.Definition, made map[string]string, doc *Document, e Exporting) (map[string]any, Findings, error) {
	x, err := newExporter(d, e)
	if err != nil {
		return nil, nil, err
	}
	was, err := newExporter(before, e)
	if err != nil {
		return nil, nil, err
	}
	base, _ := clone(doc.Tree).(map[string]any)
	for _, key := range []string{"workflow", "workflow_start", "workflow_exception", "signatures"} {
		delete(base, key)
	}
	if has(doc.Tree, "signatures") {
		x.found.add("/signatures", "export_unsigned")
	}
	base["modified"] = stamp(e.At)
	if d.Title != before.Title {
		base["name"] = d.Title.EN
	}
	if d.Summary != before.Summary && !d.Summary.Empty() {
		base["description"] = d.Summary.EN
	}
	x.tree = base
	x.reuse = x.keeper(was, made, doc)
	x.build()
	x.found.add("", "export_rebuilt")
	x.finish()
	x.prune()
	return x.tree, x.found.sorted(), nil
}

// keeper decides what is kept of the step a step came of: all of it when nothing but its place has
// changed and it was one step; else what the new one says nothing about.
func (x *exporter) keeper(was *exporter, made map[string]string, doc *Document) func(*playbooks.Step) (string, map[string]any, bool) {
	workflow := object(doc.Tree, "workflow")
	pieces := map[string][]string{} // of each CACAO step, in order
	for _, b := range append([]*playbooks.Definition{x.d}, blocksOf(x.d)...) {
		for i := range b.Steps {
			if from := made[b.Steps[i].ID]; from != "" {
				pieces[from] = append(pieces[from], b.Steps[i].ID)
			}
		}
	}
	used := map[string]bool{}
	return func(s *playbooks.Step) (string, map[string]any, bool) {
		from := made[s.ID]
		old, _ := clone(workflow[from]).(map[string]any)
		if old == nil || used[from] {
			return "", nil, false
		}
		used[from] = true
		same := text(old, "type") == "action" || text(old, "type") == "playbook-action"
		if !same || len(pieces[from]) != 1 || count(made, from) != 1 || !sameWork(x.fields[s.ID], was.fields[s.ID]) {
			return from, old, false
		}
		for _, key := range []string{"on_completion", "on_success", "on_failure"} {
			delete(old, key)
		}
		return from, old, true
	}
}

func count(made map[string]string, from string) (n int) {
	for _, v := range made {
		if v == from {
			n++
		}
	}
	return n
}

// sameWork compares two steps without their place in the graph.
func sameWork(a, b map[string]any) bool {
	strip := func(m map[string]any) []byte {
		m = maps.Clone(m)
		for _, key := range []string{"after", "when", "on_failure", "skip"} {
			delete(m, key)
		}
		out, err := pretty(m)
		if err != nil {
			return nil
		}
		return out
	}
	return a != nil && b != nil && bytes.Equal(strip(a), strip(b))
}

// prune leaves out activities that no step shows any more when a step that showed them is gone, and
// keeps the order of everything else.
func (x *exporter) prune() {
	if len(list(x.tree, "playbook_activities")) > 0 || len(list(x.tree, "playbook_types")) == 0 {
		return
	}
	named := texts(x.tree, "playbook_types")
	if slices.ContainsFunc(named, func(s string) bool { return slices.Contains(playbookTypes, s) }) {
		delete(x.tree, "playbook_types") // it says more than it can show
	}
}
