package isac_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"tasuke/cases/customer"
	"tasuke/cases/customer/leak"
	"tasuke/cases/customer/leak/plant"
	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/contacts/mail"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

var (
	analyst   = person("fa1", actor.FraudAnalyst)
	responder = person("cs1", actor.Responder)
	second    = person("cs2", actor.Responder)
	lawyer    = person("le1", actor.Legal)
	auditor   = person("au1", actor.Auditor)
	operator  = person("op1", actor.Operator)
)

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "人 " + id, Kind: actor.Person, Roles: roles}
}

var start = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)

// house is shares over a real incident, a real register behind the guard and a real mail room; the
// directory is written down.
type house struct {
	*isac.Store
	t         *testing.T
	d         *db.DB
	clock     *dbtest.ManualClock
	vault     *vault.Vault
	customers *customer.Store
	people    []plant.Person
	incidents *incident.Store
	incident  incident.Incident
	options   isac.Options
	desks     map[string]isac.Desk
	emitted   []string
	told      []string
	room      *mail.Store
	effects   *effect.Store
	peer      *peer
	// meanwhile is called once while a sheet is drawn.
	meanwhile func()
	// asked is called when a desk is looked up.
	asked func()
}

func each(t *testing.T, tests map[string]func(*testing.T, *house)) {
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d)) })
		})
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	pack, err := deadline.Standard()
	must(t, err)
	h := &house{t: t, d: d, clock: dbtest.Clock(d, start), vault: vaulttest.New(t),
		desks: map[string]isac.Desk{"isac": {Name: "金融ISAC", Section: "情報共有窓口", Mail: "share@isac.example.jp"}}}
	h.customers = customer.NewStore(d, h.vault)
	h.people = plant.Register(rand.New(rand.NewPCG(7, 2026)), 40)
	h.enrol(h.people)
	h.incidents = incident.NewStore(d, h.vault, pack, incident.Options{Work: func(ctx context.Context, tx *db.Tx, id string) (w incident.Work, err error) {
		w.OpenTasks, err = h.Open(ctx, tx, id) // stands for the guard that cmd wires
		return w, err
	}})
	h.outbox()
	h.options = isac.Options{Firm: isac.Firm{Name: "たすけ証券株式会社", Section: "CSIRT", Phone: "03-0000-0000", Mail: "csirt@tasuke.example"},
		Guard: leak.New(h.customers), Touch: h.incidents.Touch, Enter: h.incidents.Enter,
		Desk: func(_ context.Context, _ *db.Tx, id string) (isac.Desk, bool, error) {
			if h.asked != nil {
				h.asked()
			}
			k, ok := h.desks[id]
			return k, ok, nil
		},
		Numbered: func(ctx context.Context, tx *db.Tx, id string) (string, error) {
			i, err := h.incidents.Get(ctx, tx, id)
			return i.No, err
		},
		Tell: func(_ context.Context, _ *db.Tx, _ actor.Actor, _, kind string, args map[string]string) error {
			h.told = append(h.told, kind+" "+args["No"])
			return nil
		},
		Render: func(x isac.SheetData) ([]byte, error) {
			if f := h.meanwhile; f != nil {
				h.meanwhile = nil
				f()
			}
			return fmt.Appendf(nil, "%%PDF %s %d %v %s", x.No, x.Version, x.Content, x.BundleSHA256), nil
		},
		Send: func(ctx context.Context, tx *db.Tx, by actor.Actor, m isac.Mail) (string, error) {
			l := mail.Letter{To: m.To, Subject: m.Subject, Text: m.Text, About: m.About, IncidentID: m.IncidentID, Key: m.Key}
			for _, f := range m.Files {
				l.Attachments = append(l.Attachments, mail.Attachment(f))
			}
			return h.room.Put(ctx, tx, by, l)
		},
		Emit: func(_ context.Context, _ *db.Tx, _, name, ref string) error {
			h.emitted = append(h.emitted, name+" "+ref)
			return nil
		},
	}
	h.Store, err = isac.NewStore(d, h.vault, h.options)
	must(t, err)
	must(t, d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		h.incident, err = h.incidents.Open(ctx, tx, operator, incident.New{DetectedAt: tx.Now, Details: incident.Details{
			Title: "不正出金の申出", Kind: incident.AccountWithdrawal, Severity: "S2", DetectedBy: "customer", SystemBreach: "none_confirmed",
			Summary: "顧客から知らない出金があるとの申出。", Vectors: incident.VectorSet{"phishing"}}})
		return err
	}))
	return h
}

// enrol puts people into the register of customers.
func (h *house) enrol(people []plant.Person) {
	h.t.Helper()
	_, err := h.customers.Import(h.t.Context(), actor.System("import"), strings.NewReader(plant.CSV(people)), customer.DefaultMapping(), customer.Options{})
	must(h.t, err)
}

