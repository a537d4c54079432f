package victim

import (
	"context"
	"errors"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/vault"
)

// CaseRef is a case of an incident as mailings need it.
type CaseRef struct {
	ID, No, CustomerID string
	Confirmed          bool // the damage is confirmed, also where the work on the case has ended since
}

// Reach is how a customer can be told, in plain text. Changed is when mail or postal address were
// last replaced, zero for never: an attacker changes them.
type Reach struct {
	Name, Mail, Postal string
	Changed            db.Instant
}

// Contacted is a line for the contact log of a case.
type Contacted struct {
	Medium string // mail, letter, site_message, none
	Failed bool   // it came back
	Text   string
}

// Mail is a notice on its way out.
type Mail struct {
	To, Subject, Text string
	About, Key        string
}

// Letter is a notice on paper.
type Letter struct {
	No, Name, Postal string
	Language         notice.Language
	Subject, Body    string
}

// Firm is who writes.
type Firm struct{ Name, Section, Phone, Address string }

// Options are the functions that cmd hands in; all are needed but Emit and Render.
type Options struct {
	Firm Firm
	// Chunk is how many mails one transaction puts into the outbox, others wait for the writer
	// meanwhile; 0 is 100.
	Chunk int
	// Cases are the cases of an incident, the oldest first; fault.NotFound for no incident.
	Cases func(ctx context.Context, tx *db.Tx, incidentID string) ([]CaseRef, error)
	// Reach gives customers by id; those whose data was erased are left out.
	Reach func(ctx context.Context, tx *db.Tx, customerIDs []string) (map[string]Reach, error)
	// Look finds in a text what must not leave with it; what is in allow may stand.
	Look func(ctx context.Context, tx *db.Tx, text string, allow []string) ([]notice.Finding, error)
	// Numbered gives the number of an incident; fault.NotFound when there is none.
	Numbered func(ctx context.Context, tx *db.Tx, incidentID string) (string, error)
	// Touch raises what the guards of the incident read; Enter does so too and refuses when its
	// work has ended.
	Touch func(ctx context.Context, tx *db.Tx, incidentID string) error
	Enter func(ctx context.Context, tx *db.Tx, incidentID string) error
	// Tell adds a line to the incident's story, with a case to the case's as well.
	Tell func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, caseID, kind string, args map[string]string) error
	// Log adds a line to the contact log of a case.
	Log func(ctx context.Context, tx *db.Tx, by actor.Actor, caseID string, c Contacted) error
	// Send puts a mail into the outbox; the same key is the same mail.
	Send func(ctx context.Context, tx *db.Tx, by actor.Actor, m Mail) (mailID string, err error)
	// Emit says what a run may wait for.
	Emit func(ctx context.Context, tx *db.Tx, incidentID, name, ref string) error
	// Render draws letters as one PDF, outside any transaction; draft labels every page.
	Render func(all []Letter, draft bool) ([]byte, error)
}

var errOptions = errors.New("the store of notices lacks a function that its guards need; see Options")

// Store keeps mailings and their notices.
type Store struct {
	db    *db.DB
	vault *vault.Vault
	opts  Options
}

// NewStore returns a store on an opened, migrated database; it fails when a function is missing
// without which a guard would be wrong.
func NewStore(d *db.DB, v *vault.Vault, o Options) (*Store, error) {
	if o.Cases == nil || o.Reach == nil || o.Look == nil || o.Numbered == nil || o.Touch == nil || o.Enter == nil || o.Tell == nil || o.Log == nil || o.Send == nil {
		return nil, errOptions
	}
	if o.Chunk == 0 {
		o.Chunk = chunk
	}
	return &Store{db: d, vault: v, opts: o}, nil
}

// itself is the product, noting what became of a notice.
var itself = actor.System("notices")
