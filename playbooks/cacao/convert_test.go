package cacao

import (
	"slices"
	"testing"

	"tasuke/playbooks"
)

func TestAStepFollowsWhatItsArrowsSay(t *testing.T) {
	got := take(t, book(o{
		id("action", 1): manual("first", o{"on_success": id("action", 2), "on_failure": id("action", 3)}),
		id("action", 2): manual("worked", next(id("action", 4))),
		id("action", 3): manual("broke", next(id("action", 4))),
		id("action", 4): manual("after", next(id("end", 0xe))),
	}, nil)).Definition
	first := step(t, got, "first")
	if len(first.After) > 0 || first.OnFailure != playbooks.GoOn {
		t.Errorf("first: %+v", first)
	}
	if w := whenOf(step(t, got, "worked")); w != `steps.first == "done"` {
		t.Errorf("on_success became %s", w)
	}
	if w := whenOf(step(t, got, "broke")); w != `steps.first in ["failed", "timed_out"]` {
		t.Errorf("on_failure became %s", w)
	}
	after := step(t, got, "after")
	if w := whenOf(after); w != `(steps.broke != "skipped") or (steps.worked != "skipped")` && w != `(steps.worked != "skipped") or (steps.broke != "skipped")` {
		t.Errorf("two ways in became %s", w)
	}
	if !slices.Contains(after.After, "worked") || !slices.Contains(after.After, "broke") {
		t.Errorf("after waits for %v", after.After)
	}
}

// TC issue 10: the step has only on_completion and fails.
func TestAFailureBehindOnCompletionGoesOnUnlessThereIsAnExceptionPath(t *testing.T) {
	steps := o{id("action", 1): manual("only", next(id("end", 0xe)))}
	if s := step(t, take(t, book(steps, nil)).Definition, "only"); s.OnFailure != playbooks.GoOn {
		t.Errorf("without an exception path: on_failure %q", s.OnFailure)
	}
	steps[id("action", 9)] = manual("rescue", next(id("end", 0xf)))
	steps[id("end", 0xf)] = o{"type": "end"}
	got := take(t, book(steps, o{"workflow_exception": id("action", 9)})).Definition
	if s := step(t, got, "only"); s.OnFailure != "" {
		t.Errorf("with an exception path: on_failure %q", s.OnFailure)
	}
	if got.Exception == nil {
		t.Fatal("there is no exception path")
	}
	step(t, got.Exception, "rescue")
}

// TC issue 10: the step has only on_success and fails.
func TestAFailureBehindOnSuccessAloneIsForAPerson(t *testing.T) {
	got := take(t, book(o{id("action", 1): manual("only", o{"on_success": id("end", 0xe)})}, nil))
	if s := step(t, got.Definition, "only"); s.OnFailure != "" || s.Skip == nil || !s.Skip.Never {
		t.Errorf("%+v", s)
	}
	if !reported(got, "failure_open") {
		t.Error("nobody is told")
	}
}

func reported(i *Import, rule string) bool {
	return slices.ContainsFunc(i.Findings, func(f Finding) bool { return f.Rule == rule })
}

func TestTheExceptionPathMayBePartOfTheWorkflow(t *testing.T) {
	got := take(t, book(o{
		id("action", 1): manual("first", next(id("action", 2))),
		id("action", 2): manual("tidy", next(id("end", 0xe))),
	}, o{"workflow_exception": id("action", 2)})).Definition
	step(t, got, "tidy")
	step(t, got.Exception, "tidy_2")
}

func TestParallelWaitsForEveryBranch(t *testing.T) {
	got := take(t, book(o{
		id("start", 0x5):   o{"type": "start", "on_completion": id("parallel", 1)},
		id("parallel", 1):  o{"type": "parallel", "name": "both", "next_steps": []any{id("action", 2), id("action", 3)}, "on_success": id("action", 4), "on_failure": id("action", 0x15)},
		id("action", 2):    manual("left", next(id("end", 2+0x20))),
		id("action", 3):    manual("right", o{"on_success": id("end", 3+0x20)}),
		id("end", 2+0x20):  o{"type": "end"},
		id("end", 3+0x20):  o{"type": "end"},
		id("action", 4):    manual("good", next(id("end", 0xe))),
		id("action", 0x15): manual("bad", next(id("end", 0xe))),
	}, nil)).Definition
	meet := step(t, got, "both_join")
	if meet.Kind != playbooks.Join || !slices.Contains(meet.After, "left") || !slices.Contains(meet.After, "right") || meet.Need != 0 {
		t.Errorf("%+v", meet)
	}
	if w := whenOf(step(t, got, "good")); w != `not (steps.left in ["failed", "timed_out"] or steps.right in ["failed", "timed_out"])` {
		t.Errorf("success of a parallel is %s", w)
	}
	if w := whenOf(step(t, got, "bad")); w != `steps.left in ["failed", "timed_out"] or steps.right in ["failed", "timed_out"]` {
		t.Errorf("failure of a parallel is %s", w)
	}
}

