package cases

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Masked is a customer as screens may show one without a purpose.
type Masked struct {
	ID, Ref, Name, Kana, Account, Phone string
	// Erased customers have nothing left but the id.
	Erased bool
}

// Customers is what cases need of the firm's customer register.
type Customers interface {
	// FindIDs gives the customers in whose name, kana, account or phone the fragment occurs. It
	// opens a snapshot of its own and so is never called inside a transaction.
	FindIDs(ctx context.Context, by actor.Actor, fragment string, limit int) ([]string, error)
	// Masked gives customers by id; unknown ids are left out.
	Masked(ctx context.Context, tx *db.Tx, ids []string) (map[string]Masked, error)
}

// Incidents is what cases need of the incident they belong to.
type Incidents interface {
	// Enter says that work goes on in an incident: it raises what the guards of the incident look
	// at, and fails with fault.Refused when the work on the incident has ended.
	Enter(ctx context.Context, tx *db.Tx, incidentID string) error
	// Tell adds a line to the incident's story.
	Tell(ctx context.Context, tx *db.Tx, by actor.Actor, l Line) error
	// Lines reads a page of a case's lines, the newest first, and the cursor of the next page.
	Lines(ctx context.Context, tx *db.Tx, caseID string, p Page) ([]Line, Cursor, error)
}

// Line is one line of a case's story (経過): a message key and its arguments. Personal data
// stands in Note only, which is sealed under Subject.
type Line struct {
	ID         string
	IncidentID string
	CaseID     string
	Subject    string
	At         db.Instant
	ActorID    string
	ActorName  string
	Kind       string
	Args       map[string]string
	Note       string
	// Erased says that there was a note, whose key was destroyed.
	Erased bool
}

// FactReader reads what the guards need from rooms that this one does not know, in the
// transaction that decides. Whoever changes what it counts calls Touch in the same transaction.
type FactReader func(ctx context.Context, tx *db.Tx, c Case) (Work, error)

// Work is what a FactReader answers.
type Work struct {
	OpenTasks    int // playbook tasks of the case that wait for somebody
	OpenRemedies int // compensations of the case that are neither answered nor dropped
}
