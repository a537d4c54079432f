package mail_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tasuke/contacts/mail"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
)

func TestPuttingALetter(t *testing.T) {
	each(t, map[string]func(*testing.T, *world, *peer){
		"what must not leave is not queued": func(t *testing.T, w *world, _ *peer) {
			l := letter()
			l.Text = "https://firm.example/login"
			_, err := w.tryPut(l)
			field(t, err, "text", "mail.text.login_link")
			if n := w.count(`SELECT count(*) FROM mail_message`); n != 0 {
				t.Fatal(n)
			}
		},
		"a letter whose transaction is not kept never leaves": func(t *testing.T, w *world, p *peer) {
			err := w.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				if _, err := w.Put(ctx, tx, funds, letter()); err != nil {
					return err
				}
				return fault.New(fault.Refused, "test.no", nil)
			})
			kind(t, err, fault.Refused, "test.no")
			if n := w.count(`SELECT count(*) FROM mail_message`); n != 0 || len(p.mails()) != 0 {
				t.Fatal(n)
			}
		},
		"one key is one letter": func(t *testing.T, w *world, _ *peer) {
			first := w.put(letter())
			if second := w.put(letter()); second != first {
				t.Fatal("two letters")
			}
			other := letter()
			other.To = []string{"other@bank.example"}
			_, err := w.tryPut(other)
			kind(t, err, fault.Conflict, "mail.key.other")
		},
		"nothing of a letter is stored in plain text": func(t *testing.T, w *world, p *peer) {
			w.perform(w.put(letter()))
			for _, q := range []string{`SELECT subject FROM mail_message`, `SELECT body FROM mail_message`, `SELECT address FROM mail_recipient`,
				`SELECT name FROM mail_attachment`, `SELECT body FROM mail_attachment`} {
				var sealed []byte
				w.must(w.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &sealed, q) }))
				for _, plain := range []string{"BNK", "ご担当者様", "kinkyu", "口座凍結", "%PDF"} {
					if bytes.Contains(sealed, []byte(plain)) || len(sealed) < 40 {
						t.Error(q, "holds", plain)
					}
				}
			}
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE detail LIKE '%bank.example%' OR detail LIKE '%至急%'`); n != 0 {
				t.Error("the audit trail holds the letter")
			}
		},
	})
}

func TestWithoutAMailServerLettersWait(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPeer(t, "", "")
		w := newWorld(t, d, nil)
		id := w.put(letter())
		if r := w.get(id); w.SetUp() || r.State != mail.Queued || r.EffectID != "" {
			t.Fatal(r.State, r.EffectID)
		}
		if n, err := w.Resume(t.Context()); n != 0 || err != nil {
			t.Fatal(n, err)
		}
		given := w.put(numbered(letter(), 2))
		w.decide(given, mail.GivenUp)
		w.clock.Add(100 * time.Hour)
		w.open(p.plain(), 0)
		if n, err := w.Resume(t.Context()); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := w.Resume(t.Context()); n != 0 || err != nil {
			t.Fatal(n, err)
		}
		w.is(w.perform(id), mail.Sent, 250, "")
		if len(p.mails()) != 1 {
			t.Fatal(len(p.mails()))
		}
	})
}

func TestWhenTheSettingsAreTakenAwayLettersWaitForTheNextOnes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPeer(t, "", "")
		w := newWorld(t, d, p.plain())
		p.follow(answers("mail", no(451, 4, 3, 0)))
		queued, deferred := w.put(letter()), w.put(numbered(letter(), 2))
		w.perform(deferred)
		w.open(nil, 0)
		if n, err := w.Resume(t.Context()); n != 2 || err != nil {
			t.Fatal(n, err)
		}
		w.clock.Add(1000 * time.Hour)
		for _, id := range []string{queued, deferred} {
			if r := w.get(id); r.State != mail.Queued || r.EffectID != "" || len(w.ended) != 0 {
				t.Fatal(r.State, r.EffectID, w.ended)
			}
		}
		p.follow(script{})
		w.open(p.plain(), 0)
		if n, err := w.Resume(t.Context()); n != 2 || err != nil {
			t.Fatal(n, err)
		}
		w.is(w.perform(queued), mail.Sent, 250, "")
		w.is(w.perform(deferred), mail.Sent, 250, "")
		if len(p.mails()) != 2 {
			t.Fatal(len(p.mails()))
		}
	})
}

func TestWrongMailSettingsAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		settings mail.SMTP
		say      string
	}{
		"no port":                              {mail.SMTP{Addr: "mail.example", From: "a@b.example", TLS: "tls"}, "HOST:PORT"},
		"a sender that is none":                {mail.SMTP{Addr: "m.example:25", From: "資金", TLS: "tls"}, "from"},
		"a kind of TLS that does not exist":    {mail.SMTP{Addr: "m.example:25", From: "a@b.example", TLS: "maybe"}, "maybe"},
		"no TLS to another machine":            {mail.SMTP{Addr: "m.example:25", From: "a@b.example", TLS: "none"}, "this machine only"},
		"no TLS to another machine by address": {mail.SMTP{Addr: "192.0.2.1:25", From: "a@b.example", TLS: "none"}, "this machine only"},
		"a user without a password":            {mail.SMTP{Addr: "m.example:25", From: "a@b.example", TLS: "tls", User: "u"}, "belong together"},
		"a password file that is not there":    {mail.SMTP{Addr: "m.example:25", From: "a@b.example", TLS: "tls", User: "u", PasswordFile: "/nowhere"}, "password file"},
		"a CA file that is not there":          {mail.SMTP{Addr: "m.example:25", From: "a@b.example", TLS: "tls", CAFile: "/nowhere"}, "CA file"},
		"a name with a line end":               {mail.SMTP{Addr: "m.example:25", From: "a@b.example", TLS: "tls", HELO: "a\r\nMAIL"}, "helo"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := c.settings.Check(); err == nil || !strings.Contains(err.Error(), c.say) {
				t.Fatal(err)
			}
			if _, err := mail.NewStore(nil, nil, nil, mail.Options{SMTP: &c.settings}); err == nil {
				t.Fatal("a store was made with it")
			}
		})
	}
	if err := (mail.SMTP{Addr: "m.example:587", From: "資金 <a@b.example>", TLS: "starttls"}).Check(); err != nil {
		t.Fatal(err)
	}
	if err := (mail.SMTP{Addr: "m.example:25", From: "a@b.example", TLS: "tls", CAFile: filepath.Join("testdata", "nothing")}).Check(); err == nil {
		t.Fatal("no CA")
	}
}

func TestReadingTheOutbox(t *testing.T) {
	each(t, map[string]func(*testing.T, *world, *peer){
		"who may not read mail finds none": func(t *testing.T, w *world, _ *peer) {
			id := w.put(letter())
			_, err := w.List(t.Context(), operator, mail.Filter{}, paging.Page{})
			kind(t, err, fault.Forbidden, "")
			_, err = w.Get(t.Context(), operator, id)
			kind(t, err, fault.Forbidden, "")
			_, err = w.Get(t.Context(), legal, "nobody")
			kind(t, err, fault.NotFound, "")
			_, err = w.List(t.Context(), legal, mail.Filter{State: "lost"}, paging.Page{})
			field(t, err, "state", "form.choice")
		},
		"the newest first, page by page, by state, addresses masked": func(t *testing.T, w *world, p *peer) {
			var ids []string
			for i := range 5 {
				ids = append(ids, w.put(numbered(letter(), i)))
				w.clock.Add(time.Second)
			}
			w.perform(ids[1])
			p.follow(answers("rcpt", no(550, 5, 1, 1)))
			w.perform(ids[2])
			var got []string
			for page, n := (paging.Page{Limit: 2}), 0; n < 3; n++ {
				l, err := w.List(t.Context(), legal, mail.Filter{}, page)
				w.must(err)
				for _, e := range l.Entries {
					got = append(got, e.ID)
					if e.Recipients[0].Address != "k＊＊@bank.example" || e.Subject != letter().Subject || e.Files != 1 {
						t.Fatal(e)
					}
				}
				page.After = l.Next
			}
			if fmt.Sprint(got) != fmt.Sprint([]string{ids[4], ids[3], ids[2], ids[1], ids[0]}) {
				t.Fatal(got)
			}
			l := w.list(mail.Filter{Waiting: true})
			if len(l.Entries) != 1 || l.Entries[0].ID != ids[2] || l.Waiting() != 1 || l.Counts[mail.Queued] != 3 || l.Counts[mail.Sent] != 1 {
				t.Fatal(l.Counts)
			}
			if l := w.list(mail.Filter{State: mail.Sent}); len(l.Entries) != 1 || l.Entries[0].ID != ids[1] {
				t.Fatal(len(l.Entries))
			}
			if l := w.list(mail.Filter{About: "bank_request:b3", IncidentID: "i1"}); len(l.Entries) != 1 || l.Entries[0].ID != ids[3] {
				t.Fatal(len(l.Entries))
			}
		},
		"a letter is read for a purpose, and that is on record": func(t *testing.T, w *world, _ *peer) {
			id := w.put(letter())
			_, err := w.Reveal(t.Context(), legal, id, "")
			field(t, err, "purpose", "mail.purpose.missing")
			_, err = w.Reveal(t.Context(), pr, id, "delivery")
			kind(t, err, fault.Forbidden, "")
			o, err := w.Reveal(t.Context(), legal, id, "delivery")
			w.must(err)
			if o.Text != letter().Text || o.To[0] != "kinkyu@bank.example" {
				t.Fatal(o)
			}
			a, err := w.Download(t.Context(), legal, id, 0, "audit")
			w.must(err)
			if a.Name != letter().Attachments[0].Name || !bytes.Equal(a.Body, letter().Attachments[0].Body) {
				t.Fatal(a.Name)
			}
			_, err = w.Download(t.Context(), legal, id, 1, "audit")
			kind(t, err, fault.NotFound, "row.none")
			w.get(id)
			for action, n := range map[string]int{"mail.revealed": 1, "mail.file_revealed": 1, "mail.read": 1} {
				if got := w.count(`SELECT count(*) FROM audit_entry WHERE tree = 'access' AND action = ? AND object_id = ?`, action, id); got != n {
					t.Error(action, got)
				}
			}
		},
		"of an erased letter only where it stood is left": func(t *testing.T, w *world, _ *peer) {
			id := w.put(letter())
			w.perform(id)
			w.must(w.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return w.vault.Erase(ctx, tx, "mail:"+id) }))
			if r := w.get(id); !r.Erased || r.Subject != "" || r.State != mail.Sent || len(r.Attempts) != 1 {
				t.Fatal(r)
			}
			if l := w.list(mail.Filter{}); len(l.Entries) != 1 || !l.Entries[0].Erased {
				t.Fatal(l.Entries)
			}
		},
	})
}
