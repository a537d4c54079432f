// Package fulltext makes sealed free text findable by fragments of two characters and more. Two
// neighbouring characters of a folded text are a gram: a keyed hash of four bytes under a key of
// the kind of text. The table of grams gives candidates, the newest first; each is opened, and what
// was asked for must really stand in it before anybody is shown it. The words of a text are never
// stored; what equal hashes give away is written down in docs/personal-data.md.
//
// Rooms write a text and its grams in one transaction, read by the same keys, and ask for their own
// permissions before they search.
package fulltext

import (
	"encoding/binary"
	"slices"

	"tasuke/internal/db"
	"tasuke/internal/text"
	"tasuke/internal/vault"
)

// The kinds of text. Each has a key of its own and is read with a permission of its own.
const (
	Incident  = "incident"   // title and summary
	Story     = "story"      // a line of an incident's story
	Case      = "case"       // what is stated of a case
	Note      = "note"       // an entry of a case's contact log
	CaseStory = "case_story" // a line of a case's story
	Inquiry   = "inquiry"    // what a caller told, and what was noted since
)

// Version is raised when the folding or the grams change; texts are then taken in again.
const Version = 1

// Text is what one row holds of free text.
type Text struct {
	Kind string
	ID   string // of the row
	// Subject names the key that seals the text, or the customer it is about: erasing it takes the
	// text out of the search.
	Subject string
	// At is when the text was first written; the newest are found first.
	At    db.Instant
	Parts []string
}

// Index is the search over sealed texts. It keeps nothing but the keys.
type Index struct{ vault *vault.Vault }

// New returns the index under the keys of a vault.
func New(v *vault.Vault) *Index { return &Index{v} }

// gram is the hash of two neighbouring characters.
type gram = int32

// grams gives the distinct grams of texts, sorted. Pairs across a space or a mark are left out:
// nobody searches for them, and they would double the table.
func (x *Index) grams(kind string, parts []string) (out []gram) {
	for _, p := range parts {
		for _, run := range runs([]rune(text.Loose(p))) {
			for _, h := range x.vault.Grams("text."+kind, run, 2) {
				out = append(out, gram(binary.BigEndian.Uint32(h))) //nolint:gosec // the bits are a hash
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// runs gives the stretches of word characters.
func runs(folded []rune) (out []string) {
	from := 0
	for i := 0; i <= len(folded); i++ {
		if i < len(folded) && text.IsWord(folded[i]) {
			continue
		}
		if i > from {
			out = append(out, string(folded[from:i]))
		}
		from = i + 1
	}
	return out
}

// pack is the grams of a text as they are kept beside it.
func pack(grams []gram) []byte {
	out := make([]byte, 0, 4*len(grams))
	for _, g := range grams {
		out = binary.BigEndian.AppendUint32(out, uint32(g)) //nolint:gosec // the bits are a hash
	}
	return out
}

func unpack(b []byte) []gram {
	out := make([]gram, 0, len(b)/4)
	for ; len(b) >= 4; b = b[4:] {
		out = append(out, gram(binary.BigEndian.Uint32(b))) //nolint:gosec // the bits are a hash
	}
	return out
}
