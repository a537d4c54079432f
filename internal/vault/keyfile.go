package vault

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Errors of a key file. None of them quotes a key.
var (
	ErrNoKeys  = errors.New("a key file needs one index key and at least one seal key")
	ErrKeyFile = errors.New("the key file is not of the form `index|seal ID BASE64`")
	ErrKeyMode = errors.New("the key file can be read by others: chmod 600")
)

// KEK is one key-encryption key.
type KEK struct {
	ID     string
	Secret []byte
}

// KeyRing is what a key file holds.
type KeyRing struct {
	// Index is the root of the blind indexes and grams. It is not rotated: another one would
	// make every stored index unfindable.
	Index []byte
	// Seal lists the key-encryption keys, oldest first. The last one wraps; all unwrap.
	Seal []KEK
}

const keyFileHead = `# tasuke keys. Without this file nothing sealed in the database can be read: keep a copy
# apart from the database. The last "seal" line wraps new keys, the ones above still open.
# The "index" line is never changed.
`

// NewKeyRing draws fresh keys.
func NewKeyRing() (*KeyRing, error) {
	index := make([]byte, keySize)
	if _, err := rand.Read(index); err != nil {
		return nil, fmt.Errorf("draw a key: %w", err)
	}
	r := &KeyRing{Index: index}
	return r, r.add()
}

func (r *KeyRing) add() error {
	b := make([]byte, 4+keySize)
	if _, err := rand.Read(b); err != nil {
		return fmt.Errorf("draw a key: %w", err)
	}
	r.Seal = append(r.Seal, KEK{ID: "k" + hex.EncodeToString(b[:4]), Secret: b[4:]})
	return nil
}

func (r *KeyRing) text() []byte {
	var b bytes.Buffer
	b.WriteString(keyFileHead)
	fmt.Fprintf(&b, "index i1 %s\n", base64.StdEncoding.EncodeToString(r.Index))
	for _, k := range r.Seal {
		fmt.Fprintf(&b, "seal %s %s\n", k.ID, base64.StdEncoding.EncodeToString(k.Secret))
	}
	return b.Bytes()
}

// CreateKeyFile writes a new key file, readable by its owner only. It fails with fs.ErrExist
// rather than replace one: the old keys may be the only way to the data.
func CreateKeyFile(file string) error {
	r, err := NewKeyRing()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("create the key file: %w", err)
	}
	return write(f, r.text())
}

// AddKey appends a new key-encryption key to a key file; it seals from the next start on, and
// Rewrap moves the older subject keys to it.
func AddKey(file string) error {
	r, err := LoadKeys(file)
	if err != nil {
		return err
	}
	if err := r.add(); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".keys-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("write the key file: %w", err)
	}
	if err := write(f, r.text()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), file); err != nil {
		return fmt.Errorf("replace the key file: %w", err)
	}
	return nil
}

func write(f *os.File, b []byte) error {
	_, err := f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("write the key file: %w", err)
	}
	return nil
}

// LoadKeys reads a key file. It refuses one that others can read.
func LoadKeys(file string) (*KeyRing, error) {
	st, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("read the key file: %w", err)
	}
	if st.Mode()&fs.FileMode(0o077) != 0 {
		return nil, fmt.Errorf("read the key file %s: %w", file, ErrKeyMode)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the key file: %w", err)
	}
	r, err := parseKeys(b)
	if err != nil {
		return nil, fmt.Errorf("read the key file %s: %w", file, err)
	}
	return r, nil
}

func parseKeys(b []byte) (*KeyRing, error) {
	r, ids := &KeyRing{}, map[string]bool{}
	for s, n := bufio.NewScanner(bytes.NewReader(b)), 1; s.Scan(); n++ {
		f := strings.Fields(s.Text())
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if len(f) != 3 || ids[f[0]+f[1]] {
			return nil, fmt.Errorf("line %d: %w", n, ErrKeyFile)
		}
		ids[f[0]+f[1]] = true
		secret, err := base64.StdEncoding.DecodeString(f[2])
		if err != nil || len(secret) != keySize {
			return nil, fmt.Errorf("line %d: %w", n, ErrKeyFile)
		}
		switch {
		case f[0] == "seal":
			r.Seal = append(r.Seal, KEK{f[1], secret})
		case f[0] == "index" && r.Index == nil:
			r.Index = secret
		default:
			return nil, fmt.Errorf("line %d: %w", n, ErrKeyFile)
		}
	}
	if r.Index == nil || len(r.Seal) == 0 {
		return nil, ErrNoKeys
	}
	return r, nil
}
