package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tasuke/cases/sweep/evaluate"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/rollup/tables"
	"tasuke/cases/sweep/round"
	"tasuke/cases/sweep/score"
	"tasuke/cases/sweep/world"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// sweepCommand is what is asked of sweeps from a terminal.
func sweepCommand() *cobra.Command {
	c := &cobra.Command{Use: "sweep", Short: "影響調査 / impact sweeps"}
	c.AddCommand(sweepEvaluateCommand())
	return c
}

// evaluation is what "tasuke sweep evaluate" is asked for.
type evaluation struct {
	seeds           []uint
	customers, days int
	known           int
	tuning, rounds  bool
}

func sweepEvaluateCommand() *cobra.Command {
	var e evaluation
	c := &cobra.Command{
		Use:   "evaluate",
		Short: "作られた記録と正解で調査の精度を測る / measure precision and recall on made-up logs with known truth",
		Long: fmt.Sprintf("Makes the logs of a fictional firm for each seed, imports them, plays a desk to which a few victims have\n"+
			"called, and compares what the sweeps propose with the truth. Nothing of an installation is read or written.\n"+
			"Seeds up to %d were looked at while tuning and are refused without --tuning.", evaluate.TuningUntil),
		Example:      "  tasuke sweep evaluate --seeds 11,12,13",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE:         func(c *cobra.Command, _ []string) error { return e.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr()) },
	}
	c.Flags().UintSliceVar(&e.seeds, "seeds", []uint{11, 12, 13}, "worlds to make")
	c.Flags().IntVar(&e.customers, "customers", demoCustomers, "customers of the firm")
	c.Flags().IntVar(&e.days, "days", 60, "days of logs")
	c.Flags().IntVar(&e.known, "known", 5, "victims who have called when a sweep begins")
	c.Flags().BoolVar(&e.tuning, "tuning", false, "allow seeds that were used to tune; their lines are marked")
	c.Flags().BoolVar(&e.rounds, "rounds", false, "show each round")
	return c
}

func (e evaluation) run(ctx context.Context, out, progress io.Writer) error {
	for _, s := range e.seeds {
		if s <= evaluate.TuningUntil && !e.tuning {
			return fmt.Errorf("seed %d was used to tune (1 to %d): its result would prove nothing; choose a later one, or say --tuning", s, evaluate.TuningUntil)
		}
	}
	if e.known < 1 {
		return errors.New("a sweep begins with at least one known victim (--known)")
	}
	var list []evaluate.Seed
	for _, s := range e.seeds {
		_, _ = fmt.Fprintf(progress, "seed %d ...\n", s)
		r, err := e.seed(ctx, uint64(s))
		if err != nil {
			return fmt.Errorf("seed %d: %w", s, err)
		}
		list = append(list, r)
	}
	evaluate.Print(out, list)
	if e.rounds {
		evaluate.PrintRounds(out, list)
	}
	return nil
}

// evaluationEnds is when the logs of evaluated worlds end: a fixed moment, so that a seed is the
// same world on every day.
var evaluationEnds = time.Date(2026, 6, 30, 9, 0, 0, 0, time.UTC)

// seed makes a world, imports it and sweeps.
func (e evaluation) seed(ctx context.Context, n uint64) (s evaluate.Seed, err error) {
	s = evaluate.Seed{Seed: n, Tuning: n <= evaluate.TuningUntil}
	dir, err := os.MkdirTemp("", "tasuke-evaluate-")
	if err != nil {
		return s, fmt.Errorf("make a folder for the world: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	truth, err := world.Generate(world.Options{Seed: n, Customers: e.customers, Days: e.days, Until: evaluationEnds, Knobs: world.UsualKnobs()}, filesIn(dir))
	if err != nil {
		return s, err
	}
	logs, index, err := evaluationLogs(ctx, dir)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	start, bytes := time.Now(), int64(0)
	for _, f := range truth.Files {
		rep, err := importWorld(ctx, logs, actor.System("sweep evaluate"), dir, f, nil)
		if err != nil {
			return s, err
		}
		bytes += rep.Bytes
	}
	s.Rows, s.RowsPerS, s.BytesPerRow = truth.Rows, float64(truth.Rows)/time.Since(start).Seconds(), float64(bytes)/float64(truth.Rows)
	if st, err := os.Stat(filepath.Join(dir, "rollup.db")); err == nil {
		s.IndexPerRow = float64(st.Size()) / float64(truth.Rows)
	}
	return s, e.sweeps(ctx, logs, truth, &s)
}

// sweeps plays one sweep for each campaign.
func (e evaluation) sweeps(ctx context.Context, logs round.Logs, truth world.Truth, s *evaluate.Seed) error {
	var all time.Duration
	asked := 0
	ask := func(ctx context.Context, q round.Question) (round.Answer, error) {
		start := time.Now()
		a, err := round.Ask(ctx, logs, q)
		took := time.Since(start)
		all, asked, s.SlowestRound = all+took, asked+1, max(s.SlowestRound, took)
		return a, err
	}
	for i := range truth.Campaigns {
		r, err := evaluate.Sweep(ctx, truth, i, e.known, score.Standard(), ask)
		if err != nil {
			return err
		}
		s.Results = append(s.Results, r)
	}
	s.PerRound = all / time.Duration(max(asked, 1))
	return nil
}

// evaluationLogs opens event logs with a key of the moment.
func evaluationLogs(ctx context.Context, dir string) (*rollup.Store, rollup.Index, error) {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails
	index, err := tables.Open(ctx, filepath.Join(dir, "rollup.db"))
	if err != nil {
		return nil, nil, err
	}
	blind := func(field, value string) []byte {
		m := hmac.New(sha256.New, key)
		_, _ = io.WriteString(m, field+"\x00"+value) // hash.Hash never fails
		return m.Sum(nil)[:16]
	}
	store, err := rollup.Open(filepath.Join(dir, "segments"), index, rollup.Options{Blind: blind, Now: func() db.Instant { return db.At(evaluationEnds) }})
	if err != nil {
		return nil, nil, errors.Join(err, index.Close())
	}
	return store, index, nil
}

// filesIn opens the files of a world in a folder.
func filesIn(dir string) world.Create {
	return func(name string) (io.WriteCloser, error) {
		return os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	}
}

// importWorld imports one file of a world as the firm's people would.
func importWorld(ctx context.Context, logs *rollup.Store, by actor.Actor, dir string, f world.File, progress func(done, size int64)) (rep rollup.Report, err error) {
	m, err := worldMapping(f.Source)
	if err != nil {
		return rep, err
	}
	r, err := os.Open(filepath.Join(dir, f.Name))
	if err != nil {
		return rep, fmt.Errorf("open a log: %w", err)
	}
	defer func() { _ = r.Close() }() // read only
	st, err := r.Stat()
	if err != nil {
		return rep, fmt.Errorf("open a log: %w", err)
	}
	rep, err = logs.Import(ctx, by, r, rollup.Import{Source: f.Source, Mapping: m, Size: st.Size(), Progress: progress})
	if err == nil && rep.Rejected > 0 {
		err = fmt.Errorf("%d of %d rows of %s were rejected", rep.Rejected, rep.Rows, f.Name)
	}
	return rep, err
}

func worldMapping(source string) (rollup.Mapping, error) {
	for _, s := range world.Systems() {
		if s.Name == source {
			return rollup.ReadMapping([]byte(s.Mapping))
		}
	}
	return rollup.Mapping{}, fmt.Errorf("the world has no log %s", source)
}
