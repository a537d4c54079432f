package document_test

import (
	"os/exec"
	"strings"
	"sync"
	"testing"
	"unicode"

	"tasuke/internal/document"
)

var found = sync.OnceValues(func() (document.Fonts, error) { return document.FindFonts() })

func fonts(t testing.TB) document.Fonts {
	t.Helper()
	f, err := found()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func pdf(t testing.TB, d *document.Doc) []byte {
	t.Helper()
	b, err := d.PDF()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// read is what another program, poppler's pdftotext, reads from a PDF.
func read(t testing.TB, pdf []byte, options ...string) string {
	t.Helper()
	cmd := exec.Command("pdftotext", append(options, "-", "-")...)
	cmd.Stdin = strings.NewReader(string(pdf))
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext: %v %s", err, complaints.String())
	}
	if complaints.Len() > 0 {
		t.Fatalf("pdftotext complains: %s", complaints.String())
	}
	return string(out)
}

// dense is a text without its white space: a line's end in print is white space to whoever reads it back.
func dense(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
