package indicator

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"tasuke/internal/text"
)

// CanonicalAccount is the form in which two account numbers are compared: letters and digits, in
// upper case.
func CanonicalAccount(s string) string { return text.Account(s) }

// CanonicalDevice is the form in which two device ids are compared.
func CanonicalDevice(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

var destinationParts = regexp.MustCompile(`^[0-9]{4}-?[0-9]{3}-?[0-9]{1,7}$`)

// CanonicalDestination is a destination account as bank-branch-number with four, three and seven
// digits. Logs leave zeros in front of the number out.
func CanonicalDestination(s string) (string, bool) {
	s = strings.Join(strings.Fields(text.Fold(s)), "")
	if !destinationParts.MatchString(s) {
		return "", false
	}
	d := strings.ReplaceAll(s, "-", "")
	return d[:4] + "-" + d[4:7] + "-" + strings.Repeat("0", 14-len(d)) + d[7:], true
}

var local = regexp.MustCompile("^[0-9a-z!#$%&'*+/=?^_`{|}~.-]{1,64}$")

// CanonicalMail is the form in which two mail addresses are compared: lower case, the domain in
// ASCII.
func CanonicalMail(s string) (string, bool) {
	name, domain, ok := strings.Cut(text.Mail(s), "@")
	if !ok || !local.MatchString(name) {
		return "", false
	}
	domain, ok = CanonicalDomain(domain)
	return name + "@" + domain, ok
}

var (
	label  = regexp.MustCompile(`^[0-9a-z_](?:[0-9a-z_-]{0,61}[0-9a-z_])?$`)
	ending = regexp.MustCompile(`^(?:[a-z]{2,24}|xn--[0-9a-z-]{1,59})$`)
)

// CanonicalDomain is the form in which two host names are compared: lower case, ASCII (IDNA), no
// point at the end.
func CanonicalDomain(s string) (string, bool) {
	s, err := idna.Lookup.ToASCII(strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), "."))
	if err != nil || len(s) > 253 {
		return "", false
	}
	parts := strings.Split(s, ".")
	if len(parts) < 2 || !ending.MatchString(parts[len(parts)-1]) {
		return "", false
	}
	for _, p := range parts {
		if !label.MatchString(p) {
			return "", false
		}
	}
	return s, true
}

// fileEndings are endings of files people write into reports; none of them is meant as a host.
var fileEndings = []string{
	"bat", "bin", "cfg", "csv", "dat", "dll", "doc", "docx", "eml", "exe", "gif", "htm", "html", "iso", "jar", "jpeg", "jpg", "js",
	"json", "jsp", "lnk", "log", "md", "msg", "msi", "parquet", "pcap", "pdf", "php", "png", "ppt", "pptx", "ps1", "py",
	"rar", "sh", "sql", "tar", "txt", "vbs", "xls", "xlsx", "xml", "yaml", "yml", "zip", "gz",
}

// asDomain reads a host name, with a port or a path. A file name is one only behind a label.
func asDomain(w string, hint Kind) class {
	host, path, hasPath := strings.Cut(w, "/")
	if hasPath && path != "" {
		if d, ok := CanonicalDomain(strings.SplitN(host, ":", 2)[0]); ok && !isFile(d) {
			return asURL("http://" + w)
		}
		return class{}
	}
	port := 0
	if h, p, ok := cutPort(host); ok {
		host, port = h, p
	}
	d, ok := CanonicalDomain(host)
	if !ok || isFile(d) && hint != Domain {
		return class{}
	}
	c := is(Domain, d)
	c.Port = port
	return c
}

func isFile(d string) bool {
	_, found := slices.BinarySearch(sortedEndings, d[strings.LastIndexByte(d, '.')+1:])
	return found
}

var sortedEndings = slices.Sorted(slices.Values(fileEndings))

// asURL reads http and https addresses: scheme and host in lower case, the host in ASCII, no
// user, no usual port, no fragment.
func asURL(w string) class {
	u, err := url.Parse(w)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Opaque != "" {
		return class{}
	}
	host := u.Hostname()
	if a, ok := CanonicalIP(host); ok {
		if host = a.String(); a.Is6() {
			host = "[" + host + "]"
		}
	} else if host, ok = CanonicalDomain(host); !ok {
		return class{}
	}
	port := 0
	if p := u.Port(); p != "" {
		if _, n, ok := cutPort("h:" + p); ok {
			port = n
		} else {
			return class{}
		}
		if p != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
			host += ":" + p
		}
	}
	u.Host, u.User, u.Fragment, u.RawFragment = host, nil, "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	c := is(URL, u.String())
	c.Port = port
	return c
}

// HostOf gives the host of a URL indicator: a domain or an address.
func HostOf(canonicalURL string) string {
	u, err := url.Parse(canonicalURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
