package workflow_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// first is a playbook in its first version; each test writes the next.
const first = `
steps:
  - {id: begin, kind: task, SAY, role: funds}
  - {id: choose, kind: decision, after: [begin], ASK, role: legal, outcomes: [{id: "yes", text: {ja: あ, en: a}, goes_on: true}, {id: "no", text: {ja: あ, en: a}, goes_on: true}]}
  - {id: freeze, kind: action, after: [choose], TITLE, role: legal, do: facts.freeze}
  - {id: spare, kind: task, after: [freeze], SAY, role: legal}
  - {id: extra, kind: task, after: [begin], when: facts.victims > 9, SAY, role: legal}
  - {id: last, kind: task, after: [spare, extra], SAY, role: funds}
  - {id: finished, kind: end, after: [last], TITLE}
`

const spareLine = "  - {id: spare, kind: task, after: [freeze], SAY, role: legal}\n"

// newer publishes another text of the playbook.
func (w *world) newer(steps string, changes ...string) workflow.Version {
	w.t.Helper()
	text := strings.NewReplacer(changes...).Replace(steps)
	if text == steps {
		w.t.Fatal("the version is no other")
	}
	return w.publish(short("PB-93", text))
}

func (w *world) move(run string, to workflow.Version) error {
	w.t.Helper()
	_, err := w.Move(w.t.Context(), responder, run, w.view(run).Run.Rev, to.ID, "手順の改訂")
	return err
}

// isBlocked fails unless exactly these things are in the way, and the move is refused.
func (w *world) isBlocked(run string, to workflow.Version, want string) {
	w.t.Helper()
	p, err := w.Preview(w.t.Context(), responder, run, to.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	got := ""
	for _, o := range p.Blocked {
		got += fmt.Sprintf("%s %s ", o.Step, o.Why)
	}
	if strings.TrimSpace(got) != want {
		w.t.Errorf("in the way: %s, want %s", got, want)
	}
	before := w.view(run)
	if err := w.move(run, to); key(err) != "workflow.move.blocked" || !fault.Is(err, fault.Refused) {
		w.t.Errorf("moved: %v", err)
	}
	if now := w.view(run); now.Version != before.Version || now.Run.Rev != before.Run.Rev || len(now.Moves) != 0 {
		w.t.Errorf("something moved: %+v", now.Run)
	}
}

func TestWhatIsInTheWayOfAMove(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"a step that was begun and is gone": func(_ *testing.T, w *world) {
			run := w.of(first)
			w.do(run, "begin", "")
			w.isBlocked(run, w.newer(first, "id: begin,", "id: start,", "after: [begin]", "after: [start]"), "begin vanishes")
		},
		"a step that was begun and is of another kind": func(_ *testing.T, w *world) {
			run := w.of(first)
			w.isBlocked(run, w.newer(first, "- {id: begin, kind: task, SAY, role: funds}", "- {id: begin, kind: wait, TITLE, role: funds, for: 1h}"), "begin other_kind")
		},
		"an action that is at work and does something else": func(_ *testing.T, w *world) {
			run := w.of(first)
			w.do(run, "begin", "")
			w.do(run, "choose", "yes")
			w.isBlocked(run, w.newer(first, "do: facts.freeze", "do: report.read"), "freeze other_work")
		},
		"what was chosen is gone": func(_ *testing.T, w *world) {
			run := w.of(first)
			w.do(run, "begin", "")
			w.do(run, "choose", "yes")
			w.isBlocked(run, w.newer(first, `id: "yes"`, "id: maybe"), "choose choice_gone")
		},
		"a part that is worked through": func(_ *testing.T, w *world) {
			run := w.of(nested)
			w.do(run, "begin", "")
			w.isBlocked(run, w.newer(nested, "role: legal", "role: funds"), "round part_at_work")
		},
		"that the run is given up": func(t *testing.T, w *world) {
			run := w.toRead(undone)
			if _, err := w.CancelUndoing(t.Context(), responder, run, w.view(run).Run.Rev, "誤検知"); err != nil {
				t.Fatal(err)
			}
			w.isBlocked(run, w.newer(undone, "id: tell,", "id: call,", "[tell]", "[call]"), "giving_up")
		},
	})
}

