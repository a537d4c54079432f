package playbooks

import (
	"maps"
	"slices"
	"strconv"
)

// Write writes a definition as YAML, in the order and the layout people write it. Reading it
// again gives the same definition; comments of the text it came from are not in it.
func Write(d *Definition) []byte {
	var w yamlWriter
	w.sheet(headSheet(d), 0)
	w.steps("steps", d)
	if d.Exception != nil {
		w.steps("exception", d.Exception)
	}
	if o := d.Origin; o != nil {
		w.b.WriteString("\n")
		w.sheet(sheet{{"origin", sheet{{"format", text(o.Format)}, {"text", text(o.Text)}}}}, 0)
	}
	return []byte(w.b.String())
}

// headSheet is what a definition says beside its steps.
func headSheet(d *Definition) (head sheet) {
	head.word("playbook", d.Slug)
	head.flag("part", d.Part)
	head.text("title", d.Title)
	head.text("summary", d.Summary)
	head.word("guideline", d.Guideline)
	head.rows("constant", named(d.Constants))
	head.rows("inputs", variables(d.Inputs))
	head.rows("variables", variables(d.Variables))
	head.words("outputs", d.Outputs)
	return head
}

// steps writes a list of steps with a line between them.
func (w *yamlWriter) steps(name string, d *Definition) {
	w.b.WriteString("\n" + name + ":")
	if len(d.Steps) == 0 {
		w.b.WriteString(" []")
	}
	w.b.WriteString("\n")
	for i := range d.Steps {
		if i > 0 {
			w.b.WriteString("\n")
		}
		w.b.WriteString("  - ")
		w.entry(stepSheet(&d.Steps[i]), 4)
	}
}

// stepSheet is a step with its fields in the order in which they are read.
func stepSheet(s *Step) sheet {
	var out sheet
	out.word("id", s.ID)
	out = append(out, branch{"kind", text(s.Kind)})
	out.word("row", s.Row)
	out.words("after", s.After)
	out.condition("when", s.When)
	out.text("title", s.Title)
	out.word("role", s.Role)
	out.word("target", s.Target.String())
	if s.Target.From == FromReady {
		out.word("target_from", string(FromReady))
	}
	if s.Kind == Decision {
		out.text("question", s.Instructions)
	} else {
		out.text("instructions", s.Instructions)
	}
	out.work(s)
	out.gates(s)
	out.rows("outcomes", outcomes(s.Outcomes))
	out.rows("checklist", named(s.Checklist))
	out.rows("fields", formFields(s.Fields))
	out.values("set", s.Set)
	out.rescue(s)
	out.text("document", s.Document)
	out.text("evidence", s.Evidence)
	out.words("clauses", s.Clauses)
	out.loop(s)
	return out
}

// work is what the program does in a step.
func (out *sheet) work(s *Step) {
	out.word("prepare", s.Prepare)
	out.word("do", s.Do)
	out.word("playbook", s.Playbook)
	out.values("with", s.With)
	out.word("approved_by", s.ApprovedBy)
	out.word("event", s.Event)
	out.word("for", s.For.String())
	if s.Until != "" {
		out.word("until", "${"+s.Until+"}")
	}
	switch {
	case s.Need == 1:
		out.word("need", "any")
	case s.Need > 1:
		out.number("need", s.Need)
	}
	out.word("rest", string(s.Rest))
}

// gates is who approves, who must be another, and who signs.
func (out *sheet) gates(s *Step) {
	out.word("of", s.Of)
	out.word("back_to", s.BackTo)
	out.words("not_by", s.NotBy)
	var lines row
	for _, one := range s.Signatures {
		var line sheet
		line.words("roles", one.Roles)
		line.number("count", one.Count)
		lines = append(lines, line)
	}
	out.rows("signatures", lines)
}

