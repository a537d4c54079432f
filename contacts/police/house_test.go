package police_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tasuke/cases/customer"
	"tasuke/cases/customer/leak"
	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/contacts/police"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

var (
	lawyer    = person("le1", actor.Legal)
	executive = person("ex1", actor.Executive)
	responder = person("cs1", actor.Responder)
	auditor   = person("au1", actor.Auditor)
	operator  = person("op1", actor.Operator)
)

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "人 " + id, Kind: actor.Person, Roles: roles}
}

var start = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)

// victimName must not be found in a summary without a consent, nor anywhere in plain text.
const victimName = "勅使河原　健一郎"

// register holds the victim of the first case and somebody else.
const register = "顧客番号,氏名,氏名カナ,生年月日,電話番号,メール,住所,口座番号,区分\n" +
	"H0000001,勅使河原　健一郎,テシガワラ ケンイチロウ,1970-01-02,090-0000-0001,k@customer.example,架空県見本市1-1,123-4567567,個人\n" +
	"H0000002,五十嵐　慎之介,イガラシ シンノスケ,1981-03-04,090-0000-0002,i@customer.example,架空県見本市2-2,123-4561111,個人\n"

// house is consultations over a real incident; its cases and its banks are written down.
type house struct {
	*police.Store
	t         *testing.T
	d         *db.DB
	clock     *dbtest.ManualClock
	vault     *vault.Vault
	customers *customer.Store
	incidents *incident.Store
	incident  incident.Incident
	options   police.Options
	emitted   []string
	told      []string
	title     string   // of the incident, when a test sets it
	revealed  []string // cases whose victim was shown in plain text
	papers    []police.Paper
	render    func(police.Paper) ([]byte, error)
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
	h := &house{t: t, d: d, clock: dbtest.Clock(d, start), vault: vaulttest.New(t)}
	h.incidents = incident.NewStore(d, h.vault, pack, incident.Options{Work: func(ctx context.Context, tx *db.Tx, id string) (w incident.Work, err error) {
		w.OpenTasks, err = h.Open(ctx, tx, id) // stands for the guard that cmd wires
		return w, err
	}})
	h.render = func(p police.Paper) ([]byte, error) {
		h.papers = append(h.papers, p)
		return fmt.Appendf(nil, "%%PDF %s %d %s", p.No, p.Version, p.Digest), nil
	}
	h.customers = customer.NewStore(d, h.vault)
	_, err = h.customers.Import(t.Context(), actor.System("import"), strings.NewReader(register), customer.DefaultMapping(), customer.Options{})
	must(t, err)
	h.options = police.Options{Guard: leak.New(h.customers), Firm: police.Firm{Name: "たすけ証券株式会社", Section: "法務部", Phone: "03-0000-0000"}, Touch: h.incidents.Touch, Enter: h.incidents.Enter,
		Incident: func(ctx context.Context, tx *db.Tx, id string) (police.Incident, error) {
			i, err := h.incidents.Get(ctx, tx, id)
			return police.Incident{ID: i.ID, No: i.No, Title: cmp.Or(h.title, i.Title), Summary: i.Summary, DetectedAt: i.DetectedAt}, err
		},
		Cases: func(context.Context, *db.Tx, string) ([]police.Case, error) {
			return []police.Case{{ID: "c1", No: "CASE-2026-000001", Name: "勅＊＊＊", Account: "***-****567", ClaimedYen: 2_000_000}, {ID: "c2", No: "CASE-2026-000002", Name: "鈴＊＊", Account: "***-****111"}}, nil
		},
		Victim: func(_ context.Context, tx *db.Tx, by actor.Actor, caseID string) (police.Victim, error) {
			if err := by.Need(actor.CustomerReveal); err != nil {
				return police.Victim{}, err
			}
			h.revealed = append(h.revealed, caseID)
			return police.Victim{Name: victimName, Kana: "テシガワラ　ケンイチロウ", BirthDate: "1970-01-02", Phone: "090-0000-0001", Address: "架空県見本市1-1", Account: "123-4567567"}, nil
		},
		Destinations: func(context.Context, *db.Tx, actor.Actor, string) ([]police.Destination, error) {
			return []police.Destination{{Bank: "架空銀行", Branch: "本店", Kind: "普通", Number: "7654321", Holder: "ヤマダ タロウ", Yen: 3_456_789, RequestNo: "BNK-2026-0001"}}, nil
		},
		Timeline: func(context.Context, *db.Tx, string) ([]police.Seen, error) { return content().Timeline, nil },
		Tell: func(_ context.Context, _ *db.Tx, _ actor.Actor, _, kind string, args map[string]string) error {
			h.told = append(h.told, kind+" "+args["No"])
			return nil
		},
		Render: func(p police.Paper) ([]byte, error) { return h.render(p) },
		Emit: func(_ context.Context, _ *db.Tx, _, name, ref string) error {
			h.emitted = append(h.emitted, name+" "+ref)
			return nil
		},
	}
	h.Store, err = police.NewStore(d, h.vault, h.options)
	must(t, err)
	must(t, d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		h.incident, err = h.incidents.Open(ctx, tx, operator, incident.New{DetectedAt: tx.Now, Details: incident.Details{
			Title: "不正出金の申出", Kind: incident.AccountWithdrawal, Severity: "S2", DetectedBy: "customer", SystemBreach: "none_confirmed",
			Summary: "顧客から知らない出金があるとの申出。", Vectors: incident.VectorSet{"phishing"}}})
		return err
	}))
	return h
}

