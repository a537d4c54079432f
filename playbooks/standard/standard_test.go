package standard_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tasuke/internal/actor"
	"tasuke/playbooks"
	"tasuke/playbooks/standard"
)

// actions are those the program has for an incident.
var actions = map[string]playbooks.Shape{
	"incident.facts.freeze": {Output: map[string]playbooks.FieldType{"version": playbooks.NumberField}},
	"filing.appi.derive":    {Output: map[string]playbooks.FieldType{"created": playbooks.NumberField}},
	"filing.appi.draft":     {Output: map[string]playbooks.FieldType{"filing": playbooks.TextField}},
	"bank.letters.send":     {NeedsApproval: "bank.letters", Output: map[string]playbooks.FieldType{"sent": playbooks.NumberField}},
}

func rules(t *testing.T) playbooks.Rules {
	t.Helper()
	clauses, err := standard.Clauses()
	if err != nil {
		t.Fatal(err)
	}
	r := playbooks.Rules{Clauses: clauses, Actions: actions,
		Approvables: []string{"incident.facts", "bank.letters"},
		Events:      []string{"bank.checked", "bank.sent", "bank.answered", "filing.submitted"}}
	for _, role := range actor.Roles {
		r.Roles = append(r.Roles, string(role))
	}
	return r
}

func load(t *testing.T, name string) *playbooks.Definition {
	t.Helper()
	all, err := standard.Playbooks()
	if err != nil {
		t.Fatal(err)
	}
	d, problems := playbooks.Load(all[name], rules(t))
	if len(problems) > 0 {
		t.Fatalf("%s:\n%v", name, problems)
	}
	return d
}

func TestPB01HasEveryRowButTheSuspiciousTransactionReport(t *testing.T) {
	d := load(t, "PB-01.yaml")
	rows := map[string]bool{}
	for _, s := range d.Steps {
		rows[s.Row] = true
	}
	want := []string{"22"}
	for i := 1; i <= 21; i++ {
		if i != 7 && i != 17 { // 7 is the head, 17 the constant line
			want = append(want, fmt.Sprint(i))
		}
	}
	for i := 1; i <= 6; i++ {
		want = append(want, fmt.Sprintf("H%d", i))
	}
	for i := 1; i <= 10; i++ {
		want = append(want, fmt.Sprintf("Z%d", i))
	}
	for _, row := range want {
		if !rows[row] {
			t.Errorf("row %s has no step", row)
		}
		delete(rows, row)
	}
	for row := range rows {
		t.Errorf("row %q is not in operations.md", row)
	}
	if len(d.Constants) != 1 || d.Constants[0].Text.EN != "STR considered in the compartment" {
		t.Errorf("the constant line is %+v", d.Constants)
	}
}

// TestPB01KeepsOwnersTargetsAndClauses repeats the table of operations.md 5, PB-01: the owner,
// the target and the clauses of the step that stands for each row.
func TestPB01KeepsOwnersTargetsAndClauses(t *testing.T) {
	d := load(t, "PB-01.yaml")
	table := []struct{ step, role, target, clauses string }{
		{"intake", "operator", "0", "[5(1)S1]"},
		{"lock", "operator", "2m", "[5(1)S1]"},
		{"lock_verify", "sysops", "10m", "[5(1)S1]"},
		{"payouts", "funds", "10m", "[5(1)S2 5(2)B1]"},
		{"money_sent", "funds", "10m", "[]"},
		{"recall_phone", "funds", "30m", "[5(2)B1]"},
		{"freeze_phone", "funds", "30m", "[5(2)B1]"},
		{"letter_send", "funds", "2h", "[5(2)B1]"},
		{"severity", "responder", "15m", "[5(1)S1]"},
		{"commander", "responder", "30m", "[5(1)S1]"},
		{"preserve", "sysops", "60m", "[5(1)S3]"},
		{"facts_v1", "responder", "2h", "[6S2]"},
		{"timeline", "fraud_analyst", "2h", "[5(1)S2]"},
		{"police_s1", "legal", "4h", "[5(2)B2]"},
		{"police", "legal", "1bd", "[5(2)B2]"},
		{"sweep_round1", "responder", "1h", "[5(1)S3]"},
		{"sweep_round2", "responder", "4h", "[5(1)S3]"},
		{"sweep_concluded", "responder", "3bd", "[5(1)S3]"},
		{"bulk_lock", "responder", "1h", "[5(1)S3]"},
		{"campaign", "executive", "2h", "[6S1]"},
		{"isac_share", "responder", "24h", "[5(2)B3]"},
		{"jsda_notice", "legal", "24h", "[5(2)B4]"},
		{"fsa_first", "legal", "0d", "[6S2]"},
		{"appi", "legal", "3d", "[6S2]"},
		{"victim_notice", "remediation", "1bd", "[6S1]"},
		{"first_notice", "pr", "24h", "[6S1]"},
		{"assessment", "remediation", "30d", "[5(1)S2]"},
		{"reopen_approval", "supervisor", "0", "[5(1)S1]"},
		{"close_approval", "executive", "0", "[6S1 6S2]"},
	}
	for _, row := range table {
		s, ok := d.Step(row.step)
		if !ok {
			t.Errorf("no step %s", row.step)
			continue
		}
		target := fmt.Sprintf("%d%s", s.Target.N, s.Target.Unit)
		if s.Role != row.role || target != row.target || fmt.Sprint(s.Clauses) != row.clauses {
			t.Errorf("%s: %s %s %v, want %s %s %s", row.step, s.Role, target, s.Clauses, row.role, row.target, row.clauses)
		}
	}
}

