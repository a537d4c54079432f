package cacao

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"tasuke/playbooks"
)

// piece is a part of an action: one request that the program sends, or commands that a person
// works through.
type piece struct {
	request  *request
	commands []map[string]any
}

// action converts an action step: its commands in order, each against all targets. What the program
// does not do itself is one task after the other.
func (b *block) action(n *node, in []edge) span {
	pieces := b.c.pieces(n)
	var sp span
	for i, p := range pieces {
		var s playbooks.Step
		if p.request != nil {
			s = b.c.requestStep(n, p.request, len(pieces) == 1)
		} else {
			s = b.c.task(n, p.commands)
		}
		if i == len(pieces)-1 && s.Kind == playbooks.Task {
			b.c.asks(n, &s)
		}
		sp = b.chain(n, s, in, sp)
	}
	if last := pieces[len(pieces)-1]; last.request != nil && len(texts(n.o, "out_args")) > 0 && !b.c.bodyOnly(n, pieces) {
		s := b.c.reading(n)
		b.c.asks(n, &s)
		sp = b.chain(n, s, in, sp)
	}
	return sp
}

// chain adds a step behind what the span has so far; each goes on only when the one before is done.
func (b *block) chain(n *node, s playbooks.Step, in []edge, sp span) span {
	if sp.last == "" {
		return b.add(n, s, in)
	}
	next := b.add(n, s, []edge{{sp.tails, fmt.Sprintf(`steps.%s == "done"`, sp.last)}})
	return span{first: sp.first, sure: sp.sure, last: next.last, tails: next.tails, fails: append(sp.fails, next.fails...)}
}

// pieces divides the commands of a step. With a timeout, which holds for all of them together, a
// step of several pieces is one person's task.
func (c *converter) pieces(n *node) (out []piece) {
	var all []map[string]any
	for _, v := range list(n.o, "commands") {
		command, _ := v.(map[string]any)
		all = append(all, command)
		requests, why := c.requests(n, command)
		if why.EN != "" && text(command, "type") == "http-api" {
			c.say(n, "/commands", "http_person", why)
		}
		for i := range requests {
			out = append(out, piece{request: &requests[i]})
		}
		if len(requests) > 0 {
			continue
		}
		if last := len(out) - 1; last >= 0 && out[last].request == nil {
			out[last].commands = append(out[last].commands, command)
		} else {
			out = append(out, piece{commands: []map[string]any{command}})
		}
	}
	if ms, ok := whole(n.o["timeout"]); ok && ms > 0 && len(out) > 1 {
		c.say(n, "/timeout", "timeout_several")
		return []piece{{commands: all}}
	}
	return out
}

// task shows commands to a person, with who does them and to what.
func (c *converter) task(n *node, commands []map[string]any) playbooks.Step {
	s := playbooks.Step{ID: c.name(text(n.o, "name"), "task"), Kind: playbooks.Task, Role: c.role, Title: both(c.title(n))}
	about, _ := tidy(text(n.o, "description"), 800)
	var ja, en strings.Builder
	if about != "" {
		ja.WriteString(about + "\n\n")
		en.WriteString(about + "\n\n")
	}
	if agent := c.party("agent_definitions", text(n.o, "agent")); agent != "" {
		ja.WriteString("行う人・もの: " + agent + "\n")
		en.WriteString("Done by: " + agent + "\n")
	}
	for _, id := range texts(n.o, "targets") {
		if target := c.party("target_definitions", id); target != "" && ja.Len() < 3000 {
			ja.WriteString("対象: " + target + "\n")
			en.WriteString("Target: " + target + "\n")
		}
	}
	room := 2400 / max(1, len(commands))
	for i, command := range commands {
		shown, cut := tidy(commandText(command), max(60, room))
		if cut {
			c.say(n, "/commands", "command_cut")
		}
		one := fmt.Sprintf("\n[%s] %s", line(text(command, "type"), 40), shown)
		if d := line(text(command, "description"), 200); d != "" {
			one = "\n" + d + one
		}
		ja.WriteString(one)
		en.WriteString(one)
		if len(commands) > 1 && len(commands) <= 40 {
			item, _ := tidy(line(shown, 80), 80)
			s.Checklist = append(s.Checklist, playbooks.Named{ID: fmt.Sprintf("c%d", i+1), Text: both(fmt.Sprintf("%d. %s", i+1, item))})
		}
	}
	inJA, _ := tidy(ja.String(), 3990)
	inEN, _ := tidy(en.String(), 3990)
	s.Instructions = playbooks.Text{JA: inJA, EN: inEN}
	return s
}

// commandText is what a command says, out of base64 when it is text.
func commandText(command map[string]any) string {
	if s := text(command, "command"); strings.TrimSpace(s) != "" {
		if body := text(command, "content"); body != "" {
			return s + "\n\n" + body
		}
		if coded := text(command, "content_b64"); coded != "" {
			return s + "\n\n" + plainOf(coded)
		}
		return s
	}
	if coded := text(command, "command_b64"); coded != "" {
		return plainOf(coded)
	}
	return "(—)"
}

func plainOf(coded string) string {
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(coded), ""))
	if err != nil || !utf8.Valid(raw) {
		return "base64: " + coded
	}
	return string(raw)
}

// party names an agent or a target as a person knows it.
func (c *converter) party(key, id string) string {
	o := object(object(c.doc.Tree, key), id)
	name := line(text(o, "name"), 120)
	if name == "" {
		return ""
	}
	if at := addressOf(o); at != "" {
		name += " " + line(at, 120)
	}
	return name + " (" + line(text(o, "type"), 40) + ")"
}

// asks lets the person give the values that a step returns.
func (c *converter) asks(n *node, s *playbooks.Step) {
	for _, name := range texts(n.o, "out_args") {
		f, ok := c.field(n.id, strings.TrimSuffix(name, ":value"))
		if !ok {
			continue
		}
		s.Fields = append(s.Fields, f)
		put(&s.Set, f.ID, playbooks.Value{From: f.ID})
	}
}

// bodyOnly reports whether the one thing a step returns is the answer to its only request.
func (c *converter) bodyOnly(n *node, pieces []piece) bool {
	out := texts(n.o, "out_args")
	if len(pieces) != 1 || len(out) != 1 {
		return false
	}
	v, ok := c.variable(n.id, strings.TrimSuffix(out[0], ":value"))
	return ok && v.t == playbooks.TextField
}

// reading is the task of taking values out of answers: CACAO does not say where they stand.
func (c *converter) reading(n *node) playbooks.Step {
	c.say(n, "/out_args", "values_person")
	return playbooks.Step{
		ID: c.name(text(n.o, "name")+" values", "values"), Kind: playbooks.Task, Role: c.role,
		Title:        playbooks.Text{JA: "結果を読み取る: " + c.title(n), EN: "Read the result: " + c.title(n)},
		Instructions: playbooks.Text{JA: "前の手順の応答を読み、次の値を記入してください。", EN: "Read the answer of the step before and fill in these values."},
	}
}
