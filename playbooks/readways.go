package playbooks

import (
	"regexp"
	"strconv"

	"github.com/goccy/go-yaml/ast"
)

const (
	maxVariables = 60
	maxDepth     = 4         // blocks inside blocks
	maxRetries   = 20        // attempts after the first
	maxOrigin    = 400 << 10 // bytes of an imported text
)

var wholeForm = regexp.MustCompile(`^(0|[1-9][0-9]{0,5})$`)

// ways reads what follows when a step does not end well, and who may leave it out.
func (r *reader) ways(f fields, s *Step) {
	s.OnFailure, s.Compensates = r.word(f, "on_failure"), r.word(f, "compensates")
	if n, ok := f.value["retry"]; ok {
		b := r.block(n, "retry", "times", "pause", "factor")
		s.Retry = &Retry{Times: r.number(b, "times", 0, maxRetries, 0), Pause: r.length(b, "pause"), Factor: r.number(b, "factor", 1, 10, 1)}
		if _, exact := s.Retry.Pause.Exact(); s.Retry.Times > 0 && !exact {
			r.problems.add(max(b.line, b.at["pause"]), "retry_pause")
		}
	}
	if n, ok := f.value["skip"]; ok {
		b := r.block(n, "skip", "never", "role", "second")
		s.Skip = &SkipRule{Never: r.flag(b, "never"), Role: r.word(b, "role"), Second: r.flag(b, "second")}
	}
	s.Set = r.with(f, "set")
	s.Prepare = r.word(f, "prepare")
}

// more reads what joins, calls, loops and approvals of several say.
func (r *reader) more(f fields, s *Step) {
	s.Need, s.Rest = r.waysNeeded(f), Rest(r.word(f, "rest"))
	if s.Rest != "" && s.Rest != RestGoesOn && s.Rest != RestStopped {
		r.problems.add(f.at["rest"], "rest_unknown", clip(string(s.Rest)))
	}
	s.Until, s.Playbook = r.until(f), r.word(f, "playbook")
	s.Signatures = r.signatures(f)
	s.While, s.UntilTrue = r.when(f, "while"), r.when(f, "until_true")
	s.Max, s.AtMax = r.number(f, "max", 1, MaxPasses, 0), r.word(f, "at_max")
	if s.AtMax != "" && s.AtMax != GoOn {
		r.problems.add(f.at["at_max"], "at_max", clip(s.AtMax))
	}
	if _, there := f.value["steps"]; there && s.Kind == Loop {
		s.Body = r.inner(f, "steps", s.ID)
	}
}

// waysNeeded reads how many ways a join needs: all, any, or a number.
func (r *reader) waysNeeded(f fields) int {
	n, there := f.value["need"]
	if !there {
		return 0
	}
	if _, number := n.(*ast.IntegerNode); number {
		return r.number(f, "need", 1, MaxSteps, 0)
	}
	switch raw := r.word(f, "need"); raw {
	case "all":
		return 0
	case "any":
		return 1
	default:
		r.problems.add(f.at["need"], "need", clip(raw))
		return 0
	}
}

// until reads where the moment of a wait comes from.
func (r *reader) until(f fields) string {
	raw := r.word(f, "until")
	if raw == "" {
		return ""
	}
	m := from.FindStringSubmatch(raw)
	if m == nil {
		r.problems.add(f.at["until"], "with_form", clip(raw))
		return ""
	}
	return m[1]
}

func (r *reader) signatures(f fields) (out []Signature) {
	for _, n := range r.list(f, "signatures", 10) {
		b := r.block(n, "signatures", "roles", "count")
		one := Signature{Roles: r.words(b, "roles", 13), Count: r.number(b, "count", 1, 9, 1)}
		if len(one.Roles) == 0 {
			r.problems.add(b.line, "field_missing", "roles")
		}
		out = append(out, one)
	}
	return out
}

// chooses notes what a switch must say: a condition for every outcome but the last.
func (r *reader) chooses(f fields, s *Step) {
	if len(s.Outcomes) < 2 {
		r.problems.add(max(f.line, f.at["outcomes"]), "outcomes_few")
		return
	}
	for i, o := range s.Outcomes {
		if last := i == len(s.Outcomes)-1; last != (o.If == nil) {
			r.problems.add(o.Line, "switch_if", o.ID)
		}
	}
}

// loops notes what a loop must say: a block, a bound, and when it ends.
func (r *reader) loops(f fields, s *Step) {
	if s.Body == nil {
		r.problems.add(f.line, "field_missing", "steps")
	}
	if s.Max == 0 && f.at["max"] == 0 {
		r.problems.add(f.line, "loop_bound", s.ID)
	}
	if (s.While == nil) == (s.UntilTrue == nil) {
		r.problems.add(max(f.line, f.at["while"]), "loop_one", s.ID)
	}
}

// variables reads what a run keeps.
func (r *reader) variables(f fields, key string) (out []Variable) {
	var names []Named
	for _, n := range r.list(f, key, maxVariables) {
		b := r.block(n, key, "id", "label", "type", "required", "personal", "default", "options")
		one := Variable{
			ID: r.id(b, "id"), Label: r.needText(b, "label"), Type: FieldType(r.need(b, "type")), Required: r.flag(b, "required"),
			Personal: r.flag(b, "personal"), Options: r.named(b, "options", 40), Line: b.line,
		}
		r.fieldType(b, Field{Type: one.Type, Options: one.Options})
		if v, there := b.value["default"]; there {
			given := r.value(v, "default", b.at["default"])
			if one.Default = given.Literal; given.From != "" {
				r.problems.add(b.at["default"], "default_from", one.ID)
			}
		}
		names = r.once(names, Named{ID: one.ID, Line: one.Line})
		out = append(out, one)
	}
	return out
}

// number reads a whole number between two bounds; other when the field is not there.
func (r *reader) number(f fields, key string, least, most, other int) int {
	n, there := f.value[key]
	if !there {
		return other
	}
	if i, ok := n.(*ast.IntegerNode); ok && wholeForm.MatchString(i.GetToken().Value) {
		if v, err := strconv.Atoi(i.GetToken().Value); err == nil && v >= least && v <= most {
			return v
		}
	}
	r.problems.add(f.at[key], "number", key, least, most)
	return other
}

// origin reads the text a playbook was imported from. It is kept as it came, whatever it says.
func (r *reader) origin(f fields) *Imported {
	n, there := f.value["origin"]
	if !there {
		return nil
	}
	b := r.block(n, "origin", "format", "text")
	o := &Imported{Format: r.need(b, "format")}
	switch t := b.value["text"].(type) {
	case *ast.LiteralNode:
		o.Text = t.Value.Value
	case *ast.StringNode:
		o.Text = t.Value
	}
	if o.Text == "" || len(o.Text) > maxOrigin {
		r.problems.add(max(b.line, b.at["text"]), "origin", maxOrigin)
	}
	return o
}
