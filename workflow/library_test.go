package workflow_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/playbooks"
	"tasuke/playbooks/standard"
	"tasuke/workflow"
)

// shelf is a house with the standard playbooks and a program that does what they ask for, without any
// room: what it finds and what is known of the incident is chosen by the test.
type shelf struct {
	*house
	mu     sync.Mutex
	grave  bool           // there are victims, losses and things to find
	known  map[string]any // the facts of the incident
	done   map[string]int // how often each kind was carried out
	people int
}

// texts and flags are the facts that are not numbers.
var (
	texts = map[string][2]string{"kind": {"ato_withdrawal", "other"}, "severity": {"S1", "S4"}, "state": {"declared", "declared"},
		"system_breach": {"confirmed", "none_confirmed"}, "data_leaked": {"yes", "no"}, "my_number": {"yes", "no"}}
	flags = []string{"sweep_concluded"}
)

// found are the outputs that decide how a run goes on: what the first times find, and nothing after.
var found = map[string]int{"addresses": 2, "tried": 2, "correct": 2, "logged_in": 2, "acted": 2, "made": 1, "new": 1, "most": 1}

// shelved is the whole library, read once: nothing changes a definition.
var shelved = sync.OnceValues(func() (defs []*playbooks.Definition, err error) {
	library, err := standard.InOrder()
	if err != nil {
		return nil, err
	}
	for _, f := range library {
		d, problems := playbooks.Parse(f.Text)
		if len(problems) > 0 {
			return nil, fmt.Errorf("%s: %s", f.Name, fmt.Sprint(problems))
		}
		defs = append(defs, d)
	}
	return defs, nil
})

// needed are a playbook and what it calls, parts before what calls them.
func needed(library []*playbooks.Definition, slug string) (out []*playbooks.Definition) {
	wanted := map[string]bool{slug: true}
	for _, d := range slices.Backward(library) {
		if !wanted[d.Slug] {
			continue
		}
		out = append(out, d)
		for _, s := range steps(d) {
			if s.Kind == playbooks.Call {
				wanted[s.Playbook] = true
			}
		}
	}
	slices.Reverse(out)
	return out
}

// openShelf puts a playbook and what it calls on the shelf.
func openShelf(t *testing.T, h *house, slug string, grave bool) *shelf {
	t.Helper()
	s := &shelf{house: h, grave: grave, known: map[string]any{}, done: map[string]int{}}
	library, err := shelved()
	if err != nil {
		t.Fatal(err)
	}
	if h.opts.Rules.Clauses, err = standard.Clauses(); err != nil {
		t.Fatal(err)
	}
	defs := needed(library, slug)
	s.facts(defs)
	s.kinds(defs)
	h.reopen()
	for _, d := range defs {
		if _, err := h.Publish(t.Context(), product, d); err != nil {
			t.Fatalf("%s: %v", d.Slug, err)
		}
	}
	return s
}

// steps gives the steps of a definition and of the blocks in it.
func steps(d *playbooks.Definition) (out []playbooks.Step) {
	out = append(out, d.Steps...)
	for _, b := range d.Blocks() {
		out = append(out, steps(b)...)
	}
	return out
}

// conditions of a step, wherever it has them.
func conditions(s playbooks.Step) (out []*playbooks.Condition) {
	for _, c := range []*playbooks.Condition{s.When, s.While, s.UntilTrue} {
		if c != nil {
			out = append(out, c)
		}
	}
	for _, o := range s.Outcomes {
		for _, c := range []*playbooks.Condition{o.If, o.Suggest} {
			if c != nil {
				out = append(out, c)
			}
		}
	}
	return out
}

// facts makes known whatever the playbooks look at.
func (s *shelf) facts(defs []*playbooks.Definition) {
	schema := playbooks.Schema{}
	which := map[bool]int{true: 0, false: 1}[s.grave]
	for _, d := range defs {
		for _, step := range steps(d) {
			for _, c := range conditions(step) {
				for _, name := range c.Facts {
					schema[name], s.known[name] = playbooks.IntFact, int64(1-which)
					if values, is := texts[name]; is {
						schema[name], s.known[name] = playbooks.TextFact, values[which]
					}
				}
			}
		}
	}
	for _, name := range flags {
		schema[name], s.known[name] = playbooks.BoolFact, false
	}
	if _, there := s.known["assessments_open"]; there {
		s.known["assessments_open"] = int64(0)
	}
	s.opts.Rules.Facts = schema
	s.opts.Facts = func(context.Context, *db.Tx, workflow.Subject) (map[string]any, int64, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		out := map[string]any{}
		for name, v := range s.known {
			out[name] = v
		}
		return out, 7, nil
	}
}

