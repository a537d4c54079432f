package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tasuke/cases/customer"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/rollup/tables"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/vault"
)

// eventDesk is what the import of events works on.
type eventDesk struct {
	store *rollup.Store
	db    *db.DB
	// note puts what was taken over on record; nil in tests without a case database.
	note  func(ctx context.Context, by actor.Actor, source string, rep rollup.Report) error
	close func() error
}

// openEvents opens the event logs beside the case database, which it uses for the register of
// customers, the keys and the audit trail.
func openEvents(ctx context.Context, cfg Config) (*eventDesk, error) {
	r, err := open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &eventDesk{store: r.eventLogs, db: r.db, note: noteEvents(r.db, r.eventLogs), close: r.close}, nil
}

// openSweepLogs opens the segments, DIR/sweep/segments, and their roll-up: DIR/sweep/rollup.db, or
// on PostgreSQL tables beside the cases. The caller closes the index. Nodes that share a database
// must share the folder of the segments as well.
func openSweepLogs(ctx context.Context, cfg Config, v *vault.Vault, d *db.DB, now func() db.Instant,
	register func(context.Context, []string) (map[string]bool, error),
) (*rollup.Store, rollup.Index, error) {
	dir := filepath.Join(cfg.Dir, "sweep")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("make the folder of the event logs: %w", err)
	}
	index, err := tables.Beside(d)
	if d.Dialect == db.SQLite {
		index, err = tables.Open(ctx, filepath.Join(dir, "rollup.db"))
	}
	if err != nil {
		return nil, nil, err
	}
	store, err := rollup.Open(filepath.Join(dir, "segments"), index, rollup.Options{Blind: v.Blind, Now: now, Register: register})
	if err != nil {
		return nil, nil, errors.Join(err, index.Close())
	}
	return store, index, nil
}

// registered asks the register of customers, in one snapshot.
func registered(d *db.DB, customers *customer.Store) func(context.Context, []string) (map[string]bool, error) {
	return func(ctx context.Context, numbers []string) (map[string]bool, error) {
		found := map[string]bool{}
		return found, d.View(ctx, func(ctx context.Context, tx *db.Tx) error {
			ids, err := customers.ByRefs(ctx, tx, numbers)
			for n := range ids {
				found[n] = true
			}
			return err
		})
	}
}

// eventsImported is the detail of the audit entry. The totals of the source stand beside what this
// run added: a run that was killed leaves no entry, and the next one shows the difference.
type eventsImported struct {
	File        string `json:"file"` // hash of its first chunk
	Rows        int    `json:"rows"`
	Kept        int    `json:"kept"`
	Repeated    int    `json:"repeated"`
	Rejected    int    `json:"rejected"`
	Segments    int    `json:"segments"`
	AllRows     int    `json:"source_rows"`
	AllSegments int    `json:"source_segments"`
}

func noteEvents(d *db.DB, store *rollup.Store) func(context.Context, actor.Actor, string, rollup.Report) error {
	return func(ctx context.Context, by actor.Actor, source string, rep rollup.Report) error {
		if rep.Segments == 0 {
			return nil // nothing changed
		}
		cover, err := store.Coverage(ctx)
		if err != nil {
			return err
		}
		e := eventsImported{File: string(rep.File), Rows: rep.Rows, Kept: rep.Kept, Repeated: rep.Repeated, Rejected: rep.Rejected, Segments: rep.Segments}
		for _, c := range cover {
			if c.Source == source {
				e.AllRows, e.AllSegments = c.Rows, c.Segments
			}
		}
		return d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
			return audit.Append(ctx, tx, audit.Entry{
				Tree: audit.Main, Actor: by, Action: "sweep.events_imported", Object: audit.Ref{Kind: "event_source", ID: source}, Detail: e,
			})
		})
	}
}

