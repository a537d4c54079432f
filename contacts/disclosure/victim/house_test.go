package victim_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/cases/customer/leak"
	"tasuke/cases/customer/leak/plant"
	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/victim"
	"tasuke/contacts/mail"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
	"tasuke/migrations"
)

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: id, Kind: actor.Person, Roles: roles}
}

var (
	writer    = person("re1", actor.Remediation)
	second    = person("re2", actor.Remediation)
	both      = person("sv9", actor.Remediation, actor.Supervisor)
	approver  = person("le1", actor.Legal)
	operator  = person("op1", actor.Operator)
	auditor   = person("au1", actor.Auditor)
	postroom  = person("sy1", actor.SystemOperations)
	start     = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)
	everybody = plant.Register(rand.New(rand.NewPCG(7, 9)), 120)
)

// house is mailings over real incidents, cases, customers, the guard and the outbox.
type house struct {
	*victim.Store
	t         *testing.T
	d         *db.DB
	clock     *dbtest.ManualClock
	vault     *vault.Vault
	incidents *incident.Store
	cases     *cases.Store
	customers *customer.Store
	mail      *mail.Store
	effects   *effect.Store
	options   victim.Options
	incident  incident.Incident
	victims   []cases.Case
	emitted   []string
	told      []string
}

type stories struct{ *incident.Store }

func (s stories) Tell(ctx context.Context, tx *db.Tx, by actor.Actor, l cases.Line) error {
	return s.Store.Tell(ctx, tx, by, incident.Line(l))
}

func (s stories) Lines(context.Context, *db.Tx, string, cases.Page) ([]cases.Line, cases.Cursor, error) {
	return nil, cases.Cursor{}, nil
}

type register struct{ *customer.Store }

func (register) FindIDs(context.Context, actor.Actor, string, int) ([]string, error) { return nil, nil }
func (register) Masked(context.Context, *db.Tx, []string) (map[string]cases.Masked, error) {
	return map[string]cases.Masked{}, nil
}

// newHouse has n confirmed cases; smtp may be nil.
func newHouse(t *testing.T, d *db.DB, smtp *mail.SMTP, n int) *house {
	t.Helper()
	h := &house{t: t, d: d, clock: dbtest.Clock(d, start), vault: vaulttest.New(t)}
	h.furnish(smtp, n)
	return h
}

// houseAt is a house of 26 on a database of its own, which another process may open.
func houseAt(t *testing.T, dsn, keys string) *house {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	must(t, migrations.Up(t.Context(), d))
	h := &house{t: t, d: d, clock: dbtest.Clock(d, start), vault: keysOf(t, keys)}
	h.furnish(nil, 26)
	return h
}

