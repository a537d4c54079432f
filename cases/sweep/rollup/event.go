// Package rollup keeps the firm's event logs for the impact sweep 影響調査. Each chunk of a file
// becomes an immutable Parquet segment, which is the evidence, and is counted into sightings:
// which customer was seen with which value, how often and on which days. Sightings find
// candidates fast; the rows that are shown and counted come from the segments.
//
// Customers are known by the firm's number. Names never come in; mail addresses, telephone
// numbers and destination accounts are kept as keyed hashes only (Options.Blind).
package rollup

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"time"

	"tasuke/internal/db"
)

// Kind is what happened.
type Kind string

// The kinds (operations.md 8.1).
const (
	Login             Kind = "login"              // ログイン
	Order             Kind = "order"              // 注文
	Execution         Kind = "execution"          // 約定
	Withdrawal        Kind = "withdrawal"         // 出金
	DestinationChange Kind = "destination_change" // 出金先口座の変更
	ProfileChange     Kind = "profile_change"     // 登録情報の変更
)

// Kinds lists every kind.
var Kinds = []Kind{Login, Order, Execution, Withdrawal, DestinationChange, ProfileChange}

// Event is one row of a log. Only At, Kind and Customer are always there.
type Event struct {
	At       db.Instant
	Kind     Kind
	Customer string // the firm's number
	Account  string
	Result   string
	Channel  string
	IP       netip.Addr
	Device   string
	Session  string
	Agent    string // the browser's own description
	Domain   string // host of the page the customer came from
	// Destination, Mail and Phone are the new values of a change, or where money went, as hashes.
	Destination Hash
	Mail        Hash
	Phone       Hash
	// Branch is the bank and branch of Destination (0005-123), MailDomain the domain of Mail.
	Branch     string
	MailDomain string
	Symbol     string
	Side       string
	Quantity   string // a decimal number
	Amount     int64  // yen
	Change     string // what was changed in the profile
	Ref        string // the firm's own id of this event
	// Line is where it stood in the file it first came with.
	Line int
}

// BadPassword is the result of a login with a wrong password, Locked of one to a locked account;
// a mapping says what the source calls them. A failed second factor is not among them: whoever came
// so far had the password.
const (
	BadPassword = "bad_pw"
	Locked      = "locked"
)

// refused reports whether a login let nobody in for want of the password.
func (e Event) refused() bool {
	return e.Kind == Login && (e.Result == BadPassword || e.Result == Locked)
}

// Hash is a keyed hash of a value that is not kept; "" when there was none.
type Hash string

// String is the hash in hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString([]byte(h)) }

// Field is what a value is, in sightings. The numbers are stored.
type Field int

// The fields of which sightings are kept. Sessions are not: each has one customer and a few
// minutes, and they would be most of the table; they stand in the segments.
const (
	ByIP Field = iota + 1
	ByAccount
	ByDestination
	ByMail
	ByPhone
	ByDomain
	ByDevice
)

var fieldNames = map[Field]string{
	ByIP: "ip", ByAccount: "account", ByDestination: "destination", ByMail: "mail", ByPhone: "phone", ByDomain: "domain", ByDevice: "device",
}

// String is the name of the field in reasons and message arguments.
func (f Field) String() string { return fieldNames[f] }

// Value is one value of an event in the form it is compared and sorted in.
type Value struct {
	Field Field
	Key   string // bytes
}

// values gives what an event is counted under.
func (e Event) values(out []Value) []Value {
	if e.IP.IsValid() {
		out = append(out, Value{ByIP, ipKey(e.IP)})
	}
	for _, v := range []Value{
		{ByAccount, e.Account}, {ByDestination, string(e.Destination)}, {ByMail, string(e.Mail)},
		{ByPhone, string(e.Phone)}, {ByDomain, reversed(e.Domain)}, {ByDevice, e.Device},
	} {
		if v.Key != "" {
			out = append(out, v)
		}
	}
	if d := (Value{ByDomain, reversed(e.MailDomain)}); d.Key != "" && e.MailDomain != e.Domain {
		out = append(out, d)
	}
	return out
}

// ipKey sorts addresses in the order of networks; IPv4 and IPv6 do not mix.
func ipKey(a netip.Addr) string {
	if a.Is4() {
		b := a.As4()
		return "4" + string(b[:])
	}
	b := a.As16()
	return "6" + string(b[:])
}

// reversed puts the labels of a host name the other way round, so that a domain and all below it
// are one range.
func reversed(domain string) string {
	if domain == "" {
		return ""
	}
	parts := strings.Split(domain, ".")
	slices.Reverse(parts)
	return strings.Join(parts, ".")
}

// String shows a value as people write it; hashes stay hashes.
func (v Value) String() string {
	switch {
	case v.Field == ByIP && len(v.Key) > 1:
		if a, ok := netip.AddrFromSlice([]byte(v.Key[1:])); ok {
			return a.String()
		}
	case v.Field == ByDomain:
		return reversed(v.Key)
	case v.Field == ByDestination || v.Field == ByMail || v.Field == ByPhone:
		return Hash(v.Key).String()
	}
	return v.Key
}

// Day counts days in Tokyo from 1970-01-01: baselines go by whole days.
type Day int64

// tokyo has had no summer time since 1951.
const tokyo = 9 * time.Hour

// DayOf is the day in Tokyo of a moment.
func DayOf(at db.Instant) Day {
	return Day(floor(int64(at.Add(tokyo)), int64(24*time.Hour/time.Microsecond)))
}

// Start is the first moment of a day.
func (d Day) Start() db.Instant {
	return db.Instant(int64(d) * int64(24*time.Hour/time.Microsecond)).Add(-tokyo)
}

// Before gives the run of so many whole days before the day an attack began.
func Before(attack db.Instant, days int) (first, last Day) {
	d := DayOf(attack)
	return d - Day(days), d - 1
}

func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// EraDays is how many days one sighting covers: they are the bits of one number, the sign left free.
const EraDays = 63

// Era is the number of the run of EraDays a day lies in, and bit its place in it.
func (d Day) Era() (era int64, bit uint) {
	era = floor(int64(d), EraDays)
	return era, uint(int64(d) - era*EraDays)
}

// Bits gives, for one era, the mask of the days from first to last, both included.
func Bits(era int64, first, last Day) int64 {
	from, to := max(int64(first)-era*EraDays, 0), min(int64(last)-era*EraDays, EraDays-1)
	if from > to {
		return 0
	}
	return (int64(1)<<uint(to+1) - 1) &^ (int64(1)<<uint(from) - 1)
}
