// Package standard carries the playbooks that come with the product and the clause ids of the
// guideline edition they name.
package standard

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"strings"
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
