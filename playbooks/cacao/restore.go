package cacao

import (
	"encoding/json"
	"maps"

	"tasuke/playbooks"
)

// restore gives the definition that an export of ours was written from. It is taken only when
// writing it again gives the same document: what was changed elsewhere since is not silently undone.
func restore(d *Document) (def *playbooks.Definition, changed, ok bool) {
	carried := object(object(d.Tree, "playbook_extensions"), extension)
	if carried == nil {
		return nil, false, false
	}
	fields := folded(d, carried)
	if fields == nil {
		return nil, true, false
	}
	def, ok = definition(fields)
	if !ok {
		return nil, true, false
	}
	at, one := when(d.Modified())
	created, two := when(text(d.Tree, "created"))
	if !one || !two {
		return nil, true, false
	}
	again, _, err := own(def, Exporting{At: at, Created: created, CreatedBy: text(d.Tree, "created_by")})
	if err != nil || !equalUnsigned(again, d.Tree) {
		return nil, true, false
	}
	return def, false, true
}

// folded puts the steps back into the fields of the definition.
func folded(d *Document, carried map[string]any) map[string]any {
	steps := map[string]map[string]any{}
	for _, v := range object(d.Tree, "workflow") {
		o, _ := v.(map[string]any)
		step := object(object(object(o, "step_extensions"), extension), "step")
		if id := text(step, "id"); id != "" {
			steps[id] = maps.Clone(step)
		}
	}
	for id, v := range object(carried, "structure") {
		if step, ok := v.(map[string]any); ok {
			steps[id] = maps.Clone(step)
		}
	}
	order := object(carried, "order")
	var block func(name string, depth int) []any
	block = func(name string, depth int) (out []any) {
		for _, id := range texts(order, name) {
			step, ok := steps[id]
			if !ok || depth > 8 {
				return nil
			}
			if has(order, id) {
				step["steps"] = block(id, depth+1)
			}
			out = append(out, step)
		}
		return out
	}
	head := maps.Clone(object(carried, "definition"))
	if head == nil {
		return nil
	}
	head["steps"] = block("", 0)
	if has(order, playbooks.ExceptionBlock) {
		head["exception"] = block(playbooks.ExceptionBlock, 0)
	}
	return head
}

// equalUnsigned compares two documents without their signatures, which are no part of what is said.
func equalUnsigned(a, b map[string]any) bool {
	form := func(tree map[string]any) string {
		tree, _ = clone(tree).(map[string]any)
		delete(tree, "signatures")
		delete(object(tree, "playbook_processing_summary"), "digital_signatures")
		raw, err := json.Marshal(tree)
		if err != nil {
			return ""
		}
		out, err := Canonical(raw)
		if err != nil {
			return ""
		}
		return string(out)
	}
	x := form(a)
	return x != "" && x == form(b)
}
