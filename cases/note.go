package cases

import (
	"context"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

// The words of the contact log (対応履歴, operations.md 3.2), in the order screens show them.
var (
	Directions     = []string{"in", "out", "internal"}
	Media          = []string{"phone", "mail", "letter", "site_message", "visit", "none"}
	Counterparties = []string{"customer", "proxy", "bank", "police", "isac", "jsda", "fsa", "ppc", "vendor", "media", "internal"}
	Results        = []string{"", "talked", "no_answer", "voicemail", "returned_mail", "refused"}
)

// Note is one entry of the contact log. It is never changed: a correction is a new entry.
type Note struct {
	ID           string     `db:"id"`
	CaseID       string     `db:"case_id"`
	At           db.Instant `db:"at"` // of the contact
	Direction    string     `db:"direction"`
	Medium       string     `db:"medium"`
	Counterparty string     `db:"counterparty"`
	Result       string     `db:"result"`
	Text         string     `db:"-"`      // sealed
	Promise      string     `db:"-"`      // what was promised; sealed
	DueAt        db.Instant `db:"due_at"` // of the promise; zero without one
	CorrectsID   string     `db:"corrects_id"`
	CorrectedBy  string     `db:"corrected_by"` // the id of the entry that took this one's place
	ByID         string     `db:"by_id"`
	ByName       string     `db:"by_name"`
	WrittenAt    db.Instant `db:"written_at"`
	Erased       bool       `db:"-"`
}

func (n Note) problems(now db.Instant) map[string]string {
	bad := map[string]string{}
	choice(bad, "direction", Directions, n.Direction)
	choice(bad, "medium", Media, n.Medium)
	choice(bad, "counterparty", Counterparties, n.Counterparty)
	choice(bad, "result", Results, n.Result)
	checkText(bad, "text", n.Text, 1, maxText)
	checkText(bad, "promise", n.Promise, 0, maxContact)
	notFuture(bad, "at", n.At, now)
	if n.Promise != "" && n.DueAt <= n.At {
		bad["due_at"] = "case.promise_without_day"
	}
	return bad
}

func notePlace(column, id string) vault.Place {
	return vault.Place{Table: "case_note", Column: column, Row: id}
}

// AddNote adds an entry to the contact log; with CorrectsID it takes the place of an earlier entry
// of the same case, which stays visible. It fails with fault.Conflict "case.note_corrected" when
// that one was corrected already. A time left out is now.
func (s *Store) AddNote(ctx context.Context, by actor.Actor, caseID string, n Note) (Note, error) {
	if err := by.Need(actor.CaseWrite); err != nil {
		return Note{}, err
	}
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = s.Noted(ctx, tx, by, caseID, n)
		db.Crash("case.note")
		return err
	})
	if fault.Is(err, fault.Conflict) {
		return Note{}, fault.Wrap(fault.Conflict, "case.note_corrected", nil, err)
	}
	return n, err
}

// Noted is AddNote in the caller's transaction, for rooms that reach customers; the caller has asked
// for the permission.
func (s *Store) Noted(ctx context.Context, tx *db.Tx, by actor.Actor, caseID string, n Note) (Note, error) {
	if n.At == 0 {
		n.At = tx.Now
	}
	n.ID, n.CaseID, n.ByID, n.ByName, n.WrittenAt = tx.NewID(), caseID, by.ID, by.Name, tx.Now
	if bad := n.problems(tx.Now); len(bad) > 0 {
		return n, fault.Form(bad)
	}
	c, err := s.load(ctx, tx, caseID)
	if err != nil {
		return n, err
	}
	if err := s.insertNote(ctx, tx, c, n); err != nil {
		return n, err
	}
	return n, s.happened(ctx, tx, by, c, "case.noted", map[string]string{
		"Direction": n.Direction, "Medium": n.Medium, "Counterparty": n.Counterparty, "Result": n.Result, "Corrects": n.CorrectsID,
	}, "")
}

func (s *Store) insertNote(ctx context.Context, tx *db.Tx, c Case, n Note) error {
	corrects := &n.CorrectsID
	if n.CorrectsID == "" {
		corrects = nil
	} else if err := sameCase(ctx, tx, n); err != nil {
		return err
	}
	text, err := s.seal(ctx, tx, c.CustomerID, notePlace("text", n.ID), strings.TrimSpace(n.Text))
	if err != nil {
		return err
	}
	promise, err := s.seal(ctx, tx, c.CustomerID, notePlace("promise", n.ID), strings.TrimSpace(n.Promise))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO case_note (id, case_id, at, direction, medium, counterparty, result, text, promise, due_at, corrects_id,
		by_id, by_name, written_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		n.ID, n.CaseID, n.At, n.Direction, n.Medium, n.Counterparty, n.Result, text, promise, n.DueAt, corrects, n.ByID, n.ByName, n.WrittenAt)
	if err != nil {
		return err
	}
	return s.texts.Put(ctx, tx, noteText(c.CustomerID, n))
}

func sameCase(ctx context.Context, tx *db.Tx, n Note) error {
	var caseID string
	err := tx.Get(ctx, &caseID, `SELECT case_id FROM case_note WHERE id = ?`, n.CorrectsID)
	if err == nil && caseID != n.CaseID {
		err = fault.New(fault.NotFound, "row.none", nil)
	}
	return err
}

// notes reads a page of the contact log, the newest entry first.
func (s *Store) notes(ctx context.Context, tx *db.Tx, caseID string, p Page) ([]Note, Cursor, error) {
	where, args := p.Behind([]string{"case_id = ?"}, []any{caseID}, "written_at")
	var rows []struct {
		Note
		SealedText    []byte `db:"text"`
		SealedPromise []byte `db:"promise"`
	}
	err := tx.Select(ctx, &rows, `SELECT id, case_id, at, direction, medium, counterparty, result, text, promise, due_at,
		COALESCE(corrects_id, '') AS corrects_id, COALESCE((SELECT x.id FROM case_note x WHERE x.corrects_id = case_note.id), '') AS corrected_by,
		by_id, by_name, written_at FROM case_note WHERE `+strings.Join(where, " AND ")+` ORDER BY written_at DESC, id DESC LIMIT ?`,
		append(args, p.Size()+1)...)
	if err != nil {
		return nil, Cursor{}, err
	}
	var next Cursor
	if n := p.Size(); len(rows) > n {
		rows = rows[:n]
		next = Cursor{At: rows[n-1].WrittenAt, ID: rows[n-1].ID}
	}
	out := make([]Note, len(rows))
	for i, r := range rows {
		out[i] = r.Note
		if out[i].Text, out[i].Erased, err = s.open(ctx, tx, notePlace("text", r.ID), r.SealedText); err != nil {
			return nil, Cursor{}, err
		}
		if out[i].Promise, _, err = s.open(ctx, tx, notePlace("promise", r.ID), r.SealedPromise); err != nil {
			return nil, Cursor{}, err
		}
	}
	return out, next, nil
}

// Notes reads a page of the contact log in a snapshot of its own. It needs case.read.
func (s *Store) Notes(ctx context.Context, by actor.Actor, caseID string, p Page) (notes []Note, next Cursor, err error) {
	if err := by.Need(actor.CaseRead); err != nil {
		return nil, Cursor{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		notes, next, err = s.notes(ctx, tx, caseID, p)
		return err
	})
	return notes, next, err
}
