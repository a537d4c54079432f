package effect_test

import (
	"flag"
	"io/fs"
	"os"
	"strings"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/migrations"
)

var update = flag.Bool("update", false, "write the golden files")

func TestTheTableOfMovesHoldsTogether(t *testing.T) {
	t.Parallel()
	seen, reached, left := map[string]bool{}, map[effect.State]bool{effect.Queued: true}, map[effect.State]bool{}
	for _, m := range effect.Moves {
		if row := string(m.From) + " " + string(m.Event); seen[row] {
			t.Errorf("%s stands there twice", row)
		} else {
			seen[row] = true
		}
		reached[m.To], left[m.From] = true, true
	}
	if len(reached) != len(effect.States) {
		t.Error("a move leads to a state that is not listed")
	}
	for _, s := range effect.States {
		final := s == effect.Done || s == effect.Cancelled
		if !reached[s] || left[s] == final {
			t.Errorf("%s: reached %v, left %v", s, reached[s], left[s])
		}
	}
}

func TestOnlyAPersonMovesWhatIsOver(t *testing.T) {
	t.Parallel()
	for _, s := range effect.States {
		for _, m := range effect.Moves {
			byHand := m.Event == "happened_by_hand" || m.Event == "again" || m.Event == "give_up"
			if m.From == s && s.Over() != byHand {
				t.Errorf("%s %s", s, m.Event)
			}
		}
	}
}

func TestAMoveThatIsNotInTheTableIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		from  effect.State
		event effect.Event
	}{
		"what is done does not begin again":             {effect.Done, "taken"},
		"what is done is not done again by a person":    {effect.Done, "again"},
		"what is unknown does not begin by itself":      {effect.Unknown, "taken"},
		"what is under way is not cancelled":            {effect.Leased, "cancelled"},
		"what waits has lost nothing":                   {effect.Queued, "lost"},
		"what was cancelled did not happen by hand":     {effect.Cancelled, "happened_by_hand"},
		"what has failed has been given up already":     {effect.Failed, "give_up"},
		"a word that is no event moves nothing at all":  {effect.Queued, ""},
		"a word that is no state is not moved anywhere": {"", "taken"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := effect.Next(c.from, c.event)
			kind(t, err, fault.Refused, "effect.move.unknown")
		})
	}
}

func TestTheDiagramIsDrawnFromTheTable(t *testing.T) {
	t.Parallel()
	const file = "../../docs/states/effect.md"
	want := "# 実行の状態 / States of an effect\n\nWhat leaves the house (mail, steps of a playbook), or does its work in a transaction of its own. " +
		"Drawn from the table in `internal/effect/state.go`; `go test ./internal/effect -run Diagram -update` writes it again.\n\n```mermaid\n" + effect.Mermaid() + "```\n"
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
		t.Fatal("docs/states/effect.md is not what the table says: run with -update")
	}
}

func TestTheDatabaseRepeatsTheStates(t *testing.T) {
	t.Parallel()
	files, err := migrations.Render(db.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	sql, err := fs.ReadFile(files, "0010_effect_event.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(sql), "state IN (")
	list, _, _ = strings.Cut(list, ")")
	for _, s := range append(effect.States, effect.Skipped) {
		if !strings.Contains(list, "'"+string(s)+"'") {
			t.Errorf("no CHECK for %s", s)
		}
	}
	if n := strings.Count(list, ",") + 1; n != len(effect.States)+1 {
		t.Errorf("the CHECK has %d states", n)
	}
}
