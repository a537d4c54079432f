package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// The mailboxes at which the mail server of the banks does not simply answer.
const (
	lostTwice = "lost" // hangs up on the first two offers of a mail without having taken it
	cutOnce   = "cut"  // takes a mail and hangs up before it says so
)

// inbox is the mail server of the banks. It lives in the test, so it outlives the firm's processes,
// and notes each mail that it has taken before it says so.
type inbox struct {
	addr, file string

	mu      sync.Mutex
	idle    *sync.Cond
	talks   map[string]int // conversations under way, by the name that the other side gave
	offered map[string]int // times a mail was offered whole
	taken   map[string]int // times a mail was taken
	faults  []error
}

func openInbox(t *testing.T) *inbox {
	t.Helper()
	in := &inbox{file: filepath.Join(t.TempDir(), "inbox"), talks: map[string]int{}, offered: map[string]int{}, taken: map[string]int{}}
	in.idle = sync.NewCond(&in.mu)
	noError(t, os.WriteFile(in.file, nil, 0o600))
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		in.mu.Lock()
		defer in.mu.Unlock()
		in.talks[c.Hostname()]++
		return &talk{in: in, c: c, from: c.Hostname()}, nil
	}))
	server.Domain, server.ErrorLog = "bank.example.jp", silent{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	noError(t, err)
	in.addr = l.Addr().String()
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(l) }() // until it is closed
	t.Cleanup(func() { _ = server.Close(); <-ended })
	return in
}

// silent drops what the server says of connections whose other end was killed.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// left waits until every conversation with a process that was killed has come to its end: what
// lay in the wires is taken then, or it is not.
func (in *inbox) left(node string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for in.talks[node] > 0 {
		in.idle.Wait()
	}
}

// take notes a mail; the answer says whether the server hangs up now.
func (in *inbox) take(to []string, raw []byte) (hangUp bool, err error) {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return false, err
	}
	id := strings.Trim(m.Header.Get("Message-ID"), "<>")
	in.mu.Lock()
	defer in.mu.Unlock()
	in.offered[id]++
	box, _, _ := strings.Cut(strings.Join(to, ","), "@")
	if box == lostTwice && in.offered[id] <= 2 {
		return true, nil
	}
	in.taken[id]++
	f, err := os.OpenFile(in.file, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return false, err
	}
	_, err = fmt.Fprintln(f, id)
	return box == cutOnce, errors.Join(err, f.Close())
}

// talk is one conversation.
type talk struct {
	in   *inbox
	c    *smtp.Conn
	from string
	to   []string
}

func (k *talk) Reset()                               { k.to = nil }
func (k *talk) Mail(string, *smtp.MailOptions) error { return nil }

func (k *talk) Rcpt(to string, _ *smtp.RcptOptions) error {
	k.to = append(k.to, to)
	return nil
}

func (k *talk) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil { // the other side went away before it had ended the mail
		return err
	}
	hangUp, err := k.in.take(k.to, raw)
	if err != nil {
		k.in.mu.Lock()
		k.in.faults = append(k.in.faults, err)
		k.in.mu.Unlock()
	}
	if hangUp {
		_ = k.c.Conn().Close()
	}
	return err
}

func (k *talk) Logout() error {
	k.in.mu.Lock()
	defer k.in.mu.Unlock()
	k.in.talks[k.from]--
	k.in.idle.Broadcast()
	return nil
}
