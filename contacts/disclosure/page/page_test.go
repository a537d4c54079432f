package page_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/page"
	"tasuke/internal/document"
)

var update = flag.Bool("update", false, "write the golden files")

func doc(t *testing.T, l notice.Language) notice.Document {
	t.Helper()
	at := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	p := notice.Public{Language: l, Firm: "ひなた証券株式会社（架空）", No: "DIS-2026-0001", Date: at, Title: "不正ログインについて <b>&", Outline: "一行目。\n二行目 <script>alert(1)</script>。",
		Figures:  []notice.Figure{{Unit: notice.Accounts, Stage: notice.Confirmed, N: 1200, AsOf: at, Source: "count 7"}, {Unit: notice.Yen, Stage: notice.Confirmed, N: 45_000_000, AsOf: at, Source: "count 7"}},
		Measures: []notice.Measure{{At: at.Add(-time.Hour), Text: "口座の取引を停止しました。"}}, Desk: notice.Desk{Name: "不正取引対応室", Phone: "000-0000-0110", Hours: "24時間"}}
	d, _, _, err := notice.ToPublic(t.Context(), p, func(context.Context, string) ([]notice.Finding, error) { return nil, nil })
	noError(t, err)
	return d
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatSomebodyWroteIsTextOnThePage(t *testing.T) {
	t.Parallel()
	body, err := page.HTML(doc(t, notice.Japanese), page.Look{Note: page.Note{Status: "withdrawn", Reason: `"><img src=x onerror=alert(1)>`}})
	noError(t, err)
	if s := string(body); strings.Contains(s, "<script") || strings.Contains(s, "<img") || !strings.Contains(s, "&lt;script&gt;") {
		t.Error(s)
	}
}

func TestAPageHasNoScriptNothingInlineAndNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	index, err := page.Index{Language: notice.English, Firm: "F", Entries: []page.Entry{{Title: "T", No: "N", Name: "n.html", At: time.Unix(1, 0), Note: page.Note{Status: "corrected", No: "M"}}}}.HTML()
	noError(t, err)
	one, err := page.HTML(doc(t, notice.English), page.Look{Other: "x.ja.html"})
	noError(t, err)
	for _, body := range [][]byte{index, one, page.Style()} {
		if m := regexp.MustCompile(`(?i)<script|<style|\sstyle=|\son[a-z]+=|https?:|url\(|@import`).Find(body); m != nil {
			t.Errorf("%s in %s", m, body)
		}
	}
}

func TestPagesReadAsTheyShould(t *testing.T) {
	t.Parallel()
	for _, l := range []notice.Language{notice.Japanese, notice.English} {
		body, err := page.HTML(doc(t, l), page.Look{Other: "other.html", Note: page.Note{Status: "corrected", At: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), No: "DIS-2026-0002", Name: "DIS-2026-0002.html"}})
		noError(t, err)
		path := filepath.Join("testdata", "corrected."+string(l)+".html")
		if *update {
			noError(t, os.WriteFile(path, body, 0o644))
		}
		want, err := os.ReadFile(path)
		if err != nil || string(want) != string(body) {
			t.Errorf("%s differs (-update writes it): %v", path, err)
		}
	}
}

// The page and the paper are drawn from the same parts: whatever number one says the other says.
func TestThePaperSaysWhatThePageSays(t *testing.T) {
	t.Parallel()
	fonts, err := document.FindFonts()
	noError(t, err)
	for _, l := range []notice.Language{notice.Japanese, notice.English} {
		d := doc(t, l)
		d.Parts[0].Paragraphs[0] = "概要"
		body, err := page.HTML(d, page.Look{})
		noError(t, err)
		pdf, err := page.PDF(fonts, d, page.Look{})
		noError(t, err)
		said := squeezed(read(t, pdf))
		for _, part := range d.Parts {
			for _, c := range part.Counts {
				if !strings.Contains(string(body), c.N) || !strings.Contains(said, squeezed(c.N)) || !strings.Contains(said, squeezed(c.Stage)) {
					t.Errorf("%s: %s is not in both", l, c.Line)
				}
			}
			if !strings.Contains(said, squeezed(part.Heading)) {
				t.Errorf("the paper has no %q", part.Heading)
			}
		}
		again, err := page.PDF(fonts, d, page.Look{})
		noError(t, err)
		if string(again) != string(pdf) {
			t.Error("the same notice is drawn in two ways")
		}
	}
}

func TestAPaperThatDoesNotStandSaysSoOnEverySheet(t *testing.T) {
	t.Parallel()
	fonts, err := document.FindFonts()
	noError(t, err)
	d := doc(t, notice.Japanese)
	d.Parts[0].Paragraphs = []string{strings.Repeat("長い概要です。", 500)}
	for mark, look := range map[string]page.Look{"案（未公表）": {Draft: true}, "取下げ済み": {Note: page.Note{Status: "withdrawn", At: d.At, Reason: "別件"}}, "訂正済み（旧版）": {Note: page.Note{Status: "corrected", At: d.At, No: "DIS-2026-0002"}}} {
		pdf, err := page.PDF(fonts, d, look)
		noError(t, err)
		for n, sheet := range strings.Split(strings.TrimSuffix(read(t, pdf), "\f"), "\f") {
			if !strings.Contains(squeezed(sheet), mark) {
				t.Errorf("sheet %d does not say %s", n+1, mark)
			}
		}
	}
}

func squeezed(s string) string { return strings.NewReplacer(" ", "", "\n", "", "　", "").Replace(s) }

func read(t *testing.T, pdf []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "paper.pdf")
	noError(t, os.WriteFile(file, pdf, 0o600))
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
	noError(t, err)
	return string(out)
}
