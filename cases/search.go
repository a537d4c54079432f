package cases

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fulltext"
)

// Match is a case in whose text, or in an entry of whose contact log, the words stand.
type Match struct {
	fulltext.Hit
	CaseID   string
	CaseNo   string
	Customer Masked
}

// Matches is a page of what a search for words found, the newest text first.
type Matches struct {
	Items      []Match
	Next       fulltext.Place
	Unfinished bool // older texts were not looked at yet
}

// SearchCases finds cases by words of what is stated of them. It needs case.read.
func (s *Store) SearchCases(ctx context.Context, by actor.Actor, q fulltext.Query, p fulltext.Page) (Matches, error) {
	return s.search(ctx, by, fulltext.Case, q, p, s.caseTexts)
}

// SearchNotes finds entries of contact logs by their words. It needs case.read.
func (s *Store) SearchNotes(ctx context.Context, by actor.Actor, q fulltext.Query, p fulltext.Page) (Matches, error) {
	return s.search(ctx, by, fulltext.Note, q, p, s.noteTexts)
}

func (s *Store) search(ctx context.Context, by actor.Actor, kind string, q fulltext.Query, p fulltext.Page, read fulltext.Reader) (m Matches, err error) {
	if err := by.Need(actor.CaseRead); err != nil {
		return m, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := s.texts.Find(ctx, tx, kind, q, p, read)
		if err != nil {
			return err
		}
		m.Next, m.Unfinished = f.Next, f.Unfinished
		m.Items, err = s.matches(ctx, tx, kind, f.Hits)
		return err
	})
	return m, err
}

// matches says of which case each text is, with its customer masked.
func (s *Store) matches(ctx context.Context, tx *db.Tx, kind string, hits []fulltext.Hit) (out []Match, err error) {
	if len(hits) == 0 {
		return nil, nil
	}
	ids, customers := make([]string, len(hits)), []string{}
	for i, h := range hits {
		ids[i] = h.ID
	}
	var rows []struct {
		ID, No     string
		TextID     string `db:"text_id"`
		CustomerID string `db:"customer_id"`
	}
	query := `SELECT id AS text_id, id, COALESCE(no, '') AS no, customer_id FROM victim_case WHERE id IN (?)`
	if kind == fulltext.Note {
		query = `SELECT n.id AS text_id, c.id, COALESCE(c.no, '') AS no, c.customer_id FROM case_note n JOIN victim_case c ON c.id = n.case_id WHERE n.id IN (?)`
	}
	if err := tx.SelectIn(ctx, &rows, query, ids); err != nil {
		return nil, fmt.Errorf("read the cases of texts: %w", err)
	}
	for _, r := range rows {
		customers = append(customers, r.CustomerID)
	}
	masked, err := s.customers.Masked(ctx, tx, customers)
	if err != nil {
		return nil, err
	}
	of := map[string]Match{}
	for _, r := range rows {
		of[r.TextID] = Match{CaseID: r.ID, CaseNo: r.No, Customer: masked[r.CustomerID]}
	}
	for _, h := range hits {
		m := of[h.ID]
		m.Hit = h
		out = append(out, m)
	}
	return out, nil
}

func caseText(c Case) fulltext.Text {
	return fulltext.Text{Kind: fulltext.Case, ID: c.ID, Subject: subject(c.CustomerID), At: c.OpenedAt, Parts: []string{c.Summary, c.ContactPref}}
}

func noteText(customerID string, n Note) fulltext.Text {
	return fulltext.Text{Kind: fulltext.Note, ID: n.ID, Subject: subject(customerID), At: n.WrittenAt, Parts: []string{n.Text, n.Promise}}
}

// Texts says where the searchable texts of this room are, for the backfill.
func (s *Store) Texts() []fulltext.Source {
	return []fulltext.Source{{Kind: fulltext.Case, Read: s.oldCases}, {Kind: fulltext.Note, Read: s.oldNotes}}
}

// sealedText is a row with the two texts of a case, or of a note.
type sealedText struct {
	ID         string     `db:"id"`
	CustomerID string     `db:"customer_id"`
	At         db.Instant `db:"at"`
	One        []byte     `db:"one"`
	Two        []byte     `db:"two"`
}

const (
	sealedCases = `SELECT id, customer_id, opened_at AS at, summary AS one, contact_pref AS two FROM victim_case WHERE `
	sealedNotes = `SELECT n.id, c.customer_id, n.written_at AS at, n.text AS one, n.promise AS two
		FROM case_note n JOIN victim_case c ON c.id = n.case_id WHERE `
)

func (s *Store) caseTexts(ctx context.Context, tx *db.Tx, ids []string) (map[string][]string, error) {
	return s.opened(ctx, tx, sealedCases+`id IN (?)`, fulltext.Case, ids)
}

func (s *Store) noteTexts(ctx context.Context, tx *db.Tx, ids []string) (map[string][]string, error) {
	return s.opened(ctx, tx, sealedNotes+`n.id IN (?)`, fulltext.Note, ids)
}

func (s *Store) oldCases(ctx context.Context, tx *db.Tx, before string, limit int) ([]fulltext.Text, error) {
	return s.old(ctx, tx, sealedCases+`id < ? ORDER BY id DESC LIMIT ?`, fulltext.Case, before, limit)
}

func (s *Store) oldNotes(ctx context.Context, tx *db.Tx, before string, limit int) ([]fulltext.Text, error) {
	return s.old(ctx, tx, sealedNotes+`n.id < ? ORDER BY n.id DESC LIMIT ?`, fulltext.Note, before, limit)
}

func (s *Store) opened(ctx context.Context, tx *db.Tx, query, kind string, ids []string) (map[string][]string, error) {
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // no ids have no texts
	}
	var rows []sealedText
	if err := tx.SelectIn(ctx, &rows, query, ids); err != nil {
		return nil, fmt.Errorf("read texts to search in: %w", err)
	}
	texts, err := s.unseal(ctx, tx, kind, rows)
	out := map[string][]string{}
	for _, t := range texts {
		out[t.ID] = t.Parts
	}
	return out, err
}

func (s *Store) old(ctx context.Context, tx *db.Tx, query, kind, before string, limit int) ([]fulltext.Text, error) {
	var rows []sealedText
	if err := tx.Select(ctx, &rows, query, before, limit); err != nil {
		return nil, fmt.Errorf("read texts to take in: %w", err)
	}
	return s.unseal(ctx, tx, kind, rows)
}

// unseal opens texts; those of erased customers have no parts.
func (s *Store) unseal(ctx context.Context, tx *db.Tx, kind string, rows []sealedText) ([]fulltext.Text, error) {
	subjects := make([]string, len(rows))
	for i, r := range rows {
		subjects[i] = subject(r.CustomerID)
	}
	if err := s.vault.Warm(ctx, tx, subjects); err != nil {
		return nil, err
	}
	columns, at := []string{"summary", "contact_pref"}, place
	if kind == fulltext.Note {
		columns, at = []string{"text", "promise"}, notePlace
	}
	out := make([]fulltext.Text, len(rows))
	for i, r := range rows {
		out[i] = fulltext.Text{Kind: kind, ID: r.ID, Subject: subjects[i], At: r.At}
		for c, sealed := range [][]byte{r.One, r.Two} {
			plain, erased, err := s.open(ctx, tx, at(columns[c], r.ID), sealed)
			if err != nil {
				return nil, err
			}
			if !erased {
				out[i].Parts = append(out[i].Parts, plain)
			}
		}
	}
	return out, nil
}
