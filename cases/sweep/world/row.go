package world

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
)

// What happened, as the firm's systems tell it apart.
const (
	login       = "login"
	order       = "order"
	execution   = "execution"
	withdrawal  = "withdrawal"
	destination = "destination_change"
	profile     = "profile_change"
)

// Destination is a bank account money goes to.
type Destination struct{ Bank, Branch, Number string }

// String writes it as bank-branch-number; "" when there is none.
func (d Destination) String() string {
	if d.Bank == "" {
		return ""
	}
	return d.Bank + "-" + d.Branch + "-" + d.Number
}

// row is one line of a log.
type row struct {
	at       int64 // milliseconds since 1970
	customer int
	kind     string
	source   source
	result   string
	channel  string
	ip       netip.Addr
	device   string
	session  uint64
	referrer string
	dest     Destination
	mail     string
	phone    string
	symbol   int
	side     string
	quantity int
	yen      int64
	change   string
	mark     *mark // nil: nobody attacked
}

// mark says whose row of an attack it is.
type mark struct {
	campaign, victim int // victim -1: tried, and failed
	role             string
}

// visit is a session under way: what its rows have in common.
type visit struct {
	at       int64
	customer int
	channel  string
	ip       netip.Addr
	device   string
	session  uint64
	referrer string
	mark     *mark
}

// row makes a row of a visit so many seconds after it began.
func (v visit) row(kind string, after int) row {
	r := row{at: v.at + int64(after)*1000, customer: v.customer, kind: kind, ip: v.ip, device: v.device, session: v.session, channel: v.channel, mark: v.mark}
	switch kind {
	case login:
		r.source, r.referrer, r.result = web, v.referrer, "ok"
		if v.channel == "ios" || v.channel == "android" {
			r.source = app
		}
	case order:
		r.source, r.device = trade, "" // the order system knows the session, not the device
	case execution:
		r.source, r.device, r.ip = trade, "", netip.Addr{} // the exchange knows neither
	default:
		r.source = backOffice
	}
	return r
}

// traded adds an order and, when the exchange is open, its execution.
func (v visit) traded(rows []row, after, symbol int, side string, quantity int, price int64, open bool, r *rand.Rand) []row {
	o := v.row(order, after)
	o.symbol, o.side, o.quantity, o.yen = symbol, side, quantity, price*int64(quantity)
	rows = append(rows, o)
	if open {
		e := v.row(execution, after+1+r.IntN(90))
		e.symbol, e.side, e.quantity, e.yen = symbol, side, quantity, o.yen
		rows = append(rows, e)
	}
	return rows
}

// account is an ordinary bank account: a few banks have most of them.
func account(h uint64) Destination {
	banks := [...]string{"0001", "0005", "0009", "0010", "0033", "0036", "0038", "9900", "0034", "0017"}
	return Destination{banks[h%10], fmt.Sprintf("%03d", 1+(h>>8)%700), fmt.Sprintf("%07d", (h>>20)%10_000_000)}
}
