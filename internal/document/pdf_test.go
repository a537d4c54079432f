package document_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"tasuke/internal/document"
)

func TestWhatCannotBeDrawnIsRefusedByName(t *testing.T) {
	tests := map[string]struct {
		text       string
		characters string
	}{
		"a picture sign": {"お詫び😀", "😀（U+1F600）"},
		"a name in a shape asked for by a selector":          {"葛\U000E0100飾", "葛\U000E0100（U+845B U+E0100）"},
		"a base and mark without a composed form":            {"か\u309aな", "か\u309a（U+304B U+309A）"},
		"a compatibility ideograph with a mark":              {"\ufa19\u3099", "\ufa19\u3099（U+FA19 U+3099）"},
		"what cannot be seen":                                {"口座\u200b番号", "U+200B"},
		"a control character":                                {"口座\x00", "U+0000"},
		"the firm's own character, shaped by a private font": {"\ue000様", "U+E000"},
		"bytes that are no text":                             {"口座\xff", "�（U+FFFD）"},
		"every one, once, in the order of the text":          {"😀と😁と😀", "😀（U+1F600）、😁（U+1F601）"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for place, put := range places(test.text) {
				d := document.New(fonts(t), document.Meta{})
				put(d)
				out, err := d.PDF()
				var missing *document.MissingGlyphs
				if !errors.As(err, &missing) || out != nil {
					t.Fatalf("in %s: %v", place, err)
				}
				if got := missing.Characters(); got != test.characters {
					t.Errorf("in %s: named %s, want %s", place, got, test.characters)
				}
			}
		})
	}
}

// places puts a text wherever a document can have one.
func places(text string) map[string]func(*document.Doc) {
	return map[string]func(*document.Doc){
		"a title":       func(d *document.Doc) { d.Title(text) },
		"a line":        func(d *document.Doc) { d.Right("東京", text) },
		"a heading":     func(d *document.Doc) { d.Heading(text) },
		"a paragraph":   func(d *document.Doc) { d.Para(text) },
		"a list":        func(d *document.Doc) { d.List(text) },
		"a key":         func(d *document.Doc) { d.KeyValues(0, document.KeyValue{Key: text}) },
		"a value":       func(d *document.Doc) { d.KeyValues(0, document.KeyValue{Value: text}) },
		"a table head":  func(d *document.Doc) { d.Table([]document.Column{{Title: text}}, nil) },
		"a table cell":  func(d *document.Doc) { d.Table([]document.Column{{}}, [][]string{{text}}) },
		"a box to tick": func(d *document.Doc) { d.Boxes(document.Box{Text: text}) },
		"a note":        func(d *document.Doc) { d.Note(text) },
	}
}

func TestWithoutTheFallbackRareNamesAreRefusedAndThePackageIsNamed(t *testing.T) {
	f, err := document.FindFonts("/usr/share/fonts/truetype/bizud-mincho", "/usr/share/fonts/truetype/bizud-gothic")
	if err != nil {
		t.Fatal(err)
	}
	d := document.New(f, document.Meta{})
	d.Para("髙﨑様、𠮷野様")
	_, err = d.PDF()
	var missing *document.MissingGlyphs
	if !errors.As(err, &missing) || missing.Characters() != "𠮷（U+20BB7）" || !strings.Contains(err.Error(), "fonts-ipamj-mincho") {
		t.Fatal(err)
	}
}

func TestMissingFontsNameThePackagesToInstall(t *testing.T) {
	_, err := document.FindFonts(t.TempDir())
	var missing *document.MissingFonts
	if !errors.As(err, &missing) || len(missing.Files) != 3 {
		t.Fatal(err)
	}
	if !strings.Contains(err.Error(), "apt-get install fonts-morisawa-bizud-gothic fonts-morisawa-bizud-mincho") {
		t.Error(err)
	}
}

