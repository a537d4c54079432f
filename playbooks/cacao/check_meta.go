package cacao

import (
	"slices"
	"strconv"
	"strings"
)

// metadata checks the head of a playbook.
func (c *checker) metadata() {
	t := c.tree
	if prefix, _, version, ok := parts(text(t, "id")); ok {
		if prefix != "playbook" {
			c.found.add("/id", "id_type", text(t, "id"), "playbook")
		}
		if version != "4" && version != "5" {
			c.found.add("/id", "id_playbook_version", version)
		}
	}
	c.prefixed("", t, "created_by", "identity")
	c.order("", t, "created", "modified", "modified_early", true)
	if flag(t, "revoked") {
		c.found.add("/revoked", "revoked")
	} else {
		c.order("", t, "valid_from", "valid_until", "valid_order", false)
	}
	for i, id := range texts(t, "derived_from") {
		if prefix, _, _, ok := parts(id); ok && prefix != "playbook" {
			c.found.add("/derived_from/"+strconv.Itoa(i), "id_type", id, "playbook")
		}
	}
	c.types()
}

// prefixed checks that an identifier names an object of a type.
func (c *checker) prefixed(at string, o map[string]any, key, want string) {
	if prefix, _, _, ok := parts(text(o, key)); ok && prefix != want {
		c.found.add(at+pointer(key), "id_type", text(o, key), want)
	}
}

// order checks that one time is not before another, or later than it when they may not be equal.
func (c *checker) order(at string, o map[string]any, first, second, rule string, equal bool) {
	a, one := when(text(o, first))
	b, two := when(text(o, second))
	if one && two && !b.After(a) && (!equal || !b.Equal(a)) {
		c.found.add(at+pointer(second), rule)
	}
}

// types checks that a playbook with types of the vocabulary says what it does, and that each such
// activity stands in a command where a program can see it.
func (c *checker) types() {
	named := texts(c.tree, "playbook_types")
	said := texts(c.tree, "playbook_activities")
	for i, one := range named {
		if !slices.Contains(playbookTypes, one) {
			c.found.add("/playbook_types/"+strconv.Itoa(i), "vocabulary", clip(one))
		}
	}
	if slices.ContainsFunc(named, func(s string) bool { return slices.Contains(playbookTypes, s) }) && len(said) == 0 {
		c.found.add("/playbook_types", "activities_missing")
	}
	done := map[string]bool{}
	for _, s := range object(c.tree, "workflow") {
		step, _ := s.(map[string]any)
		for _, v := range list(step, "commands") {
			command, _ := v.(map[string]any)
			done[text(command, "playbook_activity")] = true
		}
	}
	for i, one := range said {
		at := "/playbook_activities/" + strconv.Itoa(i)
		if !slices.Contains(activities, one) {
			c.found.add(at, "vocabulary", clip(one))
		}
		if !done[one] {
			c.found.add(at, "activity_unseen", clip(one))
		}
	}
}

// summary checks that the summary of what processing is needed tells the truth.
func (c *checker) summary() {
	s, ok := c.tree["playbook_processing_summary"].(map[string]any)
	if !ok {
		return
	}
	const at = "/playbook_processing_summary"
	c.object(at, s, summaryShape)
	for name, is := range c.features() {
		said, there := s[name].(bool)
		switch {
		case there && said != is:
			c.found.add(at+pointer(name), "summary_false", name, strconv.FormatBool(is))
		case !there && is:
			c.found.add(at, "summary_silent", name)
		}
	}
}

// features are the things a summary speaks of, as the document really has them.
func (c *checker) features() map[string]bool {
	out := map[string]bool{
		"manual_playbook": true, "external_playbooks": false, "parallel_processing": false, "if_logic": false, "while_logic": false,
		"switch_logic": false, "temporal_logic": false, "data_markings": len(list(c.tree, "markings")) > 0,
		"digital_signatures": len(list(c.tree, "signatures")) > 0, "countersigned_signatures": false,
		"extensions": len(object(c.tree, "extension_definitions")) > 0 || uses(c.tree),
	}
	byType := map[string]string{
		"playbook-action": "external_playbooks", "parallel": "parallel_processing", "if-condition": "if_logic",
		"while-condition": "while_logic", "switch-condition": "switch_logic",
	}
	commands := 0
	for _, v := range object(c.tree, "workflow") {
		step, _ := v.(map[string]any)
		commands += len(list(step, "commands"))
		if feature, ok := byType[text(step, "type")]; ok {
			out[feature] = true
		}
		if has(step, "delay") || has(step, "timeout") {
			out["temporal_logic"] = true
		}
		for _, e := range list(step, "commands") {
			command, _ := e.(map[string]any)
			out["manual_playbook"] = out["manual_playbook"] && text(command, "type") == "manual"
		}
	}
	if commands == 0 {
		delete(out, "manual_playbook") // neither answer is a lie
	}
	for _, v := range list(c.tree, "signatures") {
		if s, _ := v.(map[string]any); has(s, "signature") {
			out["countersigned_signatures"] = true
		}
	}
	return out
}

// uses reports whether an object, or one inside it, has a property for extensions.
func uses(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if strings.HasSuffix(key, "_extensions") || uses(inner) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, uses)
	}
	return false
}
