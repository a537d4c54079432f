package disclosure_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/page"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

var (
	operator  = person("op1", actor.Operator)
	responder = person("ir1", actor.Responder)
	writer    = person("pr1", actor.PR)
	lawyer    = person("le1", actor.Legal)
	executive = person("ex1", actor.Executive)
	auditor   = person("au1", actor.Auditor)
)

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "担当 " + id, Kind: actor.Person, Roles: roles}
}

var start = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)

// house is public notices over a real incident; what other rooms count and know is written down.
type house struct {
	*disclosure.Store
	t         testing.TB
	d         *db.DB
	clock     *dbtest.ManualClock
	vault     *vault.Vault
	dir       string
	incidents *incident.Store
	effects   *effect.Store
	incident  incident.Incident
	options   disclosure.Options
	counts    map[string]int64 // what rooms count, by key
	victims   [2]int           // all, told
	emitted   []string
	// looking is called by the guard once, before it answers.
	looking func()
}

const secret = "山田太郎"

func newHouse(t testing.TB, d *db.DB) *house { return houseIn(t, d, t.TempDir(), vaulttest.New(t)) }

func houseIn(t testing.TB, d *db.DB, dir string, v *vault.Vault) *house {
	t.Helper()
	h := &house{t: t, d: d, clock: dbtest.Clock(d, start), dir: dir, vault: v, counts: map[string]int64{"accounts.confirmed": 12, "persons.confirmed": 12, "accounts.excluded": 1}}
	must(t, h.wire())
	return h
}

func (h *house) wire() error {
	pack, err := deadline.Standard()
	if err != nil {
		return err
	}
	var figures []incident.Figure
	for _, k := range []incident.CountKey{{Unit: "accounts", Stage: "confirmed"}, {Unit: "persons", Stage: "confirmed"}, {Unit: "accounts", Stage: "excluded"}} {
		figures = append(figures, incident.Figure{Unit: k.Unit, Stage: k.Stage, Source: "cases", Count: func(context.Context, *db.Tx, string) (int64, error) {
			return h.counts[k.String()], nil
		}})
	}
	h.incidents = incident.NewStore(h.d, h.vault, pack, incident.Options{Figures: figures, Work: func(ctx context.Context, tx *db.Tx, id string) (w incident.Work, err error) {
		w.OpenTasks, err = h.Open(ctx, tx, id) // stands for the guard that cmd wires
		return w, err
	}})
	h.effects = effect.NewStore(h.d, nil)
	h.options = disclosure.Options{
		Firm: "ひなた証券株式会社（架空）", Desk: notice.Desk{Name: "不正取引対応室", Phone: "000-0000-0110", Hours: "24時間"}, Dir: filepath.Join(h.dir, "public"),
		Leaks: func(_ context.Context, _ *db.Tx, text string, _ []string) (out []notice.Finding, err error) {
			if f := h.looking; f != nil {
				h.looking = nil
				f()
			}
			if i := strings.Index(text, secret); i >= 0 {
				out = append(out, notice.Finding{From: i, To: i + len(secret), Kind: "name", Masked: "山＊＊＊"})
			}
			return out, nil
		},
		Notified: func(context.Context, *db.Tx, string) (int, int, error) { return h.victims[0], h.victims[1], nil },
		Paper: func(d notice.Document, l page.Look) ([]byte, error) {
			return fmt.Appendf(nil, "%%PDF %s %s %v %s %v", d.No, d.Language, l.Draft, l.Note.Status, d.Parts), nil
		},
		Emit: func(_ context.Context, _ *db.Tx, incidentID, name, ref string) error {
			h.emitted = append(h.emitted, name+" "+incidentID+" "+ref)
			return nil
		},
		Effects: h.effects,
	}.On(h.incidents)
	return h.reopen()
}

// reopen makes the store anew with the house's options, as a start of the program does.
func (h *house) reopen() (err error) {
	if h.Store, err = disclosure.NewStore(h.d, h.vault, h.options); err != nil {
		return err
	}
	h.effects = effect.NewStore(h.d, nil)
	h.options.Effects = h.effects
	if h.Store, err = disclosure.NewStore(h.d, h.vault, h.options); err != nil {
		return err
	}
	for _, x := range h.Handlers() {
		h.effects.Handle(x)
	}
	return nil
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// each runs tests on both databases, each in a house with an incident.
func each(t *testing.T, tests map[string]func(*testing.T, *house)) {
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				h := newHouse(t, d)
				h.open()
				test(t, h)
			})
		})
	}
}

func (h *house) open() {
	h.t.Helper()
	must(h.t, h.d.Update(context.Background(), func(ctx context.Context, tx *db.Tx) (err error) {
		h.incident, err = h.incidents.Open(ctx, tx, operator, incident.New{DetectedAt: tx.Now, Details: incident.Details{
			Title: "不正出金の申出", Kind: incident.AccountWithdrawal, Severity: "S2", DetectedBy: "customer", SystemBreach: "none_confirmed", Summary: "申出", Vectors: incident.VectorSet{"phishing"}}})
		return err
	}))
}

