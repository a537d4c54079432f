package cacao

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tasuke/playbooks"
)

// declare writes every variable of the document as one of the run: those the caller gives as
// inputs, all others as variables. A step's variable belongs to the run too, under a name of its own.
func (c *converter) declare() {
	names := map[string]bool{"pass": true}
	c.declareAll("", object(c.doc.Tree, "playbook_variables"), names)
	for _, id := range c.flow.order {
		c.declareAll(id, object(c.flow.nodes[id].o, "step_variables"), names)
	}
}

func (c *converter) declareAll(holder string, vars map[string]any, names map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		o, _ := vars[name].(map[string]any)
		v := playbooks.Variable{ID: once(names, idOf(name, "var")), Type: fieldType(text(o, "type")), Label: both(label(name, o))}
		v.Default = initial(o, v.Type)
		external := holder == "" && flag(o, "external")
		c.vars[held{holder, name}] = variable{v.ID, v.Type, text(o, "type"), external || v.Default != nil}
		if external {
			v.Required = v.Default == nil
			if c.returned(name) {
				c.found.add("/playbook_variables"+pointer(name), "external_set", name)
			}
			c.def.Inputs = append(c.def.Inputs, v)
		} else {
			c.def.Variables = append(c.def.Variables, v)
		}
		if holder == "" && !flag(o, "constant") {
			c.def.Outputs = append(c.def.Outputs, v.ID)
		}
	}
}

// returned reports whether a step returns a variable of the playbook.
func (c *converter) returned(name string) bool {
	for _, id := range c.flow.order {
		if slices.Contains(texts(c.flow.nodes[id].o, "out_args"), name) {
			if holder, _, ok := c.flow.find(id, name, object(c.doc.Tree, "playbook_variables")); ok && holder == "" {
				return true
			}
		}
	}
	return false
}

func once(names map[string]bool, base string) string {
	id := base
	for i := 2; names[id]; i++ {
		id = base + "_" + strconv.Itoa(i)
	}
	names[id] = true
	return id
}

func label(name string, o map[string]any) string {
	if s := line(text(o, "description"), 200); s != "" {
		return s
	}
	return strings.Trim(name, "_")
}

func fieldType(kind string) playbooks.FieldType {
	switch kind {
	case "bool":
		return playbooks.YesNoField
	case "integer", "long":
		return playbooks.NumberField
	}
	return playbooks.TextField
}

// initial is the value a variable begins with; nil when it is not known. The empty text of CACAO is
// a value known to be empty.
func initial(o map[string]any, t playbooks.FieldType) any {
	switch v := o["value"].(type) {
	case string:
		switch t {
		case playbooks.YesNoField:
			if v != "" {
				return v == "true"
			}
			return nil
		case playbooks.NumberField:
			if n, err := strconv.ParseInt(v, 10, 64); err == nil {
				return n
			}
			return nil
		}
		s, _ := tidy(v, 4000)
		return s
	case map[string]any:
		b, err := json.Marshal(v)
		if err != nil {
			return nil // nothing that was read from JSON
		}
		s, _ := tidy(string(b), 4000)
		return s
	}
	return nil
}

// variable resolves a name for a step.
func (c *converter) variable(step, name string) (variable, bool) {
	holder, _, ok := c.flow.find(step, name, object(c.doc.Tree, "playbook_variables"))
	if !ok {
		return variable{}, false
	}
	v, ok := c.vars[held{holder, name}]
	return v, ok
}

// look is variable for a condition.
func (c *converter) look(step string) looked {
	return func(name string) (variable, bool) { return c.variable(step, name) }
}

// field asks a person for the value of a variable.
func (c *converter) field(step, name string) (playbooks.Field, bool) {
	holder, o, _ := c.flow.find(step, name, object(c.doc.Tree, "playbook_variables"))
	v, ok := c.vars[held{holder, name}]
	return playbooks.Field{ID: v.id, Label: both(label(name, o)), Type: v.t, Required: true}, ok
}
