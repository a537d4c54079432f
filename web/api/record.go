package api

import (
	"strconv"
	"strings"
	"time"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
)

// Page is the part of a list that a call asks for.
type Page struct {
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Records of this page"`
	After string `query:"after" maxLength:"200" doc:"next of the page before; left out: the first page"`
}

func (p Page) keyed() (paging.Page, error) {
	after, err := paging.Parse(p.After)
	return paging.Page{After: after, Limit: p.Limit}, err
}

// list is one page of records.
type list[T any] struct {
	Body struct {
		Items []T    `json:"items" nullable:"false" doc:"In the order of the screens"`
		Next  string `json:"next,omitempty" doc:"after of the next page; left out on the last one"`
	}
}

func listed[E, T any](entries []E, next string, one func(E) T) *list[T] {
	l := &list[T]{}
	l.Body.Items, l.Body.Next = make([]T, 0, len(entries)), next
	for _, e := range entries {
		l.Body.Items = append(l.Body.Items, one(e))
	}
	return l
}

// record is one record with its revision, which an edit must bring back.
type record[T any] struct {
	ETag string `header:"ETag" doc:"The revision, for If-Match of an edit"`
	Body T
}

func revised[T any](rev int64, body T) *record[T] {
	return &record[T]{ETag: strconv.Quote(strconv.FormatInt(rev, 10)), Body: body}
}

// Edit is the head of a call that changes a record.
type Edit struct {
	ID      string `path:"id" maxLength:"64"`
	IfMatch string `header:"If-Match" required:"true" maxLength:"40" doc:"The ETag under which the record was read; when somebody else changed it since, the answer is 409 with the record as it now is"`
}

func (e Edit) rev() (int64, error) {
	n, err := strconv.ParseInt(strings.Trim(e.IfMatch, `"`), 10, 64)
	if err != nil || !strings.HasPrefix(e.IfMatch, `"`) {
		return 0, fault.Field("If-Match", "api.value")
	}
	return n, nil
}

// plain refuses text that no person types and no database keeps alike.
func plain(texts ...string) error {
	for _, s := range texts {
		if strings.ContainsRune(s, 0) {
			return fault.New(fault.Invalid, "form.not_text", nil)
		}
	}
	return nil
}

// at is a moment of an answer; left out while it is not known.
func at(i db.Instant) *time.Time {
	if i.IsZero() {
		return nil
	}
	t := i.Time()
	return &t
}

// shown is the record of a conflict in the form that the edit answers with.
func shown(current any) any {
	switch r := current.(type) {
	case incident.Incident:
		return incidentOf(r)
	case cases.Case:
		return caseOf(r)
	}
	return nil
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}
