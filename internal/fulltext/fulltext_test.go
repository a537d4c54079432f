package fulltext_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/fulltext"
	"tasuke/internal/number"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

// shelf is an index with texts that stand for a room's rows.
type shelf struct {
	*fulltext.Index
	t      *testing.T
	d      *db.DB
	vault  *vault.Vault
	clock  *dbtest.ManualClock
	texts  map[string]fulltext.Text
	opened int
}

func newShelf(t *testing.T, d *db.DB) *shelf {
	v := vaulttest.New(t)
	return &shelf{Index: fulltext.New(v), t: t, d: d, vault: v, clock: dbtest.Clock(d, time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)), texts: map[string]fulltext.Text{}}
}

func (s *shelf) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shelf) update(fn func(context.Context, *db.Tx) error) {
	s.t.Helper()
	s.must(s.d.Update(s.t.Context(), fn))
}

func (s *shelf) text(id, words string) fulltext.Text {
	t := fulltext.Text{Kind: fulltext.Note, ID: id, Subject: "customer:" + id, At: s.d.Now(), Parts: []string{words}}
	s.texts[id] = t
	s.clock.Add(time.Minute)
	return t
}

func (s *shelf) put(id, words string) {
	s.t.Helper()
	t := s.text(id, words)
	s.update(func(ctx context.Context, tx *db.Tx) error { return s.Put(ctx, tx, t) })
}

func (s *shelf) read(_ context.Context, _ *db.Tx, ids []string) (map[string][]string, error) {
	out := map[string][]string{}
	for _, id := range ids {
		s.opened++
		if t, ok := s.texts[id]; ok {
			out[id] = t.Parts
		}
	}
	return out, nil
}

func (s *shelf) page(typed string, p fulltext.Page) (f fulltext.Found) {
	s.t.Helper()
	q, err := fulltext.Parse(typed)
	s.must(err)
	s.must(s.d.View(s.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = s.Find(ctx, tx, fulltext.Note, q, p, s.read)
		return err
	}))
	return f
}

// finds fails unless exactly these are found, in this order.
func (s *shelf) finds(typed string, want ...string) {
	s.t.Helper()
	var got []string
	for _, h := range s.page(typed, fulltext.Page{}).Hits {
		got = append(got, h.ID)
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("%s: got %v, want %v", typed, got, want)
	}
}

func (s *shelf) count(query string, args ...any) (n int) {
	s.t.Helper()
	s.must(s.d.View(s.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query, args...) }))
	return n
}

func each(t *testing.T, tests map[string]func(*testing.T, *shelf)) {
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newShelf(t, d)) })
		})
	}
}

