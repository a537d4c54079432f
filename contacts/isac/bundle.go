package isac

import (
	"strings"

	"tasuke/contacts/isac/stix"
	"tasuke/internal/db"
)

// Firm is who shares, and how it is reached about it.
type Firm struct {
	Name, Section, Phone, Mail string
}

func (f Firm) contact() string {
	return strings.Join(filled(f.Section, f.Phone, f.Mail), " / ")
}

func filled(all ...string) (out []string) {
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// headings of the four things a share says, by language.
var headings = map[string][4]string{
	"ja": {"攻撃元", "手口", "目的", "対策と結果"},
	"en": {"Origin of the attack", "Method", "Purpose", "Countermeasures and their effect"},
}

func (c Content) text() string {
	h := headings[c.Language]
	var parts []string
	for n, s := range []string{c.AttackOrigin, c.Method, c.Purpose, c.Countermeasure} {
		parts = append(parts, h[n]+"\n"+s)
	}
	return strings.Join(parts, "\n\n")
}

// bundle writes the share as STIX 2.1. What is put to approval already is the report that will be
// sent, byte for byte, so it is published at the moment it was frozen.
func (c Content) bundle(f Firm, s Share, at db.Instant) ([]byte, error) {
	out := stix.Share{ID: s.ID, Firm: f.Name, Contact: f.contact(), Title: c.Title, Text: c.text(), Language: c.Language, TLP: c.TLP,
		Created: s.OpenedAt.Time(), Modified: at.Time(), Published: at.Time()}
	for _, i := range c.Indicators {
		out.Indicators = append(out.Indicators, c.indicator(i))
	}
	return stix.Write(out)
}

func (c Content) indicator(i Indicator) stix.Indicator {
	from := i.From
	if from == 0 {
		from = c.ObservedFrom
	}
	out := stix.Indicator{Kind: i.Kind, Value: i.Value, Note: i.Note, From: from.Time(), Confidence: c.Confidence}
	if i.Until > from {
		out.Until = i.Until.Time()
	}
	if i.Seen > 0 {
		last := max(i.Until, from)
		if i.Until == 0 {
			last = max(c.ObservedTo, from)
		}
		out.Seen, out.FirstSeen, out.LastSeen = i.Seen, from.Time(), last.Time()
	}
	return out
}
