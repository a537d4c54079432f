package effect

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"tasuke/internal/db"
)

// leases are the leases this process holds, with what ends the work when one is lost.
type leases struct {
	sync.Mutex
	held map[string]context.CancelCauseFunc
}

// hold has the lease renewed until it is dropped, and ends the work when the lease is lost.
func (s *Store) hold(ctx context.Context, owner string) (context.Context, func()) {
	held, cancel := context.WithCancelCause(ctx)
	s.leases.Lock()
	defer s.leases.Unlock()
	s.leases.held[owner] = cancel
	return held, func() {
		s.leases.Lock()
		defer s.leases.Unlock()
		delete(s.leases.held, owner)
		cancel(nil)
	}
}

func (s *Store) owners() (list []string) {
	s.leases.Lock()
	defer s.leases.Unlock()
	for owner := range s.leases.held {
		list = append(list, owner)
	}
	return list
}

// renew prolongs every lease of this process in one statement, and ends the work of those that
// are lost.
func (s *Store) renew(ctx context.Context) error {
	held := s.owners()
	if len(held) == 0 {
		return nil
	}
	var kept []string
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		var renewed []string
		if err := tx.SelectIn(ctx, &renewed, renewal[tx.Dialect], s.leaseNow(tx.Now).Add(leaseTime), held); err != nil {
			return err
		}
		return tx.SelectIn(ctx, &kept, `SELECT owner FROM effect WHERE state = 'leased' AND owner IN (?)`, held)
	})
	if err != nil {
		return fmt.Errorf("renew leases: %w", err)
	}
	s.leases.Lock()
	defer s.leases.Unlock()
	for _, owner := range held {
		if cancel := s.leases.held[owner]; cancel != nil && !slices.Contains(kept, owner) { // not one that has just ended by itself
			slog.WarnContext(ctx, "effect: a lease was lost", "owner", owner)
			cancel(errLost)
		}
	}
	return nil
}

// renewal passes over the rows in which a result is just being written, where there can be such:
// that transaction may be waiting for somebody, and the other leases end meanwhile.
var renewal = map[db.Dialect]string{
	db.SQLite: `UPDATE effect SET lease_until = ? WHERE state = 'leased' AND owner IN (?) RETURNING owner`,
	db.Postgres: `UPDATE effect SET lease_until = ? WHERE id IN (
		SELECT id FROM effect WHERE state = 'leased' AND owner IN (?) FOR UPDATE SKIP LOCKED) RETURNING owner`,
}
