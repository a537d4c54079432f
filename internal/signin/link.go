package signin

import (
	"context"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Purpose of a one-time link.
type Purpose string

// The purposes.
const (
	Setup Purpose = "setup" // the first password
	Reset Purpose = "reset" // a forgotten one
)

// Invitation is what the page behind a link may show.
type Invitation struct {
	AccountID   string     `db:"account_id"`
	LoginName   string     `db:"login_name"`
	DisplayName string     `db:"display_name"`
	Purpose     Purpose    `db:"purpose"`
	ExpiresAt   db.Instant `db:"expires_at"`
}

// void is the one answer to a link that is unknown, used, replaced, past its end, or of a
// disabled account.
func void() error { return fault.New(fault.Refused, "signin.link.void", nil) }

// issue makes a link and voids those before it. The account's row is locked by the caller.
func issue(ctx context.Context, tx *db.Tx, by actor.Actor, a Account) (string, error) {
	purpose, life := Setup, SetupLife
	if a.HasPassword {
		purpose, life = Reset, ResetLife
	}
	if err := voidLinks(ctx, tx, a.ID); err != nil {
		return "", err
	}
	plain, hash := newSecret("")
	end := tx.Now.Add(life)
	if _, err := tx.Exec(ctx, `INSERT INTO account_link (hash, account_id, purpose, created_at, expires_at) VALUES (?, ?, ?, ?, ?)`,
		hash, a.ID, purpose, tx.Now, end); err != nil {
		return "", err
	}
	return plain, record(ctx, tx, by, "account.link_issued", "account", a.ID, detail{Purpose: purpose, Expires: end.Time().Format(time.RFC3339)})
}

func voidLinks(ctx context.Context, tx *db.Tx, accountID string) error {
	_, err := tx.Exec(ctx, `UPDATE account_link SET used_at = ? WHERE account_id = ? AND used_at = 0`, tx.Now, accountID)
	return err
}

// ReadLink shows whose link it is without using it, for the page that asks for the password.
// A link that is no longer good is fault.Refused "signin.link.void".
func (s *Service) ReadLink(ctx context.Context, token string) (Invitation, error) {
	hash, ok := parseSecret("", token)
	if !ok {
		return Invitation{}, void()
	}
	return view(ctx, s.d, func(ctx context.Context, tx *db.Tx) (i Invitation, err error) {
		err = tx.Get(ctx, &i, `SELECT l.account_id, a.login_name, a.display_name, l.purpose, l.expires_at
			FROM account_link l JOIN account a ON a.id = l.account_id
			WHERE l.hash = ? AND l.used_at = 0 AND l.expires_at > ? AND a.state = 'active'`, hash, tx.Now)
		if fault.Is(err, fault.NotFound) {
			return i, void()
		}
		return i, err
	})
}

// UseLink sets a password by a one-time link, ends every session of the account and lets the
// brake on its name go. Errors: fault.Refused "signin.link.void"; fault.Invalid on the field
// "password", which leaves the link unused.
func (s *Service) UseLink(ctx context.Context, token, password string) (Account, error) {
	i, err := s.ReadLink(ctx, token)
	if err != nil {
		return Account{}, err
	}
	p, err := choose(i.LoginName, password)
	if err != nil {
		return Account{}, err
	}
	hash, err := s.hashed(ctx, p)
	if err != nil {
		return Account{}, err
	}
	return update(ctx, s.d, func(ctx context.Context, tx *db.Tx) (Account, error) {
		return redeem(ctx, tx, i, digest(token), hash)
	})
}

// hashed computes one hash, outside any transaction.
func (s *Service) hashed(ctx context.Context, normal string) (string, error) {
	leave, err := s.hasher.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return s.hasher.hash(normal), nil
}

// redeem marks the link used by compare-and-set: of two at once one finds it used. The
// account's row comes first, as in issue, or the two would wait for each other.
func redeem(ctx context.Context, tx *db.Tx, i Invitation, link []byte, passwordHash string) (Account, error) {
	a, err := lockSecret(ctx, tx, i.AccountID)
	if err != nil {
		return Account{}, err
	}
	n, err := tx.Exec(ctx, `UPDATE account_link SET used_at = ? WHERE hash = ? AND used_at = 0 AND expires_at > ?`, tx.Now, link, tx.Now)
	if err != nil {
		return Account{}, err
	}
	if n != 1 || a.State != Active {
		return Account{}, void()
	}
	if err := setPassword(ctx, tx, a.Account, passwordHash); err != nil {
		return Account{}, err
	}
	if err := record(ctx, tx, a.Actor(), "account.password_set", "account", a.ID, detail{Purpose: i.Purpose}); err != nil {
		return Account{}, err
	}
	return byID(ctx, tx, a.ID)
}

// setPassword also ends all sessions and voids every link, since somebody may hold either.
func setPassword(ctx context.Context, tx *db.Tx, a Account, hash string) error {
	if _, err := tx.Exec(ctx, `UPDATE account SET password_hash = ?, must_change = 0 WHERE id = ?`, hash, a.ID); err != nil {
		return err
	}
	if err := byAccount(a.LoginName).forgive(ctx, tx); err != nil {
		return err
	}
	if err := voidLinks(ctx, tx, a.ID); err != nil {
		return err
	}
	return endSessions(ctx, tx, a.ID)
}
