package world

import (
	"math"
	"strconv"
)

type line uint8

const (
	mobile line = iota
	shared
	own
	office
)

// person is a customer as the logs know one. Numbers are -1 where there is none.
type person struct {
	n         int
	household int32
	line      line // how most sessions come
	home      line // of the house: shared or own
	carrier   int8
	region    int8
	provider  int8 // of a VPN
	service   int8 // that logs in at night
	office    int16
	rate      float32 // sessions a day
	trades    float32 // sessions with orders
	pays      float32 // days with a withdrawal
	family    bool    // one computer for the house
	six       bool    // the house has IPv6
	popular   bool    // the telephone looks like many
	forget    int16   // days after which the browser is a new device; 0: never
	phoneDay  int16   // of the new telephone
	bankDay   int16   // of the new bank account
	payDay    int16   // of the withdrawal to it
	sells     bool    // before that
}

// settle makes the people.
func (w *world) settle() {
	w.people, w.numbers = make([]person, w.Customers), make([]string, w.Customers+1)
	w.offices = max(w.Customers/160, 2)
	house := 0
	for i := range w.people {
		p := &w.people[i]
		r := w.dice(forPerson, i+1, 0)
		p.n, w.numbers[i+1] = i+1, w.Number(i+1)
		if i == 0 || r.Float64() >= w.Knobs.Families/2 { // each such pair makes two
			house = i + 1
		}
		p.household = int32(house)
		w.person(p)
	}
	for i := 1; i < len(w.people); i++ { // one house, one line
		if a, b := &w.people[i-1], &w.people[i]; a.household == b.household {
			b.home, b.six = a.home, a.six
			if w.chance(w.Knobs.FamilyDevices, 21, int(a.household)) {
				a.family, b.family = true, true
			}
		}
	}
}

func (w *world) chance(share float64, parts ...int) bool {
	return float64(w.mix(parts...)>>11)/(1<<53) < share
}

func (w *world) person(p *person) {
	k, r := w.Knobs, w.rng
	p.provider, p.service, p.office, p.phoneDay, p.bankDay, p.payDay = -1, -1, -1, -1, -1, -1
	p.home = own
	if r.Float64() < k.Shared/(1-k.Mobile-k.Office) {
		p.home = shared
	}
	switch f := r.Float64(); {
	case f < k.Mobile:
		p.line = mobile
	case f < k.Mobile+k.Office:
		p.line = office
		p.office = int16(math.Pow(r.Float64(), 2.2) * float64(w.offices)) // some companies are large
	default:
		p.line = p.home
	}
	p.six = p.home == shared && r.IntN(4) == 0
	p.carrier, p.region = int8(r.IntN(large)), int8(r.IntN(regions))
	if r.Float64() < smallShare {
		p.carrier = int8(large + r.IntN(small))
	}
	w.habits(p)
	if r.Float64() < k.VPN {
		p.provider = int8(r.IntN(vpnProviders))
	}
	if r.Float64() < k.Aggregated {
		p.service = int8(r.IntN(5))
	}
	p.popular = r.Float64() < k.Popular
	if r.Float64() < k.Forgetful {
		p.forget = int16(7 + r.IntN(40))
	}
	if r.Float64() < k.NewPhones {
		p.phoneDay = int16(r.IntN(w.Days))
	}
	if r.Float64() < k.Movers {
		p.bankDay = int16(r.IntN(w.Days))
		if r.IntN(5) < 3 {
			p.payDay = p.bankDay + int16(r.IntN(11))
			p.sells = r.IntN(5) < 2
		}
	}
}

// habits: few customers are there every day, most now and then.
func (w *world) habits(p *person) {
	r := w.rng
	switch f := r.Float64(); {
	case f < 0.07:
		p.rate, p.trades = float32(1.6+2*r.Float64()), 0.42
	case f < 0.36:
		p.rate, p.trades = float32(0.4+0.8*r.Float64()), 0.23
	default:
		p.rate, p.trades = float32(0.03+0.3*r.Float64()), 0.12
	}
	p.pays = 0.0005 + p.rate*0.003
}

// phone and computer are the identifiers of a person's devices on a day.
func (w *world) phone(p *person, d int) string {
	if p.popular {
		return w.model(float64(w.mix(31, p.n)>>11) / (1 << 53))
	}
	second := 0
	if p.phoneDay >= 0 && d >= int(p.phoneDay) {
		second = 1
	}
	return deviceID(w.mix(32, p.n, second))
}

func (w *world) computer(p *person, d int) string {
	owner := p.n
	if p.family {
		owner = -int(p.household)
	}
	epoch := 0
	if p.forget > 0 {
		epoch = 1 + (d+p.n%int(p.forget))/int(p.forget)
	}
	return deviceID(w.mix(33, owner, epoch))
}

// models is how many looks telephones share.
const models = 310

// model is what such a telephone looks like; draw is from 0 to 1. A few looks have many customers,
// most have a handful.
func (w *world) model(draw float64) string {
	return deviceID(w.mix(34, int(math.Pow(draw, 2.4)*models)))
}

func deviceID(h uint64) string { return "fp" + strconv.FormatUint(h|1<<63, 16) }
