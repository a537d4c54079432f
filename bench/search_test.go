package bench

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/cases"
	"tasuke/internal/db"
	"tasuke/internal/fulltext"
	"tasuke/internal/vault"
)

// searched is how many cases the search is measured at, each with an entry of its contact log.
const searched = 100_000

// TestBenchSearch looks for words in 100,000 entries of contact logs, as an operator who may read
// every kind of text: the whole page over HTTP, with the entry of the access trail. The entries are
// written by SQL and taken in by the product's own backfill. The floors are the empty search page,
// and the page of a case, which commits one entry of the access trail as a search with hits does.
func TestBenchSearch(t *testing.T) {
	wanted(t)
	for _, dialect := range dialects() {
		t.Run(string(dialect), func(t *testing.T) {
			p := newPlace(t, dialect)
			p.importCustomers(t)
			p.cases(t, 0, searched/registered)
			p.noted(t)
			s := launch(t, p.args("serve", "--addr", "127.0.0.1:0")...)
			defer s.stop(t)
			u := s.signedIn(t, "op", password, 1)
			floor := p.askMany(t, s, u, "floor: the empty search page", http.MethodGet, "/search", nil, "", 0)
			p.askMany(t, s, u, "floor: a case, with its entry of the access trail", http.MethodGet, "/cases/"+incidentID(0)[:23]+"-1", nil, "", floor)
			for _, q := range []struct{ name, words, mark string }{
				{"a common word of two characters", "出金", "出金"},
				{"a common fragment", "身に覚えのない出金", "身に覚えのない出金"},
				{"two common words", "出金 口座", "口座"},
				{"a rare word (10 texts)", "渋谷", "渋谷"},
				{"a rare fragment (10 texts)", "渋谷支店の窓口", "渋谷支店の窓口"},
				{"no hit", "競馬", ""},
				{"no hit, of pairs that are all common", "口座の出金先の確認の連絡", ""},
			} {
				p.askMany(t, s, u, "search "+q.name, http.MethodPost, "/search", url.Values{"q": {q.words}}, q.mark, floor)
			}
			figure(t, fmt.Sprintf("%s memory after the searches", dialect), "%.0f MB", s.memory(t, "VmRSS"))
		})
	}
}

// askMany fetches a page and gives the median.
func (p place) askMany(t *testing.T, s *server, u *user, what, method, path string, form url.Values, mark string, floor time.Duration) time.Duration {
	t.Helper()
	var times timings
	var worked time.Duration
	for i := range looks + 10 {
		if i == 10 {
			worked = s.cpu(t)
		}
		start := time.Now()
		res, body, err := u.ask(method, path, form)
		took := time.Since(start)
		must(t, err)
		if res.StatusCode != http.StatusOK || (mark != "") != bytes.Contains(body, []byte("<mark>"+mark+"</mark>")) {
			t.Fatalf("%s answered %s:\n%.1500s", what, res.Status, body)
		}
		if i >= 10 { // the first ones warm caches up
			times = append(times, took)
		}
	}
	slices.Sort(times)
	worked = (s.cpu(t) - worked) / looks // what it costs whatever else the machine does
	beside := ""
	if floor > 0 {
		beside = fmt.Sprintf("  %.1fx of the floor", float64(times.at(.5))/float64(floor))
	}
	figure(t, fmt.Sprintf("%s %s, %d cases", p.dialect, what, searched), "p50 %s  p99 %s  processor %s%s", ms(times.at(.5)), ms(times.at(.99)), ms(worked), beside)
	return times.at(.5)
}

// noted writes an entry of the contact log for every case and takes them into the search.
func (p place) noted(t *testing.T) {
	t.Helper()
	ring, err := vault.LoadKeys(p.keys)
	must(t, err)
	v, err := vault.New(ring)
	must(t, err)
	p.change(t, func(d *db.DB) error {
		letters, err := logs(t.Context(), d, v)
		if err != nil {
			return err
		}
		before, start := size(t, d), time.Now()
		n, err := fulltext.New(v).Backfill(t.Context(), d, cases.NewStore(d, v, nil, nil, nil).Texts())
		if err != nil {
			return err
		}
		took := time.Since(start)
		var grams int64
		must(t, d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Get(ctx, &grams, `SELECT count(*) FROM text_gram`)
		}))
		if n != searched {
			t.Errorf("%d texts taken in, want %d", n, searched)
		}
		figure(t, fmt.Sprintf("%s old texts taken into the search", p.dialect), "%.0f/s", float64(n)/took.Seconds())
		figure(t, fmt.Sprintf("%s search index", p.dialect), "%d bytes a text of %d characters (%d grams)", (size(t, d)-before)/int64(n), letters/n, grams/int64(n))
		if d.Dialect == db.Postgres {
			_, err = d.Writer().Exec(`ANALYZE`)
		}
		return err
	})
}

