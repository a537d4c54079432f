package police_test

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode"

	"tasuke/contacts/police"
	"tasuke/internal/db"
	"tasuke/internal/document"
)

// drawn is the text of a summary, without blanks.
func drawn(t *testing.T, p police.Paper) string {
	t.Helper()
	fonts, err := document.FindFonts()
	must(t, err)
	pdf, err := police.Draw(fonts, p)
	must(t, err)
	again, err := police.Draw(fonts, p)
	must(t, err)
	if !bytes.Equal(pdf, again) {
		t.Error("two drawings of one summary differ")
	}
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	must(t, err)
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, string(out))
}

func TestTheSummarySaysWhatThePoliceAskFor(t *testing.T) {
	t.Parallel()
	at := db.At(start)
	p := police.Paper{Content: content().Tidied(), Firm: police.Firm{Name: "たすけ証券株式会社", Section: "法務部", Phone: "03-0000-0000"}, No: "POL-2026-0007", Version: 2, At: at,
		Incident: police.Incident{No: "INC-2026-0001", Title: "不正出金の申出", DetectedAt: at.Add(-time.Hour)}, Receipt: "令和8年第123号", Digest: "d1",
		Cases: []police.Victimised{{Case: police.Case{No: "CASE-2026-000001", Name: "勅＊＊"}, Consent: &police.Consent{Given: true, At: at, How: "電話で本人から"}, Victim: &police.Victim{Name: victimName, Phone: "090-0000-0001"}},
			{Case: police.Case{No: "CASE-2026-000002", Name: "鈴＊＊"}}},
		Destinations: []police.Destination{{Bank: "架空銀行", Number: "7654321", Holder: "ﾔﾏﾀﾞ ﾀﾛｳ", Yen: 3_456_789}}}
	text := drawn(t, p)
	for _, part := range []string{"警察相談概要", "第2版", "1届出者・被害者の別", "2被害者", "3認知の経緯", "4時系列", "5被害額", "6出金先", "7手口の推定", "8保全した証拠", "9当社の措置", "10希望", "11担当",
		"勅使河原健一郎", "090-0000-0001", "あり（2026-11-04）", "鈴＊＊", "未確認", "06:59:43", "54321", "記録なし", "2001:db8::23", "3,456,789円", "算定中", "7654321", "令和8年第123号", "■相談", "□告訴", "電子計算機使用詐欺"} {
		if !strings.Contains(text, part) {
			t.Errorf("the summary does not say %q", part)
		}
	}
	p.Cases, p.Destinations, p.Timeline, p.Evidence, p.Method = nil, nil, nil, nil, ""
	text = drawn(t, p)
	for _, part := range []string{"個別の被害者は特定していない", "出金先口座は確認していない", "調査中。", "保全作業中"} {
		if !strings.Contains(text, part) {
			t.Errorf("an early summary does not say %q", part)
		}
	}
}
