package world

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"
)

// Economy is how attackers make money of an account.
type Economy string

// The two that were seen.
const (
	// Payout: holdings sold, another bank account registered, money withdrawn to it (2020).
	Payout Economy = "withdrawal"
	// Pump: holdings sold and thin stocks bought, which the attackers hold elsewhere (2025).
	Pump Economy = "trade"
)

// Campaign is one attack on many customers.
type Campaign struct {
	Name    string
	Economy Economy
	From    time.Time
	Lasts   time.Duration
	// Victims is how many there are beside those given.
	Victims int
	Given   []Given
}

// Given is a victim that a story needs.
type Given struct {
	Customer int
	At       time.Time // of the attacker's login
	// Until is when the account was locked: nothing happens in it from then. Zero: it was not.
	Until      time.Time
	AccessOnly bool
	// Payouts are where the money went; none: as the campaign likes.
	Payouts []Payment
}

// Payment is money that went somewhere.
type Payment struct {
	To  Destination
	Yen int64
}

// Usual are the attacks of a world nobody has asked anything special of: one campaign of each
// economy, in the second half of the logs.
func Usual(o Options) []Campaign {
	r := rand.New(rand.NewPCG(o.Seed, forCampaign))
	day := func(share float64) time.Time {
		return o.Until.Add(-time.Duration((1 - share) * float64(o.Days) * float64(24*time.Hour)))
	}
	return []Campaign{
		{Name: "payouts", Economy: Payout, From: day(0.56 + 0.12*r.Float64()), Lasts: time.Duration(5+r.IntN(8)) * 24 * time.Hour, Victims: max(o.Customers/420, 9)},
		{Name: "pump", Economy: Pump, From: day(0.78 + 0.12*r.Float64()), Lasts: time.Duration(30+r.IntN(60)) * time.Hour, Victims: max(o.Customers/310, 12)},
	}
}

// gang is a campaign with its tools.
type gang struct {
	Campaign
	no       int
	r        *rand.Rand
	exits    []netip.Addr
	profiles []string
	mules    []Destination
	branch   Destination // where most mules have their accounts
	mails    []string
	site     string
	symbols  []int
	taken    map[int]bool
}

// attack plans a campaign.
func (w *world) attack(no int, c Campaign) error {
	g := &gang{Campaign: c, no: no, r: rand.New(rand.NewPCG(w.mix(forPlan, no), 7)), taken: map[int]bool{}}
	for _, v := range c.Given {
		if v.Customer < 1 || v.Customer > w.Customers {
			return fmt.Errorf("the world has no customer %d", v.Customer)
		}
		g.taken[v.Customer] = true
		if !v.Until.IsZero() {
			w.locked[v.Customer] = v.Until
		}
	}
	w.arm(g)
	w.truth.Campaigns = append(w.truth.Campaigns, Attack{Name: c.Name, Economy: c.Economy})
	for _, v := range c.Given {
		w.strike(g, v, true)
	}
	for range c.Victims {
		w.strike(g, Given{Customer: g.somebody(w.Customers), At: g.moment(), AccessOnly: g.r.Float64() < w.Knobs.AccessOnly}, false)
	}
	for range int(w.Knobs.Tried * float64(c.Victims+len(c.Given))) {
		w.try(g)
	}
	return nil
}

// arm rents and makes what the campaign needs.
func (w *world) arm(g *gang) {
	r, k := g.r, w.Knobs
	victims := g.Victims + len(g.Given)
	for i := range max(k.Exits, 1) {
		n := 100 + 16*g.no + i // its own
		if r.Float64() < k.ExitsInUse {
			n = r.IntN(exitsPerProvider)
		}
		g.exits = append(g.exits, exit(r.IntN(vpnProviders), n))
	}
	for range max(victims/6, 2) {
		g.profiles = append(g.profiles, deviceID(r.Uint64()))
	}
	g.branch = account(r.Uint64())
	for range max(victims/25, 1) {
		g.mules = append(g.mules, account(r.Uint64()))
	}
	for i := range max(victims/12, 1) {
		g.mails = append(g.mails, fmt.Sprintf("k%x@%s", r.Uint32(), [...]string{"tenmin.example", "box.minato.example"}[i%2]))
	}
	g.site = fmt.Sprintf("hinata-%x.example", r.Uint32()>>12)
	for range 3 {
		g.symbols = append(g.symbols, 9001+r.IntN(900))
	}
}

// somebody is a customer the campaign has not touched.
func (g *gang) somebody(customers int) int {
	for {
		n := 1 + g.r.IntN(customers)
		if !g.taken[n] {
			g.taken[n] = true
			return n
		}
	}
}

// moment is when the next victim is attacked: at night for payouts, while the exchange is open for
// trades.
func (g *gang) moment() time.Time {
	at := g.From.Add(time.Duration(g.r.Float64() * float64(g.Lasts))).In(tokyo)
	hour := 20 + g.r.IntN(9)
	if g.Economy == Pump {
		for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			at = at.AddDate(0, 0, -1)
		}
		hour = 9 + g.r.IntN(4)
	}
	return time.Date(at.Year(), at.Month(), at.Day(), hour, g.r.IntN(60), g.r.IntN(60), g.r.IntN(1000)*1_000_000, tokyo)
}
