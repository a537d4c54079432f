package signin

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// wrong is the one answer to an unknown name, a wrong password, an account without a password
// and a disabled account.
func wrong() error { return fault.New(fault.Unauthorized, "signin.wrong", nil) }

// SignIn checks a name and a password that came from a network address. Errors:
// fault.Unauthorized "signin.wrong"; fault.TooMany "signin.wait" with Seconds, for names that
// exist and names that do not. Both cost one argon2id computation or none, so that neither
// the answer nor the work tells which names exist.
func (s *Service) SignIn(ctx context.Context, login, password, addr string) (Account, error) {
	brakes := []attempt{byAccount(login), byAddress(addr)} // always in this order: rows are locked by it
	known, err := view(ctx, s.d, func(ctx context.Context, tx *db.Tx) (secret, error) {
		for _, b := range brakes {
			if err := b.check(ctx, tx); err != nil {
				return secret{}, err
			}
		}
		return byLogin(ctx, tx, login)
	})
	if err != nil {
		return Account{}, err
	}
	leave, err := s.hasher.enter(ctx)
	if err != nil {
		return Account{}, err
	}
	defer leave()
	if err := s.charge(ctx, brakes...); err != nil {
		return Account{}, err
	}
	p, ok := normalize(password)
	if !ok {
		known.Hash = "" // the same work for what cannot be a password
	}
	ok, stale, err := s.hasher.verify(known.Hash, p)
	if err != nil {
		return Account{}, err
	}
	if !ok || known.State != Active {
		return Account{}, s.failed(ctx, known.Account, addr)
	}
	e := entry{secret: known, addr: addr, brakes: brakes}
	if stale {
		e.rehash = s.hasher.hash(p)
	}
	if _, err := choose(known.LoginName, password); err != nil {
		e.mustChange = true // the rules have become stricter since it was chosen
	}
	return s.enter(ctx, e)
}

// byLogin gives the zero secret for a name that does not exist.
func byLogin(ctx context.Context, tx *db.Tx, login string) (s secret, err error) {
	name := foldLogin(login)
	if !loginForm.MatchString(name) {
		name = "" // nobody's; PostgreSQL would refuse to look for some texts
	}
	err = tx.Get(ctx, &s, `SELECT `+secretColumns+` FROM account WHERE login_name = ?`, name)
	if fault.Is(err, fault.NotFound) {
		return secret{}, nil
	}
	return s, err
}

func (s *Service) charge(ctx context.Context, brakes ...attempt) error {
	return s.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, b := range brakes {
			if err := b.charge(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// failed puts the failure on record and answers "wrong". The name that was typed is not kept:
// it may be a password in the wrong field.
func (s *Service) failed(ctx context.Context, a Account, addr string) error {
	err := s.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		id := a.ID
		if id == "" {
			id = "unknown"
		}
		return record(ctx, tx, system, "signin.failed", "account", id, detail{Address: addr})
	})
	if err != nil {
		return err
	}
	return wrong()
}

// entry is a password that was found right, with what has to be written about it.
type entry struct {
	secret
	addr, rehash string
	mustChange   bool
	brakes       []attempt // account, address
}

// enter writes a successful sign-in, unless the account was disabled or its password changed
// while the password was computed.
func (s *Service) enter(ctx context.Context, e entry) (Account, error) {
	return update(ctx, s.d, func(ctx context.Context, tx *db.Tx) (Account, error) {
		now, err := lockSecret(ctx, tx, e.ID)
		if err != nil {
			return Account{}, err
		}
		if now.State != Active || now.Hash != e.Hash {
			return Account{}, wrong()
		}
		if err := e.brakes[0].forgive(ctx, tx); err != nil {
			return Account{}, err
		}
		if err := e.brakes[1].refund(ctx, tx); err != nil {
			return Account{}, err
		}
		if e.rehash != "" {
			now.Hash = e.rehash
		}
		if _, err := tx.Exec(ctx, `UPDATE account SET password_hash = ?, signed_in_at = ?, must_change = ? WHERE id = ?`,
			now.Hash, tx.Now, flag(now.MustChange || e.mustChange), now.ID); err != nil {
			return Account{}, err
		}
		if err := record(ctx, tx, now.Actor(), "signin.entered", "account", now.ID, detail{Address: e.addr, Rehashed: e.rehash != ""}); err != nil {
			return Account{}, err
		}
		return byID(ctx, tx, now.ID)
	})
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// again is the answer to a session that is no longer good.
func again() error { return fault.New(fault.Unauthorized, "signin.again", nil) }

// Current is the account behind a session, read by its key on every request. An account that
// was disabled, or whose sessions were ended since the session began (another epoch), is
// fault.Unauthorized "signin.again".
func (s *Service) Current(ctx context.Context, accountID string, epoch int64) (Account, error) {
	a, err := view(ctx, s.d, func(ctx context.Context, tx *db.Tx) (Account, error) { return byID(ctx, tx, accountID) })
	switch {
	case fault.Is(err, fault.NotFound):
		return Account{}, again()
	case err != nil:
		return Account{}, err
	case a.State != Active || a.SessionEpoch != epoch:
		return Account{}, again()
	}
	return a, nil
}

// Authenticate is Current for those who only want to know who acts.
func (s *Service) Authenticate(ctx context.Context, accountID string, epoch int64) (actor.Actor, error) {
	a, err := s.Current(ctx, accountID, epoch)
	if err != nil {
		return actor.Actor{}, err
	}
	return a.Actor(), nil
}
