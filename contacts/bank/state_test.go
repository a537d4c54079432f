package bank_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tasuke/contacts/bank"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

var update = flag.Bool("update", false, "write the drawn files again")

func TestEveryStateIsReachedAndOnlyVoidIsLeftForNothing(t *testing.T) {
	t.Parallel()
	to, from := map[bank.State]bool{bank.Draft: true}, map[bank.State]bool{}
	seen := map[string]bool{}
	for _, m := range bank.Moves {
		to[m.To], from[m.From] = true, true
		if key := string(m.From) + " " + string(m.Event); seen[key] {
			t.Errorf("%s stands twice", key)
		} else {
			seen[key] = true
		}
		if len(m.Roles) == 0 && !m.Machine {
			t.Errorf("%v: nobody may", m)
		}
	}
	for _, s := range bank.States {
		if !to[s] {
			t.Errorf("%s is never reached", s)
		}
		if from[s] == (s == bank.Void) {
			t.Errorf("%s: leavable is %v", s, from[s])
		}
	}
}

func TestWhatIsNotInTheTableIsRefused(t *testing.T) {
	t.Parallel()
	for _, s := range bank.States {
		for _, m := range bank.Moves {
			i := slices.IndexFunc(bank.Moves, func(x bank.Move) bool { return x.From == s && x.Event == m.Event })
			_, err := bank.Next(s, m.Event, maker, bank.Facts{})
			switch {
			case i < 0:
				refused(t, err, fault.Refused, "bank.move.unknown")
			case len(bank.Moves[i].Roles) == 0: // the mail room's word
				refused(t, err, fault.Forbidden, "bank.move.role")
			case err != nil:
				t.Errorf("%s %s: %v", s, m.Event, err)
			}
		}
	}
	_, err := bank.Next(bank.Draft, bank.Voided, person("x", actor.Operator, actor.Legal, actor.Auditor, actor.Administrator), bank.Facts{})
	refused(t, err, fault.Forbidden, "bank.move.role")
	for _, facts := range []struct {
		event bank.Event
		facts bank.Facts
		key   string
	}{
		{bank.MailQueued, bank.Facts{Machine: true, NoMail: true, Stale: true}, "bank.guard.no_mail"},
		{bank.MailQueued, bank.Facts{Machine: true, Stale: true}, "bank.guard.stale_desk"},
		{bank.MailRequeued, bank.Facts{Machine: true, Old: true}, "bank.guard.old_mail"},
	} {
		_, err = bank.Next(bank.Checked, facts.event, engine, facts.facts)
		refused(t, err, fault.Refused, facts.key)
	}
	_, err = bank.Next(bank.Checked, bank.Edited, engine, bank.Facts{Machine: true})
	refused(t, err, fault.Forbidden, "bank.move.role")
	_, err = bank.Next(bank.Ready, bank.LetterPassed, maker, bank.Facts{Maker: true})
	refused(t, err, fault.Refused, "actor.four_eyes")
}

// TestALetterThatLeftIsNeverChanged: no move from a state behind the sending leads to an edit, but
// for a new round.
func TestALetterThatLeftIsNeverChanged(t *testing.T) {
	t.Parallel()
	for _, m := range bank.Moves {
		if m.Event == bank.Edited && !slices.Contains([]bank.State{bank.Draft, bank.Ready, bank.Checked}, m.From) {
			t.Errorf("%s may be edited", m.From)
		}
		if m.To == bank.Draft && m.Event != bank.Resubmitted && !slices.Contains([]bank.State{bank.Draft, bank.Ready, bank.Checked}, m.From) {
			t.Errorf("%s goes back to draft by %s", m.From, m.Event)
		}
		if m.To == bank.Checked && m.Event == bank.LetterPassed && m.Guard == nil {
			t.Error("a letter passes without a second person")
		}
	}
}

func TestTheListsOfTheDatabaseAreThoseOfTheCode(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "..", "migrations", "0014_bank.sql"))
	must(t, err)
	body := string(b)
	same(t, body, "state", bank.States)
	same(t, body, "track", bank.Tracks)
	same(t, body, "relation", bank.Relations)
	same(t, body, "method", append([]bank.Method{"", bank.ByMail}, bank.Methods...))
	same(t, body, "route", append([]bank.Route{""}, bank.Routes...))
	same(t, body, "direction", bank.Directions)
	same(t, body, "result", bank.Results)
	same(t, body, "due_what", []bank.What{"", bank.PhoneDue, bank.LetterDue, bank.AnswerDue})
	same(t, body, "answer", append([]bank.Answer{""}, bank.Answers...))
	_, body, _ = strings.Cut(body, "CREATE TABLE bank_answer")
	same(t, body, "answer", bank.Answers)
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
	file, got := filepath.Join("..", "..", "docs", "states", "bank.md"), bank.Diagram()
	if *update {
		must(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if string(want) != got {
		t.Errorf("%s is not what the table says; run the test with -update and look at the difference", file)
	}
}
