package inquiry

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/fulltext"
)

// Told is an inquiry in whose free text the words stand.
type Told struct {
	fulltext.Hit
	Inquiry
}

// AllTold is a page of what a search for words found, the newest first.
type AllTold struct {
	Items      []Told
	Next       fulltext.Place
	Unfinished bool // older texts were not looked at yet
}

// Search finds submitted inquiries by words of what was told and noted. It needs inquiry.read and
// inquiry.write: for everybody else the free text of an inquiry is masked, and what is masked must
// not be found either.
func (s *Store) Search(ctx context.Context, by actor.Actor, q fulltext.Query, p fulltext.Page) (m AllTold, err error) {
	if err := by.Need(actor.InquiryRead); err != nil {
		return m, err
	}
	if err := by.Need(actor.InquiryWrite); err != nil {
		return m, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := s.texts.Find(ctx, tx, fulltext.Inquiry, q, p, s.openedTexts)
		if m.Next, m.Unfinished = f.Next, f.Unfinished; err != nil || len(f.Hits) == 0 {
			return err
		}
		ids := make([]string, len(f.Hits))
		for i, h := range f.Hits {
			ids[i] = h.ID
		}
		var rows []Inquiry
		if err := tx.SelectIn(ctx, &rows, `SELECT `+shown+` FROM inquiry WHERE id IN (?)`, ids); err != nil {
			return fmt.Errorf("read the inquiries of texts: %w", err)
		}
		of := map[string]Inquiry{}
		for _, r := range rows {
			of[r.ID] = r
		}
		for _, h := range f.Hits {
			m.Items = append(m.Items, Told{h, of[h.ID]})
		}
		return nil
	})
	return m, err
}

// findable makes a submitted inquiry searchable by its words. What is being typed is not.
func (s *Store) findable(ctx context.Context, tx *db.Tx, r *row) error {
	if r.State.Typing() {
		return nil
	}
	t, err := s.text(ctx, tx, r)
	if err != nil {
		return err
	}
	return s.texts.Put(ctx, tx, t)
}

// text is the free text of an inquiry: its form, its promises and what was noted since. One whose
// key was destroyed has none.
func (s *Store) text(ctx context.Context, tx *db.Tx, r *row) (fulltext.Text, error) {
	t := fulltext.Text{Kind: fulltext.Inquiry, ID: r.ID, Subject: subject(r.ID), At: r.ReceivedAt}
	if r.CustomerID != "" {
		t.Subject = "customer:" + r.CustomerID
	}
	f, err := s.open(ctx, tx, r)
	if fault.Is(err, fault.NotFound) {
		return t, nil
	}
	if err != nil {
		return t, err
	}
	t.Parts = append([]string{f.WhatHappened, f.ActedDetail, f.Promise, f.Contact.Note, f.Phishing.URL, f.Phishing.Sender}, f.OtherFirms...)
	lines, err := s.lines(ctx, tx, r.ID)
	for _, l := range lines {
		if l.Contact != nil {
			t.Parts = append(t.Parts, l.Contact.Note, l.Contact.Promise)
		}
	}
	return t, err
}

// Texts says where the searchable texts of this room are, for the backfill.
func (s *Store) Texts() []fulltext.Source {
	return []fulltext.Source{{Kind: fulltext.Inquiry, Read: func(ctx context.Context, tx *db.Tx, before string, limit int) ([]fulltext.Text, error) {
		var rows []*row
		if err := tx.Select(ctx, &rows, `SELECT `+shown+`, form FROM inquiry WHERE state NOT IN ('draft', 'abandoned') AND id < ?
			ORDER BY id DESC LIMIT ?`, before, limit); err != nil {
			return nil, fmt.Errorf("read inquiries to take in: %w", err)
		}
		return s.textsOf(ctx, tx, rows)
	}}}
}

func (s *Store) openedTexts(ctx context.Context, tx *db.Tx, ids []string) (map[string][]string, error) {
	out := map[string][]string{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []*row
	if err := tx.SelectIn(ctx, &rows, `SELECT `+shown+`, form FROM inquiry WHERE id IN (?)`, ids); err != nil {
		return nil, fmt.Errorf("read inquiries to search in: %w", err)
	}
	texts, err := s.textsOf(ctx, tx, rows)
	for _, t := range texts {
		out[t.ID] = t.Parts
	}
	return out, err
}

func (s *Store) textsOf(ctx context.Context, tx *db.Tx, rows []*row) ([]fulltext.Text, error) {
	out := make([]fulltext.Text, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = s.text(ctx, tx, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}
