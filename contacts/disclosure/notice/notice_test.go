package notice_test

import (
	"context"
	"errors"
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/cases/customer"
	"tasuke/cases/customer/leak"
	"tasuke/cases/customer/leak/plant"
	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault/vaulttest"
)

var update = flag.Bool("update", false, "write the golden files")

var now = time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)

func clean(context.Context, string) ([]notice.Finding, error) { return nil, nil }

func victim(l notice.Language) notice.Victim {
	v := notice.Victim{
		Language: l, Medium: notice.ByMail, Firm: "ひなた証券株式会社（架空）", No: "NTC-2026-0001", Date: now, Recipient: "髙橋 花子",
		Facts:    []notice.Fact{{At: now.Add(-26 * time.Hour), Event: notice.Login}, {At: now.Add(-25 * time.Hour), Event: notice.Withdrawal, Yen: 1_500_000, Detail: "登録外の出金先"}},
		Measures: []notice.Measure{{At: now.Add(-20 * time.Hour), Text: "口座の取引を停止しました。"}}, Plan: "取引記録の調査を続けます。", Next: now.AddDate(0, 0, 7),
		Desk: notice.Desk{Name: "不正取引対応室", Phone: "000-0000-0110", Hours: "24時間"}, Receipt: "INQ-2026-000012",
	}
	if l == notice.English {
		v.Firm, v.Recipient, v.Facts[1].Detail, v.Plan = "Hinata Securities (fictional)", "Hanako Takahashi", "to an account not registered", "We continue to examine the records."
		v.Measures[0].Text, v.Desk.Name, v.Desk.Hours = "trading on your account was stopped.", "Fraud response desk", "24 hours"
	}
	return v
}

func public(l notice.Language) notice.Public {
	p := notice.Public{
		Language: l, Firm: "ひなた証券株式会社（架空）", No: "PUB-2026-0001", Date: now, Title: "一部のお客様口座における不正ログインについて", Outline: "第三者が一部のお客様の口座に不正にログインしたことを確認しました。",
		Figures: []notice.Figure{
			{Unit: notice.Accounts, Stage: notice.Confirmed, N: 1200, AsOf: now.Add(-time.Hour), Source: "count 7"}, {Unit: notice.Persons, Stage: notice.Confirmed, N: 1187, AsOf: now.Add(-time.Hour), Source: "count 8"},
			{Unit: notice.Yen, Stage: notice.Suspected, N: 45_000_000, AsOf: now.Add(-time.Hour), Source: "count 9"},
		},
		Measures: []notice.Measure{{At: now.Add(-20 * time.Hour), Text: "該当する口座の取引を停止しました。"}},
		Desk:     notice.Desk{Name: "不正取引対応室", Phone: "000-0000-0110", Hours: "24時間"},
	}
	if l == notice.English {
		p.Firm, p.Title, p.Outline = "Hinata Securities (fictional)", "Unauthorised sign-ins to some customer accounts", "We have confirmed that somebody else signed in to the accounts of some of our customers."
		p.Measures[0].Text, p.Desk.Name, p.Desk.Hours, p.Next = "trading on these accounts was stopped.", "Fraud response desk", "24 hours", now.AddDate(0, 0, 3)
	}
	return p
}

func fields(t *testing.T, err error) map[string]string {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		t.Fatalf("%v", err)
	}
	return f.Fields
}

func TestAnEmptyBlankIsNoNotice(t *testing.T) {
	t.Parallel()
	_, _, err := notice.ToVictim(t.Context(), notice.Victim{}, clean)
	if got := slices.Sorted(maps.Keys(fields(t, err))); !slices.Equal(got, []string{"date", "desk.hours", "desk.name", "desk.phone", "facts", "firm", "language", "measures", "medium", "next", "no", "plan", "receipt", "recipient"}) {
		t.Errorf("%v", got)
	}
	_, _, _, err = notice.ToPublic(t.Context(), notice.Public{}, clean)
	if got := slices.Sorted(maps.Keys(fields(t, err))); !slices.Equal(got, []string{"date", "desk.hours", "desk.name", "desk.phone", "figures", "firm", "language", "measures", "no", "outline", "title"}) {
		t.Errorf("%v", got)
	}
}

