// Package indicator 指標 finds what an attack can be known by in a pasted block of Japanese or
// English text: addresses, networks, accounts, destination accounts, mail addresses, domains,
// URLs and devices, written plainly or defanged. It is pure. What logs hold is brought to the
// same forms with the same functions, so that equal things are equal bytes.
package indicator

import "net/netip"

// Kind is what an indicator is.
type Kind string

// The kinds.
const (
	IP          Kind = "ip"          // an IPv4 or IPv6 address
	Network     Kind = "network"     // a range of addresses, CIDR
	Account     Kind = "account"     // an account number at the firm 口座番号
	Destination Kind = "destination" // a bank account money was sent to: bank-branch-number 出金先口座
	Mail        Kind = "mail"
	Domain      Kind = "domain"
	URL         Kind = "url"
	Device      Kind = "device" // a device id or fingerprint 端末ID
)

// Indicator is one value of a text. Equal indicators have equal Kind and Value.
type Indicator struct {
	Kind  Kind
	Value string // in the form of comparison
	// Written is how it stood there the first time, Port the port beside it (0: none).
	Written string
	Port    int
	// Lines are the lines it stood on, from 1, in order.
	Lines []int
}

// Refusal is something that was recognised and must not be swept for.
type Refusal struct {
	Line    int
	Written string
	// Reason is a message key "sweep.indicator.*".
	Reason string
}

// Leftover is what was not recognised: a fragment that looks like a value, or the whole of a
// line on which nothing was found.
type Leftover struct {
	Line int
	Text string
}

// Reading is what a text held. Nothing of the text that looks like a value is in none of the three.
type Reading struct {
	Found   []Indicator // in the order of the first line
	Refused []Refusal
	Unknown []Leftover
}

// Reader reads texts. The zero Reader is the one to use at a firm.
type Reader struct {
	// Allow lets addresses pass that are reserved: a world of examples has no others.
	Allow []netip.Prefix
}

// Read finds the indicators of a text. It never fails; a text of any kind gives a Reading.
func (r Reader) Read(text string) Reading {
	s := scan{reader: r, at: map[string]int{}}
	s.text(text)
	return s.out
}
