package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/cases/incident"
	"tasuke/contacts"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/paging"
	"tasuke/internal/signin"
	"tasuke/internal/vault"
	"tasuke/web/pages"
	"tasuke/web/words"
	"tasuke/workflow"
)

// house is the whole product, running, with a small firm in it.
type house struct {
	*app
	t    testing.TB
	url  string
	firm firm
	// visitors who are signed in, by login and language.
	visitors map[string]*visitor
	answered map[int]int // how often each status was given
}

// firm is what the small firm has; every id is of a record made by a use case of the product.
type firm struct {
	who                               map[string]actor.Actor
	draft, inquiry, promise           string
	incident, second, event           string
	caseID, stop                      string
	task, run, version                string
	guest, invitation, token, tokenID string
	bank, mail, desk                  string // a request whose letter was checked, another's letter in the outbox
	filing, reminder, notice          string
	batch, filter                     string // cases given in one act, and a saved list
	remedy                            string
	disclosure                        string
	share, police, paper              string
	host                              string // that playbooks may send requests to
	book                              string // a playbook in the making
	duty                              string
	sweepPapers
}

// onBoth runs a test on a house over SQLite and on one over PostgreSQL.
func onBoth(t *testing.T, o options, test func(*testing.T, *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, openHouse(t, "", o)) })
	t.Run("postgres", func(t *testing.T) { test(t, openHouse(t, dbtest.PostgresDSN(t), o)) })
}

// openHouse starts the product on a free port with the small firm in it, and stops it with the test.
// The settings are changed before they are completed.
func openHouse(t testing.TB, dsn string, o options, change ...func(*Config)) *house {
	t.Helper()
	dir := t.TempDir()
	cfg := Config{Addr: "127.0.0.1:0", Dir: dir, DB: dsn, LogLevel: "warn", Firm: demoFirm}
	for _, c := range change {
		c(&cfg)
	}
	must(t, errors.Join(cfg.complete()...))
	switch {
	case dsn != "": // nodes on PostgreSQL are given their keys
		cfg.KeyFile, cfg.AuditKeyFile = filepath.Join(dir, "data.key"), filepath.Join(dir, "audit.key")
		keys(t, cfg)
	case cfg.DB == filepath.Join(dir, "tasuke.db"): // and so is whoever has a database already
		dbtest.Fresh(t, cfg.DB)
		must(t, os.MkdirAll(filepath.Dir(cfg.KeyFile), 0o700))
		keys(t, cfg)
	}
	a, err := build(t.Context(), cfg, o)
	must(t, err)
	h := &house{app: a, t: t}
	h.settle(t.Context())
	l, err := net.Listen("tcp", cfg.Addr)
	must(t, err)
	h.url = "http://" + l.Addr().String()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.run(ctx, cfg, l) }()
	t.Cleanup(func() {
		stop()
		must(t, <-ended)
		must(t, a.close())
	})
	return h
}