func TestAFontFileThatIsNoFontIsAnErrorAndNoDocument(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{"BIZUDMincho-Regular.ttf", "BIZUDGothic-Regular.ttf", "BIZUDGothic-Bold.ttf"} {
		if err := os.WriteFile(dir+"/"+file, []byte("not a font"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := document.FindFonts(dir)
	if err != nil {
		t.Fatal(err)
	}
	d := document.New(f, document.Meta{})
	d.Para("口座")
	if _, err := d.PDF(); err == nil || !strings.Contains(err.Error(), "BIZUDMincho-Regular.ttf") {
		t.Fatal(err)
	}
}

func TestABrokenFallbackHurtsOnlyTheDocumentThatNeedsIt(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/ipamjm.ttf", []byte("not a font"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := document.FindFonts("/usr/share/fonts/truetype/bizud-mincho", "/usr/share/fonts/truetype/bizud-gothic", dir)
	if err != nil {
		t.Fatal(err)
	}
	common, rare := document.New(f, document.Meta{}), document.New(f, document.Meta{})
	common.Para("髙﨑様")
	rare.Para("𠮷野様")
	pdf(t, common)
	if _, err := rare.PDF(); err == nil || !strings.Contains(err.Error(), "ipamjm.ttf") {
		t.Fatal(err)
	}
}

func TestARowWithMoreCellsThanColumnsIsAnError(t *testing.T) {
	d := document.New(fonts(t), document.Meta{})
	d.Table([]document.Column{{Title: "金額"}}, [][]string{{"1", "2"}})
	if _, err := d.PDF(); err == nil {
		t.Fatal("made")
	}
}

func TestALetterIsReadBackInTheOrderItWasWritten(t *testing.T) {
	got := dense(read(t, pdf(t, letter(fonts(t))), "-raw"))
	for _, want := range []string{
		"お客様相談部長髙﨑𠮷之助口座の取引停止等の検討および情報提供のお願い拝啓", "（𠮷野様）の口座に「フィッシング」により窃取", "口座名義（カナ）ﾖｼﾉﾀﾛｳ",
		"2026-09-3022:31:072,456,789タスケショウケン（カT20260930-000123", "■残高および", "anti-fraud-desk@securities.example.co.jp", "以上",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in\n%s", want, got)
		}
	}
}

// scripts are what letters are written with; the weights make sentences, not only noise.
var scripts = []string{
	"あいうえおかきくけこがぎぐげござ", "っゃゅょー、。・「」『』（）：；！？", "株式会社銀行口座番号凍結依頼証券不正取引髙﨑德瀨濵邊葛𠮷𠮟𩸽𫝆神福",
	"アイウエオカキクケコガギグゲゴヴ", "ｱｲｳｴｵｶﾞﾊﾟｰ", "0123456789", "ABCXYZabcxyz", " 　\t\n", ",.-/:%()¥$@'\"", "①②㈱№℡〒々〆ヵヶ〜～−－‐―…", "０１２３ＡＢＣ",
}

func sentence(rnd *rand.Rand, length int) string {
	var b strings.Builder
	for b.Len() < length {
		script := []rune(scripts[rnd.IntN(len(scripts))])
		for range 1 + rnd.IntN(6) {
			b.WriteRune(script[rnd.IntN(len(script))])
		}
	}
	return b.String()
}

func TestAnyTextIsReadBackAsItWasPutIn(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 14))
	for range 60 {
		d := document.New(fonts(t), document.Meta{})
		var want strings.Builder
		put := func(text string) string { want.WriteString(text); return text }
		d.Title(put(sentence(rnd, 60)))
		for range 1 + rnd.IntN(20) {
			d.Para(put(sentence(rnd, 20+rnd.IntN(900))))
		}
		d.KeyValues(0.3, document.KeyValue{Key: put("項目"), Value: put(sentence(rnd, 300))})
		d.Note(put(sentence(rnd, 100)))
		got := readBody(t, pdf(t, d))
		if got != dense(want.String()) {
			t.Fatalf("read\n%s\nwant\n%s", got, dense(want.String()))
		}
	}
}

// readBody leaves out the page numbers at the end of each page.
func readBody(t *testing.T, file []byte) string {
	t.Helper()
	pages := strings.Split(strings.TrimSuffix(read(t, file, "-raw"), "\f"), "\f")
	var body strings.Builder
	for i, page := range pages {
		text, ok := strings.CutSuffix(dense(page), fmt.Sprintf("%d/%d", i+1, len(pages)))
		if !ok {
			t.Fatalf("page %d of %d has no number:\n%s", i+1, len(pages), page)
		}
		body.WriteString(text)
	}
	return body.String()
}

