package words_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/cases/incident"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/web/words"
	"tasuke/workflow"
)

func catalogue(t *testing.T, lang string) map[string]string {
	t.Helper()
	out := map[string]string{}
	if _, err := toml.DecodeFile(lang+".toml", &out); err != nil {
		t.Fatal(err)
	}
	return out
}

var placeholder = regexp.MustCompile(`{{ *([^} ]+) *}}`)

func TestBothLanguagesSayTheSameThings(t *testing.T) {
	ja, en := catalogue(t, "ja"), catalogue(t, "en")
	for _, k := range slices.Sorted(maps.Keys(ja)) {
		if _, ok := en[k]; !ok {
			t.Errorf("%s has no English sentence", k)
			continue
		}
		if a, b := holes(ja[k]), holes(en[k]); !slices.Equal(a, b) {
			t.Errorf("%s: the Japanese sentence fills in %v, the English %v", k, a, b)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(en)) {
		if _, ok := ja[k]; !ok {
			t.Errorf("%s has no Japanese sentence", k)
		}
	}
}

// holes are the names a sentence fills in.
func holes(s string) (out []string) {
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		out = append(out, strings.TrimSuffix(m[1], "EN")) // .FirstEN is .First for readers of English
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestNoSentenceIsEmptyOrUnfinished(t *testing.T) {
	mayBeEmpty := []string{"desk.why."} // a candidate that was not found by a field
	for _, lang := range words.Languages {
		for k, s := range catalogue(t, lang) {
			if strings.TrimSpace(s) == "" && !slices.Contains(mayBeEmpty, k) {
				t.Errorf("%s: %s is empty", lang, k)
			}
			if strings.Contains(s, "TODO") || strings.Contains(s, "⟦") || strings.Count(s, "{{") != len(placeholder.FindAllString(s, -1)) {
				t.Errorf("%s: %s is not finished: %s", lang, k, s)
			}
		}
	}
}

func TestEverySentenceTheCodeAsksForExists(t *testing.T) {
	have, a := catalogue(t, "ja"), scan(t)
	for _, k := range slices.Sorted(maps.Keys(a.exact)) {
		if _, ok := have[k]; !ok && !notKeys[k] {
			t.Errorf("%s is said in %s and has no sentence", k, a.exact[k])
		}
	}
}

// notKeys have the form of a key and are something else.
var notKeys = map[string]bool{"localhost.invalid": true}

// enumerated are the keys whose end is a value of the domain.
func enumerated() map[string][]string {
	out := map[string][]string{
		"role.": texts(actor.Roles), "scope.": {string(actor.AlertWrite)}, "admin.state.": {"active", "disabled"},
		"incident.kind.": texts(incident.Kinds), "incident.severity.": texts(incident.Severities), "incident.source.": texts(incident.Sources),
		"incident.vector.": texts(incident.Vectors), "incident.breach.": texts(incident.Breaches), "incident.state.": texts(incident.States),
		"incident.event.": {}, "clock.kind.": texts(append(slices.Clone(incident.Starting), incident.Reclassified, incident.CountUpdated)),
		"case.source.": texts(cases.Sources), "case.pattern.": texts(cases.Patterns), "case.mfa.": texts(cases.MFAs), "case.answer.": texts(cases.Answers),
		"case.state.": texts(cases.States), "case.event.": {}, "case.direction.": cases.Directions, "case.medium.": cases.Media,
		"case.counterparty.": cases.Counterparties, "case.result.": slices.DeleteFunc(slices.Clone(cases.Results), func(s string) bool { return s == "" }),
		"containment.scope.": {string(cases.Account), string(cases.Function)}, "containment.target.": texts(cases.Targets),
		"containment.channel.": texts(cases.Channels), "containment.state.": texts(cases.StopStates), "containment.event.": {},
		"containment.channel_state.": {string(cases.ChannelRequested), string(cases.ChannelVerified), string(cases.ChannelNotOK)},
		"customer.purpose.":          customer.Purposes,
		"inquiry.idv_level.":         {"0", "1", "2", "3"}, "reclass.item.": {"1", "2", "3", "4"},
		"inquiry.line.": {"moved", "contact", "amended", "promised", "kept", "warned", "lock"},
		"desk.why.":     {"account", "phone", "kana", "name", "birth_date", "mail", "ref"},
		"failed.title.": texts([]fault.Kind{fault.Invalid, fault.Refused, fault.NotFound, fault.Forbidden, fault.Conflict, fault.TooLarge, fault.Unauthorized, fault.TooMany, fault.Internal}),
		"target.":       {"ready", "start", "m", "h", "d", "bd"},
		"fact.": {"kind", "severity", "state", "system_breach", "open_cases", "bank_requests", "fact_version", "victims", "claimed", "suspected", "uncalled", "my_number", "data_leaked", "duties_open",
			"payouts_sent", "symbols", "recovered_yen", "loss_yen", "assessments_open", "open_hits", "sweep_concluded", "shares_sent", "police_reports", "notices_sent", "published"},
		"run.group.": {"later", "over"}, "run.show.": {"open", "late", "later", "over", "wrong"},
		"step.kind.":   texts(playbooks.Kinds),
		"run.outcome.": texts(outcomes), "task.outcome.": {"done", "failed", "unknown"},
		"task.state.": append(texts(outcomes), texts([]workflow.State{workflow.Waiting, workflow.Ready, workflow.Working, workflow.Held})...),
		"task.":       {"skip", "skip_lead", "skip_go", "redo", "redo_lead", "redo_go"},
		"audit.tree.": texts(audit.Trees), "audit.actor.": {string(actor.Token), string(actor.Machine)},
		"audit.kind.": {"account", "alert", "case", "customer", "customer_register", "incident", "inquiry", "playbook_version", "run", "step_run", "token",
			"search", "saved_filter", "bank_request", "desk", "effect", "filing", "mail", "notice", "reminder", "remedy", "disclosure", "share", "police", "sweep", "sweep_hit", "sweep_indicator"},
		"audit.detail.": {"kind", "severity", "from", "to", "event", "roles", "purpose", "outcome", "fields"},
		"search.group.": {"incident", "story", "case", "note", "case_story", "inquiry"}, "filter.list.": {"cases", "inquiries"},
		"batch.outcome.": texts([]cases.Outcome{cases.Assigned, cases.SameAssignee, cases.ChangedSince, cases.WorkOver}), "batch.undo.": texts([]cases.Undo{cases.Undone, cases.Kept}),
		"case.field.": {"claim_source", "noticed_at", "reported_at", "pattern", "mfa_at_time", "phishing_entered", "loss_claimed_yen", "contact_pref", "summary"},
	}
	maps.Copy(out, outside())
	maps.Copy(out, ofRemedy())
	for _, m := range incident.Moves {
		out["incident.event."] = append(out["incident.event."], string(m.Event))
	}
	for _, m := range cases.Moves {
		out["case.event."] = append(out["case.event."], string(m.Event))
	}
	for _, m := range cases.Stops {
		if e := m.Event; e != cases.AllVerified && e != cases.ChannelFailed && e != cases.StillWaiting { // seen, not done
			out["containment.event."] = append(out["containment.event."], string(e))
		}
	}
	for _, c := range inquiry.Choices() {
		out["inquiry."+c.Name+"."] = c.Values
	}
	return out
}

// outcomes are all of workflow's.
var outcomes = []workflow.Outcome{workflow.Succeeded, workflow.Failed, workflow.TimedOut, workflow.WasCanceled, workflow.WasSkipped, workflow.Unknown}

func texts[T ~string](list []T) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

func TestEveryValueOfTheDomainHasAName(t *testing.T) {
	have := catalogue(t, "ja")
	for prefix, values := range enumerated() {
		for _, v := range values {
			if _, ok := have[prefix+v]; !ok {
				t.Errorf("%s%s has no name", prefix, v)
			}
		}
	}
}

func TestEveryComputedKeyIsEnumerated(t *testing.T) {
	all, a := enumerated(), scan(t)
	for prefix, at := range a.prefix {
		known := slices.ContainsFunc(slices.Collect(maps.Keys(all)), func(p string) bool { return strings.HasPrefix(p, prefix) })
		if !known && !slices.Contains(closed, prefix) {
			t.Errorf("%s… is computed in %s; add its values to this test", prefix, at)
		}
	}
}

// closed are computed from lists whose keys stand in the code in full, where the scan finds them.
var closed = []string{"nav.", "audit.action."}

func TestNoSentenceIsThereForNothing(t *testing.T) {
	a, listed := scan(t), map[string]bool{}
	named := outside()
	maps.Copy(named, ofRemedy())
	for prefix, values := range named { // kinds of lines in a story are said by their stored name
		for _, v := range values {
			listed[prefix+v] = true
		}
	}
	for _, k := range slices.Sorted(maps.Keys(catalogue(t, "ja"))) {
		_, exact := a.exact[k]
		computed := slices.ContainsFunc(slices.Collect(maps.Keys(a.prefix)), func(p string) bool { return strings.HasPrefix(k, p) })
		if !exact && !computed && !a.literals[k] && !listed[k] {
			t.Errorf("%s is said nowhere", k)
		}
	}
}

func TestAMissingSentenceShowsItself(t *testing.T) {
	if got := book(t).In("ja").T("no.such.sentence"); got != "⟦no.such.sentence⟧" {
		t.Errorf("got %q", got)
	}
}

func TestTheReaderChoosesTheLanguageAndJapaneseIsTheRest(t *testing.T) {
	tests := map[string]struct {
		chosen []string
		want   string
	}{
		"nothing is known of the reader":       {nil, "ja"},
		"the browser accepts English":          {[]string{"", "", "en-GB,en;q=0.8"}, "en"},
		"the browser accepts neither":          {[]string{"", "", "fr"}, "ja"},
		"the cookie wins over the browser":     {[]string{"ja", "", "en"}, "ja"},
		"the account wins over the browser":    {[]string{"", "en", "ja"}, "en"},
		"what is no language at all is passed": {[]string{"\x00;;", "en"}, "en"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := words.Match(tt.chosen...); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestAFaultIsSaidWithItsArguments(t *testing.T) {
	f := fault.New(fault.Conflict, "inquiry.draft.submitted", map[string]any{"No": "INQ-2026-000007"})
	for _, lang := range words.Languages {
		if s := book(t).In(lang).Fault(f); !strings.Contains(s, "INQ-2026-000007") {
			t.Errorf("%s: %s", lang, s)
		}
	}
	if s := book(t).In("ja").Fault(nil); s != "" {
		t.Errorf("no fault is said as %q", s)
	}
}

func TestTimesAreTokyoTimes(t *testing.T) {
	at := db.At(time.Date(2026, 11, 30, 15, 0, 7, 0, time.UTC)) // midnight in Tokyo
	w := book(t).In("ja")
	for got, want := range map[string]string{
		w.When(at): "2026-12-01 00:00", w.Seconds(at): "2026-12-01 00:00:07",
		w.Input(at): "2026-12-01T00:00", w.Machine(at): "2026-12-01T00:00:07+09:00",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if w.When(0) != "" || w.Input(0) != "" || w.Seconds(0) != "" {
		t.Error("no time is not said as nothing")
	}
}

func TestNumbersAreGroupedAndSpansKeepTheirTwoLargestUnits(t *testing.T) {
	ja, en := book(t).In("ja"), book(t).In("en")
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -999999: "-999,999", 1234567: "1,234,567"} {
		if got := ja.Count(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
	if ja.Yen(12000) != "12,000円" || en.Yen(12000) != "¥12,000" {
		t.Errorf("yen: %s, %s", ja.Yen(12000), en.Yen(12000))
	}
	for d, want := range map[time.Duration]string{
		5 * time.Minute: "5", -(2*time.Hour + time.Minute): "2", 26 * time.Hour: "1", 80 * time.Hour: "3",
	} {
		if got := ja.Span(d); !strings.Contains(got, want) || strings.Contains(got, "-") {
			t.Errorf("%v: %s", d, got)
		}
	}
}

func book(t *testing.T) *words.Book {
	t.Helper()
	b, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