// keys makes the key files of a firm.
func keys(t testing.TB, cfg Config) {
	t.Helper()
	must(t, vault.CreateKeyFile(cfg.KeyFile))
	_, err := audit.CreateKey(cfg.AuditKeyFile)
	must(t, err)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// settle makes the firm: 30 customers, an account of each role, two incidents with cases,
// containments, promises and tasks, and a draft.
func (h *house) settle(ctx context.Context) {
	clock := h.db.Clock
	w := &demoWorld{rooms: h.rooms, now: clock(), who: map[string]actor.Actor{}}
	h.db.Clock = func() time.Time { return w.at }
	defer func() { h.db.Clock = clock }()
	w.at = w.now.Add(-48 * time.Hour)
	must(h.t, w.accountsOf(ctx))
	h.firm.who = w.who
	h.register(ctx, w)
	h.calls(ctx, w)
	h.around(ctx, w)
	h.papers(ctx, w)
}

// register imports the first 30 customers of the demo's register.
func (h *house) register(ctx context.Context, w *demoWorld) {
	file, err := demoCSV()
	must(h.t, err)
	lines := bytes.SplitAfterN(file, []byte("\n"), 32)
	_, err = h.customers.Import(ctx, w.who["sysops"], bytes.NewReader(bytes.Join(lines[:31], nil)), customer.DefaultMapping(), customer.Options{})
	must(h.t, err)
}

func (h *house) calls(ctx context.Context, w *demoWorld) {
	take := func(c call, d inquiry.Decision) inquiry.Result {
		w.at = w.at.Add(5 * time.Minute)
		r, err := w.take(ctx, c, d)
		must(h.t, err)
		return r
	}
	first := take(call{3, inquiry.Self, inquiry.FraudWithdrawal, "身に覚えのない出金がある。", "明日中に担当から折返す。", true, inquiry.Immediate},
		inquiry.Decision{Kind: inquiry.OpenNew, Title: "出金先の変更を伴う不正出金", Severity: "S2"})
	for _, n := range []int{4, 5, 6} {
		take(call{n, inquiry.Self, inquiry.FraudWithdrawal, "知らない出金がある。", "", true, inquiry.Urgent}, inquiry.Decision{Kind: inquiry.Join, IncidentID: first.IncidentID})
	}
	second := take(call{7, inquiry.Self, inquiry.FraudTrade, "知らない銘柄を買われている。", "", false, inquiry.Urgent},
		inquiry.Decision{Kind: inquiry.OpenNew, Title: "低位株の不正買付", Severity: "S1"})
	h.firm.inquiry, h.firm.incident, h.firm.second, h.firm.caseID = first.InquiryID, first.IncidentID, second.IncidentID, first.CaseID
	w.at = w.now.Add(-10 * time.Minute)
	q, err := h.inquiries.Start(ctx, w.who["op"], inquiry.Phone, "kit-draft")
	must(h.t, err)
	_, err = h.inquiries.SaveDraft(ctx, w.who["op"], q.ID, q.Rev, inquiry.Form{Category: inquiry.SuspiciousLogin, WhatHappened: "夜中に海外から", Language: inquiry.Japanese})
	must(h.t, err)
	h.firm.draft = q.ID
}

// around finds or makes what belongs to the calls.
func (h *house) around(ctx context.Context, w *demoWorld) {
	promises, err := h.inquiries.Promises(ctx, w.who["op"], db.At(w.now.Add(240*time.Hour)))
	must(h.t, err)
	h.firm.promise = promises[0].ID
	sheet, err := h.incidents.Sheet(ctx, w.who["legal"], h.firm.incident)
	must(h.t, err)
	for _, e := range sheet.Events {
		if e.Kind == incident.BecameAware {
			h.firm.event = e.ID
		}
	}
	k, err := h.cases.RequestStop(ctx, w.who["op"], h.firm.caseID, cases.Stop{Scope: cases.Function, Target: "trade"})
	must(h.t, err)
	h.firm.stop = k.ID
	tasks, _, err := h.runs.Tasks(ctx, w.who["audit"], workflow.Filter{Subject: workflow.Subject{Kind: "incident", ID: h.firm.incident}}, workflow.Page{Limit: 1})
	must(h.t, err)
	h.firm.task, h.firm.run = tasks[0].StepRun.ID, tasks[0].RunID
	view, err := h.runs.RunView(ctx, w.who["audit"], h.firm.run)
	must(h.t, err)
	h.firm.version = view.Run.VersionID
	guest, link, err := h.accounts.Create(ctx, w.who["admin"], signin.NewAccount{Login: "guest", Name: "来客 零", Roles: signin.Roles{actor.PR}})
	must(h.t, err)
	h.firm.guest, h.firm.invitation = guest.ID, link
	h.firm.token, err = h.accounts.CreateToken(ctx, w.who["admin"], "SIEM", signin.Scopes{actor.AlertWrite}, w.now.Add(90*24*time.Hour))
	must(h.t, err)
	tokens, err := h.accounts.ListTokens(ctx, w.who["admin"])
	must(h.t, err)
	h.firm.tokenID = tokens[0].ID
}

// papers makes what the first incident has in writing, and what crosses the border of the house.
func (h *house) papers(ctx context.Context, w *demoWorld) {
	must(h.t, w.directory(ctx))
	w.at = w.now.Add(-4 * time.Hour)
	made, err := w.letters(ctx, h.firm.incident, freeze{"0001", "001", "4567890", "ｺﾝﾄﾞｳ ｱｵｲ", "third_party", 980_000}, freeze{"0005", "001", "2345678", "ｷﾑﾗ ｹﾝｲﾁ", "changed", 1_420_000})
	must(h.t, err)
	sent, err := h.banks.Send(ctx, w.who["funds"], made[1].ID, made[1].Rev)
	must(h.t, err)
	h.firm.bank, h.firm.mail = made[0].ID, sent.MailID
	desks, _, err := h.desks.List(ctx, w.who["funds"], contacts.Filter{}, paging.Page{Limit: 1})
	must(h.t, err)
	h.firm.desk = desks[0].ID
	must(h.t, w.facts(ctx, h.firm.incident, 4, map[incident.FactItem]string{incident.FactData: "氏名、口座番号"}))
	must(h.t, h.db.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if h.firm.filing, err = h.filings.Draft(ctx, tx, w.who["legal"], h.firm.incident); err != nil {
			return err
		}
		return tx.Get(ctx, &h.firm.reminder, `SELECT min(id) FROM reminder`)
	}))
	h.lists(ctx, w)
	h.rota(ctx, w)
	h.told(ctx, w)
	h.compensations(ctx, w)
	h.public(ctx, w)
	h.shared(ctx, w)
	h.swept(ctx, w)
	h.prepared()
	h.drafted(ctx, w)
	h.allowedHost(ctx, w)
	must(h.t, w.pass(ctx, w.now)) // nothing is left to do in the background
}

