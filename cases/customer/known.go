package customer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tasuke/internal/db"
	"tasuke/internal/text"
)

// The fields that Holds can be asked for.
const (
	FieldName    = byName
	FieldKana    = byKana
	FieldBirth   = byBirth
	FieldPhone   = byPhone
	FieldMail    = byMail
	FieldAccount = byAccount
	FieldRef     = byRef
)

const (
	// perQuestion is how many hashes one statement asks for.
	perQuestion = 500
	// maxOpenedAtOnce bounds what one text can make the register open.
	maxOpenedAtOnce = 1000
)

// Names are the two names of a customer as registered.
type Names struct{ Name, Kana string }

// Holds tells which whole values of a field the register has, and the register numbers of their
// customers. Values are folded as the field is (text.Name, text.Kana, …; dates as 1980-01-02; customer
// numbers as they are). It compares keyed hashes and opens nobody.
func (s *Store) Holds(ctx context.Context, tx *db.Tx, field string, values []string) (map[string][]int64, error) {
	out := map[string][]int64{}
	for part := range slices.Chunk(values, perQuestion) {
		if err := s.holds(ctx, tx, field, part, out); err != nil {
			return nil, fmt.Errorf("look %ss up: %w", field, err)
		}
	}
	return out, nil
}

func (s *Store) holds(ctx context.Context, tx *db.Tx, field string, values []string, out map[string][]int64) error {
	if field == byRef {
		var rows []struct {
			Ref string
			No  int64
		}
		if err := tx.SelectIn(ctx, &rows, `SELECT ref, no FROM customer WHERE ref IN (?)`, values); err != nil {
			return err
		}
		for _, r := range rows {
			out[r.Ref] = append(out[r.Ref], r.No)
		}
		return nil
	}
	of, hashes := make(map[string]string, len(values)), make([][]byte, len(values))
	for i, v := range values {
		hashes[i] = s.v.Blind("customer."+field, v)
		of[string(hashes[i])] = v
	}
	var rows []struct {
		Hash []byte
		No   int64
	}
	if err := tx.SelectIn(ctx, &rows, `SELECT hash, no FROM customer_blind WHERE field = ? AND hash IN (?)`, field, hashes); err != nil {
		return err
	}
	for _, r := range rows {
		v := of[string(r.Hash)]
		out[v] = append(out[v], r.No)
	}
	return nil
}

// HoldsRuns tells which runs of two characters some name or kana of the register has; a run of
// "^" and one character asks for a beginning.
func (s *Store) HoldsRuns(ctx context.Context, tx *db.Tx, field string, runs []string) (map[string]bool, error) {
	if err := noJIT(ctx, tx); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for part := range slices.Chunk(runs, perQuestion) {
		of, args := make(map[string]string, len(part)), make([]any, 0, len(part))
		for _, r := range part {
			for _, g := range s.v.Grams("customer."+field, r, gramSize(field)) {
				of[string(g)] = r
				args = append(args, g)
			}
		}
		if len(args) == 0 {
			continue
		}
		var found [][]byte
		if err := tx.Select(ctx, &found, runsStatement(tx.Dialect, len(args)), args...); err != nil {
			return nil, fmt.Errorf("look runs of %ss up: %w", field, err)
		}
		for _, g := range found {
			out[of[string(g)]] = true
		}
	}
	return out, nil
}

// runsStatement asks for one row of each run, since a common run has thousands.
func runsStatement(d db.Dialect, n int) string {
	value := `(?)`
	if d == db.Postgres {
		value = `(CAST(? AS BYTEA))`
	}
	return `WITH asked (gram) AS (VALUES ` + value + strings.Repeat(`, `+value, n-1) + `)
		SELECT gram FROM asked WHERE (SELECT 1 FROM customer_gram x WHERE x.gram = asked.gram LIMIT 1) = 1`
}

// AccountsEnding gives the register numbers of customers with an account number that ends so
// (text.Account). It opens the few that share the runs of the ending, to be sure.
func (s *Store) AccountsEnding(ctx context.Context, tx *db.Tx, ending string) (nos []int64, err error) {
	ask := []term{{{byAccount, ending + tail, false}}}
	candidates, _, err := s.search(ctx, tx, ask)
	if err != nil {
		return nil, err
	}
	cs, numbers, err := s.numbered(ctx, tx, candidates)
	for i, c := range cs {
		if slices.ContainsFunc(c.Accounts, func(a Account) bool { return strings.HasSuffix(text.Account(a.Number), ending) }) {
			nos = append(nos, numbers[i])
		}
	}
	return nos, err
}

// NamesOf opens customers, at most 1,000, and gives their names by register number. Whoever calls
// it shows nobody more than what that person typed.
func (s *Store) NamesOf(ctx context.Context, tx *db.Tx, nos []int64) (map[int64]Names, error) {
	cs, numbers, err := s.numbered(ctx, tx, nos[:min(len(nos), maxOpenedAtOnce)])
	out := make(map[int64]Names, len(cs))
	for i, c := range cs {
		out[numbers[i]] = Names{c.Name, c.Kana}
	}
	return out, err
}

// numbered opens customers by their register numbers and leaves erased ones out.
func (s *Store) numbered(ctx context.Context, tx *db.Tx, nos []int64) (cs []Customer, numbers []int64, err error) {
	for part := range slices.Chunk(nos, perQuestion) {
		var rows []record
		if err := tx.SelectIn(ctx, &rows, `SELECT `+recordColumns+` FROM customer WHERE erased_at IS NULL AND no IN (?) ORDER BY no`, part); err != nil {
			return nil, nil, fmt.Errorf("read customers: %w", err)
		}
		opened, err := s.openAll(ctx, tx, rows)
		if err != nil {
			return nil, nil, err
		}
		for _, r := range rows {
			numbers = append(numbers, r.No)
		}
		cs = append(cs, opened...)
	}
	return cs, numbers, nil
}