// importEventsCommand is "tasuke import events".
func importEventsCommand(open func(cmd *cobra.Command) (*eventDesk, error)) *cobra.Command {
	var source, mapping, rejected string
	cmd := &cobra.Command{
		Use:   "events FILE",
		Short: "ログイン・注文・出金などの記録を取り込む / load logs of logins, orders, withdrawals",
		Long: "Takes a log (CSV or NDJSON, as the mapping says) for the impact sweep. Rows become Parquet segments under\n" +
			"DIR/sweep and are counted into sightings; names are not taken, mail addresses, telephone numbers and destination\n" +
			"accounts only as keyed hashes. Each chunk is durable before the next begins: after a failure or a kill give the same\n" +
			"file again, nothing is counted twice. Rows that are wrong go to the --rejected file with line and reason, and the\n" +
			"command then ends with a failure after everything that was good has been kept.",
		Example:      "  tasuke import events login-2026-04.csv --source web-login --mapping web-login.yaml",
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := readEventMapping(mapping)
			if err != nil {
				return importFault(err)
			}
			if rejected == "" {
				rejected = args[0] + ".rejected.csv"
			}
			desk, err := open(cmd)
			if err != nil {
				return err
			}
			err = importEvents(cmd, desk, args[0], rejected, rollup.Import{Source: source, Mapping: m})
			return errors.Join(importFault(err), desk.close())
		},
	}
	cmd.Flags().StringVar(&source, "source", "", "short name of the log: small letters, digits, - and _")
	cmd.Flags().StringVar(&mapping, "mapping", "", "YAML file that names columns, kinds and times (default: the usual Japanese and English headers)")
	cmd.Flags().StringVar(&rejected, "rejected", "", "file for the rows that were not kept (default FILE.rejected.csv)")
	return cmd
}

func readEventMapping(file string) (rollup.Mapping, error) {
	if file == "" {
		return rollup.ReadMapping(nil)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return rollup.Mapping{}, fmt.Errorf("read the mapping: %w", err)
	}
	return rollup.ReadMapping(b)
}

func importEvents(cmd *cobra.Command, desk *eventDesk, file, rejected string, in rollup.Import) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("open the event file: %w", err)
	}
	defer func() { _ = f.Close() }() // read only: nothing can be lost
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open the event file: %w", err)
	}
	out := &importRejects{file: rejected}
	bar := importBar(cmd.ErrOrStderr(), st.Size())
	bar.Describe("イベント")
	in.Size, in.Progress = st.Size(), func(done, _ int64) { _ = bar.Set64(min(done, st.Size())) }
	in.Rejected = func(r rollup.Rejected) error {
		return out.add(customer.Rejected{Line: r.Line, Column: r.Field, Reason: r.Reason})
	}
	by, start := actor.System("import events"), time.Now()
	rep, err := desk.store.Import(cmd.Context(), by, f, in)
	_ = bar.Finish()
	if cerr := out.close(); err == nil {
		err = cerr
	}
	if desk.note != nil { // also for what was kept before a failure
		if nerr := desk.note(context.WithoutCancel(cmd.Context()), by, in.Source, rep); err == nil {
			err = nerr
		}
	}
	eventSummary(cmd.OutOrStdout(), rep, time.Since(start))
	switch {
	case err != nil:
		return fmt.Errorf("import stopped: %w", err)
	case rep.Rejected > 0:
		return fmt.Errorf("%w: %d, see %s", errRejected, rep.Rejected, rejected)
	}
	return nil
}

func eventSummary(w io.Writer, rep rollup.Report, took time.Duration) {
	_, _ = fmt.Fprintf(w, "読込 %d 行: 新規 %d, 取込済み %d, 却下 %d, 台帳にない顧客 %d 人 (%d 行)\n%d rows: %d new, %d there already, %d rejected, %d customers not in the register (%d rows)\n",
		rep.Rows, rep.Kept, rep.Repeated, rep.Rejected, rep.UnknownCustomers, rep.UnknownRows,
		rep.Rows, rep.Kept, rep.Repeated, rep.Rejected, rep.UnknownCustomers, rep.UnknownRows)
	if rep.Kept == 0 {
		return
	}
	zone := time.FixedZone("JST", 9*60*60)
	_, _ = fmt.Fprintf(w, "%s – %s, %d segments, %.1f bytes/row, %.0f rows/s\n",
		rep.First.In(zone).Format(time.RFC3339), rep.Last.In(zone).Format(time.RFC3339), rep.Segments,
		float64(rep.Bytes)/float64(rep.Kept), float64(rep.Rows)/max(took.Seconds(), 0.001))
}
