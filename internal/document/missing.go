package document

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// MissingGlyphs is the refusal of a document with characters that cannot be drawn. A person has to choose another
// form of the name or have the character installed; the program exchanges nothing by itself.
type MissingGlyphs struct {
	Clusters []string // characters, each with the marks or selectors on it; each once, in the order of the text
	Fallback bool     // whether the face for rare characters was there to be asked
}

// Check answers *MissingGlyphs when a text could not stand in a document, so that a form can say so before the letter
// is made.
func (f Fonts) Check(text string) error {
	s := newSetter(f)
	s.lines(textStyle, text, fullMeasure)
	return s.fault()
}

// Error is for the log: code points only, since the characters may be part of a name.
func (e *MissingGlyphs) Error() string {
	names := make([]string, len(e.Clusters))
	for i, cluster := range e.Clusters {
		names[i] = codes(cluster)
	}
	text := "no face has a glyph for " + strings.Join(names, ", ")
	if !e.Fallback {
		text += " (fallback face not installed: " + packages[fallbackFile] + ")"
	}
	return text
}

// Characters names them for the reader of a message: the character where it can be shown, and its code points.
func (e *MissingGlyphs) Characters() string {
	names := make([]string, len(e.Clusters))
	for i, cluster := range e.Clusters {
		names[i] = codes(cluster)
		if r := []rune(cluster)[0]; unicode.IsGraphic(r) && !unicode.In(r, unicode.M, unicode.C) {
			names[i] = cluster + "（" + names[i] + "）"
		}
	}
	return strings.Join(names, "、")
}

func codes(cluster string) string {
	var points []string
	for _, r := range cluster {
		points = append(points, fmt.Sprintf("%U", r))
	}
	return strings.Join(points, " ")
}

func (e *MissingGlyphs) add(clusters ...string) {
	for _, c := range clusters {
		if !slices.Contains(e.Clusters, c) {
			e.Clusters = append(e.Clusters, c)
		}
	}
}
