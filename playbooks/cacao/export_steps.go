package cacao

import (
	"slices"

	"strings"
	"time"

	"tasuke/playbooks"
)

// chain writes a block as one stretch that ends with end, and gives its first step. CACAO has no
// graph with several ways in: steps that wait for the same are branches of a parallel, and what comes
// after waits for all of them. The order is at least as strict as ours; the exact one is carried.
func (x *exporter) chain(d *playbooks.Definition, end string) string {
	next := end
	stages := x.stages(d)
	for i := len(stages) - 1; i >= 0; i-- {
		if len(stages[i]) == 1 {
			next = x.unit(stages[i][0], next)
			continue
		}
		var heads []any
		name := ""
		for _, s := range stages[i] {
			name += "\x00" + s.ID
			heads = append(heads, x.unit(s, x.branchEnd("of", s.ID)))
		}
		id := objectID("parallel", x.d.Slug, d.Block, name)
		x.workflow[id] = map[string]any{"type": "parallel", "next_steps": heads, "on_completion": next}
		next = id
	}
	if len(stages) == 0 {
		return x.bare(d, next)
	}
	return next
}

// bare is a block in which nothing is done: the text wants a step before an end.
func (x *exporter) bare(d *playbooks.Definition, next string) string {
	if d.Block == playbooks.ExceptionBlock {
		return next
	}
	id := objectID("action", x.d.Slug, d.Block, "nothing")
	x.workflow[id] = map[string]any{
		"type": "action", "name": "Nothing to do", "agent": x.program(), "commands": []any{map[string]any{"type": "manual", "command": "Nothing."}},
		"on_completion": next,
	}
	return id
}

// stages divides the steps of a block by the longest way to them from the first.
func (x *exporter) stages(d *playbooks.Definition) (out [][]*playbooks.Step) {
	depth := map[string]int{}
	var deep func(id string, guard int) int
	deep = func(id string, guard int) int {
		if n, ok := depth[id]; ok || guard > len(d.Steps) {
			return n
		}
		most := 0
		if s, ok := d.Step(id); ok {
			for _, a := range s.After {
				most = max(most, deep(a, guard+1)+1)
			}
		}
		depth[id] = most
		return most
	}
	for i := range d.Steps {
		s := &d.Steps[i]
		if structural(s) || x.skip[s.ID] {
			if s.Kind != playbooks.End {
				x.carry(s)
			}
			continue
		}
		n := deep(s.ID, 0)
		for len(out) <= n {
			out = append(out, nil)
		}
		out[n] = append(out[n], s)
	}
	return slices.DeleteFunc(out, func(stage []*playbooks.Step) bool { return len(stage) == 0 })
}

// structural reports whether a step has no CACAO step of its own.
func structural(s *playbooks.Step) bool {
	return s.Kind == playbooks.Parallel || s.Kind == playbooks.Join || s.Kind == playbooks.End || s.Compensates != ""
}

// carry keeps a step in the extension of the playbook.
func (x *exporter) carry(s *playbooks.Step) {
	if x.skip[s.ID] {
		return
	}
	x.structure[s.ID] = x.fields[s.ID]
	switch {
	case s.Compensates != "":
		x.found.add("", "export_carried", s.ID, "compensates")
	case s.Need > 0:
		x.found.add("", "export_carried", s.ID, "join")
	}
}

func (x *exporter) end(d *playbooks.Definition) string {
	for i := range d.Steps {
		s := &d.Steps[i]
		if s.Kind != playbooks.End {
			continue
		}
		id := objectID("end", x.d.Slug, d.Block)
		x.workflow[id] = map[string]any{"type": "end", "name": s.Title.EN, "step_extensions": x.extended(s)}
		return id
	}
	return x.branchEnd("block", d.Block) // a definition that was loaded has an end
}

func (x *exporter) branchEnd(of, name string) string {
	id := objectID("end", x.d.Slug, of, name)
	x.workflow[id] = map[string]any{"type": "end"}
	return id
}

func (x *exporter) extended(s *playbooks.Step) map[string]any {
	return map[string]any{extension: map[string]any{"step": x.fields[s.ID]}}
}

// unit writes a step, behind its condition when it has one, and gives what leads into it.
func (x *exporter) unit(s *playbooks.Step, next string) string {
	condition, ok := x.condition(s)
	if condition == "" {
		return x.step(s, next)
	}
	if !ok {
		x.found.add("", "export_carried", s.ID, "when")
	}
	id := objectID("if-condition", x.d.Slug, s.ID)
	x.workflow[id] = map[string]any{
		"type": "if-condition", "condition": condition, "on_true": x.step(s, x.branchEnd("in", s.ID)), "on_completion": next,
	}
	return id
}

// condition is when a step is done: its own condition, or that another has failed.
func (x *exporter) condition(s *playbooks.Step) (string, bool) {
	var all []string
	ok := true
	if s.When != nil {
		one, written := x.spoken.comparison(s.When)
		all, ok = append(all, one), written
	}
	for _, id := range s.After {
		for _, d := range append(blocksOf(x.d), x.d) {
			if of, there := d.Step(id); there && of.OnFailure == s.ID {
				all = append(all, endedVar(id)+":value IN ('failed', 'timed_out')")
			}
		}
	}
	return strings.Join(all, " AND "), ok
}

