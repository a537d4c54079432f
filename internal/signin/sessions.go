package signin

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"tasuke/internal/db"
)

// SessionOptions of the browser sessions; zero values are the defaults.
type SessionOptions struct {
	// Insecure leaves out the cookie's Secure flag and __Host- prefix, for http on one's own
	// machine.
	Insecure bool
	Idle     time.Duration // ends a session nobody uses; default 30 minutes
	Lifetime time.Duration // ends every session; default 12 hours, a shift
}

// Sessions is scs with an idle end that is cheap. With scs's own IdleTimeout every GET would
// write the session; here Touch writes at most every tenth of Idle, so that a session ends
// between 0.9 × Idle and Idle after its last use, and a GET in between only reads.
type Sessions struct {
	*scs.SessionManager
	idle time.Duration
	now  func() db.Instant
}

// NewSessions makes the sessions. LoadAndSave goes around every page.
func NewSessions(d *db.DB, o SessionOptions) *Sessions {
	if o.Idle <= 0 {
		o.Idle = 30 * time.Minute
	}
	if o.Lifetime <= 0 {
		o.Lifetime = 12 * time.Hour
	}
	m := scs.New()
	m.Store, m.Lifetime = NewSessionStore(d), o.Lifetime
	m.Cookie.Name, m.Cookie.Secure = "__Host-s", true
	if o.Insecure {
		m.Cookie.Name, m.Cookie.Secure = "s", false
	}
	m.Cookie.HttpOnly, m.Cookie.SameSite, m.Cookie.Path = true, http.SameSiteLaxMode, "/"
	m.Cookie.Persist = false // gone with the browser
	return &Sessions{SessionManager: m, idle: o.Idle, now: d.Now}
}

// Begin puts an account into the session, under a new token: a token that somebody planted
// before sign-in is worth nothing after it. Also called with what ChangePassword returned.
func (s *Sessions) Begin(ctx context.Context, a Account) error {
	if err := s.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew the session's token: %w", err)
	}
	s.Put(ctx, keyAccount, a.ID)
	s.Put(ctx, keyEpoch, a.SessionEpoch)
	s.Put(ctx, keySeen, int64(s.now()))
	return nil
}

// Who gives what Service.Current and Authenticate ask for; ok is false when nobody is signed
// in or the session was idle for too long. It never writes.
func (s *Sessions) Who(ctx context.Context) (accountID string, epoch int64, ok bool) {
	accountID = s.GetString(ctx, keyAccount)
	if accountID == "" || s.unused(ctx) >= s.idle {
		return "", 0, false
	}
	return accountID, s.GetInt64(ctx, keyEpoch), true
}

// Touch says that a person used the session just now. Requests that a page makes by itself
// (live updates) do not call it, or a browser left open would never be idle.
func (s *Sessions) Touch(ctx context.Context) {
	if _, _, ok := s.Who(ctx); ok && s.unused(ctx) >= s.idle/10 {
		s.Put(ctx, keySeen, int64(s.now()))
	}
}

func (s *Sessions) unused(ctx context.Context) time.Duration {
	return s.now().Sub(db.Instant(s.GetInt64(ctx, keySeen)))
}

// End signs out.
func (s *Sessions) End(ctx context.Context) error {
	if err := s.Destroy(ctx); err != nil {
		return fmt.Errorf("end the session: %w", err)
	}
	return nil
}