// routes lists every route of the product's screens.
func (h *house) routes() []pages.Route {
	d := &pages.Desk{}
	d.On(gin.New())
	for _, s := range h.screens(nil) {
		s.Register(d)
	}
	return d.Routes()
}

// address fills the parameters of a route with ids of the firm.
func (h *house) address(route string) string {
	f := h.firm
	id := map[string]string{"admin": f.guest, "cases": f.caseID, "incidents": f.incident, "inquiries": f.inquiry,
		"promises": f.promise, "playbooks": f.version, "runs": f.run, "tasks": f.task,
		"bank": f.bank, "outbox": f.mail, "directory": f.desk, "filings": f.filing, "reminders": f.reminder, "assignments": f.batch, "filters": f.filter,
		"notices": f.notice, "remedies": f.remedy, "disclosures": f.disclosure, "shares": f.share, "police": f.police, "sweeps": f.sweep, "papers": f.paper, "on-call": f.duty}
	parts := strings.Split(route, "/")
	for i, p := range parts {
		switch p {
		case ":id":
			parts[i] = id[parts[1]]
			if parts[1] == "inquiries" && len(parts) > 3 && strings.Contains("desk draft candidates find save abandon decide", parts[3]) {
				parts[i] = f.draft
			}
			if parts[1] == "admin" && parts[2] == "tokens" {
				parts[i] = f.tokenID
			}
			if parts[1] == "playbooks" && parts[2] == "drafts" {
				parts[i] = f.book
			}
			if parts[1] == "admin" && parts[2] == "hosts" {
				parts[i] = f.host
			}
		case ":event":
			parts[i] = f.event
		case ":step":
			parts[i] = "first"
		case ":hit":
			parts[i] = f.hit
		case ":indicator":
			parts[i] = f.indicator
		case ":stop":
			parts[i] = f.stop
		case ":channel":
			parts[i] = "web"
		case ":version":
			parts[i] = "1"
		case ":name":
			parts[i] = "DIS-" + h.db.Now().In(words.Tokyo).Format("2006") + "-0001"
		case ":pos":
			parts[i] = "0"
		case ":token":
			parts[i] = f.invitation
		}
		if strings.HasPrefix(parts[i], ":") {
			h.t.Fatalf("nobody knows what %s is in %s; add it here", p, route)
		}
	}
	return strings.Join(parts, "/")
}

// visitor is a browser without a screen: it keeps cookies and follows no redirect.
type visitor struct {
	*http.Client
	h    *house
	lang string // Accept-Language
}

// nobody is a visitor who is not signed in.
func (h *house) nobody(lang string) *visitor {
	jar, err := cookiejar.New(nil)
	must(h.t, err)
	return &visitor{h: h, lang: lang, Client: &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 2},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// signedIn is a visitor with a session.
func (h *house) signedIn(login, lang string) *visitor {
	h.t.Helper()
	v := h.nobody(lang)
	a := v.post("/sign-in", url.Values{"login": {login}, "password": {demoPassword}})
	if a.status != http.StatusSeeOther {
		h.t.Fatalf("%s could not sign in: %d %s", login, a.status, a.body)
	}
	return v
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

func (v *visitor) get(path string) reply { return v.send(http.MethodGet, path, "", nil, nil) }

func (v *visitor) post(path string, form url.Values) reply {
	return v.send(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), nil)
}

func (v *visitor) send(method, path, kind string, body io.Reader, header map[string]string) reply {
	v.h.t.Helper()
	r, err := v.try(method, path, kind, body, header)
	if err != nil {
		v.h.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

// try may fail: a server that refuses a body does not read it to the end.
func (v *visitor) try(method, path, kind string, body io.Reader, header map[string]string) (r reply, err error) {
	req, err := http.NewRequestWithContext(v.h.t.Context(), method, v.h.url+path, body)
	if err != nil {
		return r, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Accept-Language", v.lang)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for k, s := range header {
		req.Header.Set(k, s)
	}
	res, err := v.Do(req)
	if err != nil {
		return r, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, string(b)}, err
}
