package evaluate

import (
	"slices"
	"strings"
	"time"

	"tasuke/cases/sweep/indicator"
	"tasuke/cases/sweep/round"
	"tasuke/cases/sweep/world"
)

// reader lets the addresses of the world pass, which are nobody's.
var reader = indicator.Reader{Allow: world.Ranges()}

// confirm reads the rows of a confirmed victim for indicators: those of the attack, and what was
// tried out before as far as the round looked back. A device the customer had before is the
// customer's own to whoever reads the account, and is not taken.
func (d *desk) confirm(v world.Victim, since time.Time) {
	d.confirmed[v.Customer] = true
	var text strings.Builder
	for _, m := range v.Rows {
		if m.Role != "attack" && m.At.Before(since) {
			continue
		}
		if m.Role == "attack" && (d.first.IsZero() || m.At.Before(d.first)) {
			d.first = m.At
		}
		if v.Device == "own" {
			m.Device = ""
		}
		note(&text, m)
	}
	for _, found := range reader.Read(text.String()).Found {
		if !slices.ContainsFunc(d.sought, func(s round.Sought) bool { return s.Kind == found.Kind && s.Value == found.Value }) {
			d.sought = append(d.sought, round.Sought{Indicator: found, Vouched: true})
		}
	}
}

// note writes a row down as an analyst pastes it. The host of a page says where the customer came
// from; pages of the firm itself are in no row of an attack.
func note(b *strings.Builder, m world.Mark) {
	host := strings.TrimPrefix(m.Referrer, "https://")
	host, _, _ = strings.Cut(host, "/")
	for _, p := range []struct{ label, value string }{
		{"IPアドレス", m.IP}, {"端末ID", m.Device}, {"出金先口座", m.Destination}, {"メール", m.Mail}, {"ドメイン", host},
	} {
		if p.value != "" {
			b.WriteString(p.label + ": " + p.value + "\n")
		}
	}
}
