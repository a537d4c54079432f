package mail_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	message "github.com/emersion/go-message/mail"
	"github.com/emersion/go-smtp"

	"tasuke/contacts/mail"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

// opensmtpd is where Debian installs it.
const opensmtpd = "/usr/sbin/smtpd"

// smtpd is a real OpenSMTPD with a spool, a control socket and a process table of its own, so that
// killing it takes all of it and touches nothing else.
type smtpd struct {
	t    *testing.T
	dir  string
	addr string
	mu   sync.Mutex
	cmd  *exec.Cmd
	log  *bytes.Buffer
	box  *mailbox
}

func newSMTPD(t *testing.T) *smtpd {
	t.Helper()
	if _, err := os.Stat(opensmtpd); err != nil {
		if os.Getenv("TASUKE_E2E") == "1" {
			t.Fatalf("OpenSMTPD is not installed: %v", err)
		}
		t.Skip("OpenSMTPD is not installed (Debian: opensmtpd); TASUKE_E2E=1 makes this a failure")
	}
	dir, err := os.MkdirTemp("", "smtpd") // short: the path of a socket has a limit
	if err != nil {
		t.Fatal(err)
	}
	s := &smtpd{t: t, dir: dir, addr: free(t), box: newMailbox(t)}
	t.Cleanup(func() { s.kill(); _ = os.RemoveAll(dir) })
	config := fmt.Sprintf("listen on 127.0.0.1 port %s\ntable catchall { \"@\" = \"mail\" }\naction \"in\" lmtp %q rcpt-to virtual <catchall>\nmatch from any for any action \"in\"\n",
		portOf(s.addr), s.box.addr)
	for name, body := range map[string]string{"smtpd.conf": config, "start.sh": "set -e\nmount --make-rprivate /\nmount --bind " + dir + "/spool /var/spool\nmount --bind " +
		dir + "/run /run\nexec " + opensmtpd + " -d -f " + dir + "/smtpd.conf\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"spool", "run"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.start()
	return s
}

func portOf(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

// free gives an address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func (s *smtpd) start() {
	s.t.Helper()
	s.mu.Lock()
	s.log = &bytes.Buffer{}
	s.cmd = exec.CommandContext(s.t.Context(), "/bin/sh", filepath.Join(s.dir, "start.sh")) //nolint:gosec // our own script
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL}
	s.cmd.WaitDelay = time.Second
	err := s.cmd.Start()
	s.mu.Unlock()
	if err != nil {
		s.t.Fatalf("start OpenSMTPD (it needs root for a spool of its own): %v", err)
	}
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if c, err := smtp.Dial(s.addr); err == nil {
			_ = c.Close()
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			s.kill()
			s.t.Fatalf("OpenSMTPD did not start: %s", s.log)
		}
	}
}

// kill is kill -9 of the first process of its process table: the kernel ends the others with it.
func (s *smtpd) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	s.cmd = nil
}

func (s *smtpd) restart() {
	s.t.Helper()
	s.kill()
	s.box.open()
	s.start()
}

// mailbox is where OpenSMTPD delivers to: it counts and checks what arrives. While it is shut,
// nothing is taken, so that a server that is killed meanwhile has handed nothing on.
type mailbox struct {
	t    *testing.T
	addr string

	mu      sync.Mutex
	shut    chan struct{} // closed when the box opens
	isOpen  bool
	letters map[string]int // by Message-ID
	raw     map[string][]byte
	news    chan string
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	b := &mailbox{t: t, shut: make(chan struct{}), letters: map[string]int{}, raw: map[string][]byte{}, news: make(chan string, 1000)}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &delivery{b: b}, nil }))
	server.LMTP, server.Domain, server.ErrorLog = true, "box.test", quiet{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.addr = l.Addr().String()
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(l) }()
	t.Cleanup(func() { b.open(); _, _ = l.Close(), server.Close(); <-ended })
	return b
}

func (b *mailbox) open() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.isOpen {
		b.isOpen = true
		close(b.shut)
	}
}

