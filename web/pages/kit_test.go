package pages_test

import (
	"context"
	"errors"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
	"tasuke/internal/savedfilter"
	"tasuke/internal/signin"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
	"tasuke/playbooks"
	"tasuke/playbooks/standard"
	"tasuke/web/pages"
	"tasuke/web/words"
	"tasuke/workflow"
)

// start is a Wednesday; offices are open.
var start = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)

// register hands the customers to the cases, as cmd does.
type register struct{ *customer.Store }

func (r register) FindIDs(ctx context.Context, by actor.Actor, fragment string, limit int) (ids []string, err error) {
	found, err := r.Find(ctx, by, fragment, limit)
	for _, c := range found.Candidates {
		ids = append(ids, c.ID)
	}
	return ids, err
}

func (r register) Masked(ctx context.Context, tx *db.Tx, ids []string) (map[string]cases.Masked, error) {
	all, err := r.Store.Masked(ctx, tx, ids)
	out := map[string]cases.Masked{}
	for id, c := range all {
		out[id] = cases.Masked{ID: id, Ref: c.Ref, Name: c.MaskedName, Kana: c.MaskedKana, Account: c.MaskedAccount, Phone: c.MaskedPhone}
	}
	return out, err
}

// story hands the incidents to the cases, as cmd does.
type story struct{ *incident.Store }

func (r story) Tell(ctx context.Context, tx *db.Tx, by actor.Actor, l cases.Line) error {
	return r.Store.Tell(ctx, tx, by, incident.Line(l))
}

func (r story) Lines(ctx context.Context, tx *db.Tx, caseID string, p cases.Page) ([]cases.Line, cases.Cursor, error) {
	lines, next, err := r.Store.Lines(ctx, tx, incident.Story{CaseID: caseID}, incident.Page{After: incident.Cursor(p.After), Limit: p.Limit})
	out := make([]cases.Line, len(lines))
	for i, l := range lines {
		out[i] = cases.Line(l)
	}
	return out, cases.Cursor(next), err
}

// house is the screens over a small firm: one customer, one incident with a case and a run.
type house struct {
	t         *testing.T
	d         *db.DB
	clock     *dbtest.ManualClock
	handler   http.Handler
	people    map[string]signin.Account
	customers *customer.Store
	cases     *cases.Store
	incidents *incident.Store
	inquiries *inquiry.Store
	runs      *workflow.Store
	effects   *effect.Store
	filters   *savedfilter.Store
	program   program
	build     *playbooks.Definition
	customer  string
	incident  incident.Incident
	open      cases.Case
}

type visitor struct{}

// each runs tests on both databases, each on its own house.
func each(t *testing.T, tests map[string]func(*testing.T, *house)) {
	t.Parallel()
	gin.SetMode(gin.TestMode)
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
	h := &house{t: t, d: d, clock: dbtest.Clock(d, start), people: map[string]signin.Account{}}
	v := vaulttest.New(t)
	pack, err := deadline.Standard()
	must(t, err)
	accounts := signin.New(d, signin.Options{})
	h.customers = customer.NewStore(d, v)
	h.filters = savedfilter.NewStore(d, v)
	noWork := func(context.Context, *db.Tx, string) (incident.Work, error) { return incident.Work{}, nil }
	h.incidents = incident.NewStore(d, v, pack, incident.Options{Work: noWork, Opened: func(ctx context.Context, tx *db.Tx, by actor.Actor, i incident.Incident) error {
		_, err := h.runs.Start(ctx, tx, by, "PB-01", workflow.Subject{Kind: "incident", ID: i.ID}, i.DetectedAt)
		return err
	}})
	h.cases = cases.NewStore(d, v, register{h.customers}, story{h.incidents}, func(context.Context, *db.Tx, cases.Case) (cases.Work, error) { return cases.Work{}, nil })
	h.inquiries, err = inquiry.NewStore(d, v, inquiry.Below{IncidentStore: h.incidents, CaseStore: h.cases, CustomerStore: h.customers}.Rooms())
	must(t, err)
	h.playbook(v)
	for _, r := range actor.Roles {
		a, _, err := accounts.Create(t.Context(), actor.System("test"), signin.NewAccount{Login: string(r), Name: "人 " + string(r), Roles: signin.Roles{r}})
		must(t, err)
		h.people[string(r)] = a
	}
	h.settle()
	h.serve(accounts, pack)
	return h
}

