package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/world"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/vault"
	"tasuke/web/words"
)

const (
	demoSeed = 2020
	demoDays = 60
	// demoSweep is how many days ago the firm of the story asked its logs first.
	demoSweep = 24
)

// demoOptions is the world of the demo's event logs: what the callers of the story tell, and those
// of the same campaigns whom nobody has called about.
func demoOptions(now time.Time) world.Options {
	return world.Options{
		Seed: demoSeed, Customers: demoCustomers, Days: demoDays, Until: now.Add(-5 * time.Minute), Cuts: []time.Time{demoDay(now, demoSweep, 0, 0)},
		Campaigns: demoCampaigns(now), Knobs: world.UsualKnobs(),
	}
}

// demoDay is a time of day in Tokyo so many days ago.
func demoDay(now time.Time, ago, hour, minute int) time.Time {
	d := now.In(words.Tokyo).AddDate(0, 0, -ago)
	return time.Date(d.Year(), d.Month(), d.Day(), hour, minute, 0, 0, words.Tokyo)
}

// demoCallers called on the day the incident of the withdrawals began, after the first.
var demoCallers = []int{2711, 3390, 5102, 7745, 8123, 9960, 11034, 12500, 14021, 16666, 18303}

// demoCampaigns are the attacks behind the incidents of the story.
func demoCampaigns(now time.Time) []world.Campaign {
	pay := func(bank, branch, number string, yen int64) world.Payment {
		return world.Payment{To: world.Destination{Bank: bank, Branch: branch, Number: number}, Yen: yen}
	}
	sms := world.Campaign{Name: "sms", Economy: world.Payout, From: demoDay(now, 31, 20, 0), Lasts: 9 * 24 * time.Hour, Victims: 34, Given: []world.Given{
		{Customer: 1204, At: demoDay(now, 28, 21, 43), Until: demoDay(now, 27, 8, 50), Payouts: []world.Payment{pay("0009", "015", "7654321", 2_156_789), pay("9900", "058", "1234567", 1_300_000)}},
	}}
	for i, n := range demoCallers {
		sms.Given = append(sms.Given, world.Given{Customer: n, At: demoDay(now, 28, 21, 50).Add(time.Duration(17*i) * time.Minute), Until: demoDay(now, 27, 13, 0)})
	}
	pump := world.Campaign{Name: "pump", Economy: world.Pump, From: demoDay(now, 1, 9, 0), Lasts: 5 * time.Hour, Victims: 41}
	for i, n := range []int{4321, 6054, 15007} {
		pump.Given = append(pump.Given, world.Given{Customer: n, At: demoDay(now, 1, 9, 1).Add(time.Duration(70*i) * time.Second), Until: demoDay(now, 1, 9, 45)})
	}
	tax := world.Campaign{Name: "tax mail", Economy: world.Payout, From: demoDay(now, 2, 20, 0), Lasts: 24 * time.Hour, Victims: 4, Given: []world.Given{
		{Customer: 8848, At: demoDay(now, 1, 5, 10), Until: demoDay(now, 1, 16, 10), Payouts: []world.Payment{pay("0001", "001", "4567890", 980_000), pay("0005", "001", "2345678", 1_420_000)}},
		{Customer: 2025, At: now.Add(-7 * time.Hour), AccessOnly: true},
	}}
	return []world.Campaign{sms, pump, tax}
}

// demoLogs are event logs that wait to be imported as the story goes on.
type demoLogs struct {
	dir   string
	files []world.File // in the order of time
	store *rollup.Store
	note  func(ctx context.Context, by actor.Actor, source string, rep rollup.Report) error
	say   func(format string, args ...any)
	close func() error
}

// openDemoLogs makes the logs of a world in a folder that close removes. What attackers did in them
// is written nowhere.
func openDemoLogs(ctx context.Context, cfg Config, w *demoWorld, o world.Options, out io.Writer) (*demoLogs, error) {
	ring, err := vault.LoadKeys(cfg.KeyFile)
	if err != nil {
		return nil, err
	}
	v, err := vault.New(ring)
	if err != nil {
		return nil, err
	}
	now := func() db.Instant { return db.At(w.now) } // the story's clock lags behind that of the logs
	store, index, err := openSweepLogs(ctx, cfg, v, w.db, now, registered(w.db, w.customers))
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(cfg.Dir, "logs-")
	if err != nil {
		return nil, errors.Join(err, index.Close())
	}
	l := &demoLogs{dir: dir, store: store, note: noteEvents(w.db, store), say: saying(out), close: func() error { return errors.Join(index.Close(), os.RemoveAll(dir)) }}
	truth, err := world.Generate(o, filesIn(dir))
	if err != nil {
		return nil, errors.Join(err, l.close())
	}
	l.files = truth.Files
	l.say("Importing %d days of event logs (%d rows) ...\n", o.Days, truth.Rows)
	return l, nil
}

// saying lets several imports tell how they get on, one line at a time.
func saying(out io.Writer) func(format string, args ...any) {
	var one sync.Mutex
	return func(format string, args ...any) {
		one.Lock()
		defer one.Unlock()
		_, _ = fmt.Fprintf(out, format, args...)
	}
}

// takeLogs imports the next piece of the logs, as the firm's systems hand them over. Worlds without
// logs are left without.
func (w *demoWorld) takeLogs(ctx context.Context) error {
	if w.logs == nil || len(w.logs.files) == 0 {
		return nil
	}
	n := slices.IndexFunc(w.logs.files, func(f world.File) bool { return !f.From.Equal(w.logs.files[0].From) })
	if n < 0 {
		n = len(w.logs.files)
	}
	due := w.logs.files[:n]
	w.logs.files = w.logs.files[n:]
	return w.logs.take(ctx, w.who["sysops"], due)
}

// take imports files side by side: each is the log of another source.
func (l *demoLogs) take(ctx context.Context, by actor.Actor, files []world.File) error {
	failed := make([]error, len(files))
	var wait sync.WaitGroup
	for i, f := range files {
		wait.Go(func() {
			rep, err := importWorld(ctx, l.store, by, l.dir, f, nil)
			if err == nil {
				err = l.note(ctx, by, f.Source, rep)
			}
			if failed[i] = err; err == nil {
				l.say("  %s: %d rows\n", f.Name, rep.Kept)
			}
		})
	}
	wait.Wait()
	return errors.Join(failed...)
}