func TestWordsAreFound(t *testing.T) {
	each(t, map[string]func(*testing.T, *shelf){
		"two characters inside a sentence": func(_ *testing.T, s *shelf) {
			s.put("a", "昨夜、身に覚えのない出金があった。")
			s.put("b", "口座を開いたのは去年。")
			s.finds("出金", "a")
			s.finds("口座", "b")
			s.finds("送金")
		},
		"the newest text comes first": func(_ *testing.T, s *shelf) {
			s.put("a", "出金")
			s.put("b", "出金")
			s.put("c", "出金")
			s.finds("出金", "c", "b", "a")
		},
		"a longer fragment must stand there as it is": func(_ *testing.T, s *shelf) {
			s.put("a", "出金先口座の変更")
			s.put("b", "口座から出金、先に変更") // has every pair of 出金先, but not in a row
			s.finds("出金先口座", "a")
		},
		"pairs that all occur, apart from each other, are no hit": func(_ *testing.T, s *shelf) {
			s.put("a", "金口と出金と口座")
			s.finds("出金口座")
		},
		"two words stand anywhere, in any order": func(_ *testing.T, s *shelf) {
			s.put("a", "出金があり、口座を止めた")
			s.put("b", "出金があった")
			s.finds("口座　出金", "a")
		},
		"width, case, kana and old kanji do not matter": func(_ *testing.T, s *shelf) {
			s.put("a", "ＳＭＳのﾌｨｯｼﾝｸﾞで、櫻井様の證券口座から賣却された")
			for _, typed := range []string{"sms", "ＳＭＳ", "フィッシング", "ふぃっしんぐ", "ﾌｨｯｼﾝｸﾞ", "桜井", "証券", "売却", "櫻井"} {
				s.finds(typed, "a")
			}
			s.put("b", "sms から 桜井 様の売却")
			s.finds("ＳＭＳ", "b", "a")
			s.finds("賣却", "b", "a")
		},
		"of nothing, of one character and of too much nothing is looked for": func(t *testing.T, _ *shelf) {
			for typed, key := range map[string]string{"": "search.nothing", " 　": "search.nothing", "金": "search.short", "金 、a": "search.short", strings.Repeat("出金", 60): "search.long"} {
				_, err := fulltext.Parse(typed)
				var f *fault.Error
				if !errors.As(err, &f) || f.Fields["q"] != key {
					t.Errorf("%q: %v", typed, err)
				}
			}
		},
		"one character beside a word narrows": func(_ *testing.T, s *shelf) {
			s.put("a", "出金は夜")
			s.put("b", "出金は朝")
			s.finds("出金 朝", "b")
		},
		"what was found is marked where it stands": func(t *testing.T, s *shelf) {
			s.put("a", strings.Repeat("前", 60)+"ﾌｨｯｼﾝｸﾞで出金された"+strings.Repeat("後", 200))
			got := s.page("フィッシング 出金", fulltext.Page{}).Hits[0].Snippet
			want := []fulltext.Piece{{Text: "…"}, {Text: strings.Repeat("前", 30)}, {Text: "ﾌｨｯｼﾝｸﾞ", Hit: true}, {Text: "で"}, {Text: "出金", Hit: true}}
			if len(got) != 7 || !slices.Equal(got[:5], want) || got[6].Text != "…" {
				t.Errorf("%+v", got)
			}
		},
		"pages follow each other without a gap": func(t *testing.T, s *shelf) {
			for i := range 7 {
				s.put(fmt.Sprint(i), "出金")
			}
			var got []string
			var p fulltext.Page
			for p.Limit = 3; ; {
				f := s.page("出金", p)
				for _, h := range f.Hits {
					got = append(got, h.ID)
				}
				if p.After = f.Next; f.Next == 0 {
					break
				}
			}
			if strings.Join(got, "") != "6543210" {
				t.Error(got)
			}
		},
		"a search that would open too many texts stops, says so, and goes on": func(t *testing.T, s *shelf) {
			s.put("first", "金口と出金と口座、出金口座")
			for i := range 230 {
				s.put(fmt.Sprint(i), "金口と出金と口座") // every pair, never in a row
			}
			f := s.page("出金口座", fulltext.Page{})
			if !f.Unfinished || f.Next == 0 || len(f.Hits) != 0 || s.opened > 220 {
				t.Fatalf("%+v, %d opened", f, s.opened)
			}
			if f = s.page("出金口座", fulltext.Page{After: f.Next}); f.Unfinished || len(f.Hits) != 1 {
				t.Fatalf("%+v", f)
			}
		},
		"another kind of text is another search": func(t *testing.T, s *shelf) {
			s.put("a", "出金")
			q, err := fulltext.Parse("出金")
			s.must(err)
			s.must(s.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				f, err := s.Find(ctx, tx, fulltext.Case, q, fulltext.Page{}, s.read)
				if len(f.Hits) > 0 || s.opened > 0 {
					t.Errorf("%+v", f)
				}
				return err
			}))
		},
		"nothing that was written stands in the tables": func(t *testing.T, s *shelf) {
			s.put("a", "出金")
			var grams []int64
			s.must(s.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return tx.Select(ctx, &grams, `SELECT gram FROM text_gram`)
			}))
			other := newShelf(t, s.d)
			other.put("b", "出金")
			if len(grams) != 1 || other.count(`SELECT count(*) FROM text_gram`) != 2 || other.count(`SELECT count(DISTINCT gram) FROM text_gram`) != 2 {
				t.Error("a gram does not hang on the key")
			}
		},
	})
}

