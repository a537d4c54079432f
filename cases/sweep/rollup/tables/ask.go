package tables

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tasuke/cases/sweep/rollup"
	"tasuke/internal/db"
)

// perQuestion is how many single values one query asks for.
const perQuestion = 400

type matchRow struct {
	Key      []byte
	Customer string
	N        int
	FirstAt  db.Instant `db:"first_at"`
	LastAt   db.Instant `db:"last_at"`
}

const match = `SELECT key, customer, SUM(n) AS n, MIN(first_at) AS first_at, MAX(last_at) AS last_at FROM log_sighting
	WHERE field = ? AND last_at >= ? AND `

// Match implements rollup.Index. The list is in the order of the probes.
func (x *Index) Match(ctx context.Context, probes []rollup.Probe, since db.Instant) (out []rollup.Match, err error) {
	err = x.d.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		single := map[rollup.Field]map[string][]int{}
		for i, p := range probes {
			if p.Low != p.High {
				if err := matchRange(ctx, tx, i, p, since, &out); err != nil {
					return err
				}
				continue
			}
			if single[p.Field] == nil {
				single[p.Field] = map[string][]int{}
			}
			single[p.Field][p.Low] = append(single[p.Field][p.Low], i)
		}
		for f, at := range single {
			if err := matchSingle(ctx, tx, f, at, since, &out); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for sightings: %w", err)
	}
	slices.SortStableFunc(out, func(a, b rollup.Match) int { return a.Probe - b.Probe })
	return out, nil
}

func matchRange(ctx context.Context, tx *db.Tx, i int, p rollup.Probe, since db.Instant, out *[]rollup.Match) error {
	var rows []matchRow
	err := tx.Select(ctx, &rows, match+`key >= ? AND key <= ? GROUP BY key, customer ORDER BY key, customer`, int(p.Field), since, []byte(p.Low), []byte(p.High))
	for _, r := range rows {
		*out = append(*out, r.match(i, p.Field))
	}
	return err
}

func matchSingle(ctx context.Context, tx *db.Tx, f rollup.Field, at map[string][]int, since db.Instant, out *[]rollup.Match) error {
	for part := range slices.Chunk(slices.Sorted(maps.Keys(at)), perQuestion) {
		list := make([][]byte, len(part))
		for i, k := range part {
			list[i] = []byte(k)
		}
		var rows []matchRow
		if err := tx.SelectIn(ctx, &rows, match+`key IN (?) GROUP BY key, customer ORDER BY key, customer`, int(f), since, list); err != nil {
			return err
		}
		for _, r := range rows {
			for _, i := range at[string(r.Key)] {
				*out = append(*out, r.match(i, f))
			}
		}
	}
	return nil
}

func (r matchRow) match(probe int, f rollup.Field) rollup.Match {
	return rollup.Match{
		Probe: probe, Value: rollup.Value{Field: f, Key: string(r.Key)}, Customer: r.Customer, N: r.N, First: r.FirstAt, Last: r.LastAt,
	}
}

// Users implements rollup.Index.
func (x *Index) Users(ctx context.Context, probes []rollup.Probe, first, last rollup.Day) ([]int, error) {
	out := make([]int, len(probes))
	if first > last {
		return out, nil
	}
	from, _ := first.Era()
	to, _ := last.Era()
	err := x.d.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		for i, p := range probes {
			if err := tx.Get(ctx, &out[i], `SELECT count(DISTINCT customer) FROM log_sighting WHERE field = ? AND key >= ? AND key <= ?
				AND (era > ? AND era < ? OR era = ? AND days & ? <> 0 OR era = ? AND days & ? <> 0)`,
				int(p.Field), []byte(p.Low), []byte(p.High), from, to,
				from, rollup.Bits(from, first, last), to, rollup.Bits(to, first, last)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count the users of values: %w", err)
	}
	return out, nil
}