// kinds lets the program do whatever the playbooks name, and give what they read.
func (s *shelf) kinds(defs []*playbooks.Definition) {
	r := &s.opts.Rules
	r.Actions, r.Approvables, r.Events = map[string]playbooks.Shape{}, nil, nil
	s.opts.Kinds, s.opts.Approvables = nil, nil
	events, approvables := map[string]bool{}, map[string]bool{}
	for _, d := range defs {
		for _, step := range steps(d) {
			name := step.Do + step.Prepare
			if name != "" {
				s.shape(name, step)
			}
			if step.Event != "" && !events[step.Event] {
				events[step.Event] = true
				r.Events = append(r.Events, step.Event)
			}
			if step.Of != "" && !approvables[step.Of] {
				approvables[step.Of] = true
				r.Approvables = append(r.Approvables, step.Of)
				s.opts.Approvables = append(s.opts.Approvables, workflow.Approvable{Name: step.Of, Digest: digestOf(step.Of)})
			}
		}
	}
	for name := range r.Actions {
		s.opts.Kinds = append(s.opts.Kinds, workflow.Kind{Name: name, Tx: func(context.Context, *db.Tx, workflow.Call) (map[string]any, error) {
			return s.gives(name), nil
		}})
	}
}

// shape adds to what a kind takes and gives what a step hands in and reads.
func (s *shelf) shape(name string, step playbooks.Step) {
	shape, there := s.opts.Rules.Actions[name]
	if !there {
		shape = playbooks.Shape{Title: playbooks.Text{JA: "あ", EN: "a"}, Input: map[string]playbooks.FieldType{}, Output: map[string]playbooks.FieldType{}}
	}
	for field := range step.With {
		shape.Input[field] = playbooks.TextField
	}
	for _, v := range step.Set {
		if _, own := step.Field(v.From); v.From != "" && !own && !strings.Contains(v.From, ".") {
			shape.Output[v.From] = playbooks.NumberField
		}
	}
	s.opts.Rules.Actions[name] = shape
}

// gives is what a kind finds: something the first times, when there is something to find.
func (s *shelf) gives(kind string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done[kind]++
	out := map[string]any{}
	for field := range s.opts.Rules.Actions[kind].Output {
		out[field] = int64(0)
		if field == "round" { // each one is another
			out[field] = int64(s.done[kind])
		}
		if s.grave && s.done[kind] <= found[field] {
			out[field] = int64(1)
		}
	}
	return out
}

func digestOf(name string) func(context.Context, *db.Tx, workflow.Subject) (string, []workflow.Shown, error) {
	return func(context.Context, *db.Tx, workflow.Subject) (string, []workflow.Shown, error) {
		return "digest of " + name, []workflow.Shown{{Label: playbooks.Text{JA: "あ", EN: "a"}, Value: name}}, nil
	}
}

// somebody is a person nobody has seen before, who may do a task.
func (s *shelf) somebody(task workflow.Task) actor.Actor {
	s.people++
	roles := []actor.Role{actor.Responder, actor.Role(task.Role)}
	for _, line := range task.Step.Signatures {
		for _, r := range line.Roles {
			roles = append(roles, actor.Role(r))
		}
	}
	return person(fmt.Sprintf("p%d", s.people), roles...)
}

// answer is what a person says to a task: the gravest outcome or the lightest, and every field.
func (s *shelf) answer(task workflow.Task) workflow.Done {
	d := workflow.Done{Checked: ticks(task), Fields: map[string]string{}}
	switch task.Kind {
	case playbooks.Decision:
		o := task.Step.Outcomes
		d.Outcome = o[len(o)-1].ID
		if s.grave {
			d.Outcome = o[0].ID
		}
	case playbooks.Approval:
		d.Outcome, d.Digest = workflow.Approved, s.step(task.RunID, task.StepID).Now
	}
	for _, f := range task.Step.Fields {
		d.Fields[f.ID] = s.entry(task, f)
	}
	s.done["task."+task.StepID]++
	return d
}

