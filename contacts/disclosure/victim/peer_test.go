package victim_test

import (
	"io"
	"net"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"tasuke/contacts/mail"
)

// peer is a mail server in this process: it refuses the addresses it is told to and may cut the line
// after it took a message.
type peer struct {
	addr string

	mu      sync.Mutex
	refused map[string]bool
	cut     bool
	got     []taken
}

type taken struct{ to, raw string }

func newPeer(t *testing.T) *peer {
	t.Helper()
	p := &peer{refused: map[string]bool{}}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{p: p, c: c}, nil }))
	server.Domain, server.AllowInsecureAuth, server.ErrorLog = "peer.test", true, quiet{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p.addr = listener.Addr().String()
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(listener) }()
	t.Cleanup(func() { _, _ = listener.Close(), server.Close(); <-ended })
	return p
}

func (p *peer) settings() *mail.SMTP {
	return &mail.SMTP{Addr: p.addr, From: "たすけ証券 <notice@firm.example>", HELO: "tasuke.firm.example", TLS: mail.NoTLS}
}

func (p *peer) refuse(all ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range all {
		p.refused[a] = true
	}
}

// arrived says how many messages each address got.
func (p *peer) arrived() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]int{}
	for _, m := range p.got {
		out[m.to]++
	}
	return out
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

type session struct {
	p  *peer
	c  *smtp.Conn
	to string
}

func (s *session) Reset()                               { s.to = "" }
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.p.refused[to] {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user"}
	}
	s.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.p.got = append(s.p.got, taken{s.to, string(raw)})
	if s.p.cut {
		return s.c.Conn().Close()
	}
	return nil
}
