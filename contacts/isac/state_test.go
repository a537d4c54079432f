package isac_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/internal/actor"
)

var update = flag.Bool("update", false, "write the golden files")

func TestTheMachineRefuses(t *testing.T) {
	t.Parallel()
	good := isac.Facts{Standing: true, ApprovalHolds: true, Mail: true}
	with := func(f func(*isac.Facts)) isac.Facts { x := good; f(&x); return x }
	tests := map[string]struct {
		from  isac.State
		event isac.Event
		by    actor.Actor
		facts isac.Facts
		key   string
	}{
		"a draft that leaves":                            {isac.Draft, isac.MailQueued, responder, good, "share.move.unknown"},
		"a draft that is handed in":                      {isac.Draft, isac.HandedIn, responder, good, "share.move.unknown"},
		"a version put to approval by an analyst":        {isac.Draft, isac.Frozen, analyst, good, "share.move.role"},
		"a value under a stricter label":                 {isac.Draft, isac.Frozen, responder, with(func(f *isac.Facts) { f.Wide = true }), "share.guard.wide"},
		"TLP:RED for a community":                        {isac.Draft, isac.Frozen, responder, with(func(f *isac.Facts) { f.Community = true }), "share.guard.community"},
		"an approval by an analyst":                      {isac.Sanitised, isac.ApprovalGiven, analyst, good, "share.move.role"},
		"an approval by who wrote it":                    {isac.Sanitised, isac.ApprovalGiven, responder, with(func(f *isac.Facts) { f.Maker = true }), "share.guard.own"},
		"an approval of another content":                 {isac.Sanitised, isac.ApprovalGiven, lawyer, with(func(f *isac.Facts) { f.Standing = false }), "share.guard.not_frozen"},
		"a mail of what was not approved":                {isac.Approved, isac.MailQueued, responder, with(func(f *isac.Facts) { f.ApprovalHolds = false }), "share.guard.approval_void"},
		"a mail to nobody":                               {isac.Approved, isac.MailQueued, responder, with(func(f *isac.Facts) { f.Mail = false }), "share.guard.no_mail"},
		"a mail to a desk that nobody has verified":      {isac.Approved, isac.MailQueued, responder, with(func(f *isac.Facts) { f.Stale = true }), "share.guard.stale_desk"},
		"a person who says that the mail left":           {isac.Sending, isac.MailLeft, responder, good, "share.move.role"},
		"the mail room that hands in on a portal":        {isac.Approved, isac.HandedIn, actor.System("mail"), with(func(f *isac.Facts) { f.Machine = true }), "share.move.role"},
		"a portal that got what was not approved":        {isac.Approved, isac.HandedIn, responder, with(func(f *isac.Facts) { f.ApprovalHolds = false }), "share.guard.approval_void"},
		"what was withdrawn and is edited all the same":  {isac.Withdrawn, isac.Edited, responder, good, "share.move.unknown"},
		"an edit of what is in the outbox":               {isac.Sending, isac.Edited, responder, good, "share.move.unknown"},
		"an edit of what was sent, without a correction": {isac.Sent, isac.Edited, responder, good, "share.move.unknown"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := isac.Next(c.from, c.event, c.by, c.facts); err == nil || !strings.HasSuffix(err.Error(), c.key) {
				t.Fatalf("got %v, want %s", err, c.key)
			}
		})
	}
}

func TestEveryStateCanBeReachedAndLeft(t *testing.T) {
	t.Parallel()
	reached, left := []isac.State{isac.Draft}, []isac.State{isac.Withdrawn} // what is put away stays so
	seen := map[string]bool{}
	for range isac.States {
		for _, m := range isac.Moves {
			if slices.Contains(reached, m.From) {
				reached = append(reached, m.To)
			}
			left = append(left, m.From)
		}
	}
	for _, s := range isac.States {
		if !slices.Contains(reached, s) || !slices.Contains(left, s) {
			t.Errorf("%s: reached %v, left %v", s, slices.Contains(reached, s), slices.Contains(left, s))
		}
	}
	for _, m := range isac.Moves {
		key := string(m.From) + " " + string(m.Event)
		if seen[key] || m.Machine == (len(m.Roles) > 0) || !slices.Contains(isac.States, m.To) {
			t.Errorf("row %s", key)
		}
		seen[key] = true
	}
}

func TestTheDatabaseKnowsTheSameWords(t *testing.T) {
	t.Parallel()
	sql, err := os.ReadFile(filepath.Join("..", "..", "migrations", "0018_share.sql"))
	must(t, err)
	same(t, string(sql), "state", isac.States)
	same(t, string(sql), "tlp", stix.TLPs)
	same(t, string(sql), "channel", isac.Channels)
}

func same[T ~string](t *testing.T, table, column string, want []T) {
	t.Helper()
	m := regexp.MustCompile(`CHECK \(` + column + ` IN \(([^)]*)\)`).FindStringSubmatch(table)
	if m == nil {
		t.Fatalf("no CHECK on %s", column)
	}
	words := make([]string, len(want))
	for i, w := range want {
		words[i] = "'" + string(w) + "'"
	}
	if got := strings.Join(words, ", "); got != m[1] {
		t.Errorf("%s: code has %s, the CHECK has %s", column, got, m[1])
	}
}

func TestTheDiagramInTheDocumentsIsTheTable(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "docs", "states", "share.md")
	if *update {
		must(t, os.WriteFile(file, []byte(isac.Diagram()), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if string(want) != isac.Diagram() {
		t.Errorf("%s is not what the table says; run the test with -update and look at the difference", file)
	}
}
