package world

import (
	"net/netip"
	"time"
)

// Roles of rows.
const (
	during = "attack"
	early  = "early"
	tried  = "tried"
)

// strike plans the attack on one victim.
func (w *world) strike(g *gang, v Given, given bool) {
	t := Victim{Customer: w.numbers[v.Customer], Given: given, Loss: string(g.Economy)}
	if v.AccessOnly {
		t.Loss = "access"
	}
	p := &w.people[v.Customer-1]
	t.Way = w.way(g)
	at := v.At.UnixMilli()
	var device string
	t.Device, device = w.tool(g, p, w.dayOf(at))
	list := w.truth.Campaigns[g.no].Victims
	w.truth.Campaigns[g.no].Victims = append(list, t)
	m := func(role string) *mark { return &mark{g.no, len(list), role} }

	if g.r.Float64() < w.Knobs.Early {
		_, other := w.tool(g, p, w.dayOf(at))
		w.session(g, p, at-int64(5+g.r.IntN(21))*86_400_000-int64(g.r.IntN(30_000_000)), w.way(g), other, m(early))
	}
	s := w.session(g, p, at, t.Way, device, m(during))
	switch {
	case v.AccessOnly:
		w.look(g, p, t.Way, device, s)
	case g.Economy == Payout:
		w.drain(g, v, p, t.Way, device, s)
	default:
		w.pump(g, s)
	}
}

// way draws how the attacker comes.
func (w *world) way(g *gang) string {
	switch f := g.r.Float64(); {
	case f < w.Knobs.ThroughVPN:
		return "vpn"
	case f < w.Knobs.ThroughVPN+w.Knobs.ThroughCGN:
		return "cgn"
	}
	return "residential"
}

// from is an address for one session.
func (w *world) from(g *gang, way string, day int) netip.Addr {
	r := g.r
	switch way {
	case "vpn":
		return g.exits[r.IntN(len(g.exits))]
	case "cgn":
		return w.carrierAt(r.IntN(large+small), r.IntN(regions), r)
	}
	if r.Float64() < w.Knobs.Resident { // the proxy runs on the router of some customer
		return w.home(&w.people[r.IntN(len(w.people))], max(day, 0))
	}
	return address(ownLines, uint64(1<<20|r.IntN(1<<19)))
}

// tool is the device of the attack.
func (w *world) tool(g *gang, p *person, day int) (kind, id string) {
	k := w.Knobs
	switch f := g.r.Float64(); {
	case f < k.OwnDevice:
		return "own", w.phone(p, max(day, 0))
	case f < k.OwnDevice+k.Mimic:
		return "mimic", w.model(g.r.Float64())
	case f < k.OwnDevice+k.Mimic+k.ProfileReuse:
		return "reused", g.profiles[g.r.IntN(len(g.profiles))]
	}
	return "fresh", deviceID(g.r.Uint64())
}

// session logs the attacker in.
func (w *world) session(g *gang, p *person, at int64, way, device string, m *mark) visit {
	if g.r.Float64() < w.Knobs.OtherWay {
		way = w.way(g)
	}
	s := visit{at: at, customer: p.n, session: g.r.Uint64(), channel: [...]string{"web", "sp_web", "web", "ios"}[g.r.IntN(4)],
		ip: w.from(g, way, w.dayOf(at)), device: device, mark: m}
	if g.r.Float64() < w.Knobs.Referrer {
		s.referrer = "https://" + g.site + "/login"
	}
	w.put(s.row(login, 0))
	return s
}

// look is a visit that does nothing, now and then a second one.
func (w *world) look(g *gang, p *person, way, device string, s visit) {
	if g.r.IntN(4) == 0 {
		w.session(g, p, s.at+int64(1+g.r.IntN(60))*3_600_000, way, device, s.mark)
	}
}

