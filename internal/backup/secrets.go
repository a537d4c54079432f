package backup

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"tasuke/internal/fault"
)

// secrets are the key files and the long words in them, which must be in no backup.
type secrets struct {
	files []os.FileInfo
	words [][]byte
}

const (
	// secretWord is from which length a word of a key file is taken for a key.
	secretWord = 20
	// secretSearch is up to which size a copied file is searched for keys; key files are small.
	secretSearch = 1 << 20
)

func readSecrets(names []string) (s secrets, err error) {
	for _, name := range names {
		if name == "" {
			continue
		}
		st, err := os.Stat(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return s, fmt.Errorf("look at a key file: %w", err)
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return s, fmt.Errorf("read a key file: %w", err)
		}
		s.files = append(s.files, st)
		for line := range strings.Lines(string(b)) {
			if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "-----") {
				continue
			}
			for _, w := range strings.Fields(line) {
				if len(w) >= secretWord {
					s.words = append(s.words, []byte(w))
				}
			}
		}
	}
	return s, nil
}

// within refuses a file of a folder that is copied when it is a key file, by whatever name, or holds
// what stands in one.
func (s secrets) within(name string) error {
	st, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("look at %s: %w", name, err)
	}
	refused := fault.New(fault.Refused, "backup.key_inside", map[string]any{"File": name})
	for _, k := range s.files {
		if os.SameFile(k, st) {
			return refused
		}
	}
	if st.Size() > secretSearch || len(s.words) == 0 {
		return nil
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	for _, w := range s.words {
		if bytes.Contains(b, w) {
			return refused
		}
	}
	return nil
}
