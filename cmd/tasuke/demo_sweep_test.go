package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tasuke/cases/sweep"
	"tasuke/cases/sweep/rollup"
	"tasuke/internal/actor"
)

// The demo's sweep is told only over event logs; this gives it some.
func TestTheDemoSweepsWhereLogsCoverTheIncident(t *testing.T) {
	t.Parallel()
	cfg := Config{Addr: "127.0.0.1:0", Dir: t.TempDir(), LogLevel: "warn", Firm: demoFirm}
	must(t, errors.Join(cfg.complete()...))
	a, err := build(t.Context(), cfg, options{}) // not running: the story performs its effects itself
	must(t, err)
	t.Cleanup(func() { must(t, a.close()) })
	h := &house{app: a, t: t}
	h.settle(t.Context())
	w := &demoWorld{rooms: h.rooms, now: time.Now(), who: h.firm.who}
	w.at = w.now
	h.db.Clock = func() time.Time { return w.at }
	must(t, w.sweep(t.Context(), h.firm.second)) // the house's small log does not cover it: nothing is told
	_, found, err := h.sweeps.OfIncident(t.Context(), h.firm.who["ir"], h.firm.second)
	if err != nil || found {
		t.Fatal("a sweep without logs", err)
	}
	var log strings.Builder
	log.WriteString("at,kind,customer,ip,device\n")
	for n := range 8 {
		fmt.Fprintf(&log, "%s,login,H%07d,45.0.113.%d,own-%05d\n", w.now.Add(-time.Duration(30*24-n)*time.Hour).Format(time.RFC3339), n+5, n+1, n)
		fmt.Fprintf(&log, "%s,login,H%07d,203.0.113.9,dev-emu-88\n", w.now.Add(-time.Duration(60-n)*time.Hour).Format(time.RFC3339), n+5)
	}
	fmt.Fprintf(&log, "%s,login,H0000020,45.0.113.99,\n", w.now.Add(-5*time.Minute).Format(time.RFC3339))
	m, err := rollup.ReadMapping(nil)
	must(t, err)
	_, err = h.eventLogs.Import(t.Context(), actor.System("test"), strings.NewReader(log.String()), rollup.Import{Source: "told", Mapping: m})
	must(t, err)
	must(t, w.sweep(t.Context(), h.firm.second))
	s, _, err := h.sweeps.OfIncident(t.Context(), h.firm.who["ir"], h.firm.second)
	must(t, err)
	sh, err := h.sweeps.Get(t.Context(), h.firm.who["ir"], s.ID, 0)
	if err != nil || s.State != sweep.Reviewing || sh.Tally.Matched != 8 || sh.Tally.Confirmed == 0 || sh.Tally.Cased != sh.Tally.Confirmed {
		t.Errorf("%s %+v %v", s.State, sh.Tally, err)
	}
}
