package workflow

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Begin is StartWith by the hand of a person: it needs incident.write, and refuses work on a subject
// whose work has ended (Options.Enter).
func (s *Store) Begin(ctx context.Context, by actor.Actor, b Starting) (r Run, err error) {
	if err := by.Need(actor.IncidentWrite); err != nil {
		return Run{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if enter := s.opts.Enter; enter != nil {
			if err := enter(ctx, tx, b.Subject); err != nil {
				return err
			}
		}
		r, err = s.StartWith(ctx, tx, by, b)
		return err
	})
	return r, err
}
