package leak_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"tasuke/cases/customer"
	"tasuke/cases/customer/leak"
	"tasuke/cases/customer/leak/plant"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault/vaulttest"
)

const (
	seeds        = 100
	textsPerSeed = 5
	cleanTexts   = 300
	mostFalse    = 6 // 2 % of them
)

type fixture struct {
	d     *db.DB
	guard *leak.Guard
	t     testing.TB
}

func with(t testing.TB, d *db.DB, csv string) *fixture {
	t.Helper()
	store := customer.NewStore(d, vaulttest.New(t))
	rep, err := store.Import(t.Context(), actor.System("import"), strings.NewReader(csv), customer.DefaultMapping(), customer.Options{
		Rejected: func(r customer.Rejected) error { t.Errorf("%+v", r); return nil },
	})
	if err != nil || rep.New == 0 {
		t.Fatalf("%+v %v", rep, err)
	}
	return &fixture{d, leak.New(store), t}
}

func (f *fixture) check(text string, o leak.Options) (found []leak.Finding) {
	f.t.Helper()
	if err := f.d.View(f.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		found, err = f.guard.Check(ctx, tx, text, o)
		return err
	}); err != nil {
		f.t.Fatal(err)
	}
	return found
}

func TestEverythingPlantedIsCaughtAndCleanTextsPass(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		people := plant.Register(rand.New(rand.NewPCG(4, 2026)), 400)
		f := with(t, d, plant.CSV(people))
		planted, missed := map[string]int{}, map[string]int{}
		for seed := range seeds {
			r := rand.New(rand.NewPCG(uint64(seed), 77))
			for range textsPerSeed {
				text, all := plant.Leaky(r, people)
				found := f.check(text, leak.Options{Allow: plant.House})
				for _, p := range all {
					planted[p.Kind]++
					if !covers(found, p) {
						missed[p.Kind]++
						t.Errorf("seed %d: the %s %q is not found in %q: %v", seed, p.Kind, p.Value, text[max(0, p.From-40):min(len(text), p.To+40)], found)
					}
				}
			}
		}
		t.Logf("planted %v, missed %v", planted, missed)
		f.cleanPass()
	})
}

func (f *fixture) cleanPass() {
	f.t.Helper()
	r, wrong := rand.New(rand.NewPCG(9, 9)), 0
	for range cleanTexts {
		text := plant.Clean(r, 400)
		if found := f.check(text, leak.Options{Allow: plant.House}); len(found) > 0 {
			wrong++
			for _, x := range found {
				f.t.Logf("false alarm: %s %q in %q", x.Kind, text[x.From:x.To], text[max(0, x.From-30):min(len(text), x.To+30)])
			}
		}
	}
	f.t.Logf("false alarms on %d of %d clean texts", wrong, cleanTexts)
	if wrong > mostFalse {
		f.t.Errorf("%d of %d clean texts are refused", wrong, cleanTexts)
	}
}

// covers: the finding marks at least all of what was planted, apart from signs at its ends.
func covers(found []leak.Finding, p plant.Planted) bool {
	for _, f := range found {
		if string(f.Kind) == p.Kind && f.From <= p.From+len("mailto:") && f.From <= p.To && f.To > p.From+(p.To-p.From)/2 && f.To <= p.To+3 {
			return true
		}
	}
	return false
}

