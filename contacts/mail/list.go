package mail

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
	"tasuke/internal/text"
)

// Filter narrows the outbox; empty fields do not.
type Filter struct {
	State State
	// Waiting asks for what needs a person: unknown and dead.
	Waiting    bool
	About      string
	IncidentID string
}

// Entry is one row of the outbox. The subject holds no personal data; addresses are masked.
type Entry struct {
	Message
	Subject    string
	Recipients []Recipient
	Files      int
	// Erased says that the letter's key was destroyed: what is left is where it stood.
	Erased bool
}

// List is one page of the outbox, the newest first.
type List struct {
	Entries []Entry
	Next    paging.Cursor // zero on the last page
	// Counts are the messages of each state, of the whole outbox.
	Counts map[State]int
}

// Waiting is how many messages need a person.
func (l List) Waiting() (n int) {
	for s, c := range l.Counts {
		if s.Waits() {
			n += c
		}
	}
	return n
}

// List reads a page of the outbox. It needs mail.read.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p paging.Page) (l List, err error) {
	if err := by.Need(actor.MailRead); err != nil {
		return List{}, err
	}
	if f.State != "" && !slices.Contains(States, f.State) {
		return List{}, fault.Field("state", "form.choice")
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if l.Counts, err = counts(ctx, tx); err != nil {
			return err
		}
		rows, err := page(ctx, tx, f, p)
		if err != nil {
			return err
		}
		if n := p.Size(); len(rows) > n {
			rows = rows[:n]
			l.Next = paging.Cursor{At: rows[n-1].CreatedAt, ID: rows[n-1].ID}
		}
		l.Entries, err = s.entries(ctx, tx, rows)
		return err
	})
	return l, err
}

func counts(ctx context.Context, tx *db.Tx) (map[State]int, error) {
	var rows []struct {
		State State `db:"state"`
		N     int   `db:"n"`
	}
	if err := tx.Select(ctx, &rows, `SELECT state, count(*) AS n FROM mail_message GROUP BY state`); err != nil {
		return nil, fmt.Errorf("count the outbox: %w", err)
	}
	out := map[State]int{}
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, nil
}

func page(ctx context.Context, tx *db.Tx, f Filter, p paging.Page) (rows []*row, err error) {
	var where []string
	var args []any
	for column, v := range map[string]string{"about": f.About, "incident_id": f.IncidentID, "state": string(f.State)} {
		if v != "" {
			where, args = append(where, column+" = ?"), append(args, v)
		}
	}
	if f.Waiting {
		where, args = append(where, "state IN (?, ?)"), append(args, Unknown, Dead)
	}
	where, args = p.Behind(where, args, "created_at")
	q := `SELECT ` + columns + `, subject FROM mail_message`
	if len(where) > 0 {
		q += ` WHERE ` + strings.Join(where, ` AND `)
	}
	if err := tx.Select(ctx, &rows, q+` ORDER BY created_at DESC, id DESC LIMIT ?`, append(args, p.Size()+1)...); err != nil {
		return nil, fmt.Errorf("list the outbox: %w", err)
	}
	return rows, nil
}

func (s *Store) entries(ctx context.Context, tx *db.Tx, rows []*row) ([]Entry, error) {
	subjects := make([]string, len(rows))
	for i, r := range rows {
		subjects[i] = subjectOf(r.ID)
	}
	if err := s.vault.Warm(ctx, tx, subjects); err != nil {
		return nil, err
	}
	out := make([]Entry, 0, len(rows))
	for _, r := range rows {
		e, err := s.entry(ctx, tx, r)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func (s *Store) entry(ctx context.Context, tx *db.Tx, r *row) (e Entry, err error) {
	e.Message = r.Message
	if e.Subject, err = s.subject(ctx, tx, r); fault.Is(err, fault.NotFound) {
		e.Erased = true
		return e, nil
	}
	if err != nil {
		return e, err
	}
	if e.Recipients, err = s.recipients(ctx, tx, r.ID); err != nil {
		return e, err
	}
	for i := range e.Recipients {
		e.Recipients[i].Address = text.MaskMail(e.Recipients[i].Address)
	}
	if err := tx.Get(ctx, &e.Files, `SELECT count(*) FROM mail_attachment WHERE mail_id = ?`, r.ID); err != nil {
		return e, fmt.Errorf("count the attachments of mail %s: %w", r.ID, err)
	}
	return e, nil
}
