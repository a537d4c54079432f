package audit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tasuke/internal/audit"
)

func TestKeyFiles(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "audit.key")
	public, err := audit.CreateKey(file)
	must(t, err)
	t.Run("a key is never overwritten", func(t *testing.T) {
		if _, err := audit.CreateKey(file); err == nil {
			t.Error("overwritten")
		}
	})
	t.Run("the public half lies beside the private one", func(t *testing.T) {
		b, err := os.ReadFile(file + ".pub")
		must(t, err)
		if strings.TrimSpace(string(b)) != public {
			t.Errorf("%s, want %s", b, public)
		}
		s, err := audit.LoadKey(file)
		must(t, err)
		if !strings.HasPrefix(public, s.Name()+"+") {
			t.Errorf("the key is of %s", s.Name())
		}
	})
	t.Run("a private key that others can read is not used", func(t *testing.T) {
		must(t, os.Chmod(file, 0o640))
		if _, err := audit.LoadKey(file); err == nil {
			t.Error("used")
		}
	})
	t.Run("a file that is no key is not used", func(t *testing.T) {
		other := filepath.Join(t.TempDir(), "other")
		must(t, os.WriteFile(other, []byte("hello\n"), 0o600))
		if _, err := audit.LoadKey(other); err == nil || strings.Contains(err.Error(), "hello") {
			t.Errorf("used, or its content was told: %v", err)
		}
	})
}
