package cases

import (
	"context"
	"errors"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/fulltext"
	"tasuke/internal/number"
	"tasuke/internal/vault"
)

// Store keeps cases.
type Store struct {
	db        *db.DB
	vault     *vault.Vault
	customers Customers
	incidents Incidents
	facts     FactReader
	texts     *fulltext.Index
}

// NewStore returns a store on an opened, migrated database.
func NewStore(d *db.DB, v *vault.Vault, customers Customers, incidents Incidents, facts FactReader) *Store {
	return &Store{db: d, vault: v, customers: customers, incidents: incidents, facts: facts, texts: fulltext.New(v)}
}

const plainColumns = `id, COALESCE(no, '') AS no, incident_id, customer_id, state, claim_source, noticed_at, reported_at, pattern,
	mfa_at_time, phishing_entered, loss_claimed_yen, assignee, opened_by, opened_at, state_since, rev, guard_rev`

// row is a case as it is stored.
type row struct {
	Case
	SealedContact []byte `db:"contact_pref"`
	SealedSummary []byte `db:"summary"`
}

func subject(customerID string) string { return "customer:" + customerID }

func place(column, id string) vault.Place {
	return vault.Place{Table: "victim_case", Column: column, Row: id}
}

// load reads one case with what is sealed; fault.NotFound "row.none" when there is none.
func (s *Store) load(ctx context.Context, tx *db.Tx, id string) (Case, error) {
	var r row
	if err := tx.Get(ctx, &r, `SELECT `+plainColumns+`, contact_pref, summary FROM victim_case WHERE id = ?`, id); err != nil {
		return Case{}, err
	}
	contact, gone, err := s.open(ctx, tx, place("contact_pref", id), r.SealedContact)
	if err != nil {
		return Case{}, err
	}
	summary, gone2, err := s.open(ctx, tx, place("summary", id), r.SealedSummary)
	r.ContactPref, r.Summary, r.Erased = contact, summary, gone || gone2
	return r.Case, err
}

// Get reads one case in the caller's transaction, which has asked for the permission.
func (s *Store) Get(ctx context.Context, tx *db.Tx, id string) (Case, error) {
	return s.load(ctx, tx, id)
}

// OfCustomer lists, in the caller's transaction, the cases of a customer that are still in work,
// the newest first, without what is sealed.
func (s *Store) OfCustomer(ctx context.Context, tx *db.Tx, customerID string) (list []Case, err error) {
	err = tx.Select(ctx, &list, `SELECT `+plainColumns+` FROM victim_case
		WHERE customer_id = ? AND state NOT IN ('closed', 'not_victim') ORDER BY opened_at DESC, id DESC LIMIT 50`, customerID)
	return list, err
}

// InWork counts the cases of an incident that are not in a final state; the guards of the
// incident read it.
func (s *Store) InWork(ctx context.Context, tx *db.Tx, incidentID string) (n int, err error) {
	err = tx.Get(ctx, &n, `SELECT count(*) FROM victim_case WHERE incident_id = ? AND state NOT IN ('closed', 'not_victim')`, incidentID)
	return n, err
}

// Open opens the case of a customer in an incident, in the caller's transaction, or gives the one
// there is with created = false: the same call again changes nothing, but a case whose work has
// ended is reopened. It fails with fault.Invalid and the fields that are wrong, and with
// fault.Refused "incident.over".
func (s *Store) Open(ctx context.Context, tx *db.Tx, by actor.Actor, n New) (c Case, created bool, err error) {
	if !by.May(actor.AlertWrite) { // the alert interface opens cases that its token may not edit
		if err := by.Need(actor.CaseWrite); err != nil {
			return Case{}, false, err
		}
	}
	n = n.filled(tx.Now)
	if bad := n.problems(tx.Now); len(bad) > 0 {
		return Case{}, false, fault.Form(bad)
	}
	c = Case{
		ID: tx.NewID(), IncidentID: n.IncidentID, CustomerID: n.CustomerID, State: Received, Details: n.Details,
		Assignee: n.Assignee, OpenedBy: by.ID, OpenedAt: tx.Now, StateSince: tx.Now, Rev: 1, GuardRev: 1,
	}
	if created, err = s.insert(ctx, tx, c); err != nil {
		return Case{}, false, err
	}
	if !created {
		c, err = s.again(ctx, tx, by, n.IncidentID, n.CustomerID)
		return c, false, err
	}
	if err := s.incidents.Enter(ctx, tx, c.IncidentID); err != nil {
		return Case{}, false, err
	}
	if err := s.numbered(ctx, tx, by, &c); err != nil {
		return Case{}, false, err
	}
	db.Crash("case.open")
	return c, true, nil
}

