package main

import (
	"context"
	"errors"
	"net/netip"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/cases/sweep"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/score"
	"tasuke/cases/sweep/world"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/vault"
)

// sweeping is the room of impact sweeps and the event logs that it asks.
type sweeping struct {
	sweeps     *sweep.Store
	eventLogs  *rollup.Store
	eventIndex rollup.Index
}

// exampleRanges are the addresses of documentation (RFC 5737, 3849) and those of the made-up world,
// which the fictional firm's attackers have.
var exampleRanges = append(world.Ranges(),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32"))

// sweepRoom opens the event logs and the room that asks them.
func (r *rooms) sweepRoom(ctx context.Context, v *vault.Vault, cfg Config) (err error) {
	if r.eventLogs, r.eventIndex, err = openSweepLogs(ctx, cfg, v, r.db, r.db.Now, registered(r.db, r.customers)); err != nil {
		return err
	}
	r.sweeps, err = sweep.NewStore(r.db, v, r.effects, sweep.Options{
		Logs: r.eventLogs, Model: score.Standard(), Touch: r.incidents.Touch, Enter: r.incidents.Enter, Customer: r.customers.ByRef, Emit: emit,
		Incident: func(ctx context.Context, tx *db.Tx, id string) (sweep.Incident, error) {
			i, err := r.incidents.Get(ctx, tx, id)
			return sweep.Incident{ID: i.ID, No: i.No, OccurredFrom: i.OccurredFrom, DetectedAt: i.DetectedAt}, err
		},
		Tell: func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, kind string, args map[string]string) error {
			tx.Announce("incident:" + incidentID)
			return r.incidents.Tell(ctx, tx, by, incident.Line{IncidentID: incidentID, Kind: kind, Args: args})
		},
		OpenCase: func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, customerID string) (sweep.Case, error) {
			c, opened, err := r.cases.Open(ctx, tx, by, cases.New{IncidentID: incidentID, CustomerID: customerID, Details: cases.Details{ClaimSource: "sweep"}})
			return sweep.Case{ID: c.ID, No: c.No, Opened: opened}, err
		},
	})
	if err != nil {
		return errors.Join(err, r.eventIndex.Close())
	}
	return nil
}

// close closes the event logs and the database.
func (r *rooms) close() error { return errors.Join(r.eventIndex.Close(), r.db.Close()) }
