package vault_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"tasuke/internal/vault"
)

func TestAKeyFileIsRefused(t *testing.T) {
	t.Parallel()
	const k = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	tests := map[string]struct {
		text string
		mode fs.FileMode
		want error
	}{
		"when others can read it":               {"index i1 " + k + "\nseal k1 " + k, 0o640, vault.ErrKeyMode},
		"when it is empty":                      {"", 0o600, vault.ErrNoKeys},
		"when it has no index key":              {"seal k1 " + k, 0o600, vault.ErrNoKeys},
		"when it has two index keys":            {"index i1 " + k + "\nindex i2 " + k, 0o600, vault.ErrKeyFile},
		"when a key is short":                   {"seal k1 AAEC", 0o600, vault.ErrKeyFile},
		"when a name comes twice":               {"seal k1 " + k + "\nseal k1 " + k, 0o600, vault.ErrKeyFile},
		"when a line is of a kind nobody knows": {"key k1 " + k, 0o600, vault.ErrKeyFile},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "keys")
			if err := os.WriteFile(file, []byte(test.text), test.mode); err != nil {
				t.Fatal(err)
			}
			if _, err := vault.LoadKeys(file); !errors.Is(err, test.want) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestAKeyFileIsMadeOnceAndGrows(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "keys")
	if err := vault.CreateKeyFile(file); err != nil {
		t.Fatal(err)
	}
	if err := vault.CreateKeyFile(file); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("replaced: %v", err)
	}
	before, err := vault.LoadKeys(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := vault.AddKey(file); err != nil {
		t.Fatal(err)
	}
	after, err := vault.LoadKeys(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(before.Index) != string(after.Index) || len(after.Seal) != 2 || after.Seal[0].ID != before.Seal[0].ID {
		t.Fatalf("%d keys", len(after.Seal))
	}
}

func TestIndexesAreOfOneFieldAndOneFirm(t *testing.T) {
	t.Parallel()
	r := ring(t)
	a, err := vault.New(r)
	if err != nil {
		t.Fatal(err)
	}
	b, err := vault.New(ring(t))
	if err != nil {
		t.Fatal(err)
	}
	x := a.Blind("phone", "09012345678")
	switch {
	case len(x) != 16 || string(x) != string(a.Blind("phone", "09012345678")):
		t.Fatal("not repeatable")
	case string(x) == string(a.Blind("account", "09012345678")):
		t.Fatal("two fields share an index")
	case string(x) == string(b.Blind("phone", "09012345678")):
		t.Fatal("two firms share an index")
	}
	if g := a.Grams("kana", "タカタカ", 2); len(g) != 2 || len(g[0]) != 8 {
		t.Fatalf("%d grams", len(g))
	}
	if g := a.Grams("name", "𠮷田", 2); len(g) != 1 || a.Grams("name", "𠮷", 2) != nil || a.Grams("name", "𠮷", 0) != nil {
		t.Fatalf("%d grams", len(g))
	}
	whole := a.Grams("kana", "タカハシ", 2)
	if part := a.Grams("kana", "カハ", 2); string(part[0]) != string(whole[1]) {
		t.Fatal("a fragment does not find the whole")
	}
}