// entry is what a person fills in. A number is something the first time, when there is something to
// find, and nothing after, and a choice its first option the first time, and its last after, so that what
// is repeated until it is done comes to its end.
func (s *shelf) entry(task workflow.Task, f playbooks.Field) string {
	switch {
	case len(f.Options) > 0 && s.done["task."+task.StepID] > 0:
		return f.Options[len(f.Options)-1].ID
	case len(f.Options) > 0:
		return f.Options[0].ID
	case f.Type == playbooks.NumberField && s.grave && s.done["task."+task.StepID] == 0:
		return "1"
	}
	return map[playbooks.FieldType]string{
		playbooks.TextField: "あ", playbooks.NumberField: "0", playbooks.YenField: "1", playbooks.DateField: "2021-07-20",
		playbooks.DatetimeField: "2021-07-20T10:00", playbooks.YesNoField: "yes",
	}[f.Type]
}

// onPostgres are the paths that are worked through there too: the one that money left on, the one with
// the most loops, and one that ends early. That the engine is the same on both is shown by its own tests.
var onPostgres = map[string]bool{"PB-01, the gravest answers": true, "PB-06, the gravest answers": true, "PB-08, the lightest answers": true}

// TestEveryPathThroughTheLibraryReachesItsEnd works every standard playbook through with what it calls:
// once with the gravest answers where there is something to find, once with the lightest where there is
// nothing.
func TestEveryPathThroughTheLibraryReachesItsEnd(t *testing.T) {
	t.Parallel()
	library, err := shelved()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range library {
		if d.Part {
			continue
		}
		for name, grave := range map[string]bool{"the gravest answers": true, "the lightest answers": false} {
			name = d.Slug + ", " + name
			test := func(t *testing.T, on *db.DB) {
				openShelf(t, newHouse(t, on), d.Slug, grave).through(d.Slug, nil)
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if onPostgres[name] {
					dbtest.Each(t, test)
					return
				}
				test(t, dbtest.SQLite(t))
			})
		}
	}
}

// through works a playbook to its end. Each task is first tried by whoever the test has try it.
func (s *shelf) through(slug string, tried func(workflow.Task, workflow.Done)) (run workflow.Run) {
	s.t.Helper()
	run, err := s.tryStart(slug)
	if err != nil {
		s.t.Fatal(err)
	}
	for turns := 0; s.view(run.ID).Run.State == workflow.Running; turns++ {
		list := s.turn()
		if turns > 400 || len(list) == 0 && !s.wakes() && s.view(run.ID).Run.State == workflow.Running {
			s.t.Fatalf("nobody can go on: %s", strings.Join(all(s.view(run.ID)), "\n"))
		}
		for _, task := range list {
			done := s.answer(task)
			if tried != nil {
				tried(task, done)
			}
			if _, err := s.Complete(s.t.Context(), s.somebody(task), task.ID, task.Rev, done); err != nil {
				s.t.Fatalf("%s: %v", task.StepID, err)
			}
			if task.StepID == "sweep_concluded" {
				s.known["sweep_concluded"] = true
			}
		}
	}
	if v := s.view(run.ID); v.Run.Outcome != workflow.Succeeded {
		s.t.Fatalf("%s: %s", v.Run.Outcome, strings.Join(all(v), "\n"))
	}
	return run
}

// turn lets everything happen that can, and gives what is left to people. Where there is something to
// find, whoever is waited for answers; otherwise the time of every wait goes by.
func (s *shelf) turn() []workflow.Task {
	s.t.Helper()
	s.settle()
	for _, name := range s.opts.Rules.Events {
		if s.grave || name == "disclosure.published" { // what the firm does itself is done
			s.happened(name)
		}
	}
	s.settle()
	list, _, err := s.Tasks(s.t.Context(), auditor, workflow.Filter{}, workflow.Page{Limit: 200})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, task := range list {
		if task.State == workflow.Held {
			s.t.Fatalf("%s is held: %s", task.StepID, task.Outcome)
		}
	}
	return list
}

// wakes lets time go by to the next wait that is over by itself; false when there is none.
func (s *shelf) wakes() bool {
	s.t.Helper()
	var next db.Instant
	if err := s.db.View(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &next, `SELECT coalesce(min(wake_at), 0) FROM step_run WHERE state IN ('ready', 'running') AND wake_at > 0`)
	}); err != nil {
		s.t.Fatal(err)
	}
	if next == 0 {
		return false
	}
	if next.Time().After(s.clock.Now()) {
		s.clock.Set(next.Time())
	}
	return true
}