// drain is the attack of 2020.
func (w *world) drain(g *gang, v Given, p *person, way, device string, s visit) {
	r, after := g.r, 30+g.r.IntN(90)
	if r.Float64() < w.Knobs.MailChange {
		c := s.row(profile, after)
		c.change, c.mail = "メール", deviceID(r.Uint64())[2:12]+"@"+[...]string{"tenmin.example", "mail.hinata.example"}[r.IntN(2)]
		if r.Float64() < w.Knobs.ContactReuse {
			c.mail = g.mails[r.IntN(len(g.mails))]
		}
		w.put(c)
		after += 40 + r.IntN(120)
	}
	payments := v.Payouts
	if len(payments) == 0 {
		payments = []Payment{{w.mule(g), int64(8+r.IntN(900)) * 10_000}}
	}
	for range 2 + r.IntN(5) {
		w.put(s.traded(nil, after, symbolOf(r), "sell", 100*(1+r.IntN(30)), price(r), true, r)...)
		after += 20 + r.IntN(90)
	}
	for i, pay := range payments {
		c := s.row(destination, after)
		c.dest = pay.To
		o := s.row(withdrawal, after+60+r.IntN(600))
		o.dest, o.yen = pay.To, pay.Yen
		after += 700
		if i == 0 && v.Until.IsZero() && r.IntN(2) == 0 { // the sales are money two days later
			next := w.session(g, p, s.at+int64(40+r.IntN(20))*3_600_000, way, device, s.mark)
			o = next.row(withdrawal, 50+r.IntN(200))
			o.dest, o.yen = pay.To, pay.Yen
		}
		w.put(c, o)
	}
}

// mule is where the money goes: mostly an account nobody else's money went to, often at one branch.
func (w *world) mule(g *gang) Destination {
	if g.r.Float64() < w.Knobs.MuleReuse {
		return g.mules[g.r.IntN(len(g.mules))]
	}
	d := account(g.r.Uint64())
	if g.r.IntN(2) == 0 {
		d.Bank, d.Branch = g.branch.Bank, g.branch.Branch
	}
	return d
}

// pump is the attack of 2025.
func (w *world) pump(g *gang, s visit) {
	r, after := g.r, 40+g.r.IntN(60)
	if r.IntN(5) < 2 {
		c := s.row(profile, after)
		c.change = "通知設定"
		w.put(c)
		after += 20 + r.IntN(40)
	}
	for range 2 + r.IntN(6) {
		w.put(s.traded(nil, after, symbolOf(r), "sell", 100*(1+r.IntN(30)), price(r), true, r)...)
		after += 15 + r.IntN(60)
	}
	symbol := g.symbols[r.IntN(len(g.symbols))]
	for range 2 + r.IntN(4) {
		w.put(s.traded(nil, after, symbol, "buy", 1000*(5+r.IntN(200)), int64(80+r.IntN(40)), true, r)...)
		after += 60 + r.IntN(900)
	}
}

// try is a wrong password from the campaign's addresses.
func (w *world) try(g *gang) {
	n := g.somebody(w.Customers)
	way := "vpn"
	if g.r.IntN(10) < 3 {
		way = "residential"
	}
	_, device := w.tool(g, &w.people[n-1], 0)
	at := g.moment()
	w.truth.Tried = append(w.truth.Tried, Victim{Customer: w.numbers[n], Loss: tried, Way: way})
	s := visit{at: at.UnixMilli(), customer: n, session: g.r.Uint64(), channel: "web", ip: w.from(g, way, w.dayOf(at.UnixMilli())), device: device,
		mark: &mark{g.no, -len(w.truth.Tried), tried}}
	for i := range 1 + g.r.IntN(2) {
		row := s.row(login, i*17)
		row.result = "bad_pw"
		w.put(row)
	}
}

// put enters rows of the plan, as far as they lie in the logs and the account is open.
func (w *world) put(rows ...row) {
	for _, r := range rows {
		locked, ok := w.locked[r.customer]
		if d := w.dayOf(r.at); d >= 0 && d < w.Days && (!ok || r.at < locked.UnixMilli()) && r.at < w.Until.Add(time.Millisecond).UnixMilli() {
			w.plan[d] = append(w.plan[d], r)
		}
	}
}
