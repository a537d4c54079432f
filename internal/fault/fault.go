// Package fault is the one error type that reaches a reader: a kind that decides the HTTP
// status and a message key whose sentence stands in web/words. The cause goes to the log only.
package fault

import (
	"errors"
	"fmt"
)

// Kind says who has to act on an error; package web maps each kind to one HTTP status.
type Kind string

// The kinds. Refused means the input was well formed and a rule of the field says no.
const (
	Invalid      Kind = "invalid"
	Refused      Kind = "refused"
	NotFound     Kind = "not_found"
	Forbidden    Kind = "forbidden"
	Conflict     Kind = "conflict"
	TooLarge     Kind = "too_large"
	Unauthorized Kind = "unauthorized"
	TooMany      Kind = "too_many"
	Internal     Kind = "internal"
)

// Error carries a message key with its arguments for the reader and a cause for the log.
type Error struct {
	Kind   Kind
	Key    string
	Args   map[string]any
	Fields map[string]string // form field -> message key
	// Current is the record as it now is, when Kind is Conflict, so that both versions can be shown.
	Current any
	Cause   error
}

// Error is for the log; it holds no personal data as long as Args does not.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s %s: %v", e.Kind, e.Key, e.Cause)
	}
	return fmt.Sprintf("%s %s", e.Kind, e.Key)
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error for the reader.
func New(kind Kind, key string, args map[string]any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// Wrap makes an error for the reader that keeps its cause for the log.
func Wrap(kind Kind, key string, args map[string]any, cause error) *Error {
	return &Error{Kind: kind, Key: key, Args: args, Cause: cause}
}

// Stale is the answer to an edit of a record that somebody else changed first; current is
// the record as it now is.
func Stale(current any) *Error {
	return &Error{Kind: Conflict, Key: "row.stale", Current: current}
}

// Form is invalid input with a message key for each field that is wrong.
func Form(fields map[string]string) *Error {
	return &Error{Kind: Invalid, Key: "form.invalid", Fields: fields}
}

// Field is invalid input in one field.
func Field(field, key string) *Error { return Form(map[string]string{field: key}) }

// KindOf answers the kind of err: "" for nil, Internal for an error that is not a *Error.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return KindOf(err) == kind }
