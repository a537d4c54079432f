package cacao

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Check finds everything that is wrong with a document, and what there is to know about it. The
// official schemas let most of this pass: they look at one object at a time.
func Check(d *Document) Findings {
	c := &checker{doc: d, tree: d.Tree, uuids: map[string]string{}}
	if !c.envelope() {
		return c.found
	}
	c.object("", d.Tree, playbookShape)
	c.metadata()
	c.definitions()
	c.steps()
	c.graph()
	c.variables()
	c.markings()
	c.signatures()
	c.summary()
	return c.found.sorted()
}

type checker struct {
	doc   *Document
	tree  map[string]any
	uuids map[string]string // UUID -> the identifier that has it
	found Findings
	flow  *flow
}

// envelope answers whether this is a playbook of CACAO 2.0 at all.
func (c *checker) envelope() bool {
	switch version := text(c.tree, "spec_version"); {
	case text(c.tree, "type") != "playbook":
		c.found.add("/type", "not_playbook", clip(text(c.tree, "type")))
	case strings.HasPrefix(version, "1.") || strings.HasPrefix(version, "cacao-1"):
		c.found.add("/spec_version", "version_one", clip(version))
	case version != "cacao-2.0":
		c.found.add("/spec_version", "version", clip(version))
	default:
		return true
	}
	return false
}

// object checks the properties of an object against its shape.
func (c *checker) object(at string, o map[string]any, s shape) {
	for _, name := range s.required {
		if !has(o, name) {
			c.found.add(at, "missing", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		k, known := s.props[name]
		switch {
		case known:
			c.property(at+pointer(name), o[name], k)
		case s.others != "":
			c.found.add(at+pointer(name), s.others, clip(name))
		}
	}
	if slices.Contains(s.required, "name") && has(o, "name") && strings.TrimSpace(text(o, "name")) == "" {
		c.found.add(at+"/name", "empty")
	}
	c.references(at, o, s)
}

func (c *checker) property(at string, v any, k kind) {
	switch k {
	case someText, someIDs, objects:
		c.entries(at, v, k)
		return
	case anything:
		return
	}
	if !fits(v, k) {
		c.found.add(at, "type", kindName[k])
		return
	}
	s, _ := v.(string)
	switch k {
	case anID:
		c.identifier(at, s)
	case aTime, aMilli:
		c.moment(at, s, k == aMilli)
	}
}

func (c *checker) entries(at string, v any, k kind) {
	all, ok := v.([]any)
	if !ok {
		c.found.add(at, "type", kindName[k])
		return
	}
	if len(all) == 0 {
		c.found.add(at, "empty")
	}
	one := map[kind]kind{someText: aText, someIDs: anID, objects: anObject}[k]
	for i, e := range all {
		c.property(at+"/"+strconv.Itoa(i), e, one)
	}
}

func fits(v any, k kind) bool {
	switch k {
	case aText, anID, aTime, aMilli:
		_, ok := v.(string)
		return ok
	case aFlag:
		_, ok := v.(bool)
		return ok
	case anObject:
		_, ok := v.(map[string]any)
		return ok
	}
	n, ok := v.(json.Number)
	if !ok {
		return false
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	return err == nil && i >= 0 && (k != aPercent || i <= 100)
}

var (
	idForm    = regexp.MustCompile(`^([a-z][a-z0-9-]+[a-z0-9])--([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-([1-5])[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})$`)
	stampForm = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?Z$`)
)

// parts takes an identifier apart: its type, its UUID and the UUID's version.
func parts(id string) (prefix, uuid, version string, ok bool) {
	m := idForm.FindStringSubmatch(id)
	if m == nil {
		return "", "", "", false
	}
	return m[1], strings.ToLower(m[2]), m[3], true
}

// identifier checks the form, and that no two objects of different types share a UUID.
func (c *checker) identifier(at, id string) {
	_, uuid, _, ok := parts(id)
	if !ok {
		c.found.add(at, "id_form", clip(id))
		return
	}
	if other, there := c.uuids[uuid]; there && !strings.EqualFold(other, id) {
		c.found.add(at, "id_twice", id, other)
		return
	}
	c.uuids[uuid] = id
}

// moment checks a time.
func (c *checker) moment(at, s string, milli bool) {
	if _, ok := when(s); !ok {
		c.found.add(at, "time", clip(s))
		return
	}
	if milli && (len(s) != len("2006-01-02T15:04:05.000Z") || s[19] != '.') {
		c.found.add(at, "time_milli", clip(s))
	}
}

func when(s string) (time.Time, bool) {
	if !stampForm.MatchString(s) {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, strings.Replace(s, ":60", ":59", 1)) // a leap second is a second of the same minute
	return t, err == nil
}

// references checks the external references of an object.
func (c *checker) references(at string, o map[string]any, s shape) {
	if s.props["external_references"] != objects {
		return
	}
	for i, v := range list(o, "external_references") {
		ref, ok := v.(map[string]any)
		if !ok {
			continue // told as a wrong type
		}
		where := at + "/external_references/" + strconv.Itoa(i)
		c.object(where, ref, referenceShape)
		if !slices.ContainsFunc([]string{"description", "source", "url", "external_id", "reference_id"}, func(k string) bool { return has(ref, k) }) {
			c.found.add(where, "reference_empty")
		}
	}
}
