package rollup

import (
	"net/netip"

	"tasuke/cases/sweep/indicator"
)

// ProbesOf gives the ranges of values an indicator is looked for in: a network is the range of its
// addresses, a domain itself and all below it, a URL its host. It is empty for a kind that logs do
// not hold.
func (s *Store) ProbesOf(i indicator.Indicator) []Probe {
	switch i.Kind {
	case indicator.IP:
		return ipProbe(i.Value + suffix(i.Value))
	case indicator.Network:
		return ipProbe(i.Value)
	case indicator.Account:
		return exact(ByAccount, i.Value)
	case indicator.Destination:
		return exact(ByDestination, string(s.o.Blind("sweep.destination", i.Value)))
	case indicator.Mail:
		return exact(ByMail, string(s.o.Blind("sweep.mail", i.Value)))
	case indicator.Device:
		return exact(ByDevice, i.Value)
	case indicator.Domain:
		return below(i.Value)
	case indicator.URL:
		host := indicator.HostOf(i.Value)
		if a, err := netip.ParseAddr(host); err == nil {
			return ipProbe(a.String() + suffix(a.String()))
		}
		return below(host)
	}
	return nil
}

func exact(f Field, key string) []Probe {
	if key == "" {
		return nil
	}
	return []Probe{{f, key, key}}
}

// below: '/' comes right after '.', so the second range is all names that go on with a point.
func below(domain string) []Probe {
	if domain == "" {
		return nil
	}
	r := reversed(domain)
	return []Probe{{ByDomain, r, r}, {ByDomain, r + ".", r + ".\xff"}}
}

func suffix(addr string) string {
	if a, err := netip.ParseAddr(addr); err == nil && a.Is4() {
		return "/32"
	}
	return "/128"
}

func ipProbe(cidr string) []Probe {
	p, err := netip.ParsePrefix(cidr)
	if err != nil {
		return nil
	}
	p = p.Masked()
	last := p.Addr().AsSlice()
	for bit := p.Bits(); bit < p.Addr().BitLen(); bit++ {
		last[bit/8] |= 1 << (7 - bit%8)
	}
	high, _ := netip.AddrFromSlice(last) // of the same length
	return []Probe{{ByIP, ipKey(p.Addr()), ipKey(high)}}
}
