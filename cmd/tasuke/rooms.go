package main

import (
	"context"
	"errors"
	"fmt"

	"tasuke/cases"
	"tasuke/cases/alert"
	"tasuke/cases/customer"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// The rooms do not know each other; these few lines hand each one what it asks for.

// customerRoom is the register as the cases ask for it.
type customerRoom struct{ *customer.Store }

// FindIDs finds customers by a fragment of what is known of them.
func (r customerRoom) FindIDs(ctx context.Context, by actor.Actor, fragment string, limit int) (ids []string, err error) {
	found, err := r.Find(ctx, by, fragment, limit)
	if fault.Is(err, fault.Invalid) { // too short to search for: nobody is found
		return nil, nil
	}
	for _, c := range found.Candidates {
		ids = append(ids, c.ID)
	}
	return ids, err
}

// Masked gives customers as screens may show them.
func (r customerRoom) Masked(ctx context.Context, tx *db.Tx, ids []string) (map[string]cases.Masked, error) {
	all, err := r.Store.Masked(ctx, tx, ids)
	out := map[string]cases.Masked{}
	for id, c := range all {
		out[id] = cases.Masked{ID: id, Ref: c.Ref, Name: c.MaskedName, Kana: c.MaskedKana, Account: c.MaskedAccount, Phone: c.MaskedPhone, Erased: c.Erased}
	}
	return out, err
}

// storyRoom is the incidents as the cases ask for them.
type storyRoom struct{ incidents *incident.Store }

// Enter says that work goes on in an incident.
func (r storyRoom) Enter(ctx context.Context, tx *db.Tx, id string) error {
	return r.incidents.Enter(ctx, tx, id)
}

// Tell adds a case's line to the incident's story.
func (r storyRoom) Tell(ctx context.Context, tx *db.Tx, by actor.Actor, l cases.Line) error {
	return r.incidents.Tell(ctx, tx, by, incident.Line(l))
}

// Lines reads a case's story.
func (r storyRoom) Lines(ctx context.Context, tx *db.Tx, caseID string, p cases.Page) ([]cases.Line, cases.Cursor, error) {
	lines, next, err := r.incidents.Lines(ctx, tx, incident.Story{CaseID: caseID}, p)
	out := make([]cases.Line, len(lines))
	for i, l := range lines {
		out[i] = cases.Line(l)
	}
	return out, next, err
}

// alertRoom is the incidents as alerts ask for them.
type alertRoom struct{ incidents *incident.Store }

// Recent is the latest incident of a kind in work.
func (r alertRoom) Recent(ctx context.Context, tx *db.Tx, kind string, since db.Instant) (alert.Incident, bool, error) {
	found, err := r.incidents.OpenIncidents(ctx, tx, []incident.Kind{incident.Kind(kind)}, 200)
	for _, e := range found {
		if e.DetectedAt >= since {
			return alert.Incident{ID: e.ID, No: e.No}, true, nil
		}
	}
	return alert.Incident{}, false, err
}

// Numbered is the incident in work with a number.
func (r alertRoom) Numbered(ctx context.Context, tx *db.Tx, no string) (alert.Incident, error) {
	i, err := r.incidents.ByNo(ctx, tx, no)
	if err == nil && i.Over() {
		err = fault.New(fault.NotFound, "row.none", nil)
	}
	return alert.Incident{ID: i.ID, No: i.No}, err
}

// Open opens an incident for an alert.
func (r alertRoom) Open(ctx context.Context, tx *db.Tx, by actor.Actor, a alert.Alert) (alert.Incident, error) {
	severity := a.Severity
	if severity == "" {
		severity = "S3"
	}
	i, err := r.incidents.Open(ctx, tx, by, incident.New{DetectedAt: a.Detected, Evidence: a.Key, Details: incident.Details{
		Title: a.Title, Kind: incident.Kind(a.Kind), Severity: incident.Severity(severity), DetectedBy: "monitoring", Summary: a.Summary, SystemBreach: "none_confirmed"}})
	return alert.Incident{ID: i.ID, No: i.No}, err
}

// Joined writes the alert into the incident's story.
func (r alertRoom) Joined(ctx context.Context, tx *db.Tx, by actor.Actor, i alert.Incident, a alert.Alert) error {
	if err := r.incidents.Tell(ctx, tx, by, incident.Line{IncidentID: i.ID, Kind: "alert.joined", Args: map[string]string{"Key": a.Key, "Severity": a.Severity}, Note: a.Title + "\n" + a.Summary}); err != nil {
		return err
	}
	tx.Announce("incident:" + i.ID)
	return nil
}

// errSubject is a fault of the wiring: a run about something that has no facts.
var errSubject = errors.New("runs are about incidents only")

func subjectFault(kind string) error { return fmt.Errorf("%w, not about %q", errSubject, kind) }
