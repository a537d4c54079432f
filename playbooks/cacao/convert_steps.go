package cacao

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tasuke/playbooks"
)

// step converts one step with everything inside it.
func (b *block) step(n *node, in []edge) span {
	switch n.kind {
	case "parallel":
		return b.parallel(n, in)
	case "if-condition":
		return b.choice(n, in, text(n.o, "condition"))
	case "switch-condition":
		return b.cases(n, in)
	case "while-condition":
		return b.loop(n, in)
	case "playbook-action":
		return b.call(n, in)
	}
	return b.action(n, in)
}

// parallel is a fork and a join of all its ways.
func (b *block) parallel(n *node, in []edge) span {
	title := b.c.title(n)
	sp := b.add(n, playbooks.Step{ID: b.c.name(text(n.o, "name"), "parallel"), Kind: playbooks.Parallel, Title: both(title)}, in)
	var ends []edge
	inner := span{first: sp.first, sure: sp.sure, last: sp.last}
	for _, a := range n.branches {
		ways, fails := b.branch(n, a, edge{sp.tails, sp.taken()})
		ends, inner.fails = append(ends, ways...), append(inner.fails, fails...)
	}
	after, _ := join(ends)
	meet := playbooks.Step{ID: b.c.name(sp.first+"_join", "join"), Kind: playbooks.Join, After: after, When: condition(sp.taken())}
	meet.Title = playbooks.Text{JA: "合流: " + title, EN: "Join: " + title}
	b.steps = append(b.steps, meet)
	inner.tails = []string{meet.ID}
	return inner
}

// branch converts a branch. Beside its ends it gives the steps in it whose failure nothing answers:
// those with no way on for it, and those whose failure leads straight to the end of the branch.
func (b *block) branch(n *node, a arrow, in edge) (ends []edge, fails []string) {
	s := b.c.flow.scope(n.id, a.label, a.to)
	ends = b.scope(s, in)
	for _, id := range s.steps {
		inside := b.c.flow.nodes[id]
		answer := ""
		for _, next := range inside.next {
			if next.label != "on_success" {
				answer = next.to
			}
		}
		if sp, ok := b.spans[id]; ok && (answer == "" || b.c.flow.nodes[answer].kind == "end") {
			fails = append(fails, sp.fails...)
		}
	}
	return ends, fails
}

// choice is a switch when its condition can be translated, and else a question to a person.
func (b *block) choice(n *node, in []edge, source string) span {
	yes := playbooks.Outcome{Named: playbooks.Named{ID: "holds", Text: playbooks.Text{JA: "成り立つ", EN: "It holds"}}}
	no := playbooks.Outcome{Named: playbooks.Named{ID: "otherwise", Text: playbooks.Text{JA: "成り立たない", EN: "It does not"}}}
	if when, err := translate(source, b.c.look(n.id)); err == nil {
		yes.If = condition(when)
	}
	return b.chosen(n, in, source, []playbooks.Outcome{yes, no}, map[string]string{"on_true": "holds", "on_false": "otherwise"})
}

// cases is a choice by the value of a variable.
func (b *block) cases(n *node, in []edge) span {
	name := strings.TrimSuffix(strings.TrimSpace(text(n.o, "switch")), ":value")
	v, known := b.c.variable(n.id, name)
	var out []playbooks.Outcome
	ids, outcomeOf := map[string]bool{}, map[string]string{}
	all := object(n.o, "cases")
	translated := known && v.comparable()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if key == "default" {
			continue
		}
		o := playbooks.Outcome{Named: playbooks.Named{ID: once(ids, idOf("case_"+key, "case")), Text: both(line(key, 200))}}
		if when, err := constant(key, v.t); err == nil && translated {
			o.If = condition(v.guarded("vars." + v.id + " == " + when))
		} else {
			translated = false
		}
		outcomeOf[key] = o.ID
		out = append(out, o)
	}
	other := playbooks.Outcome{Named: playbooks.Named{ID: once(ids, "otherwise"), Text: playbooks.Text{JA: "どれでもない", EN: "None of these"}}}
	outcomeOf["default"] = other.ID
	out = append(out, other)
	if !translated {
		for i := range out {
			out[i].If = nil
		}
	}
	return b.chosen(n, in, "switch "+name, out, outcomeOf)
}

// chosen adds the step that chooses and the branches behind it.
func (b *block) chosen(n *node, in []edge, source string, out []playbooks.Outcome, outcomeOf map[string]string) span {
	s := playbooks.Step{ID: b.c.name(text(n.o, "name"), "choice"), Kind: playbooks.Switch, Title: both(b.c.title(n))}
	led := map[string]bool{}
	for _, a := range n.branches {
		led[outcomeOf[a.label]] = b.c.flow.nodes[a.to].kind != "end"
	}
	for i := range out {
		out[i].GoesOn = !led[out[i].ID]
	}
	s.Outcomes = out
	if out[0].If == nil {
		s.Kind, s.Role = playbooks.Decision, b.c.role
		s.Instructions = question(n, source)
		b.c.say(n, "", "condition_person", clip(source))
	}
	sp := b.add(n, s, in)
	sp.fails = nil
	for _, a := range n.branches {
		ends, fails := b.branch(n, a, edge{[]string{s.ID}, fmt.Sprintf("%s == %q", s.ID, outcomeOf[a.label])})
		after, _ := join(ends)
		for _, id := range after {
			if !slices.Contains(sp.tails, id) {
				sp.tails = append(sp.tails, id)
			}
		}
		sp.fails = append(sp.fails, fails...)
	}
	return sp
}

