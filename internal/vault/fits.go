package vault

import (
	"context"
	"errors"
	"fmt"
	"io"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Fits fails with fault.Refused "vault.other_key" when the key file is not the one that the stored
// keys were wrapped with: the newest key of each key-encryption key is opened.
func (v *Vault) Fits(ctx context.Context, tx *db.Tx) error {
	var rows []row
	if err := tx.Select(ctx, &rows, `SELECT `+columns+` FROM vault_key WHERE id IN
		(SELECT MAX(id) FROM vault_key WHERE destroyed_at IS NULL GROUP BY kek_id)`); err != nil {
		return fmt.Errorf("read subject keys: %w", err)
	}
	for _, r := range rows {
		if _, err := v.secret(r); err != nil {
			return fault.Wrap(fault.Refused, "vault.other_key", map[string]any{"Key": r.KEK}, err)
		}
	}
	return nil
}

// OpensAll opens every subject key that is not destroyed and says how many there are. It fails with
// fault.Refused "vault.other_key" at the first that does not open.
func (v *Vault) OpensAll(ctx context.Context, tx *db.Tx) (n int64, err error) {
	rows, err := tx.Rows(ctx, `SELECT id, subject, kek_id, wrapped FROM vault_key WHERE destroyed_at IS NULL`)
	if err != nil {
		return 0, fmt.Errorf("read subject keys: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for {
		c, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		r := row{ID: fmt.Sprint(c[0]), Subject: fmt.Sprint(c[1]), KEK: fmt.Sprint(c[2])}
		r.Wrapped, _ = c[3].([]byte) // what is no bytes does not open
		if _, err := v.secret(r); err != nil {
			return n, fault.Wrap(fault.Refused, "vault.other_key", map[string]any{"Key": r.KEK}, err)
		}
		n++
	}
}

// Proof is a value by which a key file is known again, for a text of the caller: another index key
// gives another one. It tells nothing of the key.
func (v *Vault) Proof(text string) []byte { return v.field("proof", "key file").sum(text, blindSize) }