func (h *house) snapshot() incident.Snapshot {
	h.t.Helper()
	h.clock.Add(time.Minute)
	s, err := h.incidents.TakeSnapshot(context.Background(), responder, h.incident.ID)
	must(h.t, err)
	h.clock.Add(time.Minute)
	return s
}

// written is a content with everything that a notice needs.
func (h *house) written() disclosure.Content {
	return disclosure.Content{
		JA:      disclosure.Text{Title: "一部のお客様口座における不正ログインについて", Outline: "第三者が一部のお客様の口座に不正にログインしたことを確認しました。", DeskName: "不正取引対応室", DeskHours: "24時間"},
		EN:      disclosure.Text{Title: "Unauthorised sign-ins to some accounts", Outline: "Somebody else signed in to the accounts of some customers.", DeskName: "Fraud desk", DeskHours: "24 hours"},
		English: true, DeskPhone: "000-0000-0110", Figures: []string{"accounts.confirmed", "persons.confirmed"},
		Measures: []disclosure.Measure{{At: db.At(start), JA: "該当する口座の取引を停止しました。", EN: "trading on these accounts was stopped."}},
	}
}

func (h *house) sheet(id string) disclosure.Sheet {
	h.t.Helper()
	sh, err := h.Sheet(context.Background(), auditor, id)
	must(h.t, err)
	return sh
}

// begun is a notice of a kind with the content, as text and numbers of a new snapshot.
func (h *house) begun(n disclosure.New, c disclosure.Content) disclosure.Disclosure {
	h.t.Helper()
	n.IncidentID = h.incident.ID
	d, err := h.Begin(context.Background(), writer, n)
	must(h.t, err)
	d, err = h.Edit(context.Background(), writer, d.ID, d.Rev, h.snapshot().ID, c)
	must(h.t, err)
	return d
}

func (h *house) first() disclosure.Disclosure {
	h.t.Helper()
	return h.begun(disclosure.New{Kind: notice.First}, h.written())
}

func (h *house) sign(by actor.Actor, id string, step disclosure.Step) error {
	h.t.Helper()
	sh := h.sheet(id)
	_, err := h.Sign(context.Background(), by, id, sh.Disclosure.Rev, step, sh.Now, "")
	return err
}

// signed has the three others sign.
func (h *house) signed(id string) disclosure.Disclosure {
	h.t.Helper()
	must(h.t, h.sign(responder, id, disclosure.FactsStep), h.sign(lawyer, id, disclosure.LawStep), h.sign(executive, id, disclosure.ExecutiveStep))
	return h.sheet(id).Disclosure
}

func (h *house) publish(id string) disclosure.Disclosure {
	h.t.Helper()
	d, err := h.Publish(context.Background(), writer, id, h.sheet(id).Disclosure.Rev)
	must(h.t, err)
	return d
}

func (h *house) published() disclosure.Disclosure {
	h.t.Helper()
	return h.publish(h.signed(h.first().ID).ID)
}

func (h *house) move(by actor.Actor, id string, e disclosure.Event) error {
	h.t.Helper()
	_, err := h.Move(context.Background(), by, disclosure.Cause{ID: id, Rev: h.sheet(id).Disclosure.Rev, Event: e, Reason: "理由"})
	return err
}

// settle lets the effects do what is due.
func (h *house) settle() {
	h.t.Helper()
	for range 3 {
		must(h.t, h.effects.Tick(context.Background()))
	}
}

// files are the names and contents of the public folder.
func (h *house) files() map[string]string {
	h.t.Helper()
	out := map[string]string{}
	list, err := os.ReadDir(h.options.Dir)
	if os.IsNotExist(err) {
		return out
	}
	must(h.t, err)
	for _, f := range list {
		b, err := os.ReadFile(filepath.Join(h.options.Dir, f.Name()))
		must(h.t, err)
		out[f.Name()] = string(b)
	}
	return out
}

func (h *house) count(query string, args ...any) (n int) {
	h.t.Helper()
	must(h.t, h.d.View(context.Background(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query, args...) }))
	return n
}

func (h *house) exec(query string, args ...any) error {
	return h.d.Update(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

func wants(t testing.TB, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		t.Fatalf("got %v, want %s %s", err, kind, key)
	}
}

func (h *house) openCount() (n int) {
	h.t.Helper()
	must(h.t, h.d.View(context.Background(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = h.Open(ctx, tx, h.incident.ID)
		return err
	}))
	return n
}

// spoil changes a file as somebody with the folder could; without a body it is removed.
func (h *house) spoil(name, body string) {
	h.t.Helper()
	path := filepath.Join(h.options.Dir, name)
	if body == "" {
		must(h.t, os.Remove(path))
		return
	}
	must(h.t, os.WriteFile(path, []byte(body), 0o600))
}
