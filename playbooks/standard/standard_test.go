package standard_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"tasuke/playbooks"
	"tasuke/playbooks/standard"
)

func parsed(t *testing.T, name string) *playbooks.Definition {
	t.Helper()
	files, err := standard.Playbooks()
	if err != nil {
		t.Fatal(err)
	}
	d, problems := playbooks.Parse(files[name])
	if len(problems) > 0 {
		t.Fatalf("%s:\n%v", name, problems)
	}
	return d
}

func TestAPlaybookComesAfterThoseItCalls(t *testing.T) {
	files, err := standard.InOrder()
	if err != nil {
		t.Fatal(err)
	}
	all, err := standard.Playbooks()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range files {
		d, _ := playbooks.Parse(f.Text)
		for _, slug := range d.Calls() {
			if !seen[slug] {
				t.Errorf("%s comes before %s, which it calls", d.Slug, slug)
			}
		}
		seen[d.Slug] = true
	}
	if len(seen) != len(all) {
		t.Errorf("%d of %d playbooks", len(seen), len(all))
	}
}

// TestPB01LetsTheProgramDoWhatItCan says what is not done by a person in the money's way, and on which
// approval it rests.
func TestPB01LetsTheProgramDoWhatItCan(t *testing.T) {
	want := map[string]string{
		"lock_request":     "action case.contain",
		"requests_drafted": "action bank.requests.draft",
		"bank_tracks":      "parallel",
		"bank_phoned":      "join after recall_phone freeze_phone",
		"letters_checked":  "wait bank.checked",
		"letter_approval":  "approval bank.letters back to letter_draft",
		"letter_send":      "action bank.letters.send approved by letter_approval",
		"letters_sent":     "wait bank.sent",
		"bank_chase":       "loop at most 40 until vars.banks_answered == true",
		"head":             "playbook PB-HEAD",
		"tail":             "playbook PB-TAIL",
	}
	got := map[string]string{}
	for _, s := range parsed(t, "PB-01.yaml").Steps {
		if _, asked := want[s.ID]; asked {
			got[s.ID] = said(s)
		}
	}
	for id, w := range want {
		if got[id] != w {
			t.Errorf("%s: %q, want %q", id, got[id], w)
		}
	}
}

func said(s playbooks.Step) string {
	out := strings.Join(strings.Fields(strings.Join([]string{string(s.Kind), s.Of, s.Do, s.Event, s.Playbook}, " ")), " ")
	switch {
	case s.Kind == playbooks.Join:
		out += " after " + strings.Join(s.After, " ")
	case s.Kind == playbooks.Loop:
		out += fmt.Sprintf(" at most %d until %s", s.Max, s.UntilTrue.Source)
	case s.BackTo != "":
		out += " back to " + s.BackTo
	case s.ApprovedBy != "":
		out += " approved by " + s.ApprovedBy
	}
	return out
}

func TestPB01CountsThePayouts(t *testing.T) {
	payouts, _ := parsed(t, "PB-01.yaml").Step("payouts")
	for id, kind := range map[string]playbooks.FieldType{
		"sent_count": playbooks.NumberField, "sent_yen": playbooks.YenField,
		"cancelled_count": playbooks.NumberField, "cancelled_yen": playbooks.YenField,
	} {
		if f, ok := payouts.Field(id); !ok || f.Type != kind || !f.Required {
			t.Errorf("%s: %+v", id, f)
		}
	}
}

// TestPB01KeepsMakersAndCheckersApart repeats the approvals of operations.md 2.2 that are two steps.
func TestPB01KeepsMakersAndCheckersApart(t *testing.T) {
	want := map[string]string{
		"letter_check": "letter_draft", "letter_approval": "letter_draft", "police_approval": "police_summary",
		"isac_check": "isac_draft", "jsda_check": "jsda_draft", "jsda_redone": "jsda_check", "fsa_check": "fsa_draft",
		"appi_waiver_approval": "appi_waiver",
		"notice_check":         "notice_text", "publish_check": "publish_proposal", "publish": "publish_proposal",
		"legal_basis": "assessment", "assessment_check": "assessment", "compensation_approval": "assessment assessment_check",
		"payment_slip": "compensation_approval", "payment": "payment_slip compensation_approval", "payment_returned": "payment",
		"restore_check": "restore_holdings", "reopen_approval": "reopen",
	}
	got := map[string]string{}
	for _, s := range parsed(t, "PB-01.yaml").Steps {
		if len(s.NotBy) > 0 {
			got[s.ID] = strings.Join(s.NotBy, " ")
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("not done by who did: %v\nwant %v", got, want)
	}
}

// TestAPlaybookThatIsCalledForTheAccountsLeavesTheIncidentToItsCaller: head, authorities, sharing,
// publication and tail are there once in an incident.
func TestAPlaybookThatIsCalledForTheAccountsLeavesTheIncidentToItsCaller(t *testing.T) {
	callers := []string{"head", "tail", "police_summary", "police_approval", "isac_draft", "isac_check", "isac_share", "jsda_draft", "jsda_check", "jsda_notice",
		"fsa_draft", "fsa_check", "fsa_first", "appi", "publish_proposal", "publish_check", "publish", "sweep_round1", "sweep_again", "sweep_concluded", "more_accounts"}
	for _, name := range []string{"PB-01.yaml", "PB-02.yaml"} {
		d := parsed(t, name)
		for _, id := range callers {
			s, ok := d.Step(id)
			if !ok || s.When == nil || !strings.Contains(s.When.Source, `scope == "whole"`) {
				t.Errorf("%s: %s is done for the accounts alone too", name, id)
			}
		}
	}
	for _, name := range []string{"PB-03.yaml", "PB-04.yaml"} {
		for _, s := range parsed(t, name).Steps {
			if (s.Playbook == "PB-01" || s.Playbook == "PB-02") && s.With["joined"].Literal != true {
				t.Errorf("%s calls %s for the whole incident", name, s.Playbook)
			}
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
