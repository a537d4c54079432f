package sweep

import (
	"context"
	"errors"
	"iter"
	"net/netip"

	"tasuke/cases/sweep/indicator"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/round"
	"tasuke/cases/sweep/score"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/vault"
)

// Logs is what a sweep asks; rollup.Store is one.
type Logs interface {
	round.Logs
	Rows(ctx context.Context, customers []string, since, until db.Instant) iter.Seq2[rollup.Row, error]
	Segments(ctx context.Context, since db.Instant) ([]rollup.Segment, error)
}

// Incident is what a sweep needs to know of the incident it belongs to.
type Incident struct {
	ID, No string
	// OccurredFrom is when the damage began, zero while unknown; DetectedAt when the firm knew.
	OccurredFrom, DetectedAt db.Instant
}

// Case is a case that was opened for a customer, or the one there was.
type Case struct {
	ID, No string
	Opened bool
}

// Options are the functions that cmd hands in. All are needed but Emit.
type Options struct {
	Logs Logs
	// Model is the set of weights rounds are judged with.
	Model score.Model
	// Incident reads an incident; fault.NotFound when there is none.
	Incident func(ctx context.Context, tx *db.Tx, id string) (Incident, error)
	// Touch raises what the guards of the incident read; Enter does so too and refuses when its
	// work has ended.
	Touch func(ctx context.Context, tx *db.Tx, incidentID string) error
	Enter func(ctx context.Context, tx *db.Tx, incidentID string) error
	// Tell adds a line to the incident's story.
	Tell func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, kind string, args map[string]string) error
	// Customer gives the id of a customer of the register by the firm's number; fault.NotFound.
	Customer func(ctx context.Context, tx *db.Tx, ref string) (id string, err error)
	// OpenCase opens the case of a customer in an incident, or gives the one there is.
	OpenCase func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, customerID string) (Case, error)
	// Emit says what a run may wait for.
	Emit func(ctx context.Context, tx *db.Tx, incidentID, name, ref string) error
	// ShowRows is how many rows are kept of a customer, 20 when zero.
	ShowRows int
	// MostHits is how many customers one round may find, 20,000 when zero: a round that finds more
	// asks for something everybody has, and fails with a sentence that says so.
	MostHits int
}

var errOptions = errors.New("the sweep store lacks a function of another room; see Options")

// Store keeps sweeps.
type Store struct {
	db      *db.DB
	vault   *vault.Vault
	effects *effect.Store
	opts    Options
	reader  indicator.Reader
}

// NewStore returns a store on an opened, migrated database and makes its effect known; it fails
// when a function is missing.
func NewStore(d *db.DB, v *vault.Vault, e *effect.Store, o Options) (*Store, error) {
	if o.Logs == nil || o.Incident == nil || o.Touch == nil || o.Enter == nil || o.Tell == nil || o.Customer == nil || o.OpenCase == nil {
		return nil, errOptions
	}
	if o.Emit == nil {
		o.Emit = func(context.Context, *db.Tx, string, string, string) error { return nil }
	}
	if o.ShowRows <= 0 {
		o.ShowRows = 20
	}
	if o.MostHits <= 0 {
		o.MostHits = 20000
	}
	s := &Store{db: d, vault: v, effects: e, opts: o}
	e.Handle(s.handler())
	return s, nil
}

// Allow lets reserved addresses pass as indicators: a world of examples has no others. Call it
// before anything is read.
func (s *Store) Allow(list ...netip.Prefix) { s.reader.Allow = list }

// Read says what a pasted text holds; nothing is kept.
func (s *Store) Read(text string) indicator.Reading { return s.reader.Read(text) }
