package main

import (
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/playbooks/cacao"
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
	return &pages.Drafts{Drafts: a.drafts, Published: a.runs, Rules: a.rules, Import: a.importBook, Changes: bookChanges, Standard: a.standard}
}

// standard is what this build says of a playbook.
func (r *rooms) standard(slug string) (*playbooks.Definition, bool) {
	d, ok := r.library[slug]
	return d, ok
}

// importBook reads what somebody pasted: a playbook in YAML as it is, a CACAO 2.0 document made into
// one. A document that is refused keeps nothing; report says all there is to say about it.
func (a *app) importBook(text, lang string) (body string, report []string, err error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", nil, fault.Field("body", "draft.import.empty")
	case !strings.HasPrefix(text, "{"):
		return text + "\n", nil, nil
	}
	got := cacao.Take([]byte(text), string(actor.Responder), a.rules)
	for _, f := range got.Findings {
		report = append(report, strings.TrimSpace(f.Path+" "+f.In(lang)))
	}
	if got.Definition == nil || got.Findings.Worst() == cacao.Refused {
		reason := ""
		if worst := got.Findings.Of(cacao.Refused); len(worst) > 0 {
			reason = worst[0].In(lang)
		}
		return "", report, fault.New(fault.Refused, "draft.import.refused", map[string]any{"Reason": reason})
	}
	return string(got.Source), report, nil
}

// bookChanges says what changes between two texts, a line each.
func bookChanges(old, now *playbooks.Definition, lang string) (out []string) {
	for _, c := range playbooks.Diff(old, now) {
		out = append(out, c.In(lang))
	}
	return out
}