// insert is false when the customer has a case in the incident already.
func (s *Store) insert(ctx context.Context, tx *db.Tx, c Case) (bool, error) {
	r, err := s.sealed(ctx, tx, c)
	if err != nil {
		return false, err
	}
	n, err := tx.NamedExec(ctx, `INSERT INTO victim_case (id, incident_id, customer_id, state, claim_source, noticed_at, reported_at, pattern,
		mfa_at_time, phishing_entered, loss_claimed_yen, contact_pref, summary, assignee, opened_by, opened_at, state_since, rev, guard_rev)
		VALUES (:id, :incident_id, :customer_id, :state, :claim_source, :noticed_at, :reported_at, :pattern,
		:mfa_at_time, :phishing_entered, :loss_claimed_yen, :contact_pref, :summary, :assignee, :opened_by, :opened_at, :state_since, :rev, :guard_rev)
		ON CONFLICT (incident_id, customer_id) DO NOTHING`, r)
	if err != nil || n == 0 {
		return false, err
	}
	return true, s.texts.Put(ctx, tx, caseText(c))
}

func (s *Store) sealed(ctx context.Context, tx *db.Tx, c Case) (r row, err error) {
	r.Case = c
	if r.SealedContact, err = s.seal(ctx, tx, c.CustomerID, place("contact_pref", c.ID), c.ContactPref); err != nil {
		return row{}, err
	}
	r.SealedSummary, err = s.seal(ctx, tx, c.CustomerID, place("summary", c.ID), c.Summary)
	return r, err
}

// numbered draws the number and writes the opening into timeline and audit trail.
func (s *Store) numbered(ctx context.Context, tx *db.Tx, by actor.Actor, c *Case) (err error) {
	if c.No, err = number.Next(ctx, tx, "CASE", tx.Now); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE victim_case SET no = ? WHERE id = ?`, c.No, c.ID); err != nil {
		return err
	}
	return s.happened(ctx, tx, by, *c, "case.opened", map[string]string{"No": c.No, "Source": string(c.ClaimSource)}, "")
}

// happened writes one act into the timeline and the audit trail and tells the screens.
func (s *Store) happened(ctx context.Context, tx *db.Tx, by actor.Actor, c Case, action string, args map[string]string, note string) error {
	if err := s.tell(ctx, tx, by, c, action, args, note); err != nil {
		return err
	}
	return audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: "case", ID: c.ID}, Detail: args,
	})
}

// tell writes a line into the timeline and tells the screens.
func (s *Store) tell(ctx context.Context, tx *db.Tx, by actor.Actor, c Case, kind string, args map[string]string, note string) error {
	l := Line{IncidentID: c.IncidentID, CaseID: c.ID, Subject: subject(c.CustomerID), Kind: kind, Args: args, Note: note}
	if err := s.incidents.Tell(ctx, tx, by, l); err != nil {
		return fmt.Errorf("write the timeline: %w", err)
	}
	tx.Announce("cases")
	tx.Announce("case:" + c.ID)
	tx.Announce("incident:" + c.IncidentID)
	return nil
}

// Touch raises guard_rev: something that a guard of the case reads has changed in this
// transaction. Call it first, because it makes the others who would decide wait.
func (s *Store) Touch(ctx context.Context, tx *db.Tx, id string) error {
	n, err := tx.Exec(ctx, `UPDATE victim_case SET guard_rev = guard_rev + 1 WHERE id = ?`, id)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "row.none", nil)
	}
	return err
}

// touched takes the case's row and reads it.
func (s *Store) touched(ctx context.Context, tx *db.Tx, id string) (Case, error) {
	if err := s.Touch(ctx, tx, id); err != nil {
		return Case{}, err
	}
	return s.load(ctx, tx, id)
}

// seal keeps nothing for empty text, so that an empty column stays empty.
func (s *Store) seal(ctx context.Context, tx *db.Tx, customerID string, p vault.Place, plain string) ([]byte, error) {
	if plain == "" {
		return nil, nil //nolint:nilnil // no bytes is the stored form of no text
	}
	b, err := s.vault.SealText(ctx, tx, subject(customerID), p, plain)
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", p.Table, p.Column, err)
	}
	return b, nil
}

// open gives the text, or says that its key was destroyed.
func (s *Store) open(ctx context.Context, tx *db.Tx, p vault.Place, sealed []byte) (plain string, erased bool, err error) {
	plain, err = s.vault.OpenText(ctx, tx, p, sealed)
	if fault.Is(err, fault.NotFound) {
		return "", true, nil
	}
	return plain, false, err
}

// stale is the conflict that shows the case as it now is.
func (s *Store) stale(ctx context.Context, tx *db.Tx, id string) error {
	c, err := s.load(ctx, tx, id)
	if err != nil {
		return err
	}
	return fault.Stale(c)
}

// current loads the case if it still is what the person saw.
func (s *Store) current(ctx context.Context, tx *db.Tx, id string, rev int64) (Case, error) {
	c, err := s.load(ctx, tx, id)
	if err == nil && c.Rev != rev {
		err = fault.Stale(c)
	}
	return c, err
}

// errNoFacts is a fault of the wiring: what nobody can read must not count as nothing open.
var errNoFacts = errors.New("the case store was made without a fact reader")

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
