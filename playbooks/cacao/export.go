package cacao

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"tasuke/playbooks"
)

// extension is the identifier under which what CACAO cannot say is carried: targets, roles, clauses,
// approvals, waits, the order of the graph, and both languages.
const (
	extension   = "extension-definition--5d0a2f0c-6b3e-4c55-9a2f-7c1f0e6b9d41"
	extensionBy = "identity--3f6a6c1e-2b0d-4a57-8a53-0b5f6f0d9c11"
	extVersion  = "1.0.0"
)

var extensionDefinition = map[string]any{
	"type": "extension-definition", "name": "tasuke", "created_by": extensionBy, "version": extVersion,
	"description": "The playbook as tasuke reads it: for each step its fields, and for the playbook its head, the order of its steps and the steps CACAO has no word for.",
	"schema":      "Properties: definition (head of the playbook), order (ids of the steps of each block), structure (fields of steps without a CACAO step), step (fields of a step). Field names are those of a tasuke playbook file.",
}

// Exporting says who exports and when.
type Exporting struct {
	At        time.Time
	Created   time.Time // zero: At
	CreatedBy string    // a STIX identity; "" for that of the product
}

// Export writes a definition as CACAO. What was imported and not changed comes out as it came in;
// otherwise the findings say what is carried in the extension because CACAO cannot say it.
func Export(d *playbooks.Definition, e Exporting) ([]byte, Findings, error) {
	if e.CreatedBy == "" {
		e.CreatedBy = extensionBy
	}
	if e.Created.IsZero() {
		e.Created = e.At
	}
	if d.Origin == nil || d.Origin.Format != Format {
		tree, found, err := own(d, e)
		if err != nil {
			return nil, nil, err
		}
		out, err := pretty(tree)
		return out, found, err
	}
	doc, found := Read([]byte(d.Origin.Text))
	if len(found) > 0 {
		return nil, nil, fmt.Errorf("the imported text cannot be read any more: %w", found)
	}
	before, made, _ := convert(doc, roleOf(d))
	if bytes.Equal(playbooks.Write(before), playbooks.Write(d)) {
		var b bytes.Buffer
		err := json.Indent(&b, doc.Text, "", "  ")
		return b.Bytes(), nil, err //nolint:wrapcheck // it was read before
	}
	tree, found, err := changed(d, before, made, doc, e)
	if err != nil {
		return nil, nil, err
	}
	out, err := pretty(tree)
	return out, found, err
}

// roleOf is who works on the tasks of an imported playbook: all of them have the same role until
// somebody changes it.
func roleOf(d *playbooks.Definition) string {
	for i := range d.Steps {
		if r := d.Steps[i].Role; r != "" {
			return r
		}
	}
	for _, b := range d.Blocks() {
		if r := roleOf(b); r != "" {
			return r
		}
	}
	return ""
}

// own writes a definition of ours.
func own(d *playbooks.Definition, e Exporting) (map[string]any, Findings, error) {
	x, err := newExporter(d, e)
	if err != nil {
		return nil, nil, err
	}
	x.build()
	x.tree["playbook_extensions"] = map[string]any{extension: map[string]any{
		"definition": x.head, "order": x.order, "structure": x.structure,
	}}
	x.finish()
	return x.tree, x.found.sorted(), nil
}

type exporter struct {
	d         *playbooks.Definition
	tree      map[string]any
	workflow  map[string]any
	fields    map[string]map[string]any // of every step
	head      map[string]any
	order     map[string]any
	structure map[string]any
	agents    map[string]any
	targets   map[string]any
	spoken    spoken
	found     Findings
	// reuse gives the step of the document a step came of, when it is to be kept; nil for our own.
	reuse func(s *playbooks.Step) (id string, o map[string]any, whole bool)
	skip  map[string]bool // steps that a kept one says already
}

