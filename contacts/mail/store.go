package mail

import (
	"context"
	"fmt"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

// Effects is what carries a delivery out once its transaction is kept.
type Effects interface {
	Enqueue(ctx context.Context, tx *db.Tx, s effect.Spec) (id string, created bool, err error)
	Cancel(ctx context.Context, tx *db.Tx, id string) (bool, error)
	Get(ctx context.Context, tx *db.Tx, id string) (effect.Effect, error)
	Resolve(ctx context.Context, tx *db.Tx, by actor.Actor, id string, rev int64, how effect.How, reason string) (effect.Effect, error)
}

// Options is what cmd hands in.
type Options struct {
	// SMTP is the firm's mail server; nil keeps every letter queued until there is one.
	SMTP *SMTP
	// Patience is the longest an attempt may take; 0 is two minutes.
	Patience time.Duration
	// Ended tells the room a letter is of that it was sent, is dead, unknown or cancelled; nil tells nobody.
	Ended func(ctx context.Context, tx *db.Tx, m Message) error
	// Again is asked before a letter that ended is put into its turn once more, in the same
	// transaction: the room it is of refuses when the letter is no longer what should leave. nil
	// lets every letter go.
	Again func(ctx context.Context, tx *db.Tx, m Message) error
	// Tell writes a line into the story of an incident; nil writes none.
	Tell func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, kind string, args map[string]string) error
}

const patience = 2 * time.Minute

// Store keeps outgoing mail in SQLite or PostgreSQL and delivers it.
type Store struct {
	db      *db.DB
	vault   *vault.Vault
	effects Effects
	options Options
	sender  *sender // nil: mail is not set up
}

// NewStore makes a store on an opened, migrated database. It fails when the mail settings are wrong.
// Handler is for the effects, Resume for every start, Close for the end.
func NewStore(d *db.DB, v *vault.Vault, e Effects, o Options) (*Store, error) {
	s := &Store{db: d, vault: v, effects: e, options: o}
	if s.options.Patience == 0 {
		s.options.Patience = patience
	}
	if o.SMTP == nil {
		return s, nil
	}
	if err := o.SMTP.Check(); err != nil {
		return nil, fmt.Errorf("mail settings: %w", err)
	}
	s.sender = &sender{SMTP: *o.SMTP}
	return s, nil
}

// SetUp says whether there is a mail server; without one letters wait in the outbox.
func (s *Store) SetUp() bool { return s.sender != nil }

// Close ends the connections that wait for a next message.
func (s *Store) Close() {
	if s.sender != nil {
		s.sender.close()
	}
}

// itself is the product, delivering.
var itself = actor.System("mail")

const columns = `id, state, about, incident_id, message_id, created_by, created_name, created_at, attempts,
	code, enhanced, problem, ended_at, effect_id, rev`

// row is a message with what is sealed.
type row struct {
	Message
	Digest        []byte `db:"digest"`
	SealedSubject []byte `db:"subject"`
	SealedBody    []byte `db:"body"`
}

// load reads a message and, for a change, holds it until the transaction ends.
func (s *Store) load(ctx context.Context, tx *db.Tx, id string, change bool) (*row, error) {
	if change {
		if err := tx.Lock(ctx, "mail_message", id); err != nil {
			return nil, err
		}
	}
	r := &row{}
	if err := tx.Get(ctx, r, `SELECT `+columns+`, digest, subject, body FROM mail_message WHERE id = ?`, id); err != nil {
		return nil, err
	}
	return r, nil
}

// save writes what may change, if the revision is still the one that was read.
func (s *Store) save(ctx context.Context, tx *db.Tx, r *row) error {
	n, err := tx.NamedExec(ctx, `UPDATE mail_message SET state = :state, message_id = :message_id, attempts = :attempts, code = :code,
		enhanced = :enhanced, problem = :problem, ended_at = :ended_at, effect_id = :effect_id, rev = rev + 1
		WHERE id = :id AND rev = :rev`, r)
	if err != nil {
		return fmt.Errorf("save mail %s: %w", r.ID, err)
	}
	if n == 0 {
		return fault.Stale(nil)
	}
	r.Rev++
	announce(tx, r.ID)
	return nil
}

func announce(tx *db.Tx, id string) {
	tx.Announce("outbox")
	tx.Announce("mail:" + id)
}

// move takes an event through the table; the caller saves.
func (r *row) move(tx *db.Tx, by actor.Actor, e Event) error {
	to, err := Next(r.State, e, by)
	if err != nil {
		return err
	}
	r.State, r.EndedAt = to, 0
	if to.Ended() {
		r.EndedAt = tx.Now
	}
	return nil
}

func subjectOf(id string) string { return "mail:" + id }

func place(table, column, id string) vault.Place {
	return vault.Place{Table: table, Column: column, Row: id}
}

func record(ctx context.Context, tx *db.Tx, by actor.Actor, tree audit.Tree, action, id string, detail any) error {
	return audit.Append(ctx, tx, audit.Entry{Tree: tree, Actor: by, Action: action, Object: audit.Ref{Kind: "mail", ID: id}, Detail: detail})
}

// tell writes into the story of the incident the letter is of, if there is one.
func (s *Store) tell(ctx context.Context, tx *db.Tx, by actor.Actor, m Message, kind string) error {
	if m.IncidentID == "" || s.options.Tell == nil {
		return nil
	}
	return s.options.Tell(ctx, tx, by, m.IncidentID, kind, map[string]string{"Mail": m.ID, "About": m.About, "State": string(m.State)})
}
