package inquiry_test

import (
	"context"
	"flag"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/migrations"
)

var update = flag.Bool("update", false, "write the golden files")

func TestTheTableOfMovesHoldsTogether(t *testing.T) {
	t.Parallel()
	type pair struct {
		from  inquiry.State
		event inquiry.Event
	}
	seen, reached, left := map[pair]bool{}, map[inquiry.State]bool{inquiry.Draft: true}, map[inquiry.State]bool{}
	for _, m := range inquiry.Moves {
		if seen[pair{m.From, m.Event}] {
			t.Errorf("%s %s stands there twice", m.From, m.Event)
		}
		seen[pair{m.From, m.Event}] = true
		reached[m.To], left[m.From] = true, true
	}
	for _, s := range inquiry.States {
		if !reached[s] || !left[s] {
			t.Errorf("%s: reached %v, left %v", s, reached[s], left[s])
		}
	}
	if len(reached) != len(inquiry.States) {
		t.Error("a move leads to a state that is not listed")
	}
}

func TestAMoveIsRefusedForAReason(t *testing.T) {
	t.Parallel()
	fraud := inquiry.Facts{Fraud: true}
	timer := actor.System("inquiry.idle")
	tests := map[string]struct {
		from  inquiry.State
		event inquiry.Event
		by    actor.Actor
		facts inquiry.Facts
		kind  fault.Kind
		key   string
	}{
		"what is not in the table":                           {inquiry.Closed, inquiry.CaseOpened, sato, fraud, fault.Refused, "inquiry.move.unknown"},
		"an abandoned draft does not become a case at once":  {inquiry.Abandoned, inquiry.CaseOpened, sato, fraud, fault.Refused, "inquiry.move.unknown"},
		"who is not of the desk":                             {inquiry.Open, inquiry.CaseOpened, board, fraud, fault.Forbidden, "inquiry.move.role"},
		"a timer does not decide":                            {inquiry.Open, inquiry.CaseOpened, timer, fraud, fault.Forbidden, "inquiry.move.role"},
		"a tale of fraud by an operator":                     {inquiry.Open, inquiry.Informed, sato, fraud, fault.Refused, "inquiry.guard.supervisor"},
		"a call-back without a promise":                      {inquiry.Open, inquiry.CallbackPromised, sato, inquiry.Facts{}, fault.Refused, "inquiry.guard.promise_none"},
		"closing what nobody decided":                        {inquiry.Open, inquiry.WasClosed, sato, inquiry.Facts{}, fault.Refused, "inquiry.guard.disposition"},
		"closing over an open promise":                       {inquiry.Linked, inquiry.WasClosed, sato, inquiry.Facts{Disposition: inquiry.ByLinking, OpenPromises: 1}, fault.Refused, "inquiry.guard.promise_open"},
		"a tale of fraud as a false positive by an operator": {inquiry.Open, inquiry.WasClosed, sato, inquiry.Facts{Fraud: true, Disposition: inquiry.ByFalsePositive}, fault.Refused, "inquiry.guard.supervisor"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to, err := inquiry.Next(c.from, c.event, c.by, c.facts)
			kind(t, err, c.kind, c.key)
			if to != c.from {
				t.Fatal("it moved to", to)
			}
			if slices.Contains(inquiry.Allowed(c.from, c.by, c.facts), c.event) {
				t.Fatal("there is a button for it")
			}
		})
	}
}

func TestASupervisorMayLetATaleOfFraudEndInInformation(t *testing.T) {
	t.Parallel()
	to, err := inquiry.Next(inquiry.Open, inquiry.Informed, chief, inquiry.Facts{Fraud: true})
	if err != nil || to != inquiry.InfoOnly {
		t.Fatal(to, err)
	}
}

func TestTheDiagramIsDrawnFromTheTable(t *testing.T) {
	t.Parallel()
	const file = "../../docs/states/inquiry.md"
	want := "# 問い合わせの状態 / States of an inquiry\n\nDrawn from the table in `contacts/inquiry/state.go`; " +
		"`go test ./contacts/inquiry -run Diagram -update` writes it again.\n\n```mermaid\n" + inquiry.Mermaid() + "```\n"
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Fatal("docs/states/inquiry.md is not what the table says: run with -update")
	}
}

func TestTheDatabaseRepeatsTheChoices(t *testing.T) {
	t.Parallel()
	lists := map[string][]string{}
	for _, c := range inquiry.Choices() {
		lists[c.Name] = c.Values
	}
	for _, d := range []db.Dialect{db.SQLite, db.Postgres} {
		files, err := migrations.Render(d)
		if err != nil {
			t.Fatal(err)
		}
		sql, err := fs.ReadFile(files, "0006_inquiry.sql")
		if err != nil {
			t.Fatal(err)
		}
		for column, may := range map[string]string{"state": "", "channel": "", "category": "''", "urgency": "''", "language": "''", "disposition": "''"} {
			m := regexp.MustCompile(`CHECK \(` + column + ` IN \(([^)]*)\)`).FindSubmatch(sql)
			if m == nil {
				t.Fatalf("no CHECK for %s", column)
			}
			want := "'" + strings.Join(lists[column], "', '") + "'"
			if may != "" {
				want = may + ", " + want
			}
			if string(m[1]) != want {
				t.Errorf("%s %s: %s, want %s", d, column, m[1], want)
			}
		}
	}
}

func TestALineIsOnlyEverAdded(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"not changed": func(t *testing.T, w *world) { w.refuses(t, `UPDATE inquiry_line SET ref = 'x'`) },
		"not deleted": func(t *testing.T, w *world) { w.refuses(t, `DELETE FROM inquiry_line`) },
	})
}

func (w *world) refuses(t *testing.T, statement string) {
	t.Helper()
	w.submit(sato, question(), inquiry.Decision{Kind: inquiry.Inform})
	if err := w.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, statement)
		return err
	}); err == nil {
		t.Fatal(statement)
	}
}