func TestEveryCharacterOfTheFacesIsReadBackAsItself(t *testing.T) {
	if testing.Short() {
		t.Skip("55,000 characters")
	}
	var all []rune
	for r := rune(0x21); r < 0x30000; r++ {
		if !unicode.IsSpace(r) && fonts(t).Check(string(r)) == nil {
			all = append(all, r)
		}
	}
	if len(all) < 50000 {
		t.Fatalf("only %d characters", len(all))
	}
	const page = 2000
	var wrong int
	for len(all) > 0 {
		some := all[:min(page, len(all))]
		all = all[len(some):]
		d := document.New(fonts(t), document.Meta{})
		d.Para(string(some))
		got := []rune(readBody(t, pdf(t, d)))
		for i, r := range some {
			if i >= len(got) || got[i] != r {
				t.Errorf("%c %U was read back as %U", r, r, got[min(i, len(got)-1):min(i+3, len(got))])
				wrong++
				break
			}
		}
		if wrong > 20 {
			t.Fatal("too many")
		}
	}
}

func TestALineIsReadBackWithItsSpacesAndNoOthers(t *testing.T) {
	lines := []string{
		"Tasuke Securities Co., Ltd. Fraud Desk", "株式会社さくら銀行 金融犯罪対策室 御中", "INC-2026-0007は、2026年10月1日12時30分に受け付けた。",
		"𠮷野 太郎様（ﾖｼﾉ ﾀﾛｳ）、1,234,567円（うち手数料¥330）", "「口座」・『銀行』、（株）。",
	}
	d := document.New(fonts(t), document.Meta{})
	for _, line := range lines {
		d.Para(line)
	}
	got := strings.Split(read(t, pdf(t, d)), "\n")
	for i, line := range lines {
		if got[i] != line {
			t.Errorf("read %q, want %q", got[i], line)
		}
	}
}

func TestMarksAreJoinedToTheirBaseAndNothingElseIsExchanged(t *testing.T) {
	d := document.New(fonts(t), document.Meta{})
	d.Para("か\u3099き\u3099ハ\u309ae\u0301／神\ufa19福\ufa1b塚\ufa10Å\u212b①㈱㍻ｶﾞ") // marks, then compatibility characters
	if got, want := readBody(t, pdf(t, d)), "がぎパé／神\ufa19福\ufa1b塚\ufa10Å\u212b①㈱㍻ｶﾞ"; got != want {
		t.Errorf("read %q, want %q", got, want)
	}
}

func TestTwoCharactersOfOneShapeAreReadBackEachAsItself(t *testing.T) {
	d := document.New(fonts(t), document.Meta{})
	d.Para("𩿎𩿗𩿎𩿗")
	if got := readBody(t, pdf(t, d)); got != "𩿎𩿗𩿎𩿗" {
		t.Errorf("read %q", got)
	}
}

func TestTheSameDocumentHasTheSameBytesAlsoAtTheSameTime(t *testing.T) {
	want := pdf(t, letter(fonts(t)))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got, err := letter(fonts(t)).PDF(); err != nil || !bytes.Equal(got, want) {
				t.Error("other bytes", err)
			}
		})
	}
	all.Wait()
	fresh, err := document.FindFonts()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(pdf(t, letter(fresh)), want) {
		t.Error("other bytes with faces read anew")
	}
}

func TestAnotherReaderFindsTheFileSound(t *testing.T) {
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode = model.ValidationStrict
	for name, d := range map[string]*document.Doc{"letter": letter(fonts(t)), "form": form(fonts(t)), "nothing": document.New(fonts(t), document.Meta{})} {
		if err := api.Validate(bytes.NewReader(pdf(t, d)), conf); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestThePropertiesNameTitleAuthorAndDateAndTheLanguage(t *testing.T) {
	d := document.New(fonts(t), document.Meta{Title: "𠮷野様（報告）", Author: "証券", Created: time.Date(2026, 10, 1, 21, 0, 0, 0, time.FixedZone("JST", 9*3600))})
	d.Para("本文")
	file := pdf(t, d)
	cmd := exec.Command("pdfinfo", "-isodates", "-")
	cmd.Stdin = bytes.NewReader(file)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"𠮷野様（報告）", "証券", "2026-10-01T", "A4"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%s is not in\n%s", want, out)
		}
	}
	if !bytes.Contains(file, []byte("/Lang <FEFF006A0061>")) { // ja
		t.Error("no language")
	}
}
