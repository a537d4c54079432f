package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"tasuke/internal/actor"
	"tasuke/internal/signin"
)

// monitor is a program that sends alerts and checks every answer against the description that
// the product itself serves.
type monitor struct {
	*visitor
	t      *testing.T
	token  string
	doc    *openapi3.T
	router routers.Router
}

func (h *house) monitor(t *testing.T, lang string) *monitor {
	t.Helper()
	m := &monitor{visitor: h.nobody(lang), t: t, token: h.firm.token}
	a := m.get("/api/openapi.json")
	if !strings.HasPrefix(a.header.Get("Content-Type"), "application/") {
		t.Fatalf("the description comes as %s", a.header.Get("Content-Type"))
	}
	doc, err := openapi3.NewLoader().LoadFromData([]byte(a.body))
	must(t, err)
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Fatalf("the description is OpenAPI %s", doc.OpenAPI)
	}
	must(t, doc.Validate(t.Context()))
	doc.Servers, m.doc = nil, doc
	m.router, err = legacy.NewRouter(doc)
	must(t, err)
	return m
}

// said is what the API answers, whichever way it went.
type said struct {
	status   int
	header   http.Header
	body     string
	ID       string
	Items    []struct{ ID, No string }
	Next     string
	Current  struct{ Rev int64 }
	Incident string
	Joined   bool
	Repeated bool
	Status   int
	Key      string
	Detail   string
	Fields   map[string]string
}

// alert posts a body and fails when the answer is not as described.
func (m *monitor) alert(body string) said {
	m.t.Helper()
	return m.call(http.MethodPost, "/api/alerts", body, "")
}

// call sends a body, with the revision an edit was made on, and fails when the answer is not as described.
func (m *monitor) call(method, path, body, ifMatch string) said {
	m.t.Helper()
	header := map[string]string{}
	if m.token != "" {
		header["Authorization"] = "Bearer " + m.token
	}
	if ifMatch != "" {
		header["If-Match"] = ifMatch
	}
	a, err := m.try(method, path, "application/json", strings.NewReader(body), header)
	if err != nil {
		if cut(err) && len(body) > 1<<20 {
			return said{status: http.StatusRequestEntityTooLarge}
		}
		m.t.Fatal(err)
	}
	m.described(method, path, body, a)
	s := said{status: a.status, header: a.header, body: a.body}
	if err := json.Unmarshal([]byte(a.body), &s); err != nil {
		m.t.Fatalf("the answer is no JSON: %v: %.300s", err, a.body)
	}
	if found := leaks.FindString(a.body); found != "" || a.status >= 500 {
		m.t.Errorf("%s %s: %d, the answer shows %q: %s", method, path, a.status, found, a.body)
	}
	return s
}

func (m *monitor) described(method, path, body string, a reply) {
	m.t.Helper()
	req, err := http.NewRequestWithContext(m.t.Context(), method, m.h.url+path, strings.NewReader(body))
	must(m.t, err)
	route, params, err := m.router.FindRoute(req)
	must(m.t, err)
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 a.status, Header: a.header, Body: io.NopCloser(bytes.NewBufferString(a.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	if err := openapi3filter.ValidateResponse(context.WithoutCancel(m.t.Context()), in); err != nil {
		m.t.Errorf("%s %s: the answer %d %.300s is not as described: %v", method, path, a.status, a.body, err)
	}
}

const trades = `{"key":"T-1","kind":"mass_login","title":"ログイン試行の急増","severity":"S2","summary":"5分に3,000件"}`

func TestAlertsOverHTTP(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		h.t = t
		m := h.monitor(t, "en")
		first := m.alert(trades)
		if first.status != http.StatusOK || first.Joined || first.Repeated || !strings.HasPrefix(first.Incident, "INC-") {
			t.Fatalf("the first alert: %+v", first)
		}
		again := m.alert(trades)
		if again.status != http.StatusOK || !again.Repeated || again.Incident != first.Incident {
			t.Fatalf("the same alert again: %+v", again)
		}
		next := m.alert(strings.ReplaceAll(trades, "T-1", "T-2"))
		if !next.Joined || next.Repeated || next.Incident != first.Incident {
			t.Fatalf("the next alert: %+v", next)
		}
		named := m.alert(`{"key":"T-3","kind":"other","title":"追加の検知","incident":"` + first.Incident + `"}`)
		if !named.Joined || named.Incident != first.Incident {
			t.Fatalf("an alert that names the incident: %+v", named)
		}
		page := h.session("ir", "ja").get("/incidents?open=true")
		if !strings.Contains(page.body, first.Incident) || !strings.Contains(page.body, "ログイン試行の急増") {
			t.Errorf("the list of incidents does not show %s", first.Incident)
		}
	})
}

func TestAlertsThatAreRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		h.t = t
		m := h.monitor(t, "en")
		// Of this kind no playbook begins, whose own work would change the records.
		unknown := strings.Replace(trades, "mass_login", "other", 1)
		m.alert(unknown)
		before := h.dump()
		for name, tt := range map[string]struct {
			body   string
			status int
			key    string
		}{
			"the key used before for something else": {strings.Replace(unknown, "S2", "S1", 1), 409, "alert.key_reused"},
			"an incident that does not exist":        {`{"key":"x","kind":"other","title":"t","incident":"INC-2026-9999"}`, 404, "row.none"},
			"noticed in the future":                  {`{"key":"x","kind":"phishing","title":"t","detected_at":"2999-01-01T00:00:00Z"}`, 422, "form.invalid"},
			"no key":                                 {`{"kind":"other","title":"t"}`, 422, "api.malformed"},
			"an empty key":                           {`{"key":"","kind":"other","title":"t"}`, 422, "api.malformed"},
			"a key too long":                         {`{"key":"` + strings.Repeat("k", 201) + `","kind":"other","title":"t"}`, 422, "api.malformed"},
			"a kind that does not exist":             {`{"key":"x","kind":"fire","title":"t"}`, 422, "api.malformed"},
			"a severity that does not exist":         {`{"key":"x","kind":"other","title":"t","severity":"S9"}`, 422, "api.malformed"},
			"a title too long":                       {`{"key":"x","kind":"other","title":"` + strings.Repeat("長", 121) + `"}`, 422, "api.malformed"},
			"a title of spaces":                      {`{"key":"x","kind":"phishing","title":"  　"}`, 422, "form.invalid"},
			"a wrong type":                           {`{"key":1,"kind":"other","title":"t"}`, 422, "api.malformed"},
			"an unknown field":                       {`{"key":"x","kind":"other","title":"t","admin":true}`, 422, "api.malformed"},
			"a time without zone":                    {`{"key":"x","kind":"other","title":"t","detected_at":"2026-01-01T00:00:00"}`, 422, "api.malformed"},
			"NUL":                                    {`{"key":"x","kind":"other","title":"a\u0000b"}`, 422, "form.not_text"},
			"half a surrogate":                       {`{"key":"x\ud800","kind":"phishing","title":"  "}`, 422, "form.invalid"},
			"an array":                               {`[]`, 422, "api.malformed"},
			"null":                                   {`null`, 422, "api.malformed"},
			"half a document":                        {`{"key":"x"`, 400, "api.malformed"},
			"nothing":                                {``, 400, "api.malformed"},
			"deep nesting":                           {strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000), 0, "api.malformed"},
		} {
			s := m.alert(tt.body)
			if tt.status == 0 && s.status >= 400 && s.status < 500 {
				tt.status = s.status
			}
			if s.status != tt.status || s.Key != tt.key || s.Detail == "" || s.Status != s.status {
				t.Errorf("%s: %+v, want %d %s", name, s, tt.status, tt.key)
			}
		}
		if s := m.alert(`{"key":"x","kind":"other","title":"t","summary":"` + strings.Repeat("a", 2<<20) + `"}`); s.status != http.StatusRequestEntityTooLarge {
			t.Errorf("2 MiB: %+v", s)
		}
		h.sameRecords(before, "after refused alerts")
	})
}

func TestAFieldIsNamedInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "", options{})
	body := `{"key":"x","kind":"fire","title":""}`
	en, ja := h.monitor(t, "en").alert(body), h.monitor(t, "ja").alert(body)
	if len(en.Fields) != 2 || len(ja.Fields) != 2 {
		t.Errorf("the fields are %v and %v", en.Fields, ja.Fields)
	}
	if en.Detail == ja.Detail || !strings.ContainsFunc(ja.Detail, kana) || strings.ContainsFunc(en.Detail, kana) {
		t.Errorf("English: %q, Japanese: %q", en.Detail, ja.Detail)
	}
	for field, s := range ja.Fields {
		if !strings.ContainsFunc(s, kana) {
			t.Errorf("the field %s is explained as %q to a Japanese reader", field, s)
		}
	}
}

func kana(r rune) bool { return r >= 'ぁ' && r <= 'ヺ' }

func TestOnlyAGoodTokenMaySendAlerts(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		h.t = t
		admin := h.firm.who["admin"]
		m := h.monitor(t, "en")
		gone, err := h.accounts.CreateToken(t.Context(), admin, "old", signin.Scopes{actor.AlertWrite}, time.Now().Add(time.Hour))
		must(t, err)
		tokens, err := h.accounts.ListTokens(t.Context(), admin)
		must(t, err)
		must(t, h.accounts.RevokeToken(t.Context(), admin, tokens[0].ID))
		before := h.dump()
		for name, token := range map[string]string{"none": "", "one that was revoked": gone, "one that was never made": "tsk_" + strings.Repeat("A", 43), "one cut short": h.firm.token[:20], "not ASCII": "té"} {
			m.token = token
			s := m.alert(trades)
			if s.status != http.StatusUnauthorized || !strings.HasPrefix(s.header.Get("WWW-Authenticate"), "Bearer") || s.Key != "signin.token.wrong" {
				t.Errorf("%s: %+v", name, s)
			}
		}
		cookie := h.session("ir", "en").send(http.MethodPost, "/api/alerts", "application/json", strings.NewReader(trades), nil)
		if cookie.status != http.StatusUnauthorized {
			t.Errorf("a session instead of a token: %d", cookie.status)
		}
		after := h.dump()
		for _, name := range []string{"alert", "incident", "timeline", "clock_event"} {
			if len(after[name]) != len(before[name]) {
				t.Errorf("%s has %d rows, had %d", name, len(after[name]), len(before[name]))
			}
		}
	})
}
