package customer_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"tasuke/cases/customer"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault/vaulttest"
)

var (
	families = strings.Fields("佐藤サトウ 鈴木スズキ 髙橋タカハシ 田中タナカ 伊藤イトウ 渡邉ワタナベ 山本ヤマモト 中村ナカムラ 小林コバヤシ 加藤カトウ 吉田ヨシダ 山田ヤマダ 佐々木ササキ 山口ヤマグチ 松本マツモト 井上イノウエ 木村キムラ 林ハヤシ 斎藤サイトウ 清水シミズ")
	givens   = strings.Fields("一郎イチロウ 花子ハナコ 健太ケンタ 美咲ミサキ 大輔ダイスケ 陽子ヨウコ 翔ショウ 恵ケイ 隆タカシ 直美ナオミ 誠マコト 由美ユミ 浩二コウジ")
)

// people writes n made-up customers.
func people(n int) string {
	var b strings.Builder
	b.WriteString(header)
	cut := func(s string) (string, string) {
		i := strings.IndexFunc(s, func(r rune) bool { return r >= 'ァ' && r <= 'ヶ' })
		return s[:i], s[i:]
	}
	for i := range n {
		x := uint32(i) * 2654435761
		f, fk := cut(families[i%len(families)])
		g, gk := cut(givens[i/7%len(givens)])
		fmt.Fprintf(&b, "C%07d,%s %s,%s %s,19%02d-%02d-%02d,0%d0-%04d-%04d,user%d@example.jp,東京都千代田区丸の内%d丁目,%07d,2015-04-01,個人,\n",
			i, f, g, fk, gk, 40+x%60, 1+x%12, 1+x%28, 7+x%3, x%10000, x/10000%10000, i, 1+x%9, x%10000000)
	}
	return b.String()
}

// size is 20,000 unless TASUKE_BENCH_CUSTOMERS says otherwise.
func size(b *testing.B) int {
	if s := os.Getenv("TASUKE_BENCH_CUSTOMERS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		return n
	}
	return 20_000
}

func on(b *testing.B, f func(*testing.B, *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { f(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) {
		if os.Getenv(dbtest.ServerEnv) == "" {
			b.Skip("no PostgreSQL")
		}
		f(b, dbtest.Postgres(b))
	})
}

func BenchmarkRegister(b *testing.B) {
	n := size(b)
	file := people(n)
	on(b, func(b *testing.B, d *db.DB) {
		s := customer.NewStore(d, vaulttest.New(b))
		load := func(b *testing.B) {
			//lint:ignore SA3001 a second import is another benchmark
			b.N = 1
			if _, err := s.Import(b.Context(), keeper, strings.NewReader(file), customer.DefaultMapping(), customer.Options{}); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "customers/s")
		}
		b.Run("import", func(b *testing.B) { load(b) })
		b.Run("import the same again", func(b *testing.B) { load(b) })
		for _, fragment := range []string{"タカハシ", "髙橋 美咲", "タカハシ ミサキ", "佐", "090", "*5678", "0901234", "03-1234-5678", "タカハシ 1980-01-02", "C0000123", "user77@example.jp"} {
			b.Run("find "+fragment, func(b *testing.B) {
				for b.Loop() {
					if _, err := s.Find(b.Context(), desk, fragment, 20); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	})
}
