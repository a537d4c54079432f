package vault

import (
	"context"
	"fmt"
	"slices"

	"tasuke/internal/db"
)

// Erase destroys the key of a subject: nothing sealed for it opens any more, and it is never
// given another key. A subject without a key gets a destroyed one, so that a later Seal is
// refused as well. Erasing twice is not an error. Backups made before still hold the wrapped key.
func (v *Vault) Erase(ctx context.Context, tx *db.Tx, subject string) error {
	_, err := tx.Exec(ctx, `INSERT INTO vault_key (id, subject, kek_id, wrapped, created_at, destroyed_at)
		VALUES (?, ?, ?, NULL, ?, ?)
		ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, destroyed_at = COALESCE(vault_key.destroyed_at, excluded.destroyed_at)`,
		tx.NewID(), subject, v.newest, tx.Now, tx.Now)
	if err != nil {
		return fmt.Errorf("destroy a subject key: %w", err)
	}
	v.cache.forget(subject, false)
	tx.AfterCommit(func() { v.cache.forget(subject, true) })
	return nil
}

// Erased reports whether a subject's key was destroyed.
func (v *Vault) Erased(ctx context.Context, tx *db.Tx, subject string) (bool, error) {
	var n int
	if err := tx.Get(ctx, &n, `SELECT count(*) FROM vault_key WHERE subject = ? AND destroyed_at IS NOT NULL`, subject); err != nil {
		return false, fmt.Errorf("read a subject key: %w", err)
	}
	return n > 0, nil
}

// Rewrap puts every subject key under the newest key-encryption key, in transactions of 500 keys,
// and answers how many were changed. Sealed columns are not touched. It can be stopped and run
// again; when it answers without error the older keys may leave the key file.
func (v *Vault) Rewrap(ctx context.Context, d *db.DB) (total int, err error) {
	for {
		n := 0
		if err := d.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = v.rewrapSome(ctx, tx)
			return err
		}); err != nil {
			return total, fmt.Errorf("rewrap keys: %w", err)
		}
		if n == 0 {
			return total, nil
		}
		total += n
	}
}

func (v *Vault) rewrapSome(ctx context.Context, tx *db.Tx) (int, error) {
	q := `SELECT ` + columns + ` FROM vault_key WHERE kek_id <> ? AND destroyed_at IS NULL ORDER BY id LIMIT 500`
	if tx.Dialect == db.Postgres {
		q += ` FOR UPDATE`
	}
	var rows []row
	if err := tx.Select(ctx, &rows, q, v.newest); err != nil {
		return 0, err
	}
	for _, r := range rows {
		secret, err := v.secret(r)
		if err != nil {
			return 0, err
		}
		wrapped := v.keks[v.newest].Seal(nil, nil, secret, wrapAAD(r.ID, r.Subject))
		if _, err := tx.Exec(ctx, `UPDATE vault_key SET wrapped = ?, kek_id = ? WHERE id = ? AND destroyed_at IS NULL`, wrapped, v.newest, r.ID); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// Hold keeps the keys of subjects from being destroyed until the transaction ends, and answers
// which were destroyed already. Who writes something about a subject that erasing must find (a row
// of a search) calls it first.
func (v *Vault) Hold(ctx context.Context, tx *db.Tx, subjects []string) (erased map[string]bool, err error) {
	erased = map[string]bool{}
	for part := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(subjects))), chunk) {
		q := `SELECT subject, destroyed_at FROM vault_key WHERE subject IN (?) ORDER BY subject`
		if tx.Dialect == db.Postgres {
			q += ` FOR SHARE`
		}
		var rows []struct {
			Subject     string
			DestroyedAt *db.Instant `db:"destroyed_at"`
		}
		if err := tx.SelectIn(ctx, &rows, q, part); err != nil {
			return nil, fmt.Errorf("hold subject keys: %w", err)
		}
		for _, r := range rows {
			if r.DestroyedAt != nil {
				erased[r.Subject] = true
			}
		}
	}
	return erased, nil
}
