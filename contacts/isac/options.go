package isac

import (
	"context"
	"errors"

	"tasuke/cases/customer/leak"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/vault"
)

// Desk is an office of the directory that a share is mailed to.
type Desk struct {
	Name, Section, Mail string
	// Stale entries were not verified for 180 days, or never.
	Stale bool
}

// File is what is attached to a mail.
type File struct {
	Name, Type string
	Body       []byte
}

// Mail is a share as it is handed to the mail room.
type Mail struct {
	To            []string
	Subject, Text string
	Files         []File
	About         string // "share:<id>"
	IncidentID    string
	Key           string // the same share sent once more has another key, a retry has not
}

// Guard looks for customers' data; *leak.Guard is one.
type Guard interface {
	Check(ctx context.Context, tx *db.Tx, text string, o leak.Options) ([]leak.Finding, error)
}

// Reading is what a pasted text held.
type Reading struct {
	Found []Indicator
	Left  []Leftover
}

// Leftover is a piece that was not taken, and the key of the reason.
type Leftover struct {
	Line   int
	Text   string
	Reason string
}

// Options are the functions that cmd hands in. Tell, Emit, Indicators and Read may be nil.
type Options struct {
	Firm  Firm
	Guard Guard
	// Allow lists what may stand in every share: the firm's own name, numbers and addresses.
	Allow []string
	// Desk is an entry of the directory that is in use.
	Desk func(ctx context.Context, tx *db.Tx, id string) (Desk, bool, error)
	// Numbered gives the number of an incident; fault.NotFound when there is none.
	Numbered func(ctx context.Context, tx *db.Tx, incidentID string) (string, error)
	// Touch raises what the guards of the incident read; Enter does so too and refuses when its
	// work has ended.
	Touch func(ctx context.Context, tx *db.Tx, incidentID string) error
	Enter func(ctx context.Context, tx *db.Tx, incidentID string) error
	// Tell adds a line to the incident's story.
	Tell func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, kind string, args map[string]string) error
	// Render draws the sheet as PDF, outside any transaction.
	Render func(d SheetData) ([]byte, error)
	// Send puts a mail into the outbox in the caller's transaction.
	Send func(ctx context.Context, tx *db.Tx, by actor.Actor, m Mail) (id string, err error)
	// Emit says what a run may wait for.
	Emit func(ctx context.Context, tx *db.Tx, incidentID, name, ref string) error
	// Indicators are the values an incident is known by, for a first draft.
	Indicators func(ctx context.Context, tx *db.Tx, incidentID string) ([]Indicator, error)
	// Read finds values in a pasted text.
	Read func(text string) Reading
}

var errOptions = errors.New("the share store lacks the guard or a function of another room")

// Store keeps shares.
type Store struct {
	db    *db.DB
	vault *vault.Vault
	opts  Options
}

// NewStore returns a store on an opened, migrated database; it fails when something is missing
// without which a guard or a bundle would be wrong.
func NewStore(d *db.DB, v *vault.Vault, o Options) (*Store, error) {
	if o.Guard == nil || o.Desk == nil || o.Numbered == nil || o.Touch == nil || o.Enter == nil || o.Render == nil || o.Send == nil {
		return nil, errOptions
	}
	if o.Tell == nil {
		o.Tell = func(context.Context, *db.Tx, actor.Actor, string, string, map[string]string) error { return nil }
	}
	if o.Emit == nil {
		o.Emit = func(context.Context, *db.Tx, string, string, string) error { return nil }
	}
	if o.Indicators == nil {
		o.Indicators = func(context.Context, *db.Tx, string) ([]Indicator, error) { return nil, nil }
	}
	if o.Read == nil {
		o.Read = func(string) Reading { return Reading{} }
	}
	return &Store{db: d, vault: v, opts: o}, nil
}

// Read finds values in a pasted text; it keeps nothing.
func (s *Store) Read(text string) Reading { return s.opts.Read(text) }
