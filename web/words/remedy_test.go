package words_test

import "tasuke/cases/remedy"

// ofRemedy are the keys of losses and compensations.
func ofRemedy() map[string][]string {
	out := map[string][]string{
		"remedy.state.": texts(remedy.States), "remedy.kind.": texts(remedy.Kinds), "remedy.side.": append(texts(remedy.Sides[1:]), "none"),
		"remedy.claim.": texts(remedy.Claims), "remedy.verdict.": texts(remedy.Verdicts), "remedy.item.": texts(remedy.Whys),
		"remedy.step.": texts(remedy.Steps), "remedy.factor.": texts(remedy.Factors), "remedy.txn.": append([]string{"row"}, remedy.Columns...),
		"remedy.event.": {}, "remedy.did.": {}, "remedy.told.": {},
	}
	for _, m := range remedy.Moves {
		for _, prefix := range []string{"remedy.event.", "remedy.did.", "remedy.told."} {
			out[prefix] = append(out[prefix], string(m.Event))
		}
	}
	return out
}
