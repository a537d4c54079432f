package notice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Report says which of a series of public notices one is (operations.md 6 H).
type Report string

// The reports. The empty one is the first.
const (
	First      Report = "first"      // 第一報
	Update     Report = "update"     // 続報
	Final      Report = "final"      // 最終報
	Correction Report = "correction" // 訂正
)

// Public is the blanks of a public notice.
type Public struct {
	Language Language
	Report   Report
	Ordinal  int // 第n報; 0 is 1
	Firm     string
	No       string
	Date     time.Time // of the publication; not part of what is approved
	Title    string
	// Changes is what is new since the notice before; an update needs it.
	Changes  string
	Outline  string
	Figures  []Figure // of one moment
	Cause    string   // empty: under investigation, but not in the final notice
	Measures []Measure
	// Prevention is needed in the final notice, Compensation may stand in it.
	Prevention, Compensation string
	Next                     time.Time // zero: not decided, which the text says; none after the final notice
	Desk                     Desk
	// Corrects is the notice that a correction takes the place of, with what was wrong in it.
	Corrects Corrected
}

// Corrected is a published notice that said something wrong.
type Corrected struct {
	No     string
	At     time.Time // of its publication
	Reason string    // what is corrected and why, for the reader
	Before Document
}

// Document is a public notice in parts: the text that is checked, the page and the PDF are made from
// it, so that none of them can say something else.
type Document struct {
	Language Language  `json:"language"`
	Report   Report    `json:"report"`
	Subject  string    `json:"subject"`
	Title    string    `json:"title"` // the subject with the number of the report
	Firm     string    `json:"firm"`
	No       string    `json:"no"`
	At       time.Time `json:"at"` // of the publication
	Parts    []Part    `json:"parts"`
	Foot     string    `json:"foot"`
}

// Part is one numbered section.
type Part struct {
	Key        string      `json:"key"`
	Heading    string      `json:"heading"`
	Paragraphs []string    `json:"paragraphs,omitempty"`
	Items      []string    `json:"items,omitempty"`
	Counts     []CountLine `json:"counts,omitempty"`
	After      string      `json:"after,omitempty"`
}

// CountLine is a figure in the words of the notice.
type CountLine struct {
	What  string `json:"what"`
	Stage string `json:"stage"`
	N     string `json:"n"` // with its unit
	Line  string `json:"line"`
}

// Same reports whether two parts say the same.
func (p Part) Same(q Part) bool {
	return p.Heading == q.Heading && slices.Equal(p.Paragraphs, q.Paragraphs) && slices.Equal(p.Items, q.Items) && slices.Equal(p.Counts, q.Counts) && p.After == q.After
}

// Undated is the document as it is approved: without the moment of its publication.
func (d Document) Undated() Document {
	d.At = time.Time{}
	return d
}

// Day is the day of the publication in words.
func (d Document) Day() string { return day(d.Language, d.At) }

// Moment is the moment of the publication in words.
func (d Document) Moment() string { return moment(d.Language, d.At) }

// ToPublic makes a public notice and its parts. Faults are as in ToVictim; those of the figures are
// notice.figures.* on "figures".
func ToPublic(ctx context.Context, p Public, look Look) (Document, Notice, []Finding, error) {
	if p.Report == "" {
		p.Report = First
	}
	p.Ordinal = max(p.Ordinal, 1)
	if err := p.check(); err != nil {
		return Document{}, Notice{}, nil, err
	}
	d := p.document()
	n, found, err := write(ctx, "public", d, look)
	return d, n, found, err
}

// Bullet stands before an item of a list.
func (d Document) Bullet() string { return d.in("・", "- ") }

func (d Document) in(ja, en string) string { return said{ja, en}.in(d.Language) }

// document puts the parts together, in the order of operations.md 6 H.
func (p Public) document() Document {
	d := Document{Language: p.Language, Report: p.Report, Firm: p.Firm, No: p.No, At: p.Date}
	d.Subject, d.Title = p.Title, p.Title+p.report()
	d.Foot = d.in("文書番号 "+p.No, "Document "+p.No+". The Japanese text prevails.")
	parts := []Part{
		{Key: "changes", Heading: d.in("前回の公表からの変更点", "What has changed since the last notice"), Paragraphs: nonEmpty(p.Changes)},
		{Key: "outline", Heading: d.in("概要", "Outline"), Paragraphs: nonEmpty(p.Outline)},
		p.counts(d),
		{Key: "cause", Heading: d.in("原因", "Cause"), Paragraphs: []string{or(p.Cause, d.in("現在調査中です。", "Under investigation."))}},
		{Key: "measures", Heading: d.in("当社の対応", "What we have done"), Items: p.measureLines()},
		{Key: "compensation", Heading: d.in("補償について", "Compensation"), Paragraphs: nonEmpty(p.Compensation)},
		{Key: "prevention", Heading: d.in("再発防止", "Prevention"), Paragraphs: nonEmpty(p.Prevention)},
		{Key: "asks", Heading: d.in("お客様へのお願い", "What we ask of our customers"), Items: asks(d)},
		{Key: "desk", Heading: d.in("お問い合わせ先", "Whom to ask"), Paragraphs: []string{p.deskLine(d)}},
		{Key: "next", Heading: d.in("次回の公表", "Next notice"), Paragraphs: []string{p.nextLine(d)}},
	}
	if p.Report == Correction {
		parts = append([]Part{p.corrected(d, parts)}, parts...)
	}
	for _, part := range parts {
		if len(part.Paragraphs)+len(part.Items)+len(part.Counts) > 0 {
			d.Parts = append(d.Parts, part)
		}
	}
	return d
}

