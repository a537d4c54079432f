package customer

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
)

// erasedPrefix stands in place of the customer number of an erased customer.
const erasedPrefix = "erased:"

// Erase destroys the key of a customer, every sealed column, past contact data, the accounts and
// all search rows. What remains: the id (cases point to it), the moment, the audit entries, a
// keyed hash of the customer number so that no import brings the customer back, and whatever
// backups hold. Everything else that was sealed for "customer:<id>" stays unreadable where it
// lies. Erasing twice is not an error; an unknown id is fault.NotFound "customer.none". It needs
// actor.CustomerImport.
func (s *Store) Erase(ctx context.Context, by actor.Actor, id string) error {
	if err := by.Need(actor.CustomerImport); err != nil {
		return err
	}
	return s.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := lockRegister(ctx, tx); err != nil {
			return err
		}
		r, err := s.record(ctx, tx, id)
		if err != nil || r.ErasedAt != nil {
			return err
		}
		if err := s.empty(ctx, tx, r); err != nil {
			return fmt.Errorf("erase customer %s: %w", id, err)
		}
		if err := s.texts.Forget(ctx, tx, subject(id)); err != nil { // behind the key: nobody writes a text of his any more
			return fmt.Errorf("erase customer %s from the search: %w", id, err)
		}
		tx.Announce("customer:" + id)
		return audit.Append(ctx, tx, audit.Entry{
			Tree: audit.Main, Actor: by, Action: "customer.erased", Object: audit.Ref{Kind: "customer", ID: id},
		})
	})
}

// empty goes through the search tables from end to end. They have no index by customer, because
// it would double them for the sake of this rare act; and searching by recomputed hashes would
// miss rows that an older folding made.
func (s *Store) empty(ctx context.Context, tx *db.Tx, r record) error {
	for _, q := range []string{`DELETE FROM customer_gram WHERE no = ?`, `DELETE FROM customer_blind WHERE no = ?`} {
		if _, err := tx.Exec(ctx, q, r.No); err != nil {
			return err
		}
	}
	for _, q := range []string{`DELETE FROM customer_account WHERE customer_id = ?`, `DELETE FROM customer_past WHERE customer_id = ?`} {
		if _, err := tx.Exec(ctx, q, r.ID); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO customer_blind (field, hash, no) VALUES (?, ?, ?)`, erasedRef, s.tombstone(r.Ref), r.No); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE customer SET ref = ?, name = NULL, kana = NULL, birth_date = NULL, phones = NULL, mail = NULL,
		address = NULL, flags = NULL, segment = '', digest = NULL, erased_at = ?, rev = rev + 1 WHERE id = ?`,
		erasedPrefix+r.ID, tx.Now, r.ID); err != nil {
		return err
	}
	return s.v.Erase(ctx, tx, subject(r.ID))
}

func (s *Store) tombstone(ref string) []byte { return s.v.Blind("customer."+erasedRef, ref) }
