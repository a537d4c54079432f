// Package standard carries the playbooks that come with the product and the clause ids of the
// guideline edition they name.
package standard

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"tasuke/playbooks"
)

//go:embed *.yaml
var files embed.FS

//go:embed clauses-*.txt
var clauses embed.FS

// Playbooks gives the text of every standard playbook, by file name.
func Playbooks() (map[string][]byte, error) {
	all, err := read(files, "*.yaml", strings.Clone)
	maps.DeleteFunc(all, func(name string, _ []byte) bool { return strings.HasSuffix(name, tableEnding) })
	return all, err
}

const tableEnding = ".test.yaml"

// Tables gives the scenario tables of the standard playbooks, by file name.
func Tables() (map[string][]byte, error) { return read(files, "*"+tableEnding, strings.Clone) }

// File is the text of one standard playbook.
type File struct {
	Name string
	Text []byte
}

// InOrder gives every standard playbook after those that it calls: a playbook can be published only
// when what it calls is.
func InOrder() ([]File, error) {
	texts, err := Playbooks()
	if err != nil {
		return nil, err
	}
	calls, fileOf := map[string][]string{}, map[string]string{}
	for name, text := range texts {
		d, problems := playbooks.Parse(text)
		if len(problems) > 0 {
			return nil, fmt.Errorf("read %s: %w", name, problems)
		}
		calls[name], fileOf[d.Slug] = d.Calls(), name
	}
	var out []File
	placed := map[string]bool{}
	var place func(name string)
	place = func(name string) {
		if name == "" || placed[name] { // what is not of the library is found missing when it is published
			return
		}
		placed[name] = true
		for _, slug := range calls[name] {
			place(fileOf[slug])
		}
		out = append(out, File{name, texts[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		place(name)
	}
	return out, nil
}

// Clauses gives the clause ids of each guideline edition (インターネット取引における不正アクセス等
// 防止に向けたガイドライン), by its date.
func Clauses() (map[string][]string, error) {
	texts, err := read(clauses, "clauses-*.txt", func(name string) string {
		return strings.TrimSuffix(strings.TrimPrefix(name, "clauses-"), ".txt")
	})
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for edition, text := range texts {
		out[edition] = strings.Fields(string(text))
	}
	return out, nil
}

func read(from fs.FS, pattern string, name func(string) string) (map[string][]byte, error) {
	names, err := fs.Glob(from, pattern)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", pattern, err)
	}
	out := map[string][]byte{}
	for _, n := range names {
		b, err := fs.ReadFile(from, n)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", n, err)
		}
		out[name(n)] = b
	}
	return out, nil
}
