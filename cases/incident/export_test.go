package incident

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// RecordIn is RecordAwareness inside a transaction of the test, for interleavings.
func (s *Store) RecordIn(ctx context.Context, tx *db.Tx, by actor.Actor, id string, a Awareness) error {
	_, err := s.append(ctx, tx, by, id, a.event(), "")
	return err
}
