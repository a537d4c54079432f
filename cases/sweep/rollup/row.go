package rollup

import (
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tasuke/cases/sweep/indicator"
	"tasuke/internal/db"
	"tasuke/internal/text"
)

const (
	maxValue = 500 // characters of one value
	maxRef   = 64  // of a customer number
	// ahead is how far a clock may be ahead of ours.
	ahead = 10 * time.Minute
)

// earliest is a time before which no log of an online broker can be; it finds zero clocks.
var earliest = db.At(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))

// Rejected is a row that is not kept. It holds nothing of the row.
type Rejected struct {
	Line  int
	Field string
	// Reason is a message key "sweep.reject.*".
	Reason string
}

// parser makes events of rows.
type parser struct {
	m     Mapping
	blind func(field, value string) []byte
	now   db.Instant
	times []string // the layout that fitted last comes first
}

func newParser(m Mapping, blind func(field, value string) []byte, now db.Instant) *parser {
	return &parser{m: m, blind: blind, now: now, times: append([]string(nil), m.Times...)}
}

// event reads one row; get gives the value of a field, "" when there is none. reason is empty
// when the row is good.
func (p *parser) event(line int, get func(field string) string) (e Event, field, reason string) {
	e.Line = line
	for _, step := range []func(*Event, func(string) string) (string, string){p.core, p.network, p.contact, p.trade} {
		if field, reason = step(&e, get); reason != "" {
			return Event{}, field, reason
		}
	}
	return e, "", ""
}

// core reads what every row has: when, what, who.
func (p *parser) core(e *Event, get func(string) string) (field, reason string) {
	var ok bool
	if e.At, ok = p.time(get("at")); !ok {
		return "at", "sweep.reject.time"
	}
	if e.At < earliest || e.At > p.now.Add(ahead) {
		return "at", "sweep.reject.clock"
	}
	if e.Kind = p.m.Kind; e.Kind == "" {
		if e.Kind, ok = p.m.kinds[plain(get("kind"))]; !ok {
			return "kind", "sweep.reject.kind"
		}
	}
	e.Customer = strings.TrimSpace(norm.NFKC.String(get("customer")))
	if e.Customer == "" {
		return "customer", "sweep.reject.no_customer"
	}
	if utf8.RuneCountInString(e.Customer) > maxRef {
		return "customer", "sweep.reject.long"
	}
	if raw := get("account"); raw != "" {
		if e.Account = indicator.CanonicalAccount(raw); e.Account == "" {
			return "account", "sweep.reject.account"
		}
	}
	for _, c := range []struct {
		name string
		to   *string
	}{{"channel", &e.Channel}, {"session", &e.Session}, {"agent", &e.Agent}, {"change", &e.Change}, {"ref", &e.Ref}, {"symbol", &e.Symbol}, {"side", &e.Side}} {
		if *c.to = get(c.name); len(*c.to) > maxValue {
			return c.name, "sweep.reject.long"
		}
	}
	if e.Result = get("result"); p.m.oks[plain(e.Result)] != "" {
		e.Result = p.m.oks[plain(e.Result)]
	}
	return "result", tooLong(e.Result)
}

func tooLong(s string) string {
	if len(s) > maxValue {
		return "sweep.reject.long"
	}
	return ""
}

func (p *parser) network(e *Event, get func(string) string) (field, reason string) {
	if raw := get("ip"); raw != "" {
		var ok bool
		if e.IP, ok = indicator.CanonicalIP(raw); !ok {
			return "ip", "sweep.reject.ip"
		}
	}
	if e.Device = indicator.CanonicalDevice(get("device")); len(e.Device) > maxValue {
		return "device", "sweep.reject.long"
	}
	if raw := get("referrer"); raw != "" {
		e.Domain = hostOf(raw)
	}
	return "", ""
}

// hostOf gives the host of an address or a bare host; "" for anything else, which is common
// (about:blank) and no fault of the row.
func hostOf(s string) string {
	if i := strings.Index(s, "://"); i >= 0 {
		s = s[i+3:]
	}
	s, _, _ = strings.Cut(s, "/")
	s, _, _ = strings.Cut(s, "?")
	if i := strings.LastIndexByte(s, ':'); i > 0 {
		s = s[:i]
	}
	d, _ := indicator.CanonicalDomain(s)
	return d
}

// contact reads what is kept as hashes.
func (p *parser) contact(e *Event, get func(string) string) (field, reason string) {
	raw := get("destination")
	if bank := get("bank"); raw == "" && bank != "" {
		raw = bank + "-" + get("branch") + "-" + get("number")
	}
	if raw != "" {
		d, ok := indicator.CanonicalDestination(raw)
		if !ok {
			return "destination", "sweep.reject.destination"
		}
		e.Destination, e.Branch = p.hash("destination", d), d[:8]
	}
	if raw := get("mail"); raw != "" {
		m, ok := indicator.CanonicalMail(raw)
		if !ok {
			return "mail", "sweep.reject.mail"
		}
		e.Mail, e.MailDomain = p.hash("mail", m), m[strings.IndexByte(m, '@')+1:]
	}
	if raw := get("phone"); raw != "" {
		n := text.Phone(raw)
		if len(n) < 6 || len(n) > 15 {
			return "phone", "sweep.reject.phone"
		}
		e.Phone = p.hash("phone", n)
	}
	return "", ""
}

func (p *parser) hash(field, value string) Hash { return Hash(p.blind("sweep."+field, value)) }

func (p *parser) trade(e *Event, get func(string) string) (field, reason string) {
	var ok bool
	if raw := get("amount"); raw != "" {
		if e.Amount, ok = yen(raw); !ok {
			return "amount", "sweep.reject.number"
		}
	}
	if raw := get("quantity"); raw != "" {
		if e.Quantity, ok = decimal(raw); !ok {
			return "quantity", "sweep.reject.number"
		}
	}
	return "", ""
}
