package cacao

import (
	"encoding/json"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The forms of a variable's name and of a reference to one. The length counts the underscores.
var (
	variableName   = regexp.MustCompile(`^__[a-zA-Z][a-zA-Z0-9_-]*__$`)
	references     = regexp.MustCompile(`__[a-zA-Z](?:[a-zA-Z0-9-]|_[a-zA-Z0-9-])*__:value`)
	wholeReference = regexp.MustCompile(`^__[a-zA-Z](?:[a-zA-Z0-9-]|_[a-zA-Z0-9-])*__(?::value)?$`)
	bareReference  = regexp.MustCompile(`__[a-zA-Z](?:[a-zA-Z0-9-]|_[a-zA-Z0-9-])*__(:value)?`)
)

const maxName = 250

// variables checks what is declared and that what is used is declared where it is used.
func (c *checker) variables() {
	c.declared("/playbook_variables", object(c.tree, "playbook_variables"), true)
	for _, id := range c.flow.order {
		n := c.flow.nodes[id]
		at := "/workflow" + pointer(id)
		own := object(n.o, "step_variables")
		c.declared(at+"/step_variables", own, false)
		for name := range own {
			if has(object(c.tree, "playbook_variables"), name) {
				c.found.add(at+"/step_variables"+pointer(name), "variable_shadows", clip(name))
			}
		}
		c.arguments(at, n)
		c.mentions(at, n)
	}
}

func (c *checker) declared(at string, vars map[string]any, global bool) {
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		where := at + pointer(name)
		if !variableName.MatchString(name) || len(name) > maxName {
			c.found.add(where, "variable_name", clip(name))
		} else if name != strings.ToLower(name) {
			c.found.add(where, "variable_case", clip(name))
		}
		o, ok := vars[name].(map[string]any)
		if !ok {
			c.found.add(where, "type", kindName[anObject])
			continue
		}
		c.object(where, o, variableShape)
		if !global && flag(o, "external") {
			c.found.add(where+"/external", "external_step")
		}
		c.value(where, o)
	}
}

// value checks a value against the type of its variable.
func (c *checker) value(at string, o map[string]any) {
	v, there := o["value"]
	if !there || v == nil {
		if flag(o, "constant") {
			c.found.add(at, "constant_unknown")
		}
		return
	}
	kind := text(o, "type")
	s, isText := v.(string)
	_, isObject := v.(map[string]any)
	switch {
	case isObject && kind == "dictionary":
	case !isText:
		c.found.add(at+"/value", "value_json", clip(kind))
	case s != "" && !references.MatchString(s) && !valued(kind, s):
		c.found.add(at+"/value", "value_type", clip(s), clip(kind))
	}
}

var (
	hexForm    = regexp.MustCompile(`^(0[xX])?[0-9a-fA-F]*$`)
	anyUUID    = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	uriForm    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:\S*$`)
	hashLength = map[string]int{"md5-hash": 32, "sha256-hash": 64}
)

// valued reports whether a text is a value of a type. Types outside the vocabulary take any text.
func valued(kind, s string) bool {
	switch kind {
	case "bool":
		return s == "true" || s == "false"
	case "integer", "long":
		_, err := strconv.ParseInt(s, 10, 64)
		return err == nil
	case "float":
		_, err := strconv.ParseFloat(s, 64)
		return err == nil
	case "ipv4-addr", "ipv6-addr":
		return address(kind, s)
	case "mac-addr":
		return macForm.MatchString(strings.ReplaceAll(s, "-", ":"))
	case "hash", "hexstring":
		return hexForm.MatchString(s)
	case "md5-hash", "sha256-hash":
		return len(s) == hashLength[kind] && hexForm.MatchString(s)
	case "uuid":
		return anyUUID.MatchString(s)
	case "uri":
		return uriForm.MatchString(s)
	case "dictionary":
		var m map[string]any
		return json.Unmarshal([]byte(s), &m) == nil
	}
	return true
}

// address accepts a single address and, as CACAO's own examples do, a network.
func address(kind, s string) bool {
	ip, err := netip.ParseAddr(s)
	if err != nil {
		net, wrong := netip.ParsePrefix(s)
		if wrong != nil {
			return false
		}
		ip = net.Addr()
	}
	return ip.Is4() == (kind == "ipv4-addr")
}

// arguments checks in_args and out_args: names of variables that the step can see, and none that
// must not change.
func (c *checker) arguments(at string, n *node) {
	for _, key := range []string{"in_args", "out_args"} {
		for i, name := range texts(n.o, key) {
			where := at + "/" + key + "/" + strconv.Itoa(i)
			name = strings.TrimSuffix(name, ":value")
			_, v, ok := c.find(n.id, name)
			switch {
			case !ok:
				c.found.add(where, "variable_undefined", clip(name))
			case key == "out_args" && flag(v, "constant"):
				c.found.add(where, "constant_set", clip(name))
			}
		}
	}
}

// mentions checks every reference in a step and in the agent and targets it uses.
func (c *checker) mentions(at string, n *node) {
	look := func(where string, v any) {
		walkText(where, v, func(where, s string) {
			for _, m := range bareReference.FindAllStringSubmatch(s, -1) {
				name := strings.TrimSuffix(m[0], ":value")
				if _, _, ok := c.find(n.id, name); !ok && m[1] != "" {
					c.found.add(where, "variable_undefined", clip(name))
				} else if ok && m[1] == "" && where != at+"/switch" {
					c.found.add(where, "variable_bare", clip(name))
				}
			}
		})
	}
	for _, key := range []string{"commands", "condition", "switch"} {
		look(at+"/"+key, n.o[key])
	}
	for _, id := range append(texts(n.o, "targets"), text(n.o, "agent")) {
		for _, key := range []string{"agent_definitions", "target_definitions"} {
			if o, ok := object(c.tree, key)[id]; ok {
				look("/"+key+pointer(id), o)
			}
		}
	}
}

func walkText(at string, v any, f func(at, s string)) {
	switch v := v.(type) {
	case string:
		f(at, v)
	case []any:
		for i, one := range v {
			walkText(at+"/"+strconv.Itoa(i), one, f)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			walkText(at+pointer(key), v[key], f)
		}
	}
}

// find resolves a variable for a step: its own, then that of the nearest step that leads to it,
// then the playbook's. A variable can be seen in what its object uses or refers to, and a pointer
// is a reference. holder is "" for the playbook.
func (c *checker) find(step, name string) (holder string, v map[string]any, ok bool) {
	return c.flow.find(step, name, object(c.tree, "playbook_variables"))
}

func (f *flow) find(step, name string, global map[string]any) (holder string, v map[string]any, ok bool) {
	seen := map[string]bool{step: true}
	for queue := []string{step}; len(queue) > 0; queue = queue[1:] {
		n, there := f.nodes[queue[0]]
		if !there {
			continue
		}
		if v, ok := object(n.o, "step_variables")[name].(map[string]any); ok {
			return n.id, v, true
		}
		for _, id := range f.leadTo()[n.id] {
			if !seen[id] {
				seen[id] = true
				queue = append(queue, id)
			}
		}
	}
	v, ok = global[name].(map[string]any)
	return "", v, ok
}

// leadTo gives the steps with an arrow to each step.
func (f *flow) leadTo() map[string][]string {
	if f.before == nil {
		f.before = map[string][]string{}
		for _, id := range f.order {
			for _, a := range slices.Concat(f.nodes[id].next, f.nodes[id].branches) {
				f.before[a.to] = append(f.before[a.to], id)
			}
		}
	}
	return f.before
}
