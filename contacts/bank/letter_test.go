package bank_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode"

	"tasuke/contacts/bank"
	"tasuke/contacts/bank/master"
	"tasuke/internal/db"
	"tasuke/internal/document"
)

// letterData is a letter with everything that one can have; the names hold rare characters.
func letterData() bank.LetterData {
	at := db.At(start)
	f := form()
	f.Terms.Police = bank.Police{State: "accepted", Station: "警視庁丸の内警察署　生活安全課", ConsultedAt: at.Add(-30 * time.Minute), Ref: "令和8年第123号"}
	f.Terms.Outline = "第三者が当社のお客様の口座にログインし、出金先の口座を変更したうえで保有株式を売却し、その代金を出金しました。当社は認知後ただちに当該口座を停止しております。"
	f.Terms.Enclosures = "取引明細　1通"
	return bank.LetterData{No: "BNK-2026-0007", Version: 2, Round: 1, Date: at, Track: bank.Freeze, Addressee: "株式会社三菱ＵＦＪ銀行", Section: "金融犯罪対策室", BankName: "三菱ＵＦＪ", BranchName: "本店",
		Firm:    bank.Firm{Name: "たすけ証券株式会社", Section: "資金管理部　髙﨑班", Address: "〒103-0026　東京都中央区日本橋兜町1番1号", Phone: "03-0000-1111", Mail: "anti-fraud@securities.example.co.jp"},
		Account: bank.Account{BankCode: "0005", BranchCode: "001", Kind: master.Ordinary, Number: number, HolderKana: "ﾖｼﾉ ﾀﾛｳ", HolderName: "𠮷野　太郎"}, Terms: f.Terms}
}

func drawn(t *testing.T, l bank.LetterData) (pdf []byte, text string) {
	t.Helper()
	fonts, err := document.FindFonts()
	must(t, err)
	pdf, err = bank.Draw(fonts, l)
	must(t, err)
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	must(t, err)
	return pdf, strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, string(out))
}

func TestTheLetterSaysWhatABankNeedsAndNotWhoTheVictimIs(t *testing.T) {
	t.Parallel()
	pdf, text := drawn(t, letterData())
	if file := os.Getenv("TASUKE_LOOK"); file != "" {
		must(t, os.WriteFile(file, pdf, 0o600))
	}
	for _, part := range []string{"株式会社三菱ＵＦＪ銀行", "金融犯罪対策室御中", "口座の取引停止等の検討および情報提供のお願い", "BNK-2026-0007", "2026年11月4日", "たすけ証券株式会社", "髙﨑班",
		"2026年11月3日（火）08時00分", "フィッシングで窃取された認証情報による不正出金", "0005三菱ＵＦＪ", "001本店", "普通7654321", "ﾖｼﾉﾀﾛｳ", "𠮷野太郎", "3,000,000", "456,789", "計2件", "3,456,789", "T-0001",
		"■対象口座の取引停止等の措置のご検討", "□入金記帳前である場合の組戻し", "第3条の趣旨", "捜査機関等には当たらず", "警視庁丸の内警察署", "令和8年第123号", "直ちにご連絡し、訂正", "03-0000-1111", "取引明細1通", "第2版", "以上"} {
		if !strings.Contains(text, part) {
			t.Errorf("the letter does not say %q", part)
		}
	}
	if strings.Contains(text, "CASE-") || strings.Contains(text, "case-1") {
		t.Error("the letter names a case")
	}
	again, _ := drawn(t, letterData())
	if !bytes.Equal(pdf, again) {
		t.Error("two drawings of one letter differ")
	}
}

func TestALetterOfEachTrackAsksForItsOwn(t *testing.T) {
	t.Parallel()
	for track, part := range map[bank.Track]string{bank.Recall: "振込の組戻しのお願い", bank.Info: "口座に関する情報提供のお願い"} {
		l := letterData()
		l.Track = track
		if _, text := drawn(t, l); !strings.Contains(text, part) {
			t.Errorf("%s: %q is not there", track, part)
		}
	}
	l := letterData()
	l.Round, l.Previous = 2, db.At(start.Add(-24*time.Hour))
	l.Account.Kigo, l.Account.Bango = "10530", "12345671"
	if _, text := drawn(t, l); !strings.Contains(text, "2026年11月3日にお送りした依頼に続く2回目のお願いです") || !strings.Contains(text, "10530-12345671") {
		t.Error("the second round is not told, or 記号番号 is not there")
	}
}
