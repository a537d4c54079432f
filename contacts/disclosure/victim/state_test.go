package victim_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/victim"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files")

func TestTheMachineRefuses(t *testing.T) {
	t.Parallel()
	ready := victim.Facts{Recipients: 3, Holds: true, Left: 3}
	with := func(change func(*victim.Facts)) victim.Facts { f := ready; change(&f); return f }
	tests := map[string]struct {
		from  victim.State
		event victim.Event
		by    actor.Actor
		facts victim.Facts
		kind  fault.Kind
		key   string
	}{
		"a move that is not in the table":           {victim.Drafting, victim.StageSent, writer, ready, fault.Refused, "notice.move.unknown"},
		"an event that only the product notes":      {victim.Sending, victim.AllSettled, writer, ready, fault.Forbidden, "notice.move.itself"},
		"an approval by who may not":                {victim.Review, victim.ApprovalGiven, writer, ready, fault.Forbidden, "actor.denied"},
		"an approval by the maker":                  {victim.Review, victim.ApprovalGiven, both, with(func(f *victim.Facts) { f.Maker = true }), fault.Refused, "notice.guard.maker"},
		"a mailing to nobody":                       {victim.Drafting, victim.ApprovalAsked, writer, victim.Facts{}, fault.Refused, "notice.guard.nobody"},
		"a notice that a guard refuses":             {victim.Drafting, victim.ApprovalAsked, writer, with(func(f *victim.Facts) { f.Blocked = 1 }), fault.Refused, "notice.guard.blocked"},
		"eleven released by one person":             {victim.Drafting, victim.Released, writer, with(func(f *victim.Facts) { f.Recipients = 11 }), fault.Refused, "notice.guard.four_eyes"},
		"a day of the next contact that is past":    {victim.Review, victim.ApprovalGiven, approver, with(func(f *victim.Facts) { f.NextPassed = true }), fault.Refused, "notice.guard.next_passed"},
		"a stage of what was changed":               {victim.Approved, victim.StageSent, writer, with(func(f *victim.Facts) { f.Holds = false }), fault.Refused, "notice.guard.changed"},
		"a stage while the one before is under way": {victim.Sending, victim.StageSent, writer, with(func(f *victim.Facts) { f.Waiting = 1 }), fault.Refused, "notice.guard.waiting"},
		"a stage with no mail left":                 {victim.Sending, victim.StageSent, writer, with(func(f *victim.Facts) { f.Left = 0 }), fault.Refused, "notice.guard.no_mail"},
		"a change of what has left":                 {victim.Sending, victim.ContentEdited, writer, ready, fault.Refused, "notice.move.unknown"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := victim.Next(c.from, c.event, c.by, c.facts)
			wants(t, err, c.kind, c.key)
		})
	}
	_, err := victim.NextNotice(victim.Notice{State: victim.Passed, Medium: notice.ByLetter}, victim.MailPut, writer)
	wants(t, err, fault.Refused, "notice.one.unknown")
	_, err = victim.NextNotice(victim.Notice{State: victim.Sent, Medium: notice.ByMail}, victim.BounceNoted, approver)
	wants(t, err, fault.Forbidden, "actor.denied")
}

func TestEveryStateIsReachedAndLeftAndNoRowStandsTwice(t *testing.T) {
	t.Parallel()
	reached, left, seen := []string{"drafting", "drafted"}, []string{"cancelled", "withdrawn", "delivered", "unreachable"}, map[string]bool{}
	row := func(from, event, to string) {
		if seen[from+" "+event] {
			t.Errorf("%s %s stands twice", from, event)
		}
		seen[from+" "+event] = true
		reached, left = append(reached, to), append(left, from)
	}
	for _, m := range victim.Moves {
		row(string(m.From), string(m.Event), string(m.To))
	}
	for _, m := range victim.NoticeMoves {
		row(string(m.From), string(m.Event), string(m.To))
	}
	for _, s := range append(words(victim.States), words(victim.NoticeStates)...) {
		if !slices.Contains(reached, s) || !slices.Contains(left, s) {
			t.Errorf("%s: reached %v, left %v", s, slices.Contains(reached, s), slices.Contains(left, s))
		}
	}
}

func words[T ~string](all []T) (out []string) {
	for _, w := range all {
		out = append(out, string(w))
	}
	return out
}

func TestTheDatabaseKnowsTheSameWords(t *testing.T) {
	t.Parallel()
	sql, err := os.ReadFile(filepath.Join("..", "..", "..", "migrations", "0021_victim_notice.sql"))
	must(t, err)
	var lists []string
	for _, m := range regexp.MustCompile(`CHECK \((?:state|language|medium) IN \(([^)]*)\)`).FindAllStringSubmatch(string(sql), -1) {
		lists = append(lists, strings.ReplaceAll(m[1], "'", ""))
	}
	want := []string{strings.Join(words(victim.States), ", "), strings.Join(words(victim.Languages), ", "), strings.Join(words(victim.Media), ", "), strings.Join(words(victim.NoticeStates), ", ")}
	if !slices.Equal(lists, want) {
		t.Errorf("the CHECKs have %q, the code %q", lists, want)
	}
}

func TestTheDiagramInTheDocumentsIsTheTable(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "..", "docs", "states", "victim_notice.md")
	if *update {
		must(t, os.WriteFile(file, []byte(victim.Diagram()), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if string(want) != victim.Diagram() {
		t.Errorf("%s is not what the table says; run the test with -update and look at the difference", file)
	}
}
