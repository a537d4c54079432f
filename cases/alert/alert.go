// Package alert takes what the firm's monitoring reports: an alert opens an incident or joins
// the open one it belongs to, once, however often it is delivered.
package alert

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// JoinWithin is how recent an open incident of the same kind must be for an alert without an
// incident number to join it instead of opening another.
const JoinWithin = 24 * time.Hour

// ClockSkew is how far ahead of ours a sender's clock may be: what it noticed counts as noticed
// now. A moment further ahead is a mistake of the sender.
const ClockSkew = 5 * time.Minute

// Alert is what a monitoring system reports.
type Alert struct {
	Key      string     `json:"key"`      // the sender's own key of this alert
	Kind     string     `json:"kind"`     // kind of incident it would open
	Title    string     `json:"title"`    // without personal data
	Severity string     `json:"severity"` // S1 to S4
	Detected db.Instant `json:"detected"`
	Summary  string     `json:"summary"`
	Incident string     `json:"incident"` // number of the incident to join, "" to let the rule decide
}

// Incident is what this room needs to know of an incident.
type Incident struct{ ID, No string }

// Incidents is what this room asks of the incidents, in its own transaction.
type Incidents interface {
	// Recent is the latest open incident of the kind that was detected at or after since; ok is
	// false when there is none.
	Recent(ctx context.Context, tx *db.Tx, kind string, since db.Instant) (i Incident, ok bool, err error)
	// Numbered is the open incident with this number; fault.NotFound when there is none.
	Numbered(ctx context.Context, tx *db.Tx, no string) (Incident, error)
	Open(ctx context.Context, tx *db.Tx, by actor.Actor, a Alert) (Incident, error)
	// Joined writes the alert into the story of an incident that was open already.
	Joined(ctx context.Context, tx *db.Tx, by actor.Actor, i Incident, a Alert) error
}

// Receipt answers an alert.
type Receipt struct {
	IncidentID string `db:"incident_id"`
	IncidentNo string `db:"-"`
	// Joined tells a joined incident from an opened one; Repeated a delivery that was known already.
	Joined   bool `db:"-"`
	Repeated bool `db:"-"`
}

// Store keeps which alerts were taken.
type Store struct {
	d         *db.DB
	incidents Incidents
}

// NewStore makes the store.
func NewStore(d *db.DB, incidents Incidents) *Store { return &Store{d, incidents} }

// known is an alert as it is stored.
type known struct {
	Fingerprint []byte `db:"fingerprint"`
	IncidentID  string `db:"incident_id"`
	No          string `db:"no"`
	Joined      int    `db:"joined"`
}

// Take opens or joins an incident. It needs AlertWrite. It fails with fault.Invalid naming the
// fields, fault.NotFound for an incident number that is not open, and fault.Conflict when the
// key was used before with other content.
func (s *Store) Take(ctx context.Context, by actor.Actor, a Alert) (Receipt, error) {
	if err := by.Need(actor.AlertWrite); err != nil {
		return Receipt{}, err
	}
	if a.Key == "" {
		return Receipt{}, fault.Field("key", "alert.key")
	}
	var r Receipt
	take := func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = s.take(ctx, tx, by, a)
		db.Crash("alert.take")
		return err
	}
	err := s.d.Update(ctx, take)
	if fault.Is(err, fault.Conflict) && r == (Receipt{}) { // the same delivery came twice at once
		err = s.d.Update(ctx, take)
	}
	return r, err
}

func (s *Store) take(ctx context.Context, tx *db.Tx, by actor.Actor, a Alert) (Receipt, error) {
	print, err := fingerprint(a)
	if err != nil {
		return Receipt{}, err
	}
	var had known
	err = tx.Get(ctx, &had, `SELECT alert.fingerprint, alert.incident_id, incident.no, alert.joined FROM alert
		JOIN incident ON incident.id = alert.incident_id WHERE sender_id = ? AND sender_key = ?`, by.ID, a.Key)
	switch {
	case err == nil && subtle.ConstantTimeCompare(had.Fingerprint, print) != 1:
		return Receipt{}, fault.New(fault.Conflict, "alert.key_reused", map[string]any{"No": had.No})
	case err == nil:
		return Receipt{had.IncidentID, had.No, had.Joined == 1, true}, nil
	case !fault.Is(err, fault.NotFound):
		return Receipt{}, err
	}
	i, joined, err := s.place(ctx, tx, by, a)
	if err != nil {
		return Receipt{}, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO alert (id, sender_id, sender_key, fingerprint, incident_id, joined, received_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, tx.NewID(), by.ID, a.Key, print, i.ID, flag(joined), tx.Now); err != nil {
		return Receipt{}, err
	}
	err = audit.Append(ctx, tx, audit.Entry{Tree: audit.Main, Actor: by, Action: "alert.taken",
		Object: audit.Ref{Kind: "incident", ID: i.ID}, Detail: map[string]any{"key": a.Key, "joined": joined}})
	return Receipt{i.ID, i.No, joined, false}, err
}

// place finds or opens the incident.
func (s *Store) place(ctx context.Context, tx *db.Tx, by actor.Actor, a Alert) (i Incident, joined bool, err error) {
	switch {
	case a.Detected > tx.Now.Add(ClockSkew):
		return Incident{}, false, fault.Field("detected_at", "form.future")
	case a.Detected > tx.Now || a.Detected.IsZero():
		a.Detected = tx.Now
	}
	if a.Incident != "" {
		if i, err = s.incidents.Numbered(ctx, tx, a.Incident); err != nil {
			return i, false, err
		}
		return i, true, s.incidents.Joined(ctx, tx, by, i, a)
	}
	i, ok, err := s.incidents.Recent(ctx, tx, a.Kind, a.Detected.Add(-JoinWithin))
	if err != nil || ok {
		if err == nil {
			err = s.incidents.Joined(ctx, tx, by, i, a)
		}
		return i, ok, err
	}
	i, err = s.incidents.Open(ctx, tx, by, a)
	return i, false, err
}

func fingerprint(a Alert) ([]byte, error) {
	b, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("write an alert: %w", err)
	}
	h := sha256.Sum256(b)
	return h[:], nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
