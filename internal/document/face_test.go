package document

import "testing"

func TestAnEmptyShapeCountsAsNoneExceptOfASpace(t *testing.T) {
	fonts, err := FindFonts()
	if err != nil {
		t.Fatal(err)
	}
	if !fonts.HasFallback() {
		t.Fatal("no fallback")
	}
	if err := fonts.fallback.load(); err != nil {
		t.Fatal(err)
	}
	for r, want := range map[rune]bool{'\uf860': false, ' ': true, wideSpace: true, '𠮷': true, '😀': false} {
		if _, ok := fonts.fallback.glyph(r); ok != want {
			t.Errorf("%U has a glyph: %v", r, ok)
		}
	}
}