func question(n *node, source string) playbooks.Text {
	about, _ := tidy(text(n.o, "description"), 1500)
	shown, _ := tidy(source, 1500)
	if about != "" {
		about += "\n\n"
	}
	return playbooks.Text{
		JA: about + "次の条件が成り立つかどうかを確かめて選んでください。\n" + shown,
		EN: about + "Find out whether this condition holds, and choose.\n" + shown,
	}
}

// loop is a while-condition: looked at before each pass, with a bound.
func (b *block) loop(n *node, in []edge) span {
	source := text(n.o, "condition")
	s := playbooks.Step{ID: b.c.name(text(n.o, "name"), "loop"), Kind: playbooks.Loop, Role: b.c.role, Title: both(b.c.title(n)), Max: passes}
	b.c.say(n, "", "while_bound", passes)
	inner := &block{c: b.c, spans: map[string]span{}}
	body := b.c.flow.scope(n.id, "on_true", n.branches[0].to)
	if len(body.steps) < 2 {
		b.c.say(n, "/on_true", "loop_empty")
	}
	if when, err := translate(source, b.c.look(n.id)); err == nil {
		s.While = condition(when)
		s.Body = &playbooks.Definition{Block: s.ID, Steps: inner.closed(body, edge{})}
	} else {
		b.c.say(n, "", "condition_person", clip(source))
		s.Body = &playbooks.Definition{Block: s.ID, Steps: inner.asked(n, &s, source, body)}
	}
	return b.add(n, s, in)
}

// closed converts a stretch into this block and puts an end behind it.
func (b *block) closed(s scope, in edge) []playbooks.Step {
	after, _ := join(b.scope(s, in))
	return append(b.steps, playbooks.Step{
		ID: b.c.name("", "end"), Kind: playbooks.End, Title: playbooks.Text{JA: "この回の終わり", EN: "End of this pass"}, After: after,
	})
}

// asked begins each pass with a question to a person; "no" ends the loop with that pass.
func (b *block) asked(n *node, loop *playbooks.Step, source string, body scope) []playbooks.Step {
	v := playbooks.Variable{ID: loop.ID + "_again", Type: playbooks.YesNoField, Default: true}
	v.Label = playbooks.Text{JA: "続ける: " + b.c.title(n), EN: "Go on: " + b.c.title(n)}
	b.c.def.Variables = append(b.c.def.Variables, v)
	loop.While = condition("vars." + v.ID + " == true")
	ask := playbooks.Step{
		ID: b.c.name(loop.ID+"_ask", "ask"), Kind: playbooks.Task, Role: b.c.role, Title: both(b.c.title(n)), Instructions: question(n, source),
		Fields: []playbooks.Field{{ID: "again", Label: playbooks.Text{JA: "成り立つ", EN: "It holds"}, Type: playbooks.YesNoField, Required: true}},
		Set:    map[string]playbooks.Value{v.ID: {From: "again"}}, Skip: &playbooks.SkipRule{Never: true},
	}
	b.steps = append(b.steps, ask)
	return b.closed(body, edge{[]string{ask.ID}, allOf(fmt.Sprintf(`steps.%s == "done"`, ask.ID), "vars."+v.ID+" == true")})
}

// call works through another playbook.
func (b *block) call(n *node, in []edge) span {
	s := playbooks.Step{
		ID: b.c.name(text(n.o, "name"), "call"), Kind: playbooks.Call, Role: b.c.role, Title: both(b.c.title(n)), Playbook: Slug(text(n.o, "playbook_id")),
	}
	for _, name := range texts(n.o, "in_args") {
		name = strings.TrimSuffix(name, ":value")
		if v, ok := b.c.variable(n.id, name); ok {
			put(&s.With, idOf(name, "var"), playbooks.Value{From: "vars." + v.id})
		}
	}
	for _, name := range texts(n.o, "out_args") {
		name = strings.TrimSuffix(name, ":value")
		if v, ok := b.c.variable(n.id, name); ok {
			put(&s.Set, v.id, playbooks.Value{From: idOf(name, "var")})
		}
	}
	return b.add(n, s, in)
}

func put(m *map[string]playbooks.Value, name string, v playbooks.Value) {
	if *m == nil {
		*m = map[string]playbooks.Value{}
	}
	(*m)[name] = v
}
