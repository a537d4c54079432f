package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tasuke/playbooks"
	"tasuke/playbooks/standard"
)

// playbookShelf is where the commands look for playbooks that are called: the files that were
// given, then those beside them, then the standard ones of this build.
type playbookShelf struct {
	files []playbookFile
	books map[string]*playbooks.Definition
}

// playbookFile is a file that was given, or why it cannot be read.
type playbookFile struct {
	path string
	src  []byte
	err  error
}

// tableEnding ends the name of a file of scenarios, which is no playbook.
const tableEnding = ".test.yaml"

// openShelf reads files and folders.
func openShelf(paths []string) (*playbookShelf, error) {
	s := &playbookShelf{books: map[string]*playbooks.Definition{}}
	for _, path := range paths {
		s.files = append(s.files, filesAt(path)...)
	}
	for _, f := range s.files {
		if f.err == nil && !strings.HasSuffix(f.path, tableEnding) {
			s.put(f.src)
		}
	}
	beside := map[string]bool{}
	for _, f := range s.files {
		if dir := filepath.Dir(f.path); !beside[dir] {
			beside[dir] = true
			for _, other := range filesAt(dir) {
				if other.err == nil {
					s.put(other.src)
				}
			}
		}
	}
	books, err := standard.Playbooks()
	if err != nil {
		return nil, err
	}
	for _, src := range books {
		s.put(src)
	}
	return s, nil
}

// filesAt gives a file, or the playbooks of a folder in the order of their names.
func filesAt(path string) (out []playbookFile) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		src, err := readAtMost(path, playbooks.MaxBytes+1)
		return []playbookFile{{path, src, err}}
	}
	names, err := os.ReadDir(path)
	if err != nil {
		return []playbookFile{{path, nil, err}}
	}
	for _, n := range names {
		if ext := filepath.Ext(n.Name()); !n.IsDir() && (ext == ".yaml" || ext == ".yml") && !strings.HasSuffix(n.Name(), tableEnding) {
			name := filepath.Join(path, n.Name())
			src, err := readAtMost(name, playbooks.MaxBytes+1)
			out = append(out, playbookFile{name, src, err})
		}
	}
	return out
}

// put keeps a playbook under its id; what came first stays.
func (s *playbookShelf) put(src []byte) {
	d, _ := playbooks.Parse(src)
	if _, there := s.books[d.Slug]; d.Slug == "" || there {
		return
	}
	s.books[d.Slug] = d
}

// rules are those of this program, with the playbooks of the shelf.
func (s *playbookShelf) rules() (playbooks.Rules, error) {
	rules, err := playbookRules()
	rules.Playbook = func(slug string) (*playbooks.Definition, bool) {
		d, ok := s.books[slug]
		return d, ok
	}
	return rules, err
}

// openBook reads one playbook that has no fault; faults are printed and end the command.
func openBook(path, lang string, print func(string)) (*playbooks.Definition, playbooks.Rules, error) {
	s, err := openShelf([]string{path})
	if err != nil {
		return nil, playbooks.Rules{}, err
	}
	rules, err := s.rules()
	if err != nil {
		return nil, rules, err
	}
	if len(s.files) != 1 {
		return nil, rules, fmt.Errorf("%s: name one file", path)
	}
	if err := s.files[0].err; err != nil {
		return nil, rules, fmt.Errorf("%s: %w", path, err)
	}
	d, problems := playbooks.Load(s.files[0].src, rules)
	for _, p := range problems {
		print(fmt.Sprintf("%s:%d: %s\n", path, p.Line, p.In(lang)))
	}
	if len(problems) > 0 {
		return nil, rules, errSaid
	}
	return d, rules, nil
}
