package incident_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files")

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "名 " + id, Kind: actor.Person, Roles: roles}
}

func TestTheMachineRefuses(t *testing.T) {
	t.Parallel()
	responder, executive := person("r", actor.Responder), person("e", actor.Executive)
	done := incident.Facts{ActorCommands: true, SecondPerson: true, SecondSupervisor: true}
	tests := map[string]struct {
		from  incident.State
		event incident.Event
		by    actor.Actor
		facts incident.Facts
		key   string
	}{
		"a move that is not in the table":            {incident.Noted, incident.ClosingApproved, executive, done, "incident.move.unknown"},
		"a role that is not in the row":              {incident.Monitoring, incident.ClosingApproved, responder, done, "incident.move.role"},
		"an actor without roles":                     {incident.Noted, incident.TriageTaken, actor.System("x"), done, "incident.move.role"},
		"a declaration by who does not command":      {incident.Triage, incident.IncidentDeclared, responder, incident.Facts{}, "incident.guard.commander"},
		"a dismissal without the supervisor's word":  {incident.Triage, incident.IncidentDismissed, responder, incident.Facts{ActorCommands: true, SecondPerson: true}, "incident.guard.supervisor"},
		"a dismissal that leaves cases":              {incident.Triage, incident.IncidentDismissed, responder, incident.Facts{ActorCommands: true, SecondSupervisor: true, OpenCases: 1}, "incident.guard.cases_open"},
		"a dismissal while its playbook runs":        {incident.Triage, incident.IncidentDismissed, responder, incident.Facts{ActorCommands: true, SecondSupervisor: true, OpenTasks: 1}, "incident.guard.tasks_open"},
		"a dismissal with a filing in work":          {incident.Triage, incident.IncidentDismissed, responder, incident.Facts{ActorCommands: true, SecondSupervisor: true, OpenFilings: 1}, "incident.guard.filings_open"},
		"a dismissal with a letter to a bank":        {incident.Triage, incident.IncidentDismissed, responder, incident.Facts{ActorCommands: true, SecondSupervisor: true, OpenRequests: 1}, "incident.guard.requests_open"},
		"a close with a duty that nobody decided on": {incident.Monitoring, incident.ClosingApproved, executive, incident.Facts{SecondPerson: true, OpenClocks: 1}, "incident.guard.clocks_open"},
		"a close with a case in work":                {incident.Monitoring, incident.ClosingApproved, executive, incident.Facts{SecondPerson: true, OpenCases: 1}, "incident.guard.cases_open"},
		"a close with a filing in work":              {incident.Monitoring, incident.ClosingApproved, executive, incident.Facts{SecondPerson: true, OpenFilings: 1}, "incident.guard.filings_open"},
		"a close while a sweep is not concluded":     {incident.Monitoring, incident.ClosingApproved, executive, incident.Facts{SecondPerson: true, OpenSweeps: 1}, "incident.guard.sweeps_open"},
		"a close while a share has not left":         {incident.Monitoring, incident.ClosingApproved, executive, incident.Facts{SecondPerson: true, OpenOutside: 1}, "incident.guard.outside_open"},
		"a close while a notice is being made":       {incident.Monitoring, incident.ClosingApproved, executive, incident.Facts{SecondPerson: true, OpenNotices: 1}, "incident.guard.notices_open"},
		"a close while a compensation is open":       {incident.Monitoring, incident.ClosingApproved, executive, incident.Facts{SecondPerson: true, OpenRemedies: 1}, "incident.guard.remedies_open"},
		"a dismissal with a notice to a victim":      {incident.Triage, incident.IncidentDismissed, responder, incident.Facts{ActorCommands: true, SecondSupervisor: true, OpenNotices: 1}, "incident.guard.notices_open"},
		"a close while a bank has not answered":      {incident.Monitoring, incident.ClosingApproved, executive, incident.Facts{SecondPerson: true, OpenRequests: 1}, "incident.guard.requests_open"},
		"a close with a task waiting":                {incident.Monitoring, incident.ClosingApproved, executive, incident.Facts{SecondPerson: true, OpenTasks: 1}, "incident.guard.tasks_open"},
		"a close with an unconfirmed clock":          {incident.Monitoring, incident.ClosingApproved, executive, incident.Facts{SecondPerson: true, Unconfirmed: 1}, "incident.guard.clock_unconfirmed"},
		"a close that nobody else has agreed to":     {incident.Monitoring, incident.ClosingApproved, executive, incident.Facts{}, "incident.guard.second_person"},
		"a second close":                             {incident.Closed, incident.ClosingApproved, executive, done, "incident.move.unknown"},
		"an event that nobody has written down here": {incident.Noted, "merged", responder, done, "incident.move.unknown"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := incident.Next(c.from, c.event, c.by, c.facts)
			if err == nil || !strings.HasSuffix(err.Error(), c.key) || fault.KindOf(err) == fault.Internal {
				t.Fatalf("got %v, want %s", err, c.key)
			}
		})
	}
}

func TestEveryStateCanBeReachedAndLeft(t *testing.T) {
	t.Parallel()
	reached, left := []incident.State{incident.Noted}, []incident.State{}
	for range incident.States {
		for _, m := range incident.Moves {
			if slices.Contains(reached, m.From) {
				reached = append(reached, m.To)
			}
			left = append(left, m.From)
		}
	}
	for _, s := range incident.States {
		if !slices.Contains(reached, s) || !slices.Contains(left, s) {
			t.Errorf("%s: reached %v, left %v", s, slices.Contains(reached, s), slices.Contains(left, s))
		}
	}
}

func TestNoMoveStandsInTheTableTwiceAndEachNamesItsRoles(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range incident.Moves {
		key := string(m.From) + " " + string(m.Event)
		if seen[key] || len(m.Roles) == 0 || !slices.Contains(incident.States, m.To) {
			t.Errorf("row %s", key)
		}
		seen[key] = true
	}
}

func TestTheDatabaseKnowsTheSameWords(t *testing.T) {
	t.Parallel()
	sql, err := os.ReadFile(filepath.Join("..", "..", "migrations", "0005_incident_case.sql"))
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(sql), "CREATE TABLE incident (")
	body, _, _ = strings.Cut(body, "\n);")
	_, clock, _ := strings.Cut(string(sql), "CREATE TABLE clock_event (")
	same(t, body, "state", incident.States)
	same(t, body, "kind", incident.Kinds)
	same(t, body, "severity", incident.Severities)
	same(t, body, "detected_by", incident.Sources)
	same(t, body, "system_breach", incident.Breaches)
	same(t, clock, "kind", append(slices.Clone(incident.Starting), incident.Reclassified, incident.CountUpdated))
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
	golden(t, "incident.md", incident.Diagram())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("..", "..", "docs", "states", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is not what the table says; run the test with -update and look at the difference", file)
	}
}
