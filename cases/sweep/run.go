package sweep

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"tasuke/cases/sweep/indicator"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/round"
	"tasuke/cases/sweep/score"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
)

// EffectKind is the kind of the effect that asks a round.
const EffectKind = "sweep.round"

// asks is the input of the effect.
type asks struct {
	SweepID string `json:"sweep_id"`
	Round   int64  `json:"round"`
}

// tries is how often a round is asked by itself before people look.
const tries = 3

// handler asks the logs outside any transaction and writes what came of it in one. Doing it twice
// is as good as once: an answered round is left as it is.
func (s *Store) handler() effect.Handler {
	return effect.Handler{
		Kind: EffectKind, Repeatable: true, Timeout: 15 * time.Minute,
		Backoff: func(attempt int64) (time.Duration, bool) { return 5 * time.Second, attempt < tries },
		Do: func(ctx context.Context, e effect.Effect, _ func(context.Context) error) (any, error) {
			var in asks
			if err := json.Unmarshal(e.Input, &in); err != nil {
				return nil, fmt.Errorf("read what a round is asked: %w", err)
			}
			return s.run(ctx, in)
		},
		Ended: func(ctx context.Context, tx *db.Tx, e effect.Effect) error {
			if e.State == effect.Done {
				return nil
			}
			var in asks
			if err := json.Unmarshal(e.Input, &in); err != nil {
				return fmt.Errorf("read what a round is asked: %w", err)
			}
			return s.broke(ctx, tx, in, e.ID, e.Problem)
		},
	}
}

// found is what a run has to write down.
type found struct {
	asked  []asked
	answer round.Answer
	usual  map[string][]Usual
	// manifest and segments say which logs were asked.
	manifest       string
	segments, rows int64
}

// asked is one frozen indicator with its value.
type asked struct {
	ID         string
	Kind       indicator.Kind
	Value      string
	Vouched    bool
	Overridden bool
}

// run asks one round, unless it is answered.
func (s *Store) run(ctx context.Context, in asks) (any, error) {
	var w Sweep
	var d Round
	var f found
	err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if w, err = load(ctx, tx, in.SweepID); err != nil {
			return err
		}
		if d, err = s.roundOf(ctx, tx, in.SweepID, in.Round); err != nil {
			return err
		}
		f.asked, err = s.inputs(ctx, tx, d.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	if d.Stage == RoundComplete { // by an attempt that died before it could say so
		return map[string]int64{"round": d.N}, nil
	}
	if err := s.ask(ctx, d, &f); err != nil {
		return nil, err
	}
	db.Crash("sweep.asked")
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error { return s.answered(ctx, tx, w.ID, d.N, f) })
	if err != nil {
		return nil, err
	}
	db.Crash("sweep.answered")
	return map[string]int64{"round": d.N, "hits": int64(len(f.answer.Customers))}, nil
}

// errMany: what everybody has was asked for.
var errMany = errors.New("a round found more customers than it may keep")

func (s *Store) ask(ctx context.Context, d Round, f *found) (err error) {
	if d.Model != s.opts.Model.Version { // another build weighs otherwise: a new round says so
		return effect.Permanent(fmt.Errorf("the round is of model %s", d.Model), "sweep.problem.model")
	}
	segments, err := s.opts.Logs.Segments(ctx, 0)
	if err != nil {
		return err
	}
	f.manifest, f.segments, f.rows = manifest(segments)
	q := round.Question{Attack: d.AttackAt, Since: d.Since, Rows: s.opts.ShowRows, Model: s.opts.Model}
	for _, a := range f.asked {
		q.Sought = append(q.Sought, round.Sought{Indicator: indicator.Indicator{Kind: a.Kind, Value: a.Value}, Vouched: a.Vouched, Override: a.Overridden})
	}
	if f.answer, err = round.Ask(ctx, s.opts.Logs, q); err != nil {
		return final(err)
	}
	if len(f.answer.Customers) > s.opts.MostHits {
		return effect.Permanent(errMany, "sweep.problem.too_many")
	}
	if f.usual, err = s.usual(ctx, d.AttackAt, f.answer.Customers); err != nil {
		return err
	}
	now, err := s.opts.Logs.Segments(ctx, 0)
	if err == nil && !within(segments, now) {
		err = errWithdrawn // the next attempt asks what is left
	}
	return err
}

var errWithdrawn = errors.New("a log was withdrawn while the round asked it")

// within reports whether all of some segments are still there.
func within(some, all []rollup.Segment) bool {
	there := map[rollup.Digest]bool{}
	for _, g := range all {
		there[g.Chunk] = true
	}
	return !slices.ContainsFunc(some, func(g rollup.Segment) bool { return !there[g.Chunk] })
}

