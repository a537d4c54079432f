package playbooks_test

import (
	"fmt"
	"strings"
	"testing"

	"tasuke/playbooks"
)

func TestEachFaultOfAWholePlaybookIsNamedWithItsLine(t *testing.T) {
	const switchIf = `'facts.victims > 9 and vars.channel == "web"'`
	faults(t, blocks, shelf, map[string]struct{ old, new, want string }{
		// switch and suggest
		"a switch on a fact nobody has":             {"facts.victims > 9 and", "facts.losses > 9 and", `19: There is no fact "losses"`},
		"a switch on a variable nobody has":         {"vars.channel ==", "vars.chanel ==", `19: There is no variable "chanel" (there are: channel, caller, hint, left`},
		"a switch on personal data":                 {`vars.channel == "web"`, `vars.caller == "x"`, `19: The variable "caller" holds personal data`},
		"a switch on an option there is not":        {`vars.channel == "web"`, `vars.channel == "fax"`, `19: The variable "channel" has no option "fax"`},
		"a switch on a variable that may be empty":  {`vars.channel == "web"`, `vars.hint == "web"`, `19: The variable "hint" may have no value yet`},
		"a switch that compares a text with order":  {`vars.channel == "web"`, `vars.channel > "web"`, `19: The variable "channel" of the type choice has no order`},
		"a switch on a date that is none":           {`vars.channel == "web"`, `vars.by < "soon"`, `19: "soon" is no date`},
		"a switch that compares a number with text": {`vars.channel == "web"`, `vars.left == "web"`, `19: The condition cannot be read (invalid operation`},
		"a switch that can never choose":            {"if: " + switchIf, `if: '"a" == "b"'`, `19: The condition of the outcome "many" can never hold`},
		"a switch outcome nobody uses":              {"few, text: {ja: 少ない, en: Few}, goes_on: true", "few, text: {ja: 少ない, en: Few}", `20: No when uses the outcome "few"`},
		"a switch without a condition":              {", if: " + switchIf, "", `19: Look at the if of the outcome "many"`},
		"a switch without an otherwise":             {"few, text: {ja: 少ない, en: Few}, goes_on: true", "few, text: {ja: 少ない, en: Few}, goes_on: true, if: facts.victims > 1", `20: Look at the if of the outcome "few"`},
		"a switch with one outcome":                 {"      - {id: few, text: {ja: 少ない, en: Few}, goes_on: true}\n", "", `18: A decision needs two outcomes`},
		"a switch that a person does":               {"    kind: switch\n", "    kind: switch\n    role: operator\n", `17: "role" has no meaning for a step of kind switch`},
		"a proposal by an outcome there is not":     {`suggest: sort == "many"`, `suggest: sort == "lots"`, `28: The decision "sort" has no outcome "lots"`},
		"a proposal by what comes later":            {`suggest: sort == "many"`, `suggest: steps.met == "done"`, `28: The condition looks at the step "met", which does not come before`},
		"a proposal by the decision itself":         {`suggest: sort == "many"`, `suggest: ask == "big"`, `28: The decision "ask" is not finished before this step`},

		// how earlier steps ended
		"an ending of nothing":                   {"when: steps.mail ==", "when: steps.male ==", `55: The condition names steps.male, which is no step`},
		"an ending nobody knows":                 {`steps.mail == "done"`, `steps.mail == "finished"`, `55: No step ends as "finished", so steps.mail is never that. Words: done, failed`},
		"an ending of a later step":              {`steps.mail == "done"`, `steps.met == "done"`, `55: The condition looks at the step "met"`},
		"an ending that stands alone":            {`steps.mail == "done"`, `not steps.mail`, `55: Compare steps.mail by ==, != or in`},
		"an ending of a step in another block":   {`when: vars.pass > 1 and vars.urgent`, `when: steps.mail == "done"`, `102: The step "mail" stands in another loop or in the exception path`},
		"a decision of another block":            {`when: vars.pass > 1 and vars.urgent`, `when: ask == "big"`, `102: The step "ask" stands in another loop`},
		"a number of the pass outside of a loop": {`steps.mail == "done"`, `vars.pass > 1`, `55: There is no variable "pass"`},

		// variables, outputs
		"a variable called pass":                        {"{id: left,", "{id: pass,", `8: pass is the number of the pass`},
		"a variable that is an input too":               {"{id: note,", "{id: hint,", `9: The id "hint" is also used on line 6`},
		"a variable twice":                              {"{id: note,", "{id: left,", `9: The id "left" is also used on line 8`},
		"a default of another type":                     {"default: 3", "default: three", `8: The default of "left" does not fit its type number`},
		"a default that is no date":                     {`"2026-04-01"`, `"2026-04-31"`, `10: The default of "by" does not fit its type date`},
		"a default that is no option":                   {"type: choice, required: true", "type: choice, default: fax, required: true", `4: The default of "channel" does not fit its type choice`},
		"a default from elsewhere":                      {"default: 3", `default: "${vars.left}"`, `8: The default of "left" must be a value itself`},
		"a variable that is required":                   {"type: text}\n  - {id: by", "type: text, required: true}\n  - {id: by", `9: The variable "note" cannot be required`},
		"a variable of an unknown type":                 {"type: number, default", "type: integer, default", `8: There is no type "integer"`},
		"a choice without options":                      {"{id: note, label: {ja: 備考, en: Note}, type: text}", "{id: note, label: {ja: 備考, en: Note}, type: choice}", `9: A choice needs two options`},
		"an output of nothing":                          {"outputs: [left, note]", "outputs: [left, right]", `13: outputs names "right", which is no variable`},
		"an output twice":                               {"outputs: [left, note]", "outputs: [left, left]", `13: "left" is written twice`},
		"a variable set that is none":                   {`set: {left: "${found}", urgent`, `set: {lift: "${found}", urgent`, `42: There is no variable "lift"`},
		"an input that is set":                          {`set: {left: "${found}", urgent: true`, `set: {left: "${found}", hint: x`, `42: The input "hint" stays as it was given`},
		"a variable set from nothing":                   {`set: {left: "${found}"`, `set: {left: "${lost}"`, `42: The step "mail" has neither a field nor an output "lost"`},
		"a variable set from another step":              {`note: "${remark}"`, `note: "${phone.text}"`, `70: set cannot take "phone.text"`},
		"a variable set from a variable nobody has":     {`who: "${vars.caller}"`, `who: "${vars.culler}"`, `70: There is no variable "culler"`},
		"a variable set to another type":                {`left: "${found}", urgent: true`, `left: "${found}", urgent: "on"`, `42: The variable "urgent" is of the type yesno`},
		"a variable set from another type":              {`by: "${day}"`, `by: "${remark}"`, `70: The variable "by" is of the type date`},
		"a variable set from the type of a variable":    {`by: "${day}"`, `by: "${vars.left}"`, `70: The variable "by" is of the type date`},
		"a variable set from personal data":             {`note: "${remark}", who`, `note: "${vars.caller}", who`, `70: "note" would take personal data`},
		"a variable with a value that may lose it":      {"type: date, required: true}", "type: date}", `70: What "by" is set to may be missing`},
		"a variable set from a call's personal data":    {`note: "${last}", who: "${name}"`, `note: "${name}"`, `98: "note" would take personal data`},
		"a value that does not say whose it is":         {`until: ${vars.by}`, `until: ${by}`, `82: It is not clear whose value ${by} is`},
		"a moment from a number":                        {`until: ${vars.by}`, `until: ${vars.left}`, `82: until names "vars.left", which is neither a date`},
		"a moment from a variable that may be empty":    {`type: date, default: "2026-04-01"`, `type: date`, `82: The value "vars.by" may be missing`},
		"a moment from nothing":                         {`until: ${vars.by}`, `until: ${vars.bye}`, `82: There is no variable "bye"`},
		"a moment from a way that may be cut off":       {`until: ${vars.by}`, `until: ${visit.day}`, `82: The value "visit.day" may be missing`},
		"a moment from a step that comes later":         {`until: ${vars.by}`, `until: ${report.day}`, `82: The step "report" has neither a field nor an output "day"`},
		"a moment that is no reference":                 {`until: ${vars.by}`, `until: tomorrow`, `82: "tomorrow" cannot be read`},
		"a wait for a moment and a length":              {`until: ${vars.by}`, "until: ${vars.by}\n    for: 2h", `A wait has an event, a for or an until`},
		"a value of a step that may fail on the way":    {`with: {number: "${vars.left}"}`, `with: {number: "${mail.found}"}`, `50: The value "mail.found" may be missing`},
		"a value of a step in another block":            {`remark: "${vars.note}"}`, `remark: "${visit.remark}"}`, `97: The step "visit" stands in another loop`},
		"a value of a step inside a loop from outside":  {"until: ${vars.by}", "until: ${odd.day}", `82: The step "odd" stands in another loop`},
		"a value of what is taken back that is missing": {"type: date, required: true}", "type: date}", `133: The value "visit.day" may be missing`},

		// failure, taking back, retrying, leaving out
		"a failure that leads nowhere":                {"on_failure: phone", "on_failure: fone", `41: on_failure names "fone", which is no step`},
		"a failure that leads to the end":             {"on_failure: phone", "on_failure: finished", `41: on_failure names "finished", an end or a join`},
		"a failure that leads to a join":              {"on_failure: phone", "on_failure: met", `41: on_failure names "met", an end or a join`},
		"a failure that leads back":                   {"on_failure: phone", "on_failure: ask", `41: The step "ask" in on_failure does not have "mail" in its after`},
		"a failure that leads into another block":     {"on_failure: phone", "on_failure: odd", `41: The step "odd" stands in another loop`},
		"a step of which nobody knows what it does":   {"    when: steps.mail == \"done\"\n", "", `54: It is not clear what becomes of "thank" when "mail" fails. Add "phone" to its after, or name steps.mail`},
		"a failure of what takes back":                {"    do: note", "    do: note\n    on_failure: tell", `133: The step "undo" takes work back: its on_failure can only be continue`},
		"a failure of a join":                         {"    need: 2", "    on_failure: rest\n    need: 2", `74: "on_failure" has no meaning for a step of kind join`},
		"taking back nothing":                         {"compensates: visit", "compensates: visits", `129: compensates names "visits", which is no step`},
		"taking back a wait":                          {"compensates: visit", "compensates: rest", `129: The work of "rest" cannot be taken back`},
		"taking back itself":                          {"compensates: visit", "compensates: undo", `129: The work of "undo" cannot be taken back`},
		"taking back what stands in a loop":           {"compensates: visit", "compensates: odd", `129: The step "odd" stands in another loop`},
		"taking back with an after":                   {"compensates: visit", "compensates: visit\n    after: [rest]", `130: The step "undo" takes work back and has no after`},
		"taking back as the first step":               {"  - id: tell\n    kind: task", "  - id: tell\n    kind: task\n    compensates: told", `141: The first step "tell" cannot take work back`},
		"something behind what takes back":            {"after: [agree]", "after: [agree, undo]", `136: after names "undo", which takes work back`},
		"taking back twice":                           {"  - id: finished", "  - {id: again, kind: task, compensates: visit, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: funds}\n  - id: finished", `134: The work of "visit" is also taken back on line 127`},
		"a pause that grows beyond a week":            {"times: 3, pause: 10m, factor: 2", "times: 20, pause: 10m, factor: 10", `40: The pauses of retry grow beyond 7 days`},
		"a pause of days":                             {"pause: 10m", "pause: 1d", `40: Write the pause of retry like`},
		"too many attempts":                           {"times: 3", "times: 99", `40: "times" must be a whole number from 0 to 20`},
		"a task that is retried":                      {"    timeout: 3d", "    timeout: 3d\n    retry: {times: 1, pause: 1m}", `60: "retry" has no meaning for a step of kind task`},
		"leaving out by a role there is not":          {"skip: {role: funds", "skip: {role: cleaner", `51: There is no role "cleaner"`},
		"leaving out never, but by two":               {"skip: {never: true}", "skip: {never: true, second: true}", `144: The skip of "tell" contradicts itself`},
		"signed by a role there is not":               {"{roles: [funds, operator], count: 2}", "{roles: [funds, cleaner], count: 2}", `125: There is no role "cleaner"`},
		"signed by a role twice":                      {"{roles: [funds, operator], count: 2}", "{roles: [funds, funds], count: 2}", `125: "funds" is written twice`},
		"signed by nobody":                            {"{roles: [funds, operator], count: 2}", "{roles: [], count: 2}", `126: "roles" is missing`},
		"asked of a role that does not sign":          {"{roles: [funds, operator], count: 2}", "{roles: [operator], count: 2}", `121: The role "funds" is none of those who sign "agree"`},
		"a task that is signed":                       {"    timeout: 3d", "    timeout: 3d\n    signatures: [{roles: [funds]}]", `60: "signatures" has no meaning for a step of kind task`},
		"preparing what nobody can do":                {"prepare: draft.note", "prepare: draft.notes", `49: This program has no action "draft.notes"`},
		"preparing what needs an approval":            {"prepare: draft.note", "prepare: letters.send", `49: "letters.send" needs an approval and cannot be prepared unasked`},
		"preparing without its input":                 {"    with: {number: \"${vars.left}\"}\n", "", `43: The input "number", which draft.note needs`},
		"preparing with more than it takes":           {`with: {number: "${vars.left}"}`, `with: {number: "${vars.left}", x: 1}`, `50: draft.note has no input "x"`},
		"input of nothing":                            {"    prepare: draft.note\n", "", `49: The with of "phone" is used by nothing`},
		"the same work twice at a time":               {"  - id: phone\n", "  - {id: mail2, kind: action, after: [fork], title: {ja: あ, en: a}, role: funds, do: tally}\n  - id: phone\n", `43: The action "mail2" does the same as "mail" on line 34 at the same time`},
		"a person of another block who must differ":   {"not_by: [report]", "not_by: [report, odd]", `124: The step "odd" stands in another loop`},
		"a person who may not have been there":        {"not_by: [report]", "not_by: [report, visit]", `124: not_by names "visit", which is not finished before this step`},
		"an approval that goes back into a loop":      {"back_to: report", "back_to: odd", `123: The step "odd" stands in another loop`},
		"an approval that goes back to a cut-off way": {"back_to: report", "back_to: visit", `123: back_to names "visit", which does not stand before this approval`},

		// joins
		"a join of more ways than there are":   {"need: 2", "need: 4", `74: The join "met" needs 4 ways and has 3`},
		"a join that is silent about the rest": {"    rest: cancel\n", "", `74: The join "met" does not wait for all of its ways`},
		"a join of all with a rest":            {"need: 2", "need: all", `75: The join "met" waits for all of its ways, so rest says nothing`},
		"a join of all by number with a rest":  {"need: 2", "need: 3", `75: The join "met" waits for all of its ways`},
		"a join of none":                       {"need: 2", "need: 0", `74: "need" must be a whole number from 1`},
		"a join of some":                       {"need: 2", "need: some", `74: need cannot be "some"`},
		"a join that stops the rest":           {"rest: cancel", "rest: stop", `75: rest cannot be "stop"`},
		"a cancelled way that leads elsewhere": {"after: [agree]", "after: [agree, thank]", `136: The step "finished" follows "thank", which lies on a way that the join "met" cancels`},

		// loops
		"a loop without a bound":                 {"    max: 5\n", "", `83: The loop "rounds" has no bound`},
		"a loop with too large a bound":          {"max: 5", "max: 1001", `89: "max" must be a whole number from 1 to 1000`},
		"a loop of no passes":                    {"max: 5", "max: 0", `89: "max" must be a whole number from 1 to 1000`},
		"a loop that says nothing of its end":    {"    while: vars.left > 0\n", "", `83: Write exactly one of while and until_true`},
		"a loop with two ends":                   {"    max: 5", "    until_true: vars.left < 1\n    max: 5", `Write exactly one of while and until_true`},
		"a loop on what nothing in it changes":   {"while: vars.left > 0", `while: vars.channel == "web"`, `88: The loop "rounds" never ends by itself`},
		"a loop without end":                     {"while: vars.left > 0", `while: "true"`, `88: The loop "rounds" never ends by itself`},
		"a loop on a decision":                   {"while: vars.left > 0", `while: ask == "big"`, `88: The condition of a loop cannot see "ask"`},
		"a loop on a step of its own":            {"while: vars.left > 0", `while: steps.odd == "done"`, `88: The condition of a loop cannot see "odd"`},
		"a loop on a variable nobody has":        {"while: vars.left > 0", `while: vars.lift > 0`, `88: There is no variable "lift"`},
		"a loop that compares with text":         {"while: vars.left > 0", `while: vars.left == "x"`, `88: The condition cannot be read`},
		"a loop of nothing":                      {"    steps:\n      - id: look", "    skip: {never: true}\n    inner:\n      - id: look", `92: There is no field "inner"`},
		"a loop whose block has no end":          {"kind: end\n        after: [odd]", "kind: task\n        role: operator\n        instructions: {ja: あ, en: a}\n        after: [odd]", `106: There is no end`},
		"a step in a loop that nothing leads to": {"after: [look]", "after: [seen]", `101: after names "seen", which is no step`},
		"a step in a loop behind one outside":    {"after: [look]", "after: [rest]", `101: The step "rest" stands in another loop`},
		"a step in a loop of an unknown role":    {"        instructions: {ja: 調べる, en: Look}\n        role: operator", "        instructions: {ja: 調べる, en: Look}\n        role: cleaner", `105: There is no role "cleaner"`},
		"a step in a loop with an outer id":      {"- id: odd", "- id: rest", `99: The id "rest" is also used on line 77`},
		"a loop that goes on after too much":     {"at_max: continue", "at_max: stop", `90: at_max cannot be "stop"`},
		"an unknown kind in a loop":              {"      - id: odd\n        kind: task", "      - id: odd\n        kind: goto", `100: A step of kind "goto" cannot be run`},

		// calls
		"a call of nothing":                     {"playbook: PB-80", "playbook: PB-89", `96: There is no playbook "PB-89"`},
		"a call without an id":                  {"        playbook: PB-80\n", "", `92: "playbook" is missing`},
		"a call of itself":                      {"playbook: PB-80", "playbook: PB-92", `96: The playbooks call each other in a circle (PB-92 → PB-92)`},
		"a circle of calls":                     {"playbook: PB-80", "playbook: PB-81", `96: The playbooks call each other in a circle (PB-92 → PB-81 → PB-92)`},
		"a call without what it needs":          {`{channel: "${vars.channel}", remark`, `{remark`, `97: The input "channel", which PB-80 needs, is not in with`},
		"a call with more than it takes":        {`remark: "${vars.note}"}`, `remark: "${vars.note}", x: 1}`, `97: PB-80 has no input "x" (inputs: channel, remark)`},
		"a call with another type":              {`remark: "${vars.note}"`, `remark: 7`, `97: The input "remark" must be of the type text`},
		"a call with an option there is not":    {`channel: "${vars.channel}"`, `channel: fax`, `97: The input "channel" must be of the type choice`},
		"a call with a choice of other options": {"{id: app, text: {ja: アプリ, en: App}}]}\n  - {id: caller", "{id: fax, text: {ja: ファクス, en: Fax}}]}\n  - {id: caller", `97: The input "channel" must be of the type choice`},
		"a call with personal data":             {`remark: "${vars.note}"`, `remark: "${vars.caller}"`, `97: "remark" would take personal data`},
		"a result that a call does not give":    {`left: "${found}", note: "${last}"`, `left: "${inner}", note: "${last}"`, `98: The step "look" has neither a field nor an output "inner"`},
		"a result of another type":              {`left: "${found}", note: "${last}"`, `left: "${last}"`, `98: The variable "left" is of the type number`},
		"a call without a role":                 {"        title: {ja: 呼ぶ, en: Call}\n        role: operator\n", "        title: {ja: 呼ぶ, en: Call}\n", `92: "role" is missing`},

		// the exception path
		"an exception path without an end":      {"    kind: end\n    after: [tell]", "    kind: task\n    role: operator\n    instructions: {ja: あ, en: a}\n    after: [tell]", `145: There is no end`},
		"an exception path with another's step": {"after: [tell]", "after: [report]", `147: The step "report" stands in another loop or in the exception path`},
		"an exception path of an unknown role":  {"    role: operator\n    skip: {never: true}", "    role: cleaner\n    skip: {never: true}", `143: There is no role "cleaner"`},
		"an exception path without steps":       {blocks[strings.Index(blocks, "exception:"):], "exception: []\n", `138: "exception" is missing`},
	})
}

