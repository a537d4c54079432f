package workflow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// tryOut is a playbook with everything a trial walks through.
const tryOut = `playbook: TRY
title: {ja: 試す, en: Try}
variables:
  - {id: left, label: {ja: 残り, en: Left}, type: number, default: 2}
  - {id: by, label: {ja: 期限, en: By}, type: date, default: "2021-07-23"}
steps:
  - {id: call, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator, target: 30m}
  - id: sort
    kind: switch
    after: [call]
    title: {ja: あ, en: a}
    outcomes:
      - {id: many, text: {ja: 多, en: Many}, if: facts.victims > 9}
      - {id: few, text: {ja: 少, en: Few}}
  - {id: alarm, kind: task, after: [sort], when: sort == "many", title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: responder, target: 1h, target_from: ready}
  - {id: calm, kind: task, after: [sort], when: sort == "few", title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: responder, target: 10m}
  - id: ask
    kind: decision
    after: [alarm, calm]
    title: {ja: あ, en: a}
    question: {ja: あ, en: a}
    role: operator
    target: 1bd
    outcomes:
      - {id: wait, text: {ja: 待つ, en: Wait}}
      - {id: go, text: {ja: 行く, en: Go}, suggest: facts.victims > 9, goes_on: true}
  - {id: pause, kind: wait, after: [ask], when: ask == "wait", title: {ja: あ, en: a}, role: operator, until: "${vars.by}"}
  - {id: fork, kind: parallel, after: [pause], title: {ja: あ, en: a}}
  - {id: fast, kind: wait, after: [fork], title: {ja: あ, en: a}, role: operator, for: 10m}
  - {id: slow, kind: wait, after: [fork], title: {ja: あ, en: a}, role: operator, for: 5d}
  - {id: met, kind: join, after: [fast, slow], need: any, rest: cancel, title: {ja: あ, en: a}}
  - id: rounds
    kind: loop
    after: [met]
    title: {ja: あ, en: a}
    role: operator
    while: vars.left > 0
    max: 5
    steps:
      - {id: work, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator, target: 2h, target_from: ready, set: {left: "${n}"}, fields: [{id: n, label: {ja: あ, en: a}, type: number, required: true}]}
      - {id: round, kind: end, after: [work], title: {ja: あ, en: a}}
  - {id: sub, kind: playbook, after: [rounds], title: {ja: あ, en: a}, role: operator, playbook: SUB, with: {n: 3}}
  - {id: finished, kind: end, after: [sub], title: {ja: あ, en: a}}
  - {id: undo, kind: task, compensates: call, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator}
exception:
  - {id: tell, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator, target: 4h, target_from: ready}
  - {id: told, kind: end, after: [tell], title: {ja: あ, en: a}}
`

const trySub = `playbook: SUB
title: {ja: 部分, en: Part}
inputs: [{id: n, label: {ja: あ, en: a}, type: number, required: true}]
steps:
  - {id: inner, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator, target: 1h, target_from: ready}
  - {id: extra, kind: task, after: [inner], when: vars.n > 5, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator}
  - {id: over, kind: end, after: [extra], title: {ja: あ, en: a}}
`

// tried walks through the playbook and gives each step with the hours until it was over and how
// it ended, and what was assumed.
func tried(t *testing.T, trial workflow.Trial) (steps map[string]string, all workflow.Tried) {
	t.Helper()
	trial.Start, trial.Rules = db.At(monday), rules()
	trial.OpenDay = func(day time.Time) bool { return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday }
	trial.Rules.Playbook = func(slug string) (*playbooks.Definition, bool) {
		d, _ := playbooks.Parse([]byte(trySub))
		return d, slug == "SUB"
	}
	d, problems := playbooks.Load([]byte(tryOut), trial.Rules)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	all, err := workflow.Simulate(d, trial)
	if err != nil {
		t.Fatal(err)
	}
	steps = map[string]string{}
	for _, s := range all.Steps {
		key := s.Step.ID
		if s.Pass > 1 {
			key += fmt.Sprint("#", s.Pass)
		}
		steps[key] = fmt.Sprintf("%s %s %s", s.Over.Sub(db.At(monday)).Round(time.Second), s.Outcome, s.Choice)
		steps[key] = strings.TrimSpace(steps[key])
		if s.Late() {
			steps[key] += " late"
		}
	}
	return steps, all
}

