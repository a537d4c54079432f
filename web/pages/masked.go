package pages

import (
	"context"
	"strings"

	"tasuke/cases/customer"
	"tasuke/internal/db"
)

// maskedCustomer is one customer as screens show one; nil when the id is not in the register.
func maskedCustomer(v *Visit, d *db.DB, s *customer.Store, id string) (*customer.Candidate, error) {
	var out *customer.Candidate
	err := d.View(v.Request.Context(), func(ctx context.Context, tx *db.Tx) error {
		m, err := s.Masked(ctx, tx, []string{id})
		if c, ok := m[id]; ok {
			out = &c
		}
		return err
	})
	return out, err
}

// cut is what follows a prefix.
func cut(s, prefix string) (string, bool) { return strings.CutPrefix(s, prefix) }