// callers are playbooks that call each other in a row of n.
func callers(n int) playbooks.Rules {
	r := firm
	r.Playbook = func(slug string) (*playbooks.Definition, bool) {
		var i int
		if _, err := fmt.Sscanf(slug, "ROW-%d", &i); err != nil || i > n {
			return nil, false
		}
		d, _ := playbooks.Parse([]byte(row(i, n)))
		return d, true
	}
	return r
}

func row(i, n int) string {
	step := "kind: task, instructions: {ja: あ, en: a}"
	if i < n {
		step = fmt.Sprintf("kind: playbook, playbook: ROW-%d", i+1)
	}
	return fmt.Sprintf("playbook: ROW-%d\ntitle: {ja: あ, en: a}\nsteps:\n  - {id: a, %s, title: {ja: あ, en: a}, role: operator}\n  - {id: b, kind: end, after: [a], title: {ja: 終, en: End}}\n", i, step)
}

func TestCallsGoEightPlaybooksDeepAndNoDeeper(t *testing.T) {
	if _, problems := playbooks.Load([]byte(row(0, 8)), callers(8)); len(problems) > 0 {
		t.Error(problems)
	}
	_, problems := playbooks.Load([]byte(row(0, 9)), callers(9))
	if !strings.Contains(problems.Error(), "The calls go 9 playbooks deep. Keep them within 8") {
		t.Errorf("got %v", problems)
	}
}

