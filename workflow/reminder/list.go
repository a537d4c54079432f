package reminder

import (
	"context"
	"fmt"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
)

// Filter narrows the list; the zero Filter is everything that was fired.
type Filter struct {
	Unseen bool
	Late   bool
}

const (
	// Ahead is how far the board looks.
	Ahead = 48 * time.Hour
	// aheadRows is how many rungs of that time it shows.
	aheadRows = 50
)

// Board is what somebody's roles were told and will be told soon.
type Board struct {
	Fired     []Reminder        // what nobody has seen first, and the newest of each first
	Told      map[string][]Told // by rung: who was told of it
	Next      paging.Cursor
	Upcoming  []Reminder // of the next 48 hours, the soonest first; on the first page only
	MoreAhead bool       // there are more than are shown
	Unseen    int
}

// List reads a page of the reminders of by's own roles. It needs reminder.read.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p paging.Page) (b Board, err error) {
	if err := by.Need(actor.ReminderRead); err != nil {
		return Board{}, err
	}
	if len(by.Roles) == 0 {
		return Board{}, nil
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if b.Fired, b.Next, err = page(ctx, tx, by, f, p); err != nil {
			return err
		}
		if b.Told, err = toldOf(ctx, tx, b.Fired); err != nil {
			return err
		}
		if b.Unseen, err = s.Unseen(ctx, tx, by); err != nil || !p.After.IsZero() {
			return err
		}
		err = tx.SelectIn(ctx, &b.Upcoming, `SELECT `+columns+` FROM reminder WHERE `+waiting+` AND role IN (?) AND due_at <= ?
			ORDER BY due_at, id LIMIT ?`, by.Roles, tx.Now.Add(Ahead), aheadRows+1)
		if b.MoreAhead = len(b.Upcoming) > aheadRows; b.MoreAhead {
			b.Upcoming = b.Upcoming[:aheadRows]
		}
		return err
	})
	if err != nil {
		return Board{}, fmt.Errorf("list reminders: %w", err)
	}
	return b, nil
}

func page(ctx context.Context, tx *db.Tx, by actor.Actor, f Filter, p paging.Page) (list []Reminder, next paging.Cursor, err error) {
	query, args := `SELECT `+columns+` FROM reminder WHERE fired_at > 0 AND role IN (?)`, []any{by.Roles}
	if f.Unseen {
		query += ` AND seen_at = 0`
	}
	if f.Late {
		query += ` AND late = 1`
	}
	behind, args := p.Behind(nil, args, "order_at")
	for _, condition := range behind {
		query += ` AND ` + condition
	}
	if err := tx.SelectIn(ctx, &list, query+` ORDER BY order_at DESC, id DESC LIMIT ?`, append(args, p.Size()+1)...); err != nil {
		return nil, paging.Cursor{}, err
	}
	if n := p.Size(); len(list) > n {
		list = list[:n]
		next = paging.Cursor{At: list[n-1].OrderAt, ID: list[n-1].ID}
	}
	return list, next, nil
}

// Unseen counts, for a badge, what by's roles were told and nobody has seen. Whoever may not read
// reminders has none.
func (s *Store) Unseen(ctx context.Context, tx *db.Tx, by actor.Actor) (n int, err error) {
	if !by.May(actor.ReminderRead) || len(by.Roles) == 0 {
		return 0, nil
	}
	var counts []int
	err = tx.SelectIn(ctx, &counts, `SELECT count(*) FROM reminder WHERE fired_at > 0 AND seen_at = 0 AND role IN (?)`, by.Roles)
	for _, c := range counts {
		n += c
	}
	return n, err
}

// Seen says that somebody of the role has taken notice. A second time changes nothing, so that
// two colleagues need not meet. A reminder of another role, or one that was not fired, is
// fault.NotFound.
func (s *Store) Seen(ctx context.Context, by actor.Actor, id string) error {
	if err := by.Need(actor.ReminderRead); err != nil {
		return err
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		var r Reminder
		if err := tx.Get(ctx, &r, `SELECT `+columns+` FROM reminder WHERE id = ? AND fired_at > 0`, id); err != nil {
			return err
		}
		if !by.Has(r.Role) {
			return fault.New(fault.NotFound, "row.none", nil)
		}
		n, err := tx.Exec(ctx, `UPDATE reminder SET seen_at = ?, seen_by = ?, seen_by_name = ?, order_at = fired_at WHERE id = ? AND seen_at = 0`,
			tx.Now, by.ID, by.Name, id)
		if err != nil || n == 0 {
			return err
		}
		tx.Announce(Topic)
		return audit.Append(ctx, tx, audit.Entry{Tree: audit.Main, Actor: by, Action: "reminder.seen", Object: audit.Ref{Kind: "reminder", ID: id},
			Detail: map[string]string{"ref": r.Ref, "rung": r.Rung}})
	})
}
