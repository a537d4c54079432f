package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
	"tasuke/internal/event"
	"tasuke/internal/fault"
	"tasuke/internal/vault/vaulttest"
	"tasuke/playbooks"
	"tasuke/playbooks/standard"
	"tasuke/workflow"
)

// firmOf is a firm whose people do whatever the standard playbooks ask of them, with the real engine
// and hands that give what is written here. How they answer is what a test varies.
type firmOf struct {
	t       *testing.T
	db      *db.DB
	clock   *dbtest.ManualClock
	runs    *workflow.Store
	effects *effect.Store

	facts   map[string]any
	number  string            // what is filled in where a number is asked
	choose  func(n int) int   // which of n outcomes a decision gets
	tour    map[string]string // outcome by decision, before choose
	option  func(n int) int   // which of n options a field gets
	silent  bool              // nobody outside answers
	broken  bool              // no action works
	endless bool              // whatever is asked again and again never comes to its end
	done    map[string]int    // how often each step was done by a person
}

var librarySubject = workflow.Subject{Kind: "incident", ID: "inc-1"}

func first(int) int  { return 0 }
func last(n int) int { return n - 1 }

// opened publishes a playbook and what it calls in a database of its own.
func (f *firmOf) opened(d *db.DB, slug string) *firmOf {
	f.t.Helper()
	f.db, f.clock, f.done = d, dbtest.Clock(d, time.Date(2021, 7, 20, 1, 0, 0, 0, time.UTC)), map[string]int{}
	rules, err := playbookRules()
	must(f.t, err)
	v := vaulttest.New(f.t)
	f.effects = effect.NewStore(d, nil)
	f.runs = workflow.NewStore(d, workflow.Options{
		Rules: rules, Effects: f.effects, OpenDay: openDay, Kinds: f.hands(rules.Actions), Approvables: papersOf(rules.Approvables),
		Sealer: workflow.Sealer{Seal: v.SealText, Open: v.OpenText},
		Facts: func(context.Context, *db.Tx, workflow.Subject) (map[string]any, int64, error) {
			return f.facts, 1, nil
		},
	})
	for _, def := range callsOf(libraryInOrder(f.t), slug) {
		if _, err := f.runs.Publish(f.t.Context(), actor.System("standard-playbooks"), def); err != nil {
			f.t.Fatalf("%s: %v", def.Slug, err)
		}
	}
	return f
}

// standardOnce is every standard playbook, read once: nothing changes a definition.
var standardOnce = sync.OnceValues(func() (defs []*playbooks.Definition, err error) {
	files, err := standard.InOrder()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		d, problems := playbooks.Parse(f.Text)
		if len(problems) > 0 {
			return nil, fmt.Errorf("%s: %s", f.Name, fmt.Sprint(problems))
		}
		defs = append(defs, d)
	}
	return defs, nil
})

// libraryInOrder is every standard playbook, parts before what calls them.
func libraryInOrder(t *testing.T) []*playbooks.Definition {
	t.Helper()
	defs, err := standardOnce()
	must(t, err)
	return defs
}

// callsOf are a playbook and what it calls, in the same order.
func callsOf(library []*playbooks.Definition, slug string) (out []*playbooks.Definition) {
	wanted := map[string]bool{slug: true}
	var calls func(*playbooks.Definition)
	calls = func(d *playbooks.Definition) {
		for _, s := range d.Steps {
			if s.Kind == playbooks.Call {
				wanted[s.Playbook] = true
			}
		}
		for _, b := range d.Blocks() {
			calls(b)
		}
	}
	for _, d := range slices.Backward(library) {
		if wanted[d.Slug] {
			out = append(out, d)
			calls(d)
		}
	}
	slices.Reverse(out)
	return out
}

