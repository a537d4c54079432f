package fulltext

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"tasuke/internal/db"
)

// scan walks through the numbers of the rarest gram, the newest first, and keeps those that every
// other gram has as well. How long it takes hangs on the rarest gram and is bounded for each step.
type scan struct {
	tx     *db.Tx
	rarest gram
	others []gram
	before int64 // the walk goes on behind this number
	looked int   // numbers of the rarest gram so far
	over   bool
}

// begin finds the rarest gram. A gram that stands in no text ends the search before it begins.
func (s *scan) begin(ctx context.Context, grams []gram) error {
	if s.before == 0 {
		s.before = math.MaxInt64
	}
	if len(grams) == 1 {
		s.rarest = grams[0]
		return nil
	}
	counts, err := s.counts(ctx, grams)
	if err != nil {
		return err
	}
	least := slices.Min(counts)
	s.rarest, s.over = grams[slices.Index(counts, least)], least == 0
	s.others = slices.DeleteFunc(grams, func(g gram) bool { return g == s.rarest })
	return nil
}

// counts says for each gram how many texts have it, as far as it is rare, in one statement.
func (s *scan) counts(ctx context.Context, grams []gram) ([]int, error) {
	parts, args := make([]string, len(grams)), []any{}
	for i, g := range grams {
		parts[i] = fmt.Sprintf(`SELECT %d AS i, count(*) AS n FROM (SELECT 1 AS one FROM text_gram WHERE gram = ? AND no < ? LIMIT %d) AS counted`, i, rare)
		args = append(args, g, s.before)
	}
	var n []int
	if err := s.tx.Select(ctx, &n, `SELECT n FROM (`+strings.Join(parts, ` UNION ALL `)+`) AS counts ORDER BY i`, args...); err != nil {
		return nil, fmt.Errorf("count the texts of grams: %w", err)
	}
	return n, nil
}

// next gives the next candidates, which may be none, and says when there are no more. The first
// steps are short: mostly a page is full then.
func (s *scan) next(ctx context.Context) ([]int64, error) {
	step := min(64+3*s.looked, 256)
	var nos []int64
	if err := s.tx.Select(ctx, &nos, `SELECT no FROM text_gram WHERE gram = ? AND no < ? ORDER BY no DESC LIMIT ?`, s.rarest, s.before, step); err != nil {
		return nil, fmt.Errorf("read the texts of a gram: %w", err)
	}
	s.looked += len(nos)
	if s.over = len(nos) < step; len(nos) == 0 {
		return nil, nil
	}
	s.before = nos[len(nos)-1]
	for _, g := range s.others {
		var left []int64
		if err := s.tx.SelectIn(ctx, &left, `SELECT no FROM text_gram WHERE gram = ? AND no IN (?) ORDER BY no DESC`, g, nos); err != nil {
			return nil, fmt.Errorf("compare the texts of a gram: %w", err)
		}
		if nos = left; len(nos) == 0 {
			return nil, nil
		}
	}
	return nos, nil
}