// report is what stands behind the title.
func (p Public) report() string {
	if p.Language == English {
		switch p.Report {
		case Update:
			return fmt.Sprintf(" (notice no. %d)", p.Ordinal)
		case Final:
			return fmt.Sprintf(" (final notice, no. %d)", p.Ordinal)
		case Correction:
			return fmt.Sprintf(" (notice no. %d, corrected)", p.Ordinal)
		case First:
		}
		return " (first notice)"
	}
	switch p.Report {
	case Final:
		return fmt.Sprintf("（最終報・第%d報）", p.Ordinal)
	case Correction:
		return fmt.Sprintf("（第%d報・訂正版）", p.Ordinal)
	case First, Update:
	}
	return fmt.Sprintf("（第%d報）", p.Ordinal)
}

func (p Public) counts(d Document) Part {
	at := moment(p.Language, p.Figures[0].AsOf)
	part := Part{Key: "counts", Heading: d.in("対象と件数（"+at+"時点）", "Who is affected, as of "+at),
		After: d.in("件数は上記時点のものであり、調査の進捗により変わることがあります。", "These numbers are of the moment named and may change as the investigation goes on.")}
	if p.Report == Final {
		part.After = d.in("件数は上記時点で確定したものです。", "These numbers are final as of the moment named.")
	}
	for _, f := range p.Figures {
		part.Counts = append(part.Counts, f.line(p.Language))
	}
	return part
}

func (p Public) measureLines() (out []string) {
	for _, m := range p.Measures {
		between := " "
		if p.Language == English {
			between = ": "
		}
		out = append(out, moment(p.Language, m.At)+between+m.Text)
	}
	return out
}

func asks(d Document) []string {
	return []string{
		d.in("身に覚えのない取引がないか、取引履歴をお確かめください。お気付きの点は下記の窓口までご連絡ください。", "Look through your transactions and tell the desk below of any you do not recognise."),
		d.in("パスワードの使い回しを避け、多要素認証を設定してください。", "Use a password of its own for each service, and multi-factor authentication."),
		d.in("本件に便乗した電話・メール・訪問にご注意ください。当社がパスワードや認証コードをお尋ねすることはありません。",
			"Beware of calls, mail or visits that refer to this matter. We never ask for a password or a one-time code."),
	}
}

func (p Public) deskLine(d Document) string {
	return d.in(p.Desk.Name+" 電話 "+p.Desk.Phone+"（"+p.Desk.Hours+"）", p.Desk.Name+", telephone "+p.Desk.Phone+" ("+p.Desk.Hours+")")
}

func (p Public) nextLine(d Document) string {
	switch {
	case p.Report == Final:
		return d.in("本件についての公表は、本報をもって終了します。", "This is the last notice on the matter.")
	case p.Next.IsZero():
		return d.in("時期は未定です。お知らせすべき事実を確認した時点で公表します。", "Not decided; we will publish as soon as there is something to tell.")
	}
	return d.in(day(p.Language, p.Next)+"までに公表する予定です。", "Planned by "+day(p.Language, p.Next)+".")
}

// corrected says what the notice before said wherever it said something else.
func (p Public) corrected(d Document, now []Part) Part {
	part := Part{Key: "correction", Heading: d.in("訂正の内容", "What is corrected")}
	at := moment(p.Language, p.Corrects.At)
	part.Paragraphs = []string{
		d.in(at+"に公表した "+p.Corrects.No+" の内容に誤りがあったため、次のとおり訂正します。", "Notice "+p.Corrects.No+", published on "+at+", was wrong and is corrected as follows."),
		p.Corrects.Reason,
	}
	if p.Corrects.Before.No == "" { // there was none in this language
		return part
	}
	for _, was := range p.Corrects.Before.Parts {
		if was.Key == "correction" {
			continue
		}
		i := slices.IndexFunc(now, func(q Part) bool { return q.Key == was.Key })
		if i < 0 || !was.Same(now[i]) {
			part.Items = append(part.Items, d.in("訂正前「"+was.Heading+"」: ", "Before, under “"+was.Heading+"”: ")+was.flat(d.Language))
		}
	}
	if before := p.Corrects.Before.Subject; before != p.Title {
		part.Items = append(part.Items, d.in("訂正前の件名: ", "Title before: ")+before)
	}
	return part
}

// flat is a part in one line.
func (p Part) flat(l Language) string {
	all := slices.Clone(p.Paragraphs)
	all = append(all, p.Items...)
	for _, c := range p.Counts {
		all = append(all, c.Line)
	}
	between := " / "
	if l == Japanese {
		between = "／"
	}
	return strings.Join(all, between)
}

func nonEmpty(s string) []string {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	return []string{s}
}

func or(s, otherwise string) string {
	if strings.TrimSpace(s) == "" {
		return otherwise
	}
	return s
}