// hands does what the playbooks ask for: one of each number, a word for each text.
func (f *firmOf) hands(shapes map[string]playbooks.Shape) (kinds []workflow.Kind) {
	for name, shape := range shapes {
		kinds = append(kinds, workflow.Kind{Name: name, Tx: func(context.Context, *db.Tx, workflow.Call) (map[string]any, error) {
			if f.broken && shape.NeedsApproval == "" {
				return nil, fault.New(fault.Refused, "test.broken", nil)
			}
			out := map[string]any{}
			for field, kind := range shape.Output {
				out[field] = map[playbooks.FieldType]any{playbooks.NumberField: int64(1), playbooks.YenField: int64(1), playbooks.YesNoField: false}[kind]
				if out[field] == nil {
					out[field] = "S2"
				}
			}
			return out, nil
		}})
	}
	return kinds
}

func papersOf(names []string) (list []workflow.Approvable) {
	for _, name := range names {
		list = append(list, workflow.Approvable{Name: name, Digest: func(context.Context, *db.Tx, workflow.Subject) (string, []workflow.Shown, error) {
			return "digest of " + name, nil, nil
		}})
	}
	return list
}

// works goes through a playbook until its run has ended.
func (f *firmOf) works(slug string) workflow.RunView {
	f.t.Helper()
	var run workflow.Run
	must(f.t, f.db.Update(f.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		run, err = f.runs.Start(ctx, tx, clerk(actor.Responder, "a"), slug, librarySubject, tx.Now)
		return err
	}))
	for range 3000 {
		f.settles()
		v := f.sees(run.ID)
		if v.Run.State == workflow.Ended {
			return v
		}
		if !f.worksOnce(v) && !f.answers(v) {
			f.clock.Add(24 * time.Hour)
		}
	}
	f.t.Fatalf("%s does not end; open: %v", slug, f.open(f.sees(run.ID)))
	return workflow.RunView{}
}

func (f *firmOf) sees(run string) workflow.RunView {
	f.t.Helper()
	v, err := f.runs.RunView(f.t.Context(), clerk(actor.Auditor, "a"), run)
	must(f.t, err)
	return v
}

// settles lets the engine do what it can at this moment.
func (f *firmOf) settles() {
	f.t.Helper()
	for range 500 {
		must(f.t, f.runs.Tick(f.t.Context()))
		var ids []string
		must(f.t, f.db.View(f.t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Select(ctx, &ids, `SELECT id FROM effect WHERE state = 'queued' AND not_before <= ? ORDER BY id`, tx.Now)
		}))
		if len(ids) == 0 {
			return
		}
		for _, id := range ids {
			must(f.t, f.effects.Perform(f.t.Context(), id))
		}
	}
	f.t.Fatal("the engine finds no rest")
}

// unfolded lists the steps of a run and of what it called.
func unfolded(v workflow.RunView) (out []workflow.StepView) {
	for _, s := range v.Steps {
		out = append(out, s)
		for _, c := range s.Children {
			out = append(out, unfolded(c)...)
		}
	}
	if v.Exception != nil {
		out = append(out, unfolded(*v.Exception)...)
	}
	return out
}

func (f *firmOf) open(v workflow.RunView) (out []string) {
	for _, s := range unfolded(v) {
		if s.State == workflow.Ready || s.State == workflow.Held || s.State == workflow.Working {
			out = append(out, s.StepID+" "+string(s.State)+" "+string(s.Outcome))
		}
	}
	return out
}

// worksOnce does everything that waits for a person, and says whether there was anything.
func (f *firmOf) worksOnce(v workflow.RunView) (any bool) {
	f.t.Helper()
	for _, s := range unfolded(v) {
		switch s.State {
		case workflow.Ready:
			if s.Kind.ByHand() && !playbookKinds(s.Kind) {
				f.finishes(s)
				any = true
			}
		case workflow.Held:
			how := workflow.Accept
			if s.Outcome == workflow.Unknown {
				how = workflow.Happened
			}
			_, err := f.runs.Resolve(f.t.Context(), clerk(actor.Role(s.Role), "a"), s.ID, s.Rev, how, "記録のとおり")
			if err != nil && !fault.Is(err, fault.Conflict) {
				f.t.Fatalf("%s is held as %s: %v", s.StepID, s.Outcome, err)
			}
			any = true
		}
	}
	return any
}

