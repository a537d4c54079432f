package rollup

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tasuke/internal/db"
)

// figure takes width, thousands and the sign of the currency away.
func figure(s string) string {
	s = strings.TrimSpace(norm.NFKC.String(s))
	s = strings.NewReplacer(",", "", "¥", "", "円", "", "\\", "", " ", "").Replace(s)
	return strings.TrimPrefix(s, "+")
}

// yen reads a whole number of yen.
func yen(s string) (int64, bool) {
	s = figure(s)
	if i := strings.IndexByte(s, '.'); i >= 0 && strings.Trim(s[i+1:], "0") == "" {
		s = s[:i]
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// decimal checks a decimal number and leaves it text: no fraction of a share is lost.
func decimal(s string) (string, bool) {
	s = figure(s)
	whole, part, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return s, whole != "" && len(s) <= 40 && strings.Trim(whole+part, "0123456789") == ""
}

// time reads a moment by the layouts of the mapping. A number is one only by unix or unix_ms.
func (p *parser) time(s string) (db.Instant, bool) {
	for i, layout := range p.times {
		at, ok := p.timeAs(layout, s)
		if !ok {
			continue
		}
		if i > 0 {
			copy(p.times[1:i+1], p.times[:i])
			p.times[0] = layout
		}
		return at, true
	}
	return 0, false
}

func (p *parser) timeAs(layout, s string) (db.Instant, bool) {
	switch layout {
	case "rfc3339":
		t, err := time.Parse(time.RFC3339, s)
		return db.At(t), err == nil
	case "unix":
		t, ok := unix(s, 1_000_000)
		return t, ok
	case "unix_ms":
		t, ok := unix(s, 1_000)
		return t, ok
	}
	t, err := time.ParseInLocation(layout, s, p.m.zone)
	return db.At(t), err == nil
}

// unix reads a count of units since 1970, with decimals.
func unix(s string, micros int64) (db.Instant, bool) {
	whole, part, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < 0 || n > 1<<62/micros {
		return 0, false
	}
	part = (part + "000000")[:max(len(part), 6)]
	f, err := strconv.ParseInt(part[:6], 10, 64)
	return db.Instant(n*micros + f*micros/1_000_000), err == nil
}
