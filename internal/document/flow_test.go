package document_test

import (
	"fmt"
	"strings"
	"testing"

	"tasuke/internal/document"
)

// pages is the text of each page without its number.
func pages(t *testing.T, d *document.Doc) []string {
	t.Helper()
	return strings.Split(strings.TrimSuffix(read(t, pdf(t, d), "-raw"), "\f"), "\f")
}

func TestALongTableRepeatsItsHeadOnEveryPageAndLosesNoRow(t *testing.T) {
	d := document.New(fonts(t), document.Meta{Number: "BNK-2026-0007"})
	d.Para("振込明細")
	var rows [][]string
	for i := range 120 {
		rows = append(rows, []string{fmt.Sprintf("T2026-%06d", i), "1,234,567"})
	}
	d.Table([]document.Column{{Title: "整理番号"}, {Title: "金額", Align: document.End}}, rows)
	all := pages(t, d)
	if len(all) != 4 {
		t.Errorf("%d pages", len(all))
	}
	next := 0
	for i, page := range all {
		if strings.Count(page, "整理番号 金額") != 1 {
			t.Errorf("page %d has not one head:\n%s", i+1, page)
		}
		if !strings.Contains(page, fmt.Sprintf("BNK-2026-0007 %d / %d", i+1, len(all))) {
			t.Errorf("page %d has no foot:\n%s", i+1, page)
		}
		for ; strings.Contains(page, fmt.Sprintf("T2026-%06d", next)); next++ {
		}
	}
	if next != len(rows) {
		t.Errorf("row %d is not where it belongs", next)
	}
}

func TestARowLongerThanAPageGoesOnUnderTheSameHead(t *testing.T) {
	long := strings.Repeat("不正なログインを確認した。", 400)
	d := document.New(fonts(t), document.Meta{})
	d.Table([]document.Column{{Title: "項目"}, {Title: "内容", Share: 3}}, [][]string{{"概要", long}, {"原因", "調査中"}})
	all := pages(t, d)
	if len(all) < 3 {
		t.Fatalf("%d pages", len(all))
	}
	var body string
	for i, page := range all {
		text, ok := strings.CutPrefix(dense(page), "項目内容")
		if !ok {
			t.Errorf("page %d begins %.40s", i+1, page)
		}
		body += strings.TrimSuffix(text, fmt.Sprintf("%d/%d", i+1, len(all)))
	}
	if body = strings.Replace(body, "概要", "", 1); body != long+"原因調査中" {
		t.Errorf("read %s", body)
	}
}

func TestAnAnswerOfManyLinesBeginsWhereTheLastOneEnded(t *testing.T) {
	d := document.New(fonts(t), document.Meta{})
	answer := strings.TrimSuffix(strings.Repeat("回答\n", 30), "\n")
	d.KeyValues(0, document.KeyValue{Key: "一", Value: answer}, document.KeyValue{Key: "二", Value: answer}, document.KeyValue{Key: "三", Value: answer})
	all := pages(t, d)
	if len(all) != 2 || !strings.Contains(all[0], "二") || strings.Count(strings.Join(all, ""), "回答") != 90 {
		t.Errorf("%d pages: %s", len(all), all[0])
	}
}

func TestAHeadingNeverEndsAPage(t *testing.T) {
	for lines := range 50 {
		d := document.New(fonts(t), document.Meta{})
		d.Para(strings.TrimSuffix(strings.Repeat("本文\n", lines), "\n"))
		d.Heading("見出し")
		d.Para("次\nの\n段落")
		for i, page := range pages(t, d) {
			before, found := strings.CutSuffix(dense(page), fmt.Sprintf("%d/", i+1)+fmt.Sprint(len(pages(t, d))))
			if found && strings.HasSuffix(before, "見出し") {
				t.Errorf("after %d lines the heading stands alone", lines)
			}
		}
	}
}

func TestAPageNeverEndsAfterAParagraphsFirstLineNorBeforeItsLast(t *testing.T) {
	for before := 30; before < 45; before++ {
		for lines := 2; lines < 6; lines++ {
			d := document.New(fonts(t), document.Meta{})
			d.Para(strings.TrimSuffix(strings.Repeat("本文\n", before), "\n"))
			d.Para(strings.TrimSuffix(strings.Repeat("段\n", lines), "\n"))
			for i, page := range pages(t, d) {
				if n := strings.Count(page, "段"); n == 1 {
					t.Errorf("after %d lines, page %d has one line of %d", before, i+1, lines)
				}
			}
		}
	}
}

func TestATableWhoseHeadLeavesNoRoomIsAnErrorAndNotCutOff(t *testing.T) {
	d := document.New(fonts(t), document.Meta{})
	d.Table([]document.Column{{Title: strings.Repeat("見出し", 700)}}, [][]string{{"値"}})
	if _, err := d.PDF(); err == nil {
		t.Fatal("made")
	}
}

func TestADraftSaysSoOnEveryPageAndAFinishedLetterDoesNot(t *testing.T) {
	for _, draft := range []string{"案", ""} {
		d := document.New(fonts(t), document.Meta{Draft: draft})
		d.Para("一")
		d.Break()
		d.Para("二")
		all := pages(t, d)
		if len(all) != 2 {
			t.Fatalf("%d pages", len(all))
		}
		for i, page := range all {
			if strings.Contains(page, "案") != (draft != "") {
				t.Errorf("page %d: %s", i+1, page)
			}
		}
	}
}

func TestSpaceAndBreakAtTheHeadOfAPageMakeNoEmptyPage(t *testing.T) {
	d := document.New(fonts(t), document.Meta{})
	d.Break()
	d.Space(50)
	d.Para("本文")
	d.Break()
	d.Break()
	d.Para("次の頁")
	if all := pages(t, d); len(all) != 2 {
		t.Errorf("%d pages", len(all))
	}
}

func TestAnEmptyDocumentIsOnePage(t *testing.T) {
	if all := pages(t, document.New(fonts(t), document.Meta{})); len(all) != 1 || !strings.Contains(all[0], "1 / 1") {
		t.Errorf("%q", all)
	}
}

func TestItemsKeepTheirMarksAndHangUnderThem(t *testing.T) {
	d := document.New(fonts(t), document.Meta{})
	d.Numbered("一件目", strings.Repeat("長い項目", 20))
	d.List("点")
	d.Boxes(document.Box{Text: "選んだ", Checked: true}, document.Box{Text: "選ばない"})
	got := dense(read(t, pdf(t, d), "-raw"))
	for _, want := range []string{"(1)一件目(2)長い項目", "・点", "■選んだ□選ばない"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

func TestEachPartCountsItsOwnPages(t *testing.T) {
	t.Parallel()
	d := document.New(fonts(t), document.Meta{Number: "NTC-1"})
	d.Para("一通目")
	d.Break()
	d.Para("一通目の続き")
	d.Part()
	d.Para("二通目")
	got := pages(t, d)
	if len(got) != 3 || !strings.Contains(got[0], "1 / 2") || !strings.Contains(got[1], "2 / 2") || !strings.Contains(got[2], "1 / 1") {
		t.Errorf("%q", got)
	}
}