// wait is until n different letters have arrived.
func (b *mailbox) wait(n int) {
	b.t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		b.mu.Lock()
		got := len(b.letters)
		b.mu.Unlock()
		if got >= n {
			return
		}
		select {
		case <-b.news:
		case <-deadline:
			b.t.Fatal(got, "letters arrived, want", n)
		}
	}
}

func (b *mailbox) count(messageID string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.letters[messageID]
}

type delivery struct {
	b  *mailbox
	to []string
}

var errShut = errors.New("the box was shut when this began")

func (d *delivery) Reset()                                    { d.to = nil }
func (d *delivery) Logout() error                             { return nil }
func (d *delivery) Mail(string, *smtp.MailOptions) error      { return nil }
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error { d.to = append(d.to, to); return nil }

func (d *delivery) Data(r io.Reader) error {
	d.b.mu.Lock()
	was := d.b.isOpen
	d.b.mu.Unlock()
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if !was {
		<-d.b.shut
		return errShut // who sent this is dead by now
	}
	m, err := message.CreateReader(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	id, err := m.Header.MessageID()
	if err != nil {
		return err
	}
	d.b.mu.Lock()
	d.b.letters[id]++
	d.b.raw[id] = raw
	d.b.mu.Unlock()
	d.b.news <- id
	return nil
}

// cutter stands between us and the mail server and kills it when it sees the words that a test waits for.
type cutter struct {
	addr string
	mu   sync.Mutex
	when func(fromServer bool, b []byte) bool
	kill func()
	wg   sync.WaitGroup
}

func newCutter(t *testing.T, target string, kill func(), when func(fromServer bool, b []byte) bool) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{addr: l.Addr().String(), when: when, kill: kill}
	c.wg.Add(1)
	go func() {
		defer c.wg.Done()
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.wg.Add(1)
			go c.relay(conn, target)
		}
	}()
	t.Cleanup(func() { _ = l.Close(); c.wg.Wait() })
	return c
}

func (c *cutter) relay(client net.Conn, target string) {
	defer c.wg.Done()
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	back := make(chan struct{})
	go func() { defer close(back); c.pipe(client, server, true) }()
	c.pipe(server, client, false)
	<-back
}

// pipe hands bytes on until the words come; then the server dies before they go further.
func (c *cutter) pipe(to, from net.Conn, fromServer bool) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 && c.cut(fromServer, buf[:n]) {
			return
		}
		if _, werr := to.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

func (c *cutter) cut(fromServer bool, b []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.when == nil || !c.when(fromServer, b) {
		return false
	}
	c.when = nil
	c.kill()
	return true
}

func TestOpenSMTPDDeliversALetterOnceAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := newSMTPD(t)
	s.box.open()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, &mail.SMTP{Addr: s.addr, From: "資金事務 <funds@firm.example>", TLS: mail.NoTLS})
		id := w.put(letter())
		r := w.perform(id)
		w.is(r, mail.Sent, 250, "")
		w.perform(id)
		for s.box.count(r.MessageID) == 0 {
			s.box.wait(1)
		}
		s.box.mu.Lock()
		raw := s.box.raw[r.MessageID]
		s.box.mu.Unlock()
		same(t, raw, letter(), r.MessageID)
		if n := s.box.count(r.MessageID); n != 1 {
			t.Fatal(n)
		}
	})
}

// note is a letter that goes over the wire in one piece, so that a cut has one outcome.
func note(n int) mail.Letter {
	l := numbered(letter(), n)
	l.Text, l.Attachments = "受付のご連絡です。", nil
	return l
}

