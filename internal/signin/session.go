package signin

import (
	"context"
	"fmt"
	"time"

	"github.com/alexedwards/scs/v2"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Keys of the values in a session.
const (
	keyAccount = "account"
	keyEpoch   = "epoch"
	keySeen    = "seen" // microseconds
)

// SessionStore keeps browser sessions for scs, on both databases. It stores the SHA-256 of the
// token, never the token: who reads the database cannot take a session over.
type SessionStore struct {
	d     *db.DB
	codec scs.Codec
}

// NewSessionStore makes the store; Service.Sweep removes what is over.
func NewSessionStore(d *db.DB) *SessionStore { return &SessionStore{d: d, codec: scs.GobCodec{}} }

// FindCtx gives the data of a session that is neither over nor ended.
func (s *SessionStore) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.d.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &data, `SELECT data FROM session WHERE token_hash = ? AND expiry > ? AND ended_at = 0`, digest(token), tx.Now)
	})
	if fault.Is(err, fault.NotFound) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx writes a session; one that was ended meanwhile stays ended.
func (s *SessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, values, err := s.codec.Decode(data)
	if err != nil {
		return fmt.Errorf("read a session before writing it: %w", err)
	}
	account, _ := values[keyAccount].(string) // "" before sign-in
	return s.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO session (token_hash, data, expiry, account_id) VALUES (?, ?, ?, ?)
			ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, expiry = excluded.expiry, account_id = excluded.account_id
			WHERE session.ended_at = 0`, digest(token), data, db.At(expiry), account)
		return err
	})
}

// DeleteCtx ends a session. The empty row stays until its expiry: a request of the same
// browser that began before and commits after would otherwise bring the session back.
func (s *SessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE session SET data = ?, ended_at = ? WHERE token_hash = ?`, []byte{}, tx.Now, digest(token))
		return err
	})
}

// Find, Commit and Delete are the forms without a context that scs.Store asks for; scs calls
// the others.
func (s *SessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx.
func (s *SessionStore) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx.
func (s *SessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
