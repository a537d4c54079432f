package bank

import (
	"context"
	"errors"

	"tasuke/contacts/bank/master"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/vault"
)

// Firm is who signs the letters. What is empty is left out; without a name no letter is made.
type Firm struct {
	Name, Section, Address, Mail string
	Phone                        string // answered at all hours
	// FromAccount and Remitter are where the firm's payouts come from, for a first draft.
	FromAccount, Remitter string
}

// Mail is a letter to a bank as it is handed to the mail room.
type Mail struct {
	To            []string
	Subject, Text string
	File          string // name of the attached PDF
	PDF           []byte
	About         string // "bank_request:<id>"
	IncidentID    string
	Key           string // the same letter sent once more has another key, a retry has not
}

// Chase asks that a role is reminded.
type Chase struct {
	IncidentID string
	Ref        string // "bank_request:<id>"
	What       What
	Role       actor.Role
	From       db.Instant
	Due        db.Instant // of the telephone call and of the letter; zero for an answer, whose ladder has no end
	Args       map[string]string
}

// Options are the functions that cmd hands in. Remind, ClearReminders, Emit and Tell may be nil.
type Options struct {
	Master *master.Master
	Firm   Firm
	// Desk is the directory's entry of a bank.
	Desk func(ctx context.Context, tx *db.Tx, bankCode string) (DeskInfo, bool, error)
	// Cases are the customer cases of an incident; fault.NotFound for an unknown incident.
	Cases func(ctx context.Context, tx *db.Tx, incidentID string) ([]CaseRef, error)
	// Touch raises what the guards of the incident read; Enter does so too and refuses when its
	// work has ended.
	Touch func(ctx context.Context, tx *db.Tx, incidentID string) error
	Enter func(ctx context.Context, tx *db.Tx, incidentID string) error
	// Tell adds a line to the story of the incident, and to that of a case when it is named.
	Tell func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, caseID, kind string, args map[string]string, note string) error
	// Render draws the letter as PDF, outside any transaction.
	Render func(l LetterData) ([]byte, error)
	// Send puts a mail into the outbox in the caller's transaction.
	Send           func(ctx context.Context, tx *db.Tx, by actor.Actor, m Mail) (id string, err error)
	Remind         func(ctx context.Context, tx *db.Tx, c Chase) error
	ClearReminders func(ctx context.Context, tx *db.Tx, ref string) error
	// Emit says what a run may wait for.
	Emit func(ctx context.Context, tx *db.Tx, incidentID, name, ref string) error
}

var errOptions = errors.New("the bank store lacks the bank master or a function of another room")

// Store keeps destination accounts and the requests about them.
type Store struct {
	db    *db.DB
	vault *vault.Vault
	opts  Options
}

// NewStore returns a store on an opened, migrated database; it fails when something is missing
// without which a guard or a letter would be wrong.
func NewStore(d *db.DB, v *vault.Vault, o Options) (*Store, error) {
	if o.Master == nil || o.Desk == nil || o.Cases == nil || o.Touch == nil || o.Enter == nil || o.Render == nil || o.Send == nil {
		return nil, errOptions
	}
	return &Store{db: d, vault: v, opts: o.quiet()}, nil
}

// quiet puts functions that do nothing in the place of those that are not handed in.
func (o Options) quiet() Options {
	if o.Tell == nil {
		o.Tell = func(context.Context, *db.Tx, actor.Actor, string, string, string, map[string]string, string) error {
			return nil
		}
	}
	if o.Remind == nil {
		o.Remind = func(context.Context, *db.Tx, Chase) error { return nil }
	}
	if o.ClearReminders == nil {
		o.ClearReminders = func(context.Context, *db.Tx, string) error { return nil }
	}
	if o.Emit == nil {
		o.Emit = func(context.Context, *db.Tx, string, string, string) error { return nil }
	}
	return o
}

// Master is the list of banks and branches that the store goes by.
func (s *Store) Master() *master.Master { return s.opts.Master }

// Defaults is what a new request says before anybody types: the firm's own payout account, and
// that the bank is asked to stop the account and to tell the balance.
func (s *Store) Defaults() Terms {
	return Terms{Asks: []Ask{"suspend", "balance"}, Remitter: s.opts.Firm.Remitter, FromAccount: s.opts.Firm.FromAccount, Police: Police{State: "planned"}}
}
