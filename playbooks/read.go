package playbooks

import (
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

var (
	slugForm = regexp.MustCompile(`^[A-Z][A-Z0-9-]{0,39}$`)
	idForm   = regexp.MustCompile(`^[a-z][a-z0-9_]{0,59}$`)
	// words of the condition language, which no id may take.
	reserved = strings.Fields("facts vars steps exception in not and or let if else true false nil matches contains startswith endswith")
)

// IsSlug reports whether a text can be the id of a playbook, such as PB-01.
func IsSlug(s string) bool { return slugForm.MatchString(s) }

// Parse reads the form of a definition: fields, texts, ids, kinds, targets and the syntax of
// conditions. It needs nobody's rules, so a pinned version can be read for as long as it runs.
// What comes back beside problems is as much as could be read.
func Parse(src []byte) (*Definition, Problems) {
	r := &reader{}
	root := r.root(src)
	if root == nil {
		return &Definition{}, r.problems
	}
	d := r.definition(root)
	d.Source = slices.Clone(src)
	return d, r.problems.sorted()
}

// Load reads a definition and checks it against the rules; all problems come at once.
func Load(src []byte, rules Rules) (*Definition, Problems) {
	d, p := Parse(src)
	if len(d.Steps) > 0 {
		p = append(p, Check(d, rules)...)
	}
	return d, p.sorted()
}

func (r *reader) definition(n ast.Node) *Definition {
	f := r.block(n, "playbook", "playbook", "part", "title", "summary", "guideline", "constant", "inputs", "variables", "outputs", "steps", "exception", "origin")
	d := &Definition{Slug: r.need(f, "playbook"), Part: r.flag(f, "part")}
	if d.Slug != "" && !slugForm.MatchString(d.Slug) {
		r.problems.add(f.at["playbook"], "slug", clip(d.Slug))
	}
	d.Title, d.Summary = r.needText(f, "title"), r.text(f, "summary")
	d.Guideline = r.word(f, "guideline")
	d.Constants = r.named(f, "constant", 10)
	d.Inputs, d.Variables = r.variables(f, "inputs"), r.variables(f, "variables")
	d.Outputs, d.outputsAt = r.words(f, "outputs", maxVariables), max(1, f.at["outputs"])
	r.steps(f, d, "steps")
	if _, there := f.value["exception"]; there {
		d.Exception = r.inner(f, "exception", ExceptionBlock)
	}
	d.Origin = r.origin(f)
	return d
}

// steps reads the graph of a definition or of a block of it. Ids are once in the whole file.
func (r *reader) steps(f fields, d *Definition, key string) {
	d.index = map[string]int{}
	nodes := r.list(f, key, MaxSteps)
	if len(nodes) == 0 {
		r.problems.add(max(1, f.at[key]), "field_missing", key)
	}
	for _, n := range nodes {
		s := r.step(n)
		if first, twice := r.ids[s.ID]; twice && s.ID != "" {
			r.problems.add(s.Line, "id_twice", s.ID, first)
		} else {
			r.note(s)
			d.index[s.ID] = len(d.Steps)
		}
		d.Steps = append(d.Steps, s)
	}
}

func (r *reader) note(s Step) {
	if r.ids == nil {
		r.ids = map[string]int{}
	}
	r.ids[s.ID] = s.Line
}

// inner reads a block inside a definition: a loop's body or the exception path.
func (r *reader) inner(f fields, key, block string) *Definition {
	d := &Definition{Block: block}
	if r.depth++; r.depth > maxDepth {
		r.problems.add(f.at[key], "too_nested", maxDepth)
	} else {
		r.steps(f, d, key)
	}
	r.depth--
	return d
}

// common are the fields that a step of every kind may have.
var common = []string{"id", "kind", "row", "title", "after"}

// may says which fields a kind of step has beside those.
var may = map[Kind][]string{
	Task:     {"instructions", "role", "not_by", "target", "target_from", "when", "checklist", "fields", "document", "evidence", "clauses", "timeout", "on_failure", "compensates", "skip", "set", "prepare", "with"},
	Decision: {"question", "role", "not_by", "target", "target_from", "when", "outcomes", "document", "evidence", "clauses", "timeout", "on_failure", "skip", "prepare", "with"},
	Approval: {"instructions", "role", "of", "back_to", "not_by", "target", "target_from", "when", "document", "evidence", "clauses", "timeout", "on_failure", "signatures"},
	Action:   {"instructions", "role", "do", "with", "approved_by", "target", "target_from", "when", "document", "evidence", "clauses", "timeout", "on_failure", "compensates", "skip", "set", "retry"},
	Wait:     {"instructions", "role", "event", "for", "until", "timeout", "on_failure", "when", "document", "evidence", "clauses", "skip"},
	Switch:   {"when", "outcomes", "document", "evidence", "clauses"},
	Parallel: {"when"},
	Join:     {"when", "need", "rest"},
	Call:     {"instructions", "role", "playbook", "with", "set", "when", "timeout", "on_failure", "skip", "clauses"},
	Loop:     {"instructions", "role", "while", "until_true", "max", "at_max", "steps", "when", "timeout", "on_failure", "skip", "clauses"},
	End:      {},
}

// must says which of them it cannot be without, beside id, kind and title. A wait needs one of
// event, for and until, and a loop one of while and until_true. Actions, waits, calls and loops
// name a role too: who is asked when they do not end well.
var must = map[Kind][]string{
	Task:     {"instructions", "role"},
	Decision: {"question", "role", "outcomes"},
	Approval: {"instructions", "role", "of", "back_to"},
	Action:   {"role", "do"},
	Wait:     {"role"},
	Switch:   {"outcomes"},
	Call:     {"role", "playbook"},
	Loop:     {"role", "max", "steps"},
}

var stepFields = []string{
	"id", "kind", "row", "title", "instructions", "question", "role", "target", "target_from",
	"after", "not_by", "when", "outcomes", "checklist", "fields", "do", "with", "approved_by", "of", "back_to",
	"event", "for", "until", "timeout", "document", "evidence", "clauses",
	"retry", "on_failure", "compensates", "skip", "set", "prepare", "signatures", "need", "rest", "playbook",
	"while", "until_true", "max", "at_max", "steps",
}

func (r *reader) step(n ast.Node) Step {
	f := r.block(n, "steps", stepFields...)
	s := Step{ID: r.id(f, "id"), Kind: Kind(r.need(f, "kind")), Row: r.word(f, "row"), Line: f.line, lines: f.at}
	r.kind(f, s.Kind)
	s.Title = r.needText(f, "title")
	s.After = r.words(f, "after", MaxSteps)
	s.NotBy = r.words(f, "not_by", 20)
	s.Role = r.word(f, "role")
	s.Target = r.target(f)
	s.Clauses = r.words(f, "clauses", 20)
	s.Document, s.Evidence = r.text(f, "document"), r.text(f, "evidence")
	s.Checklist = r.named(f, "checklist", 40)
	s.Outcomes = r.outcomes(f)
	s.When = r.when(f, "when")
	s.Fields = r.fields(f)
	s.Do, s.ApprovedBy, s.With = r.word(f, "do"), r.word(f, "approved_by"), r.with(f, "with")
	s.Of, s.BackTo = r.word(f, "of"), r.word(f, "back_to")
	s.Event, s.For, s.Timeout = r.word(f, "event"), r.length(f, "for"), r.length(f, "timeout")
	r.ways(f, &s)
	r.more(f, &s)
	s.Instructions = r.needs(f, &s)
	return s
}

func (r *reader) kind(f fields, k Kind) {
	if k == "" {
		return
	}
	if !slices.Contains(Kinds, k) {
		r.problems.add(f.at["kind"], "kind_unknown", clip(string(k)), kindNames())
		return
	}
	for _, name := range stepFields {
		at, there := f.at[name]
		if there && !has(common, name) && !has(may[k], name) {
			r.problems.add(at, "field_kind", name, string(k))
		}
	}
}

func kindNames() string {
	out := make([]string, len(Kinds))
	for i, k := range Kinds {
		out[i] = string(k)
	}
	return strings.Join(out, ", ")
}

func (r *reader) id(f fields, key string) string {
	id := r.need(f, key)
	switch {
	case id == "":
	case !idForm.MatchString(id):
		r.problems.add(f.at[key], "id_form", clip(id))
	case has(reserved, id):
		r.problems.add(f.at[key], "id_word", id)
	}
	return id
}

func (r *reader) target(f fields) Target {
	raw, from := r.word(f, "target"), r.word(f, "target_from")
	t, ok := parseTarget(raw)
	if raw != "" && !ok {
		r.problems.add(f.at["target"], "target", clip(raw))
	}
	switch Origin(from) {
	case "":
	case FromStart, FromReady:
		if raw == "" {
			r.problems.add(f.at["target_from"], "target_from", from)
		}
		t.From = Origin(from)
	default:
		r.problems.add(f.at["target_from"], "target_from", clip(from))
	}
	return t
}

func (r *reader) when(f fields, key string) *Condition {
	source := r.word(f, key)
	if source == "" {
		return nil
	}
	c, code, args := compile(source)
	if code != "" {
		r.problems.add(f.at[key], code, args...)
		return nil
	}
	return c
}

// named reads a list of {id, text}; ids are unique in it.
func (r *reader) named(f fields, key string, limit int) (out []Named) {
	for _, n := range r.list(f, key, limit) {
		b := r.block(n, key, "id", "text")
		out = r.once(out, Named{ID: r.id(b, "id"), Text: r.needText(b, "text"), Line: b.line})
	}
	return out
}

func (r *reader) once(list []Named, n Named) []Named {
	for _, other := range list {
		if other.ID == n.ID && n.ID != "" {
			r.problems.add(n.Line, "id_twice", n.ID, other.Line)
		}
	}
	return append(list, n)
}

func (r *reader) outcomes(f fields) (out []Outcome) {
	var names []Named
	for _, n := range r.list(f, "outcomes", 20) {
		b := r.block(n, "outcomes", "id", "text", "goes_on", "if", "suggest")
		o := Outcome{
			Named: Named{r.id(b, "id"), r.needText(b, "text"), b.line}, GoesOn: r.flag(b, "goes_on"),
			If: r.when(b, "if"), Suggest: r.when(b, "suggest"),
		}
		names = r.once(names, o.Named)
		out = append(out, o)
	}
	return out
}
