package incident

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

// Line is one line of the story (経過) of an incident or of a case in it. Kind is a message key
// and Args are its arguments; personal data stands in Note only, which is sealed under Subject.
type Line struct {
	ID         string
	IncidentID string
	CaseID     string // empty for a line of the incident itself
	Subject    string // whose key seals the note; empty means the incident's
	At         db.Instant
	ActorID    string
	ActorName  string
	Kind       string
	Args       map[string]string
	Note       string
	// Erased says that there was a note, whose key was destroyed.
	Erased bool
}

func subject(incidentID string) string { return "incident:" + incidentID }

func notePlace(id string) vault.Place { return vault.Place{Table: "timeline", Column: "note", Row: id} }

// Tell adds a line in the caller's transaction. ID, At and the actor are filled in here.
func (s *Store) Tell(ctx context.Context, tx *db.Tx, by actor.Actor, l Line) error {
	l.ID = tx.NewID()
	if l.Subject == "" {
		l.Subject = subject(l.IncidentID)
	}
	args, err := json.Marshal(l.Args)
	if err != nil {
		return fmt.Errorf("write the arguments of %s: %w", l.Kind, err)
	}
	note, err := s.seal(ctx, tx, l.Subject, notePlace(l.ID), l.Note)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO timeline (id, incident_id, case_id, at, actor_id, actor_name, kind, args, note)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, l.ID, l.IncidentID, l.CaseID, tx.Now, by.ID, by.Name, l.Kind, string(args), note)
	if err != nil || l.Note == "" {
		return err
	}
	return s.texts.Put(ctx, tx, lineText(l, tx.Now))
}

// Story asks for the lines of one case, or of an incident with or without its cases' lines.
type Story struct {
	IncidentID string
	CaseID     string
	WithCases  bool
}

func (w Story) where() ([]string, []any) {
	switch {
	case w.CaseID != "":
		return []string{"case_id = ?", "case_id <> ''"}, []any{w.CaseID}
	case w.WithCases:
		return []string{"incident_id = ?"}, []any{w.IncidentID}
	}
	return []string{"incident_id = ?", "case_id = ''"}, []any{w.IncidentID}
}

type lineRow struct {
	ID         string     `db:"id"`
	IncidentID string     `db:"incident_id"`
	CaseID     string     `db:"case_id"`
	At         db.Instant `db:"at"`
	ActorID    string     `db:"actor_id"`
	ActorName  string     `db:"actor_name"`
	Kind       string     `db:"kind"`
	Args       string     `db:"args"`
	Note       []byte     `db:"note"`
}

// Lines reads a page of the story, the newest line first, and the cursor of the next page (zero
// on the last one). Whoever calls it has asked for the permission.
func (s *Store) Lines(ctx context.Context, tx *db.Tx, of Story, p Page) ([]Line, Cursor, error) {
	where, args := of.where()
	where, args = p.Behind(where, args, "at")
	var rows []lineRow
	err := tx.Select(ctx, &rows, `SELECT id, incident_id, case_id, at, actor_id, actor_name, kind, args, note FROM timeline
		WHERE `+strings.Join(where, " AND ")+` ORDER BY at DESC, id DESC LIMIT ?`, append(args, p.Size()+1)...)
	if err != nil {
		return nil, Cursor{}, err
	}
	var next Cursor
	if n := p.Size(); len(rows) > n {
		rows = rows[:n]
		next = Cursor{At: rows[n-1].At, ID: rows[n-1].ID}
	}
	lines := make([]Line, len(rows))
	for i, r := range rows {
		if lines[i], err = s.line(ctx, tx, r); err != nil {
			return nil, Cursor{}, err
		}
	}
	return lines, next, nil
}

func (s *Store) line(ctx context.Context, tx *db.Tx, r lineRow) (Line, error) {
	l := Line{ID: r.ID, IncidentID: r.IncidentID, CaseID: r.CaseID, At: r.At, ActorID: r.ActorID, ActorName: r.ActorName, Kind: r.Kind}
	if err := json.Unmarshal([]byte(r.Args), &l.Args); err != nil {
		return Line{}, fmt.Errorf("read the arguments of line %s: %w", r.ID, err)
	}
	var err error
	l.Note, l.Erased, err = s.open(ctx, tx, notePlace(r.ID), r.Note)
	return l, err
}

// Timeline reads a page of an incident's story in a snapshot of its own. It needs incident.read.
func (s *Store) Timeline(ctx context.Context, by actor.Actor, id string, withCases bool, p Page) (lines []Line, next Cursor, err error) {
	if err := by.Need(actor.IncidentRead); err != nil {
		return nil, Cursor{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		lines, next, err = s.Lines(ctx, tx, Story{IncidentID: id, WithCases: withCases}, p)
		return err
	})
	return lines, next, err
}

// seal keeps nothing for empty text, so that an empty column stays empty.
func (s *Store) seal(ctx context.Context, tx *db.Tx, subject string, p vault.Place, plain string) ([]byte, error) {
	if plain == "" {
		return nil, nil //nolint:nilnil // no bytes is the stored form of no text
	}
	b, err := s.vault.SealText(ctx, tx, subject, p, plain)
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", p.Table, p.Column, err)
	}
	return b, nil
}

// open gives the text, or says that its key was destroyed.
func (s *Store) open(ctx context.Context, tx *db.Tx, p vault.Place, sealed []byte) (plain string, erased bool, err error) {
	plain, err = s.vault.OpenText(ctx, tx, p, sealed)
	if fault.Is(err, fault.NotFound) {
		return "", true, nil
	}
	return plain, false, err
}
