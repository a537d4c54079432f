package cacao

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// steps checks each step by itself, and that a workflow has what every workflow has.
func (c *checker) steps() {
	workflow, ok := c.tree["workflow"].(map[string]any)
	if !ok {
		return // told as missing or of a wrong type
	}
	count := map[string]int{}
	for _, id := range slices.Sorted(maps.Keys(workflow)) {
		at := "/workflow" + pointer(id)
		o, ok := c.named(at, id, workflow[id])
		if !ok {
			continue
		}
		if _, _, version, ok := parts(id); ok && version != "4" {
			c.found.add(at, "id_step_version", version)
		}
		kind := text(o, "type")
		s, known := stepShapes[kind]
		if !known {
			c.found.add(at+"/type", "step_kind", clip(kind))
			continue
		}
		count[kind]++
		c.object(at, o, s)
		c.prefixed(at, o, "owner", "identity")
		c.pointers(at, kind, o)
		c.special(at, kind, o)
	}
	if count["start"] != 1 || count["end"] == 0 || count["action"]+count["playbook-action"] == 0 {
		c.found.add("/workflow", "steps_few", count["start"], count["action"]+count["playbook-action"], count["end"])
	}
	if len(workflow) > maxSteps {
		c.found.add("/workflow", "steps_many", maxSteps)
	}
}

// pointers checks what follows a step: on_completion, or on_success with or without on_failure.
func (c *checker) pointers(at, kind string, o map[string]any) {
	completion, success, failure := has(o, "on_completion"), has(o, "on_success"), has(o, "on_failure")
	switch {
	case kind == "end":
		for _, key := range []string{"on_completion", "on_success", "on_failure"} {
			if has(o, key) {
				c.found.add(at+"/"+key, "next_end")
			}
		}
	case kind == "start" && (success || failure):
		c.found.add(at, "next_start")
	case completion && (success || failure):
		c.found.add(at+"/on_completion", "next_both")
	case !completion && !success && failure:
		c.found.add(at+"/on_failure", "next_success")
	case !completion && !success:
		c.found.add(at, "next_none")
	case success && !failure && !has(c.tree, "workflow_exception"):
		c.found.add(at+"/on_success", "failure_open")
	case completion && !has(c.tree, "workflow_exception"):
		return
	}
}

// special checks what only one type of step says.
func (c *checker) special(at, kind string, o map[string]any) {
	switch kind {
	case "action":
		c.action(at, o)
	case "playbook-action":
		c.prefixed(at, o, "playbook_id", "playbook")
		c.found.add(at+"/playbook_id", "call", clip(text(o, "playbook_id")))
		if has(o, "playbook_version") {
			c.found.add(at+"/playbook_version", "call_version")
		}
	case "parallel":
		next := texts(o, "next_steps")
		if len(next) < 2 {
			c.found.add(at+"/next_steps", "parallel_few")
		}
		if len(slices.Compact(slices.Sorted(slices.Values(next)))) < len(next) {
			c.found.add(at+"/next_steps", "parallel_twice")
		}
	case "switch-condition":
		c.cases(at, o)
	case "start", "end":
		if has(o, "timeout") {
			c.found.add(at+"/timeout", "timeout_idle")
		}
	}
	if has(o, "timeout") && len(branches("", kind, o)) > 0 && kind != "while-condition" {
		c.found.add(at+"/timeout", "timeout_branch", kind)
	}
	if n, ok := whole(o["timeout"]); ok && n == 0 {
		c.found.add(at+"/timeout", "timeout_zero")
	}
}

func (c *checker) cases(at string, o map[string]any) {
	cases := object(o, "cases")
	if len(cases) == 0 && has(o, "cases") {
		c.found.add(at+"/cases", "empty")
	}
	for _, key := range slices.Sorted(maps.Keys(cases)) {
		to, ok := cases[key].(string)
		if !ok {
			c.found.add(at+"/cases"+pointer(key), "type", kindName[anID])
			continue
		}
		c.identifier(at+"/cases"+pointer(key), to)
	}
	if s := strings.TrimSpace(text(o, "switch")); has(o, "switch") && !wholeReference.MatchString(s) {
		c.found.add(at+"/switch", "switch_variable", clip(s))
	}
}

// action checks who does what to whom.
func (c *checker) action(at string, o map[string]any) {
	if id := text(o, "agent"); id != "" && !has(object(c.tree, "agent_definitions"), id) {
		c.found.add(at+"/agent", "undefined", clip(id), "agent_definitions")
	}
	for i, id := range texts(o, "targets") {
		if !has(object(c.tree, "target_definitions"), id) {
			c.found.add(at+"/targets/"+strconv.Itoa(i), "undefined", clip(id), "target_definitions")
		}
	}
	for i, v := range list(o, "commands") {
		if command, ok := v.(map[string]any); ok {
			c.command(at+"/commands/"+strconv.Itoa(i), command)
		}
	}
}