func TestAMoveIsRefused(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"to another playbook, to no version, to the same, backwards": func(t *testing.T, w *world) {
			old := w.publish(short("PB-93", first))
			next := w.newer(first, "for: 1h", "for: 2h", spareLine, "", "[spare, extra]", "[freeze, extra]")
			r, err := w.tryStart("PB-93")
			if err != nil {
				t.Fatal(err)
			}
			other := w.publish(strings.Replace(letters, "PB-91", "PB-94", 1))
			for id, want := range map[string]string{
				other.ID: "workflow.version.none", "none": "workflow.version.none", "a\xff": "workflow.version.none",
				next.ID: "workflow.move.older", old.ID: "workflow.move.older",
			} {
				if _, err := w.Move(t.Context(), responder, r.ID, r.Rev, id, "x"); key(err) != want {
					t.Errorf("%s: %v", want, err)
				}
				if _, err := w.Preview(t.Context(), responder, r.ID, id); key(err) != want {
					t.Errorf("preview, %s: %v", want, err)
				}
			}
		},
		"without somebody who leads, a reason, the newest page or a run that goes on": func(t *testing.T, w *world) {
			run := w.of(first)
			to := w.newer(first, "role: funds", "role: legal")
			rev := w.view(run).Run.Rev
			_, role := w.Move(t.Context(), funds, run, rev, to.ID, "x")
			_, reason := w.Move(t.Context(), responder, run, rev, to.ID, " ")
			_, stale := w.Move(t.Context(), responder, run, rev-1, to.ID, "x")
			_, none := w.Move(t.Context(), responder, "none", rev, to.ID, "x")
			_, hidden := w.Preview(t.Context(), actor.Actor{ID: "x", Kind: actor.Person}, run, to.ID)
			if key(role) != "workflow.lead" || key(reason) != "workflow.comment.needed" || !fault.Is(stale, fault.Conflict) || !fault.Is(none, fault.NotFound) || hidden == nil {
				t.Errorf("%v, %v, %v, %v, %v", role, reason, stale, none, hidden)
			}
			if _, err := w.Cancel(t.Context(), responder, run, rev, "x"); err != nil {
				t.Fatal(err)
			}
			if err := w.move(run, to); key(err) != "workflow.run.ended" {
				t.Error(err)
			}
		},
		"of a part alone": func(t *testing.T, w *world) {
			run := w.of(nested)
			w.do(run, "begin", "")
			pass := w.step(run, "round").Children[0].Run
			to := w.newer(nested, "role: legal", "role: funds")
			if _, err := w.Move(t.Context(), responder, pass.ID, pass.Rev, to.ID, "x"); key(err) != "workflow.move.part" {
				t.Error(err)
			}
		},
	})
}

