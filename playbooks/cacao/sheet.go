package cacao

import (
	"encoding/json"
	"fmt"

	"github.com/goccy/go-yaml"

	"tasuke/playbooks"
)

// sheet gives the fields of a definition as JSON has them, as its file names them.
func sheet(d *playbooks.Definition) (map[string]any, error) {
	var raw map[string]any
	if err := yaml.Unmarshal(playbooks.Write(d), &raw); err != nil {
		return nil, fmt.Errorf("read the fields of %s: %w", d.Slug, err)
	}
	b, err := json.Marshal(raw)
	if err != nil {
		return nil, fmt.Errorf("write the fields of %s: %w", d.Slug, err)
	}
	got, found := Read(b)
	if len(found) > 0 {
		return nil, found
	}
	return got.Tree, nil
}

// definition reads such fields again; false when they are no definition.
func definition(fields map[string]any) (*playbooks.Definition, bool) {
	b, err := json.Marshal(fields)
	if err != nil {
		return nil, false
	}
	src, err := yaml.JSONToYAML(b)
	if err != nil {
		return nil, false
	}
	d, problems := playbooks.Parse(src)
	return d, len(problems) == 0
}
