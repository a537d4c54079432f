package cacao

import (
	"crypto/sha256"
	"encoding/json"
	"strings"

	"github.com/google/uuid"
)

// ourSpace is the namespace of identifiers that are made from numbers of playbooks. The namespace of
// the specification is for identifiers made of a name and types only.
var ourSpace = uuid.MustParse("8f3c2f5e-0d6b-5c1a-9a51-3f0f6f1d7a20")

// PlaybookID is the identifier of one of our own playbooks: the same in every export, version 5.
func PlaybookID(slug string) string {
	return "playbook--" + uuid.NewSHA1(ourSpace, []byte(slug)).String()
}

// objectID is the identifier of an object inside a playbook: the same in every export. The text wants
// version 4 for steps, so it is written as one.
func objectID(kind string, parts ...string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + strings.Join(parts, "\x00")))
	u, err := uuid.FromBytes(sum[:16])
	if err != nil {
		return "" // sixteen bytes are a UUID
	}
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return kind + "--" + u.String()
}

// clone copies a tree, so that a change does not reach the document it came from.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, one := range v {
			out[key] = clone(one)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, one := range v {
			out[i] = clone(one)
		}
		return out
	}
	return v
}

// pretty writes a tree as people read it.
func pretty(tree map[string]any) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(tree)
	return []byte(b.String()), err //nolint:wrapcheck // a tree of JSON values encodes
}
