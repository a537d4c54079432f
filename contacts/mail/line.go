package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// line is one open connection to the mail server, signed in.
type line struct {
	client *smtp.Client
	conn   net.Conn
	sent   int         // messages so far
	free   func() bool // ends the hold of one attempt; false when its time was over
	expiry *time.Timer // ends a line that nobody took again
}

// goodbye is how long a server may take to answer QUIT, and an attempt to end when the process stops.
const goodbye = 5 * time.Second

var (
	errPlain   = errors.New("no TLS, and the mail server is on another machine")
	errNoTLS   = errors.New("the mail server offers no STARTTLS")
	errNoAuth  = errors.New("the mail server offers no way to sign in that we know")
	errTrusted = errors.New("the mail server is not who it says")
)

// hold ties the line to one attempt: at its deadline nothing more is read or written. When the process
// is stopping, what has begun may end first, so that a restart does not leave letters unknown.
func (l *line) hold(ctx context.Context) error {
	at, _ := ctx.Deadline() // none is the zero time: no deadline
	if err := l.conn.SetDeadline(at); err != nil {
		return fmt.Errorf("set the time limit: %w", err)
	}
	freed, free := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-freed.Done():
		case <-time.After(goodbye):
			l.drop()
		}
	})
	l.free = func() bool { free(); return stop() }
	return nil
}

// drop cuts the connection without a word.
func (l *line) drop() { _ = l.conn.Close() }

// quit ends the connection politely. What was handed over is safe: nobody waits for the answer.
func (l *line) quit() {
	if l.client.UpdateDeadline(goodbye) == nil {
		_ = l.client.Quit()
	}
	l.drop()
}

// open connects, introduces itself, starts TLS and signs in. The stage says how far it came.
func (s SMTP) open(ctx context.Context) (*line, Stage, error) {
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return nil, AtConnect, fmt.Errorf("address: %w", err)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return nil, AtConnect, fmt.Errorf("connect: %w", err)
	}
	l := &line{conn: conn}
	if err := l.hold(ctx); err != nil {
		l.drop()
		return nil, AtConnect, err
	}
	if at, err := s.greet(ctx, l, host); err != nil {
		l.free()
		l.drop()
		return nil, at, err
	}
	return l, "", nil
}

func (s SMTP) greet(ctx context.Context, l *line, host string) (Stage, error) {
	secure, err := s.secure()
	if err != nil {
		return AtTLS, err
	}
	conn := l.conn
	switch {
	case s.TLS == TLS:
		t := tls.Client(conn, secure)
		if err := t.HandshakeContext(ctx); err != nil {
			return AtTLS, fmt.Errorf("%w: %w", errTrusted, err)
		}
		conn = t
	case s.TLS == NoTLS && !loopback(conn.RemoteAddr()):
		return AtTLS, errPlain
	}
	if l.client, err = smtp.NewClient(conn, host); err != nil {
		return AtConnect, fmt.Errorf("wait for the greeting: %w", err)
	}
	if err := s.introduce(l.client, secure); err != nil {
		return err.at, err.error
	}
	if err := s.signIn(l.client, host); err != nil {
		return AtAuth, err
	}
	return "", nil
}

// stopped is an error and the stage it came at.
type stopped struct {
	error
	at Stage
}

func (s SMTP) introduce(c *smtp.Client, secure *tls.Config) *stopped {
	c.SkipSMTPUTF8(true) // addresses are ASCII and headers encoded: any server will do
	name := s.HELO
	if name == "" {
		name = "localhost"
	}
	if err := c.Hello(name); err != nil {
		return &stopped{fmt.Errorf("hello: %w", err), AtHello}
	}
	if s.TLS != StartTLS {
		return nil
	}
	if ok, _ := c.Extension("STARTTLS"); !ok {
		return &stopped{errNoTLS, AtTLS}
	}
	if err := c.StartTLS(secure); err != nil {
		return &stopped{fmt.Errorf("%w: %w", errTrusted, err), AtTLS}
	}
	return nil
}

func (s SMTP) signIn(c *smtp.Client, host string) error {
	if s.User == "" {
		return nil
	}
	password, err := s.password()
	if err != nil {
		return err
	}
	_, offered := c.Extension("AUTH")
	// The password goes only over TLS whose certificate was checked, or stays on this machine.
	alone := s.TLS == NoTLS
	var way smtp.Auth
	switch mechanisms := strings.Fields(strings.ToUpper(offered)); {
	case slices.Contains(mechanisms, "PLAIN"):
		way = smtp.PlainAuth("", s.User, password, host, alone)
	case slices.Contains(mechanisms, "LOGIN"):
		way = smtp.LoginAuth(s.User, password, host, alone)
	default:
		return errNoAuth
	}
	if err := c.Auth(way); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	return nil
}

// loopback says that the other end is really this machine, whatever its name was.
func loopback(a net.Addr) bool {
	p, err := netip.ParseAddrPort(a.String())
	return err == nil && p.Addr().Unmap().IsLoopback()
}
