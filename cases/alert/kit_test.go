package alert_test

import (
	"context"
	"testing"
	"time"

	"tasuke/cases/alert"
	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault/vaulttest"
)

var (
	monitoring = actor.Actor{ID: "token:siem", Name: "SIEM", Kind: actor.Token, Scopes: []actor.Permission{actor.AlertWrite}}
	second     = actor.Actor{ID: "token:edr", Name: "EDR", Kind: actor.Token, Scopes: []actor.Permission{actor.AlertWrite}}
	responder  = actor.Actor{ID: "p-ir", Name: "初動 三樹", Kind: actor.Person, Roles: []actor.Role{actor.Responder}}
	supervisor = actor.Actor{ID: "p-sv", Name: "責任 双葉", Kind: actor.Person, Roles: []actor.Role{actor.Supervisor}}
)

// morning is when every test begins.
var morning = time.Date(2026, 4, 6, 7, 30, 0, 0, time.FixedZone("JST", 9*60*60))

// room gives the incidents' own store the shape that alerts ask for, as the product's wiring does.
type room struct {
	*incident.Store
	// looked is called when an alert has looked for an incident to join and before it opens one.
	looked func()
}

func (r *room) Recent(ctx context.Context, tx *db.Tx, kind string, since db.Instant) (alert.Incident, bool, error) {
	found, err := r.OpenIncidents(ctx, tx, []incident.Kind{incident.Kind(kind)}, 1)
	if f := r.looked; f != nil {
		r.looked = nil
		f()
	}
	if err != nil || len(found) == 0 || found[0].DetectedAt < since {
		return alert.Incident{}, false, err
	}
	return alert.Incident{ID: found[0].ID, No: found[0].No}, true, nil
}

func (r *room) Numbered(ctx context.Context, tx *db.Tx, no string) (alert.Incident, error) {
	i, err := r.ByNo(ctx, tx, no)
	if err == nil && i.Over() {
		err = fault.New(fault.NotFound, "row.none", nil)
	}
	return alert.Incident{ID: i.ID, No: i.No}, err
}

func (r *room) Open(ctx context.Context, tx *db.Tx, by actor.Actor, a alert.Alert) (alert.Incident, error) {
	i, err := r.Store.Open(ctx, tx, by, incident.New{DetectedAt: a.Detected, Evidence: a.Key, Details: incident.Details{
		Title: a.Title, Kind: incident.Kind(a.Kind), Severity: incident.Severity(a.Severity), DetectedBy: "monitoring", Summary: a.Summary}})
	return alert.Incident{ID: i.ID, No: i.No}, err
}

func (r *room) Joined(ctx context.Context, tx *db.Tx, by actor.Actor, i alert.Incident, a alert.Alert) error {
	return r.Tell(ctx, tx, by, incident.Line{IncidentID: i.ID, Kind: "alert.joined", Args: map[string]string{"Key": a.Key}, Note: a.Title})
}

// desk is the room of alerts over real incidents on a fresh database.
type desk struct {
	*alert.Store
	t     *testing.T
	d     *db.DB
	clock *dbtest.ManualClock
	room  *room
}

func newDesk(t *testing.T, d *db.DB) *desk {
	t.Helper()
	pack, err := deadline.Standard()
	if err != nil {
		t.Fatal(err)
	}
	r := &room{Store: incident.NewStore(d, vaulttest.New(t), pack, incident.Options{Work: noWork})}
	return &desk{Store: alert.NewStore(d, r), t: t, d: d, clock: dbtest.Clock(d, morning), room: r}
}

// noWork: no case and no task waits in these incidents.
func noWork(context.Context, *db.Tx, string) (incident.Work, error) { return incident.Work{}, nil }

// withdrawal is an alert as monitoring sends one.
func withdrawal(key string) alert.Alert {
	return alert.Alert{Key: key, Kind: "ato_withdrawal", Title: "出金先変更の急増", Severity: "S2", Detected: db.At(morning.Add(-time.Minute)), Summary: "10分に12件"}
}

func (k *desk) take(a alert.Alert) alert.Receipt {
	k.t.Helper()
	r, err := k.Take(k.t.Context(), monitoring, a)
	if err != nil {
		k.t.Fatalf("alert %s: %v", a.Key, err)
	}
	return r
}

// refused fails unless the alert is refused in this way; nothing may be left behind by it.
func (k *desk) refused(by actor.Actor, a alert.Alert, kind fault.Kind, key string) *fault.Error {
	k.t.Helper()
	before := k.counts()
	_, err := k.Take(k.t.Context(), by, a)
	f, ok := err.(*fault.Error)
	if !ok || f.Kind != kind || f.Key != key {
		k.t.Fatalf("got %v, want %s %s", err, kind, key)
	}
	if after := k.counts(); after != before {
		k.t.Fatalf("a refused alert left something: %+v, before %+v", after, before)
	}
	return f
}

// counts is how much there is of everything an alert writes.
type counts struct{ Incidents, Alerts, Lines, Entries int }

func (k *desk) counts() (c counts) {
	k.t.Helper()
	if err := k.d.View(k.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &c, `SELECT (SELECT count(*) FROM incident) AS incidents, (SELECT count(*) FROM alert) AS alerts,
			(SELECT count(*) FROM timeline) AS lines, (SELECT count(*) FROM audit_entry) AS entries`)
	}); err != nil {
		k.t.Fatal(err)
	}
	return c
}
