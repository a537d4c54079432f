// Package outbound sends the HTTP requests of playbooks: to hosts an administrator has allowed, and
// to no others. What stands in a request is filled in by where it stands, so that no value can
// become a part of the request itself.
package outbound

import (
	"database/sql/driver"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"tasuke/internal/db"
)

// Host is one that may be sent to.
type Host struct {
	ID            string     `db:"id"`
	Name          string     `db:"name"`       // host:port
	Plain         Flag       `db:"plain"`      // plain HTTP instead of TLS
	Private       Flag       `db:"private"`    // its address may be of this house or machine
	KeyHeader     string     `db:"key_header"` // by which it knows a repeated request
	Secret        string     `db:"secret"`     // name of the secret it is sent; empty for none
	AddedAt       db.Instant `db:"added_at"`
	AddedBy       string     `db:"added_by"`
	AddedByName   string     `db:"added_by_name"`
	RemovedAt     db.Instant `db:"removed_at"`
	RemovedBy     string     `db:"removed_by"`
	RemovedByName string     `db:"removed_by_name"`
	Rev           int64      `db:"rev"`
	Reason        string     `db:"-"`
	RemovedReason string     `db:"-"`
}

// Flag is a column of 0 and 1.
type Flag bool

// Value writes it.
func (f Flag) Value() (driver.Value, error) {
	if f {
		return int64(1), nil
	}
	return int64(0), nil
}

// Scan reads it.
func (f *Flag) Scan(v any) error {
	n, ok := v.(int64)
	*f = n == 1
	if !ok || n < 0 || n > 1 {
		return fmt.Errorf("a flag of %T", v)
	}
	return nil
}

const (
	maxReason = 400 // characters
	mostHosts = 200 // allowed at a time
)

var (
	nameForm   = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)
	headerForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,59}$`)
)

// tidied writes the name as it is compared: small letters, with its port.
func (h Host) tidied() Host {
	h.Name, h.KeyHeader, h.Reason = strings.ToLower(strings.TrimSpace(h.Name)), strings.TrimSpace(h.KeyHeader), strings.TrimSpace(h.Reason)
	if name, ok := withPort(h.Name, bool(h.Plain)); ok {
		h.Name = name
	}
	return h
}

// withPort gives host:port; the port of the scheme when none is written.
func withPort(name string, plain bool) (string, bool) {
	port := "443"
	if plain {
		port = "80"
	}
	host := strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if ip, err := netip.ParseAddr(host); err == nil {
		return net.JoinHostPort(ip.String(), port), true
	}
	if h, p, err := net.SplitHostPort(name); err == nil {
		host, port = strings.TrimSuffix(h, "."), p
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", false
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Zone() == "" {
		return net.JoinHostPort(ip.String(), port), true
	}
	return net.JoinHostPort(host, port), nameForm.MatchString(host) && len(host) <= 253
}

// problems gives field -> message key for everything that is wrong at once. secrets are the names in
// the configuration.
func (h Host) problems(secrets map[string]string) map[string]string {
	bad := map[string]string{}
	if _, ok := withPort(h.Name, bool(h.Plain)); !ok {
		bad["name"] = "outbound.host_form"
	}
	if h.Name == "" {
		bad["name"] = "form.required"
	}
	if h.KeyHeader != "" && (!headerForm.MatchString(h.KeyHeader) || strings.EqualFold(h.KeyHeader, "authorization")) {
		bad["key_header"] = "outbound.header_form"
	}
	if _, known := secrets[h.Secret]; h.Secret != "" && !known {
		bad["secret"] = "form.choice"
	}
	if h.Secret != "" && bool(h.Plain) && !bool(h.Private) {
		bad["secret"] = "outbound.secret_plain"
	}
	if key := reasonProblem(h.Reason); key != "" {
		bad["reason"] = key
	}
	return bad
}

func reasonProblem(s string) string {
	switch n := utf8.RuneCountInString(strings.TrimSpace(s)); {
	case n == 0:
		return "form.required"
	case n > maxReason:
		return "form.too_long"
	}
	return ""
}
