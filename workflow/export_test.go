package workflow

import "context"

// WakeDue wakes waits without delivering events first, as a node does that is slow to hear.
func (s *Store) WakeDue(ctx context.Context) error { return s.wakeDue(ctx) }