// TestPB01LetsTheProgramDoWhatItCan says what is not done by a person, and on which approval it rests.
func TestPB01LetsTheProgramDoWhatItCan(t *testing.T) {
	want := map[string]string{
		"bank_tracks":     "parallel",
		"bank_phoned":     "join after recall_phone freeze_phone",
		"letters_checked": "wait bank.checked",
		"letter_approval": "approval bank.letters back to letter_draft",
		"letter_send":     "action bank.letters.send approved by letter_approval",
		"letters_sent":    "wait bank.sent",
		"bank_chase":      "wait bank.answered",
		"filings_derived": "action filing.appi.derive",
		"facts_approval":  "approval incident.facts back to facts_v1",
		"facts_fixed":     "action incident.facts.freeze approved by facts_approval",
		"appi_draft":      "action filing.appi.draft",
		"appi_submitted":  "wait filing.submitted",
		"finished":        "end",
	}
	for _, s := range load(t, "PB-01.yaml").Steps {
		got := strings.TrimSpace(strings.Join([]string{string(s.Kind), s.Of, s.Do, s.Event}, " "))
		got = strings.Join(strings.Fields(got), " ")
		switch {
		case s.Kind == playbooks.Join:
			got += " after " + strings.Join(s.After, " ")
		case s.BackTo != "":
			got += " back to " + s.BackTo
		case s.ApprovedBy != "":
			got += " approved by " + s.ApprovedBy
		case s.Event != "" && !s.Timeout.Set():
			t.Errorf("%s waits without end", s.ID)
		}
		if s.Kind == playbooks.Task || s.Kind == playbooks.Decision {
			got = ""
		}
		if got != want[s.ID] {
			t.Errorf("%s: %q, want %q", s.ID, got, want[s.ID])
		}
	}
}

func TestPB01CountsThePayouts(t *testing.T) {
	payouts, _ := load(t, "PB-01.yaml").Step("payouts")
	for id, kind := range map[string]playbooks.FieldType{
		"sent_count": playbooks.NumberField, "sent_yen": playbooks.YenField,
		"cancelled_count": playbooks.NumberField, "cancelled_yen": playbooks.YenField,
	} {
		if f, ok := payouts.Field(id); !ok || f.Type != kind || !f.Required {
			t.Errorf("%s: %+v", id, f)
		}
	}
}

// TestPB01NamesOnlyWhatTheProgramKnows: a program that knows less refuses to load it.
func TestPB01NamesOnlyWhatTheProgramKnows(t *testing.T) {
	all, err := standard.Playbooks()
	if err != nil {
		t.Fatal(err)
	}
	less := rules(t)
	less.Actions, less.Approvables, less.Events = nil, nil, nil
	if _, problems := playbooks.Load(all["PB-01.yaml"], less); len(problems) != 10 {
		t.Fatalf("%d problems:\n%v", len(problems), problems)
	}
}

// TestPB01KeepsMakersAndCheckersApart repeats the approvals of operations.md 2.2 that are two steps.
func TestPB01KeepsMakersAndCheckersApart(t *testing.T) {
	want := map[string]string{
		"letter_check": "letter_draft", "letter_approval": "letter_draft", "facts_approval": "facts_v1",
		"isac_check": "isac_draft", "appi_waiver_approval": "appi_waiver",
		"notice_check": "notice_text", "publish_check": "publish_proposal", "publish": "publish_proposal",
		"assessment_check": "assessment", "compensation_approval": "assessment assessment_check",
		"payment_slip": "compensation_approval", "payment": "payment_slip compensation_approval", "restore_check": "restore_holdings",
		"reopen_approval": "reopen", "indicator_check": "indicator_review", "close_approval": "board_report",
	}
	for _, s := range load(t, "PB-01.yaml").Steps {
		if got := strings.Join(s.NotBy, " "); got != want[s.ID] {
			t.Errorf("%s is not done by who did %q, want %q", s.ID, got, want[s.ID])
		}
	}
}

func TestTheClausesAreThoseOfTheGuideline(t *testing.T) {
	all, err := standard.Clauses()
	if err != nil {
		t.Fatal(err)
	}
	ids := all["2021-07-20"]
	if len(ids) != 66 || !slices.Contains(ids, "5(2)B4") || !slices.Contains(ids, "6S2") {
		t.Fatalf("%d clauses: %v", len(ids), ids)
	}
}
