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

// definitions checks what a playbook defines beside its workflow.
func (c *checker) definitions() {
	each(c, "agent_definitions", partyShapes, foreignParty, "party_foreign", c.party)
	each(c, "target_definitions", partyShapes, foreignParty, "party_foreign", c.party)
	each(c, "authentication_info_definitions", authShapes, foreignAuth, "auth_foreign", c.secret)
	for _, id := range slices.Sorted(maps.Keys(object(c.tree, "extension_definitions"))) {
		at := "/extension_definitions" + pointer(id)
		o, ok := c.named(at, id, object(c.tree, "extension_definitions")[id])
		if !ok {
			continue
		}
		c.object(at, o, extensionShape)
		c.prefixed(at, o, "created_by", "identity")
		if v := text(o, "version"); v != "" && !semver.MatchString(v) {
			c.found.add(at+"/version", "semver", clip(v))
		}
	}
	c.extensions("", c.tree)
}

var semver = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$`)

// each checks the objects of a dictionary by the shape of their type. A type outside the vocabulary
// is accepted: the vocabularies are open.
func each(c *checker, key string, shapes map[string]shape, foreign shape, rule string, more func(at string, o map[string]any)) {
	all := object(c.tree, key)
	if has(c.tree, key) && len(all) == 0 {
		if _, isObject := c.tree[key].(map[string]any); isObject {
			c.found.add("/"+key, "empty")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		at := "/" + key + pointer(id)
		o, ok := c.named(at, id, all[id])
		if !ok {
			continue
		}
		s, known := shapes[text(o, "type")]
		if !known {
			s = foreign
			c.found.add(at+"/type", rule, clip(text(o, "type")))
		}
		c.object(at, o, s)
		if known {
			more(at, o)
		}
	}
}

// named checks that a definition stands under an identifier of its own type.
func (c *checker) named(at, id string, v any) (map[string]any, bool) {
	o, ok := v.(map[string]any)
	if !ok {
		c.found.add(at, "type", kindName[anObject])
		return nil, false
	}
	c.identifier(at, id)
	if prefix, _, _, ok := parts(id); ok && prefix != text(o, "type") {
		c.found.add(at+"/type", "id_type", id, clip(text(o, "type")))
	}
	return o, true
}

// party checks an agent or a target.
func (c *checker) party(at string, o map[string]any) {
	if p, ok := o["contact"].(map[string]any); ok {
		c.object(at+"/contact", p, contactShape)
	}
	if p, ok := o["location"].(map[string]any); ok {
		c.object(at+"/location", p, placeShape)
		if has(p, "latitude") != has(p, "longitude") {
			c.found.add(at+"/location", "place_half")
		}
	}
	if a, ok := o["address"].(map[string]any); ok {
		c.address(at+"/address", a)
	}
	if p := text(o, "port"); has(o, "port") && !references.MatchString(p) {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			c.found.add(at+"/port", "port", clip(p))
		}
	}
	if id := text(o, "authentication_info"); id != "" && !has(object(c.tree, "authentication_info_definitions"), id) {
		c.found.add(at+"/authentication_info", "undefined", id, "authentication_info_definitions")
	}
}

var macForm = regexp.MustCompile(`^[a-fA-F0-9]{2}(:[a-fA-F0-9]{2}){5}$`)

// address checks a dictionary of addresses. Any value may be a variable.
func (c *checker) address(at string, a map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(a)) {
		where := at + pointer(key)
		if !slices.Contains([]string{"dname", "ipv4", "ipv6", "l2mac", "vlan", "url"}, key) {
			c.found.add(where, "address_kind", clip(key))
			continue
		}
		all, ok := a[key].([]any)
		if !ok {
			c.found.add(where, "type", kindName[someText])
			continue
		}
		for i, v := range all {
			if !addressed(key, v) {
				c.found.add(where+"/"+strconv.Itoa(i), "address", key)
			}
		}
	}
}

func addressed(key string, v any) bool {
	if n, ok := v.(json.Number); ok && key == "vlan" {
		i, err := strconv.Atoi(n.String())
		return err == nil && i >= 0 && i <= 4095
	}
	s, ok := v.(string)
	if !ok {
		return false
	}
	if references.MatchString(s) {
		return true
	}
	switch key {
	case "ipv4":
		ip, err := netip.ParseAddr(s)
		return err == nil && ip.Is4()
	case "ipv6":
		ip, err := netip.ParseAddr(s)
		return err == nil && ip.Is6()
	case "l2mac":
		return macForm.MatchString(s)
	case "vlan":
		i, err := strconv.Atoi(s)
		return err == nil && i >= 0 && i <= 4095
	}
	return strings.TrimSpace(s) != ""
}

// secret checks who signs in where: material is either in the playbook or in a key store.
func (c *checker) secret(at string, o map[string]any) {
	key := map[string]string{"http-basic": "password", "oauth2": "token", "user-auth": "password"}[text(o, "type")]
	switch {
	case has(o, "kms_key_identifier") && !flag(o, "kms"):
		c.found.add(at, "kms_flag")
	case flag(o, "kms") && !has(o, "kms_key_identifier"):
		c.found.add(at, "missing", "kms_key_identifier")
	case flag(o, "kms"):
		for _, name := range []string{"user_id", "username", "password", "token"} {
			if has(o, name) {
				c.found.add(at+"/"+name, "kms_both", name)
			}
		}
	case text(o, "type") == "oauth2" && !has(o, "token"):
		c.found.add(at, "missing", "token")
	}
	if s := text(o, key); s != "" && !references.MatchString(s) {
		c.found.add(at+"/"+key, "secret_inside")
	}
}

// extensions checks every use of an extension in the whole document.
func (c *checker) extensions(at string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			where := at + pointer(key)
			if used, ok := v[key].(map[string]any); ok && slices.Contains(extensionKeys, key) {
				c.used(where, used)
				continue
			}
			if at != "/extension_definitions" {
				c.extensions(where, v[key])
			}
		}
	case []any:
		for i, one := range v {
			c.extensions(at+"/"+strconv.Itoa(i), one)
		}
	}
}

var (
	extensionKeys = []string{"playbook_extensions", "step_extensions", "agent_target_extensions", "authentication_info_extensions", "marking_extensions"}
	extensionName = regexp.MustCompile(`^[a-z0-9_]{3,250}$`)
)

func (c *checker) used(at string, used map[string]any) {
	if len(used) == 0 {
		c.found.add(at, "empty")
	}
	for _, id := range slices.Sorted(maps.Keys(used)) {
		where := at + pointer(id)
		if !has(object(c.tree, "extension_definitions"), id) {
			c.found.add(where, "undefined", clip(id), "extension_definitions")
		}
		o, ok := used[id].(map[string]any)
		if !ok {
			c.found.add(where, "type", kindName[anObject])
		}
		for _, name := range slices.Sorted(maps.Keys(o)) {
			if !extensionName.MatchString(name) {
				c.found.add(where+pointer(name), "extension_name", clip(name))
			}
		}
	}
}
