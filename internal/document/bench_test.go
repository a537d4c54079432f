package document_test

import "testing"

// The first letter of a process reads the font files; the ones after it do not.
func BenchmarkLetter(b *testing.B) {
	f := fonts(b)
	pdf(b, letter(f))
	for b.Loop() {
		pdf(b, letter(f))
	}
}