func TestACallOfAPlaybookNobodyCanReadIsCheckedByForm(t *testing.T) {
	if _, problems := playbooks.Load([]byte(blocks), firm); len(problems) > 0 {
		t.Error(problems)
	}
}

func TestAVariableHasAValueOnceAStepBeforeHasSetIt(t *testing.T) {
	tests := map[string]struct {
		setter, user string
		fault        string
	}{
		"set before":              {`set: {v: "${n}"}`, "when: vars.v > 1", ""},
		"set before a loop":       {`set: {v: "${n}"}`, "loop", ""},
		"never set":               {"", "when: vars.v > 1", "may have no value yet"},
		"never set before a loop": {"", "loop", "may have no value yet"},
		"asked for":               {"", "when: vars.v != nil and vars.v > 1", ""},
		"set under a condition":   {`set: {v: "${n}"}` + "\n    when: facts.victims > 3", "when: vars.v > 1", "may have no value yet"},
		"set, unless it fails":    {`set: {v: "${n}"}` + "\n    on_failure: continue", "when: vars.v > 1", "may have no value yet"},
		"set, and asked for":      {`set: {v: "${n}"}` + "\n    on_failure: continue", `when: steps.get == "done" and vars.v > 1`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			use := "kind: task\n    instructions: {ja: あ, en: a}\n    " + test.user
			if test.user == "loop" {
				use = "kind: loop\n    max: 2\n    until_true: facts.victims > 3\n    steps:\n" +
					"      - {id: x, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: funds}\n" +
					"      - {id: y, kind: task, after: [x], when: vars.v > 1, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: funds}\n" +
					"      - {id: z, kind: end, after: [y], title: {ja: あ, en: a}}"
			}
			src := "playbook: PB-1\ntitle: {ja: あ, en: a}\nvariables: [{id: v, label: {ja: あ, en: a}, type: number}]\nsteps:\n" +
				"  - {id: go, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: funds}\n" +
				"  - id: get\n    kind: task\n    after: [go]\n    title: {ja: あ, en: a}\n    instructions: {ja: あ, en: a}\n    role: funds\n" +
				"    fields: [{id: n, label: {ja: あ, en: a}, type: number, required: true}]\n    " + test.setter + "\n" +
				"  - id: use\n    after: [get]\n    title: {ja: あ, en: a}\n    role: funds\n    " + use + "\n" +
				"  - {id: over, kind: end, after: [use], title: {ja: あ, en: a}}\n"
			_, problems := playbooks.Load([]byte(src), firm)
			if test.fault == "" && len(problems) > 0 || !strings.Contains(problems.Error(), test.fault) {
				t.Errorf("got %v", problems)
			}
		})
	}
}
