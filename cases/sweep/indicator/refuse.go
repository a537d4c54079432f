package indicator

import (
	"net/netip"
	"net/url"
)

// Ranges nobody on the internet has (IANA special-purpose registries, RFC 6890), by the reason
// that is shown; what netip knows by itself is not repeated.
var reserved = []struct {
	reason string
	in     []netip.Prefix
}{
	{"sweep.indicator.shared", prefixes("100.64.0.0/10")},
	{"sweep.indicator.documentation", prefixes("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")},
	{"sweep.indicator.reserved", prefixes("0.0.0.0/8", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "100::/64", "2001::/23", "::/96")},
}

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// The widest networks that may be swept for: wider ones touch everybody.
const (
	widest4 = 16
	widest6 = 32
)

// refuse gives the reason why a value must not be swept for, or "".
func (r Reader) refuse(c class) string {
	switch c.Kind {
	case IP:
		return r.refuseIP(c.Value)
	case Network:
		p, err := netip.ParsePrefix(c.Value)
		if err != nil {
			return "sweep.indicator.reserved"
		}
		if p.Addr().Is4() && p.Bits() < widest4 || p.Addr().Is6() && p.Bits() < widest6 {
			return "sweep.indicator.wide"
		}
		return r.refuseNet(p)
	case URL:
		if u, err := url.Parse(c.Value); err == nil {
			if a, ok := CanonicalIP(u.Hostname()); ok {
				return r.refuseIP(a.String())
			}
		}
	}
	return ""
}

func (r Reader) refuseIP(s string) string {
	a, ok := CanonicalIP(s)
	if !ok {
		return "sweep.indicator.reserved"
	}
	return r.refuseNet(netip.PrefixFrom(a, a.BitLen()))
}

func (r Reader) refuseNet(p netip.Prefix) string {
	for _, allowed := range r.Allow {
		if allowed.Overlaps(p) && allowed.Bits() <= p.Bits() {
			return ""
		}
	}
	switch a := p.Addr(); {
	case a.IsPrivate():
		return "sweep.indicator.private"
	case a.IsLoopback():
		return "sweep.indicator.loopback"
	case a.IsLinkLocalUnicast():
		return "sweep.indicator.local"
	case a.IsMulticast():
		return "sweep.indicator.multicast"
	case a.IsUnspecified():
		return "sweep.indicator.reserved"
	}
	for _, group := range reserved {
		for _, in := range group.in {
			if in.Overlaps(p) {
				return group.reason
			}
		}
	}
	return ""
}
