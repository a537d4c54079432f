package audit

import (
	"reflect"
	"strings"
	"testing"

	"tasuke/internal/db"
)

func TestEverySentenceStandsInBothLanguages(t *testing.T) {
	t.Parallel()
	ja, en := reflect.ValueOf(languages["ja"]), reflect.ValueOf(languages["en"])
	for i := range ja.NumField() {
		name := ja.Type().Field(i).Name
		if ja.Field(i).Len() == 0 || en.Field(i).Len() == 0 {
			t.Errorf("%s is empty in a language", name)
		}
	}
}

func TestTheReport(t *testing.T) {
	t.Parallel()
	row := Row{ID: "id-7", At: db.Instant(1775034001000000), Action: "case.moved", ObjectKind: "case", ObjectID: "c8"}
	r := Report{Trees: []TreeReport{
		{
			Tree: Main, Size: 20, Checkpoints: 2, Stored: Covered{10, row.At}, More: 3, Uncovered: Window{row.At, row.At + 1e6, 4, 1},
			Problems: []Problem{
				{Kind: Changed, From: 7, To: 7, Row: row}, {Kind: Missing, From: 4, To: 5}, {Kind: Missing, From: 6, To: 6, Row: Row{ID: "id-6"}},
				{Kind: Dropped, From: 20, To: 24, Outside: true}, {Kind: Rewritten, From: 10, To: 19}, {Kind: Hash, From: 0, To: 3}, {Kind: Unsigned, To: 9},
			},
		},
		{Tree: Access},
	}}
	for lang, want := range map[string][]string{
		"ja": {"監査証跡", "記録ID id-7", "case c8", "2026-04-01 18:00:01 JST", "現在 4 行（うち木に未登録 1 行）", "ほかに 3 件", "異常があります", "20 番から 24 番"},
		"en": {"Audit trail", "entry id-7", "case c8", "2026-04-01 18:00:01 JST", "4 rows now (1 of them", "and 3 more", "something is wrong", "no. 20 to 24"},
	} {
		var b strings.Builder
		if err := r.Write(&b, lang); err != nil {
			t.Fatal(err)
		}
		for _, w := range append(want, "10") {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s does not say %q:\n%s", lang, w, b.String())
			}
		}
		if strings.Contains(b.String(), "%!") {
			t.Errorf("a placeholder is wrong:\n%s", b.String())
		}
	}
	if err := r.Write(&strings.Builder{}, "fr"); err == nil {
		t.Error("a language that we do not speak was accepted")
	}
}