func TestATrialTakesTheWayTheEngineWouldTake(t *testing.T) {
	steps, all := tried(t, workflow.Trial{
		Facts: map[string]any{"victims": int64(3)}, Choices: map[string]string{"ask": "wait"}, Gives: map[string]any{"work.n": int64(0)},
	})
	// Monday 19:00 in Japan. Friday the 23rd ends 101 h later; 1bd is the end of Tuesday.
	for id, want := range map[string]string{
		"call": "30m0s done", "sort": "30m0s done few", "alarm": "30m0s skipped", "calm": "30m0s done late", "ask": "28h59m59s done wait",
		"pause": "100h59m59s done", "fast": "101h9m59s done", "slow": "101h9m59s cancelled", "met": "101h9m59s done",
		"work": "103h9m59s done", "work#2": "", "rounds": "103h9m59s done", "inner": "104h9m59s done", "extra": "104h9m59s skipped", "sub": "104h9m59s done", "undo": "104h9m59s skipped", "finished": "104h9m59s done",
	} {
		if steps[id] != want {
			t.Errorf("%s: %q, want %q", id, steps[id], want)
		}
	}
	if all.Outcome != workflow.Succeeded || len(all.Assumed) != 0 {
		t.Errorf("%s, assumed %v", all.Outcome, all.Assumed)
	}
}

func TestWhatIsNotSaidIsAssumedAndNoted(t *testing.T) {
	steps, all := tried(t, workflow.Trial{})
	for _, want := range []workflow.Assumption{
		{Kind: workflow.AssumedFact, Name: "victims", Value: "0"}, {Kind: workflow.AssumedChoice, Name: "ask", Value: "wait"},
		{Kind: workflow.AssumedValue, Name: "left", Value: "work.n"}, {Kind: workflow.AssumedPasses, Name: "rounds", Value: "1"},
	} {
		if !slices.Contains(all.Assumed, want) {
			t.Errorf("%+v is not in %+v", want, all.Assumed)
		}
	}
	if _, second := steps["work#2"]; second {
		t.Error("a loop whose end nobody knows went on")
	}
}

func TestAProposalIsTakenWhereNobodyChooses(t *testing.T) {
	steps, _ := tried(t, workflow.Trial{Facts: map[string]any{"victims": int64(20)}})
	if steps["sort"] != "30m0s done many" || steps["ask"] != "28h59m59s done go" || !strings.HasSuffix(steps["pause"], "skipped") {
		t.Errorf("%v", steps)
	}
}

func TestALoopWhoseConditionNothingChangesIsWalkedTwice(t *testing.T) {
	steps, all := tried(t, workflow.Trial{Facts: map[string]any{"victims": int64(1)}, Gives: map[string]any{"work.n": int64(1)}, Inputs: map[string]any{"left": int64(9)}, Choices: map[string]string{"ask": "go"}})
	if steps["work#2"] == "" || steps["work#3"] != "" || all.Outcome != workflow.Succeeded {
		t.Errorf("%v %s", steps, all.Outcome)
	}
}

func TestAFailureWithoutAPathOfItsOwnGivesTheRunUp(t *testing.T) {
	steps, all := tried(t, workflow.Trial{Facts: map[string]any{"victims": int64(1)}, Ends: map[string]workflow.Outcome{"fast": workflow.Failed}, Choices: map[string]string{"ask": "go"}})
	if all.Outcome != workflow.Failed || steps["slow"] != "29h9m59s cancelled" || steps["undo"] != "29h9m59s done" || steps["told"] != "33h9m59s done" || steps["met"] != "" {
		t.Errorf("%s %v", all.Outcome, steps)
	}
}

func TestATaskThatFailsGivesTheRunUpWhenThereIsAnExceptionPath(t *testing.T) {
	steps, all := tried(t, workflow.Trial{Ends: map[string]workflow.Outcome{"call": workflow.Failed}})
	if all.Outcome != workflow.Failed || steps["told"] == "" || steps["sort"] != "" || steps["undo"] != "" {
		t.Errorf("%s %v", all.Outcome, steps)
	}
}

func TestATrialRefusesWhatThePlaybookDoesNotHave(t *testing.T) {
	d, _ := playbooks.Parse([]byte(tryOut))
	for want, trial := range map[string]workflow.Trial{
		`no decision "sort"`:          {Choices: map[string]string{"sort": "many"}},
		`no decision "none"`:          {Choices: map[string]string{"none": "x"}},
		`has no outcome "run"`:        {Choices: map[string]string{"ask": "run"}},
		`no fact "weather"`:           {Facts: map[string]any{"weather": "fair"}},
		`no input or variable "x"`:    {Inputs: map[string]any{"x": 1}},
		`no step "met" that can fail`: {Ends: map[string]workflow.Outcome{"met": workflow.Failed}},
	} {
		trial.Rules = rules()
		if _, err := workflow.Simulate(d, trial); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