func playbookKinds(k playbooks.Kind) bool { return k == playbooks.Call || k == playbooks.Loop }

func clerk(r actor.Role, n string) actor.Actor {
	return actor.Actor{ID: n + "-" + string(r), Name: n + " " + string(r), Kind: actor.Person, Roles: []actor.Role{r}}
}

// finishes has somebody do a step who may: of its roles, and not who made what it checks.
func (f *firmOf) finishes(s workflow.StepView) {
	f.t.Helper()
	roles := []string{s.Role}
	for _, line := range s.Step.Signatures {
		roles = append(roles, line.Roles...)
	}
	var why error
	for _, role := range roles {
		if !clerk(actor.Role(role), "a").May(actor.TaskWork) {
			f.t.Errorf("%s belongs to %s, who may not work on tasks", s.StepID, role)
		}
		for _, n := range []string{"a", "b", "c", "d"} {
			_, err := f.runs.Complete(f.t.Context(), clerk(actor.Role(role), n), s.ID, s.Rev, f.says(s))
			if err == nil || fault.Is(err, fault.Conflict) {
				f.done[s.StepID]++
				return
			}
			why = errors.Join(why, err)
		}
	}
	f.t.Fatalf("nobody can do %s: %v", s.StepID, why)
}

// says is how a step is answered.
func (f *firmOf) says(s workflow.StepView) workflow.Done {
	d := workflow.Done{Comment: "記録のとおり", Fields: map[string]string{}, Digest: s.Now}
	for _, c := range s.Step.Checklist {
		d.Checked = append(d.Checked, c.ID)
	}
	switch s.Kind {
	case playbooks.Decision:
		d.Outcome = s.Step.Outcomes[f.choose(len(s.Step.Outcomes))].ID
		if o := f.tour[s.StepID]; o != "" {
			d.Outcome = o
		}
	case playbooks.Approval:
		d.Outcome = workflow.Approved
	case playbooks.Task:
		if f.silent && s.Step.OnFailure != "" && s.Step.OnFailure != playbooks.GoOn {
			d.Outcome = string(workflow.Failed) // whoever was to be reached was not
		}
	}
	now := f.clock.Now()
	for _, field := range s.Step.Fields {
		d.Fields[field.ID] = map[playbooks.FieldType]string{
			playbooks.TextField: "記録", playbooks.NumberField: f.number, playbooks.YenField: f.number, playbooks.YesNoField: "yes",
			playbooks.DateField: now.AddDate(0, 0, 7).Format(time.DateOnly), playbooks.DatetimeField: now.Add(time.Hour).Format("2006-01-02T15:04"),
		}[field.Type]
		if len(field.Options) > 0 {
			d.Fields[field.ID] = field.Options[f.option(len(field.Options))].ID
		}
	}
	return d
}

// answers tells of every event that is waited for, and says whether there was one.
func (f *firmOf) answers(v workflow.RunView) (any bool) {
	f.t.Helper()
	for _, s := range unfolded(v) {
		if s.Kind != playbooks.Wait || s.State != workflow.Working || s.Step.Event == "" || f.silent {
			continue
		}
		must(f.t, f.db.Update(f.t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return event.Emit(ctx, tx, event.Subject(librarySubject), s.Step.Event, "ref")
		}))
		any = true
	}
	return any
}

// grave and light are what conditions see.
func grave() map[string]any { return seen(300, "S1", "confirmed", "yes") }
func light() map[string]any { return seen(0, "S4", "none_confirmed", "no") }

func seen(n int, severity, breach, yes string) map[string]any {
	out := map[string]any{}
	for name, kind := range schema {
		switch kind {
		case playbooks.IntFact:
			out[name] = n
		case playbooks.BoolFact:
			out[name] = n > 0
		default:
			out[name] = yes
		}
	}
	out["severity"], out["system_breach"], out["kind"], out["state"] = severity, breach, "other", "declared"
	return out
}