func blocksOf(d *playbooks.Definition) (out []*playbooks.Definition) {
	for _, b := range d.Blocks() {
		out = append(append(out, b), blocksOf(b)...)
	}
	return out
}

// step writes the step itself.
func (x *exporter) step(s *playbooks.Step, next string) string {
	id, o := x.core(s)
	switch {
	case s.OnFailure != "":
		o["on_success"], o["on_failure"] = next, next
	case s.Kind.ByHand() || s.Kind == playbooks.Loop:
		o["on_completion"] = next
	default:
		o["on_success"] = next
	}
	x.workflow[id] = o
	return id
}

func (x *exporter) core(s *playbooks.Step) (string, map[string]any) {
	var id string
	var from map[string]any
	whole := false
	if x.reuse != nil {
		id, from, whole = x.reuse(s)
	}
	if whole {
		return id, from
	}
	o := x.written(s)
	kind := text(o, "type")
	if prefix, _, _, ok := parts(id); !ok || prefix != kind {
		id = objectID(kind, x.d.Slug, s.ID)
	}
	keep(o, from)
	return id, o
}

// keep takes over from a step what the written one says nothing about and no pointer or command is.
func keep(o, from map[string]any) {
	for key, v := range from {
		switch key {
		case "type", "on_completion", "on_success", "on_failure", "on_true", "on_false", "condition", "switch", "cases", "next_steps",
			"commands", "agent", "targets", "in_args", "out_args", "delay", "timeout", "playbook_id", "playbook_version":
			continue
		case "step_extensions":
			for ext, inner := range object(from, key) {
				if all := object(o, key); !has(all, ext) {
					all[ext] = inner
				}
			}
			continue
		}
		if !has(o, key) {
			o[key] = v
		}
	}
}

// written is a step of ours as CACAO says it.
func (x *exporter) written(s *playbooks.Step) map[string]any {
	o := map[string]any{"type": "action", "name": s.Title.EN, "step_extensions": x.extended(s)}
	if ms := milliseconds(s.Timeout); ms > 0 {
		o["timeout"] = ms
	}
	var out []any
	for _, name := range []string{outcomeVar(s.ID), endedVar(s.ID)} {
		if _, spoken := x.spoken[name]; spoken {
			out = append(out, name)
		}
	}
	for _, name := range sortedKeys(s.Set) {
		out = append(out, runVar(name))
	}
	switch s.Kind {
	case playbooks.Call:
		o["type"], o["playbook_id"] = "playbook-action", PlaybookID(s.Playbook)
		x.found.add("", "export_call", s.ID, s.Playbook)
	case playbooks.Loop:
		x.loop(s, o)
		return o
	case playbooks.Action:
		x.action(s, o)
	default:
		o["agent"] = x.agent(s.Role)
		o["commands"] = []any{map[string]any{"type": "manual", "command": x.words(s)}}
	}
	if len(out) > 0 {
		o["out_args"] = out
	}
	return o
}

func (x *exporter) loop(s *playbooks.Step, o map[string]any) {
	o["type"] = "while-condition"
	source, until := s.While, false
	if source == nil {
		source, until = s.UntilTrue, true
		x.found.add("", "export_carried", s.ID, "until_true")
	}
	condition, ok := x.spoken.comparison(source)
	if until {
		condition = "NOT (" + condition + ")"
	}
	if !ok {
		x.found.add("", "export_carried", s.ID, "while")
	}
	o["condition"] = condition
	o["on_true"] = x.chain(s.Body, x.end(s.Body))
}

// words say to a person what a step is, for a tool that does not know the extension.
func (x *exporter) words(s *playbooks.Step) string {
	lines := []string{s.Title.EN}
	if s.Instructions.EN != "" {
		lines = append(lines, s.Instructions.EN)
	}
	for _, o := range s.Outcomes {
		one := "- " + o.ID + ": " + o.Text.EN
		if o.If != nil {
			one += " (if " + o.If.Source + ")"
		}
		lines = append(lines, one)
	}
	switch s.Kind {
	case playbooks.Approval:
		lines = append(lines, "Approve or send back: "+s.Of)
		x.found.add("", "export_carried", s.ID, "approval")
	case playbooks.Wait:
		lines = append(lines, "Wait: "+strings.TrimSpace(s.Event+" "+s.For.String()+" "+s.Until))
		x.found.add("", "export_carried", s.ID, "wait")
	case playbooks.Switch:
		x.found.add("", "export_carried", s.ID, "switch")
	}
	return strings.Join(lines, "\n")
}

// agent is a role as a group of people; steps without one are the program's.
func (x *exporter) agent(role string) string {
	if role == "" {
		return x.program()
	}
	id := objectID("group", role)
	x.agents[id] = map[string]any{"type": "group", "name": role}
	return id
}

func (x *exporter) program() string {
	id := objectID("security-category", "tasuke")
	x.agents[id] = map[string]any{"type": "security-category", "name": "tasuke", "category": []any{"orchestrator"}}
	return id
}

// milliseconds is a length that needs no calendar.
func milliseconds(t playbooks.Target) int64 {
	if d, ok := t.Exact(); ok {
		return int64(d / time.Millisecond)
	}
	return 0
}

func sortedKeys(m map[string]playbooks.Value) (out []string) {
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