func TestWhatMustNotBeSaidIsRefusedAtItsBlank(t *testing.T) {
	t.Parallel()
	for words, key := range map[string]string{
		"https://hinata.example/login で確認": "notice.link", "ｗｗｗ．hinata.example": "notice.link", "hinata-sec.co.jp へ": "notice.link", "Open trade.hinata.example/top": "notice.link",
		"損失は全額を補償いたします": "notice.word", "疑わしい取引の届出を行いました": "notice.word", "we will  compensate you": "notice.word", "当社のシステムは絶対に安全です": "notice.word", " ": "notice.blank",
	} {
		v := victim(notice.Japanese)
		v.Plan = words
		_, _, err := notice.ToVictim(t.Context(), v, clean)
		if got := fields(t, err); len(got) != 1 || got["plan"] != key {
			t.Errorf("%q: %v", words, got)
		}
	}
	for _, words := range []string{"補償については個別に判断します。", "安全対策を強化します。", "12.5%の口座", "3.次回", "完了.以上"} {
		v := victim(notice.Japanese)
		v.Plan = words
		if _, _, err := notice.ToVictim(t.Context(), v, clean); err != nil {
			t.Errorf("%q: %v", words, err)
		}
	}
}

func TestFiguresThatDoNotBelongTogetherAreRefused(t *testing.T) {
	t.Parallel()
	for key, change := range map[string]func(*notice.Public){
		"notice.figures.wrong":   func(p *notice.Public) { p.Figures[0].Unit = "kilos" },
		"notice.figures.twice":   func(p *notice.Public) { p.Figures[1].Unit = notice.Accounts },
		"notice.figures.later":   func(p *notice.Public) { p.Figures[0].AsOf = now.Add(time.Minute) },
		"notice.figures.moments": func(p *notice.Public) { p.Figures[1].AsOf = now.Add(-2 * time.Hour) },
	} {
		p := public(notice.Japanese)
		change(&p)
		_, _, _, err := notice.ToPublic(t.Context(), p, clean)
		if got := fields(t, err); got["figures"] != key {
			t.Errorf("%s: %v", key, got)
		}
	}
	for _, change := range []func(*notice.Figure){func(f *notice.Figure) { f.N = -1 }, func(f *notice.Figure) { f.Source = "" }, func(f *notice.Figure) { f.Stage = "" }} {
		p := public(notice.Japanese)
		change(&p.Figures[0])
		_, _, _, err := notice.ToPublic(t.Context(), p, clean)
		if got := fields(t, err); got["figures"] != "notice.figures.wrong" {
			t.Errorf("%v", got)
		}
	}
}

func TestMomentsMustFit(t *testing.T) {
	t.Parallel()
	v := victim(notice.Japanese)
	v.Next, v.Facts[0].At, v.Measures[0].At, v.Facts[1].Yen = now.Add(-time.Hour), now.Add(time.Hour), time.Time{}, -1
	_, _, err := notice.ToVictim(t.Context(), v, clean)
	if got := fields(t, err); got["next"] != "notice.moment" || got["facts.0"] != "notice.moment" || got["measures.0"] != "notice.moment" || got["facts.1"] != "notice.fact" {
		t.Errorf("%v", got)
	}
}

func TestNoticesReadAsTheyShould(t *testing.T) {
	t.Parallel()
	for _, l := range []notice.Language{notice.Japanese, notice.English} {
		letter := victim(l)
		letter.Medium = notice.ByLetter
		for name, make := range map[string]func() (notice.Notice, []notice.Finding, error){
			"victim-mail":   func() (notice.Notice, []notice.Finding, error) { return notice.ToVictim(t.Context(), victim(l), clean) },
			"victim-letter": func() (notice.Notice, []notice.Finding, error) { return notice.ToVictim(t.Context(), letter, clean) },
			"public": func() (notice.Notice, []notice.Finding, error) {
				_, n, found, err := notice.ToPublic(t.Context(), public(l), clean)
				return n, found, err
			},
		} {
			n, _, err := make()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+string(l)+".txt", n.Subject+"\n\n"+n.Body)
			if strings.Contains(n.Subject+n.Body, "://") || strings.Contains(n.Body, "<no value>") || strings.Contains(n.Body, "\n\n\n") {
				t.Errorf("%s: %s", name, n.Body)
			}
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s differs (-update writes it): %v\n%s", name, err, got)
	}
}

