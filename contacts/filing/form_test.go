package filing_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/filing"
	"tasuke/internal/db"
	"tasuke/internal/document"
)

func fonts(t *testing.T) document.Fonts {
	t.Helper()
	f, err := document.FindFonts()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func form() filing.Form {
	at := func(d, h, m int) db.Instant {
		return db.At(time.Date(2026, 11, d, h, m, 0, 0, time.FixedZone("JST", 9*60*60)))
	}
	item := func(text string, known incident.Known) incident.Fact { return incident.Fact{Text: text, Known: known} }
	return filing.Form{
		No: "FIL-2026-0001", IncidentNo: "INC-2026-0007", Version: 1, Sheet: 3, Approver: "役員 花子", SubmittedAt: at(6, 11, 20),
		Payload: filing.Payload{
			Rule7: []string{"2", "3"}, Bases: filing.Bases, Addressee: "関東財務局長",
			Reporter: filing.Reporter{Name: "たすけ証券株式会社", Registration: "関東財務局長（金商）第9999号", Address: "東京都中央区日本橋一丁目1番1号", Representative: "代表取締役社長　見本　一郎",
				Section: "法務・コンプライアンス部", Person: "髙﨑", Phone: "03-0000-0000", Mail: "report@broker.example"},
			Facts: incident.FactContent{
				Discovered: at(4, 9, 30), OccurredFrom: at(2, 22, 5), OccurredTo: at(3, 4, 40), Entrusted: incident.NotEntrusted, Persons: 12, PersonsAsOf: at(6, 10, 0),
				Items: map[incident.FactItem]incident.Fact{
					incident.FactDiscovered:  item("コールセンターで受けた顧客からの申出による。", incident.FactConfirmed),
					incident.FactOccurred:    item("ログイン記録による。", incident.FactConfirmed),
					incident.FactEntrusted:   item("", incident.FactConfirmed),
					incident.FactOutline:     item("第三者が顧客の認証情報を用いて当社のオンライン取引サイトに不正にログインし、出金先口座を変更した上で、保有株式を売却して得た代金を出金した。顧客からの「身に覚えのない出金がある」との申出により発覚した。\n当社は、同日中に当該顧客の口座を停止し、出金先の金融機関に取引停止等の検討を依頼した。", incident.FactConfirmed),
					incident.FactData:        item("氏名、住所、電話番号、メールアドレス、口座番号、保有残高、取引履歴", incident.FactConfirmed),
					incident.FactPersons:     item("影響調査の継続中であり、増える可能性がある。", incident.FactInvestigating),
					incident.FactCause:       item("フィッシングによる認証情報の窃取が考えられる。当社システムへの侵害は確認されていない。", incident.FactInvestigating),
					incident.FactSecondary:   item("出金済みの額は、12名の合計で18,500,000円である。", incident.FactConfirmed),
					incident.FactResponse:    item("12名全員に電話で連絡し、口座を停止した。", incident.FactConfirmed),
					incident.FactPublication: item("", incident.FactInvestigating),
					incident.FactPrevention:  item("", incident.FactInvestigating),
					incident.FactOther:       item("", incident.FactNotApplicable),
				},
			},
		},
	}
}

func read(t *testing.T, pdf []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "form.pdf")
	must(t, os.WriteFile(file, pdf, 0o600))
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
	must(t, err)
	return string(out)
}

func TestTheFormSaysEveryItemAndHowFarItIsKnown(t *testing.T) {
	t.Parallel()
	pdf, err := filing.Draw(fonts(t), form())
	must(t, err)
	if dir := os.Getenv("TASUKE_LOOK"); dir != "" { // to look at it
		must(t, os.WriteFile(filepath.Join(dir, "filing.pdf"), pdf, 0o600))
	}
	said := strings.NewReplacer(" ", "", "\n", "").Replace(read(t, pdf))
	for _, want := range []string{
		"個人データの漏えい等に関する報告書（速報）", "■新規", "□続報", "関東財務局長", "髙﨑", "第26条第1項", "第123条第1項第6号の2", "■2号", "□1号",
		"2026年11月4日09時30分", "2026年11月2日22時05分から2026年11月3日04時40分まで", "委託なし", "12人（2026年11月6日10時00分現在）",
		"1概要", "9その他参考となる事項", "【調査中】", "【該当なし】", "18,500,000円", "FIL-2026-0001", "INC-2026-0007", "事実確認書第3版", "役員花子",
	} {
		if !strings.Contains(strings.ReplaceAll(said, "　", ""), want) {
			t.Errorf("the form does not say %q", want)
		}
	}
	if strings.Contains(said, "未提出") {
		t.Error("what was handed in calls itself a draft")
	}
	again, err := filing.Draw(fonts(t), form())
	must(t, err)
	if !bytes.Equal(pdf, again) {
		t.Error("the same form is drawn in two ways")
	}
}

func TestADraftSaysOnEveryPageThatItWasNotHandedIn(t *testing.T) {
	t.Parallel()
	f := form()
	f.SubmittedAt, f.Approver = 0, ""
	f.Payload.Facts.Items[incident.FactOutline] = incident.Fact{Text: strings.Repeat("長い概要である。", 400), Known: incident.FactConfirmed}
	pdf, err := filing.Draw(fonts(t), f)
	must(t, err)
	if pages := strings.Split(strings.TrimSuffix(read(t, pdf), "\f"), "\f"); len(pages) < 2 {
		t.Errorf("%d pages", len(pages))
	} else {
		for n, page := range pages {
			if !strings.Contains(page, "案（未提出）") {
				t.Errorf("page %d does not say so", n+1)
			}
		}
	}
}

func TestAnAmendmentNamesTheReceiptOfWhatItAmends(t *testing.T) {
	t.Parallel()
	f := form()
	f.Version, f.Before, f.Payload.Rule7 = 2, "20261105-001", nil
	pdf, err := filing.Draw(fonts(t), f)
	must(t, err)
	said := strings.ReplaceAll(read(t, pdf), " ", "")
	for _, want := range []string{"■続報", "□新規", "20261105-001", "第2版", "該当号は検討中である。"} {
		if !strings.Contains(said, want) {
			t.Errorf("the form does not say %q", want)
		}
	}
}

func TestAFormWithACharacterThatNoFontHasIsNotDrawn(t *testing.T) {
	t.Parallel()
	f := form()
	f.Payload.Facts.Items[incident.FactOther] = incident.Fact{Text: "絵文字 🐙", Known: incident.FactConfirmed}
	_, err := filing.Draw(fonts(t), f)
	var missing *document.MissingGlyphs
	if !errors.As(err, &missing) || len(missing.Clusters) != 1 {
		t.Fatalf("got %v", err)
	}
}
