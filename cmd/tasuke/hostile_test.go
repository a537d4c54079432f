package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tasuke/web/pages"
)

// fields are the names of every field in every form of the product, with their Go types, read
// from the code so that a new form is attacked without being named here.
func fields(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	files, err := filepath.Glob("../../web/pages/*.go")
	must(t, err)
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		must(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok && field.Tag != nil {
				if m := regexp.MustCompile(`form:"([^",]+)`).FindStringSubmatch(field.Tag.Value); m != nil {
					kind := "[]string"
					if id, ok := field.Type.(*ast.Ident); ok {
						kind = id.Name
					}
					out[m[1]] = kind
				}
			}
			return true
		})
	}
	if len(out) < 60 {
		t.Fatalf("only %d fields were found", len(out))
	}
	return out
}

// filled is a form in which every text field has the value; numbers and ticks stay readable.
func filled(all map[string]string, text, number string) url.Values {
	f := url.Values{}
	for name, kind := range all {
		switch kind {
		case "int", "int64":
			f.Set(name, number)
		case "bool":
			f.Set(name, "true")
		default:
			f.Set(name, text)
		}
	}
	return f
}

const script = `'"><script>alert(1)</script>--`

// body is something a hostile or broken sender may post. want is the status that every route
// must give; 0 leaves it to the route, which may also ignore what it does not ask for.
type body struct {
	kind, text string
	want       int
}

func hostile(all map[string]string) map[string]body {
	const form = "application/x-www-form-urlencoded"
	enc := func(text, number string) string { return filled(all, text, number).Encode() }
	return map[string]body{
		"JSON":                      {"application/json", `{"rev":1}`, http.StatusUnsupportedMediaType},
		"plain text":                {"text/plain", "rev=1", http.StatusUnsupportedMediaType},
		"multipart":                 {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"rev\"\r\n\r\n1\r\n--x--\r\n", http.StatusUnsupportedMediaType},
		"a type that is none":       {"///;;", "rev=1", http.StatusUnsupportedMediaType},
		"no type":                   {"", "rev=1", http.StatusUnsupportedMediaType},
		"half an escape":            {form, "rev=%", http.StatusUnprocessableEntity},
		"a wrong escape":            {form, "title=%zz", http.StatusUnprocessableEntity},
		"a semicolon":               {form, "a=1;b=2", http.StatusUnprocessableEntity},
		"NUL":                       {form, "title=a%00b", http.StatusUnprocessableEntity},
		"NUL in a name":             {form, "ti%00tle=a", http.StatusUnprocessableEntity},
		"no UTF-8":                  {form, "title=%ff%fe", http.StatusUnprocessableEntity},
		"2 MiB":                     {form, "what_happened=" + strings.Repeat("a", 2<<20), http.StatusRequestEntityTooLarge},
		"nothing":                   {form, "", 0},
		"unknown fields":            {form, "rev=1&is_admin=true&__proto__=1&id=other", 0},
		"scripts":                   {form, enc(script, "1"), 0},
		"SQL":                       {form, enc(`'; DROP TABLE incident; --`, "1"), 0},
		"long texts":                {form, enc(strings.Repeat("長", 1500), "1"), 0},
		"control characters":        {form, enc("a\x01\x1b[31m\u202e\ufeffb", "1"), 0},
		"emoji and unusual kanji":   {form, enc("𠮷👨‍👩‍👧", "1"), 0},
		"a negative revision":       {form, enc("x", "-1"), 0},
		"the largest revision":      {form, enc("x", "9223372036854775807"), 0},
		"a revision out of range":   {form, enc("x", "9223372036854775808"), 0},
		"a revision that is a text": {form, enc("x", "one"), 0},
		"times that are none":       {form, enc("2026-13-45T99:99", "1"), 0},
		"far times":                 {form, enc("9999-12-31T23:59", "1"), 0},
	}
}

func TestHostilePosts(t *testing.T) {
	t.Parallel()
	onBoth(t, frozen(), func(t *testing.T, h *house) {
		h.t = t
		all := fields(t)
		bodies := hostile(all)
		for _, lang := range []string{"en", "ja"} {
			h.everyoneIn(lang)
		}
		n := 0
		h.answered = map[int]int{}
		for _, r := range endingsLast(h.routes()) {
			for _, name := range slices.Sorted(maps.Keys(bodies)) {
				n++
				h.attack(t, r, name, bodies[name], []string{"en", "ja"}[n%2])
			}
		}
		t.Logf("%d hostile posts, answered %v", n, h.answered)
	})
}

// endingsLast are the posts, those that end what the others need after all others.
func endingsLast(all []pages.Route) (out []pages.Route) {
	for _, r := range all {
		if r.Method == http.MethodPost {
			out = append(out, r)
		}
	}
	ends := func(r pages.Route) int {
		if strings.HasSuffix(r.Path, "/abandon") {
			return 1
		}
		if strings.HasPrefix(r.Path, "/sign-") || strings.HasPrefix(r.Path, "/account") || strings.HasPrefix(r.Path, "/setup") {
			return 2
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b pages.Route) int { return ends(a) - ends(b) })
	return out
}

