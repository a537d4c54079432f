package incident

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Answer is what the firm did about a duty: the report was handed in, or ruled out with a reason.
// The limit stays to be read beside it; nobody is chased by it any more.
type Answer struct {
	At     db.Instant
	Ref    string // number of the filing
	Waived bool   // no report was required
}

// answered puts the answers of the room of filings beside the clocks.
func (s *Store) answered(ctx context.Context, tx *db.Tx, id string, cs []Clock) ([]Clock, error) {
	if s.opts.Answered == nil {
		return cs, nil
	}
	all, err := s.opts.Answered(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for i, c := range cs {
		if a, ok := all[c.Duty]; ok {
			cs[i].Answer = &a
		}
	}
	return cs, nil
}

// Answer brings the index of clocks in line after a duty was answered, or is open again, in the
// caller's transaction. The caller holds the incident's row.
func (s *Store) Answer(ctx context.Context, tx *db.Tx, by actor.Actor, id string) error {
	i, err := s.load(ctx, tx, id)
	if err != nil {
		return err
	}
	return s.refresh(ctx, tx, by, i, "", "")
}
