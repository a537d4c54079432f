package world

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// live adds what a customer does on a day.
func (w *world) live(p *person, d int) {
	r := w.dice(forDay, p.n, d)
	from := len(w.rows)
	for range poisson(float64(p.rate)*w.mood(d), r) {
		w.visit(p, d, r)
	}
	if p.service >= 0 && r.IntN(8) > 0 {
		w.rows = append(w.rows, w.byService(p, d, r).row(login, 0))
	}
	if r.Float64() < float64(p.pays) {
		w.payout(p, d, r)
	}
	if d == int(p.bankDay) {
		v := w.begin(p, d, r)
		c := v.row(destination, 60+r.IntN(300))
		c.dest = w.bankOf(p, d)
		w.rows = append(w.rows, c)
	}
	if d == int(p.payDay) {
		if p.sells {
			v := w.begin(p, d, r)
			w.rows = v.traded(w.rows, 90, symbolOf(r), "sell", 100*(1+r.IntN(20)), price(r), true, r)
		}
		w.payout(p, d, r)
	}
	if d == int(p.phoneDay) && r.IntN(3) == 0 {
		w.edit(w.begin(p, d, r), p, "電話番号", r)
	}
	if locked, ok := w.locked[p.n]; ok { // nobody gets in any more
		kept := w.rows[:from]
		for _, row := range w.rows[from:] {
			if row.at < locked.UnixMilli() {
				kept = append(kept, row)
			}
		}
		w.rows = kept
	}
}

// mood: fewer look at weekends, and some days everybody does.
func (w *world) mood(d int) float64 {
	m := 0.8 + float64(w.mix(41, d)%1000)/1400
	if w.weekend(d) {
		m *= 0.45
	}
	return m
}

func poisson(mean float64, r *rand.Rand) (n int) {
	for left, p := math.Exp(-mean), r.Float64(); p > left; p *= r.Float64() {
		n++
	}
	return n
}

// hours are when people look: before the opening, at noon, after the close, in the evening.
var hours = [...]int{6, 7, 7, 8, 8, 8, 9, 9, 9, 9, 10, 10, 11, 12, 12, 12, 13, 14, 15, 15, 15, 16, 17, 18, 19, 20, 20, 21, 21, 22, 22, 23, 0, 1}

// begin logs a person in, with a slip of the finger now and then.
func (w *world) begin(p *person, d int, r *rand.Rand) visit {
	hour := hours[r.IntN(len(hours))]
	v := visit{at: w.on(d, hour*3600+r.IntN(3600)) + int64(r.IntN(1000)), customer: p.n, session: r.Uint64()}
	w.place(&v, p, d, hour, r)
	if r.IntN(26) == 0 {
		slip := v.row(login, -9-r.IntN(30))
		slip.result = "bad_pw"
		w.rows = append(w.rows, slip)
	}
	w.rows = append(w.rows, v.row(login, 0))
	return v
}

// place is where a session comes from, and on what.
func (w *world) place(v *visit, p *person, d, hour int, r *rand.Rand) {
	onPhone := p.line == mobile || r.IntN(5) < 2
	switch {
	case p.line == office && hour >= 9 && hour < 18 && !w.weekend(d) && r.IntN(10) < 7:
		onPhone, v.ip = false, w.proxy(int(p.office), r)
	case p.provider >= 0 && r.IntN(2) == 0:
		v.ip = exit(int(p.provider), r.IntN(exitsPerProvider))
	case p.line == mobile && r.IntN(12) > 0, onPhone && r.IntN(8) < 7:
		v.ip = w.carrier(p, r)
	default:
		v.ip = w.home(p, d)
	}
	v.channel, v.device = "web", ""
	if onPhone {
		v.channel, v.device = [...]string{"ios", "android", "sp_web"}[r.IntN(3)], w.phone(p, d)
	} else {
		v.device = w.computer(p, d)
	}
	if p.six && v.ip == w.home(p, d) && r.IntN(2) == 0 {
		v.ip = w.sixth(int(p.household), p.n, d)
	}
}

// visit is a session with what people do in it.
func (w *world) visit(p *person, d int, r *rand.Rand) {
	v := w.begin(p, d, r)
	if r.Float64() < float64(p.trades) {
		hour := (v.at/3_600_000 + 9) % 24
		open := !w.weekend(d) && hour >= 9 && hour < 15
		for i := range 1 + r.IntN(3) {
			side := "buy"
			if r.IntN(100) < 45 {
				side = "sell"
			}
			w.rows = v.traded(w.rows, 40+i*70+r.IntN(60), symbolOf(r), side, 100*(1+r.IntN(9)), price(r), open && r.IntN(10) < 8, r)
		}
	}
	if r.IntN(560) == 0 {
		w.edit(v, p, [...]string{"メール", "パスワード", "電話番号", "通知設定", "住所"}[r.IntN(5)], r)
	}
}

// edit changes what the firm knows of a customer.
func (w *world) edit(v visit, p *person, what string, r *rand.Rand) {
	c := v.row(profile, 30+r.IntN(200))
	switch c.change = what; what {
	case "メール":
		c.mail = fmt.Sprintf("u%d.%d@%s", p.n, r.IntN(90), mailHosts[r.IntN(len(mailHosts))])
	case "電話番号":
		c.phone = fmt.Sprintf("090-001%d-%04d", r.IntN(10), p.n%10000)
	}
	w.rows = append(w.rows, c)
}

var mailHosts = [...]string{"mail.hinata.example", "post.kaede.example", "keitai.sora.example", "box.minato.example"}

// bankOf is a customer's own account at a bank on a day.
func (w *world) bankOf(p *person, d int) Destination {
	second := 0
	if p.bankDay >= 0 && d >= int(p.bankDay) {
		second = 1
	}
	return account(w.mix(51, p.n, second))
}

func (w *world) payout(p *person, d int, r *rand.Rand) {
	o := w.begin(p, d, r).row(withdrawal, 60+r.IntN(240))
	o.dest, o.yen = w.bankOf(p, d), int64(1+r.IntN(300))*10_000
	w.rows = append(w.rows, o)
}

// byService is the nightly login of an aggregator: one device for all its customers.
func (w *world) byService(p *person, d int, r *rand.Rand) visit {
	s := int(p.service)
	return visit{at: w.on(d, 3*3600+r.IntN(7200)), customer: p.n, session: r.Uint64(), channel: "aggregator",
		ip: nightly(s, r.IntN(4)), device: fmt.Sprintf("kakeibo-%d", s+1)}
}

// symbolOf draws a stock: a few are in everybody's hands.
func symbolOf(r *rand.Rand) int { return 1301 + int(math.Pow(r.Float64(), 3)*900)*7 }

func price(r *rand.Rand) int64 { return int64(200 + r.IntN(4000)) }