// playbook publishes a playbook of the tests' own, with rules and facts of its own.
func (h *house) playbook(v *vault.Vault) {
	clauses, err := standard.Clauses()
	must(h.t, err)
	rules := playbooks.Rules{Clauses: clauses, Facts: playbooks.Schema{"severity": playbooks.TextFact, "kind": playbooks.TextFact,
		"state": playbooks.TextFact, "system_breach": playbooks.TextFact, "open_cases": playbooks.IntFact},
		Actions: map[string]playbooks.Shape{
			"incident.facts.freeze": {Output: map[string]playbooks.FieldType{"version": playbooks.NumberField}},
			"filing.appi.derive":    {Output: map[string]playbooks.FieldType{"created": playbooks.NumberField}},
			"filing.appi.draft":     {Output: map[string]playbooks.FieldType{"filing": playbooks.TextField}},
			"bank.letters.send":     {NeedsApproval: "bank.letters", Output: map[string]playbooks.FieldType{"sent": playbooks.NumberField}},
		},
		Approvables: []string{"incident.facts", "bank.letters"},
		Events:      []string{"bank.checked", "bank.sent", "bank.answered", "filing.submitted"}}
	for _, r := range actor.Roles {
		rules.Roles = append(rules.Roles, string(r))
	}
	h.effects = effect.NewStore(h.d, nil)
	h.program.digest = "v1"
	h.runs = workflow.NewStore(h.d, workflow.Options{Rules: rules, Sealer: workflow.Sealer{Seal: v.SealText, Open: v.OpenText},
		Effects: h.effects, Kinds: h.program.kinds(), Approvables: h.program.approvables(),
		OpenDay: func(time.Time) bool { return true },
		Facts: func(context.Context, *db.Tx, workflow.Subject) (map[string]any, int64, error) {
			return map[string]any{"severity": "S2", "kind": "ato_withdrawal", "state": "new", "system_breach": "suspected", "open_cases": 1}, 7, nil
		}})
	src, err := os.ReadFile("testdata/withdrawals.yaml")
	must(h.t, err)
	def, problems := playbooks.Load(src, rules)
	if len(problems) > 0 {
		h.t.Fatal(problems)
	}
	_, err = h.runs.Publish(h.t.Context(), actor.System("test"), def)
	must(h.t, err)
	h.build = def
}

// standard is what the program itself says of the playbook.
func (h *house) standard(slug string) (*playbooks.Definition, bool) {
	return h.build, slug == h.build.Slug
}

// changes says how many places of two playbooks differ.
func changes(old, now *playbooks.Definition, _ string) []string {
	return slices.Repeat([]string{"違い"}, len(playbooks.Diff(old, now)))
}

func (h *house) settle() {
	ctx := h.t.Context()
	file := "顧客番号,氏名,氏名カナ,生年月日,電話番号,メール,住所,口座番号,口座開設日,区分,注意事項\nH0000001,山田太郎,ヤマダタロウ,1980-01-02,090-1234-5678,taro@example.jp,東京都千代田区1-1,1234567,2019-05-01,個人,\n"
	_, err := h.customers.Import(ctx, actor.System("test"), strings.NewReader(file), customer.DefaultMapping(), customer.Options{})
	must(h.t, err)
	op, _ := h.who("operator")
	found, err := h.customers.Find(ctx, op, "ヤマダ", 1)
	must(h.t, err)
	h.customer = found.Candidates[0].ID
	must(h.t, h.d.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		h.incident, err = h.incidents.Open(ctx, tx, op, incident.New{DetectedAt: tx.Now, Details: incident.Details{Title: "出金先の変更", Kind: incident.AccountWithdrawal,
			Severity: "S2", DetectedBy: "customer", SystemBreach: "none_confirmed"}})
		if err != nil {
			return err
		}
		h.open, _, err = h.cases.Open(ctx, tx, op, cases.New{IncidentID: h.incident.ID, CustomerID: h.customer,
			Details: cases.Details{ClaimSource: "customer", Summary: "知らない出金"}})
		return err
	}))
}