const few = "顧客番号,氏名,氏名カナ,生年月日,電話番号,メール,住所,口座番号,区分\n" +
	"C001,髙橋　花子,タカハシ ハナコ,1980-01-02,03-1111-2222,hanako@example.jp,東京都千代田区1-1,101-1234567,個人\n" +
	"C002,石川　進,イシカワ ススム,1975-05-05,06-6000-0001,,,102-2345678,個人\n" +
	"C003,林　学,ハヤシ マナブ,,045-000-0002,,,103-3456789,個人\n" +
	"C004,John Smith,ジョン スミス,1970-06-15,,,,104-4567890,個人\n" +
	"C005,株式会社助ヶ原商会,カ）スケガハラショウカイ,,,info@suke.example,,105-5678901,法人\n" +
	"C006,佐々木　ヴァレリー,ササキ ヴァレリー,,,,,106-6789012,個人\n" +
	"C007,和泉　元春,イズミ モトハル,,,,,7654321;203011377,個人\n"

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*testing.T, *fixture){
		"a text that is too long is a fault of the field": func(t *testing.T, f *fixture) {
			err := f.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := f.guard.Check(ctx, tx, strings.Repeat("あ", leak.MaxText+1), leak.Options{})
				return err
			})
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%v", err)
			}
		},
		"what is a customer's is found, marked and masked": func(t *testing.T, f *fixture) {
			for text, want := range map[string]string{
				"本日、高橋花子様より": "name 高橋花子 高＊＊", "髙𣘺 花\u200b子。": "name 髙𣘺 花\u200b子 髙＊＊", "ﾀｶﾊｼ ﾊﾅｺ": "kana ﾀｶﾊｼ ﾊﾅｺ ﾀ＊＊", "たかはしはなこさん": "kana たかはしはなこ た＊＊",
				"(03)1111-2222へ": "phone (03)1111-2222 ＊＊2222", "Hanako@Example.JP.": "mail Hanako@Example.JP h＊＊@example.jp", "１０１−１２３４５６７": "account １０１−１２３４５６７ ＊＊4567",
				"口座番号1234567": "account 1234567 ＊＊4567", "髙橋様（昭和55年1月2日生）": "birth_date 昭和55年1月2日 ＊＊", "石川進名義": "name 石川進 石＊＊", "担当は林学様": "name 林学 林＊＊",
				"Smith, John called": "name Smith, John S＊＊", "㈱助ヶ原商会より": "name 助ヶ原商会 助＊＊", "ササキヴァレリー": "kana ササキヴァレリー サ＊＊", "ｻｻｷ ｳﾞｱﾚﾘｰ様": "kana ｻｻｷ ｳﾞｱﾚﾘｰ ｻ＊＊",
				"Mr. Hanako TAKAHASHI called": "name Hanako TAKAHASHI H＊＊", "Takahashi, Hanako": "name Takahashi, Hanako T＊＊",
				"口座7654321を": "account 7654321 ＊＊4321", "スケカ゛ハラシヨウカイより": "kana スケカ゛ハラシヨウカイ ス＊＊", "Agency.hanako@example.jp": "mail hanako@example.jp h＊＊@example.jp",
				"4111 1111 1111 1111": "card 4111 1111 1111 1111 ＊＊1111", "個人番号1234 5678 9018です": "my_number 1234 5678 9018 ＊＊", "S.Hanako Takahashi様": "name Hanako Takahashi H＊＊", "Itoh Izumi Motoharu": "name Izumi Motoharu I＊＊",
				"顧客番号 c001 の": "ref c001 ＊＊", "https://x.example/login": "sign_in https://x.example/login x.example", "4111-1111-1111-1111": "card 4111-1111-1111-1111 ＊＊1111",
				"090-0000-0000": "phone 090-0000-0000 ＊＊0000", "〒100-0001": "address 〒100-0001 ＊＊", "神奈川県横浜市西区みなとみらい2丁目3番4号 2025年": "address 神奈川県横浜市西区みなとみらい2丁目3番4号 ＊＊",
			} {
				found := f.check(text, leak.Options{})
				if len(found) != 1 {
					t.Errorf("%q: %+v", text, found)
					continue
				}
				if got := string(found[0].Kind) + " " + text[found[0].From:found[0].To] + " " + found[0].Masked; got != want {
					t.Errorf("%q gives %q, want %q", text, got, want)
				}
			}
		},
		"what only looks like a customer's is left alone": func(t *testing.T, f *fixture) {
			for _, text := range []string{
				"", "石川進出", "森林学の本", "若林学園", "1234567円", "2345678株", "¥1234567", "1980年1月2日の市況", "192.0.2.101", "101:12:34567", "smith johnson", "高橋様", "花子", "To Me", "hana taka", "7654321円", "7654321株", "$7654321", "203.0.113.77", "4111-1111-1111-1112", "1234 5678 9019", "東京子会社", "CASE-2026-001234", "文書番号 NTC-2026-0002　2026年11月24日",
				"202611231425", "1763900000000000", "https://www.hinata.example/news/", "不正ログインがありました。 https://www.hinata.example/notice", "login.log", "東京都千代田区の支店", "市場1-3月期",
			} {
				if found := f.check(text, leak.Options{}); len(found) > 0 {
					t.Errorf("%q: %+v", text, found)
				}
			}
		},
		"what the firm may say stands, also in other spellings": func(t *testing.T, f *fixture) {
			o := leak.Options{Allow: []string{"髙橋 花子", "03-1111-2222"}, Without: []leak.Kind{leak.SignIn}}
			if found := f.check("高橋花子 （03）1111−2222 https://x.example/login", o); len(found) > 1 {
				t.Errorf("%+v", found)
			}
			if found := f.check("hanako@example.jp", o); len(found) != 1 || !found[0].Registered {
				t.Errorf("%+v", found)
			}
		},
		"the firm's own host is a place to sign in": func(t *testing.T, f *fixture) {
			if found := f.check("https://trade.hinata.example/top", leak.Options{SignInHosts: []string{"hinata.example"}}); len(found) != 1 || found[0].Kind != leak.SignIn {
				t.Errorf("%+v", found)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, with(t, d, few)) })
		})
	}
}

func TestARefusalCountsWhatWasFound(t *testing.T) {
	t.Parallel()
	if leak.Refuse(nil) != nil {
		t.Error("a clean text is refused")
	}
	if err := leak.Refuse([]leak.Finding{{}}); !fault.Is(err, fault.Refused) {
		t.Errorf("%v", err)
	}
}

func TestALongTextOfOneSyllableIsCheckedLikeAnyOther(t *testing.T) {
	t.Parallel()
	f := with(t, dbtest.SQLite(t), few)
	text := strings.Repeat("ササ", 10_000) + "、ササキヴァレリー"
	if found := f.check(text, leak.Options{}); len(found) != 1 || text[found[0].From:] != "ササキヴァレリー" {
		t.Errorf("%+v", found)
	}
}

func BenchmarkCheck2000Characters(b *testing.B) {
	d := dbtest.SQLite(b)
	people := plant.Register(rand.New(rand.NewPCG(4, 2026)), 400)
	f := with(b, d, plant.CSV(people))
	text := plant.Clean(rand.New(rand.NewPCG(1, 1)), 2000)
	for b.Loop() {
		f.check(text, leak.Options{Allow: plant.House})
	}
}
