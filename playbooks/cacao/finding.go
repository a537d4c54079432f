package cacao

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tasuke/playbooks"
)

// Severity is what a finding means for an import.
type Severity int

// The severities, mildest first.
const (
	Note    Severity = iota // kept or decided; nothing to do
	Manual                  // becomes a person's work
	Refused                 // the document cannot be taken
)

func (s Severity) String() string { return [...]string{"note", "manual", "refused"}[s] }

// Finding is one thing to say about a document: where (a JSON pointer), which rule, and a sentence.
type Finding struct {
	Path     string
	Rule     string
	Severity Severity
	args     []any
}

// In gives the sentence in a language: "en", or Japanese for everything else.
func (f Finding) In(lang string) string {
	row, ok := sentences[f.Rule]
	if !ok {
		return f.Rule
	}
	args := make([]any, len(f.args))
	for i, a := range f.args {
		if t, ok := a.(playbooks.Text); ok {
			a = t.In(lang)
		}
		args[i] = a
	}
	return fmt.Sprintf(row.text.In(lang), args...)
}

// Findings is everything there is to say about a document.
type Findings []Finding

func (f *Findings) add(path, rule string, args ...any) {
	*f = append(*f, Finding{Path: path, Rule: rule, Severity: sentences[rule].severity, args: args})
}

// Worst is the severest of the findings; Note when there is none.
func (f Findings) Worst() Severity {
	worst := Note
	for _, one := range f {
		worst = max(worst, one.Severity)
	}
	return worst
}

// Of gives the findings of a severity.
func (f Findings) Of(s Severity) Findings {
	return slices.DeleteFunc(slices.Clone(f), func(one Finding) bool { return one.Severity != s })
}

// Error lists what refuses a document in English, for the log.
func (f Findings) Error() string {
	var lines []string
	for _, one := range f.Of(Refused) {
		lines = append(lines, one.Path+": "+one.In("en"))
	}
	return strings.Join(lines, "\n")
}

// sorted puts the severest first, then by place.
func (f Findings) sorted() Findings {
	slices.SortStableFunc(f, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule))
	})
	return slices.CompactFunc(f, func(a, b Finding) bool {
		return a.Path == b.Path && a.Rule == b.Rule && slices.Equal(a.shown(), b.shown())
	})
}

func (f Finding) shown() []string {
	out := make([]string, len(f.args))
	for i, a := range f.args {
		out[i] = fmt.Sprint(a)
	}
	return out
}

// pointer is one part of a JSON pointer (RFC 6901).
func pointer(key string) string {
	return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(clip(key))
}

// clip keeps a hostile name from filling a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 90 {
		return string(r[:90]) + "…"
	}
	return s
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return clip(line)
}
