package words_test

import (
	"slices"

	"tasuke/cases/customer/leak"
	"tasuke/contacts/disclosure/victim"
)

// toVictims are the keys of notices to victims whose end is a value of the domain.
func toVictims() map[string][]string {
	out := map[string][]string{
		"notice.state.": texts(victim.States), "notice.one.": texts(victim.NoticeStates), "notice.medium.": texts(victim.Media),
		"notice.language.": texts(victim.Languages), "notice.fact.": texts(victim.Events), "notice.found.": texts(leak.Kinds),
		"notice.stage_go.": {"1", "2", "3"},
		"notice.field.":    {"facts", "measures", "plan", "next", "desk", "mail", "firm", "language", "medium", "recipient", "date", "no", "receipt"},
		"notice.event.":    {}, "notice.mark.": {}, "notice.did.": {string(victim.DraftBegun)}, "notice.told.": {string(victim.DraftBegun)},
	}
	for _, m := range victim.Moves {
		out["notice.did."] = append(out["notice.did."], string(m.Event))
		out["notice.told."] = append(out["notice.told."], string(m.Event))
		if m.Need != "" && !m.Form {
			out["notice.event."] = append(out["notice.event."], string(m.Event))
		}
	}
	for _, m := range victim.NoticeMoves {
		out["notice.did."] = append(out["notice.did."], string(m.Event))
		if m.Person {
			out["notice.mark."] = append(out["notice.mark."], string(m.Event))
		}
	}
	for _, e := range victim.Logged() {
		out["notice.told."] = append(out["notice.told."], string(e))
	}
	for k := range out {
		slices.Sort(out[k])
		out[k] = slices.Compact(out[k])
	}
	return out
}
