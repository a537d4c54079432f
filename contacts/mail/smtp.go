package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// The ways to protect the conversation with the mail server.
const (
	StartTLS = "starttls" // the server must offer STARTTLS (RFC 3207)
	TLS      = "tls"      // TLS from the first byte (RFC 8314)
	NoTLS    = "none"     // only to a server on this machine
)

// SMTP is how to reach the firm's mail server. The password is in a file, never here.
type SMTP struct {
	// Addr is HOST:PORT.
	Addr string
	// From is the address letters come from, with or without a display name.
	From string
	// HELO is the name this machine introduces itself by; empty is "localhost".
	HELO string
	// TLS is StartTLS, TLS or NoTLS.
	TLS string
	// User and PasswordFile sign in; both or none.
	User, PasswordFile string
	// CAFile holds the certificates (PEM) the server's must come from; empty is the system's own.
	CAFile string
}

// Check names every fault of the settings at once; nil when mail can be sent with them.
func (s SMTP) Check() error {
	var faults []error
	say := func(format string, a ...any) { faults = append(faults, fmt.Errorf("smtp "+format, a...)) }
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil || host == "" {
		say("address %q is not HOST:PORT", s.Addr)
	}
	if _, err := s.sender(); err != nil {
		say("from: %w", err)
	}
	if strings.ContainsFunc(s.HELO, breaks) || strings.Contains(s.HELO, " ") {
		say("helo %q is not a host name", s.HELO)
	}
	if !slices.Contains([]string{StartTLS, TLS, NoTLS}, s.TLS) {
		say("tls %q is none of starttls, tls, none", s.TLS)
	}
	if s.TLS == NoTLS && !local(host) {
		say("tls none is for a mail server on this machine only, and %q is another", host)
	}
	if (s.User == "") != (s.PasswordFile == "") {
		say("user and password file belong together; set both or none")
	}
	if s.PasswordFile != "" {
		if _, err := s.password(); err != nil {
			say("%w", err)
		}
	}
	if _, err := s.secure(); err != nil {
		say("%w", err)
	}
	return errors.Join(faults...)
}

// local says that a host is this machine.
func local(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

func (s SMTP) sender() (*mail.Address, error) {
	a, err := mail.ParseAddress(s.From)
	if err != nil {
		return nil, fmt.Errorf("%q is not an address: %w", s.From, err)
	}
	if !goodAddress(a.Address) || !oneLine(a.Name, maxName) {
		return nil, fmt.Errorf("%q is not an address that every server takes", s.From)
	}
	return a, nil
}

// domain is the right side of Message-IDs.
func (s SMTP) domain() string {
	a, err := s.sender()
	if err != nil {
		return "localhost.invalid"
	}
	return a.Address[strings.LastIndexByte(a.Address, '@')+1:]
}

var errNoPassword = errors.New("the password file is empty")

// password is read at every connection, so that a changed file needs no restart.
func (s SMTP) password() (string, error) {
	b, err := os.ReadFile(s.PasswordFile)
	if err != nil {
		return "", fmt.Errorf("read the password file: %w", err)
	}
	p := strings.TrimRight(string(b), "\r\n")
	if p == "" {
		return "", errNoPassword
	}
	return p, nil
}

var errNoCertificate = errors.New("no certificate in it")

// secure checks the server's certificate and its name, always.
func (s SMTP) secure() (*tls.Config, error) {
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return nil, fmt.Errorf("address: %w", err)
	}
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if s.CAFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		return nil, fmt.Errorf("read the CA file: %w", err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("CA file %s: %w", s.CAFile, errNoCertificate)
	}
	return c, nil
}
