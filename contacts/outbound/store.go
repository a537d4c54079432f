package outbound

import (
	"context"
	"crypto/x509"
	"fmt"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

// Options are what the configuration says.
type Options struct {
	Secrets map[string]string // name -> file with the value of the Authorization header
	Roots   *x509.CertPool    // instead of the machine's authorities; nil for those
	Limit   time.Duration     // for one request and its answer; zero is 30 s
}

// Store keeps the hosts that may be sent to, and sends.
type Store struct {
	db    *db.DB
	vault *vault.Vault
	opts  Options
}

// NewStore returns a store on an opened, migrated database.
func NewStore(d *db.DB, v *vault.Vault, o Options) *Store {
	if o.Limit == 0 {
		o.Limit = 30 * time.Second
	}
	return &Store{d, v, o}
}

// Topic is announced when the list of hosts changed.
const Topic = "http_host"

const columns = `id, name, plain, private, key_header, secret, added_at, added_by, added_by_name, removed_at, removed_by, removed_by_name, rev`

// row is a host as it is written.
type row struct {
	Host
	Sealed        []byte `db:"reason"`
	RemovedSealed []byte `db:"removed_reason"`
}

func place(id, column string) vault.Place {
	return vault.Place{Table: "http_host", Column: column, Row: id}
}

func (s *Store) open(ctx context.Context, tx *db.Tx, r row) (h Host, err error) {
	h = r.Host
	if h.Reason, err = s.vault.OpenText(ctx, tx, place(h.ID, "reason"), r.Sealed); err == nil {
		h.RemovedReason, err = s.vault.OpenText(ctx, tx, place(h.ID, "removed_reason"), r.RemovedSealed)
	}
	return h, err
}

// List gives the hosts that are allowed, by name, and then those that were, newest first. It needs
// host.manage.
func (s *Store) List(ctx context.Context, by actor.Actor) (out []Host, err error) {
	if err := by.Need(actor.HostManage); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []row
		if err := tx.Select(ctx, &rows, `SELECT `+columns+`, reason, removed_reason FROM http_host
			ORDER BY CASE WHEN removed_at = 0 THEN 0 ELSE 1 END, removed_at DESC, name, id LIMIT 400`); err != nil {
			return err
		}
		for _, r := range rows {
			h, err := s.open(ctx, tx, r)
			if err != nil {
				return err
			}
			out = append(out, h)
		}
		return nil
	})
	return out, err
}

// Secrets names what the configuration has to send with.
func (s *Store) Secrets() map[string]string { return s.opts.Secrets }

// Add allows a host. It needs host.manage and fails with fault.Invalid and the fields that are wrong;
// a name that is allowed already is one of them.
func (s *Store) Add(ctx context.Context, by actor.Actor, h Host) (added Host, err error) {
	if err := by.Need(actor.HostManage); err != nil {
		return Host{}, err
	}
	h = h.tidied()
	if bad := h.problems(s.opts.Secrets); len(bad) > 0 {
		return Host{}, fault.Form(bad)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		added, err = s.add(ctx, tx, by, h)
		return err
	})
	return added, err
}

func (s *Store) add(ctx context.Context, tx *db.Tx, by actor.Actor, h Host) (Host, error) {
	var n int
	if err := tx.Get(ctx, &n, `SELECT count(*) FROM http_host WHERE removed_at = 0`); err != nil {
		return Host{}, err
	}
	if n >= mostHosts {
		return Host{}, fault.New(fault.Refused, "outbound.many", map[string]any{"Most": mostHosts})
	}
	h.ID, h.AddedAt, h.AddedBy, h.AddedByName, h.RemovedAt, h.Rev = tx.NewID(), tx.Now, by.ID, by.Name, 0, 1
	sealed, err := s.vault.SealText(ctx, tx, "http_host:"+h.ID, place(h.ID, "reason"), h.Reason)
	if err != nil {
		return Host{}, err
	}
	done, err := tx.NamedExec(ctx, `INSERT INTO http_host (`+columns+`, reason) VALUES (:id, :name, :plain, :private, :key_header, :secret, :added_at, :added_by,
		:added_by_name, :removed_at, :removed_by, :removed_by_name, :rev, :reason) ON CONFLICT (name) WHERE removed_at = 0 DO NOTHING`, row{Host: h, Sealed: sealed})
	if err != nil {
		return Host{}, fmt.Errorf("add a host: %w", err)
	}
	if done == 0 {
		return Host{}, fault.Field("name", "outbound.host_twice")
	}
	return h, record(ctx, tx, by, "host.added", h)
}

// Remove takes a host off the list; requests to it are refused from then on. It needs host.manage and
// fails with fault.Conflict for one that somebody else removed first.
func (s *Store) Remove(ctx context.Context, by actor.Actor, id string, rev int64, reason string) error {
	if err := by.Need(actor.HostManage); err != nil {
		return err
	}
	if key := reasonProblem(reason); key != "" {
		return fault.Field("reason", key)
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		var r row
		if err := tx.Get(ctx, &r, `SELECT `+columns+`, reason, removed_reason FROM http_host WHERE id = ?`, id); err != nil {
			return err
		}
		sealed, err := s.vault.SealText(ctx, tx, "http_host:"+id, place(id, "removed_reason"), reason)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE http_host SET removed_at = ?, removed_by = ?, removed_by_name = ?, removed_reason = ?, rev = rev + 1
			WHERE id = ? AND rev = ? AND removed_at = 0`, tx.Now, by.ID, by.Name, sealed, id, rev)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Stale(r.Host)
		}
		return record(ctx, tx, by, "host.removed", r.Host)
	})
}

func record(ctx context.Context, tx *db.Tx, by actor.Actor, action string, h Host) error {
	tx.Announce(Topic)
	return audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: "http_host", ID: h.ID},
		Detail: map[string]any{"host": h.Name, "plain": bool(h.Plain), "private": bool(h.Private), "secret": h.Secret, "key_header": h.KeyHeader},
	})
}

// allowed gives the host of a name that may be sent to now; false when there is none.
func (s *Store) allowed(ctx context.Context, name string) (h Host, ok bool, err error) {
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := tx.Get(ctx, &h, `SELECT `+columns+` FROM http_host WHERE name = ? AND removed_at = 0`, name)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		ok = err == nil
		return err
	})
	return h, ok, err
}
