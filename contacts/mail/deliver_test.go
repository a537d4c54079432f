package mail_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	message "github.com/emersion/go-message/mail"
	"github.com/emersion/go-smtp"

	"tasuke/contacts/mail"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

func no(code int, a, b, c int) *smtp.SMTPError {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{a, b, c}, Message: "no, for <kinkyu@bank.example>"}
}

func answers(stage string, e *smtp.SMTPError) script {
	return script{answer: map[string]*smtp.SMTPError{stage: e}}
}

func TestWhereALetterStandsIsWhatTheServerSaid(t *testing.T) {
	tests := map[string]struct {
		script  script
		state   mail.State
		code    int64
		problem string
		reach   mail.Reach
		arrived int
	}{
		"taken":                                     {script{}, mail.Sent, 250, "", mail.AcceptedFor, 1},
		"the sender is put off":                     {answers("mail", no(451, 4, 3, 0)), mail.Deferred, 451, "mail.problem.later", mail.PutOffFor, 0},
		"the sender is refused":                     {answers("mail", no(550, 5, 7, 1)), mail.Dead, 550, "mail.problem.policy", mail.RefusedFor, 0},
		"the recipient is put off":                  {answers("rcpt", no(450, 4, 2, 1)), mail.Deferred, 450, "mail.problem.later", mail.PutOffFor, 0},
		"the recipient does not exist":              {answers("rcpt", no(550, 5, 1, 1)), mail.Dead, 550, "mail.problem.mailbox", mail.RefusedFor, 0},
		"the mail is put off at its end":            {answers("end", no(452, 4, 3, 1)), mail.Deferred, 452, "mail.problem.later", mail.PutOffFor, 0},
		"the mail is too big":                       {answers("end", no(552, 5, 3, 4)), mail.Dead, 552, "mail.problem.size", mail.RefusedFor, 0},
		"the mail is refused at its end":            {answers("end", no(554, 5, 6, 0)), mail.Dead, 554, "mail.problem.refused", mail.RefusedFor, 0},
		"cut off at the greeting":                   {script{drop: "hello"}, mail.Deferred, 0, "mail.problem.connect", mail.PutOffFor, 0},
		"cut off at the sender":                     {script{drop: "mail"}, mail.Deferred, 0, "mail.problem.broken", mail.PutOffFor, 0},
		"cut off at the recipient":                  {script{drop: "rcpt"}, mail.Deferred, 0, "mail.problem.broken", mail.PutOffFor, 0},
		"cut off before the answer, and it arrived": {script{drop: "end"}, mail.Unknown, 0, "mail.problem.uncertain", mail.UnknownWhether, 1},
		"cut off before the answer, and it did not": {script{drop: "body"}, mail.Unknown, 0, "mail.problem.uncertain", mail.UnknownWhether, 0},
	}
	all := map[string]func(*testing.T, *world, *peer){}
	for name, c := range tests {
		all[name] = func(t *testing.T, w *world, p *peer) {
			p.follow(c.script)
			id := w.put(letter())
			r := w.perform(id)
			w.is(r, c.state, c.code, c.problem)
			if reaches(r) != string(c.reach) || len(p.mails()) != c.arrived || len(r.Attempts) != 1 {
				t.Fatal(reaches(r), len(p.mails()), r.Attempts)
			}
			want := []string{"bank_request:b1 " + string(c.state)}
			if c.state == mail.Deferred {
				want = nil
				w.clock.Add(59 * time.Second)
				if r := w.perform(id); len(r.Attempts) != 1 {
					t.Fatal("it was tried before its time")
				}
				p.follow(script{})
				r := w.later(id)
				w.is(r, mail.Sent, 250, "")
				want = append(want, "bank_request:b1 sent")
			}
			if !slices.Equal(w.ended, want) {
				t.Fatal(w.ended, "want", want)
			}
			if r := w.perform(id); len(r.Attempts) > 2 || len(p.mails()) > 1 {
				t.Fatal("it was sent again")
			}
		}
	}
	each(t, all)
}

func TestALetterArrivesAsItWasWritten(t *testing.T) {
	each(t, map[string]func(*testing.T, *world, *peer){
		"in Japanese, with its file": func(t *testing.T, w *world, p *peer) {
			r := w.perform(w.put(letter()))
			got := p.mails()[0]
			if got.from != "funds@firm.example" || !slices.Equal(got.to, []string{"kinkyu@bank.example"}) {
				t.Fatal(got.from, got.to)
			}
			same(t, got.raw, letter(), r.MessageID)
			if bytes.Contains(bytes.ToLower(got.raw), []byte("user-agent")) || bytes.Contains(bytes.ToLower(got.raw), []byte("x-mailer")) {
				t.Error("the mail names the program")
			}
		},
		"under one Message-ID and in the same bytes at every attempt": func(t *testing.T, w *world, p *peer) {
			p.follow(script{drop: "end"})
			id := w.put(letter())
			first := w.perform(id)
			w.decide(id, mail.NotArrived)
			w.clock.Add(time.Hour)
			p.follow(script{})
			second := w.perform(id)
			w.is(second, mail.Sent, 250, "")
			all := p.mails()
			if len(all) != 2 || first.MessageID == "" || first.MessageID != second.MessageID || !bytes.Equal(all[0].raw, all[1].raw) {
				t.Fatal(len(all), first.MessageID, second.MessageID)
			}
		},
	})
}

