// Package cacao reads, checks, converts, writes and signs CACAO Security Playbooks 2.0. It is pure:
// it opens no file, asks no clock and no network, and never runs a command of a playbook.
package cacao

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/gowebpki/jcs"
)

// Format names this format where an imported text is kept.
const Format = "cacao-2.0"

// The caps on a document. They hold before anything is built from it. One that is kept beside its
// playbook must be smaller still (400 KiB); our own exports, which repeat every step in full, need not.
const (
	MaxBytes  = 2 << 20
	maxDepth  = 24
	maxString = 256 << 10 // bytes of one text: a notebook in base64 is long
	maxKeys   = 100_000   // properties and list entries of a document
	maxSteps  = 2000
)

// Document is one CACAO document as it came: nothing of it is left out.
type Document struct {
	Text []byte
	Tree map[string]any // map[string]any, []any, string, json.Number, bool and nil
}

// Canonical gives the bytes of JSON in the form of RFC 8785, by which documents are compared,
// hashed and signed.
func Canonical(text []byte) ([]byte, error) {
	out, err := jcs.Transform(text)
	if err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	return out, nil
}

// ID, Name and Modified are what a document calls itself; "" when it does not say so.
func (d *Document) ID() string { return text(d.Tree, "id") }

// Name is the name of the playbook.
func (d *Document) Name() string { return text(d.Tree, "name") }

// Modified is the version of the playbook.
func (d *Document) Modified() string { return text(d.Tree, "modified") }

func text(o map[string]any, key string) string {
	s, _ := o[key].(string) // what is of another type is found when the document is checked
	return s
}

func object(o map[string]any, key string) map[string]any {
	m, _ := o[key].(map[string]any) // nil reads as empty
	return m
}

func list(o map[string]any, key string) []any {
	l, _ := o[key].([]any)
	return l
}

func texts(o map[string]any, key string) (out []string) {
	for _, v := range list(o, key) {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func flag(o map[string]any, key string) bool {
	b, _ := o[key].(bool)
	return b
}

func has(o map[string]any, key string) bool {
	_, ok := o[key]
	return ok
}

// whole gives a whole number.
func whole(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	return i, err == nil
}
