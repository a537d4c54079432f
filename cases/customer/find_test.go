package customer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func TestFind(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *fixture){
		"a fragment that cannot be searched for is a fault of the field": func(t *testing.T, f *fixture) {
			for fragment, key := range map[string]string{
				"": "customer.find.empty", "　 ": "customer.find.empty", "12": "customer.find.short",
				strings.Repeat("あ", 101): "customer.find.long", "。": "customer.find.short", "タカ 。。。": "customer.find.unclear",
			} {
				_, err := f.Find(t.Context(), desk, fragment, 5)
				wantKey(t, err, fault.Invalid, key)
			}
		},
		"customers are found by any piece, in any spelling": func(t *testing.T, f *fixture) {
			f.load(sample)
			for fragment, want := range map[string]string{
				"タカハシ": "C001 C002", "たかはし": "C001 C002", "ﾀｶﾊｼ ﾊﾅｺ": "C001", "ハナ": "C001", "タ": "C001 C002 C003",
				"高橋": "C001 C002", "髙𣘺": "C001 C002", "橋花": "C001", "髙": "C001 C002", "吉田": "C004", "さくら": "C004",
				"高橋 タロウ": "C002", "タカハシ 1980/1/2": "C001 C002", "スミス 1970-06-15": "C005", "smith": "C005",
				"090-1234-5678": "C001", "０９０１２３４": "C001", "5678": "C001 C002 C003 C004 C005", "*5678": "C001 C002 C003", "080*": "C002",
				"+81 3-1111-2222": "C001", "09055556666": "C005", "1234567": "C001", "345 678": "C001 C002 C003", "4567*": "C004",
				"S55.1.2": "C001 C002", "19991231": "C004", "info@tasuke.example.com": "C003", "INFO@Tasuke.example.com": "C003",
				"C003": "C003", "タスケ": "C003", "㈱助証券": "C003", "ジョン": "C005", "シヨン": "", "山田": "", "0000000": "", "nobody@example.jp": "", "ヌヌ": "",
				"タカハシ 山田": "",
			} {
				if got := f.refs(fragment); got != want {
					t.Errorf("%q finds %q, want %q", fragment, got, want)
				}
			}
		},
		"candidates are masked and say why": func(t *testing.T, f *fixture) {
			f.load(sample)
			c := f.find("03-1111-2222").Candidates[0]
			if c.MaskedName != "髙＊＊" || c.MaskedKana != "タ＊＊" || c.MaskedPhone != "＊＊2222" || c.MaskedAccount != "＊＊4567" || c.Why != "phone" || c.Flags[0] != "VIP" {
				t.Errorf("%+v", c)
			}
			if c := f.find("7654321").Candidates[0]; c.MaskedAccount != "＊＊4321" || c.Why != "account" {
				t.Errorf("%+v", c)
			}
		},
		"the whole value comes before those that contain it": func(t *testing.T, f *fixture) {
			f.load(header + "A,山田,ヤマダ,,,,,1234567890,,,\nB,山,ヤマ,,,,,123456789,,,\n")
			if got := f.find("ヤマ").Candidates; len(got) != 2 || got[0].Ref != "B" {
				t.Errorf("%+v", got)
			}
			if got := f.refs("123456789"); got != "B" {
				t.Errorf("a whole account number finds %s", got)
			}
		},
		"at most as many as asked for, and it says that there are more": func(t *testing.T, f *fixture) {
			var b strings.Builder
			b.WriteString(header)
			for i := range 30 {
				fmt.Fprintf(&b, "R%03d,田中 一郎,タナカ イチロウ,,090%08d,,,%07d,,,\n", i, i, i)
			}
			f.load(b.String())
			found, err := f.Find(t.Context(), desk, "タナカ", 10)
			if err != nil || len(found.Candidates) != 10 || !found.More {
				t.Fatalf("%d %v %v", len(found.Candidates), found.More, err)
			}
			if found, err = f.Find(t.Context(), desk, "タナカ", 30); err != nil || len(found.Candidates) != 30 || found.More {
				t.Fatalf("%d %v %v", len(found.Candidates), found.More, err)
			}
		},
		"many numbers are looked up at once, each as it was written": func(t *testing.T, f *fixture) {
			var b strings.Builder
			b.WriteString(header)
			ask := []string{"Ｒ001", " R001", "nobody", ""}
			for i := range 700 {
				fmt.Fprintf(&b, "R%03d,田中 一郎,タナカ イチロウ,,090%08d,,,%07d,,,\n", i, i, i)
				ask = append(ask, fmt.Sprintf("R%03d", i))
			}
			f.load(b.String())
			var ids map[string]string
			if err := f.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
				ids, err = f.ByRefs(ctx, tx, ask)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if want := f.id("R001"); len(ids) != 702 || ids["R001"] != want || ids["Ｒ001"] != want || ids[" R001"] != want || ids["R699"] != f.id("R699") {
				t.Errorf("%d were found, R001 as %q", len(ids), ids["R001"])
			}
		},
		"a changed customer is found by the new values only": func(t *testing.T, f *fixture) {
			f.load(sample)
			f.load(strings.ReplaceAll(strings.Replace(sample, "髙橋　花子,タカハシ　ハナコ", "渡邉 花子,ワタナベ ハナコ", 1), "090-1234-5678", "090-8888-7777"))
			for fragment, want := range map[string]string{"渡辺": "C001", "ワタナベ": "C001", "タカハシ": "C002", "090-1234-5678": "", "8888": "C001"} {
				if got := f.refs(fragment); got != want {
					t.Errorf("%q finds %q, want %q", fragment, got, want)
				}
			}
		},
	})
}
