package workflow

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// PublishIn is Publish in the caller's transaction, for a text that was looked through by another
// person: the draft and its version exist together or not at all.
func (s *Store) PublishIn(ctx context.Context, tx *db.Tx, by actor.Actor, src []byte) (Version, error) {
	if err := by.Need(actor.PlaybookPublish); err != nil {
		return Version{}, err
	}
	def, err := s.check(src)
	if err != nil {
		return Version{}, err
	}
	return s.publish(ctx, tx, by, versionOf(def))
}
