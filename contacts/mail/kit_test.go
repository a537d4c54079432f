package mail_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tasuke/contacts/mail"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

// opening is a Wednesday.
var opening = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)

func person(id, name string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: name, Kind: actor.Person, Roles: roles}
}

var (
	funds    = person("f1", "佐藤", actor.Funds)
	legal    = person("l1", "田中", actor.Legal)
	pr       = person("p1", "鈴木", actor.PR)
	operator = person("o1", "山本", actor.Operator)
)

// world is an outbox on a fresh database. Nothing happens in it by itself: a test performs.
type world struct {
	*mail.Store
	t       *testing.T
	d       *db.DB
	vault   *vault.Vault
	clock   *dbtest.ManualClock
	effects *effect.Store
	ended   []string // "<about> <state>" as the rooms are told
	told    []string
	again   error    // of the room a letter is of
	asked   []string // "<about> <state>" as that room is asked
}

func newWorld(t *testing.T, d *db.DB, smtp *mail.SMTP) *world {
	t.Helper()
	w := &world{t: t, d: d, vault: vaulttest.New(t), clock: dbtest.Clock(d, opening)}
	w.open(smtp, 0)
	return w
}

// open starts the program's part again, as after a restart.
func (w *world) open(smtp *mail.SMTP, patience time.Duration) {
	w.t.Helper()
	w.effects = effect.NewStore(w.d, nil)
	s, err := mail.NewStore(w.d, w.vault, w.effects, mail.Options{SMTP: smtp, Patience: patience,
		Ended: func(_ context.Context, _ *db.Tx, m mail.Message) error {
			w.ended = append(w.ended, m.About+" "+string(m.State))
			return nil
		},
		Again: func(_ context.Context, _ *db.Tx, m mail.Message) error {
			w.asked = append(w.asked, m.About+" "+string(m.State))
			return w.again
		},
		Tell: func(_ context.Context, _ *db.Tx, _ actor.Actor, incident, kind string, _ map[string]string) error {
			w.told = append(w.told, incident+" "+kind)
			return nil
		}})
	w.must(err)
	w.effects.Handle(s.Handler())
	w.Store = s
	w.t.Cleanup(s.Close)
}

// each runs tests on both databases, each with a peer of its own.
func each(t *testing.T, tests map[string]func(*testing.T, *world, *peer)) {
	t.Helper()
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				p := newPeer(t, "", "")
				test(t, newWorld(t, d, p.plain()), p)
			})
		})
	}
}

// plain are settings that reach the peer without TLS: it is on this machine.
func (p *peer) plain() *mail.SMTP {
	return &mail.SMTP{Addr: p.addr, From: "資金事務 <funds@firm.example>", HELO: "tasuke.firm.example", TLS: mail.NoTLS}
}

func (p *peer) secured(tls string) *mail.SMTP {
	s := p.plain()
	s.TLS, s.CAFile = tls, p.ca()
	return s
}

func (p *peer) signed(password string) *mail.SMTP {
	s := p.secured(mail.StartTLS)
	s.User, s.PasswordFile = "tasuke", filepath.Join(p.dir, "password")
	if err := os.WriteFile(s.PasswordFile, []byte(password+"\n"), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return s
}

func (w *world) must(errs ...error) {
	w.t.Helper()
	if err := errors.Join(errs...); err != nil {
		w.t.Fatal(err)
	}
}

// letter is a request to a bank; a test changes what it is about.
func letter() mail.Letter {
	return mail.Letter{To: []string{"kinkyu@bank.example"}, Subject: "【至急】口座凍結等のご依頼（BNK-2026-0001）",
		Text:        "ご担当者様\n\n添付のとおり、口座の取引停止をご依頼いたします。\n髙﨑 𠮷\n",
		Attachments: []mail.Attachment{{Name: "口座凍結等依頼書_髙﨑.pdf", Type: "application/pdf", Body: []byte("%PDF-1.7\n" + strings.Repeat("あ\x00\xff", 900))}},
		About:       "bank_request:b1", IncidentID: "i1", Key: "k1"}
}

func (w *world) put(l mail.Letter) string {
	w.t.Helper()
	id, err := w.tryPut(l)
	w.must(err)
	return id
}

func (w *world) tryPut(l mail.Letter) (id string, err error) {
	err = w.d.Update(w.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = w.Put(ctx, tx, funds, l)
		return err
	})
	return id, err
}

func (w *world) get(id string) mail.Record {
	w.t.Helper()
	r, err := w.Get(w.t.Context(), legal, id)
	w.must(err)
	return r
}

// perform makes the attempt that is due.
func (w *world) perform(id string) mail.Record {
	w.t.Helper()
	w.must(w.effects.Perform(w.t.Context(), w.get(id).EffectID))
	return w.get(id)
}

// later moves the clock to the next planned attempt and makes it.
func (w *world) later(id string) mail.Record {
	w.t.Helper()
	w.clock.Set(w.get(id).NextAt.Time())
	return w.perform(id)
}

func (w *world) decide(id string, e mail.Event) mail.Message {
	w.t.Helper()
	m, err := w.Decide(w.t.Context(), legal, mail.Decision{ID: id, Rev: w.get(id).Rev, Event: e, Reason: "電話で確認した"})
	w.must(err)
	return m
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	w.must(w.d.View(w.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query, args...) }))
	return n
}

func (w *world) list(f mail.Filter) mail.List {
	w.t.Helper()
	l, err := w.List(w.t.Context(), legal, f, paging.Page{})
	w.must(err)
	return l
}

// is fails unless a message stands so, with the codes of its last reply.
func (w *world) is(r mail.Record, state mail.State, code int64, problem string) {
	w.t.Helper()
	if r.State != state || r.Code != code || r.Problem != problem {
		w.t.Fatalf("%s %d %q, want %s %d %q; attempts %+v", r.State, r.Code, r.Problem, state, code, problem, r.Attempts)
	}
}

// reaches are the states of the recipients in order.
func reaches(r mail.Record) string {
	var out []string
	for _, x := range r.Recipients {
		out = append(out, string(x.State))
	}
	return strings.Join(out, " ")
}

func kind(t *testing.T, err error, want fault.Kind, key string) *fault.Error {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != want || key != "" && f.Key != key {
		t.Fatalf("got %v, want %s %s", err, want, key)
	}
	return f
}

func field(t *testing.T, err error, name, key string) {
	t.Helper()
	if f := kind(t, err, fault.Invalid, "form.invalid"); f.Fields[name] != key {
		t.Fatalf("fields %v, want %s: %s", f.Fields, name, key)
	}
}

func numbered(l mail.Letter, n int) mail.Letter {
	l.Key, l.About = fmt.Sprintf("k%d", n), fmt.Sprintf("bank_request:b%d", n)
	return l
}
