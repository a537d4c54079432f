package remedy_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tasuke/cases/remedy"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files")

func TestTheMachineRefuses(t *testing.T) {
	t.Parallel()
	fine := remedy.Facts{Confirmed: true, Fraud: 1, Within: true, ApprovalHolds: true}
	but := func(change func(*remedy.Facts)) remedy.Facts {
		f := fine
		change(&f)
		return f
	}
	tests := map[string]struct {
		from  remedy.State
		event remedy.Event
		by    actor.Actor
		facts remedy.Facts
		key   string
	}{
		"a move that is not in the table":              {remedy.Open, remedy.OfferMade, carer, fine, "remedy.move.unknown"},
		"a transaction of what was agreed":             {remedy.Agreed, remedy.TransactionsChanged, carer, fine, "remedy.move.unknown"},
		"a role that is not in the row":                {remedy.Checked, remedy.ApprovalGiven, carer, fine, "remedy.move.role"},
		"facts of a case that is not confirmed":        {remedy.Open, remedy.FactsEstablished, analyst, but(func(f *remedy.Facts) { f.Confirmed = false }), "remedy.guard.not_confirmed"},
		"facts without a verdict on one transaction":   {remedy.Open, remedy.FactsEstablished, analyst, but(func(f *remedy.Facts) { f.Undetermined = 1 }), "remedy.guard.undetermined"},
		"facts with nothing that is fraud":             {remedy.Open, remedy.FactsEstablished, analyst, but(func(f *remedy.Facts) { f.Fraud = 0 }), "remedy.guard.no_fraud"},
		"a calculation of a case that is put away":     {remedy.FactsFixed, remedy.CalculationMade, analyst, but(func(f *remedy.Facts) { f.CaseOver = true }), "remedy.guard.case_over"},
		"a check by the maker":                         {remedy.Calculated, remedy.CheckPassed, carer, but(func(f *remedy.Facts) { f.Maker = true }), "remedy.guard.maker_checks"},
		"a check of what is no longer so":              {remedy.Calculated, remedy.CheckPassed, lawyer, but(func(f *remedy.Facts) { f.Stale = true }), "remedy.guard.stale"},
		"a calculation sent back by its maker":         {remedy.Calculated, remedy.SentBack, carer, but(func(f *remedy.Facts) { f.Maker = true }), "remedy.guard.maker_sends_back"},
		"an approval by the maker":                     {remedy.Checked, remedy.ApprovalGiven, lawyer, but(func(f *remedy.Facts) { f.Maker = true }), "remedy.guard.maker_approves"},
		"an approval by the checker":                   {remedy.Checked, remedy.ApprovalGiven, lawyer, but(func(f *remedy.Facts) { f.Checker = true }), "remedy.guard.checker_approves"},
		"an approval above one's limit":                {remedy.Checked, remedy.ApprovalGiven, lawyer, but(func(f *remedy.Facts) { f.Within = false }), "remedy.guard.limit"},
		"an approval of what is no longer so":          {remedy.Checked, remedy.ApprovalGiven, executive, but(func(f *remedy.Facts) { f.Stale = true }), "remedy.guard.stale"},
		"an offer of what was not approved":            {remedy.Approved, remedy.OfferMade, carer, but(func(f *remedy.Facts) { f.ApprovalHolds = false }), "remedy.guard.approval_void"},
		"an offer of what is no longer so":             {remedy.Approved, remedy.OfferMade, carer, but(func(f *remedy.Facts) { f.Stale = true }), "remedy.guard.stale"},
		"a second letter of one version":               {remedy.Approved, remedy.OfferMade, carer, but(func(f *remedy.Facts) { f.SentBefore = true }), "remedy.guard.sent_before"},
		"an acceptance after the last day":             {remedy.Offered, remedy.OfferAccepted, carer, but(func(f *remedy.Facts) { f.Expired = true }), "remedy.guard.expired"},
		"an offer declared unanswered before its end":  {remedy.Offered, remedy.TimePassed, carer, fine, "remedy.guard.not_expired"},
		"a late acceptance of what is no longer so":    {remedy.NoAnswer, remedy.LateAcceptance, lawyer, but(func(f *remedy.Facts) { f.Stale = true }), "remedy.guard.stale"},
		"nothing to pay where something is fraud":      {remedy.Open, remedy.NothingToPay, lawyer, fine, "remedy.guard.fraud_there"},
		"an agreement reopened in a case put away":     {remedy.Agreed, remedy.AgreementReopened, lawyer, but(func(f *remedy.Facts) { f.CaseOver = true }), "remedy.guard.case_over"},
		"a transaction added to a case that is closed": {remedy.Open, remedy.TransactionsChanged, carer, but(func(f *remedy.Facts) { f.CaseOver = true }), "remedy.guard.case_over"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := remedy.Next(c.from, c.event, c.by, c.facts)
			if err == nil || !strings.HasSuffix(err.Error(), c.key) || fault.KindOf(err) == fault.Internal {
				t.Fatalf("got %v, want %s", err, c.key)
			}
		})
	}
}

func TestEveryStateCanBeReachedAndOnlyTheEndsAreLeftByPeopleWhoSayWhy(t *testing.T) {
	t.Parallel()
	reached, left := []remedy.State{remedy.Open}, []remedy.State{}
	for range remedy.States {
		for _, m := range remedy.Moves {
			if slices.Contains(reached, m.From) {
				reached = append(reached, m.To)
			}
			left = append(left, m.From)
			if (m.From == remedy.Agreed || m.From == remedy.Dropped) && !m.Reason {
				t.Errorf("%s is left by %s without a reason", m.From, m.Event)
			}
		}
	}
	for _, s := range remedy.States {
		if !slices.Contains(reached, s) || !slices.Contains(left, s) {
			t.Errorf("%s: reached %v, left %v", s, slices.Contains(reached, s), slices.Contains(left, s))
		}
	}
}

func TestAChangeOfATransactionNeverLeavesAnApprovalStanding(t *testing.T) {
	t.Parallel()
	for _, m := range remedy.Moves {
		if m.Event == remedy.TransactionsChanged && m.To != remedy.Open && m.To != remedy.Calculated {
			t.Errorf("from %s a changed transaction leads to %s", m.From, m.To)
		}
	}
}

func TestNoMoveStandsInTheTableTwiceAndEachNamesItsRoles(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range remedy.Moves {
		key := string(m.From) + " " + string(m.Event)
		if seen[key] || len(m.Roles) == 0 || !slices.Contains(remedy.States, m.To) {
			t.Errorf("row %s", key)
		}
		seen[key] = true
	}
}

func TestTheDatabaseKnowsTheSameWords(t *testing.T) {
	t.Parallel()
	sql, err := os.ReadFile(filepath.Join("..", "..", "migrations", "0022_remedy.sql"))
	must(t, err)
	same(t, string(sql), "state", remedy.States)
	same(t, string(sql), "kind", remedy.Kinds)
	same(t, string(sql), "side", remedy.Sides)
	same(t, string(sql), "claim", remedy.Claims)
	same(t, string(sql), "verdict", remedy.Verdicts)
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
	file := filepath.Join("..", "..", "docs", "states", "remedy.md")
	if *update {
		must(t, os.WriteFile(file, []byte(remedy.Diagram()), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if string(want) != remedy.Diagram() {
		t.Errorf("%s is not what the table says; run the test with -update and look at the difference", file)
	}
}
