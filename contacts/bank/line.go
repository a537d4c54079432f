package bank

import (
	"context"

	"tasuke/internal/db"
)

// Args are codes and amounts by name; they hold no personal data.
type Args = db.Args

// Line is one line of a request's history.
type Line struct {
	ID        string     `db:"id"`
	Round     int64      `db:"round"`
	Version   int64      `db:"version"` // of the letter
	At        db.Instant `db:"at"`
	ActorID   string     `db:"actor_id"`
	ActorName string     `db:"actor_name"`
	Event     Event      `db:"event"`
	From      State      `db:"from_state"`
	To        State      `db:"to_state"`
	Args      Args       `db:"args"`
	Comment   string     `db:"-"`
	Erased    bool       `db:"-"`
}

const maxLines = 200

// lines reads the history, the newest first.
func (s *Store) lines(ctx context.Context, tx *db.Tx, id string) ([]Line, error) {
	var rows []struct {
		Line
		Sealed []byte `db:"comment"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, round, version, at, actor_id, actor_name, event, from_state, to_state, args, comment
		FROM bank_line WHERE request_id = ? ORDER BY at DESC, id DESC LIMIT ?`, id, maxLines); err != nil {
		return nil, err
	}
	out := make([]Line, len(rows))
	for i, r := range rows {
		var err error
		out[i] = r.Line
		if out[i].Comment, out[i].Erased, err = s.open(ctx, tx, place("bank_line", "comment", r.ID), r.Sealed); err != nil {
			return nil, err
		}
	}
	return out, nil
}
