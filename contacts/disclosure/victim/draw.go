package victim

import (
	"fmt"
	"regexp"
	"strings"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/document"
)

var (
	numbered = regexp.MustCompile(`^\d\. `)
	itemised = regexp.MustCompile(`^(?:・|- )`)
)

// draftLabels stand on every page of what nobody has approved.
var draftLabels = map[notice.Language]string{notice.Japanese: "案", notice.English: "DRAFT"}

// Draw makes one PDF of letters, each a part with pages of its own. It answers
// *document.MissingGlyphs when a character is in no font; nothing is drawn then.
func Draw(fonts document.Fonts, firm Firm, all []Letter, draft bool) ([]byte, error) {
	meta := document.Meta{Author: firm.Name}
	if len(all) > 0 {
		meta.Title, meta.Number, meta.Lang = all[0].Subject, all[0].No, string(all[0].Language)
		if draft {
			meta.Draft = draftLabels[all[0].Language]
		}
	}
	d := document.New(fonts, meta)
	for i, l := range all {
		if i > 0 {
			d.Part()
		}
		l.write(d, firm)
	}
	pdf, err := d.PDF()
	if err != nil {
		return nil, fmt.Errorf("draw letters: %w", err)
	}
	return pdf, nil
}

// write sets the address for the window of an envelope, who writes, and the text as it was approved:
// its numbered lines are headings and its marked lines items.
func (l Letter) write(d *document.Doc, firm Firm) {
	day, body, _ := strings.Cut(l.Body, "\n")
	name := l.Name + " 様"
	if l.Language == notice.English {
		name = l.Name
	}
	address := []string{}
	if l.Postal != "" {
		address = append(address, l.Postal)
	}
	d.Left(append(address, name)...)
	d.Right(day, l.No)
	from := []string{}
	for _, s := range []string{firm.Name, firm.Section, firm.Address} {
		if s != "" {
			from = append(from, s)
		}
	}
	d.Right(from...)
	d.Title(l.Subject)
	var items []string
	flush := func() {
		if len(items) > 0 {
			d.List(items...)
			items = nil
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(body), "\n") {
		if itemised.MatchString(line) {
			items = append(items, itemised.ReplaceAllString(line, ""))
			continue
		}
		flush()
		switch {
		case line == "" || line == name || line == firm.Name:
		case numbered.MatchString(line):
			d.Heading(line)
		default:
			d.Para(line)
		}
	}
	flush()
}
