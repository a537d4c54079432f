package inquiry_test

import (
	"testing"

	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/internal/fulltext"
)

// finds says how many inquiries a person finds by words.
func (w *world) finds(by actor.Actor, words string) int {
	w.t.Helper()
	q, err := fulltext.Parse(words)
	w.must(err)
	m, err := w.Search(w.t.Context(), by, q, fulltext.Page{})
	w.must(err)
	return len(m.Items)
}

func TestWhatCallersToldIsFound(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"not while it is being typed": func(_ *testing.T, w *world) {
			f := question()
			f.WhatHappened = "偽の封書が届いた"
			q, rev := w.draft(sato, f)
			if w.finds(sato, "封書") != 0 {
				w.t.Error("a draft is found")
			}
			_, err := w.Submit(w.t.Context(), sato, q.ID, rev, f, inquiry.Decision{Kind: inquiry.Inform})
			w.must(err)
			if w.finds(suzuki, "封書") != 1 {
				w.t.Error("not found")
			}
		},
		"after it was completed, by its new words, and by what was noted since": func(_ *testing.T, w *world) {
			f := tale()
			f.WhatHappened = "偽の封書が届いた"
			out := w.submit(sato, f, inquiry.Decision{Kind: inquiry.OpenNew})
			f.WhatHappened = "偽の葉書が届いた"
			_, err := w.Amend(w.t.Context(), sato, out.InquiryID, w.get(out.InquiryID).Rev, f)
			w.must(err)
			_, err = w.AddContact(w.t.Context(), sato, out.InquiryID, "k", inquiry.Contact{Direction: inquiry.Incoming, Medium: inquiry.Phone, Note: "渋谷の窓口に行く"})
			w.must(err)
			if w.finds(sato, "封書") != 0 || w.finds(sato, "葉書") != 1 || w.finds(sato, "渋谷") != 1 {
				w.t.Error("not as it stands now")
			}
		},
		"by nobody for whom it is masked": func(t *testing.T, w *world) {
			w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			q, err := fulltext.Parse("外国株")
			w.must(err)
			for _, by := range []actor.Actor{auditor, legal} {
				if _, err := w.Search(t.Context(), by, q, fulltext.Page{}); !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s: %v", by.ID, err)
				}
			}
		},
	})
}
