package cacao

import (
	"encoding/base64"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// command checks one command by the rules of its type.
func (c *checker) command(at string, o map[string]any) {
	kind := text(o, "type")
	s, known := commandShapes[kind]
	if !known {
		s = foreignCommand
		c.found.add(at+"/type", "command_foreign", clip(kind))
	}
	c.object(at, o, s)
	if _, plain := s.props["command"]; known && plain && !slices.Contains(s.required, "command") {
		c.either(at, o)
	}
	for _, key := range []string{"command_b64", "content_b64"} {
		if v := text(o, key); has(o, key) && !isBase64(v) {
			c.found.add(at+"/"+key, "base64")
		}
	}
	switch kind {
	case "http-api", "openc2-http":
		c.http(at, kind, o)
	case "manual":
	default:
		c.found.add(at, "command_person", clip(kind))
	}
}

// either asks for a command or one in base64. Both are legal as the text reads; the plain one is
// shown then, and they must not differ.
func (c *checker) either(at string, o map[string]any) {
	plain, coded := strings.TrimSpace(text(o, "command")), text(o, "command_b64")
	switch {
	case plain == "" && coded == "":
		c.found.add(at, "command_none")
	case plain != "" && coded != "":
		if raw, err := base64.StdEncoding.DecodeString(coded); err != nil || string(raw) != text(o, "command") {
			c.found.add(at, "command_two")
		}
	}
}

func isBase64(s string) bool {
	_, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	return err == nil && s != ""
}

// startLine is an HTTP start line: a method, a target and a version.
var (
	startLine  = regexp.MustCompile(`^([A-Z][A-Z-]{1,19}) (\S+) (HTTP/[0-9](?:\.[0-9])?)$`)
	headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$")
	methods    = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
)

func (c *checker) http(at, kind string, o map[string]any) {
	if line := text(o, "command"); has(o, "command") {
		switch m := startLine.FindStringSubmatch(line); {
		case m == nil, !requestTarget(m[2]):
			c.found.add(at+"/command", "start_line", clip(line))
		case !slices.Contains(methods, m[1]):
			c.found.add(at+"/command", "http_method", m[1])
		case kind == "openc2-http" && m[1] != "POST":
			c.found.add(at+"/command", "openc2_post", m[1])
		}
	}
	headers := object(o, "headers")
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		where := at + "/headers" + pointer(name)
		if !headerName.MatchString(name) {
			c.found.add(where, "header_name", clip(name))
		}
		all, ok := headers[name].([]any)
		if !ok {
			c.found.add(where, "type", kindName[someText])
			continue
		}
		for i, v := range all {
			if s, ok := v.(string); !ok || strings.ContainsAny(s, "\r\n\x00") {
				c.found.add(where+"/"+strconv.Itoa(i), "header_value")
			}
		}
	}
	if has(o, "content") && has(o, "content_b64") {
		c.found.add(at, "content_two")
	}
	if kind == "openc2-http" {
		c.found.add(at, "command_person", kind)
		if raw, err := base64.StdEncoding.DecodeString(text(o, "content_b64")); err == nil && references.Match(raw) {
			c.found.add(at+"/content_b64", "openc2_variable")
		}
	}
}

// requestTarget accepts the origin form, the absolute form and a variable in their place.
func requestTarget(s string) bool {
	for _, begin := range []string{"/", "http://", "https://", "__"} {
		if strings.HasPrefix(s, begin) {
			return true
		}
	}
	return false
}
