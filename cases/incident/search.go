package incident

import (
	"context"
	"fmt"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/fulltext"
)

// Match is an incident in whose title, summary or story the words stand.
type Match struct {
	fulltext.Hit
	Incident
	CaseID string // of a line of a case's story, else empty
}

// Matches is a page of what a search for words found, the newest text first.
type Matches struct {
	Items      []Match
	Next       fulltext.Place
	Unfinished bool // older texts were not looked at yet
}

// Search finds incidents by words of their title or summary. It needs incident.read.
func (s *Store) Search(ctx context.Context, by actor.Actor, q fulltext.Query, p fulltext.Page) (Matches, error) {
	return s.search(ctx, by, actor.IncidentRead, fulltext.Incident, q, p, s.incidentTexts)
}

// SearchStory finds lines of incidents' own stories by the words of their notes. It needs
// incident.read.
func (s *Store) SearchStory(ctx context.Context, by actor.Actor, q fulltext.Query, p fulltext.Page) (Matches, error) {
	return s.search(ctx, by, actor.IncidentRead, fulltext.Story, q, p, s.lineTexts)
}

// SearchCaseStory finds lines of cases' stories by the words of their notes. It needs case.read.
func (s *Store) SearchCaseStory(ctx context.Context, by actor.Actor, q fulltext.Query, p fulltext.Page) (Matches, error) {
	return s.search(ctx, by, actor.CaseRead, fulltext.CaseStory, q, p, s.lineTexts)
}

func (s *Store) search(ctx context.Context, by actor.Actor, need actor.Permission, kind string, q fulltext.Query, p fulltext.Page, read fulltext.Reader) (m Matches, err error) {
	if err := by.Need(need); err != nil {
		return m, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := s.texts.Find(ctx, tx, kind, q, p, read)
		if err != nil {
			return err
		}
		m.Next, m.Unfinished = f.Next, f.Unfinished
		m.Items, err = matches(ctx, tx, kind, f.Hits)
		return err
	})
	return m, err
}

func matches(ctx context.Context, tx *db.Tx, kind string, hits []fulltext.Hit) (out []Match, err error) {
	if len(hits) == 0 {
		return nil, nil
	}
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	var rows []struct {
		TextID     string     `db:"text_id"`
		CaseID     string     `db:"case_id"`
		ID         string     `db:"id"`
		No         string     `db:"no"`
		Title      string     `db:"title"`
		State      State      `db:"state"`
		DetectedAt db.Instant `db:"detected_at"`
	}
	query := `SELECT id AS text_id, '' AS case_id, id, COALESCE(no, '') AS no, title, state, detected_at FROM incident WHERE id IN (?)`
	if kind != fulltext.Incident {
		query = `SELECT t.id AS text_id, t.case_id, i.id, COALESCE(i.no, '') AS no, i.title, i.state, i.detected_at
			FROM timeline t JOIN incident i ON i.id = t.incident_id WHERE t.id IN (?)`
	}
	if err := tx.SelectIn(ctx, &rows, query, ids); err != nil {
		return nil, fmt.Errorf("read the incidents of texts: %w", err)
	}
	of := map[string]Match{}
	for _, r := range rows {
		of[r.TextID] = Match{CaseID: r.CaseID, Incident: Incident{ID: r.ID, No: r.No, State: r.State, DetectedAt: r.DetectedAt, Details: Details{Title: r.Title}}}
	}
	for _, h := range hits {
		m := of[h.ID]
		m.Hit = h
		out = append(out, m)
	}
	return out, nil
}

func text(i Incident) fulltext.Text {
	return fulltext.Text{Kind: fulltext.Incident, ID: i.ID, Subject: subject(i.ID), At: i.OpenedAt, Parts: []string{i.Title, i.Summary}}
}

func lineText(l Line, at db.Instant) fulltext.Text {
	t := fulltext.Text{Kind: fulltext.Story, ID: l.ID, Subject: l.Subject, At: at, Parts: []string{l.Note}}
	if l.CaseID != "" {
		t.Kind = fulltext.CaseStory
	}
	return t
}

// Texts says where the searchable texts of this room are, for the backfill.
func (s *Store) Texts() []fulltext.Source {
	lines := func(kind, where string) fulltext.Source {
		return fulltext.Source{Kind: kind, Read: func(ctx context.Context, tx *db.Tx, before string, limit int) ([]fulltext.Text, error) {
			var rows []lineRow
			err := tx.Select(ctx, &rows, `SELECT id, incident_id, case_id, at, actor_id, actor_name, kind, args, note FROM timeline
				WHERE note IS NOT NULL AND `+where+` AND id < ? ORDER BY id DESC LIMIT ?`, before, limit)
			return s.linesAsText(ctx, tx, rows, err)
		}}
	}
	return []fulltext.Source{{Kind: fulltext.Incident, Read: s.oldIncidents}, lines(fulltext.Story, `case_id = ''`), lines(fulltext.CaseStory, `case_id <> ''`)}
}

func (s *Store) oldIncidents(ctx context.Context, tx *db.Tx, before string, limit int) ([]fulltext.Text, error) {
	var rows []row
	err := tx.Select(ctx, &rows, `SELECT `+columns+` FROM incident WHERE id < ? ORDER BY id DESC LIMIT ?`, before, limit)
	return s.incidentsAsText(ctx, tx, rows, err)
}

func (s *Store) incidentsAsText(ctx context.Context, tx *db.Tx, rows []row, err error) ([]fulltext.Text, error) {
	if err != nil {
		return nil, fmt.Errorf("read incidents to search in: %w", err)
	}
	out := make([]fulltext.Text, len(rows))
	for i, r := range rows {
		if r.Summary, _, err = s.open(ctx, tx, summaryPlace(r.ID), r.Sealed); err != nil {
			return nil, err
		}
		out[i] = text(r.Incident)
	}
	return out, nil
}

// linesAsText opens lines; those of erased customers have no subject any more and no words.
func (s *Store) linesAsText(ctx context.Context, tx *db.Tx, rows []lineRow, err error) ([]fulltext.Text, error) {
	if err != nil {
		return nil, fmt.Errorf("read lines to search in: %w", err)
	}
	out := make([]fulltext.Text, len(rows))
	for i, r := range rows {
		l := Line{ID: r.ID, CaseID: r.CaseID}
		if l.Subject, err = s.vault.Subject(ctx, tx, r.Note); err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if l.Note, _, err = s.open(ctx, tx, notePlace(r.ID), r.Note); err != nil {
			return nil, err
		}
		out[i] = lineText(l, r.At)
	}
	return out, nil
}

func (s *Store) incidentTexts(ctx context.Context, tx *db.Tx, ids []string) (map[string][]string, error) {
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // no ids have no texts
	}
	var rows []row
	err := tx.SelectIn(ctx, &rows, `SELECT `+columns+` FROM incident WHERE id IN (?)`, ids)
	return byID(s.incidentsAsText(ctx, tx, rows, err))
}

func (s *Store) lineTexts(ctx context.Context, tx *db.Tx, ids []string) (map[string][]string, error) {
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // no ids have no texts
	}
	var rows []lineRow
	err := tx.SelectIn(ctx, &rows, `SELECT id, incident_id, case_id, at, actor_id, actor_name, kind, args, note FROM timeline WHERE id IN (?)`, ids)
	return byID(s.linesAsText(ctx, tx, rows, err))
}

func byID(texts []fulltext.Text, err error) (map[string][]string, error) {
	out := map[string][]string{}
	for _, t := range texts {
		if strings.Join(t.Parts, "") != "" {
			out[t.ID] = t.Parts
		}
	}
	return out, err
}