// TestOpenSMTPDKilledInMidDelivery kills the server at each moment of a delivery: the states are true,
// and after it is started again every letter is there once.
func TestOpenSMTPDKilledInMidDelivery(t *testing.T) {
	t.Parallel()
	accepted := func(fromServer bool, b []byte) bool {
		return fromServer && bytes.HasPrefix(b, []byte("250 2.0.0")) && bytes.Contains(b, []byte("accepted"))
	}
	tests := map[string]struct {
		when    func(fromServer bool, b []byte) bool
		state   mail.State
		arrives int
	}{
		"when it hears who sends":                          {said("MAIL "), mail.Deferred, 0},
		"when it is asked to take the mail":                {said("DATA"), mail.Deferred, 0},
		"when it hears the mail":                           {said("Message-ID:"), mail.Unknown, 0},
		"when it has taken the mail, before we hear of it": {accepted, mail.Unknown, 1},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := newSMTPD(t)
				cut := newCutter(t, s.addr, s.kill, c.when)
				w := newWorld(t, d, &mail.SMTP{Addr: cut.addr, From: "funds@firm.example", TLS: mail.NoTLS})
				id := w.put(note(1))
				r := w.perform(id)
				if r.State != c.state {
					t.Fatalf("%s, want %s: %+v", r.State, c.state, r.Attempts)
				}
				s.restart()
				s.drained()
				if n := s.box.count(r.MessageID); n != c.arrives {
					t.Fatal(n, "arrived after the restart, want", c.arrives)
				}
				w.settleAll(s, []string{id})
			})
		})
	}
}

// said is a moment at which we say something to the server.
func said(words string) func(bool, []byte) bool {
	return func(fromServer bool, b []byte) bool { return !fromServer && bytes.Contains(b, []byte(words)) }
}

func TestOpenSMTPDKilledUnderManyLettersDoublesNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSMTPD(t)
		taken := 0
		cut := newCutter(t, s.addr, s.kill, func(fromServer bool, b []byte) bool {
			if fromServer && bytes.Contains(b, []byte("accepted")) {
				taken++
			}
			return taken == 9
		})
		w := newWorld(t, d, &mail.SMTP{Addr: cut.addr, From: "funds@firm.example", TLS: mail.NoTLS})
		var ids []string
		for i := range 24 {
			ids = append(ids, w.put(note(i)))
		}
		w.performAll(ids)
		states := w.list(mail.Filter{}).Counts
		if states[mail.Sent] == 0 || states[mail.Unknown] == 0 || states[mail.Deferred] == 0 {
			t.Fatal("the kill was not in the middle", states)
		}
		s.restart()
		s.drained()
		w.settleAll(s, ids)
	})
}

// performAll makes the attempts that are due, four at a time.
func (w *world) performAll(ids []string) {
	w.t.Helper()
	var effects []string
	for _, id := range ids {
		effects = append(effects, w.get(id).EffectID)
	}
	var wg sync.WaitGroup
	errs := make(chan error, len(ids))
	for part := range slices.Chunk(effects, (len(effects)+3)/4) {
		wg.Go(func() {
			for _, id := range part {
				errs <- w.effects.Perform(w.t.Context(), id)
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		w.must(err)
	}
}

// settleAll lets every letter find its end: a person asks the recipients of the unknown ones, the others
// go by themselves. Each is there once.
func (w *world) settleAll(s *smtpd, ids []string) {
	w.t.Helper()
	for _, id := range ids {
		if r := w.get(id); r.State == mail.Unknown && s.box.count(r.MessageID) > 0 {
			w.decide(id, mail.Arrived)
		} else if r.State == mail.Unknown {
			w.decide(id, mail.NotArrived)
		}
	}
	w.clock.Add(2 * time.Minute)
	w.performAll(ids)
	s.box.wait(len(ids))
	s.drained()
	for _, id := range ids {
		r := w.get(id)
		if n := s.box.count(r.MessageID); n != 1 || r.State != mail.Sent {
			w.t.Errorf("%s and %d times there: %+v", r.State, n, r.Attempts)
		}
	}
}

// drained waits until the server has handed on everything it took.
func (s *smtpd) drained() {
	s.t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for s.queued() > 0 {
		select {
		case <-tick.C:
		case <-deadline:
			s.t.Fatalf("%d files are still in the queue: %s", s.queued(), s.log)
		}
	}
}

func (s *smtpd) queued() (n int) {
	s.t.Helper()
	err := filepath.WalkDir(filepath.Join(s.dir, "spool", "smtpd", "queue"), func(_ string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // handed on while we looked
			return nil
		}
		if err == nil && !e.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}
