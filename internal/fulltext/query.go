package fulltext

import (
	"strings"
	"unicode/utf8"

	"tasuke/internal/fault"
	"tasuke/internal/text"
)

const (
	// maxQuery is the longest query, in characters.
	maxQuery = 100
	// maxGrams is how many grams of a query are looked up; the texts are compared with all of it.
	maxGrams = 16
)

// Query is what is looked for: a text has it when every word stands in it somewhere.
type Query struct{ words []string }

// Parse reads what was typed: words with spaces between them, in any width, case, kana or variant
// of a kanji. It fails with a field fault on "q" for nothing, for too much, and when no word has two
// characters in a row that belong to words.
func Parse(typed string) (Query, error) {
	q := Query{strings.Fields(text.Loose(typed))}
	switch {
	case len(q.words) == 0:
		return Query{}, fault.Field("q", "search.nothing")
	case utf8.RuneCountInString(typed) > maxQuery:
		return Query{}, fault.Field("q", "search.long")
	}
	for _, w := range q.words {
		for _, run := range runs([]rune(w)) {
			if utf8.RuneCountInString(run) > 1 {
				return q, nil
			}
		}
	}
	return Query{}, fault.Field("q", "search.short")
}

// wanted gives the grams that a text with the query must have, for one kind of text.
func (x *Index) wanted(kind string, q Query) []gram {
	all := x.grams(kind, q.words)
	return all[:min(len(all), maxGrams)]
}

// in reports whether every word stands in the parts of a text.
func (q Query) in(parts []string) bool {
	folded := make([]string, len(parts))
	for i, p := range parts {
		folded[i] = text.Loose(p)
	}
	for _, w := range q.words {
		found := false
		for _, f := range folded {
			found = found || strings.Contains(f, w)
		}
		if !found {
			return false
		}
	}
	return true
}
