package page

import (
	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/document"
)

// PDF draws the notice for the press from the same parts as the page. A draft, and a notice that does not
// stand any more, says so on every sheet. It answers *document.MissingGlyphs when a character is in no
// font; nothing is drawn then.
func PDF(fonts document.Fonts, d notice.Document, l Look) ([]byte, error) {
	w := wordsIn(d.Language)
	meta := document.Meta{Title: d.Title, Author: d.Firm, Lang: string(d.Language), Number: d.No, Created: d.At}
	if meta.Draft = mark(d.Language, l.Note.Status); l.Draft {
		meta.Draft, meta.Created = w.DraftMark, l.Note.At
	}
	p := document.New(fonts, meta)
	if l.Draft {
		p.Right(w.DraftMark, d.Firm)
	} else {
		p.Right(d.Moment(), d.Firm)
	}
	if said := noted(d.Language, l.Note); said != "" {
		p.Para(said)
		p.Para(l.Note.Reason)
	}
	p.Title(d.Title)
	for _, part := range d.Parts {
		p.Heading(part.Heading)
		for _, s := range part.Paragraphs {
			p.Para(s)
		}
		if len(part.Counts) > 0 {
			p.Table([]document.Column{{Title: w.What, Share: 2}, {Title: w.Stage, Share: 2}, {Title: w.Number, Share: 1.5, Align: document.End}}, rows(part.Counts))
		}
		if len(part.Items) > 0 {
			p.List(part.Items...)
		}
		if part.After != "" {
			p.Note(part.After)
		}
	}
	p.Note(d.Foot)
	return p.PDF()
}

func rows(counts []notice.CountLine) (out [][]string) {
	for _, c := range counts {
		out = append(out, []string{c.What, c.Stage, c.N})
	}
	return out
}
