package cacao

import (
	"time"

	"tasuke/playbooks"
)

// Import is what became of a document.
type Import struct {
	Document   *Document
	Definition *playbooks.Definition // nil when it is refused
	Source     []byte                // the file of the definition
	Findings   Findings
	Own        bool // an export of ours, unchanged: the definition is the one that was exported
	made       map[string]string
}

// At adds a note when a moment is outside the time the document is valid in.
func (i *Import) At(now time.Time) {
	if i.Document != nil && i.Document.Expired(now) {
		i.Findings.add("", "validity")
	}
}

// Verdict is the answer of one line: importable, importable-with-manual-steps or refused.
func (i *Import) Verdict() string {
	switch i.Findings.Worst() {
	case Refused:
		return "refused"
	case Manual:
		return "importable-with-manual-steps"
	}
	return "importable"
}

// Take reads, checks and converts a document. role is who works on the tasks it makes and decides
// when something is held. What the rules do not let load is refused with their reason.
func Take(src []byte, role string, rules playbooks.Rules) *Import {
	d, found := Read(src)
	if len(found) > 0 {
		return &Import{Document: d, Findings: found}
	}
	out := &Import{Document: d, Findings: Check(d)}
	if out.Findings.Worst() == Refused {
		return out
	}
	if def, changed, ok := restore(d); ok {
		out.Own = true
		out.Findings = out.Findings.Of(Note) // what has no word in CACAO is done here as it was
		out.load(def, rules)
		return out
	} else if changed {
		out.Findings.add("/playbook_extensions", "export_changed")
	}
	def, made, more := convert(d, role)
	out.made = made
	out.Findings = append(out.Findings, more...)
	out.load(def, rules)
	return out
}

// load writes the definition's file and reads it back under the rules: what is imported is what a
// reader of the file gets.
func (i *Import) load(def *playbooks.Definition, rules playbooks.Rules) {
	i.Source = playbooks.Write(def)
	loaded, problems := playbooks.Load(i.Source, rules)
	for _, p := range problems {
		i.Findings.add("", "not_loadable", playbooks.Text{JA: p.In("ja"), EN: p.In("en")})
	}
	i.Findings = i.Findings.sorted()
	if i.Findings.Worst() != Refused {
		i.Definition = loaded
	} else {
		i.Source = nil
	}
}
