package customer

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"tasuke/internal/db"
)

const (
	// maxCounted bounds the counting of one run of characters; commoner ones are all alike.
	maxCounted = 5000
	// maxAtoms is how many runs of one option the database is asked for; the recheck does the rest.
	maxAtoms = 6
)

// atom is one condition on the search tables: a set of customer numbers.
type atom struct {
	from string // table and condition, on an alias x
	args []any
	n    int // how many, counted up to maxCounted
}

// clause is an option as atoms that must all hold, the rarest first.
type clause []atom

func (c clause) size() int { return c[0].n }

// search gives the numbers of customers that may match, in order, and whether it stopped early.
func (s *Store) search(ctx context.Context, tx *db.Tx, terms []term) (nos []int64, capped bool, err error) {
	all := make([][]clause, 0, len(terms))
	for _, t := range terms {
		cs, err := s.clauses(ctx, tx, t)
		if err != nil || len(cs) == 0 { // a term that nobody matches
			return nil, false, err
		}
		all = append(all, cs)
	}
	driver := 0
	for i := range all {
		if estimate(all[i]) < estimate(all[driver]) {
			driver = i
		}
	}
	if err := noJIT(ctx, tx); err != nil {
		return nil, false, err
	}
	others := slices.Delete(slices.Clone(all), driver, driver+1)
	for _, c := range all[driver] {
		q, args := statement(c, others)
		var found []int64
		if err := tx.Select(ctx, &found, q, args...); err != nil {
			return nil, false, fmt.Errorf("search customers: %w", err)
		}
		capped = capped || len(found) == maxOpened
		nos = append(nos, found...)
	}
	slices.Sort(nos)
	return slices.Compact(nos), capped, nil
}

// noJIT: PostgreSQL overestimates these queries, and compiling one takes 100 times as long as
// running it (150 ms against 0.4 ms).
func noJIT(ctx context.Context, tx *db.Tx) error {
	if tx.Dialect != db.Postgres {
		return nil
	}
	if _, err := tx.Exec(ctx, `SET LOCAL jit = off`); err != nil {
		return fmt.Errorf("prepare the search: %w", err)
	}
	return nil
}

func estimate(cs []clause) (n int) {
	for _, c := range cs {
		n += c.size()
	}
	return n
}

// clauses turns the options of a term into conditions; options that nobody has are left out.
func (s *Store) clauses(ctx context.Context, tx *db.Tx, t term) ([]clause, error) {
	var out []clause
	for _, o := range t {
		c := s.atoms(o)
		if err := count(ctx, tx, c); err != nil {
			return nil, err
		}
		slices.SortStableFunc(c, func(a, b atom) int { return a.n - b.n })
		if len(c) > 0 && c.size() > 0 {
			out = append(out, c[:min(len(c), maxAtoms)])
		}
	}
	return out, nil
}

func (s *Store) atoms(o option) clause {
	if o.field == byRef {
		return clause{{`customer x WHERE x.ref = ?`, []any{o.value}, math.MaxInt}}
	}
	if o.exact {
		return clause{{`customer_blind x WHERE x.field = ? AND x.hash = ?`, []any{o.field, s.v.Blind("customer."+o.field, o.value)}, math.MaxInt}}
	}
	var c clause
	for _, g := range s.v.Grams("customer."+o.field, o.value, gramSize(o.field)) {
		c = append(c, atom{`customer_gram x WHERE x.gram = ?`, []any{g}, math.MaxInt})
	}
	return c
}

// count asks for the sizes of all atoms at once.
func count(ctx context.Context, tx *db.Tx, c clause) error {
	if len(c) == 0 {
		return nil
	}
	var q []string
	var args []any
	for i, a := range c {
		q = append(q, fmt.Sprintf(`SELECT %d AS i, count(*) AS n FROM (SELECT 1 FROM %s LIMIT %d) y`, i, a.from, maxCounted))
		args = append(args, a.args...)
	}
	var rows []struct{ I, N int }
	if err := tx.Select(ctx, &rows, strings.Join(q, ` UNION ALL `), args...); err != nil {
		return fmt.Errorf("count candidates: %w", err)
	}
	for _, r := range rows {
		c[r.I].n = r.N
	}
	return nil
}

// statement walks the rarest atom in order of customer number and asks for the others one by
// one, so that it can stop at maxOpened without having seen the rest. A comparison with a
// scalar subquery, and not EXISTS, keeps PostgreSQL from hashing a common atom whole.
func statement(c clause, others [][]clause) (string, []any) {
	var b strings.Builder
	args := slices.Clone(c[0].args)
	b.WriteString(`SELECT d.no FROM ` + strings.NewReplacer(" x ", " d ", "x.", "d.").Replace(c[0].from))
	for _, term := range others { // before the rest of c, which mostly goes with its first atom

		either := make([]string, len(term))
		for i, c := range term {
			either[i] = all(c, &args)
		}
		b.WriteString(` AND (` + strings.Join(either, ` OR `) + `)`)
	}
	if len(c) > 1 {
		b.WriteString(` AND ` + all(c[1:], &args))
	}
	fmt.Fprintf(&b, ` ORDER BY d.no LIMIT %d`, maxOpened)
	return b.String(), args
}

func all(c clause, args *[]any) string {
	each := make([]string, len(c))
	for i, a := range c {
		each[i] = `(SELECT 1 FROM ` + a.from + ` AND x.no = d.no) = 1`
		*args = append(*args, a.args...)
	}
	return `(` + strings.Join(each, ` AND `) + `)`
}
