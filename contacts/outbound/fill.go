package outbound

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"mime"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"tasuke/internal/fault"
)

// variable is how a text names an input: as CACAO names its variables.
var variable = regexp.MustCompile(`__([a-zA-Z](?:[a-zA-Z0-9-]|_[a-zA-Z0-9-])*)__:value`)

// escape writes a value so that it stays one value where it stands.
type escape func(value string) (string, error)

// fill puts the values into a text.
func fill(text string, values map[string]string, write escape) (string, error) {
	var bad error
	out := variable.ReplaceAllStringFunc(text, func(ref string) string {
		name := variable.FindStringSubmatch(ref)[1]
		v, ok := values[name]
		if !ok {
			bad = fault.New(fault.Refused, "outbound.value_missing", map[string]any{"Name": name})
			return ""
		}
		s, err := write(v)
		if err != nil && bad == nil {
			bad = err
		}
		return s
	})
	return out, bad
}

func refused(name string) error {
	return fault.New(fault.Refused, "outbound.value_place", map[string]any{"Place": name})
}

// address fills a URL: the host takes the name of a host only, a part of the path stays one part and
// a value of the query one value.
func address(text string, values map[string]string) (*url.URL, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || scheme != "https" && scheme != "http" {
		return nil, refused("url")
	}
	host, tail := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, tail = rest[:i], rest[i:]
	}
	path, query, hasQuery := strings.Cut(tail, "?")
	if strings.Contains(tail, "#") || strings.Contains(host, "@") {
		return nil, refused("url")
	}
	host, err := fill(host, values, hostValue)
	if err != nil {
		return nil, err
	}
	if path, err = fill(path, values, pathValue); err != nil {
		return nil, err
	}
	if query, err = fill(query, values, func(s string) (string, error) { return url.QueryEscape(s), nil }); err != nil {
		return nil, err
	}
	whole := scheme + "://" + host + path
	if hasQuery {
		whole += "?" + query
	}
	u, err := url.Parse(whole)
	if err != nil || u.User != nil || u.Fragment != "" || u.Hostname() == "" {
		return nil, refused("url")
	}
	return u, nil
}

func hostValue(s string) (string, error) {
	if ip, err := netip.ParseAddr(s); err == nil && ip.Zone() == "" {
		if ip.Is6() {
			return "[" + ip.String() + "]", nil
		}
		return ip.String(), nil
	}
	if s = strings.ToLower(s); !nameForm.MatchString(s) {
		return "", refused("host")
	}
	return s, nil
}

func pathValue(s string) (string, error) {
	if s == "" || s == "." || s == ".." {
		return "", refused("path")
	}
	return url.PathEscape(s), nil
}

// body fills the content by the type the request says it has.
func body(text, contentType string, values map[string]string) ([]byte, error) {
	if !variable.MatchString(text) {
		return []byte(text), nil
	}
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil && contentType != "" {
		return nil, refused("body")
	}
	var out string
	switch {
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		return jsonBody(text, values)
	case kind == "application/x-www-form-urlencoded":
		out, err = fill(text, values, func(s string) (string, error) { return url.QueryEscape(s), nil })
	case kind == "application/xml" || kind == "text/xml" || strings.HasSuffix(kind, "+xml"):
		out, err = fill(text, values, xmlValue)
	case kind == "text/plain":
		out, err = fill(text, values, func(s string) (string, error) { return s, nil })
	default:
		return nil, refused("body") // nobody can say what a value may not contain there
	}
	return []byte(out), err
}

func xmlValue(s string) (string, error) {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return "", fmt.Errorf("escape for XML: %w", err)
	}
	return b.String(), nil
}

// jsonBody fills JSON: inside a text a value stays text, elsewhere a number, true, false or null stays
// one and everything else becomes a text. What comes out is JSON, or nothing is sent.
func jsonBody(text string, values map[string]string) ([]byte, error) {
	var out strings.Builder
	at, quoted := 0, false
	for _, m := range variable.FindAllStringSubmatchIndex(text, -1) {
		quoted = inside(text[at:m[0]], quoted)
		out.WriteString(text[at:m[0]])
		v, ok := values[text[m[2]:m[3]]]
		if !ok {
			return nil, fault.New(fault.Refused, "outbound.value_missing", map[string]any{"Name": text[m[2]:m[3]]})
		}
		coded, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("escape for JSON: %w", err)
		}
		switch {
		case quoted:
			out.Write(coded[1 : len(coded)-1])
		case plainJSON.MatchString(v):
			out.WriteString(v)
		default:
			out.Write(coded)
		}
		at = m[1]
	}
	out.WriteString(text[at:])
	if !json.Valid([]byte(out.String())) {
		return nil, refused("body")
	}
	return []byte(out.String()), nil
}

var plainJSON = regexp.MustCompile(`^(-?(0|[1-9][0-9]{0,17})|true|false|null)$`)

// inside reports whether a text of JSON stands open after a piece.
func inside(piece string, quoted bool) bool {
	for i := 0; i < len(piece); i++ {
		switch {
		case quoted && piece[i] == '\\':
			i++
		case piece[i] == '"':
			quoted = !quoted
		}
	}
	return quoted
}

// sendable are the headers a request may name. Who signs in, where to and through what is not the
// playbook's to say.
var sendable = map[string]bool{
	"Accept": true, "Accept-Language": true, "Content-Type": true, "Content-Language": true, "If-Match": true, "If-None-Match": true,
	"If-Modified-Since": true, "If-Unmodified-Since": true, "Prefer": true, "X-Request-Id": true, "X-Correlation-Id": true,
}
