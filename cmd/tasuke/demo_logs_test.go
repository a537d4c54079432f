package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tasuke/cases/customer"
	"tasuke/cases/sweep/world"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

func TestAStoryWithoutLogsGoesOn(t *testing.T) {
	t.Parallel()
	noError(t, (&demoWorld{}).takeLogs(t.Context()))
}

func TestLogsOfTheDemoComeInPiecesAndLeaveNoTruthBehind(t *testing.T) {
	t.Parallel()
	d, dir := dbtest.SQLite(t), t.TempDir()
	cfg := Config{Dir: dir, KeyFile: filepath.Join(dir, "key")}
	noError(t, vault.CreateKeyFile(cfg.KeyFile))
	now := time.Date(2026, 6, 10, 4, 0, 0, 0, time.UTC)
	w := &demoWorld{rooms: &rooms{db: d, customers: customer.NewStore(d, vaulttest.New(t))}, now: now, who: map[string]actor.Actor{"sysops": actor.System("test")}}
	o := world.Options{Seed: 2, Customers: 300, Days: 30, Until: now, Cuts: []time.Time{demoDay(now, 9, 0, 0)}, Knobs: world.UsualKnobs()}
	var out bytes.Buffer
	var err error
	w.logs, err = openDemoLogs(t.Context(), cfg, w, o, &out)
	noError(t, err)

	until := func() (rows int, last db.Instant) {
		cover, err := w.logs.store.Coverage(t.Context())
		noError(t, err)
		for _, c := range cover {
			rows, last = rows+c.Rows, max(last, c.Until)
		}
		return rows, last
	}
	noError(t, w.takeLogs(t.Context()))
	first, last := until()
	if cut := db.At(demoDay(now, 9, 0, 0)); first == 0 || last >= cut || last < cut.Add(-24*time.Hour) {
		t.Errorf("%d rows until %s", first, last.Time())
	}
	noError(t, w.takeLogs(t.Context()))
	noError(t, w.takeLogs(t.Context())) // nothing is left
	all, last := until()
	if all <= first || last > db.At(now) || !strings.Contains(out.String(), "Importing 30 days of event logs") {
		t.Errorf("%d rows until %s: %s", all, last.Time(), out.String())
	}
	var entries int
	noError(t, d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &entries, `SELECT count(*) FROM audit_entry WHERE action = 'sweep.events_imported'`)
	}))
	if entries != 8 {
		t.Errorf("%d imports on record", entries)
	}
	noError(t, w.logs.close())
	left, err := os.ReadDir(dir)
	noError(t, err)
	for _, e := range left {
		if strings.Contains(e.Name(), "truth") || strings.HasPrefix(e.Name(), "logs-") {
			t.Errorf("%s is left", e.Name())
		}
	}
}
