package remedy_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tasuke/cases/remedy"
	"tasuke/internal/db"
	"tasuke/internal/document"
)

func letter(t *testing.T) remedy.Letter {
	t.Helper()
	c, err := standard(t).Calculate(remedy.Input{Pattern: remedy.TradePump, RateBP: remedy.PolicyRate, Transactions: []remedy.Transaction{
		deal("EX-1", "2025-04-15", remedy.Buy, "7A01", "300", 1_000_000), deal("EX-2", "2025-04-16", remedy.Sell, "7A01", "300", 599_999)}})
	must(t, err)
	return remedy.Letter{Firm: remedy.Firm{Name: "たすけ証券株式会社", Section: "お客様相談室", Phone: "03-0000-0000"}, No: "RMD-2026-0001", CaseNo: "CASE-2026-000012",
		CustomerRef: "H0001204", Version: 2, Date: db.At(start), ValidUntil: "2026-12-04", PolicyTitle: "補償方針", Digest: strings.Repeat("ab", 32), Calculation: c}
}

func read(t *testing.T, l remedy.Letter) string {
	t.Helper()
	fonts, err := document.FindFonts()
	must(t, err)
	pdf, err := remedy.Draw(fonts, l)
	must(t, err)
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	file := filepath.Join(t.TempDir(), "letter.pdf")
	must(t, os.WriteFile(file, pdf, 0o600))
	out, err := exec.CommandContext(t.Context(), tool, "-layout", file, "-").Output()
	must(t, err)
	return strings.Join(strings.Fields(string(out)), "")
}

func TestTheLetterSaysTheAmountItsLinesAndItsLastDay(t *testing.T) {
	t.Parallel()
	got := read(t, letter(t))
	for _, want := range []string{"210,200円", "2026年12月4日（必着）", "400,001円×50%", "見舞金", "10,000", "H0001204", "CASE-2026-000012", "これを超える補償", "-599,999", "RMD-2026-0001第2版"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in the letter: %s", want, got)
		}
	}
	if strings.Contains(got, "案（未送付）") {
		t.Error("it says that it is a draft")
	}
}

func TestADraftSaysSoOnEveryPage(t *testing.T) {
	t.Parallel()
	l := letter(t)
	l.Draft, l.ValidUntil = true, ""
	if n := strings.Count(read(t, l), "案（未送付）"); n < 2 {
		t.Errorf("it says so %d times", n)
	}
}

func TestACharacterWithoutAFontIsNoLetter(t *testing.T) {
	t.Parallel()
	fonts, err := document.FindFonts()
	must(t, err)
	l := letter(t)
	l.Firm.Section = "課\U0001F600"
	if _, err := remedy.Draw(fonts, l); !errors.As(err, new(*document.MissingGlyphs)) {
		t.Errorf("got %v", err)
	}
}