// final: what a rule refuses is refused again the next time.
func final(err error) error {
	var f *fault.Error
	if errors.As(err, &f) && (f.Kind == fault.Invalid || f.Kind == fault.Refused) {
		return effect.Permanent(err, f.Key)
	}
	return err
}

// mostUsual is how many values of a field are shown as usual.
const mostUsual = 5

// usual gives the addresses and devices that the customers used in the baseline, the commonest first.
func (s *Store) usual(ctx context.Context, attack db.Instant, list []round.Customer) (map[string][]Usual, error) {
	refs := make([]string, len(list))
	for i, c := range list {
		refs[i] = c.Hit.Customer
	}
	first, last := rollup.Before(attack, score.BaselineDays)
	seen := map[string]map[[2]string]*Usual{}
	for r, err := range s.opts.Logs.Rows(ctx, refs, first.Start(), (last+1).Start()-1) {
		if err != nil {
			return nil, err
		}
		for _, v := range [][2]string{{"ip", addr(r)}, {"device", r.Device}} {
			if v[1] == "" {
				continue
			}
			of := seen[r.Customer]
			if of == nil {
				of = map[[2]string]*Usual{}
				seen[r.Customer] = of
			}
			u := of[v]
			if u == nil {
				u = &Usual{Field: v[0], Value: v[1]}
				of[v] = u
			}
			u.N++
			u.Last = max(u.Last, r.At)
		}
	}
	out := map[string][]Usual{}
	for c, of := range seen {
		out[c] = commonest(of)
	}
	return out, nil
}

func commonest(of map[[2]string]*Usual) (out []Usual) {
	all := slices.SortedFunc(maps.Values(of), func(a, b *Usual) int {
		return cmp.Or(cmp.Compare(b.Field, a.Field), cmp.Compare(b.N, a.N), cmp.Compare(a.Value, b.Value))
	})
	n := map[string]int{}
	for _, u := range all {
		if n[u.Field]++; n[u.Field] <= mostUsual {
			out = append(out, *u)
		}
	}
	return out
}

func addr(r rollup.Row) string {
	if !r.IP.IsValid() {
		return ""
	}
	return r.IP.String()
}

// inputs reads the frozen indicators of a round with their values.
func (s *Store) inputs(ctx context.Context, tx *db.Tx, roundID string) ([]asked, error) {
	var rows []struct {
		ID         string         `db:"id"`
		Kind       indicator.Kind `db:"kind"`
		Shown      string         `db:"shown"`
		Sealed     []byte         `db:"sealed"`
		Vouched    bool           `db:"vouched"`
		Overridden bool           `db:"overridden"`
	}
	if err := tx.Select(ctx, &rows, `SELECT i.id, i.kind, i.shown, i.sealed, p.vouched, p.overridden FROM sweep_input p
		JOIN sweep_indicator i ON i.id = p.indicator_id WHERE p.round_id = ? ORDER BY p.pos`, roundID); err != nil {
		return nil, err
	}
	out := make([]asked, len(rows))
	for i, r := range rows {
		out[i] = asked{r.ID, r.Kind, r.Shown, r.Vouched, r.Overridden}
		if len(r.Sealed) == 0 {
			continue
		}
		var err error
		if out[i].Value, err = s.vault.OpenText(ctx, tx, place("sweep_indicator", "sealed", r.ID), r.Sealed); err != nil {
			return nil, fmt.Errorf("open an indicator: %w", err)
		}
	}
	return out, nil
}

// broke writes down that a round has failed for good.
func (s *Store) broke(ctx context.Context, tx *db.Tx, in asks, effectID, problem string) error {
	w, err := s.held(ctx, tx, in.SweepID)
	if err != nil {
		return err
	}
	d, err := s.roundOf(ctx, tx, w.ID, in.Round)
	if err != nil || d.Stage != RoundRunning || d.EffectID != effectID {
		return err
	}
	r, err := machine(w.State, RoundFailed)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE sweep_round SET stage = 'failed', problem = ? WHERE id = ?`, problem, d.ID); err != nil {
		return err
	}
	by := actor.System("sweep")
	if err := s.move(ctx, tx, by, &w, r, Line{}); err != nil {
		return err
	}
	return s.record(ctx, tx, by, w, "sweep.round_failed", map[string]string{"Problem": problem})
}

// notFound gives an empty answer for what is not there.
func notFound(id string, err error) (string, error) {
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return id, err
}