func branchBook(condition string, vars o) o {
	return book(o{
		id("start", 0x5):      o{"type": "start", "on_completion": id("if-condition", 1)},
		id("if-condition", 1): o{"type": "if-condition", "name": "ask", "condition": condition, "on_true": id("action", 2), "on_false": id("action", 3), "on_completion": id("action", 4)},
		id("action", 2):       manual("yes", next(id("end", 0x22))),
		id("action", 3):       manual("no way", next(id("end", 0x23))),
		id("end", 0x22):       o{"type": "end"},
		id("end", 0x23):       o{"type": "end"},
		id("action", 4):       manual("then", next(id("end", 0xe))),
	}, o{"playbook_variables": vars})
}

func TestABranchRunsWhenItsConditionHoldsAndControlComesBack(t *testing.T) {
	got := take(t, branchBook("[__count__:value >= 3 AND __name__:value IN ('a', 'b')]", o{
		"__count__": o{"type": "integer", "value": "5"}, "__name__": o{"type": "string"},
	})).Definition
	ask := step(t, got, "ask")
	if ask.Kind != playbooks.Switch || source(ask.Outcomes[0].If) != `(vars.count >= 3 and (vars.name != nil and vars.name in ["a", "b"]))` {
		t.Errorf("%+v %s", ask.Kind, source(ask.Outcomes[0].If))
	}
	if w := whenOf(step(t, got, "yes")); w != `ask == "holds"` {
		t.Errorf("on_true became %s", w)
	}
	if w := whenOf(step(t, got, "no_way")); w != `ask == "otherwise"` {
		t.Errorf("on_false became %s", w)
	}
	then := step(t, got, "then")
	if whenOf(then) != "" || len(then.After) < 2 {
		t.Errorf("control comes back as after %v when %q", then.After, whenOf(then))
	}
}

func TestAConditionNobodyCanTranslateIsAPersonsDecision(t *testing.T) {
	for _, c := range []string{"__x__:value MATCHES 'a.*'", "__x__:value", "__x__:value > '5'", "[ipv4-addr:value = '1.2.3.4']", "((((", "__x__:value = 5 and or"} {
		got := take(t, branchBook(c, o{"__x__": o{"type": "string"}}))
		ask := step(t, got.Definition, "ask")
		if ask.Kind != playbooks.Decision || got.Verdict() != "importable-with-manual-steps" {
			t.Errorf("%s became a %s, %s", c, ask.Kind, got.Verdict())
		}
	}
}

func TestASwitchChoosesByTheValue(t *testing.T) {
	steps := o{
		id("start", 0x5):          o{"type": "start", "on_completion": id("switch-condition", 1)},
		id("switch-condition", 1): o{"type": "switch-condition", "name": "by level", "switch": "__level__:value", "cases": o{"1": id("action", 2), "2": id("action", 3), "default": id("action", 4)}, "on_completion": id("end", 0xe)},
		id("action", 2):           manual("one", next(id("end", 0x22))), id("action", 3): manual("two", next(id("end", 0x23))), id("action", 4): manual("rest", next(id("end", 0x24))),
		id("end", 0x22): o{"type": "end"}, id("end", 0x23): o{"type": "end"}, id("end", 0x24): o{"type": "end"},
	}
	got := take(t, book(steps, o{"playbook_variables": o{"__level__": o{"type": "integer", "value": "2"}}})).Definition
	by := step(t, got, "by_level")
	if by.Kind != playbooks.Switch || len(by.Outcomes) != 3 || source(by.Outcomes[1].If) != "vars.level == 2" {
		t.Errorf("%+v", by)
	}
	if w := whenOf(step(t, got, "rest")); w != `by_level == "otherwise"` {
		t.Errorf("default became %s", w)
	}
	got = take(t, book(steps, o{"playbook_variables": o{"__level__": o{"type": "float", "value": "2"}}})).Definition
	if by := step(t, got, "by_level"); by.Kind != playbooks.Decision {
		t.Errorf("a float is compared by a %s", by.Kind)
	}
}

