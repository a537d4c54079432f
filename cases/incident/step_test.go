package incident

import (
	"strings"
	"testing"
)

func TestASeverityIsProposedByTheBoundsOfTheHouse(t *testing.T) {
	t.Parallel()
	for want, x := range map[Severity][]Extent{
		"S1": {{Victims: 10}, {LossYen: 100_000_000}, {SystemBreach: "confirmed"}},
		"S2": {{Victims: 9}, {LossYen: 10_000_000}, {SystemBreach: "suspected"}, {Kind: OwnLeak}},
		"S3": {{Victims: 1}, {LossYen: 1}},
		"S4": {{}},
	} {
		for _, e := range x {
			if got, reason := ProposeSeverity(e); got != want || reason == "" {
				t.Errorf("%+v is %s because of %q, want %s", e, got, reason, want)
			}
		}
	}
}

func TestFiguresFillOnlyWhatNobodyWrote(t *testing.T) {
	t.Parallel()
	f := Figures{Claimed: 5, Suspected: 2, Confirmed: 3, LossYen: 1000, Contained: 4}
	first := f.onto(FactContent{Items: map[FactItem]Fact{}}, FactContent{}, 7)
	if first.Persons != 5 || first.PersonsAsOf != 7 || first.Items[FactSecondary].Text == "" || first.Items[FactResponse].Known != FactInvestigating {
		t.Fatalf("%+v", first)
	}
	if again := f.onto(first, first, 8); len(FactDiff(first, again)) != 0 {
		t.Errorf("the same figures change %v", FactDiff(first, again))
	}
	person := first.Tidied()
	person.Persons, person.PersonsAsOf = 12, 8
	person.Items[FactSecondary] = Fact{Text: "被害なし", Known: FactConfirmed}
	person.Items[FactResponse] = Fact{Text: "電話で連絡中", Known: FactInvestigating}
	f.Confirmed, f.LossYen, f.Contained = 4, 2000, 5
	if now := f.onto(person, first, 9); len(FactDiff(person, now)) != 1 || FactDiff(person, now)[0] != FactPersons || now.Persons != 12 {
		t.Errorf("of what people wrote %v changed", FactDiff(person, now)) // only the product's own line on the persons may
	}
}

func TestTheInventoryReadsMarksAndNoWords(t *testing.T) {
	t.Parallel()
	at := func(text string, k Known) string {
		return FactContent{Items: map[FactItem]Fact{FactData: {Text: text, Known: k}}}.marks()
	}
	form := inventoryForm()
	for name, x := range map[string]struct{ marks, number string }{
		at("氏名、マイナンバー", FactInvestigating): {"", "unknown"},
		at(form, FactInvestigating):        {"form", "unknown"},
		at(form, FactConfirmed):            {"form,confirmed", "no"},
		at(strings.Replace(form, "□個人番号", "■個人番号", 1), FactInvestigating):         {"form,my_number", "yes"},
		at(strings.Replace(form, "□氏名：", "☑ 氏名：customer.name", 1), FactConfirmed): {"form,confirmed,name", "no"},
	} {
		if name != x.marks || myNumber(name) != x.number {
			t.Errorf("marks %q say My Number %s; want %q and %s", name, myNumber(name), x.marks, x.number)
		}
	}
}
