package indicator

import (
	"net/netip"
	"strconv"
	"strings"
)

// CanonicalIP is the form in which two addresses are compared: RFC 5952 for IPv6, IPv4 in IPv6 as
// IPv4, without zone.
func CanonicalIP(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(strings.TrimSpace(s))
	if err != nil {
		return netip.Addr{}, false
	}
	return a.Unmap().WithZone(""), true
}

// asAddress reads an address, a network, and an address with a port.
func asAddress(w string) class {
	if padded, ok := zeros(w); ok {
		w = padded
	}
	if p, err := netip.ParsePrefix(w); err == nil {
		if p.Addr().Is4In6() {
			return class{}
		}
		if p.IsSingleIP() {
			return is(IP, p.Addr().String())
		}
		return is(Network, p.Masked().String())
	}
	if a, ok := CanonicalIP(strings.Trim(w, "[]")); ok {
		return is(IP, a.String())
	}
	if host, port, ok := cutPort(w); ok {
		if a, ok := CanonicalIP(strings.Trim(host, "[]")); ok && (a.Is4() || strings.HasPrefix(host, "[")) {
			c := is(IP, a.String())
			c.Port = port
			return c
		}
	}
	return class{}
}

// zeros takes zeros in front of the parts of an IPv4 address away, 203.000.113.005: logs pad with
// them and mean decimal.
func zeros(w string) (string, bool) {
	addr, tail := w, ""
	if i := strings.IndexAny(w, "/:"); i >= 0 {
		addr, tail = w[:i], w[i:]
	}
	parts := strings.Split(addr, ".")
	if len(parts) != 4 {
		return "", false
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil || len(p) > 3 {
			return "", false
		}
		parts[i] = strconv.FormatUint(n, 10)
	}
	return strings.Join(parts, ".") + tail, true
}

// cutPort cuts "host:443".
func cutPort(w string) (host string, port int, ok bool) {
	i := strings.LastIndexByte(w, ':')
	if i < 1 {
		return "", 0, false
	}
	p, err := strconv.ParseUint(w[i+1:], 10, 16)
	return w[:i], int(p), err == nil && p > 0
}