func (h *house) furnish(smtp *mail.SMTP, n int) {
	t := h.t
	t.Helper()
	h.open(smtp)
	_, err := h.customers.Import(t.Context(), actor.System("import"), strings.NewReader(plant.CSV(everybody)), customer.DefaultMapping(), customer.Options{Rejected: func(customer.Rejected) error { return nil }})
	must(t, err)
	must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		h.incident, err = h.incidents.Open(ctx, tx, operator, incident.New{DetectedAt: tx.Now, Details: incident.Details{
			Title: "不正出金の申出", Kind: incident.AccountWithdrawal, Severity: "S2", DetectedBy: "customer", SystemBreach: "none_confirmed"}})
		return err
	}))
	for i := range n {
		h.victims = append(h.victims, h.victim(everybody[30+i]))
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// open starts the program's part, again as after a restart.
func (h *house) open(smtp *mail.SMTP) {
	h.t.Helper()
	pack, err := deadline.Standard()
	must(h.t, err)
	h.customers = customer.NewStore(h.d, h.vault)
	h.incidents = incident.NewStore(h.d, h.vault, pack, incident.Options{
		Work:           func(context.Context, *db.Tx, string) (incident.Work, error) { return incident.Work{}, nil },
		FactsChanged:   func(context.Context, *db.Tx, actor.Actor, incident.FactSheet) error { return nil },
		ClocksMoved:    func(context.Context, *db.Tx, actor.Actor, string) error { return nil },
		GroundsChanged: func(context.Context, *db.Tx, actor.Actor, string) error { return nil },
		Answered: func(context.Context, *db.Tx, string) (map[string]incident.Answer, error) {
			return map[string]incident.Answer{}, nil
		}})
	h.cases = cases.NewStore(h.d, h.vault, register{h.customers}, stories{h.incidents}, func(context.Context, *db.Tx, cases.Case) (cases.Work, error) { return cases.Work{}, nil })
	h.effects = effect.NewStore(h.d, nil)
	h.mail, err = mail.NewStore(h.d, h.vault, h.effects, mail.Options{SMTP: smtp,
		Ended: func(ctx context.Context, tx *db.Tx, m mail.Message) error {
			return h.MailEnded(ctx, tx, m.About, m.ID, string(m.State))
		},
		Again: func(ctx context.Context, tx *db.Tx, m mail.Message) error {
			return h.MailAgain(ctx, tx, m.About, m.ID)
		}})
	must(h.t, err)
	h.t.Cleanup(h.mail.Close)
	h.effects.Handle(h.mail.Handler())
	h.options = h.wired()
	h.Store, err = victim.NewStore(h.d, h.vault, h.options)
	must(h.t, err)
}

func (h *house) wired() victim.Options {
	guard := leak.New(h.customers)
	return victim.Options{
		Firm: victim.Firm{Name: "たすけ証券株式会社", Section: "不正取引対応室", Phone: "03-0000-0000"}, Chunk: 4,
		Cases: func(ctx context.Context, tx *db.Tx, id string) (out []victim.CaseRef, err error) {
			all, err := h.cases.Victims(ctx, tx, id)
			for _, c := range all {
				out = append(out, victim.CaseRef{ID: c.ID, No: c.No, CustomerID: c.CustomerID, Confirmed: c.Stage() == cases.StageConfirmed})
			}
			return out, err
		},
		Reach: func(ctx context.Context, tx *db.Tx, ids []string) (map[string]victim.Reach, error) {
			all, err := h.customers.ReachOf(ctx, tx, ids)
			out := map[string]victim.Reach{}
			for id, r := range all {
				out[id] = victim.Reach{Name: r.Name, Mail: r.Mail, Postal: r.Address, Changed: r.Changed}
			}
			return out, err
		},
		Look: func(ctx context.Context, tx *db.Tx, text string, allow []string) (out []notice.Finding, err error) {
			found, err := guard.Check(ctx, tx, text, leak.Options{Allow: allow})
			for _, f := range found {
				out = append(out, notice.Finding{From: f.From, To: f.To, Kind: string(f.Kind), Masked: f.Masked})
			}
			return out, err
		},
		Numbered: func(ctx context.Context, tx *db.Tx, id string) (string, error) {
			i, err := h.incidents.Get(ctx, tx, id)
			return i.No, err
		},
		Touch: h.incidents.Touch, Enter: h.incidents.Enter,
		Tell: func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, caseID, kind string, args map[string]string) error {
			h.told = append(h.told, kind)
			return h.incidents.Tell(ctx, tx, by, incident.Line{IncidentID: incidentID, CaseID: caseID, Kind: kind, Args: args})
		},
		Log: func(ctx context.Context, tx *db.Tx, by actor.Actor, caseID string, c victim.Contacted) error {
			n := cases.Note{Direction: "out", Medium: c.Medium, Counterparty: "customer", Text: c.Text}
			if c.Failed {
				n.Result = "returned_mail"
			}
			_, err := h.cases.Noted(ctx, tx, by, caseID, n)
			return err
		},
		Send: func(ctx context.Context, tx *db.Tx, by actor.Actor, m victim.Mail) (string, error) {
			return h.mail.Put(ctx, tx, by, mail.Letter{To: []string{m.To}, Subject: m.Subject, Text: m.Text, About: m.About, Key: m.Key})
		},
		Emit: func(_ context.Context, _ *db.Tx, incidentID, name, ref string) error {
			h.emitted = append(h.emitted, name+" "+ref)
			return nil
		},
		Render: func(all []victim.Letter, draft bool) ([]byte, error) {
			return fmt.Appendf(nil, "%v %v", draft, all), nil
		},
	}
}

