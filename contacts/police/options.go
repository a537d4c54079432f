package police

import (
	"context"
	"errors"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/vault"
)

// Firm is who consults.
type Firm struct {
	Name, Registration, Section, Address, Phone, Mail string
}

// Incident is what the room of incidents tells of one.
type Incident struct {
	ID, No, Title, Summary   string
	DetectedAt               db.Instant // T0, the first awareness
	OccurredFrom, OccurredTo db.Instant // zero while unknown
}

// Case is a case of the incident; its victim is masked.
type Case struct {
	ID, No, Name, Account string
	ReportedAt            db.Instant
	ClaimedYen            int64 // as the victim claims it
}

// Victim is who a case is about, in plain text.
type Victim struct {
	Name, Kana, BirthDate, Phone, Address, Account string
}

// Destination is an account that money went to, in plain text.
type Destination struct {
	Bank, Branch, Kind, Number, Holder string
	Yen                                int64
	RequestNo                          string // of the request to the bank
}

// Options are the functions that cmd hands in. Tell, Emit and Timeline may be nil.
type Options struct {
	Firm  Firm
	Guard Guard
	// Incident reads one; fault.NotFound when there is none.
	Incident func(ctx context.Context, tx *db.Tx, incidentID string) (Incident, error)
	// Cases are those of an incident, masked.
	Cases func(ctx context.Context, tx *db.Tx, incidentID string) ([]Case, error)
	// Victim gives the victim of a case in plain text and puts that on record.
	Victim func(ctx context.Context, tx *db.Tx, by actor.Actor, caseID string) (Victim, error)
	// Destinations gives the accounts that money went to in plain text and puts that on record.
	Destinations func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) ([]Destination, error)
	// Timeline is what the logs tell of an incident, for a first draft.
	Timeline func(ctx context.Context, tx *db.Tx, incidentID string) ([]Seen, error)
	// Touch raises what the guards of the incident read; Enter does so too and refuses when its
	// work has ended.
	Touch func(ctx context.Context, tx *db.Tx, incidentID string) error
	Enter func(ctx context.Context, tx *db.Tx, incidentID string) error
	// Tell adds a line to the incident's story.
	Tell func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, kind string, args map[string]string) error
	// Render draws the summary as PDF, outside any transaction.
	Render func(p Paper) ([]byte, error)
	// Emit says what a run may wait for.
	Emit func(ctx context.Context, tx *db.Tx, incidentID, name, ref string) error
}

var errOptions = errors.New("the police store lacks a function of another room")

// Store keeps consultations.
type Store struct {
	db    *db.DB
	vault *vault.Vault
	opts  Options
}

// NewStore returns a store on an opened, migrated database; it fails when something is missing
// without which a guard or a summary would be wrong.
func NewStore(d *db.DB, v *vault.Vault, o Options) (*Store, error) {
	if o.Guard == nil || o.Incident == nil || o.Cases == nil || o.Victim == nil || o.Destinations == nil || o.Touch == nil || o.Enter == nil || o.Render == nil {
		return nil, errOptions
	}
	if o.Tell == nil {
		o.Tell = func(context.Context, *db.Tx, actor.Actor, string, string, map[string]string) error { return nil }
	}
	if o.Emit == nil {
		o.Emit = func(context.Context, *db.Tx, string, string, string) error { return nil }
	}
	if o.Timeline == nil {
		o.Timeline = func(context.Context, *db.Tx, string) ([]Seen, error) { return nil, nil }
	}
	return &Store{db: d, vault: v, opts: o}, nil
}
