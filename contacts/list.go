package contacts

import (
	"context"
	"fmt"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
	"tasuke/internal/text"
)

// Filter narrows the directory; empty fields do not.
type Filter struct {
	Kind  Kind
	Query string // a fragment of a name, section, code, number, address or note
	// Stale asks for what has to be verified, Retired for what is no longer in use instead of what is.
	Stale, Retired bool
}

// maxQuery is as much of a fragment as is looked for, in characters.
const maxQuery = 100

// List reads a page of the directory by kind, bank code and name; next is zero on the last one. It
// needs directory.read; a kind that does not exist is fault.Invalid.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p paging.Page) (list []Desk, next paging.Cursor, err error) {
	if err := by.Need(actor.DirectoryRead); err != nil {
		return nil, next, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		where, args, err := f.where(tx.Now)
		if err != nil {
			return err
		}
		if !p.After.IsZero() { // the place of the last row is in the row itself: desks are never deleted
			where, args = append(where, `sort > (SELECT sort FROM desk WHERE id = ?)`), append(args, p.After.ID)
		}
		return tx.Select(ctx, &list, `SELECT `+columns+` FROM desk WHERE `+strings.Join(where, ` AND `)+` ORDER BY sort LIMIT ?`, append(args, p.Size()+1)...)
	})
	if err != nil {
		return nil, next, fmt.Errorf("list desks: %w", err)
	}
	if n := p.Size(); len(list) > n {
		list = list[:n]
		next = paging.Cursor{At: list[n-1].ChangedAt, ID: list[n-1].ID}
	}
	return list, next, nil
}

func (f Filter) where(now db.Instant) (where []string, args []any, err error) {
	retired := 0
	if f.Retired {
		retired = 1
	}
	where, args = []string{`retired = ?`}, []any{retired}
	if f.Kind != "" {
		if !known(f.Kind) {
			return nil, nil, fault.Field("kind", "form.choice")
		}
		where, args = append(where, `kind = ?`), append(args, f.Kind)
	}
	if f.Stale {
		where, args = append(where, `verified_at < ?`), append(args, now.Add(-StaleAfter))
	}
	if q := []rune(strings.TrimSpace(f.Query)); len(q) > 0 {
		fragment := text.Fold(string(q[:min(len(q), maxQuery)]))
		where, args = append(where, `search LIKE ? ESCAPE '!'`), append(args, "%"+literal.Replace(fragment)+"%")
	}
	return where, args, nil
}

// literal takes their meaning from the signs that LIKE knows.
var literal = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")
