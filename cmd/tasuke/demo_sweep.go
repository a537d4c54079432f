package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/cases/sweep"
	"tasuke/cases/sweep/rollup"
	"tasuke/internal/db"
)

// sweep is the first round of an incident's impact sweep, when the event logs of the demo cover its
// time: what strangers used in the accounts of the first victims is pasted, asked for and reviewed.
func (w *demoWorld) sweep(ctx context.Context, id string) error {
	i, err := w.incident(ctx, id)
	if err != nil {
		return err
	}
	attack := db.At(i.DetectedAt.Time().Add(-72 * time.Hour))
	covered, err := w.covered(ctx, attack, i.DetectedAt)
	if err != nil || !covered {
		return err
	}
	w.sweeps.Allow(exampleRanges...)
	text, err := w.strange(ctx, i, attack)
	if err != nil || text == "" {
		return err
	}
	if err := w.later(ctx, 90*time.Minute); err != nil {
		return err
	}
	a, err := w.sweeps.Add(ctx, w.who["ir"], sweep.Paste{IncidentID: id, Text: text, Source: "own", TLP: "amber", Confidence: 80,
		Note: "最初の申出者の記録から抜き出したもの", Activate: true})
	if err != nil {
		return fmt.Errorf("the demo's indicators: %w", err)
	}
	if err := w.round(ctx, a.SweepID, attack); err != nil {
		return err
	}
	return w.verdicts(ctx, a.SweepID)
}

// covered reports whether a log holds the time of an attack and days before it.
func (w *demoWorld) covered(ctx context.Context, attack, detected db.Instant) (bool, error) {
	cover, err := w.eventLogs.Coverage(ctx)
	return slices.ContainsFunc(cover, func(c rollup.Coverage) bool {
		return c.From > 0 && c.From < attack.Add(-7*24*time.Hour) && c.Until >= detected
	}), err
}

// strange is the list an analyst makes of the first victims' logs: addresses and devices used
// since the attack began and not before, with their labels.
func (w *demoWorld) strange(ctx context.Context, i incident.Incident, attack db.Instant) (string, error) {
	refs, err := w.victimRefs(ctx, i.ID)
	if err != nil {
		return "", err
	}
	usual, fresh := map[string]bool{}, map[string]bool{}
	for r, err := range w.eventLogs.Rows(ctx, refs, attack.Add(-60*24*time.Hour), i.DetectedAt) {
		if err != nil {
			return "", err
		}
		for _, v := range valuesOf(r) {
			if r.At < attack {
				usual[v] = true
			} else if !usual[v] {
				fresh[v] = true
			}
		}
	}
	var list []string
	for v := range fresh {
		if !usual[v] {
			list = append(list, v)
		}
	}
	slices.Sort(list)
	return strings.Join(list, "\n"), nil
}

func valuesOf(r rollup.Row) (out []string) {
	if r.IP.IsValid() {
		out = append(out, "接続元: "+r.IP.String())
	}
	if r.Device != "" {
		out = append(out, "端末ID: "+r.Device)
	}
	return out
}

// victimRefs are the customer numbers of the incident's cases.
func (w *demoWorld) victimRefs(ctx context.Context, id string) (refs []string, err error) {
	list, err := w.cases.List(ctx, w.who["ir"], cases.Filter{IncidentID: id}, cases.Page{Limit: 50})
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range list.Entries {
		ids = append(ids, e.CustomerID)
	}
	err = w.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		known, err := w.customers.Masked(ctx, tx, ids)
		for _, c := range known {
			refs = append(refs, c.Ref)
		}
		return err
	})
	return refs, err
}

// round starts a round and lets it be answered.
func (w *demoWorld) round(ctx context.Context, id string, attack db.Instant) error {
	if err := w.later(ctx, 4*time.Minute); err != nil {
		return err
	}
	sh, err := w.sweeps.Get(ctx, w.who["fraud"], id, 0)
	if err != nil {
		return err
	}
	if _, err := w.sweeps.Start(ctx, w.who["fraud"], sweep.Plan{SweepID: id, Rev: sh.Sweep.Rev, AttackAt: attack}); err != nil {
		return fmt.Errorf("the demo's round: %w", err)
	}
	return w.later(ctx, time.Minute)
}

// verdicts confirms who has a case of their own telling, and what the score says of most others; a
// few are left to whoever opens the demo.
func (w *demoWorld) verdicts(ctx context.Context, id string) error {
	sh, err := w.sweeps.Get(ctx, w.who["fraud"], id, 0)
	if err != nil {
		return err
	}
	refs, err := w.victimRefs(ctx, sh.Sweep.IncidentID)
	if err != nil {
		return err
	}
	hits, _, err := w.sweeps.Hits(ctx, w.who["fraud"], id, sweep.HitFilter{Waiting: true}, sweep.Page{Limit: 200})
	if err != nil {
		return err
	}
	for n, h := range hits {
		known := slices.Contains(refs, h.CustomerRef)
		if n%4 == 3 && !known {
			continue // still to be looked at
		}
		w.at = w.at.Add(20 * time.Second)
		j := sweep.Judging{SweepID: id, HitID: h.ID, Rev: h.Rev, Event: sweep.ProbableSaid}
		if known || h.Hard || len(h.Classes) > 1 {
			j.Event, j.Stated = sweep.ConfirmedSaid, known
		}
		if _, err := w.sweeps.Judge(ctx, w.who["fraud"], j); err != nil {
			return fmt.Errorf("the demo's verdicts: %w", err)
		}
	}
	if _, err := w.sweeps.MakeCases(ctx, w.who["fraud"], id); err != nil {
		return fmt.Errorf("the demo's cases of hits: %w", err)
	}
	return nil
}
