package main

import (
	"context"
	"strconv"
	"strings"

	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/victim"
	"tasuke/contacts/isac"
	"tasuke/contacts/police"
	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// schema is what the conditions of a playbook may ask of an incident.
var schema = playbooks.Schema{
	"kind": playbooks.TextFact, "severity": playbooks.TextFact, "state": playbooks.TextFact, "system_breach": playbooks.TextFact,
	"open_cases": playbooks.IntFact, "victims": playbooks.IntFact, "claimed": playbooks.IntFact, "suspected": playbooks.IntFact, "uncalled": playbooks.IntFact, "excluded": playbooks.IntFact,
	"fact_version": playbooks.IntFact, "my_number": playbooks.TextFact, "data_leaked": playbooks.TextFact, "duties_open": playbooks.IntFact,
	"payouts_sent": playbooks.IntFact, "symbols": playbooks.IntFact,
	"bank_requests": playbooks.IntFact, "recovered_yen": playbooks.IntFact,
	"loss_yen": playbooks.IntFact, "assessments_open": playbooks.IntFact,
	"open_hits": playbooks.IntFact, "sweep_concluded": playbooks.BoolFact,
	"shares_sent": playbooks.IntFact, "police_reports": playbooks.IntFact, "notices_sent": playbooks.IntFact, "published": playbooks.IntFact,
}

// facts reads exactly what schema names: one query in each room, because it is read in the
// transaction of every step that decides.
func (r *rooms) facts(ctx context.Context, tx *db.Tx, s workflow.Subject) (map[string]any, int64, error) {
	if s.Kind != "incident" {
		return nil, 0, subjectFault(s.Kind)
	}
	i, err := r.incidents.Get(ctx, tx, s.ID)
	if err != nil {
		return nil, 0, err
	}
	f := map[string]any{"kind": string(i.Kind), "severity": string(i.Severity), "state": string(i.State), "system_breach": string(i.SystemBreach)}
	for _, read := range []func(context.Context, *db.Tx, string, map[string]any) error{r.factsOfIncident, r.factsOfCases, r.factsOfMoney, r.factsOfSweep, r.factsOfOutside} {
		if err := read(ctx, tx, s.ID, f); err != nil {
			return nil, 0, err
		}
	}
	return f, i.GuardRev, nil
}

// What the logs were last read to come to, by the names they are kept under.
const (
	readPayouts = "payouts"
	readOrders  = "orders"
)

func (r *rooms) factsOfIncident(ctx context.Context, tx *db.Tx, id string, f map[string]any) error {
	s, err := r.incidents.Standing(ctx, tx, id)
	f["fact_version"], f["my_number"], f["data_leaked"], f["duties_open"] = int(s.FactVersion), s.MyNumber, s.Leaked, int(s.DutiesOpen)
	f["payouts_sent"], f["symbols"] = int(s.Readings[readPayouts]["sent"]), int(s.Readings[readOrders]["symbols"])
	return err
}

func (r *rooms) factsOfCases(ctx context.Context, tx *db.Tx, id string, f map[string]any) error {
	s, err := r.cases.Standing(ctx, tx, id)
	f["open_cases"], f["victims"], f["claimed"], f["suspected"], f["uncalled"], f["excluded"] = int(s.Open), int(s.Victims), int(s.Claimed), int(s.Suspected), int(s.Uncalled), int(s.Excluded)
	return err
}

func (r *rooms) factsOfMoney(ctx context.Context, tx *db.Tx, id string, f map[string]any) error {
	b, err := r.banks.Standing(ctx, tx, id)
	if err != nil {
		return err
	}
	f["bank_requests"], f["recovered_yen"] = int(b.Requests), int(b.Recovered)
	m, err := r.remedies.Standing(ctx, tx, id)
	if err != nil {
		return err
	}
	f["assessments_open"], f["loss_yen"] = int(m.Open), 0
	if m.Checked == 0 { // no loss is found by two yet
		return nil
	}
	yen, err := r.loss(ctx, tx, id)
	f["loss_yen"] = int(yen)
	return err
}

// loss is the confirmed loss of an incident, as the ledger counts it.
func (r *rooms) loss(ctx context.Context, tx *db.Tx, incidentID string) (int64, error) {
	in, err := r.damaged(ctx, tx, incidentID)
	if err != nil {
		return 0, err
	}
	sum, err := r.remedies.Loss(ctx, tx, incidentID, in)
	return sum.Yen, err
}

func (r *rooms) factsOfSweep(ctx context.Context, tx *db.Tx, id string, f map[string]any) error {
	s, err := r.sweeps.Standing(ctx, tx, id)
	f["open_hits"], f["sweep_concluded"] = int(s.OpenHits), s.Concluded > 0
	return err
}

// outsideCounts are what rooms that tell others count, by the fact it is.
var outsideCounts = []struct{ fact, query string }{
	{"shares_sent", isac.CountSent}, {"police_reports", police.CountConsulted}, {"notices_sent", victim.CountTold}, {"published", disclosure.CountPublished},
}

// factsOfOutside asks four rooms in one query.
func (r *rooms) factsOfOutside(ctx context.Context, tx *db.Tx, id string, f map[string]any) error {
	var query []string
	var args []any
	for i, x := range outsideCounts {
		query, args = append(query, "SELECT "+strconv.Itoa(i)+" AS i, ("+x.query+") AS n"), append(args, id)
	}
	var rows []struct {
		I int `db:"i"`
		N int `db:"n"`
	}
	if err := tx.Select(ctx, &rows, strings.Join(query, " UNION ALL "), args...); err != nil {
		return err
	}
	for _, x := range rows {
		f[outsideCounts[x.I].fact] = x.N
	}
	return nil
}
