package customer

import (
	"context"
	"fmt"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/text"
)

const (
	// maxFound is the most candidates of one search.
	maxFound = 200
	// maxOpened is how many customers one search opens at most to recheck them.
	maxOpened = 600
	openPage  = 60
)

// Found is the answer to a search.
type Found struct {
	Candidates []Candidate
	// More says that there are, or may be, others: ask for a longer fragment.
	More bool
}

// Find gives at most limit customers who have the fragment in a telephone or account number,
// kana, name, birth date, mail address or customer number; see parse for what may be typed. The
// search tables give candidates, which are opened, checked, and given masked; those with exactly
// that value come first. It needs actor.CustomerFind. A fragment that cannot be searched for
// is a field fault on "fragment".
func (s *Store) Find(ctx context.Context, by actor.Actor, fragment string, limit int) (f Found, err error) {
	if err := by.Need(actor.CustomerFind); err != nil {
		return f, err
	}
	terms, err := parse(fragment)
	if err != nil {
		return f, err
	}
	limit = min(max(limit, 1), maxFound)
	err = s.d.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = s.find(ctx, tx, terms, limit)
		return err
	})
	return f, err
}

func (s *Store) find(ctx context.Context, tx *db.Tx, terms []term, limit int) (f Found, err error) {
	seen := map[int64]bool{}
	for _, pass := range [][]term{wholes(terms), terms} {
		if pass == nil {
			continue
		}
		nos, capped, err := s.search(ctx, tx, pass)
		if err != nil {
			return f, err
		}
		nos = slices.DeleteFunc(nos, func(no int64) bool { return seen[no] })
		for _, no := range nos {
			seen[no] = true
		}
		if err := s.recheck(ctx, tx, pass, nos, limit, &f); err != nil {
			return f, err
		}
		f.More = f.More || capped
		if len(f.Candidates) > limit {
			return Found{f.Candidates[:limit], true}, nil
		}
		if pass[0][0].exact && len(f.Candidates) > 0 && isIdentifying(f.Candidates[0].Why) {
			return f, nil
		}
	}
	return f, nil
}

// isIdentifying: who typed a whole telephone number does not want those that contain it.
func isIdentifying(field string) bool {
	return field == byPhone || field == byAccount || field == byMail || field == byRef
}

// wholes asks for exactly the fragment, where it is one word and no piece of a value; nil if
// that is not possible.
func wholes(terms []term) []term {
	if len(terms) != 1 {
		return nil
	}
	var t term
	for _, o := range terms[0] {
		if o.value != "" && o.value[:1] != head && o.value[len(o.value)-1:] != tail {
			t = append(t, option{o.field, o.value, true})
		}
	}
	if t == nil {
		return nil
	}
	return []term{t}
}

// recheck opens candidates page by page until there is one more than limit.
func (s *Store) recheck(ctx context.Context, tx *db.Tx, terms []term, nos []int64, limit int, f *Found) error {
	for page := range slices.Chunk(nos, openPage) {
		if len(f.Candidates) > limit {
			return nil
		}
		var rows []record
		if err := tx.SelectIn(ctx, &rows, `SELECT `+recordColumns+` FROM customer WHERE no IN (?) ORDER BY no`, page); err != nil {
			return fmt.Errorf("read candidates: %w", err)
		}
		cs, err := s.openAll(ctx, tx, rows)
		if err != nil {
			return err
		}
		for _, c := range cs {
			if why, value, ok := match(terms, c); ok {
				f.Candidates = append(f.Candidates, because(c, why, value))
			}
		}
	}
	return nil
}

// because masks a customer and shows the account or number that was found.
func because(c Customer, why, value string) Candidate {
	m := mask(c)
	m.Why = why
	switch why {
	case byPhone:
		m.MaskedPhone = text.MaskPhone(value)
	case byAccount:
		m.MaskedAccount = text.MaskAccount(value)
	}
	return m
}