func newExporter(d *playbooks.Definition, e Exporting) (*exporter, error) {
	head, err := sheet(d)
	if err != nil {
		return nil, err
	}
	x := &exporter{
		d: d, head: head, workflow: map[string]any{}, fields: map[string]map[string]any{}, order: map[string]any{}, structure: map[string]any{},
		agents: map[string]any{}, targets: map[string]any{}, spoken: spoken{}, skip: map[string]bool{},
	}
	x.unfold("", head, "steps")
	if has(head, "exception") {
		x.unfold(playbooks.ExceptionBlock, head, "exception")
	}
	delete(head, "origin")
	x.tree = map[string]any{
		"type": "playbook", "spec_version": "cacao-2.0", "id": PlaybookID(d.Slug), "name": d.Title.EN, "created_by": e.CreatedBy,
		"created": stamp(e.Created), "modified": stamp(e.At),
	}
	if !d.Summary.Empty() {
		x.tree["description"] = d.Summary.EN
	}
	return x, nil
}

// unfold takes the steps of a block out of its fields, so that each is carried by its own step.
func (x *exporter) unfold(block string, in map[string]any, key string) {
	var ids []any
	for _, v := range list(in, key) {
		fields, ok := v.(map[string]any)
		if !ok {
			continue // a step is written as fields
		}
		id := text(fields, "id")
		if has(fields, "steps") {
			x.unfold(id, fields, "steps")
		}
		x.fields[id] = fields
		ids = append(ids, id)
	}
	x.order[block] = ids
	delete(in, key)
}

// build writes the workflow of every block.
func (x *exporter) build() {
	x.speak(x.d)
	end := x.end(x.d)
	first := x.chain(x.d, end)
	start := objectID("start", x.d.Slug)
	x.workflow[start] = map[string]any{"type": "start", "name": "Start", "on_completion": first}
	x.tree["workflow"], x.tree["workflow_start"] = x.workflow, start
	if x.d.Exception != nil {
		x.tree["workflow_exception"] = x.chain(x.d.Exception, x.end(x.d.Exception))
	}
	x.variables()
}

// speak notes every variable that conditions look at.
func (x *exporter) speak(d *playbooks.Definition) {
	for i := range d.Steps {
		s := &d.Steps[i]
		conditions := []*playbooks.Condition{s.When, s.While, s.UntilTrue}
		for _, o := range s.Outcomes {
			conditions = append(conditions, o.If, o.Suggest)
		}
		for _, c := range conditions {
			if c != nil {
				x.spoken.comparison(c)
			}
		}
		if s.Kind == playbooks.Decision || s.Kind == playbooks.Switch {
			x.spoken.note(outcomeVar(s.ID), "string")
		}
		if s.OnFailure != "" && s.OnFailure != playbooks.GoOn {
			x.spoken.note(endedVar(s.ID), "string")
		}
	}
	for _, b := range d.Blocks() {
		x.speak(b)
	}
}

// variables declares everything that is named.
func (x *exporter) variables() {
	out := object(x.tree, "playbook_variables")
	if out == nil {
		out = map[string]any{}
	}
	for _, name := range slices.Sorted(maps.Keys(x.spoken)) {
		if !has(out, name) {
			out[name] = map[string]any{"type": x.spoken[name], "external": len(name) > 7 && name[:7] == "__fact_"}
		}
	}
	for i, all := range [][]playbooks.Variable{x.d.Inputs, x.d.Variables} {
		for _, v := range all {
			one := map[string]any{"type": cacaoType(v.Type), "description": v.Label.EN}
			if i == 0 {
				one["external"] = true
			}
			if v.Default != nil {
				one["value"] = fmt.Sprint(v.Default)
			}
			if !has(out, runVar(v.ID)) {
				out[runVar(v.ID)] = one
			}
		}
	}
	if len(out) > 0 {
		x.tree["playbook_variables"] = out
	}
}

func cacaoType(t playbooks.FieldType) string {
	switch t {
	case playbooks.NumberField, playbooks.YenField:
		return "integer"
	case playbooks.YesNoField:
		return "bool"
	}
	return "string"
}

// finish adds what the workflow uses and the summary, which says what is in the document.
func (x *exporter) finish() {
	for key, more := range map[string]map[string]any{
		"agent_definitions": x.agents, "target_definitions": x.targets, "extension_definitions": {extension: clone(extensionDefinition)},
	} {
		all := object(x.tree, key)
		if all == nil {
			all = map[string]any{}
		}
		maps.Copy(all, more)
		if len(all) > 0 {
			x.tree[key] = all
		}
	}
	summary := map[string]any{}
	for name, is := range (&checker{tree: x.tree}).features() {
		if is {
			summary[name] = true
		}
	}
	x.tree["playbook_processing_summary"] = summary
}
