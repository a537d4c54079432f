package customer

import (
	"context"
	"fmt"
	"slices"

	"tasuke/internal/db"
)

// Reach is where a customer is written to, in plain text.
type Reach struct {
	Name, Mail, Address string
	// Changed is when the mail or postal address was last replaced by an import; zero for never.
	Changed db.Instant
}

// ReachOf gives where customers are written to, by id, in the caller's transaction. The caller has
// checked the right and puts on record that it was read. Unknown and erased customers are left out.
func (s *Store) ReachOf(ctx context.Context, tx *db.Tx, ids []string) (map[string]Reach, error) {
	out := make(map[string]Reach, len(ids))
	for part := range slices.Chunk(ids, 500) {
		var rows []record
		if err := tx.SelectIn(ctx, &rows, `SELECT `+recordColumns+` FROM customer WHERE id IN (?)`, part); err != nil {
			return nil, fmt.Errorf("read customers: %w", err)
		}
		all, err := s.openAll(ctx, tx, rows)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			if c.Past, err = s.past(ctx, tx, c.ID); err != nil {
				return nil, err
			}
			out[c.ID] = Reach{c.Name, c.Mail, c.Address, c.moved()}
		}
	}
	return out, nil
}

// moved is when the customer was last given another mail or postal address; what was replaced lies
// the newest first.
func (c Customer) moved() db.Instant {
	mail, address := c.Mail, c.Address
	for _, p := range c.Past {
		if p.Mail != mail || p.Address != address {
			return p.Until
		}
		mail, address = p.Mail, p.Address
	}
	return 0
}