func TestAHashSaysWhichNoticeWasApproved(t *testing.T) {
	t.Parallel()
	a, _, _ := notice.ToVictim(t.Context(), victim(notice.Japanese), clean)
	b, _, _ := notice.ToVictim(t.Context(), victim(notice.Japanese), clean)
	v := victim(notice.Japanese)
	v.Plan += "。"
	c, _, _ := notice.ToVictim(t.Context(), v, clean)
	if a.Hash != b.Hash || a.Hash == c.Hash || len(a.Hash) != 64 || a.Version != notice.Version {
		t.Errorf("%s %s %s", a.Hash, b.Hash, c.Hash)
	}
}

// The words of the templates, and the customer's own name, pass the guard of the register; another
// customer's data does not.
func TestTheGuardOfTheRegisterLooksThroughEachNotice(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	store := customer.NewStore(d, vaulttest.New(t))
	people := plant.Register(rand.New(rand.NewPCG(1, 2)), 300)
	if _, err := store.Import(t.Context(), actor.System("import"), strings.NewReader(plant.CSV(people)), customer.DefaultMapping(), customer.Options{Rejected: func(customer.Rejected) error { return nil }}); err != nil {
		t.Fatal(err)
	}
	guard, own := leak.New(store), people[30]
	look := func(ctx context.Context, text string) (out []notice.Finding, err error) {
		err = d.View(ctx, func(ctx context.Context, tx *db.Tx) error {
			found, err := guard.Check(ctx, tx, text, leak.Options{Allow: []string{own.Family + own.Given, "000-0000-0110"}})
			for _, f := range found {
				out = append(out, notice.Finding{From: f.From, To: f.To, Kind: string(f.Kind), Masked: f.Masked})
			}
			return err
		})
		return out, err
	}
	for _, l := range []notice.Language{notice.Japanese, notice.English} {
		v := victim(l)
		v.Recipient = own.Family + "　" + own.Given
		if _, found, err := notice.ToVictim(t.Context(), v, look); err != nil {
			t.Errorf("%s: %v %+v", l, err, found)
		}
		if _, _, found, err := notice.ToPublic(t.Context(), public(l), look); err != nil {
			t.Errorf("%s: %v %+v", l, err, found)
		}
		other := people[31]
		v.Plan += " " + other.Family + other.Given + "様 " + other.Phone
		n, found, err := notice.ToVictim(t.Context(), v, look)
		if !fault.Is(err, fault.Refused) || len(found) != 2 || n.Body[found[0].From:found[0].To] != other.Family+other.Given {
			t.Errorf("%s: %v %+v", l, err, found)
		}
	}
}

func TestTheSubjectIsLookedThroughToo(t *testing.T) {
	t.Parallel()
	p := public(notice.Japanese)
	p.Title = "高橋花子様の件"
	_, _, found, err := notice.ToPublic(t.Context(), p, func(_ context.Context, text string) ([]notice.Finding, error) {
		if strings.HasPrefix(text, "高橋花子") {
			return []notice.Finding{{To: 12, Kind: "name"}}, nil
		}
		return nil, nil
	})
	if !fault.Is(err, fault.Refused) || len(found) != 1 || !found[0].InSubject {
		t.Errorf("%v %+v", err, found)
	}
}

func TestAGuardThatCannotLookStopsTheNotice(t *testing.T) {
	t.Parallel()
	n, _, err := notice.ToVictim(t.Context(), victim(notice.Japanese), func(context.Context, string) ([]notice.Finding, error) { return nil, errors.New("no database") })
	if err == nil || n.Body != "" {
		t.Errorf("%+v %v", n, err)
	}
}
