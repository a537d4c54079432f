package bank

import (
	"strings"

	"tasuke/internal/document"
	"tasuke/internal/text"
)

// paper is what a letter is written on: the PDF, or lines on a screen.
type paper interface {
	Title(text string)
	Left(lines ...string)
	Right(lines ...string)
	Centre(lines ...string)
	Heading(text string)
	Para(text string)
	KeyValues(keyWidth float64, rows ...document.KeyValue)
	Table(columns []document.Column, rows [][]string)
	Boxes(items ...document.Box)
	Note(text string)
	Space(mm float64)
}

// masked is the letter without what a checker has to find elsewhere: the number of the account, in
// either of its forms.
func (l LetterData) masked() LetterData {
	l.Account.Number = text.MaskAccount(l.Account.Number)
	if l.Account.Kigo != "" {
		l.Account.Kigo, l.Account.Bango = text.MaskAccount(l.Account.Kigo), text.MaskAccount(l.Account.Bango)
	}
	return l
}

// Text is the letter line by line, for a screen; it says what Draw draws.
func (l LetterData) Text() string {
	p := &plain{}
	l.write(p)
	return strings.TrimSpace(p.String())
}

// plain takes a letter down as lines.
type plain struct{ strings.Builder }

func (p *plain) lines(all ...string) {
	for _, line := range all {
		p.WriteString(line + "\n")
	}
}

func (p *plain) Title(text string)      { p.lines("", text, "") }
func (p *plain) Left(lines ...string)   { p.lines(lines...) }
func (p *plain) Right(lines ...string)  { p.lines(lines...) }
func (p *plain) Centre(lines ...string) { p.lines(lines...) }
func (p *plain) Heading(text string)    { p.lines("", text) }
func (p *plain) Para(text string)       { p.lines(text) }
func (p *plain) Note(text string)       { p.lines("", text) }
func (p *plain) Space(float64)          {}

func (p *plain) KeyValues(_ float64, rows ...document.KeyValue) {
	for _, r := range rows {
		p.lines(r.Key + "：" + r.Value)
	}
}

func (p *plain) Table(columns []document.Column, rows [][]string) {
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i] = c.Title
	}
	for _, cells := range append([][]string{titles}, rows...) {
		p.lines(strings.Join(cells, "　"))
	}
}

func (p *plain) Boxes(items ...document.Box) {
	for _, b := range items {
		mark := "□ "
		if b.Checked {
			mark = "■ "
		}
		p.lines(mark + b.Text)
	}
}
