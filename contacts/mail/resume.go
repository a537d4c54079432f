package mail

import (
	"context"
	"fmt"

	"tasuke/internal/db"
)

// Resume fits the outbox to the mail settings; cmd calls it at every start, before effects run. With
// settings the letters that wait for them get their delivery; without, those that had one are held
// back, so that their three days do not pass while nothing can be sent. It says how many it changed.
func (s *Store) Resume(ctx context.Context) (n int, err error) {
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if s.SetUp() {
			n, err = s.each(ctx, tx, `effect_id = ''`, s.enqueue)
			return err
		}
		n, err = s.each(ctx, tx, `effect_id <> ''`, s.hold)
		return err
	})
	return n, err
}

// each does something with every message that waits. where is a constant of the caller.
func (s *Store) each(ctx context.Context, tx *db.Tx, where string, do func(context.Context, *db.Tx, *row) error) (int, error) {
	q := `SELECT ` + columns + ` FROM mail_message WHERE state IN (?, ?) AND ` + where + ` ORDER BY created_at, id`
	if tx.Dialect == db.Postgres {
		q += ` FOR UPDATE` // two nodes start together
	}
	var rows []*row
	if err := tx.Select(ctx, &rows, q, Queued, Deferred); err != nil {
		return 0, fmt.Errorf("find letters that wait: %w", err)
	}
	for _, r := range rows {
		if err := do(ctx, tx, r); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// hold takes a letter out of its turn, unless another node is just sending it.
func (s *Store) hold(ctx context.Context, tx *db.Tx, r *row) error {
	ok, err := s.effects.Cancel(ctx, tx, r.EffectID)
	if err != nil || !ok {
		return err
	}
	if err := r.move(tx, itself, Held); err != nil {
		return err
	}
	r.EffectID = ""
	return s.save(ctx, tx, r)
}
