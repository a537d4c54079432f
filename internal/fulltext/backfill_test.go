package fulltext_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/fulltext"
)

// source gives the texts of the shelf, and fails after so many pages when it is told to.
func (s *shelf) source(pages int) []fulltext.Source {
	return []fulltext.Source{{Kind: fulltext.Note, Read: func(_ context.Context, _ *db.Tx, before string, limit int) (out []fulltext.Text, err error) {
		if pages == 0 {
			return nil, errStopped
		}
		pages--
		for id, t := range s.texts {
			if id < before {
				out = append(out, t)
			}
		}
		slices.SortFunc(out, func(a, b fulltext.Text) int { return strings.Compare(b.ID, a.ID) })
		return out[:min(limit, len(out))], nil
	}}}
}

var errStopped = errors.New("the machine stopped")

func (s *shelf) ready() (ok bool) {
	s.must(s.d.View(s.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		ok, err = fulltext.Ready(ctx, tx, 1)
		return err
	}))
	return ok
}

func TestTextsFromBeforeTheSearchAreTakenIn(t *testing.T) {
	each(t, map[string]func(*testing.T, *shelf){
		"all of them, once, in the order of their age": func(t *testing.T, s *shelf) {
			for i := range 250 {
				s.text(fmt.Sprintf("%03d", i), "出金があった")
			}
			n, err := s.Backfill(t.Context(), s.d, s.source(-1))
			s.must(err)
			if n != 250 || !s.ready() {
				t.Errorf("%d taken in", n)
			}
			if f := s.page("出金", fulltext.Page{Limit: 2}); f.Hits[0].ID != "249" || f.Hits[1].ID != "248" {
				t.Errorf("%+v", f)
			}
			n, err = s.Backfill(t.Context(), s.d, s.source(0))
			s.must(err)
			if n != 0 {
				t.Errorf("%d taken in twice", n)
			}
		},
		"one that was stopped goes on where it was": func(t *testing.T, s *shelf) {
			for i := range 250 {
				s.text(fmt.Sprintf("%03d", i), "出金があった")
			}
			first, err := s.Backfill(t.Context(), s.d, s.source(1))
			if !errors.Is(err, errStopped) || first != 100 || s.ready() {
				t.Fatalf("%d, %v", first, err)
			}
			rest, err := s.Backfill(t.Context(), s.d, s.source(-1))
			s.must(err)
			if rest != 150 || !s.ready() || s.count(`SELECT count(*) FROM text_doc`) != 250 {
				t.Errorf("%d taken in", rest)
			}
		},
		"what was written meanwhile stays as its writer put it": func(t *testing.T, s *shelf) {
			s.put("a", "送金があった")
			s.texts["a"] = fulltext.Text{Kind: fulltext.Note, ID: "a", Subject: "customer:a", At: s.d.Now(), Parts: []string{"出金があった"}} // as an older snapshot has it
			_, err := s.Backfill(t.Context(), s.d, s.source(-1))
			s.must(err)
			if s.texts["a"] = s.text("a", "送金があった"); len(s.page("送金", fulltext.Page{}).Hits) != 1 {
				t.Error("the newer words are gone")
			}
		},
		"texts of another folding are taken in anew": func(t *testing.T, s *shelf) {
			s.put("a", "出金")
			s.update(func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE text_doc SET version = 0`)
				return err
			})
			s.texts["a"] = s.text("a", "送金")
			_, err := s.Backfill(t.Context(), s.d, s.source(-1))
			s.must(err)
			s.finds("送金", "a")
			s.finds("出金")
		},
		"of an erased subject nothing": func(t *testing.T, s *shelf) {
			s.text("a", "出金")
			s.update(func(ctx context.Context, tx *db.Tx) error { return s.vault.Erase(ctx, tx, "customer:a") })
			n, err := s.Backfill(t.Context(), s.d, s.source(-1))
			s.must(err)
			if n != 0 || s.count(`SELECT count(*) FROM text_gram`) != 0 {
				t.Errorf("%d taken in", n)
			}
		},
	})
}
