package mail_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// script says where a peer does not simply take what it is given.
type script struct {
	// answer refuses at a stage: "mail", "rcpt <address>", "rcpt", "data", "end", "auth".
	answer map[string]*smtp.SMTPError
	// drop cuts the connection at a stage: "hello", "mail", "rcpt", "body", "end"; at "end" the mail
	// was taken before.
	drop string
	// perLine answers 452 after so many messages on one connection; 0 is never.
	perLine int
	// hang never answers at "end".
	hang bool
}

// taken is one message that a peer accepted.
type taken struct {
	from string
	to   []string
	raw  []byte
}

// peer is a mail server in this process that checks what it is sent.
type peer struct {
	t      *testing.T
	addr   string
	dir    string
	server *smtp.Server

	mu     sync.Mutex
	script script
	got    []taken
	lines  int
	hung   chan struct{}
}

// newPeer starts a server on a free port; secure is "", "starttls" or "tls". With a password it
// wants a sign-in.
func newPeer(t *testing.T, secure, password string) *peer {
	t.Helper()
	p := &peer{t: t, dir: t.TempDir(), hung: make(chan struct{})}
	p.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return p.session(c, password) }))
	p.server.Domain, p.server.AllowInsecureAuth, p.server.ErrorLog = "peer.test", true, quiet{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = listener.Addr().String()
	if secure != "" {
		config := &tls.Config{Certificates: []tls.Certificate{certificate(t, p.ca(), "127.0.0.1")}, MinVersion: tls.VersionTLS12}
		p.server.TLSConfig = config
		if secure == "tls" {
			listener = tls.NewListener(listener, config)
		}
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = p.server.Serve(listener) }()
	t.Cleanup(func() { close(p.hung); _, _ = listener.Close(), p.server.Close(); <-ended })
	return p
}

func (p *peer) ca() string { return filepath.Join(p.dir, "ca.pem") }

// quiet drops what the server says of connections that the tests cut.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// follow sets what the peer does from now on.
func (p *peer) follow(s script) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script = s
}

func (p *peer) now() script {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.script
}

// mails are the messages that were accepted so far.
func (p *peer) mails() []taken {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.got
}

func (p *peer) connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lines
}

var errCut = errors.New("cut by the test")

type session struct {
	p        *peer
	c        *smtp.Conn
	password string
	signedIn bool
	sent     int
	cur      taken
}

func (p *peer) session(c *smtp.Conn, password string) (smtp.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines++
	s := &session{p: p, c: c, password: password}
	if p.script.drop == "hello" {
		_ = c.Conn().Close()
		return nil, errCut
	}
	return s, nil
}

// at follows the script at a stage.
func (s *session) at(stages ...string) error {
	sc := s.p.now()
	for _, stage := range stages {
		if sc.drop == stage {
			_ = s.c.Conn().Close()
			return errCut
		}
		if e := sc.answer[stage]; e != nil {
			return e
		}
	}
	return nil
}

func (s *session) Reset()        { s.cur = taken{} }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.password != "" && !s.signedIn {
		return smtp.ErrAuthRequired
	}
	if n := s.p.now().perLine; n > 0 && s.sent >= n {
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 5, 3}, Message: "Too many messages sent"}
	}
	s.cur.from = from
	return s.at("mail")
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.at("rcpt "+to, "rcpt"); err != nil {
		return err
	}
	s.cur.to = append(s.cur.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	if err := s.at("body"); err != nil {
		return err
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if e := s.p.now().answer["end"]; e != nil {
		return e
	}
	s.cur.raw = raw
	s.p.mu.Lock()
	s.p.got = append(s.p.got, s.cur)
	s.sent++
	s.p.mu.Unlock()
	if s.p.now().hang {
		<-s.p.hung
	}
	return s.at("end")
}

func (s *session) AuthMechanisms() []string {
	if s.password == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "tasuke" || password != s.password {
			return smtp.ErrAuthFailed
		}
		s.signedIn = true
		return nil
	}), nil
}

// certificate makes one for a host, of an authority that is written to caFile.
func certificate(t *testing.T, caFile, host string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	spec := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	if ip := net.ParseIP(host); ip != nil {
		spec.IPAddresses = []net.IP{ip}
	} else {
		spec.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, spec, spec, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(caFile, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