func TestARunMovesToANewerVersion(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"publishing alone moves nothing": func(t *testing.T, w *world) {
			run := w.of(first)
			w.newer(first, "role: funds", "role: legal")
			if v := w.view(run); v.Version != 1 || w.step(run, "begin").Role != "funds" {
				t.Errorf("%+v", v.Run)
			}
		},
		"the preview says what stays, comes, goes and changes, and does nothing": func(t *testing.T, w *world) {
			run := w.of(first)
			to := w.newer(first, spareLine, "  - {id: added, kind: task, after: [freeze], SAY, role: legal}\n", "[spare, extra]", "[added, extra]")
			p, err := w.Preview(t.Context(), auditor, run, to.ID)
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(p.Kept, p.Added, p.Changed, p.Removed, p.Blocked, p.From.Number, p.To.Number)
			if got != "[begin choose freeze extra finished] [added] [last] [spare] [] 1 2" {
				t.Error(got)
			}
			if v := w.view(run); v.Version != 1 {
				t.Errorf("%+v", v.Run)
			}
		},
		"what was done stays, what comes gets its turn, what goes is gone, and it is on record": func(t *testing.T, w *world) {
			run := w.of(first)
			w.do(run, "begin", "")
			to := w.newer(first, spareLine, "  - {id: added, kind: task, after: [begin], SAY, role: legal, timeout: 1h}\n", "[spare, extra]", "[added, freeze, extra]")
			if err := w.move(run, to); err != nil {
				t.Fatal(err)
			}
			w.reads(run, "begin done, choose ready, freeze waiting, added ready, extra skipped, last waiting, finished waiting")
			v := w.view(run)
			if v.Version != 2 || len(v.Moves) != 1 || v.Moves[0].Reason != "手順の改訂" || v.Moves[0].ByID != responder.ID || v.Moves[0].FromNumber != 1 || v.Moves[0].ToNumber != 2 {
				t.Fatalf("%+v", v.Moves)
			}
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'run.moved' AND actor_id = ?`, responder.ID); n != 1 {
				t.Errorf("%d entries", n)
			}
			if s := w.step(run, "begin"); s.DoneBy != "any-funds" || s.Iteration != 1 {
				t.Errorf("%+v", s.StepRun)
			}
			w.do(run, "choose", "yes")
			w.do(run, "added", "")
			w.settle()
			w.do(run, "last", "")
			w.ends(run, workflow.Succeeded)
		},
		"a step that comes in between takes back the turn of those behind it": func(_ *testing.T, w *world) {
			run := w.of(first)
			w.do(run, "begin", "")
			to := w.newer(first, "kind: decision, after: [begin]", "kind: decision, after: [begin, check]", "  - {id: choose", "  - {id: check, kind: task, after: [begin], SAY, role: legal}\n  - {id: choose")
			if err := w.move(run, to); err != nil {
				w.t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{"check": workflow.Ready, "choose": workflow.Waiting})
		},
		"an action that nobody has taken up waits again for what comes in between": func(t *testing.T, w *world) {
			run := w.of(first)
			w.do(run, "begin", "")
			w.do(run, "choose", "yes")
			to := w.newer(first, "TITLE, role: legal, do: facts.freeze", "TITLE, role: legal, do: facts.freeze, timeout: 9h", "kind: action, after: [choose]", "kind: action, after: [choose, check]",
				"  - {id: freeze", "  - {id: check, kind: task, after: [choose], SAY, role: legal}\n  - {id: freeze")
			if err := w.move(run, to); err != nil {
				t.Fatal(err)
			}
			w.settle()
			if w.stands(run, map[string]workflow.State{"freeze": workflow.Waiting}); w.done("freeze") != 0 {
				t.Fatal("it was done")
			}
			w.do(run, "check", "")
			w.settle()
			if w.done("freeze") != 1 {
				t.Errorf("done %d times", w.done("freeze"))
			}
		},
		"a step whose condition changed is asked again; another role and target hold from now on": func(t *testing.T, w *world) {
			run := w.of(first)
			w.do(run, "begin", "")
			to := w.newer(first, "facts.victims > 9", "facts.victims > 2", "ASK, role: legal", "ASK, role: operator, target: 30m")
			if err := w.move(run, to); err != nil {
				t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{"extra": workflow.Ready})
			if s := w.step(run, "choose"); s.Role != "operator" || s.DueAt.IsZero() {
				t.Errorf("%+v", s.StepRun)
			}
			if got := w.tasks(operator, workflow.Filter{Mine: true}); len(got) != 1 || got[0] != "choose" {
				t.Errorf("%v", got)
			}
		},
		"away and back: a step that comes again is a further iteration": func(t *testing.T, w *world) {
			run := w.of(first)
			without := w.newer(first, spareLine, "", "[spare, extra]", "[freeze, extra]")
			if err := w.move(run, without); err != nil {
				t.Fatal(err)
			}
			if err := w.move(run, w.newer(first, "[spare, extra]", "[extra, spare, freeze]")); err != nil {
				t.Fatal(err)
			}
			if s := w.step(run, "spare"); s.State != workflow.Waiting || s.Iteration != 2 {
				t.Errorf("%+v", s.StepRun)
			}
			if v := w.view(run); len(v.Moves) != 2 {
				t.Errorf("%+v", v.Moves)
			}
		},
		"two who move it at once: the second is told": func(t *testing.T, w *world) {
			run := w.of(first)
			page := w.view(run).Run
			to := w.newer(first, "role: funds", "role: legal")
			if _, err := w.Move(t.Context(), responder, run, page.Rev, to.ID, "x"); err != nil {
				t.Fatal(err)
			}
			_, err := w.Move(t.Context(), chief, run, page.Rev, to.ID, "x")
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Conflict {
				t.Fatal(err)
			}
		},
	})
}

func TestPlanMoveIsPure(t *testing.T) {
	t.Parallel()
	read := func(text string) *playbooks.Definition {
		d, _ := playbooks.Parse([]byte(short("PB-93", text)))
		return d
	}
	old := read(first)
	waiting := map[string]workflow.Standing{}
	for i := range old.Steps {
		waiting[old.Steps[i].ID] = workflow.Standing{Status: workflow.Status{State: workflow.Waiting}}
	}
	for name, c := range map[string]struct {
		change []string
		want   string
	}{
		"the same text with other lines":   {[]string{"steps:\n", "steps:\n\n# a remark\n"}, "[] [] [] []"},
		"an order of after that says none": {[]string{"[spare, extra]", "[extra, spare]"}, "[] [] [] []"},
		"a title":                          {[]string{"{id: spare, kind: task, after: [freeze], SAY", "{id: spare, kind: task, after: [freeze], title: {ja: い, en: b}, instructions: {ja: あ, en: a}"}, "[] [spare] [] []"},
		"a condition":                      {[]string{"> 9", "> 8"}, "[] [extra] [] []"},
		"an outcome's words":               {[]string{`id: "no", text: {ja: あ`, `id: "no", text: {ja: い`}, "[] [choose] [] []"},
	} {
		now := read(strings.NewReplacer(c.change...).Replace(first))
		p := workflow.PlanMove(old, now, waiting)
		if got := fmt.Sprint(p.Added, p.Changed, p.Removed, p.Blocked); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
