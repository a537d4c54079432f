package filing

import (
	"context"
	"errors"

	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/vault"
)

// Reminder asks for the ladder of a filing's limit.
type Reminder struct {
	IncidentID string
	Ref        string // "filing:<id>"
	Ladder     string // "filing"
	Role       actor.Role
	From, Due  db.Instant // start of the clock and last second of the limit
	Args       map[string]string
}

// Form is what the PDF is drawn from.
type Form struct {
	Payload    Payload
	No         string // of the filing
	IncidentNo string
	Version    int64
	Digest     string // of the payload
	Sheet      int64  // version of the fact sheet
	Approver   string
	// SubmittedAt is zero for a draft, which then says so on every page.
	SubmittedAt db.Instant
	// Before is the receipt number of the version that this one amends.
	Before string
}

// Options are the functions that cmd hands in. All but Render, Remind, Clear and Emit are needed;
// On fills those that the room of incidents answers.
type Options struct {
	// Sheet is the newest version of an incident's fact sheet; version 0 before the first.
	Sheet func(ctx context.Context, tx *db.Tx, incidentID string) (incident.FactSheet, error)
	// Clock is where a duty of an incident stands, with the sentence that explains it.
	Clock func(ctx context.Context, tx *db.Tx, incidentID, duty string) (incident.Clock, error)
	// Rule7 are the items of APPI Enforcement Rules 7 that count now.
	Rule7 func(ctx context.Context, tx *db.Tx, incidentID string) (items []string, decided bool, err error)
	// Numbered gives the number of an incident; fault.NotFound when there is none.
	Numbered func(ctx context.Context, tx *db.Tx, incidentID string) (string, error)
	// Touch raises what the guards of the incident read; Enter does so too and refuses when its
	// work has ended.
	Touch func(ctx context.Context, tx *db.Tx, incidentID string) error
	Enter func(ctx context.Context, tx *db.Tx, incidentID string) error
	// Tell adds a line to the incident's story.
	Tell func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, kind string, args map[string]string) error
	// Answer has the incident's clocks read Answered again.
	Answer func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) error
	// Remind sets the ladder of a limit, or moves it; Clear takes it away.
	Remind func(ctx context.Context, tx *db.Tx, r Reminder) error
	Clear  func(ctx context.Context, tx *db.Tx, ref string) error
	// Emit says what a run may wait for.
	Emit func(ctx context.Context, tx *db.Tx, incidentID, name, ref string) error
	// Render draws the form as PDF, outside any transaction.
	Render func(f Form) ([]byte, error)
	// Reporter is the firm, for a first draft.
	Reporter Reporter
}

// On fills in what the room of incidents answers.
func (o Options) On(s *incident.Store) Options {
	o.Sheet, o.Rule7, o.Touch, o.Enter, o.Answer = s.FactSheet, s.Rule7, s.Touch, s.Enter, s.Answer
	o.Clock = func(ctx context.Context, tx *db.Tx, incidentID, duty string) (incident.Clock, error) {
		clocks, err := s.Clocks(ctx, tx, incidentID)
		for _, c := range clocks {
			if c.Duty == duty {
				return c, err
			}
		}
		return incident.Clock{Duty: duty}, err
	}
	o.Numbered = func(ctx context.Context, tx *db.Tx, incidentID string) (string, error) {
		i, err := s.Get(ctx, tx, incidentID)
		return i.No, err
	}
	o.Tell = func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, kind string, args map[string]string) error {
		tx.Announce("incident:" + incidentID)
		return s.Tell(ctx, tx, by, incident.Line{IncidentID: incidentID, Kind: kind, Args: args})
	}
	return o
}

var errOptions = errors.New("the filing store lacks a function of the room of incidents; see Options.On")

// Store keeps filings.
type Store struct {
	db    *db.DB
	vault *vault.Vault
	opts  Options
}

// NewStore returns a store on an opened, migrated database; it fails when a function is missing
// without which a guard or a form would be wrong.
func NewStore(d *db.DB, v *vault.Vault, o Options) (*Store, error) {
	if o.Sheet == nil || o.Clock == nil || o.Rule7 == nil || o.Numbered == nil || o.Touch == nil || o.Enter == nil || o.Answer == nil || o.Tell == nil {
		return nil, errOptions
	}
	return &Store{db: d, vault: v, opts: o}, nil
}