// size is what the database takes.
func size(t *testing.T, d *db.DB) (n int64) {
	t.Helper()
	q := `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`
	if d.Dialect == db.Postgres {
		q = `SELECT pg_total_relation_size('text_gram') + pg_total_relation_size('text_doc')`
	}
	must(t, d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, q) }))
	return n
}

// logs writes the entries and gives how many characters they have.
func logs(ctx context.Context, d *db.DB, v *vault.Vault) (letters int, err error) {
	draw := rand.New(rand.NewPCG(7, 7))
	for last, at := "", 0; ; {
		var rows []struct {
			ID         string     `db:"id"`
			CustomerID string     `db:"customer_id"`
			OpenedAt   db.Instant `db:"opened_at"`
		}
		if err := d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.Select(ctx, &rows, `SELECT id, customer_id, opened_at FROM victim_case WHERE id > ? ORDER BY id LIMIT 1000`, last); err != nil {
				return err
			}
			for part := range slices.Chunk(rows, 100) {
				args := make([]any, 0, 4*len(part))
				for _, c := range part {
					text := entry(draw, at)
					letters, at = letters+len([]rune(text)), at+1
					id := "n" + c.ID
					sealed, err := v.SealText(ctx, tx, "customer:"+c.CustomerID, vault.Place{Table: "case_note", Column: "text", Row: id}, text)
					if err != nil {
						return err
					}
					args = append(args, id, c.ID, c.OpenedAt, sealed, c.OpenedAt)
				}
				if _, err := tx.Exec(ctx, `INSERT INTO case_note (id, case_id, at, direction, medium, counterparty, result, text, due_at, by_id, by_name, written_at) VALUES `+
					strings.Repeat(`(?, ?, ?, 'in', 'phone', 'customer', 'talked', ?, 0, 'system:bench', 'bench', ?), `, len(part)-1)+`(?, ?, ?, 'in', 'phone', 'customer', 'talked', ?, 0, 'system:bench', 'bench', ?)`, args...); err != nil {
					return err
				}
			}
			return nil
		}); err != nil || len(rows) == 0 {
			return letters, err
		}
		last = rows[len(rows)-1].ID
	}
}

// entry makes up an entry; every 10,000th names a branch that no other does.
func entry(draw *rand.Rand, n int) string {
	pick := func(list []string) string { return list[draw.IntN(len(list))] }
	text := pick(openings) + pick(harms) + pick(doings) + fmt.Sprintf("金額は%d円。", draw.IntN(3_000_000)) + pick(endings)
	if n%10_000 == 0 {
		text += "渋谷支店の窓口でも相談済み。"
	}
	return text
}

var (
	openings = strings.Fields("朝、通知に気付いた。 昨夜メールで知った。 家族から言われて残高を見た。 偽のSMSのリンクを開いた記憶がある。 税務署を名乗る連絡のあと様子がおかしい。 アプリに入れなくなった。")
	harms    = strings.Fields("身に覚えのない出金がある。 知らない銘柄を買われている。 口座の登録先が変わっている。 保有株がすべて売却された。 出金先口座に覚えのない銀行がある。 身に覚えのない出金と口座の変更がある。")
	doings   = strings.Fields("保護ロックを案内し本人確認を完了。 折返しの連絡を約束した。 警察への相談を勧めた。 銀行への凍結依頼を準備する。 取引履歴の写しを送付する。")
	endings  = strings.Fields("補償の可否は答えていない。 明日午後に担当から連絡。 資料の郵送を希望。 英語での説明を希望。 再発防止の手順を案内済み。")
)