func whileBook(condition string) o {
	return book(o{
		id("start", 0x5):         o{"type": "start", "on_completion": id("while-condition", 1)},
		id("while-condition", 1): o{"type": "while-condition", "name": "again", "condition": condition, "on_true": id("action", 2), "on_completion": id("end", 0xe)},
		id("action", 2):          manual("look", o{"on_completion": id("end", 0x22), "out_args": []any{"__left__"}}),
		id("end", 0x22):          o{"type": "end"},
	}, o{"playbook_variables": o{"__left__": o{"type": "integer", "value": "3"}}})
}

func TestAWhileGetsABound(t *testing.T) {
	got := take(t, whileBook("__left__:value > 0"))
	loop := step(t, got.Definition, "again")
	if loop.Kind != playbooks.Loop || loop.Max != passes || source(loop.While) != "vars.left > 0" || !reported(got, "while_bound") {
		t.Errorf("%+v", loop)
	}
	look := step(t, loop.Body, "look")
	if len(look.Fields) != 1 || look.Fields[0].Type != playbooks.NumberField || look.Set["left"].From != "left" {
		t.Errorf("%+v", look)
	}
}

func TestAWhileNobodyCanTranslateAsksAPersonBeforeEachPass(t *testing.T) {
	loop := step(t, take(t, whileBook("__left__:value LIKE 'x'")).Definition, "again")
	if source(loop.While) != "vars.again_again == true" {
		t.Errorf("while %s", source(loop.While))
	}
	if ask := loop.Body.Steps[0]; ask.Kind != playbooks.Task || ask.Set["again_again"].From != "again" {
		t.Errorf("%+v", ask)
	}
	if w := whenOf(step(t, loop.Body, "look")); w != `steps.again_ask == "done" and vars.again_again == true` {
		t.Errorf("the pass begins when %s", w)
	}
}

// TC issue 21: no timeout is no limit, and the delay does not count.
func TestATimeoutCountsFromTheTurnAndDelayComesBefore(t *testing.T) {
	got := take(t, book(o{id("action", 1): manual("slow", o{"on_completion": id("end", 0xe), "delay": 90_000, "timeout": 100_500})}, nil))
	slow := step(t, got.Definition, "slow")
	if slow.Timeout.String() != "101s" || len(slow.After) != 1 || !reported(got, "rounded") {
		t.Errorf("%s after %v", slow.Timeout, slow.After)
	}
	if w := step(t, got.Definition, slow.After[0]); w.Kind != playbooks.Wait || w.For.String() != "90s" {
		t.Errorf("%+v", w)
	}
	none := step(t, take(t, book(o{id("action", 1): manual("free", next(id("end", 0xe)))}, nil)).Definition, "free")
	if none.Timeout.Set() {
		t.Errorf("a task without timeout has %s", none.Timeout)
	}
	zero := step(t, take(t, book(o{id("action", 1): manual("zero", o{"on_completion": id("end", 0xe), "timeout": 0, "delay": 0})}, nil)).Definition, "zero")
	if zero.Timeout.Set() || len(zero.After) > 0 {
		t.Errorf("zero is %s after %v", zero.Timeout, zero.After)
	}
}

func TestACallNamesTheOtherPlaybookByItsIdentifier(t *testing.T) {
	got := take(t, book(o{
		id("action", 1):          manual("first", next(id("playbook-action", 2))),
		id("playbook-action", 2): o{"type": "playbook-action", "name": "other", "playbook_id": id("playbook", 0x77), "in_args": []any{"__in__"}, "out_args": []any{"__out__"}, "on_completion": id("end", 0xe)},
	}, o{"playbook_variables": o{"__in__": o{"type": "string", "value": "x"}, "__out__": o{"type": "string"}}})).Definition
	call := step(t, got, "other")
	if call.Kind != playbooks.Call || call.Playbook != "CACAO-00000077" || call.With["var_in"].From+call.With["in_var"].From != "vars.in_var" || call.Set["out"].From != "out" {
		t.Errorf("%+v", call)
	}
}

