package bank_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/contacts/bank"
	"tasuke/contacts/bank/master"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

var (
	operator = person("op1", actor.Operator)
	maker    = person("fu1", actor.Funds)
	checker  = person("fu2", actor.Funds)
	lawyer   = person("le1", actor.Legal)
	auditor  = person("au1", actor.Auditor)
	engine   = actor.System("playbook")
)

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "人 " + id, Kind: actor.Person, Roles: roles}
}

// start is a Wednesday, 10:00 in Japan.
var start = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)

// number is the account that money went to; it must not be found anywhere in plain text.
const number = "7654321"

// house is bank requests over a real incident; the rooms above are written down.
type house struct {
	*bank.Store
	t         *testing.T
	d         *db.DB
	clock     *dbtest.ManualClock
	vault     *vault.Vault
	incidents *incident.Store
	incident  incident.Incident
	options   bank.Options
	desks     map[string]bank.DeskInfo
	// what the rooms above were told
	emitted  []string
	told     []string
	mails    map[string]bank.Mail
	reminded []bank.Chase
	cleared  int
	render   func(bank.LetterData) ([]byte, error)
}

// each runs tests on both databases, each on its own house.
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
	list, err := master.Standard()
	must(t, err)
	h := &house{t: t, d: d, clock: dbtest.Clock(d, start), vault: vaulttest.New(t), mails: map[string]bank.Mail{}, desks: map[string]bank.DeskInfo{
		"0005": {Name: "株式会社三菱ＵＦＪ銀行", Section: "金融犯罪対策室", Mail: "desk@bank.example.jp", Phone: "03-0000-0000"},
		"9900": {Name: "株式会社ゆうちょ銀行", Section: "お客さまサービス部"},
	}}
	h.render = func(l bank.LetterData) ([]byte, error) {
		return fmt.Appendf(nil, "%%PDF %s %d %s %s %v", l.No, l.Version, l.Account.Number, l.Addressee, l.Terms), nil
	}
	h.incidents = incident.NewStore(d, h.vault, pack, incident.Options{Work: func(ctx context.Context, tx *db.Tx, id string) (w incident.Work, err error) {
		w.OpenTasks, err = h.Open(ctx, tx, id) // stands for the guard that cmd wires
		return w, err
	}})
	h.options = bank.Options{Master: list, Touch: h.incidents.Touch, Enter: h.incidents.Enter,
		Firm: bank.Firm{Name: "たすけ証券株式会社", Section: "資金管理部", Phone: "03-0000-1111", FromAccount: "みずほ 001 普通 0000001", Remitter: "タスケシヨウケン"},
		Desk: func(_ context.Context, _ *db.Tx, code string) (bank.DeskInfo, bool, error) {
			k, ok := h.desks[code]
			return k, ok, nil
		},
		Cases: func(context.Context, *db.Tx, string) ([]bank.CaseRef, error) {
			return []bank.CaseRef{{ID: "case-1", No: "CASE-2026-000001"}, {ID: "case-2", No: "CASE-2026-000002"}}, nil
		},
		Tell: func(_ context.Context, _ *db.Tx, _ actor.Actor, _, caseID, kind string, args map[string]string, note string) error {
			h.told = append(h.told, fmt.Sprint(kind, " ", caseID, " ", args, " ", note))
			return nil
		},
		Render: func(l bank.LetterData) ([]byte, error) { return h.render(l) },
		Send: func(_ context.Context, tx *db.Tx, _ actor.Actor, m bank.Mail) (string, error) {
			id := "mail " + m.Key
			tx.AfterCommit(func() { h.mails[id] = m })
			return id, nil
		},
		Remind:         func(_ context.Context, _ *db.Tx, c bank.Chase) error { h.reminded = append(h.reminded, c); return nil },
		ClearReminders: func(context.Context, *db.Tx, string) error { h.cleared++; return nil },
		Emit: func(_ context.Context, _ *db.Tx, incidentID, name, ref string) error {
			if incidentID == "" || !strings.HasPrefix(ref, "bank_request:") {
				t.Errorf("event %s of %q about %q", name, incidentID, ref)
			}
			h.emitted = append(h.emitted, name)
			return nil
		},
	}
	h.Store, err = bank.NewStore(d, h.vault, h.options)
	must(t, err)
	must(t, d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		h.incident, err = h.incidents.Open(ctx, tx, operator, incident.New{DetectedAt: tx.Now, Details: incident.Details{
			Title: "不正出金の申出", Kind: incident.AccountWithdrawal, Severity: "S2", DetectedBy: "customer", SystemBreach: "none_confirmed",
			Summary: "顧客から知らない出金があるとの申出。", Vectors: incident.VectorSet{"phishing"}}})
		return err
	}))
	return h
}

