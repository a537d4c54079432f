package fulltext

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/internal/text"
)

// Piece is a part of a text as it was written; Hit marks what was looked for.
type Piece struct {
	Text string
	Hit  bool
}

const (
	// before and after are how many characters of a text stand around its first hit.
	before = 30
	after  = 80
)

// snippet cuts out the place of the first hit and marks every hit in it.
func (q Query) snippet(parts []string) []Piece {
	for _, w := range q.words {
		for _, p := range parts {
			folded, at := text.Trace(p)
			if i := index(folded, w, 0); i >= 0 {
				return q.marked(p, folded, at, max(0, i-before), min(len(folded), i+utf8.RuneCountInString(w)+after))
			}
		}
	}
	return nil
}

// index is the place of a word among folded characters, from one on; -1 without it.
func index(folded []rune, word string, from int) int {
	rest := string(folded[from:])
	if i := strings.Index(rest, word); i >= 0 {
		return from + utf8.RuneCountInString(rest[:i])
	}
	return -1
}

// marked gives the characters from..to of a text in pieces.
func (q Query) marked(p string, folded []rune, at []int, from, to int) (out []Piece) {
	hit := make([]bool, to)
	for _, w := range q.words {
		n := utf8.RuneCountInString(w)
		for i := index(folded[:to], w, from); i >= 0; i = index(folded[:to], w, i+1) {
			for j := i; j < i+n; j++ {
				hit[j] = true
			}
		}
	}
	add := func(s string, hit bool) {
		if s != "" {
			out = append(out, Piece{strings.Join(strings.Fields(s), " "), hit})
		}
	}
	if from > 0 {
		add("…", false)
	}
	for i := from; i < to; {
		j := i + 1
		for j < to && (hit[j] == hit[i] || at[j] == at[j-1]) { // what folded from one character is not cut
			j++
		}
		add(p[at[i]:at[j]], hit[i])
		i = j
	}
	if to < len(folded) {
		add("…", false)
	}
	return slices.Clip(out)
}
