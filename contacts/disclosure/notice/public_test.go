package notice_test

import (
	"strings"
	"testing"
	"time"

	"tasuke/contacts/disclosure/notice"
)

// reported is a notice of another kind than the first.
func reported(t *testing.T, l notice.Language, r notice.Report) notice.Public {
	t.Helper()
	p := public(l)
	p.Report, p.Ordinal = r, 2
	switch r {
	case notice.Update:
		p.Changes = "対象口座数を更新しました。"
	case notice.Final:
		p.Cause, p.Prevention, p.Compensation = "フィッシングによる認証情報の窃取です。", "多要素認証を必須としました。", "個別にご案内しています。"
	case notice.Correction:
		before, _, _, err := notice.ToPublic(t.Context(), public(l), clean)
		if err != nil {
			t.Fatal(err)
		}
		p.Ordinal, p.Figures[0].N, p.Title = 1, 1189, "一部のお客様口座への不正ログインについて"
		p.Corrects = notice.Corrected{No: "PUB-2026-0001", At: now.Add(-24 * time.Hour), Reason: "同じ口座を二重に数えていました。", Before: before}
	case notice.First:
	}
	return p
}

func TestEachReportReadsAsItShould(t *testing.T) {
	t.Parallel()
	for _, l := range []notice.Language{notice.Japanese, notice.English} {
		for _, r := range []notice.Report{notice.Update, notice.Final, notice.Correction} {
			_, n, _, err := notice.ToPublic(t.Context(), reported(t, l, r), clean)
			if err != nil {
				t.Fatalf("%s: %v", r, err)
			}
			golden(t, "public-"+string(r)+"."+string(l)+".txt", n.Subject+"\n\n"+n.Body)
		}
	}
}

func TestAReportThatLacksWhatItIsForIsNone(t *testing.T) {
	t.Parallel()
	for r, blanks := range map[notice.Report][]string{notice.Update: {"changes"}, notice.Final: {"cause", "prevention"}, notice.Correction: {"corrects", "reason"}, "leaflet": {"report"}} {
		p := public(notice.Japanese)
		p.Report = r
		_, _, _, err := notice.ToPublic(t.Context(), p, clean)
		got := fields(t, err)
		for _, b := range blanks {
			if got[b] == "" {
				t.Errorf("%s without %s: %v", r, b, got)
			}
		}
	}
}

// What a correction corrects is found by comparing, so that nothing is corrected without being said.
func TestACorrectionSaysWhatStoodThereBefore(t *testing.T) {
	t.Parallel()
	d, n, _, err := notice.ToPublic(t.Context(), reported(t, notice.Japanese, notice.Correction), clean)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1,189口座", "口座数（確認済み）: 1,200口座", "訂正前の件名: 一部のお客様口座における不正ログインについて", "同じ口座を二重に数えていました。", "PUB-2026-0001"} {
		if !strings.Contains(n.Body, want) {
			t.Errorf("the correction does not say %q", want)
		}
	}
	if d.Parts[0].Key != "correction" || len(d.Parts[0].Items) != 2 {
		t.Errorf("%+v", d.Parts[0])
	}
}

func TestTheMomentOfThePublicationIsNotPartOfWhatIsApproved(t *testing.T) {
	t.Parallel()
	p := public(notice.Japanese)
	a, _, _, _ := notice.ToPublic(t.Context(), p, clean)
	p.Date = p.Date.Add(48 * time.Hour)
	b, _, _, _ := notice.ToPublic(t.Context(), p, clean)
	if a.Title != b.Title || len(a.Parts) != len(b.Parts) || a.Moment() == b.Moment() || !a.Undated().At.IsZero() {
		t.Errorf("%+v %+v", a, b)
	}
	for i := range a.Parts {
		if !a.Parts[i].Same(b.Parts[i]) {
			t.Errorf("%s differs", a.Parts[i].Key)
		}
	}
}

func TestAnAmountSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		stage  notice.Stage
		ja, en string
	}{{notice.Confirmed, "損失額（確認済み）: 1,200円", "Loss, confirmed: 1,200 yen"}, {notice.Compensated, "補償額（補償に合意）: 1,200円", "Amount, compensation agreed: 1,200 yen"}} {
		f := notice.Figure{Unit: notice.Yen, Stage: c.stage, N: 1200}
		if f.In(notice.Japanese) != c.ja || f.In(notice.English) != c.en {
			t.Errorf("%s, %s", f.In(notice.Japanese), f.In(notice.English))
		}
	}
}
