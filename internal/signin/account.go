// Package signin knows who may come in: accounts of people, their passwords and one-time
// links, browser sessions, the brake on guessing, and the keys of programs.
package signin

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// State says whether an account may be used.
type State string

// The states of an account. Accounts are never deleted: the audit trail names them.
const (
	Active   State = "active"
	Disabled State = "disabled"
)

// Account is a person who may sign in. It carries no secret and may be shown as it is.
type Account struct {
	ID          string `db:"id"`
	LoginName   string `db:"login_name"` // folded, unique
	DisplayName string `db:"display_name"`
	Roles       Roles  `db:"roles"`
	State       State  `db:"state"`
	// SessionEpoch is compared with the one in the session; raising it ends all sessions.
	SessionEpoch int64 `db:"session_epoch"`
	// MustChange asks the person for a new password before anything else.
	MustChange  bool   `db:"must_change"`
	HasPassword bool   `db:"has_password"`
	Lang        string `db:"lang"`  // "ja", "en", or "" for the firm's default
	Theme       string `db:"theme"` // "light", "dark", or "" for the device's
	// Rev is raised by edits of administrators only, and is what SetRoles, Rename, Disable and
	// Enable compare.
	Rev        int64      `db:"rev"`
	CreatedAt  db.Instant `db:"created_at"`
	SignedInAt db.Instant `db:"signed_in_at"` // last time, zero for never
}

// Actor is the account as somebody who acts.
func (a Account) Actor() actor.Actor {
	return actor.Actor{ID: a.ID, Name: a.DisplayName, Kind: actor.Person, Roles: a.Roles}
}

// Roles are stored as a JSON list in the order of actor.Roles.
type Roles []actor.Role

// Value is the stored form.
func (r Roles) Value() (driver.Value, error) { return marshalList(r) }

// Scan reads the stored form.
func (r *Roles) Scan(v any) error { return scanList(r, v) }

// canonical drops doubles and sorts; unknown roles make it false, as does an empty list.
func (r Roles) canonical() (Roles, bool) {
	out := Roles{}
	for _, known := range actor.Roles {
		if slices.Contains(r, known) {
			out = append(out, known)
		}
	}
	for _, given := range r {
		if !slices.Contains(out, given) {
			return nil, false
		}
	}
	return out, len(out) > 0
}

func marshalList[T any](list []T) (driver.Value, error) {
	b, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("write a list: %w", err)
	}
	return string(b), nil
}

func scanList[T any](dest *T, v any) error {
	var b []byte
	switch t := v.(type) {
	case string:
		b = []byte(t)
	case []byte:
		b = t
	default:
		return fmt.Errorf("a stored list is %T", v)
	}
	if err := json.Unmarshal(b, dest); err != nil {
		return fmt.Errorf("read a stored list: %w", err)
	}
	return nil
}

const columns = `id, login_name, display_name, roles, state, session_epoch, must_change,
	CASE WHEN password_hash = '' THEN 0 ELSE 1 END AS has_password,
	lang, theme, rev, created_at, signed_in_at`

// secret is an account together with its password hash; it never leaves the package.
type secret struct {
	Account
	Hash string `db:"password_hash"`
}

const secretColumns = columns + `, password_hash`

func byID(ctx context.Context, tx *db.Tx, id string) (a Account, err error) {
	if uuid.Validate(id) != nil {
		return a, fault.New(fault.NotFound, "signin.account.none", nil)
	}
	err = tx.Get(ctx, &a, `SELECT `+columns+` FROM account WHERE id = ?`, id)
	return a, err
}

// lockSecret reads an account that nobody else can change until the end of the transaction.
func lockSecret(ctx context.Context, tx *db.Tx, id string) (s secret, err error) {
	if uuid.Validate(id) != nil {
		return s, fault.New(fault.NotFound, "signin.account.none", nil)
	}
	if err := tx.Lock(ctx, "account", id); err != nil {
		return s, err
	}
	err = tx.Get(ctx, &s, `SELECT `+secretColumns+` FROM account WHERE id = ?`, id)
	return s, err
}

// endSessions raises the epoch and removes the rows. A request that is under way may write its
// session row again; the epoch in it is an old one then, and Current refuses it.
func endSessions(ctx context.Context, tx *db.Tx, accountID string) error {
	if _, err := tx.Exec(ctx, `UPDATE account SET session_epoch = session_epoch + 1 WHERE id = ?`, accountID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM session WHERE account_id = ?`, accountID)
	return err
}