// tours are ways through a playbook that neither the gravest nor the lightest answers take.
var tours = map[string][]map[string]string{
	"PB-05": {{"forensic_hire": "own"}},
	"PB-06": {{"number_duty": "later"}},
	"PB-07": {{"police": "complain", "circle_check": "counsel"}},
	"PB-08": {
		{"nature": "phishing_only"}, {"consent": "disputes"}, {"consent": "disputes", "dispute_review": "stands"},
		{"consent": "unreachable"}, {"unlock_approval": "refuse"}, {"second_verdict": "differ", "third_verdict": "not_own"},
	},
}

// TestThePlaybooksOfLeaksInsidersAndFalseAlarmsReachTheirEnd works each of them through: with the
// gravest answers, with the lightest, on their tours, with nobody outside answering, with no action
// working, and one with loops that go to their bound. Together they do every step of a person. Both
// databases are looked at by the engine's own tests of the library.
func TestThePlaybooksOfLeaksInsidersAndFalseAlarmsReachTheirEnd(t *testing.T) {
	t.Parallel()
	var reached sync.Map
	var planned, worked atomic.Int32
	t.Run("all", func(t *testing.T) {
		for slug, list := range tours {
			ways := map[string]func(*firmOf){
				"the gravest answers":      func(f *firmOf) { f.facts, f.number, f.choose = grave(), "1", first },
				"the lightest answers":     func(f *firmOf) { f.facts, f.number, f.choose = light(), "0", last },
				"nobody outside answers":   func(f *firmOf) { f.facts, f.number, f.choose, f.silent = grave(), "0", first, true },
				"the program does nothing": func(f *firmOf) { f.facts, f.number, f.choose, f.broken = grave(), "0", first, true },
			}
			if slug == "PB-06" { // the one with the most loops
				ways["nothing is ever final"] = func(f *firmOf) { f.facts, f.number, f.choose, f.option, f.endless = grave(), "1", last, first, true }
			}
			for i, tour := range list {
				ways[fmt.Sprintf("tour %d", i+1)] = func(f *firmOf) { f.facts, f.number, f.choose, f.tour = grave(), "0", first, tour }
			}
			for name, way := range ways {
				planned.Add(1)
				t.Run(slug+"/"+name, func(t *testing.T) {
					t.Parallel()
					worked.Add(1)
					f := &firmOf{t: t, option: last}
					way(f)
					f.ended(f.opened(dbtest.SQLite(t), slug).works(slug))
					for id := range f.done {
						reached.Store(id, true)
					}
				})
			}
		}
	})
	if t.Failed() || worked.Load() < planned.Load() { // some only were asked for
		return
	}
	for _, def := range libraryInOrder(t) {
		if tours[def.Slug] == nil && def.Slug != "PB-LEAK" && def.Slug != "PB-FILE" {
			continue
		}
		for _, id := range byHand(def) {
			if _, ok := reached.Load(id); !ok {
				t.Errorf("%s: nobody ever does %s", def.Slug, id)
			}
		}
	}
}

// ended looks at how a run ended.
func (f *firmOf) ended(v workflow.RunView) {
	f.t.Helper()
	if left := f.open(v); len(left) > 0 {
		f.t.Errorf("the run ended %s and left %v", v.Run.Outcome, left)
	}
	if !f.silent && !f.broken && !f.endless && v.Run.Outcome != workflow.Succeeded {
		f.t.Errorf("the run ended %s", v.Run.Outcome)
	}
}

// byHand lists the steps of people in a playbook and in its blocks.
func byHand(d *playbooks.Definition) (ids []string) {
	for _, s := range d.Steps {
		if s.Kind.ByHand() {
			ids = append(ids, s.ID)
		}
	}
	for _, b := range d.Blocks() {
		ids = append(ids, byHand(b)...)
	}
	return ids
}