// form is a whole request; change says what a test is about.
func form(change ...func(*bank.Form)) bank.Form {
	at := db.At(start)
	f := bank.Form{Track: bank.Freeze, Account: bank.AccountForm{BankCode: "0005", BranchCode: "001", Kind: "1", Number: number, HolderKana: "ヤマダ タロウ", Relation: "mule_in_victim_name"},
		Terms: bank.Terms{OccurredAt: at.Add(-26 * time.Hour), KnownAt: at.Add(-time.Hour), Method: "フィッシングで窃取された認証情報による不正出金", Asks: []bank.Ask{"suspend", "balance"},
			Remitter: "タスケシヨウケン", FromAccount: "みずほ 001 普通 0000001", Police: bank.Police{State: "planned"},
			Transfers: []bank.Transfer{{At: at.Add(-25 * time.Hour), Yen: 3_000_000, Ref: "T-0001", CaseID: "case-1"}, {At: at.Add(-24 * time.Hour), Yen: 456_789, Ref: "T-0002", CaseID: "case-1"}}}}
	for _, c := range change {
		c(&f)
	}
	return f
}

func (h *house) begin(change ...func(*bank.Form)) bank.Request {
	h.t.Helper()
	r, err := h.Begin(h.t.Context(), maker, h.incident.ID, form(change...))
	must(h.t, err)
	return r
}

// ready is a request whose letter waits to be checked.
func (h *house) ready(change ...func(*bank.Form)) bank.Request {
	h.t.Helper()
	r := h.begin(change...)
	r, err := h.MakeLetter(h.t.Context(), maker, r.ID, r.Rev)
	must(h.t, err)
	return r
}

func (h *house) checked(change ...func(*bank.Form)) bank.Request {
	h.t.Helper()
	r := h.ready(change...)
	var typed bank.Form
	for _, c := range change {
		c(&typed)
	}
	retyped := number
	if typed.Account.Number != "" {
		retyped = typed.Account.Number
	}
	r, err := h.Check(h.t.Context(), checker, r.ID, r.Rev, retyped)
	must(h.t, err)
	return r
}

func (h *house) sent(change ...func(*bank.Form)) bank.Request {
	h.t.Helper()
	r := h.checked(change...)
	r, err := h.Send(h.t.Context(), maker, r.ID, r.Rev)
	must(h.t, err)
	h.mailEnds(r, "sent")
	return h.now(r)
}

func (h *house) mailEnds(r bank.Request, state string) {
	h.t.Helper()
	must(h.t, h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return h.MailEnded(ctx, tx, bank.Ref(r.ID), r.MailID, state)
	}))
}

// now is a request as it stands.
func (h *house) now(r bank.Request) bank.Request {
	h.t.Helper()
	return h.sheet(auditor, r).Request
}

func (h *house) sheet(by actor.Actor, r bank.Request) bank.Sheet {
	h.t.Helper()
	sh, err := h.Sheet(h.t.Context(), by, r.ID)
	must(h.t, err)
	return sh
}

func (h *house) move(by actor.Actor, r bank.Request, e bank.Event, reason string) bank.Request {
	h.t.Helper()
	r, err := h.Move(h.t.Context(), by, bank.Cause{ID: r.ID, Rev: r.Rev, Event: e, Reason: reason})
	must(h.t, err)
	return r
}

func (h *house) answer(r bank.Request, a bank.Answer, yen int64) bank.Request {
	h.t.Helper()
	r, err := h.RecordAnswer(h.t.Context(), maker, r.ID, r.Rev, bank.Reply{Answer: a, At: h.d.Now(), Yen: yen, Balance: -1})
	must(h.t, err)
	return r
}

// count counts rows of a query.
func (h *house) count(query string, args ...any) (n int) {
	h.t.Helper()
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query, args...) }))
	return n
}

func (h *house) recorded(action string) int {
	h.t.Helper()
	return h.count(`SELECT count(*) FROM audit_entry WHERE action = ?`, action)
}

func (h *house) events(want ...string) {
	h.t.Helper()
	if !slices.Equal(h.emitted, want) {
		h.t.Errorf("emitted %v, want %v", h.emitted, want)
	}
}

// refused fails unless err is of the kind and the key.
func refused(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		t.Errorf("got %v, want %s %s", err, kind, key)
	}
}

// wrong fails unless exactly these fields are named.
func wrong(t *testing.T, err error, fields map[string]string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		t.Errorf("got %v, want the fields %v", err, fields)
		return
	}
	for k, v := range fields {
		if f.Fields[k] != v {
			t.Errorf("field %s: %q, want %q", k, f.Fields[k], v)
		}
	}
	for k, v := range f.Fields {
		if fields[k] == "" {
			t.Errorf("field %s: %q was not expected", k, v)
		}
	}
}
