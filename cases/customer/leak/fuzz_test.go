package leak

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"tasuke/cases/customer"
	"tasuke/internal/db"
)

// everything is a register that has whatever it is asked for.
type everything struct{}

func (everything) Holds(_ context.Context, _ *db.Tx, _ string, values []string) (map[string][]int64, error) {
	out := map[string][]int64{}
	for _, v := range values {
		out[v] = []int64{1}
	}
	return out, nil
}

func (everything) HoldsRuns(_ context.Context, _ *db.Tx, _ string, runs []string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, r := range runs {
		out[r] = true
	}
	return out, nil
}

func (everything) AccountsEnding(context.Context, *db.Tx, string) ([]int64, error) {
	return []int64{1}, nil
}

func (everything) NamesOf(_ context.Context, _ *db.Tx, nos []int64) (map[int64]customer.Names, error) {
	return map[int64]customer.Names{1: {Name: "髙橋 花子", Kana: "タカハシ ハナコ"}}, nil
}

func FuzzFindingsLieWithinTheText(f *testing.F) {
	for _, s := range []string{"", "髙橋　花子様（昭和55年1月2日生）", "ｶ゛ﾀｶﾊｼ ﾊﾅｺｰ", "\xff\xfe090-1234-5678\x80", "口座番号1234567 https://a.example/login", "邉\U000E0101々ヴァ", "東京都千代田区1-1-1 〒100-0001", "a@b.c.d(at)e.f", "4111111111111111 +819012345678", "İ\u0345ﷺ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 400 {
			return
		}
		found, err := New(everything{}).Check(t.Context(), nil, s, Options{Allow: []string{"髙橋"}, SignInHosts: []string{"a.example"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range found {
			if x.From < 0 || x.From >= x.To || x.To > len(s) {
				t.Errorf("%q: %+v", s, x)
			}
			if !utf8.ValidString(x.Masked) {
				t.Errorf("%q: masked as %q", s, x.Masked)
			}
			if utf8.ValidString(s) && !utf8.ValidString(s[x.From:x.To]) {
				t.Errorf("%q: a character is cut at %d to %d", s, x.From, x.To)
			}
		}
		if strings.TrimSpace(s) == "" && len(found) > 0 {
			t.Errorf("something in nothing: %+v", found)
		}
	})
}
