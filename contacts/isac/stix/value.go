package stix

import (
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxValue = 2000 // characters

// Normal gives the form in which two values of a kind are compared, and whether it is one at all:
// addresses and ranges as net/netip writes them, domains and mail in lower case.
func Normal(k Kind, value string) (string, bool) {
	v := strings.TrimSpace(value)
	if v == "" || utf8.RuneCountInString(v) > maxValue || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
		return "", false
	}
	switch k {
	case IP:
		return normalIP(v)
	case Domain:
		v = strings.ToLower(strings.TrimSuffix(v, "."))
		return v, len(v) <= 253 && domainName.MatchString(v)
	case URL:
		u, err := url.Parse(v)
		return v, err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	case Mail:
		a, err := mail.ParseAddress(v)
		return strings.ToLower(v), err == nil && a.Address == v
	case Device:
		return v, true
	}
	return "", false
}

func normalIP(v string) (string, bool) {
	if a, err := netip.ParseAddr(v); err == nil && a.Zone() == "" {
		return a.Unmap().String(), true
	}
	if p, err := netip.ParsePrefix(v); err == nil {
		if p = p.Masked(); p.IsSingleIP() {
			return p.Addr().String(), true
		}
		return p.String(), true
	}
	return "", false
}

var domainName = regexp.MustCompile(`^(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?\.)+[\p{L}\p{N}][\p{L}\p{N}-]{0,61}[\p{L}\p{N}]$`)

// objectOf is the observable type of a value.
func objectOf(k Kind, value string) string {
	switch k {
	case IP:
		if strings.Contains(value, ":") {
			return "ipv6-addr"
		}
		return "ipv4-addr"
	case Domain:
		return "domain-name"
	case URL:
		return "url"
	case Mail:
		return "email-addr"
	}
	return deviceObject
}

// kindOf is the kind of an observable type.
func kindOf(object string) (Kind, bool) {
	k, ok := map[string]Kind{"ipv4-addr": IP, "ipv6-addr": IP, "domain-name": Domain, "url": URL, "email-addr": Mail, deviceObject: Device}[object]
	return k, ok
}

const (
	deviceObject    = "x-tasuke-device"
	deviceExtension = "extension-definition--0d6f0f1e-53a1-4c5e-8f0c-7d1f2a9b6c3d"
)
