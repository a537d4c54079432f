package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/emersion/go-smtp"
)

// letterBox is the mail server of the fictional firm: it takes every letter and carries it nowhere.
type letterBox struct {
	addr   string
	server *smtp.Server
	ended  chan error
}

// newLetterBox opens one on a free port of this machine.
func newLetterBox(ctx context.Context) (*letterBox, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the post office of the scenarios: %w", err)
	}
	p := &letterBox{addr: l.Addr().String(), ended: make(chan error, 1)}
	p.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return hatch{}, nil }))
	p.server.Domain, p.server.MaxRecipients, p.server.MaxMessageBytes = "post.example", 100, 32<<20
	p.server.ReadTimeout, p.server.WriteTimeout = time.Minute, time.Minute
	p.server.ErrorLog = silentLog{}
	go func() { p.ended <- p.server.Serve(l) }()
	return p, nil
}

func (p *letterBox) close() error {
	err := p.server.Close()
	if ended := <-p.ended; !errors.Is(ended, smtp.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// hatch is where letters are handed in.
type hatch struct{}

func (hatch) Reset()                               {}
func (hatch) Logout() error                        { return nil }
func (hatch) Mail(string, *smtp.MailOptions) error { return nil }
func (hatch) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (hatch) Data(r io.Reader) error               { _, err := io.Copy(io.Discard, r); return err }

// silentLog drops what the server says of connections that end.
type silentLog struct{}

func (silentLog) Printf(string, ...any) {}
func (silentLog) Println(...any)        {}