func (h *house) who(login string) (actor.Actor, bool) {
	a, ok := h.people[login]
	return a.Actor(), ok
}

func (h *house) serve(accounts *signin.Service, pack *deadline.Pack) {
	book, err := words.Load()
	must(h.t, err)
	e := gin.New()
	desk := &pages.Desk{Words: book, Clock: func() time.Time { return h.d.Now().Time() }, Sessions: signin.NewSessions(h.d, signin.SessionOptions{Insecure: true}),
		Who: func(ctx context.Context) (pages.Person, bool, error) {
			login, _ := ctx.Value(visitor{}).(string)
			a, ok := h.who(login)
			return pages.Person{Actor: a, Lang: "ja"}, ok, nil
		}}
	desk.On(e)
	for _, s := range []interface{ Register(*pages.Desk) }{
		&pages.Home{DB: h.d, Runs: h.runs, Incidents: h.incidents, Cases: h.cases, Inquiries: h.inquiries, Pack: pack},
		&pages.Cases{Filters: h.filters, DB: h.d, Cases: h.cases, Incidents: h.incidents, Accounts: accounts},
		&pages.Case{DB: h.d, Cases: h.cases, Customers: h.customers, Incidents: h.incidents, Inquiries: h.inquiries, Accounts: accounts},
		&pages.Incidents{DB: h.d, Incidents: h.incidents, Cases: h.cases, Runs: h.runs, Accounts: accounts},
		&pages.Tasks{DB: h.d, Runs: h.runs, Incidents: h.incidents, Cases: h.cases, Accounts: accounts, RunOf: h.runs.RunOf},
		&pages.Playbooks{Published: h.runs, Accounts: accounts, Standard: h.standard, Changes: changes},
		&pages.Audit{Log: audit.NewLog(h.d, nil), Accounts: accounts},
		&pages.Filters{Filters: h.filters},
		&pages.Batch{Cases: h.cases, Accounts: accounts},
		&pages.Search{DB: h.d, Customers: h.customers, Cases: h.cases, Incidents: h.incidents, Inquiries: h.inquiries},
	} {
		s.Register(desk)
	}
	h.handler = desk.Sessions.LoadAndSave(e)
}

// answer is what came back.
type answer struct {
	*httptest.ResponseRecorder
	t *testing.T
}

func (h *house) get(login, path string) answer { return h.send(login, http.MethodGet, path, nil) }

func (h *house) post(login, path string, form url.Values) answer {
	return h.send(login, http.MethodPost, path, form)
}

func (h *house) send(login, method, path string, form url.Values) answer {
	h.t.Helper()
	r := httptest.NewRequestWithContext(context.WithValue(h.t.Context(), visitor{}, login), method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", "ja")
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	if strings.Contains(w.Body.String(), "⟦") {
		h.t.Errorf("%s %s lacks words: %v", method, path, regexp.MustCompile("⟦[^⟧]*⟧").FindAllString(w.Body.String(), 5))
	}
	return answer{w, h.t}
}

// says fails unless the answer has the status and all the texts.
func (a answer) says(status int, texts ...string) answer {
	a.t.Helper()
	if a.Code != status {
		a.t.Fatalf("got %d, want %d: %s", a.Code, status, a.Body)
	}
	for _, s := range texts {
		if !strings.Contains(html.UnescapeString(a.Body.String()), s) {
			a.t.Errorf("the page does not say %q", s)
		}
	}
	return a
}

func (a answer) lacks(texts ...string) {
	a.t.Helper()
	for _, s := range texts {
		if strings.Contains(html.UnescapeString(a.Body.String()), s) {
			a.t.Errorf("the page says %q", s)
		}
	}
}

// leadsTo fails unless the answer is a redirect to an address that begins so.
func (a answer) leadsTo(prefix string) string {
	a.t.Helper()
	to := a.Header().Get("Location")
	if a.Code != http.StatusSeeOther || !strings.HasPrefix(to, prefix) {
		a.t.Fatalf("got %d to %q, want one to %s: %s", a.Code, to, prefix, a.Body)
	}
	return to
}

// recorded counts the audit entries of an action.
func (h *house) recorded(action string) (n int) {
	h.t.Helper()
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &n, `SELECT count(*) FROM audit_entry WHERE action = ?`, action)
	}))
	return n
}
