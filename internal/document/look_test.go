package document_test

import (
	"os"
	"path/filepath"
	"testing"

	"tasuke/internal/document"
)

// With TASUKE_LOOK the samples are written there, to be turned into pictures and looked at.
func TestSamplesAreWrittenWhereSomebodyWantsToLook(t *testing.T) {
	dir := os.Getenv("TASUKE_LOOK")
	if dir == "" {
		t.Skip("TASUKE_LOOK names no folder")
	}
	for name, d := range map[string]*document.Doc{"letter": letter(fonts(t)), "form": form(fonts(t))} {
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), pdf(t, d), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
