package playbooks_test

import (
	"slices"
	"strings"
	"testing"

	"tasuke/playbooks"
)

const edited = `playbook: PB-70
title: {ja: あ, en: a}
steps:
  - {id: a, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator}
  - {id: b, kind: task, after: [a], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator}
  - {id: c, kind: task, after: [b], not_by: [b], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator}
  - {id: last, kind: end, after: [c], title: {ja: あ, en: a}}
`

func afters(d *playbooks.Definition) string {
	var out []string
	for _, s := range d.Steps {
		out = append(out, s.ID+"<"+strings.Join(s.After, ","))
	}
	return strings.Join(out, " ")
}

func TestAStepIsPutInAndTakenOutAndTheGraphStaysWhole(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		edit func(d *playbooks.Definition) bool
		want string
	}{
		"behind a step: what followed follows the new one": {
			func(d *playbooks.Definition) bool {
				return d.Insert(playbooks.Place{After: "a"}, playbooks.Step{ID: "n"})
			}, "a< n<a b<n c<b last<c",
		},
		"beside what follows, on its own way to the end": {
			func(d *playbooks.Definition) bool {
				return d.Insert(playbooks.Place{After: "a", Beside: true}, playbooks.Step{ID: "n"})
			}, "a< n<a b<a c<b last<c,n",
		},
		"at the end: all that the end waited for is before it": {
			func(d *playbooks.Definition) bool { return d.Insert(playbooks.Place{}, playbooks.Step{ID: "n"}) }, "a< b<a c<b n<c last<n",
		},
		"taken out, what waited for it waits for what was before": {
			func(d *playbooks.Definition) bool { return d.Remove("b") }, "a< c<a last<c",
		},
		"the first taken out, the next is the first": {
			func(d *playbooks.Definition) bool { return d.Remove("a") }, "b< c<b last<c",
		},
		"moved up in the file, it waits for the same": {
			func(d *playbooks.Definition) bool { return d.Lift("c", 1) }, "a< c<b b<a last<c",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, problems := playbooks.Parse([]byte(edited))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if !test.edit(d) {
				t.Fatal("refused")
			}
			if got := afters(d); got != test.want {
				t.Errorf("\ngot  %s\nwant %s", got, test.want)
			}
			for _, s := range d.Steps {
				if x, ok := d.Step(s.ID); !ok || x.ID != s.ID {
					t.Errorf("%s is not found any more", s.ID)
				}
				if slices.Contains(s.NotBy, "b") && name == "taken out, what waited for it waits for what was before" {
					t.Error("the removed step is still named")
				}
			}
		})
	}
}

func TestWhatIsNotThereOrMustStayIsNotMoved(t *testing.T) {
	t.Parallel()
	d, _ := playbooks.Parse([]byte(edited))
	if d.Insert(playbooks.Place{After: "none"}, playbooks.Step{ID: "n"}) || d.Insert(playbooks.Place{After: "last"}, playbooks.Step{ID: "n"}) || d.Insert(playbooks.Place{After: "a", Outcome: "yes"}, playbooks.Step{ID: "n"}) || d.Remove("none") || d.Lift("a", 1) || d.Lift("last", 1) || d.Lift("b", 1) || d.Lift("c", -1) {
		t.Errorf("something moved: %s", afters(d))
	}
}

func TestANewIdSaysWhatTheStepIsAndIsFree(t *testing.T) {
	t.Parallel()
	d, _ := playbooks.Parse([]byte(edited))
	for title, want := range map[string]string{"Call the bank!": "call_the_bank", "銀行へ電話": "task", "a": "a_2", "in": "task", "2 banks": "task"} {
		if got := d.FreeID(title, playbooks.Task); got != want {
			t.Errorf("%q: %s, want %s", title, got, want)
		}
	}
}

const asked = `playbook: PB-71
title: {ja: あ, en: a}
steps:
  - id: q
    kind: decision
    title: {ja: あ, en: a}
    question: {ja: あ, en: a}
    role: operator
    outcomes: [{id: yes, text: {ja: はい, en: Yes}, goes_on: true}, {id: no, text: {ja: いいえ, en: No}, goes_on: true}]
  - {id: c, kind: task, after: [q], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator}
  - {id: last, kind: end, after: [c], title: {ja: あ, en: a}}
`

func TestTheWaysOfAnAnswerMeetWhereTheDecisionWentOn(t *testing.T) {
	t.Parallel()
	d, problems := playbooks.Parse([]byte(asked))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	when := func(id string) string {
		s, _ := d.Step(id)
		if s.When == nil {
			return "always"
		}
		return s.When.Source
	}
	for _, turn := range []struct {
		place      playbooks.Place
		id         string
		want, when string
	}{
		{playbooks.Place{After: "q", Outcome: "yes"}, "y", "q< y<q c<q,y last<c", `q == "yes"`},
		{playbooks.Place{After: "q", Outcome: "no"}, "n", "q< y<q n<q c<y,n last<c", `q == "no"`},
		{playbooks.Place{After: "y"}, "z", "q< y<q z<y n<q c<z,n last<c", `q == "yes"`},
		{playbooks.Place{After: "q", Outcome: "yes"}, "w", "q< y<q z<y n<q w<q c<z,n,w last<c", `q == "yes"`},
		{playbooks.Place{}, "e", "q< y<q z<y n<q w<q c<z,n,w e<c last<e", "always"},
	} {
		if !d.Insert(turn.place, playbooks.Step{ID: turn.id, Kind: playbooks.Task}) {
			t.Fatalf("%s is refused", turn.id)
		}
		if got := afters(d); got != turn.want || when(turn.id) != turn.when {
			t.Errorf("%s:\ngot  %s when %s\nwant %s when %s", turn.id, got, when(turn.id), turn.want, turn.when)
		}
	}
}

func TestTheOnlyAnswerWithAWayLeadsToTheEnd(t *testing.T) {
	t.Parallel()
	d, _ := playbooks.Parse([]byte(asked))
	d.Remove("c")
	if !d.Insert(playbooks.Place{After: "q", Outcome: "yes"}, playbooks.Step{ID: "y"}) || afters(d) != "q< y<q last<q,y" {
		t.Error(afters(d))
	}
}
