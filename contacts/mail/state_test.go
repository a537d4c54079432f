package mail_test

import (
	"flag"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"tasuke/contacts/mail"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/migrations"
)

var update = flag.Bool("update", false, "write the golden files")

func TestTheTableOfMovesHoldsTogether(t *testing.T) {
	t.Parallel()
	type pair struct {
		from  mail.State
		event mail.Event
	}
	seen, reached, left := map[pair]bool{}, map[mail.State]bool{mail.Queued: true}, map[mail.State]bool{mail.Sent: true, mail.Cancelled: true}
	for _, m := range mail.Moves {
		if seen[pair{m.From, m.Event}] {
			t.Errorf("%s %s stands there twice", m.From, m.Event)
		}
		seen[pair{m.From, m.Event}] = true
		reached[m.To], left[m.From] = true, true
	}
	for _, s := range mail.States {
		if !reached[s] || !left[s] {
			t.Errorf("%s: reached %v, left %v", s, reached[s], left[s])
		}
	}
	if len(reached) != len(mail.States) {
		t.Error("a move leads to a state that is not listed")
	}
}

func TestAMoveIsRefusedForAReason(t *testing.T) {
	t.Parallel()
	machine := actor.System("mail")
	tests := map[string]struct {
		from  mail.State
		event mail.Event
		by    actor.Actor
		kind  fault.Kind
	}{
		"what was sent is not sent again":           {mail.Sent, mail.TriedAgain, legal, fault.Refused},
		"what was sent does not begin":              {mail.Sent, mail.Begun, machine, fault.Refused},
		"what was given up does not begin":          {mail.Cancelled, mail.Begun, machine, fault.Refused},
		"what is unknown does not begin by itself":  {mail.Unknown, mail.Begun, machine, fault.Refused},
		"the product does not confirm by hand":      {mail.Unknown, mail.Arrived, machine, fault.Forbidden},
		"a person does not say what the server did": {mail.Sending, mail.Accepted, legal, fault.Forbidden},
		"what is under way is not given up":         {mail.Sending, mail.GivenUp, legal, fault.Refused},
		"who only reads mail does not decide":       {mail.Unknown, mail.Arrived, pr, fault.Forbidden},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to, err := mail.Next(c.from, c.event, c.by)
			kind(t, err, c.kind, "")
			if to != c.from {
				t.Fatal("it moved to", to)
			}
		})
	}
	if got := mail.Allowed(mail.Unknown, legal); len(got) != 3 {
		t.Fatal(got)
	}
	if got := mail.Allowed(mail.Unknown, pr); len(got) != 0 {
		t.Fatal(got)
	}
}

func TestTheDiagramIsDrawnFromTheTable(t *testing.T) {
	t.Parallel()
	const file = "../../docs/states/mail.md"
	want := "# メールの状態 / States of a mail\n\nDrawn from the table in `contacts/mail/state.go`; " +
		"`go test ./contacts/mail -run Diagram -update` writes it again.\n\n```mermaid\n" + mail.Mermaid() + "```\n"
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
		t.Fatal("docs/states/mail.md is not what the table says: run with -update")
	}
}

func TestTheDatabaseRepeatsTheChoices(t *testing.T) {
	t.Parallel()
	files, err := migrations.Render(db.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	sql, err := fs.ReadFile(files, "0013_mail.sql")
	if err != nil {
		t.Fatal(err)
	}
	var decisions []mail.Event
	for _, m := range mail.Moves {
		if m.Person {
			decisions = append(decisions, m.Event)
		}
	}
	for _, want := range []string{list("state", mail.States), list("state", mail.Reaches), list("result", mail.Results),
		"stage IN ('', " + strings.TrimPrefix(list("stage", mail.Stages), "stage IN (")} {
		if !strings.Contains(string(sql), want) {
			t.Errorf("no CHECK (%s", want)
		}
	}
	events := regexp.MustCompile(`CHECK \(event IN \(([^)]*)\)`).FindStringSubmatch(string(sql))
	for _, e := range decisions {
		if !strings.Contains(events[1], "'"+string(e)+"'") {
			t.Errorf("no CHECK for %s", e)
		}
	}
}

func list[T ~string](column string, values []T) string {
	var quoted []string
	for _, v := range values {
		quoted = append(quoted, "'"+string(v)+"'")
	}
	return column + " IN (" + strings.Join(quoted, ", ") + ")"
}
