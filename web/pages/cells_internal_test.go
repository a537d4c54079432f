package pages

import (
	"slices"
	"testing"
	"time"

	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/internal/db"
	"tasuke/web/words"
)

func TestPastedRowsAreReadAsPeopleAndSpreadsheetsWriteThem(t *testing.T) {
	t.Parallel()
	rows := rowsOf("ip | 198.51.100.3 | 2026/11/04 10:12 |  | 1,204 | unknown | 備考\r\n\r\ndomain\tevil.example\n198.51.100.4｜x\n")
	if len(rows) != 3 || !slices.Equal(rows[1], []string{"domain", "evil.example"}) || rows[2][1] != "x" || cell(rows[1], 6) != "" {
		t.Fatalf("%q", rows)
	}
	i, wrong := indicatorOf(rows[0])
	at := db.At(time.Date(2026, 11, 4, 10, 12, 0, 0, words.Tokyo))
	if want := (isac.Indicator{Kind: stix.IP, Value: "198.51.100.3", From: at, Seen: 1204, Label: "", Note: "備考"}); i != want || wrong != "" {
		t.Errorf("%+v %s", i, wrong)
	}
	if i, _ := indicatorOf(rows[1]); i.Label != isac.Own {
		t.Errorf("a value without a source is %q", i.Label)
	}
	for value, kind := range map[string]stix.Kind{"2001:db8::1": stix.IP, "https://evil.example/a": stix.URL, "a@evil.example": stix.Mail, "evil.example": stix.Domain, "何か": ""} {
		if i, _ := indicatorOf([]string{value}); i.Kind != kind {
			t.Errorf("%s is taken for %q", value, i.Kind)
		}
	}
}

func TestATimeLineIsReadToTheSecond(t *testing.T) {
	t.Parallel()
	e, wrong := seenOf([]string{"2026-11-04 10:12:33", "ログイン", "198.51.100.3", "54321", "Mozilla/5.0", "fp-1", "CASE-2026-000001"})
	if wrong != "" || e.At != db.At(time.Date(2026, 11, 4, 10, 12, 33, 0, words.Tokyo)) || e.Port != 54321 || e.Case != "CASE-2026-000001" {
		t.Errorf("%+v %s", e, wrong)
	}
	for key, row := range map[string][]string{"police.timeline.at": {"きのう", "ログイン"}, "police.timeline.port": {"2026-11-04 10:12", "ログイン", "", "https"}} {
		if _, wrong := seenOf(row); wrong != key {
			t.Errorf("%q: %s", row, wrong)
		}
	}
	if _, ok := cellTime("1600-01-01 00:00"); ok {
		t.Error("a year of no record is a time")
	}
}