func (h *house) attack(t *testing.T, r pages.Route, name string, b body, lang string) {
	t.Helper()
	what := "POST " + r.Path + " with " + name
	a, err := h.allowed(r, lang).try(http.MethodPost, h.address(r.Path), b.kind, strings.NewReader(b.text), nil)
	if err != nil {
		if !cut(err) || b.want != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %v", what, err)
		}
		return
	}
	decent(t, what, a)
	h.answered[a.status]++
	if b.want != 0 && a.status != b.want {
		t.Errorf("%s: %d, want %d", what, a.status, b.want)
	}
	if strings.Contains(a.body, "<script>alert") || strings.Contains(a.body, `"><script`) {
		t.Errorf("%s: the script came back", what)
	}
	if a.status >= 400 && strings.Contains(a.header.Get("Content-Type"), "text/html") && !strings.Contains(a.body, `<html lang="`+lang+`"`) {
		t.Errorf("%s: the answer is not in the reader's language %s: %.300s", what, lang, a.body)
	}
	if a.status >= 400 && strings.TrimSpace(a.body) == "" {
		t.Errorf("%s: %d without a word", what, a.status)
	}
}

// cut reports an error of a connection that the server closed because it would not read on.
func cut(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "reset by peer") || strings.Contains(err.Error(), "broken pipe")
}

func TestBigFormsAreAnsweredCalmly(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "", frozen())
	h.everyoneIn("en")
	var many strings.Builder
	for i := range 10_000 {
		many.WriteString("f" + strconv.Itoa(i) + "=1&")
	}
	megabyte := strings.Repeat("a", 1_000_000)
	forms, texts := readForms(t), []string{"what_happened", "title", "summary", "reason", "comment", "text", "note", "q", "find", "name", "password", "evidence"}
	for _, r := range endingsLast(h.routes()) {
		v := h.allowed(r, "en")
		for name, text := range map[string]string{
			"10,000 fields": many.String(), "10,000 times one field": strings.Repeat("vectors=phishing&", 10_000), "10,000 devices": strings.Repeat("device.kind=pc&", 10_000),
		} {
			a := v.send(http.MethodPost, h.address(r.Path), "application/x-www-form-urlencoded", strings.NewReader(text), nil)
			decent(t, r.Path+" with "+name, a)
		}
		for _, field := range slices.Sorted(maps.Keys(forms.of(r.Path))) {
			if !slices.Contains(texts, field) {
				continue
			}
			a := v.send(http.MethodPost, h.address(r.Path), "application/x-www-form-urlencoded", strings.NewReader("rev=1&"+field+"="+megabyte), nil)
			decent(t, fmt.Sprintf("%s with 1 MB in %s", r.Path, field), a)
			if a.status < 300 && strings.HasSuffix(r.Path, "/draft") && field == "what_happened" {
				t.Errorf("a draft took 1 MB: %d", a.status)
			}
		}
	}
}

func TestABodyOfUnknownLengthIsCutAtTheLimit(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "", frozen())
	for lang, sentence := range map[string]string{"en": "1 MiB", "ja": "1 MiB"} {
		a, err := h.session("op", lang).try(http.MethodPost, "/inquiries/"+h.firm.draft+"/draft", "application/x-www-form-urlencoded",
			io.MultiReader(strings.NewReader("what_happened="), strings.NewReader(strings.Repeat("a", 2<<20))), nil)
		if err != nil {
			if !cut(err) {
				t.Error(err)
			}
			continue
		}
		if a.status != http.StatusRequestEntityTooLarge || !strings.Contains(a.body, sentence) {
			t.Errorf("%s: %d %.400s", lang, a.status, a.body)
		}
	}
}

func TestEachFieldAloneIsAttacked(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "", frozen())
	h.everyoneIn("en")
	forms := readForms(t)
	for _, r := range endingsLast(h.routes()) {
		if strings.HasPrefix(r.Path, "/sign-") || strings.HasPrefix(r.Path, "/setup") || strings.HasPrefix(r.Path, "/account/pass") || strings.Contains(r.Path, "everywhere") {
			continue // hashes and ends sessions; attacked with all fields at once
		}
		v := h.allowed(r, "en")
		for name, kind := range forms.of(r.Path) {
			value := script
			if kind == "int" || kind == "int64" {
				value = "99999999999999999999"
			}
			a := v.post(h.address(r.Path), url.Values{name: {value}})
			decent(t, fmt.Sprintf("POST %s with %s=%s", r.Path, name, value), a)
			if strings.Contains(a.body, `"><script`) {
				t.Errorf("POST %s with a script in %s: it came back", r.Path, name)
			}
		}
	}
}