// rescue is what follows when a step does not end well, and who may leave it out.
func (out *sheet) rescue(s *Step) {
	out.word("timeout", s.Timeout.String())
	if r := s.Retry; r != nil {
		var line sheet
		line.number("times", r.Times)
		line.word("pause", r.Pause.String())
		line.number("factor", r.Factor)
		*out = append(*out, branch{"retry", line})
	}
	out.word("on_failure", s.OnFailure)
	out.word("compensates", s.Compensates)
	if r := s.Skip; r != nil {
		line := sheet{}
		line.flag("never", r.Never)
		line.word("role", r.Role)
		line.flag("second", r.Second)
		*out = append(*out, branch{"skip", line})
	}
}

func (out *sheet) loop(s *Step) {
	out.condition("while", s.While)
	out.condition("until_true", s.UntilTrue)
	if s.Max > 0 {
		out.number("max", s.Max)
	}
	out.word("at_max", s.AtMax)
	if s.Body == nil {
		return
	}
	steps := row{}
	for i := range s.Body.Steps {
		steps = append(steps, stepSheet(&s.Body.Steps[i]))
	}
	*out = append(*out, branch{"steps", steps})
}

// The fields below are left out when they say nothing.

func (out *sheet) word(name, s string) {
	if s != "" {
		*out = append(*out, branch{name, text(s)})
	}
}

func (out *sheet) flag(name string, yes bool) {
	if yes {
		*out = append(*out, branch{name, leaf("true")})
	}
}

func (out *sheet) number(name string, n int) {
	*out = append(*out, branch{name, leaf(strconv.Itoa(n))})
}

func (out *sheet) text(name string, t Text) {
	if !t.Empty() {
		*out = append(*out, branch{name, sheet{{"ja", text(t.JA)}, {"en", text(t.EN)}}})
	}
}

func (out *sheet) condition(name string, c *Condition) {
	if c != nil {
		out.word(name, c.Source)
	}
}

func (out *sheet) words(name string, list []string) {
	var r row
	for _, s := range list {
		r = append(r, text(s))
	}
	out.rows(name, r)
}

func (out *sheet) rows(name string, r row) {
	if len(r) > 0 {
		*out = append(*out, branch{name, r})
	}
}

func (out *sheet) values(name string, values map[string]Value) {
	var lines sheet
	for _, key := range slices.Sorted(maps.Keys(values)) {
		v := values[key]
		if v.From != "" {
			lines = append(lines, branch{key, text("${" + v.From + "}")})
		} else {
			lines = append(lines, branch{key, literalLeaf(v.Literal)})
		}
	}
	if len(lines) > 0 {
		*out = append(*out, branch{name, lines})
	}
}

func named(list []Named) (r row) {
	for _, n := range list {
		var line sheet
		line.word("id", n.ID)
		line.text("text", n.Text)
		r = append(r, line)
	}
	return r
}

func outcomes(list []Outcome) (r row) {
	for _, o := range list {
		var line sheet
		line.word("id", o.ID)
		line.text("text", o.Text)
		line.condition("if", o.If)
		line.condition("suggest", o.Suggest)
		line.flag("goes_on", o.GoesOn)
		r = append(r, line)
	}
	return r
}

func formFields(list []Field) (r row) {
	for _, f := range list {
		var line sheet
		line.word("id", f.ID)
		line.text("label", f.Label)
		line.word("type", string(f.Type))
		line.flag("required", f.Required)
		line.rows("options", named(f.Options))
		line.text("help", f.Help)
		r = append(r, line)
	}
	return r
}

func variables(list []Variable) (r row) {
	for _, v := range list {
		var line sheet
		line.word("id", v.ID)
		line.text("label", v.Label)
		line.word("type", string(v.Type))
		line.flag("required", v.Required)
		line.flag("personal", v.Personal)
		if v.Default != nil {
			line = append(line, branch{"default", literalLeaf(v.Default)})
		}
		line.rows("options", named(v.Options))
		r = append(r, line)
	}
	return r
}