func TestWhatIsWrittenLaterCounts(t *testing.T) {
	each(t, map[string]func(*testing.T, *shelf){
		"an edit is found by its new words and not by its old ones": func(t *testing.T, s *shelf) {
			s.put("a", "出金があった。明日連絡する。")
			s.put("a", "送金があった。明日連絡する。")
			s.finds("出金")
			s.finds("送金", "a")
			s.finds("連絡", "a")
			if n := s.count(`SELECT count(*) FROM text_gram`); n != 10 {
				t.Errorf("%d grams", n)
			}
		},
		"a text without words leaves nothing behind": func(t *testing.T, s *shelf) {
			s.put("a", "出金")
			s.put("a", "")
			s.put("b", "。 、")
			if s.count(`SELECT count(*) FROM text_gram`)+s.count(`SELECT count(*) FROM text_doc`) != 0 {
				t.Error("something is left")
			}
		},
		"an erased subject leaves nothing behind and takes nothing in": func(t *testing.T, s *shelf) {
			s.put("a", "出金があった")
			s.put("b", "出金があった")
			s.update(func(ctx context.Context, tx *db.Tx) error {
				return errors.Join(s.vault.Erase(ctx, tx, "customer:a"), s.Forget(ctx, tx, "customer:a"))
			})
			s.finds("出金", "b")
			s.put("a", "出金がまたあった")
			s.finds("出金", "b")
			if n := s.count(`SELECT count(*) FROM text_doc WHERE ref = 'a'`); n != 0 {
				t.Error("a text of an erased subject was taken in")
			}
		},
		"what is rolled back is not found": func(_ *testing.T, s *shelf) {
			one := s.text("a", "出金")
			err := s.d.Update(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return errors.Join(s.Put(ctx, tx, one), errors.New("no"))
			})
			if err == nil {
				s.t.Fatal("kept")
			}
			s.finds("出金")
		},
	})
}

// On PostgreSQL somebody writes a text of a customer while another person has him erased: whoever
// comes second waits for the first, and no gram is left.
func TestErasingWaitsForWhoIsWriting(t *testing.T) {
	t.Parallel()
	s := newShelf(t, dbtest.Postgres(t))
	s.put("a", "出金")
	s.update(func(ctx context.Context, tx *db.Tx) error { _, err := s.vault.Key(ctx, tx, "customer:a"); return err })
	more := fulltext.Text{Kind: fulltext.Note, ID: "a2", Subject: "customer:a", At: s.d.Now(), Parts: []string{"送金"}}
	erased := make(chan error, 1)
	s.update(func(ctx context.Context, tx *db.Tx) error {
		if err := s.Put(ctx, tx, more); err != nil {
			return err
		}
		started := make(chan struct{})
		go func() {
			erased <- s.d.Update(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *db.Tx) error {
				close(started)
				return errors.Join(s.vault.Erase(ctx, tx, "customer:a"), s.Forget(ctx, tx, "customer:a"))
			})
		}()
		<-started
		return nil
	})
	s.must(<-erased)
	if n := s.count(`SELECT count(*) FROM text_gram`); n != 0 {
		t.Errorf("%d grams of an erased customer", n)
	}
}

// An import writes thousands of texts in one transaction, which has one moment.
func TestThousandsOfTextsOfOneMoment(t *testing.T) {
	t.Parallel()
	s := newShelf(t, dbtest.SQLite(t))
	s.update(func(ctx context.Context, tx *db.Tx) error {
		for i := range 3000 {
			if err := s.Put(ctx, tx, fulltext.Text{Kind: fulltext.Case, ID: fmt.Sprint(i), Subject: "customer:c", At: tx.Now, Parts: []string{"出金"}}); err != nil {
				return err
			}
		}
		return nil
	})
	if n := s.count(`SELECT count(*) FROM text_gram`); n != 3000 {
		t.Errorf("%d of 3000 are found", n)
	}
}

// On PostgreSQL several people write texts of one moment, and draw numbers that one after the other
// may have. Two who draw the same for a text do not wait for each other.
func TestTextsOfOneMomentByManyAtOnce(t *testing.T) {
	t.Parallel()
	s := newShelf(t, dbtest.Postgres(t))
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for n := range 30 {
				if err := s.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					for i := range 4 {
						if err := s.Put(ctx, tx, fulltext.Text{Kind: fulltext.Case, ID: fmt.Sprint(w, n, i), Subject: "customer:c", At: tx.Now, Parts: []string{"出金"}}); err != nil {
							return err
						}
						if _, err := number.Next(ctx, tx, "CASE", tx.Now); err != nil {
							return err
						}
					}
					return nil
				}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	if n := s.count(`SELECT count(*) FROM text_gram`); n != 4*30*4 {
		t.Errorf("%d of %d are found", n, 4*30*4)
	}
}