// content is a whole share; change says what a test is about.
func content(change ...func(*isac.Content)) isac.Content {
	at := db.At(start)
	c := isac.Content{Title: "フィッシングによる不正ログインと出金先の変更", TLP: stix.Amber, Channel: isac.FISAC, DeskID: "isac",
		AttackOrigin: "国外のホスティング事業者の数個のアドレスから接続。", Method: "当社を騙るSMSから誘導し、認証情報とワンタイムパスワードを窃取。",
		Purpose: "出金先口座を変更し、預り金を送金すること。", Countermeasure: "該当アドレスを遮断し、出金先変更後の出金を一時停止。以後の被害は確認していない。",
		ObservedFrom: at.Add(-48 * time.Hour), ObservedTo: at.Add(-2 * time.Hour), Confidence: 80, Language: "ja",
		Indicators: []isac.Indicator{{Kind: stix.IP, Value: "198.51.100.23", Seen: 12, Label: isac.Own, Note: "ログインの接続元"}, {Kind: stix.Domain, Value: "Hinata-Login.example", Label: isac.Own},
			{Kind: stix.URL, Value: "https://hinata-login.example/otp", Label: isac.Own}, {Kind: stix.Mail, Value: "info@hinata-login.example", Label: isac.Own},
			{Kind: stix.Device, Value: "fp-9c1e77aa", From: at.Add(-40 * time.Hour), Until: at.Add(-20 * time.Hour), Seen: 3, Label: string(stix.Amber)}}}
	for _, f := range change {
		f(&c)
	}
	return c
}

func (h *house) begin(change ...func(*isac.Content)) isac.Share {
	h.t.Helper()
	s, err := h.Begin(h.t.Context(), analyst, h.incident.ID, content(change...))
	must(h.t, err)
	return s
}

func (h *house) frozen(change ...func(*isac.Content)) isac.Share {
	h.t.Helper()
	s := h.begin(change...)
	s, found, err := h.Freeze(h.t.Context(), responder, s.ID, s.Rev, true)
	if err != nil {
		h.t.Fatal(err, found)
	}
	return s
}

func (h *house) move(by actor.Actor, s isac.Share, e isac.Event) isac.Share {
	h.t.Helper()
	s, err := h.Move(h.t.Context(), by, isac.Cause{ID: s.ID, Rev: s.Rev, Event: e, Reason: "理由"})
	must(h.t, err)
	return s
}

func (h *house) approved(change ...func(*isac.Content)) isac.Share {
	h.t.Helper()
	return h.move(lawyer, h.frozen(change...), isac.ApprovalGiven)
}

func (h *house) sheet(id string) isac.Sheet {
	h.t.Helper()
	sh, err := h.Sheet(h.t.Context(), auditor, id)
	must(h.t, err)
	return sh
}

func (h *house) count(query string, args ...any) (n int) {
	h.t.Helper()
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query, args...) }))
	return n
}

func (h *house) exec(query string, args ...any) error {
	h.t.Helper()
	return h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

func refused(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		t.Errorf("got %v, want %s %s", err, kind, key)
	}
}

// peer is the mail server of an ISAC that does what a test says.
type peer struct {
	mu  sync.Mutex
	do  string // "take", "refuse", or "hang up" when the whole mail has come
	got []string
}

func (p *peer) will(do string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.do = do
}

// taken are the whole mails that were taken.
func (p *peer) taken() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.got
}

type dialogue struct {
	*peer
	conn *smtp.Conn
}

func (d *dialogue) Mail(string, *smtp.MailOptions) error { return nil }
func (d *dialogue) Reset()                               {}
func (d *dialogue) Logout() error                        { return nil }

func (d *dialogue) Rcpt(string, *smtp.RcptOptions) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.do == "refuse" {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	return nil
}

func (d *dialogue) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.do == "hang up" {
		return d.conn.Conn().Close()
	}
	d.got = append(d.got, string(body))
	return nil
}

// outbox puts a real mail room behind the shares.
func (h *house) outbox() {
	h.t.Helper()
	h.peer = &peer{do: "take"}
	srv := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &dialogue{h.peer, c}, nil }))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(h.t, err)
	go func() { _ = srv.Serve(l) }() // ends with the test
	h.t.Cleanup(func() { _ = srv.Close() })
	h.effects = effect.NewStore(h.d, nil)
	h.room, err = mail.NewStore(h.d, h.vault, h.effects, mail.Options{SMTP: &mail.SMTP{Addr: l.Addr().String(), From: "csirt@tasuke.example", HELO: "tasuke.example", TLS: mail.NoTLS},
		Ended: func(ctx context.Context, tx *db.Tx, m mail.Message) error {
			return h.MailEnded(ctx, tx, m.About, m.ID, string(m.State))
		},
		Again: func(ctx context.Context, tx *db.Tx, m mail.Message) error { return h.MailAgain(ctx, tx, m.About, m.ID) }})
	must(h.t, err)
	h.t.Cleanup(h.room.Close)
	h.effects.Handle(h.room.Handler())
}

func (h *house) attempt(s isac.Share) {
	h.t.Helper()
	must(h.t, h.effects.Perform(h.t.Context(), h.letter(s).EffectID))
}

func (h *house) letter(s isac.Share) mail.Record {
	h.t.Helper()
	m, err := h.room.Get(h.t.Context(), lawyer, h.sheet(s.ID).Share.MailID)
	must(h.t, err)
	return m
}
