package cacao

import (
	"maps"
	"slices"

	"tasuke/playbooks"
)

// field is one "name: value" of a playbook file. A value is text, int64, bool, fields or a list.
type field struct {
	key   string
	value any
}

type fields []field

// set adds a field unless there is nothing to say.
func (f *fields) set(key string, value any) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return
		}
	case bool:
		if !v {
			return
		}
	case int:
		if v == 0 {
			return
		}
		value = int64(v)
	case fields:
		if len(v) == 0 {
			return
		}
	case []any:
		if len(v) == 0 {
			return
		}
	case nil:
		return
	}
	*f = append(*f, field{key, value})
}

// treeOf writes a definition in the fields of a playbook file.
func treeOf(d *playbooks.Definition) fields {
	var f fields
	f.set("playbook", d.Slug)
	f.set("part", d.Part)
	f.set("title", said(d.Title))
	f.set("summary", said(d.Summary))
	f.set("guideline", d.Guideline)
	f.set("constant", named(d.Constants))
	f.set("inputs", variables(d.Inputs))
	f.set("variables", variables(d.Variables))
	f.set("outputs", plainList(d.Outputs))
	f.set("steps", stepTrees(d.Steps))
	if d.Exception != nil {
		f.set("exception", stepTrees(d.Exception.Steps))
	}
	if d.Origin != nil {
		f.set("origin", fields{{"format", d.Origin.Format}, {"text", d.Origin.Text}})
	}
	return f
}

func stepTrees(steps []playbooks.Step) (out []any) {
	for i := range steps {
		out = append(out, stepTree(&steps[i]))
	}
	return out
}

func stepTree(s *playbooks.Step) fields {
	f := fields{{"id", s.ID}, {"kind", string(s.Kind)}}
	f.set("row", s.Row)
	f.set("title", said(s.Title))
	about := "instructions"
	if s.Kind == playbooks.Decision {
		about = "question"
	}
	f.set(about, said(s.Instructions))
	f.set("role", s.Role)
	f.set("target", s.Target.String())
	if s.Target.Set() {
		f.set("target_from", string(s.Target.From))
	}
	f.set("after", plainList(s.After))
	f.set("not_by", plainList(s.NotBy))
	f.set("when", source(s.When))
	f.set("outcomes", outcomes(s.Outcomes))
	f.set("checklist", named(s.Checklist))
	f.set("fields", fieldTrees(s.Fields))
	f.set("do", s.Do)
	f.set("prepare", s.Prepare)
	f.set("playbook", s.Playbook)
	f.set("with", values(s.With))
	f.set("set", values(s.Set))
	f.set("approved_by", s.ApprovedBy)
	f.set("of", s.Of)
	f.set("back_to", s.BackTo)
	f.set("signatures", signatures(s.Signatures))
	f.set("event", s.Event)
	f.set("for", s.For.String())
	if s.Until != "" {
		f.set("until", "${"+s.Until+"}")
	}
	f.set("timeout", s.Timeout.String())
	ways(&f, s)
	f.set("document", said(s.Document))
	f.set("evidence", said(s.Evidence))
	f.set("clauses", plainList(s.Clauses))
	return f
}

// ways are the fields about failure, skipping, joins and loops.
func ways(f *fields, s *playbooks.Step) {
	if s.Retry != nil {
		f.set("retry", fields{{"times", int64(s.Retry.Times)}, {"pause", s.Retry.Pause.String()}, {"factor", int64(s.Retry.Factor)}})
	}
	f.set("on_failure", s.OnFailure)
	f.set("compensates", s.Compensates)
	if s.Skip != nil {
		var skip fields
		skip.set("never", s.Skip.Never)
		skip.set("role", s.Skip.Role)
		skip.set("second", s.Skip.Second)
		f.set("skip", skip)
	}
	switch {
	case s.Need == 1:
		f.set("need", "any")
	case s.Need > 1:
		f.set("need", s.Need)
	}
	f.set("rest", string(s.Rest))
	f.set("while", source(s.While))
	f.set("until_true", source(s.UntilTrue))
	f.set("max", s.Max)
	f.set("at_max", s.AtMax)
	if s.Body != nil {
		f.set("steps", stepTrees(s.Body.Steps))
	}
}

func said(t playbooks.Text) fields {
	if t.Empty() {
		return nil
	}
	return fields{{"ja", t.JA}, {"en", t.EN}}
}

func source(c *playbooks.Condition) string {
	if c == nil {
		return ""
	}
	return c.Source
}

func plainList(list []string) (out []any) {
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

func named(list []playbooks.Named) (out []any) {
	for _, n := range list {
		out = append(out, fields{{"id", n.ID}, {"text", said(n.Text)}})
	}
	return out
}

func outcomes(list []playbooks.Outcome) (out []any) {
	for _, o := range list {
		f := fields{{"id", o.ID}, {"text", said(o.Text)}}
		f.set("goes_on", o.GoesOn)
		f.set("if", source(o.If))
		f.set("suggest", source(o.Suggest))
		out = append(out, f)
	}
	return out
}

func fieldTrees(list []playbooks.Field) (out []any) {
	for _, one := range list {
		f := fields{{"id", one.ID}, {"label", said(one.Label)}, {"type", string(one.Type)}}
		f.set("required", one.Required)
		f.set("options", named(one.Options))
		f.set("help", said(one.Help))
		out = append(out, f)
	}
	return out
}

func variables(list []playbooks.Variable) (out []any) {
	for _, v := range list {
		f := fields{{"id", v.ID}, {"label", said(v.Label)}, {"type", string(v.Type)}}
		f.set("required", v.Required)
		f.set("personal", v.Personal)
		if v.Default != nil {
			f = append(f, field{"default", v.Default})
		}
		f.set("options", named(v.Options))
		out = append(out, f)
	}
	return out
}

func values(m map[string]playbooks.Value) (out fields) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		v := m[name]
		if v.From != "" {
			out = append(out, field{name, "${" + v.From + "}"})
		} else {
			out = append(out, field{name, v.Literal})
		}
	}
	return out
}

func signatures(list []playbooks.Signature) (out []any) {
	for _, s := range list {
		out = append(out, fields{{"roles", plainList(s.Roles)}, {"count", int64(s.Count)}})
	}
	return out
}
