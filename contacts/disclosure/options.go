package disclosure

import (
	"context"
	"errors"
	"sync"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/page"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/vault"
)

// Effects carry out what leaves a transaction; *effect.Store is one.
type Effects interface {
	Enqueue(ctx context.Context, tx *db.Tx, spec effect.Spec) (id string, created bool, err error)
}

// Options are the functions that cmd hands in. On fills those that the room of incidents answers;
// Notified and Emit may be nil.
type Options struct {
	// Firm is who publishes; Desk is whom to ask, for a first draft.
	Firm string
	Desk notice.Desk
	// Dir is the folder of the pages; without it they are served from the record alone.
	Dir string
	// Leaks looks for customers' data and links to sign in. What is allowed may stand in the text.
	Leaks func(ctx context.Context, tx *db.Tx, text string, allowed []string) ([]notice.Finding, error)
	// Notified counts the victims of an incident, and those who were told or to whom an attempt is
	// logged; nil: nobody knows, which the page says.
	Notified func(ctx context.Context, tx *db.Tx, incidentID string) (all, done int, err error)
	// Paper draws the PDF for the press, outside any transaction.
	Paper func(d notice.Document, l page.Look) ([]byte, error)
	// Emit says what a run may wait for.
	Emit    func(ctx context.Context, tx *db.Tx, incidentID, name, ref string) error
	Effects Effects

	// Of the room of incidents; see On.
	Snapshot  func(ctx context.Context, tx *db.Tx, id string) (incident.Snapshot, error)
	Snapshots func(ctx context.Context, tx *db.Tx, incidentID string, limit int) ([]incident.Snapshot, error)
	CountNow  func(ctx context.Context, tx *db.Tx, incidentID string) ([]incident.Count, error)
	Mark      func(ctx context.Context, tx *db.Tx, p incident.Publication) error
	Numbered  func(ctx context.Context, tx *db.Tx, incidentID string) (no, title string, err error)
	Touch     func(ctx context.Context, tx *db.Tx, incidentID string) error
	Enter     func(ctx context.Context, tx *db.Tx, incidentID string) error
	Tell      func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, kind string, args map[string]string) error
}

// On fills in what the room of incidents answers.
func (o Options) On(s *incident.Store) Options {
	o.Snapshot, o.Snapshots, o.CountNow, o.Mark, o.Touch, o.Enter = s.Snapshot, s.Snapshots, s.CountNow, s.MarkPublished, s.Touch, s.Enter
	o.Numbered = func(ctx context.Context, tx *db.Tx, incidentID string) (string, string, error) {
		i, err := s.Get(ctx, tx, incidentID)
		return i.No, i.Title, err
	}
	o.Tell = func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, kind string, args map[string]string) error {
		tx.Announce("incident:" + incidentID)
		return s.Tell(ctx, tx, by, incident.Line{IncidentID: incidentID, Kind: kind, Args: args})
	}
	return o
}

var errOptions = errors.New("the disclosure store lacks a function without which a guard or a page would be wrong")

// Store keeps public notices.
type Store struct {
	db    *db.DB
	vault *vault.Vault
	opts  Options
	// writing keeps one who read the record earlier from writing files after one who read it later.
	writing sync.Mutex
}

// NewStore returns a store on an opened, migrated database; it fails when a function is missing
// without which a guard or a page would be wrong.
func NewStore(d *db.DB, v *vault.Vault, o Options) (*Store, error) {
	if o.Leaks == nil || o.Paper == nil || o.Effects == nil || o.Snapshot == nil || o.Snapshots == nil || o.CountNow == nil || o.Mark == nil ||
		o.Numbered == nil || o.Touch == nil || o.Enter == nil || o.Tell == nil {
		return nil, errOptions
	}
	return &Store{db: d, vault: v, opts: o}, nil
}