// content is a whole consultation; change says what a test is about.
func content(change ...func(*police.Content)) police.Content {
	at := db.At(start)
	c := police.Content{Kind: police.Consult, FiledBy: "firm", Agency: "架空県警察 見本警察署", Section: "生活安全課", Officer: "巡査部長 架空", Offences: []police.Offence{police.ComputerFraud, police.UnauthorizedAccess},
		Cases: []string{"c1", "c2"}, Recognition: "顧客からの電話で認知。", Method: "偽のSMSから認証情報を窃取。", Measures: "口座を保護し、銀行に取引停止の検討を依頼。", Wish: "捜査をお願いしたい。", Person: "法務 七海",
		Timeline: []police.Seen{{At: at.Add(-2 * time.Hour), Operation: "出金", IP: "2001:db8::23", Agent: "Mozilla/5.0", Device: "fp-9c1e"}, {At: at.Add(-3*time.Hour - 17*time.Second), Operation: "ログイン", IP: "198.51.100.23", Port: 54321}},
		Damages:  police.Damages{Sold: 3_500_000, Bought: 0, Withdrawn: 3_456_789, Net: -1},
		Evidence: []police.Proof{{No: "EV-1", SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Kept: "法務部 保管庫"}}}
	for _, f := range change {
		f(&c)
	}
	return c
}

func (h *house) begin(change ...func(*police.Content)) police.Report {
	h.t.Helper()
	r, err := h.Begin(h.t.Context(), lawyer, h.incident.ID, content(change...))
	must(h.t, err)
	return r
}

func (h *house) held(change ...func(*police.Content)) police.Report {
	h.t.Helper()
	r := h.begin(change...)
	r, err := h.Hold(h.t.Context(), lawyer, police.Held{ID: r.ID, Rev: r.Rev, At: h.d.Now(), Note: "署で説明した。"})
	must(h.t, err)
	return r
}

func (h *house) consent(r police.Report, caseID string, given bool) police.Report {
	h.t.Helper()
	h.clock.Add(time.Minute)
	r, err := h.RecordConsent(h.t.Context(), lawyer, police.Agreed{ID: r.ID, Rev: r.Rev, CaseID: caseID, Given: given, At: h.d.Now(), How: "電話で本人から"})
	must(h.t, err)
	return r
}

func (h *house) summary(r police.Report) police.Report {
	h.t.Helper()
	r, err := h.MakeSummary(h.t.Context(), lawyer, r.ID, r.Rev)
	must(h.t, err)
	return r
}

func (h *house) move(r police.Report, e police.Event) police.Report {
	h.t.Helper()
	r, err := h.Move(h.t.Context(), lawyer, police.Cause{ID: r.ID, Rev: r.Rev, Event: e, Reason: "理由"})
	must(h.t, err)
	return r
}

func (h *house) sheet(id string) police.Sheet {
	h.t.Helper()
	sh, err := h.Sheet(h.t.Context(), auditor, id)
	must(h.t, err)
	return sh
}

func (h *house) reference() (g police.Given, found bool) {
	h.t.Helper()
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		g, found, err = h.Reference(ctx, tx, h.incident.ID)
		return err
	}))
	return g, found
}

func (h *house) open() (n int) {
	h.t.Helper()
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = h.Open(ctx, tx, h.incident.ID)
		return err
	}))
	return n
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

// wrong fails unless the field is named with the key.
func wrong(t *testing.T, err error, field, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Fields[field] != key {
		t.Errorf("got %v, want %s on %s", err, key, field)
	}
}
