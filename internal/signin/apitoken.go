package signin

import (
	"context"
	"crypto/subtle"
	"database/sql/driver"
	"slices"
	"strings"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// MaxTokenLife is the furthest end of a program's key.
const MaxTokenLife = 366 * 24 * time.Hour

// peopleOnly are permissions that no program gets: making accounts, seeing personal data for
// a purpose of one's own, and the acts that two people answer for.
var peopleOnly = []actor.Permission{
	actor.AccountManage, actor.CustomerReveal, actor.AwarenessRecord, actor.AwarenessCheck, actor.Reclassify,
	actor.BankCheck, actor.BankLetter, actor.FilingReview, actor.FilingApprove, actor.SweepReview, actor.SweepConclude,
	actor.ShareApprove, actor.NoticeApprove, actor.DisclosureApprove, actor.RemedyCheck, actor.RemedyApprove,
}

// TokenScopes lists, in order, the permissions that a key may be given.
func TokenScopes() []actor.Permission {
	all := actor.Permissions()
	slices.Sort(all)
	return slices.DeleteFunc(all, func(p actor.Permission) bool { return slices.Contains(peopleOnly, p) })
}

// Scopes are stored as a JSON list.
type Scopes []actor.Permission

// Value is the stored form.
func (s Scopes) Value() (driver.Value, error) { return marshalList(s) }

// Scan reads the stored form.
func (s *Scopes) Scan(v any) error { return scanList(s, v) }

// APIToken is a key of a program, without the key. It belongs to the firm: it outlives the
// account that made it.
type APIToken struct {
	ID         string     `db:"id"`
	Name       string     `db:"name"`
	Scopes     Scopes     `db:"scopes"`
	CreatedBy  string     `db:"created_by"`
	CreatedAt  db.Instant `db:"created_at"`
	ExpiresAt  db.Instant `db:"expires_at"`
	RevokedAt  db.Instant `db:"revoked_at"`   // zero while good
	LastUsedAt db.Instant `db:"last_used_at"` // to the minute, zero for never
}

const tokenColumns = `id, name, scopes, created_by, created_at, expires_at, revoked_at, last_used_at`

// CreateToken makes a key and gives its text, which is shown this once. Errors: fault.Invalid
// with fields "name", "scopes", "expires".
func (s *Service) CreateToken(ctx context.Context, by actor.Actor, name string, scopes Scopes, expires time.Time) (string, error) {
	if err := by.Need(actor.AccountManage); err != nil {
		return "", err
	}
	name, end := strings.TrimSpace(name), db.At(expires)
	wrong := map[string]string{}
	if !validName(name) {
		wrong["name"] = "signin.name.form"
	}
	scopes = slices.Compact(slices.Sorted(slices.Values(scopes)))
	if !grantable(scopes) {
		wrong["scopes"] = "signin.token.scopes"
	}
	if now := s.d.Now(); end <= now || end > now.Add(MaxTokenLife) {
		wrong["expires"] = "signin.token.expires"
	}
	if len(wrong) > 0 {
		return "", fault.Form(wrong)
	}
	return update(ctx, s.d, func(ctx context.Context, tx *db.Tx) (string, error) {
		plain, hash := newSecret(TokenPrefix)
		id := tx.NewID()
		if _, err := tx.Exec(ctx, `INSERT INTO api_token (id, name, hash, scopes, created_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			id, name, hash, scopes, by.ID, tx.Now, end); err != nil {
			return "", err
		}
		tx.Announce("accounts")
		return plain, record(ctx, tx, by, "token.created", "token", id, detail{Name: name, Scopes: scopes, Expires: end.Time().Format(time.RFC3339)})
	})
}

func grantable(scopes Scopes) bool {
	may := TokenScopes()
	return len(scopes) > 0 && !slices.ContainsFunc(scopes, func(p actor.Permission) bool { return !slices.Contains(may, p) })
}

// RevokeToken makes a key worthless at once; doing it twice changes nothing. Errors:
// fault.NotFound "signin.token.none".
func (s *Service) RevokeToken(ctx context.Context, by actor.Actor, id string) error {
	if err := by.Need(actor.AccountManage); err != nil {
		return err
	}
	return s.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		var t APIToken
		err := tx.Get(ctx, &t, `SELECT `+tokenColumns+` FROM api_token WHERE id = ?`, printable(id))
		if fault.Is(err, fault.NotFound) {
			return fault.Wrap(fault.NotFound, "signin.token.none", nil, err)
		}
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE api_token SET revoked_at = ? WHERE id = ? AND revoked_at = 0`, tx.Now, t.ID)
		if err != nil || n == 0 {
			return err
		}
		tx.Announce("accounts")
		return record(ctx, tx, by, "token.revoked", "token", t.ID, detail{Name: t.Name})
	})
}

// ListTokens gives all keys, the newest first, those that are over included.
func (s *Service) ListTokens(ctx context.Context, by actor.Actor) ([]APIToken, error) {
	if err := by.Need(actor.AccountManage); err != nil {
		return nil, err
	}
	return view(ctx, s.d, func(ctx context.Context, tx *db.Tx) (out []APIToken, err error) {
		err = tx.Select(ctx, &out, `SELECT `+tokenColumns+` FROM api_token ORDER BY created_at DESC, id DESC`)
		return out, err
	})
}

// AuthenticateToken gives the actor of a key as it stands in the Authorization header after
// "Bearer ". An unknown, revoked or expired key is fault.Unauthorized "signin.token.wrong".
func (s *Service) AuthenticateToken(ctx context.Context, bearer string) (actor.Actor, error) {
	refused := fault.New(fault.Unauthorized, "signin.token.wrong", nil)
	hash, ok := parseSecret(TokenPrefix, bearer)
	if !ok {
		return actor.Actor{}, refused
	}
	t, err := view(ctx, s.d, func(ctx context.Context, tx *db.Tx) (presented, error) { return findToken(ctx, tx, hash) })
	if err != nil {
		return actor.Actor{}, err
	}
	// The index is searched by a hash nobody can steer; the last word is a constant-time one.
	if subtle.ConstantTimeCompare(t.Hash, hash) != 1 || t.RevokedAt != 0 || t.ExpiresAt <= t.at {
		return actor.Actor{}, refused
	}
	if t.at.Sub(t.LastUsedAt) >= time.Minute {
		if err := s.used(ctx, t.ID); err != nil {
			return actor.Actor{}, err
		}
	}
	return actor.Actor{ID: "token:" + t.ID, Name: t.Name, Kind: actor.Token, Scopes: t.Scopes}, nil
}

// presented is a key that was found, at the moment of looking.
type presented struct {
	APIToken
	Hash []byte `db:"hash"`
	at   db.Instant
}

// findToken gives the zero value for an unknown key.
func findToken(ctx context.Context, tx *db.Tx, hash []byte) (t presented, err error) {
	err = tx.Get(ctx, &t, `SELECT `+tokenColumns+`, hash FROM api_token WHERE hash = ?`, hash)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	t.at = tx.Now
	return t, err
}

// used notes the moment, at most once a minute however many calls come at once.
func (s *Service) used(ctx context.Context, id string) error {
	return s.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE api_token SET last_used_at = ? WHERE id = ? AND last_used_at <= ?`, tx.Now, id, tx.Now.Add(-time.Minute))
		return err
	})
}