// victim opens a case for somebody of the register and confirms the damage.
func (h *house) victim(p plant.Person) (c cases.Case) {
	h.t.Helper()
	must(h.t, h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		id, err := h.customers.ByRef(ctx, tx, p.Ref)
		if err != nil {
			return err
		}
		if c, _, err = h.cases.Open(ctx, tx, operator, cases.New{IncidentID: h.incident.ID, CustomerID: id, Details: cases.Details{ClaimSource: "customer"}}); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE victim_case SET state = 'confirmed' WHERE id = ?`, c.ID)
		return err
	}))
	return c
}

// content says what a notice needs.
func (h *house) content() victim.Content {
	now := h.d.Now()
	return victim.Content{
		Facts:    []victim.Fact{{At: now.Add(-26 * time.Hour), What: notice.Login}},
		Measures: []victim.Measure{{At: now.Add(-20 * time.Hour), JA: "口座の取引を停止しました。", EN: "trading on your account was stopped."}},
		JA:       victim.Said{Plan: "取引記録の調査を続けます。", Desk: "不正取引対応室", Hours: "24時間"},
		EN:       victim.Said{Plan: "We continue to examine the records.", Desk: "Fraud response desk", Hours: "24 hours"},
		Phone:    "03-0000-0000", Next: now.Add(7 * 24 * time.Hour),
	}
}

func (h *house) form() victim.Form {
	f := victim.Form{Content: h.content()}
	for _, c := range h.victims {
		f.Cases = append(f.Cases, c.ID)
	}
	return f
}

func (h *house) begin(f victim.Form) victim.Mailing {
	h.t.Helper()
	m, err := h.Begin(h.t.Context(), writer, h.incident.ID, f)
	must(h.t, err)
	return m
}

func (h *house) sheet(id string) victim.Sheet {
	h.t.Helper()
	sh, err := h.Sheet(h.t.Context(), auditor, id, 0)
	must(h.t, err)
	return sh
}

func (h *house) try(by actor.Actor, id string, e victim.Event) error {
	h.t.Helper()
	_, err := h.Move(h.t.Context(), by, victim.Cause{ID: id, Rev: h.sheet(id).Mailing.Rev, Event: e, Reason: "理由"})
	return err
}

// approved is a mailing to everybody that may be sent.
func (h *house) approved() victim.Mailing {
	h.t.Helper()
	m := h.begin(h.form())
	must(h.t, h.try(writer, m.ID, victim.ApprovalAsked), h.try(approver, m.ID, victim.ApprovalGiven))
	return h.sheet(m.ID).Mailing
}

func (h *house) send(id string) victim.Mailing {
	h.t.Helper()
	m, err := h.SendStage(h.t.Context(), writer, id, h.sheet(id).Mailing.Rev)
	must(h.t, err)
	return m
}

// deliver makes every attempt that is due.
func (h *house) deliver() {
	h.t.Helper()
	var ids []string
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &ids, `SELECT effect_id FROM mail_message WHERE state = 'queued' AND effect_id <> '' ORDER BY id`)
	}))
	for _, id := range ids {
		must(h.t, h.effects.Perform(h.t.Context(), id))
	}
}

func (h *house) mark(m victim.Mailing, pos int64, e victim.NoticeEvent, reason string) error {
	h.t.Helper()
	_, err := h.Mark(h.t.Context(), writer, victim.Mark{MailingID: m.ID, Pos: pos, Rev: h.sheet(m.ID).Items[pos].Rev, NoticeStep: victim.NoticeStep{Event: e, Reason: reason}})
	return err
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

// is fails unless the mailing stands so and its notices count so.
func (h *house) is(id string, state victim.State, counts map[victim.NoticeState]int) {
	h.t.Helper()
	sh := h.sheet(id)
	if sh.Mailing.State != state || fmt.Sprint(sh.Counts) != fmt.Sprint(counts) {
		h.t.Fatalf("%s %v, want %s %v", sh.Mailing.State, sh.Counts, state, counts)
	}
}

func wants(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		t.Fatalf("got %v, want %s %s", err, kind, key)
	}
}

func each(t *testing.T, n int, tests map[string]func(*testing.T, *house)) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d, nil, n)) })
		})
	}
}
