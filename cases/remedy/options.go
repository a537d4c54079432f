package remedy

import (
	"context"
	"errors"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/vault"
)

// CaseInfo is what this room needs of a case.
type CaseInfo struct {
	ID, No, IncidentID, CustomerID string
	Pattern                        Pattern
	// CustomerRef is the firm's number of the customer, for the letter; empty once erased.
	CustomerRef string
	Confirmed   bool // the damage is confirmed, also where the work has ended since
	Over        bool // the work has ended
}

// Firm is who offers.
type Firm struct{ Name, Section, Address, Phone, Mail string }

// StoryLine is one line of the case's story: a message key with its arguments, no personal data.
type StoryLine struct {
	IncidentID, CaseID, CustomerID, Kind string
	Args                                 map[string]string
}

// Options are the functions that cmd hands in. All but Recovered, Emit and Render are needed.
type Options struct {
	// Case reads a case; fault.NotFound when there is none.
	Case func(ctx context.Context, tx *db.Tx, caseID string) (CaseInfo, error)
	// TouchCase raises what the guards of the case read, Touch what those of the incident read; Enter
	// does so too and refuses when the work on the incident has ended. The case comes first.
	TouchCase func(ctx context.Context, tx *db.Tx, caseID string) error
	Touch     func(ctx context.Context, tx *db.Tx, incidentID string) error
	Enter     func(ctx context.Context, tx *db.Tx, incidentID string) error
	// Tell adds a line to the story.
	Tell func(ctx context.Context, tx *db.Tx, by actor.Actor, l StoryLine) error
	// Recovered is what has come back from banks for a case, in yen. Money that is only frozen has not.
	Recovered func(ctx context.Context, tx *db.Tx, caseID string) (int64, error)
	// Emit says what a run may wait for.
	Emit func(ctx context.Context, tx *db.Tx, incidentID, name, ref string) error
	// Render draws the letter as PDF, outside any transaction.
	Render func(l Letter) ([]byte, error)
	Firm   Firm
}

var errOptions = errors.New("the remedy store lacks a function of the rooms of cases or incidents")

// Store keeps transactions and assessments.
type Store struct {
	db    *db.DB
	vault *vault.Vault
	book  *Book
	opts  Options
}

// NewStore returns a store on an opened, migrated database; it fails when a function is missing
// without which a guard would be wrong.
func NewStore(d *db.DB, v *vault.Vault, b *Book, o Options) (*Store, error) {
	if o.Case == nil || o.TouchCase == nil || o.Touch == nil || o.Enter == nil || o.Tell == nil || b == nil {
		return nil, errOptions
	}
	return &Store{db: d, vault: v, book: b, opts: o}, nil
}
