package signin

import (
	"context"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Languages and Themes that a person may choose; "" leaves it to the firm and the device.
var (
	Languages = []string{"", "ja", "en"}
	Themes    = []string{"", "light", "dark"}
)

// ChangePassword sets a new password for the person who acts and ends all sessions. The caller
// puts the SessionEpoch of the returned account into the session at hand, which so becomes the
// only one. Errors: fault.Invalid on the fields "old" or "password"; fault.TooMany
// "signin.wait", since a stolen session must not be a way to guess the password.
func (s *Service) ChangePassword(ctx context.Context, by actor.Actor, old, password string) (Account, error) {
	a, err := view(ctx, s.d, func(ctx context.Context, tx *db.Tx) (a secret, err error) {
		err = tx.Get(ctx, &a, `SELECT `+secretColumns+` FROM account WHERE id = ?`, by.ID)
		return a, unknown(err)
	})
	if err != nil {
		return Account{}, err
	}
	p, err := choose(a.LoginName, password)
	if err != nil {
		return Account{}, err
	}
	hash, err := s.exchange(ctx, a, old, p)
	if err != nil {
		return Account{}, err
	}
	return update(ctx, s.d, func(ctx context.Context, tx *db.Tx) (Account, error) {
		now, err := lockSecret(ctx, tx, a.ID)
		if err != nil {
			return Account{}, err
		}
		if now.State != Active || now.Hash != a.Hash {
			return Account{}, again() // changed or disabled meanwhile
		}
		if err := setPassword(ctx, tx, now.Account, hash); err != nil {
			return Account{}, err
		}
		if err := record(ctx, tx, by, "account.password_changed", "account", a.ID, detail{}); err != nil {
			return Account{}, err
		}
		return byID(ctx, tx, a.ID)
	})
}

// exchange checks the old password under the brake and computes the new hash, in one slot.
func (s *Service) exchange(ctx context.Context, a secret, old, normal string) (string, error) {
	leave, err := s.hasher.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	if err := s.charge(ctx, byAccount(a.LoginName)); err != nil {
		return "", err
	}
	o, ok := normalize(old)
	if ok {
		if ok, _, err = s.hasher.verify(a.Hash, o); err != nil {
			return "", err
		}
	}
	switch {
	case !ok:
		return "", fault.Field("old", "signin.password.old_wrong")
	case o == normal:
		return "", weak("signin.password.same")
	}
	return s.hasher.hash(normal), nil
}

// SignOutEverywhere ends every session of an account: one's own, or anybody's with
// actor.AccountManage.
func (s *Service) SignOutEverywhere(ctx context.Context, by actor.Actor, accountID string) error {
	if by.ID != accountID {
		if err := by.Need(actor.AccountManage); err != nil {
			return err
		}
	}
	return s.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := lockSecret(ctx, tx, accountID); err != nil {
			return unknown(err)
		}
		if err := endSessions(ctx, tx, accountID); err != nil {
			return err
		}
		return record(ctx, tx, by, "account.signed_out_everywhere", "account", accountID, detail{})
	})
}

// SetPreferences keeps the language and the theme of the person who acts. An unknown one is
// fault.Invalid on "lang" or "theme".
func (s *Service) SetPreferences(ctx context.Context, by actor.Actor, lang, theme string) error {
	if !slices.Contains(Languages, lang) {
		return fault.Field("lang", "signin.lang.unknown")
	}
	if !slices.Contains(Themes, theme) {
		return fault.Field("theme", "signin.theme.unknown")
	}
	return s.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE account SET lang = ?, theme = ? WHERE id = ? AND state = 'active'`, lang, theme, by.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "signin.account.none", nil)
		}
		return record(ctx, tx, by, "account.preferences_set", "account", by.ID, detail{Settings: []string{"lang=" + lang, "theme=" + theme}})
	})
}
