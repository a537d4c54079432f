package bank_test

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"tasuke/contacts/bank"
	"tasuke/contacts/mail"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
)

// server is a bank's mail server that does what a test says.
type server struct {
	addr string
	mu   sync.Mutex
	do   string // "take", "refuse", or "hang up" when the whole mail has come
	got  []string
}

func (s *server) will(do string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.do = do
}

// taken are the recipients of the mails that were taken.
func (s *server) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

type dialogue struct {
	*server
	conn *smtp.Conn
	to   string
}

func (d *dialogue) Mail(string, *smtp.MailOptions) error { return nil }
func (d *dialogue) Reset()                               {}
func (d *dialogue) Logout() error                        { return nil }

func (d *dialogue) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.to = to; d.do == "refuse" {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	return nil
}

func (d *dialogue) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.do == "hang up" {
		return d.conn.Conn().Close()
	}
	d.got = append(d.got, d.to)
	return nil
}

// outbox puts a real mail room behind the bank room.
func (h *house) outbox() (*mail.Store, *effect.Store, *server) {
	h.t.Helper()
	s := &server{do: "take"}
	srv := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &dialogue{server: s, conn: c}, nil }))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(h.t, err)
	s.addr = l.Addr().String()
	go func() { _ = srv.Serve(l) }() // ends with the test
	h.t.Cleanup(func() { _ = srv.Close() })
	effects := effect.NewStore(h.d, nil)
	room, err := mail.NewStore(h.d, h.vault, effects, mail.Options{SMTP: &mail.SMTP{Addr: s.addr, From: "funds@firm.example", HELO: "tasuke.firm.example", TLS: mail.NoTLS},
		Ended: func(ctx context.Context, tx *db.Tx, m mail.Message) error {
			return h.MailEnded(ctx, tx, m.About, m.ID, string(m.State))
		},
		Again: func(ctx context.Context, tx *db.Tx, m mail.Message) error { return h.MailAgain(ctx, tx, m.About, m.ID) }})
	must(h.t, err)
	h.t.Cleanup(room.Close)
	effects.Handle(room.Handler())
	h.options.Send = func(ctx context.Context, tx *db.Tx, by actor.Actor, m bank.Mail) (string, error) {
		return room.Put(ctx, tx, by, mail.Letter{To: m.To, Subject: m.Subject, Text: m.Text, About: m.About, IncidentID: m.IncidentID, Key: m.Key,
			Attachments: []mail.Attachment{{Name: m.File, Type: "application/pdf", Body: m.PDF}}})
	}
	h.Store, err = bank.NewStore(h.d, h.vault, h.options)
	must(h.t, err)
	return room, effects, s
}

func TestADeadOrLostMailIsTriedAgainInTheOutbox(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"and its letter is the one that is sent, once": func(t *testing.T, h *house) {
			room, effects, s := h.outbox()
			for account, c := range map[string]struct {
				does  string
				state bank.State
				event mail.Event
			}{number: {"refuse", bank.Checked, mail.TriedAgain}, "2222222": {"hang up", bank.Unclear, mail.NotArrived}} {
				r := h.checked(func(f *bank.Form) { f.Account.Number = account })
				r, err := h.Send(t.Context(), maker, r.ID, r.Rev)
				must(t, err)
				read := func() mail.Record {
					m, err := room.Get(t.Context(), lawyer, r.MailID)
					must(t, err)
					return m
				}
				attempt := func() { must(t, effects.Perform(t.Context(), read().EffectID)) }
				s.will(c.does)
				attempt()
				if now := h.now(r); now.State != c.state {
					t.Fatalf("%s: %s", c.does, now.State)
				}
				s.will("take")
				_, err = room.Decide(t.Context(), lawyer, mail.Decision{ID: r.MailID, Rev: read().Rev, Event: c.event, Reason: "銀行に電話で確かめた"})
				must(t, err)
				now := h.now(r)
				if now.State != bank.Sending {
					t.Fatalf("%s: tried again and %s", c.does, now.State)
				}
				_, err = h.Send(t.Context(), maker, now.ID, now.Rev)
				refused(t, err, fault.Refused, "bank.move.unknown")
				before := len(s.taken())
				attempt()
				attempt()
				if now = h.now(r); now.State != bank.Sent || now.SentAt == 0 || now.DueWhat != bank.AnswerDue || len(s.taken()) != before+1 {
					t.Errorf("%s: %+v, %v", c.does, now, s.taken())
				}
				_, err = h.Send(t.Context(), maker, now.ID, now.Rev)
				refused(t, err, fault.Refused, "bank.move.unknown")
				if n := h.count(`SELECT count(*) FROM bank_line WHERE request_id = ? AND event = 'mail_left'`, r.ID); n != 1 {
					t.Errorf("%s: it left %d times", c.does, n)
				}
			}
		},
		"and never leaves once its letter was changed, withdrawn or delivered": func(t *testing.T, h *house) {
			room, effects, s := h.outbox()
			at := h.d.Now()
			for account, c := range map[string]struct {
				does  string
				event mail.Event
				then  func(r bank.Request) (bank.Request, error)
			}{
				number: {"refuse", mail.TriedAgain, func(r bank.Request) (bank.Request, error) {
					return h.Edit(t.Context(), maker, r.ID, r.Rev, form(func(f *bank.Form) { f.Terms.Outline = "別の概要" }))
				}},
				"2222222": {"refuse", mail.TriedAgain, func(r bank.Request) (bank.Request, error) {
					return h.move(maker, r, bank.Voided, "誤り"), nil
				}},
				"3333333": {"hang up", mail.NotArrived, func(r bank.Request) (bank.Request, error) {
					return h.HandOver(t.Context(), maker, bank.Handover{ID: r.ID, Rev: r.Rev, Method: bank.ByFax, At: at})
				}},
			} {
				r := h.checked(func(f *bank.Form) { f.Account.Number = account })
				r, err := h.Send(t.Context(), maker, r.ID, r.Rev)
				must(t, err)
				m, err := room.Get(t.Context(), lawyer, r.MailID)
				must(t, err)
				s.will(c.does)
				must(t, effects.Perform(t.Context(), m.EffectID))
				stands, err := c.then(h.now(r))
				must(t, err)
				s.will("take")
				m, err = room.Get(t.Context(), lawyer, r.MailID)
				must(t, err)
				_, err = room.Decide(t.Context(), lawyer, mail.Decision{ID: m.ID, Rev: m.Rev, Event: c.event, Reason: "もう一度"})
				refused(t, err, fault.Refused, "bank.guard.old_mail")
				must(t, effects.Perform(t.Context(), m.EffectID))
				if now := h.now(r); now.State != stands.State || now.Rev != stands.Rev || len(s.taken()) != 0 {
					t.Errorf("%s: %+v, %v", account, now, s.taken())
				}
			}
		},
	})
}
