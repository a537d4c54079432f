package cacao

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"unicode/utf8"
)

// Read takes a document apart. It accepts what is one JSON object of a bearable size in which every
// name stands once; what the object says is for Check. The order of names does not matter.
func Read(src []byte) (*Document, Findings) {
	r := &reader{}
	if len(src) > MaxBytes {
		r.found.add("", "too_big", MaxBytes)
		return &Document{}, r.found
	}
	if !utf8.Valid(src) {
		r.found.add("", "encoding")
		return &Document{}, r.found
	}
	r.dec = json.NewDecoder(bytes.NewReader(src))
	r.dec.UseNumber()
	v, err := r.value("", 0)
	if err == nil {
		if _, err = r.dec.Token(); errors.Is(err, io.EOF) {
			err = nil
		} else if err == nil {
			err = errTrailing
		}
	}
	tree, ok := v.(map[string]any)
	switch {
	case len(r.found) > 0:
		return &Document{}, r.found
	case err != nil:
		r.found.add("", "json", firstLine(err.Error()))
	case !ok:
		r.found.add("", "no_object")
	}
	return &Document{Text: src, Tree: tree}, r.found
}

var (
	errTrailing = errors.New("more stands after the first value")
	errCap      = errors.New("a cap was reached")
)

type reader struct {
	dec   *json.Decoder
	found Findings
	count int
}

func (r *reader) value(at string, depth int) (any, error) {
	if depth > maxDepth {
		r.found.add(at, "too_deep", maxDepth)
		return nil, errCap
	}
	if r.count++; r.count > maxKeys {
		r.found.add(at, "too_many", maxKeys)
		return nil, errCap
	}
	token, err := r.dec.Token()
	if err != nil {
		return nil, err //nolint:wrapcheck // told with its place by Read
	}
	switch v := token.(type) {
	case json.Delim:
		if v == '{' {
			return r.object(at, depth)
		}
		return r.list(at, depth)
	case string:
		if len(v) > maxString {
			r.found.add(at, "text_long", maxString)
			return nil, errCap
		}
	case json.Number:
		if !keeps(v) {
			r.found.add(at, "number_kept", clip(v.String()))
		}
	}
	return token, nil
}

// keeps reports whether a number survives the canonical form, in which every number is a double.
func keeps(n json.Number) bool {
	if i, err := strconv.ParseInt(n.String(), 10, 64); err == nil {
		return i <= 1<<53 && i >= -(1<<53)
	}
	f, err := n.Float64()
	return err == nil && !math.IsInf(f, 0)
}

func (r *reader) object(at string, depth int) (any, error) {
	out := map[string]any{}
	for r.dec.More() {
		token, err := r.dec.Token()
		if err != nil {
			return nil, err //nolint:wrapcheck // told with its place by Read
		}
		key, _ := token.(string) // the decoder gives nothing else here
		where := at + pointer(key)
		if _, twice := out[key]; twice {
			r.found.add(where, "twice")
		}
		if out[key], err = r.value(where, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := r.dec.Token()
	return out, err //nolint:wrapcheck // told with its place by Read
}

func (r *reader) list(at string, depth int) (any, error) {
	out := []any{}
	for r.dec.More() {
		v, err := r.value(at+"/"+strconv.Itoa(len(out)), depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	_, err := r.dec.Token()
	return out, err //nolint:wrapcheck // told with its place by Read
}
