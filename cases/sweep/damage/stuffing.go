package damage

import (
	"net/netip"
	"slices"
	"strings"

	"tasuke/cases/sweep/rollup"
	"tasuke/internal/db"
)

// Address is what came from one address in the attack.
type Address struct {
	IP        netip.Addr
	Customers int // whose accounts were tried
	Refused   int // logins refused for the password
	Logins    int
}

// Wave is how a wave of tried passwords sorts the customers: each is in one group, the gravest.
type Wave struct {
	Addresses []Address // those that stand out, the most customers first
	Tried     int64     // the password was wrong
	Correct   int64     // the password was right and the second factor stopped it
	LoggedIn  int64     // somebody got in
	Acted     int64     // of those: traded, took money out or changed the account afterwards
}

// Limits of an address that stands out: it tried so many customers, was refused as often as not,
// and is used by five times as many customers as before the attack.
const (
	leastCustomers = 10
	beforeFactor   = 5
)

// reached is how far an attempt on a customer came.
type reached int

const (
	tried reached = iota + 1
	correct
	inside
)

var secondFactor = []string{"mfa_wait", "mfa_fail", "mfa", "otp_fail", "otp_wait", "認証コード相違", "追加認証失敗", "追加認証待ち"}

// level is how far a login came.
func level(r rollup.Row) reached {
	switch s := strings.ToLower(strings.TrimSpace(r.Result)); {
	case s == rollup.BadPassword || s == rollup.Locked:
		return tried
	case slices.Contains(secondFactor, s):
		return correct
	case slices.Contains(failures, s):
		return tried
	}
	return inside
}

type visits struct {
	customers map[string]reached
	first     map[string]db.Instant // when somebody first got in
	refused   int
	logins    int
}

// ReadWave reads the logins of a span and sorts the customers behind the addresses that stand out.
// before gives how many customers used each address in the time before the attack; scan is read twice.
func ReadWave(scan func() Rows, before func([]netip.Addr) ([]int, error)) (Wave, error) {
	byIP, err := visitsOf(scan())
	if err != nil {
		return Wave{}, err
	}
	out, who, err := standOut(byIP, before)
	if err != nil || len(who) == 0 {
		return out, err
	}
	acted, err := actedOf(scan(), who)
	if err != nil {
		return out, err
	}
	for ref, v := range who {
		switch v.came {
		case tried:
			out.Tried++
		case correct:
			out.Correct++
		case inside:
			if out.LoggedIn++; acted[ref] {
				out.Acted++
			}
		}
	}
	return out, nil
}

func visitsOf(rows Rows) (map[netip.Addr]*visits, error) {
	byIP := map[netip.Addr]*visits{}
	err := each(rows, func(r rollup.Row) {
		if r.Kind != rollup.Login || !r.IP.IsValid() {
			return
		}
		v := byIP[r.IP]
		if v == nil {
			v = &visits{customers: map[string]reached{}, first: map[string]db.Instant{}}
			byIP[r.IP] = v
		}
		l := level(r)
		v.logins++
		if l == tried {
			v.refused++
		}
		v.customers[r.Customer] = max(v.customers[r.Customer], l)
		if l == inside && (v.first[r.Customer] == 0 || r.At < v.first[r.Customer]) {
			v.first[r.Customer] = r.At
		}
	})
	return byIP, err
}

// target is how far the wave came with one customer, and since when.
type target struct {
	came  reached
	since db.Instant
}

func standOut(byIP map[netip.Addr]*visits, before func([]netip.Addr) ([]int, error)) (out Wave, who map[string]target, err error) {
	var ips []netip.Addr
	for ip, v := range byIP {
		if len(v.customers) >= leastCustomers && v.refused*2 >= v.logins {
			ips = append(ips, ip)
		}
	}
	slices.SortFunc(ips, netip.Addr.Compare)
	usual, err := before(ips)
	if err != nil {
		return out, nil, err
	}
	who = map[string]target{}
	for i, ip := range ips {
		v := byIP[ip]
		if len(v.customers) < beforeFactor*usual[i] {
			continue
		}
		out.Addresses = append(out.Addresses, Address{ip, len(v.customers), v.refused, v.logins})
		for ref, came := range v.customers {
			t := who[ref]
			t.came = max(t.came, came)
			if first := v.first[ref]; first != 0 && (t.since == 0 || first < t.since) {
				t.since = first
			}
			who[ref] = t
		}
	}
	slices.SortStableFunc(out.Addresses, func(a, b Address) int { return b.Customers - a.Customers })
	return out, who, nil
}

// actedOf are the customers in whose accounts something was done after somebody got in.
func actedOf(rows Rows, who map[string]target) (map[string]bool, error) {
	out := map[string]bool{}
	err := each(rows, func(r rollup.Row) {
		if t := who[r.Customer]; t.came == inside && r.Kind != rollup.Login && r.At >= t.since && took(r) {
			out[r.Customer] = true
		}
	})
	return out, err
}