func TestAnHTTPRequestGoesToEachTargetInOrder(t *testing.T) {
	request := o{"type": "http-api", "command": "POST /block/__ip__:value HTTP/1.1", "headers": o{"Content-Type": []any{"application/json"}}, "content": `{"ip": "__ip__:value"}`}
	step1 := o{"type": "action", "name": "block", "commands": []any{request}, "agent": id("group", 0xa), "targets": []any{id("http-api", 0x31), id("http-api", 0x32)}, "on_completion": id("end", 0xe)}
	b := book(o{id("action", 1): step1}, o{
		"playbook_variables": o{"__ip__": o{"type": "ipv4-addr", "external": true}},
		"target_definitions": o{
			id("http-api", 0x31): o{"type": "http-api", "name": "one", "address": o{"url": []any{"https://one.example/"}}},
			id("http-api", 0x32): o{"type": "http-api", "name": "two", "address": o{"dname": []any{"two.example"}}, "port": "443"},
		},
	})
	got := take(t, b)
	if got.Verdict() != "importable" {
		t.Errorf("%s: %v", got.Verdict(), got.Findings)
	}
	one, two := step(t, got.Definition, "block"), step(t, got.Definition, "block_2")
	if one.Do != "http.request" || one.With["url"].Literal != "https://one.example/block/__v_ip__:value" || one.With["v_ip"].From != "vars.ip" || one.With["headers"].Literal != "Content-Type: application/json" {
		t.Errorf("%+v", one.With)
	}
	if two.With["url"].Literal != "https://two.example/block/__v_ip__:value" || whenOf(two) != `steps.block == "done"` {
		t.Errorf("%+v %s", two.With, whenOf(two))
	}
}

func TestAnAnswerIsReadByAPersonUnlessItIsTheOneTextThatIsReturned(t *testing.T) {
	ask := o{
		"type": "action", "name": "ask", "commands": []any{o{"type": "http-api", "command": "GET /x HTTP/1.1"}}, "agent": id("http-api", 0xd),
		"on_completion": id("end", 0xe), "out_args": []any{"__answer__"},
	}
	more := func(kind string) o {
		return o{
			"playbook_variables": o{"__answer__": o{"type": kind}},
			"agent_definitions":  o{id("http-api", 0xd): o{"type": "http-api", "name": "desk", "address": o{"url": []any{"https://desk.example"}}}},
		}
	}
	got := take(t, book(o{id("action", 1): ask}, more("string"))).Definition
	if s := step(t, got, "ask"); s.Set["answer"].From != "body" {
		t.Errorf("%+v", s.Set)
	}
	got = take(t, book(o{id("action", 1): ask}, more("integer"))).Definition
	if s := step(t, got, "ask_values"); s.Kind != playbooks.Task || len(s.Fields) != 1 || whenOf(s) != `steps.ask == "done"` {
		t.Errorf("%+v", s)
	}
}

// TC issue 11: a step's variable is seen by the step and by those its pointers lead to.
func TestAStepVariableIsSeenDownstreamAndShadowsThePlaybooks(t *testing.T) {
	b := book(o{
		id("action", 1): manual("first", o{"on_completion": id("action", 2), "step_variables": o{"__v__": o{"type": "string", "value": "near"}}, "out_args": []any{"__v__"}}),
		id("action", 2): manual("second", o{"on_completion": id("end", 0xe), "out_args": []any{"__v__"}}),
	}, o{"playbook_variables": o{"__v__": o{"type": "string", "value": "far"}}})
	got := take(t, b).Definition
	second := step(t, got, "second")
	if _, near := second.Set["var_2"]; !near && second.Set["v_2"].From == "" {
		t.Errorf("the second step sets %v of\n%s", second.Set, playbooks.Write(got))
	}
}

func TestACommandIsShownAndNeverRun(t *testing.T) {
	for _, kind := range []string{"bash", "ssh", "powershell", "caldera-cmd", "sigma", "yara", "kestrel", "jupyter", "elastic", "x-own"} {
		command := o{"type": kind, "command_b64": "cm0gLXJmIC8="}
		got := take(t, book(o{id("action", 1): manual("danger", o{"on_completion": id("end", 0xe), "commands": []any{command}})}, nil))
		s := step(t, got.Definition, "danger")
		if s.Kind != playbooks.Task || got.Verdict() != "importable-with-manual-steps" || s.Instructions.EN != "Done by: The team (group)\n\n["+kind+"] rm -rf /" {
			t.Errorf("%s: %s, %s: %q", kind, s.Kind, got.Verdict(), s.Instructions.EN)
		}
	}
}
