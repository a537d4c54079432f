package static

import (
	"io/fs"
	"regexp"
	"testing"
	"testing/fstest"
)

func TestTheHashChangesWithEveryNameAndContent(t *testing.T) {
	base, err := digest(fstest.MapFS{"a": {Data: []byte("1")}, "b": {Data: []byte("2")}})
	if err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string]fstest.MapFS{
		"another content":                {"a": {Data: []byte("1")}, "b": {Data: []byte("3")}},
		"another name":                   {"a": {Data: []byte("1")}, "c": {Data: []byte("2")}},
		"bytes moved to the other file":  {"a": {Data: []byte("12")}, "b": {Data: []byte("")}},
		"a file more, empty":             {"a": {Data: []byte("1")}, "b": {Data: []byte("2")}, "c": {}},
		"two files that read as one run": {"a": {Data: []byte("1b\x001\x002")}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := digest(files)
			if err != nil {
				t.Fatal(err)
			}
			if got == base {
				t.Errorf("the hash stayed %s", base)
			}
		})
	}
}

func TestEveryVendoredFolderCarriesItsLicence(t *testing.T) {
	folders, err := fs.ReadDir(Files, "vendor")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if _, err := fs.Stat(Files, "vendor/"+folder.Name()+"/LICENSE"); err != nil {
			t.Errorf("vendor/%s: %v", folder.Name(), err)
		}
	}
}

func TestTheFontStyleSheetNamesOnlyEmbeddedFilesByRelativeAddress(t *testing.T) {
	css, err := fs.ReadFile(Files, "vendor/noto/noto.css")
	if err != nil {
		t.Fatal(err)
	}
	addresses := regexp.MustCompile(`url\(([^)]*)\)`).FindAllStringSubmatch(string(css), -1)
	if len(addresses) < 100 {
		t.Fatalf("%d addresses in noto.css, want one for each of more than 100 slices", len(addresses))
	}
	for _, address := range addresses {
		if _, err := fs.Stat(Files, "vendor/noto/"+address[1][len("./"):]); err != nil {
			t.Errorf("%s: %v", address[1], err)
		}
	}
}

func TestTheHashIsStableAndShort(t *testing.T) {
	if a, b := Hash(), Hash(); a != b || !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(a) {
		t.Errorf("Hash() = %q, then %q", a, b)
	}
}
