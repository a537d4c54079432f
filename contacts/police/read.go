package police

import (
	"context"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
)

// Sheet is everything the page of one consultation shows, read from one snapshot. Victims are
// masked.
type Sheet struct {
	Report    Report
	Incident  Incident
	Content   Content
	Erased    bool // the key of the content was destroyed
	Cases     []Case
	Consents  []Consent // the newest first, like all that follows
	Receipts  []Receipt
	Summaries []Summary
	Lines     []Line
	Facts     Facts
	Choices   []Choice
}

// Sheet reads one consultation. It needs police.read; fault.NotFound "row.none" when there is none.
func (s *Store) Sheet(ctx context.Context, by actor.Actor, id string) (sh Sheet, err error) {
	if err := by.Need(actor.PoliceRead); err != nil {
		return Sheet{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		sh.Report, sh.Content, sh.Erased, sh.Consents, sh.Facts = r.Report, r.content, r.erased, r.consents, r.facts()
		sh.Choices = Choices(r.State, by, sh.Facts)
		if sh.Incident, err = s.opts.Incident(ctx, tx, r.IncidentID); err != nil {
			return err
		}
		if sh.Cases, err = s.opts.Cases(ctx, tx, r.IncidentID); err != nil {
			return err
		}
		if err := tx.Select(ctx, &sh.Receipts, `SELECT number, at, by_name FROM police_receipt WHERE report_id = ? ORDER BY at DESC, id DESC`, id); err != nil {
			return err
		}
		if err := tx.Select(ctx, &sh.Summaries, `SELECT `+summaryColumns+` FROM police_summary WHERE report_id = ? ORDER BY version DESC`, id); err != nil {
			return err
		}
		sh.Lines, err = s.lines(ctx, tx, id)
		return err
	})
	return sh, err
}

const maxLines = 200

func (s *Store) lines(ctx context.Context, tx *db.Tx, id string) ([]Line, error) {
	var rows []struct {
		Line
		Sealed []byte `db:"comment"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, version, at, actor_id, actor_name, event, from_state, to_state, args, comment
		FROM police_line WHERE report_id = ? ORDER BY at DESC, id DESC LIMIT ?`, id, maxLines); err != nil {
		return nil, err
	}
	out := make([]Line, len(rows))
	for i, r := range rows {
		var err error
		out[i] = r.Line
		if out[i].Comment, out[i].Erased, err = s.open(ctx, tx, place("police_line", "comment", r.ID), r.Sealed); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// receipt is the number that counts; empty for none.
func (s *Store) receipt(ctx context.Context, tx *db.Tx, id string) (no string, err error) {
	err = tx.Get(ctx, &no, `SELECT number FROM police_receipt WHERE report_id = ? ORDER BY at DESC, id DESC LIMIT 1`, id)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return no, err
}

// Given is what a letter to a bank says of the police (operations.md 6 A 6).
type Given struct {
	State       State
	Agency      string // 署
	Section     string // 課
	Officer     string
	ConsultedAt db.Instant
	Number      string // 受理番号; empty while there is none
}

// Reference gives, in the caller's transaction, what may be said to others of the police in an
// incident: the accepted report before any other, then the one that was consulted last. False when
// nobody has consulted the police yet.
func (s *Store) Reference(ctx context.Context, tx *db.Tx, incidentID string) (g Given, found bool, err error) {
	var id string
	err = tx.Get(ctx, &id, `SELECT id FROM police_report WHERE incident_id = ? AND consulted_at > 0 AND state NOT IN ('declined', 'dropped')
		ORDER BY CASE WHEN accepted_at > 0 THEN 0 ELSE 1 END, consulted_at DESC, id DESC LIMIT 1`, incidentID)
	if fault.Is(err, fault.NotFound) {
		return Given{}, false, nil
	}
	if err != nil {
		return Given{}, false, err
	}
	r, err := s.load(ctx, tx, id)
	if err != nil {
		return Given{}, false, err
	}
	g = Given{State: r.State, Agency: r.content.Agency, Section: r.content.Section, Officer: r.content.Officer, ConsultedAt: r.ConsultedAt}
	g.Number, err = s.receipt(ctx, tx, id)
	return g, err == nil, err
}

// Open counts the consultations that hold back the close of an incident: the firm still has to go
// to the police, or to bring them something.
func (s *Store) Open(ctx context.Context, tx *db.Tx, incidentID string) (n int, err error) {
	err = tx.Get(ctx, &n, `SELECT count(*) FROM police_report WHERE incident_id = ? AND state IN (`+quoted(openStates)+`)`, incidentID)
	return n, err
}

// quoted writes states as a list of SQL; they are constants of this package, never input.
func quoted(states []State) (list string) {
	for i, st := range states {
		if i > 0 {
			list += ", "
		}
		list += "'" + string(st) + "'"
	}
	return list
}

// Cursor names the last row of a page of the list.
type Cursor = paging.Cursor

// Page asks for at most Limit rows behind After. A limit outside 1 to 200 is 50.
type Page = paging.Page

// ParseCursor reads a cursor as it stands in an address. Anything else is fault.Invalid.
func ParseCursor(s string) (Cursor, error) { return paging.Parse(s) }

// Filter narrows the list; empty fields do not.
type Filter struct {
	State      State
	IncidentID string
	Open       bool // only where the firm still has to act
}

// Entry is one row of the list.
type Entry struct {
	Report
	Agency string
	Number string // 受理番号
	Erased bool
}

// List reads a page of consultations, the newest first. It needs police.read.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p Page) (list []Entry, next Cursor, err error) {
	if err := by.Need(actor.PoliceRead); err != nil {
		return nil, Cursor{}, err
	}
	if f.State != "" && !known(States, f.State) {
		return nil, Cursor{}, fault.Field("state", "form.choice")
	}
	where, args := f.where()
	if !p.After.IsZero() {
		where, args = append(where, "(opened_at, id) < (?, ?)"), append(args, p.After.At, p.After.ID)
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		var ids []string
		if err := tx.Select(ctx, &ids, `SELECT id FROM police_report WHERE `+strings.Join(where, " AND ")+` ORDER BY opened_at DESC, id DESC LIMIT ?`, append(args, p.Size()+1)...); err != nil {
			return err
		}
		for _, id := range ids {
			r, err := s.load(ctx, tx, id)
			if err != nil {
				return err
			}
			no, err := s.receipt(ctx, tx, id)
			if err != nil {
				return err
			}
			list = append(list, Entry{r.Report, r.content.Agency, no, r.erased})
		}
		if n := p.Size(); len(list) > n {
			list = list[:n]
			next = Cursor{At: list[n-1].OpenedAt, ID: list[n-1].ID}
		}
		return nil
	})
	return list, next, err
}

func (f Filter) where() (where []string, args []any) {
	where = []string{"1 = 1"}
	if f.State != "" {
		where, args = append(where, "state = ?"), append(args, f.State)
	}
	if f.IncidentID != "" {
		where, args = append(where, "incident_id = ?"), append(args, f.IncidentID)
	}
	if f.Open {
		where = append(where, "state IN ("+quoted(openStates)+")")
	}
	return where, args
}
