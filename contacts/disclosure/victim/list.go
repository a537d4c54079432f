package victim

import (
	"context"
	"fmt"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/paging"
)

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
}

// Entry is one row of the list.
type Entry struct {
	Mailing
	Recipients int `db:"recipients"`
	Done       int `db:"done"`    // sent, arrived, posted, or nothing left to try
	Trouble    int `db:"trouble"` // came back, or nobody knows
	Letters    int `db:"letters"` // that wait to be posted
}

// List reads a page of mailings, the newest first. It needs notice.read.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p Page) (list []Entry, next Cursor, err error) {
	if err := by.Need(actor.NoticeRead); err != nil {
		return nil, Cursor{}, err
	}
	where, args := []string{"1 = 1"}, []any{}
	if f.State != "" {
		where, args = append(where, "state = ?"), append(args, f.State)
	}
	if f.IncidentID != "" {
		where, args = append(where, "incident_id = ?"), append(args, f.IncidentID)
	}
	where, args = p.Behind(where, args, "made_at")
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Select(ctx, &list, `SELECT `+columns+`, `+tallies+` FROM victim_mailing WHERE `+strings.Join(where, " AND ")+`
			ORDER BY made_at DESC, id DESC LIMIT ?`, append(args, p.Size()+1)...); err != nil {
			return fmt.Errorf("list mailings: %w", err)
		}
		if n := p.Size(); len(list) > n {
			list = list[:n]
			next = Cursor{At: list[n-1].MadeAt, ID: list[n-1].ID}
		}
		return nil
	})
	return list, next, err
}

const tallies = `(SELECT count(*) FROM victim_notice n WHERE n.mailing_id = victim_mailing.id) AS recipients,
	(SELECT count(*) FROM victim_notice n WHERE n.mailing_id = victim_mailing.id AND n.state IN ('sent', 'delivered', 'letter_sent', 'unreachable')) AS done,
	(SELECT count(*) FROM victim_notice n WHERE n.mailing_id = victim_mailing.id AND n.state IN ('bounced', 'unclear', 'failed', 'returned')) AS trouble,
	(SELECT count(*) FROM victim_notice n WHERE n.mailing_id = victim_mailing.id AND (n.state = 'letter_planned' OR n.medium = 'letter' AND n.state = 'approved')) AS letters`

// Open counts the mailings of an incident on which somebody has to act; they hold back its close.
func (s *Store) Open(ctx context.Context, tx *db.Tx, incidentID string) (n int, err error) {
	if err := tx.Get(ctx, &n, `SELECT count(*) FROM victim_mailing WHERE incident_id = ? AND state NOT IN (?, ?)`, incidentID, Finished, Cancelled); err != nil {
		return 0, fmt.Errorf("count open mailings of incident %s: %w", incidentID, err)
	}
	return n, nil
}

// Notified counts the customers of an incident who have to be told, those of confirmed cases and
// whoever was written to, and of them those who were told or whom somebody has tried to reach
// (operations.md 4: a public notice does not come before them).
func (s *Store) Notified(ctx context.Context, tx *db.Tx, incidentID string) (all, done int, err error) {
	known, err := s.opts.Cases(ctx, tx, incidentID)
	if err != nil {
		return 0, 0, err
	}
	var tried []string
	if err := tx.Select(ctx, &tried, `SELECT DISTINCT case_id FROM victim_notice WHERE incident_id = ? AND attempts > 0`, incidentID); err != nil {
		return 0, 0, fmt.Errorf("count who was told of incident %s: %w", incidentID, err)
	}
	reached := map[string]bool{}
	for _, id := range tried {
		reached[id] = true
	}
	all = len(reached)
	for _, c := range known {
		if c.Confirmed && !reached[c.ID] {
			all++
		}
	}
	return all, len(reached), nil
}
