package main

import (
	"fmt"
	"maps"
	"slices"

	"tasuke/playbooks"
)

// inOrder reads the playbooks of this build and puts the parts before what calls them, as they are
// published one after the other.
func inOrder(files map[string][]byte) ([]*playbooks.Definition, error) {
	left := map[string]*playbooks.Definition{}
	for name, src := range files {
		d, problems := playbooks.Parse(src)
		if len(problems) > 0 {
			return nil, fmt.Errorf("the playbook %s of this build is broken: %w", name, problems)
		}
		left[d.Slug] = d
	}
	var out []*playbooks.Definition
	for len(left) > 0 {
		before := len(left)
		for _, slug := range slices.Sorted(maps.Keys(left)) {
			d := left[slug]
			if slices.ContainsFunc(d.Calls(), func(called string) bool { return left[called] != nil }) {
				continue
			}
			out = append(out, d)
			delete(left, slug)
		}
		if len(left) == before {
			return nil, fmt.Errorf("the playbooks of this build call each other in a circle: %v", slices.Sorted(maps.Keys(left)))
		}
	}
	return out, nil
}
