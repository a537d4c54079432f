package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-smtp"
)

// postOffice is a mail server that keeps what it is given.
type postOffice struct {
	addr  string
	mails chan posted
}

// posted is one mail as it arrived.
type posted struct {
	to  []string
	raw []byte
}

func openPostOffice(t *testing.T) *postOffice {
	t.Helper()
	o := &postOffice{mails: make(chan posted, 100)}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &counter{office: o}, nil }))
	s.Domain = "post.test"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	o.addr = l.Addr().String()
	ended := make(chan struct{})
	go func() { defer close(ended); _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close(); <-ended })
	return o
}

// counter is where one client hands mail over.
type counter struct {
	office *postOffice
	to     []string
}

func (c *counter) Reset()                                    { c.to = nil }
func (c *counter) Logout() error                             { return nil }
func (c *counter) Mail(string, *smtp.MailOptions) error      { return nil }
func (c *counter) Rcpt(to string, _ *smtp.RcptOptions) error { c.to = append(c.to, to); return nil }

func (c *counter) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err == nil {
		c.office.mails <- posted{c.to, raw}
	}
	return err
}

// enclosed takes the only attachment out of a mail.
func (m posted) enclosed(t *testing.T) (subject, name string, body []byte) {
	t.Helper()
	r, err := mail.CreateReader(bytes.NewReader(m.raw))
	must(t, err)
	subject, err = r.Header.Subject()
	must(t, err)
	for {
		part, err := r.NextPart()
		if err == io.EOF {
			return subject, name, body
		}
		must(t, err)
		if h, ok := part.Header.(*mail.AttachmentHeader); ok {
			if name != "" {
				t.Errorf("a second file is attached")
			}
			name, err = h.Filename()
			must(t, err)
			body, err = io.ReadAll(part.Body)
			must(t, err)
		}
	}
}

// paper reads a PDF as another program does and makes pictures of it. What it must say is compared
// without spaces, because lines break where the paper ends.
func (w *closing) paper(name string, pdf []byte, says ...string) {
	w.t.Helper()
	dir := os.Getenv("TASUKE_SHOTS")
	if dir == "" {
		dir = w.t.TempDir()
	}
	must(w.t, os.MkdirAll(dir, 0o755))
	file := filepath.Join(dir, fmt.Sprintf("close-%s-%s.pdf", name, w.lang))
	must(w.t, os.WriteFile(file, pdf, 0o600))
	text, err := exec.CommandContext(w.t.Context(), "pdftotext", "-raw", file, "-").Output()
	must(w.t, err)
	for _, s := range says {
		if !strings.Contains(unspaced(string(text)), unspaced(s)) {
			w.t.Errorf("the %s does not say %q: %s", name, s, text)
		}
	}
	must(w.t, exec.CommandContext(w.t.Context(), "pdftoppm", "-png", "-r", "80", file, strings.TrimSuffix(file, ".pdf")).Run())
	pictures, err := filepath.Glob(strings.TrimSuffix(file, ".pdf") + "-*.png")
	must(w.t, err)
	if len(pictures) == 0 {
		w.t.Errorf("the %s has no page", name)
	}
}

func unspaced(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
