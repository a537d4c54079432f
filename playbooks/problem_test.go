package playbooks

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var coded = regexp.MustCompile(`\.(?:add|unknown)\(.*?, "([a-z_]+)"|return nil, "([a-z_]+)", |code :?= "([a-z_]+)"`)

func TestEveryProblemHasASentenceInBothLanguages(t *testing.T) {
	used := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		for _, m := range coded.FindAllStringSubmatch(string(b), -1) {
			used[m[1]+m[2]+m[3]] = true
		}
	}
	for code := range used {
		if s := sentences[code]; s.JA == "" || s.EN == "" {
			t.Errorf("%q has no sentence", code)
		}
	}
	verb := regexp.MustCompile(`%\[\d\]`)
	for code, s := range sentences {
		if !used[code] {
			t.Errorf("%q is never used", code)
		}
		if ja, en := len(verb.FindAllString(s.JA, -1)), len(verb.FindAllString(s.EN, -1)); ja != en {
			t.Errorf("%q says %d things in Japanese and %d in English", code, ja, en)
		}
	}
	for code, form := range inForms {
		s, said := sentences[code]
		n := len(verb.FindAllString(s.JA, -1))
		for _, text := range []string{form.JA, form.EN} {
			if got := len(verb.FindAllString(text, -1)); !said || text == "" || got > n {
				t.Errorf("for forms %q says %d of %d things: %q", code, got, n, text)
			}
		}
	}
}