// same parses a mail back and compares it with the letter.
func same(t *testing.T, raw []byte, l mail.Letter, messageID string) {
	t.Helper()
	r, err := message.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := r.Header.Subject()
	id, err2 := r.Header.MessageID()
	from, err3 := r.Header.AddressList("From")
	to, err4 := r.Header.AddressList("To")
	if err != nil || err2 != nil || err3 != nil || err4 != nil {
		t.Fatal(err, err2, err3, err4)
	}
	if subject != l.Subject || id != messageID || from[0].Name != "資金事務" || len(to) != len(l.To) {
		t.Fatal(subject, id, from, to)
	}
	text, err := r.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(text.Body); err != nil || strings.ReplaceAll(string(body), "\r\n", "\n") != l.Text {
		t.Fatalf("%v %q", err, body)
	}
	for _, f := range l.Attachments {
		part, err := r.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		h := part.Header.(*message.AttachmentHeader)
		name, err := h.Filename()
		kind, _, _ := h.ContentType()
		body, err2 := io.ReadAll(part.Body)
		if err != nil || err2 != nil || name != f.Name || kind != f.Type || !bytes.Equal(body, f.Body) {
			t.Fatal(err, err2, name, kind, len(body))
		}
	}
}

func TestEachRecipientHasItsOwnFate(t *testing.T) {
	three := func() mail.Letter {
		l := letter()
		l.To = []string{"a@bank.example", "b@bank.example", "c@bank.example"}
		return l
	}
	each(t, map[string]func(*testing.T, *world, *peer){
		"one refused, one put off, one taken: only the one put off is tried again": func(t *testing.T, w *world, p *peer) {
			p.follow(script{answer: map[string]*smtp.SMTPError{"rcpt b@bank.example": no(550, 5, 1, 1), "rcpt c@bank.example": no(451, 4, 2, 0)}})
			id := w.put(three())
			r := w.perform(id)
			w.is(r, mail.Deferred, 451, "mail.problem.later")
			if reaches(r) != "accepted refused deferred" {
				t.Fatal(reaches(r))
			}
			p.follow(script{})
			r = w.later(id)
			w.is(r, mail.Dead, 250, "mail.problem.partly")
			if reaches(r) != "accepted refused accepted" || !slices.Equal(p.mails()[1].to, []string{"c@bank.example"}) {
				t.Fatal(reaches(r), p.mails()[1].to)
			}
			w.decide(id, mail.TriedAgain)
			r = w.perform(id)
			w.is(r, mail.Sent, 250, "")
			if got := p.mails(); len(got) != 3 || !slices.Equal(got[2].to, []string{"b@bank.example"}) {
				t.Fatal(len(got))
			}
		},
		"one refused and the others not known: that they arrived does not make it arrive at the first": func(t *testing.T, w *world, p *peer) {
			p.follow(script{drop: "end", answer: map[string]*smtp.SMTPError{"rcpt a@bank.example": no(550, 5, 1, 1)}})
			id := w.put(three())
			r := w.perform(id)
			w.is(r, mail.Unknown, 0, "mail.problem.uncertain")
			if reaches(r) != "refused unknown unknown" {
				t.Fatal(reaches(r))
			}
			w.decide(id, mail.Arrived)
			r = w.get(id)
			w.is(r, mail.Dead, 0, "mail.problem.partly")
			if reaches(r) != "refused accepted accepted" {
				t.Fatal(reaches(r))
			}
			p.follow(script{})
			w.decide(id, mail.TriedAgain)
			r = w.perform(id)
			w.is(r, mail.Sent, 250, "")
			if got := p.mails(); len(got) != 2 || !slices.Equal(got[1].to, []string{"a@bank.example"}) {
				t.Fatal(len(got))
			}
		},
	})
}

