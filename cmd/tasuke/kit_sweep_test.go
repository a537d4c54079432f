package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tasuke/cases/sweep"
	"tasuke/cases/sweep/rollup"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// sweepPapers are the records of the impact sweep of the house's first incident.
type sweepPapers struct{ sweep, hit, indicator string }

// swept imports a small log and makes the first round of the first incident's sweep.
func (h *house) swept(ctx context.Context, w *demoWorld) {
	h.sweeps.Allow(exampleRanges...)
	var log strings.Builder
	log.WriteString("at,kind,customer,ip,device,destination\n")
	for n := range 3 {
		at := w.at.Add(time.Duration(n-50) * time.Hour)
		fmt.Fprintf(&log, "%s,login,H%07d,203.0.113.5,dev-emu-77,\n%s,destination_change,H%07d,203.0.113.5,dev-emu-77,0009-015-7654321\n",
			at.Format(time.RFC3339), n+4, at.Add(time.Minute).Format(time.RFC3339), n+4)
	}
	m, err := rollup.ReadMapping(nil)
	must(h.t, err)
	_, err = h.eventLogs.Import(ctx, actor.System("test"), strings.NewReader(log.String()), rollup.Import{Source: "web", Mapping: m})
	must(h.t, err)
	a, err := h.sweeps.Add(ctx, w.who["ir"], sweep.Paste{IncidentID: h.firm.incident, Text: "203.0.113.5\n端末ID: dev-emu-77\n送金先口座 0009-015-7654321",
		Source: "own", TLP: "amber", Confidence: 70, Activate: true})
	must(h.t, err)
	must(h.t, w.round(ctx, a.SweepID, db.At(w.at.Add(-72*time.Hour))))
	hits, _, err := h.sweeps.Hits(ctx, w.who["ir"], a.SweepID, sweep.HitFilter{}, sweep.Page{})
	must(h.t, err)
	list, _, err := h.sweeps.Indicators(ctx, w.who["ir"], sweep.IndicatorFilter{IncidentID: h.firm.incident, Kind: "destination"}, sweep.Page{})
	must(h.t, err)
	h.firm.sweepPapers = sweepPapers{a.SweepID, hits[0].ID, list[0].ID}
}
