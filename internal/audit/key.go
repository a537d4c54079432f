package audit

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"tasuke/internal/fault"
)

// keyName stands in every signature line.
const keyName = "tasuke"

var errKeyMode = errors.New("others can read the private key; set its mode to 0600, and make a new key if the machine is shared")

// CreateKey makes an Ed25519 signing key in file (mode 0600) and its public half in file.pub,
// which verify needs and which is kept off the machine. It never overwrites a key.
func CreateKey(file string) (public string, err error) {
	private, public, err := note.GenerateKey(rand.Reader, keyName)
	if err != nil {
		return "", fmt.Errorf("make the audit key: %w", err)
	}
	if err := createFile(file, private, 0o600); err != nil {
		return "", fmt.Errorf("write the audit key: %w", err)
	}
	if err := createFile(file+".pub", public, 0o644); err != nil {
		return "", fmt.Errorf("write the public audit key: %w", err)
	}
	return public, syncDir(filepath.Dir(file))
}

func createFile(name, line string, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	_, err = f.WriteString(line + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// LoadKey reads the signing key; it refuses a file that others can read.
func LoadKey(file string) (note.Signer, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("find the audit key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: %w", file, errKeyMode)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the audit key: %w", err)
	}
	s, err := note.NewSigner(strings.TrimSpace(string(b)))
	if err != nil {
		return nil, fmt.Errorf("%s is not an audit key: %w", file, err)
	}
	return s, nil
}

// verifiers reads public keys, one per line; a firm that changed its key keeps the old line.
func verifiers(public string) (note.Verifiers, error) {
	var list []note.Verifier
	for line := range strings.Lines(public) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		v, err := note.NewVerifier(line)
		if err != nil {
			return nil, keyUnreadable(err)
		}
		list = append(list, v)
	}
	if len(list) == 0 {
		return nil, keyUnreadable(nil)
	}
	return note.VerifierList(list...), nil
}

func keyUnreadable(cause error) error {
	return fault.Wrap(fault.Invalid, "audit.key.unreadable", nil, cause)
}