func TestTheServerMustBeTheRightOneAndTakeUsForOurselves(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		secure, password string
		settings         func(*peer) *mail.SMTP
		state            mail.State
		code             int64
		problem          string
	}{
		"STARTTLS with a certificate of the right authority": {"starttls", "", func(p *peer) *mail.SMTP { return p.secured(mail.StartTLS) }, mail.Sent, 250, ""},
		"TLS from the first byte":                            {"tls", "", func(p *peer) *mail.SMTP { return p.secured(mail.TLS) }, mail.Sent, 250, ""},
		"signed in over TLS":                                 {"starttls", "秘密 pass", func(p *peer) *mail.SMTP { return p.signed("秘密 pass") }, mail.Sent, 250, ""},
		"no STARTTLS is offered":                             {"", "", func(p *peer) *mail.SMTP { p.authority(); return p.secured(mail.StartTLS) }, mail.Deferred, 0, "mail.problem.tls"},
		"a certificate of another authority under STARTTLS":  {"starttls", "", func(p *peer) *mail.SMTP { p.authority(); return p.secured(mail.StartTLS) }, mail.Deferred, 0, "mail.problem.tls"},
		"a certificate of another authority under TLS":       {"tls", "", func(p *peer) *mail.SMTP { p.authority(); return p.secured(mail.TLS) }, mail.Deferred, 0, "mail.problem.tls"},
		"a certificate for another host": {"starttls", "", func(p *peer) *mail.SMTP {
			s := p.secured(mail.StartTLS)
			s.Addr = strings.Replace(s.Addr, "127.0.0.1", "localhost", 1)
			return s
		}, mail.Deferred, 0, "mail.problem.tls"},
		"a wrong password":  {"starttls", "right", func(p *peer) *mail.SMTP { return p.signed("wrong") }, mail.Deferred, 535, "mail.problem.auth"},
		"no way to sign in": {"starttls", "", func(p *peer) *mail.SMTP { return p.signed("x") }, mail.Deferred, 0, "mail.problem.auth"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeer(t, c.secure, c.password)
			w := newWorld(t, dbtest.SQLite(t), c.settings(p))
			r := w.perform(w.put(letter()))
			w.is(r, c.state, c.code, c.problem)
			if want := 0; c.state == mail.Deferred && len(p.mails()) != want {
				t.Fatal("something was sent")
			}
		})
	}
}

// authority makes the settings trust another authority than the server's.
func (p *peer) authority() { certificate(p.t, p.ca(), "127.0.0.1") }

func TestManyLettersShareConnectionsAndNoServerGetsMoreThanItTakes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		perLine, letters, connections int
	}{
		"after ninety messages the connection is opened again":          {0, 200, 3},
		"a server that has had enough of a connection gets another one": {10, 35, 4},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				p := newPeer(t, "", "")
				p.follow(script{perLine: c.perLine})
				w := newWorld(t, d, p.plain())
				for i := range c.letters {
					w.is(w.perform(w.put(numbered(letter(), i))), mail.Sent, 250, "")
				}
				if len(p.mails()) != c.letters || p.connections() != c.connections {
					t.Fatal(len(p.mails()), "mails over", p.connections(), "connections")
				}
			})
		})
	}
}

func TestAServerThatDoesNotAnswerLeavesTheLetterUnknown(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "", "")
	p.follow(script{hang: true})
	w := newWorld(t, dbtest.SQLite(t), p.plain())
	w.open(p.plain(), 300*time.Millisecond)
	r := w.perform(w.put(letter()))
	w.is(r, mail.Unknown, 0, "mail.problem.uncertain")
}

func TestAfterThreeDaysALetterIsDeadAndSaysWhy(t *testing.T) {
	each(t, map[string]func(*testing.T, *world, *peer){
		"and can be tried again": func(t *testing.T, w *world, p *peer) {
			p.follow(answers("rcpt", no(451, 4, 7, 1)))
			id := w.put(letter())
			r := w.perform(id)
			for n := 0; r.State == mail.Deferred; n++ {
				if n > 40 {
					t.Fatal("it never ends")
				}
				r = w.later(id)
			}
			w.is(r, mail.Dead, 451, "mail.problem.later")
			if after := w.clock.Now().Sub(opening); after < 68*time.Hour || after > 72*time.Hour {
				t.Fatal(after)
			}
			p.follow(script{})
			w.decide(id, mail.TriedAgain)
			w.is(w.perform(id), mail.Sent, 250, "")
			if len(p.mails()) != 1 {
				t.Fatal(len(p.mails()))
			}
		},
	})
}

func TestThePausesGrowAndEndAfterThreeDays(t *testing.T) {
	t.Parallel()
	var total time.Duration
	var got []time.Duration
	for n := int64(1); ; n++ {
		wait, again := mail.Backoff(n)
		if !again {
			break
		}
		got, total = append(got, wait), total+wait
	}
	if !slices.Equal(got[:5], []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour}) {
		t.Fatal(got)
	}
	if total > 72*time.Hour || total < 68*time.Hour {
		t.Fatal(total)
	}
}
