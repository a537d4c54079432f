package main

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/web/pages"
)

// frozen keeps the clock still, so that nothing in the records moves by itself.
func frozen() options {
	now := time.Now().Truncate(time.Second)
	return options{clock: func() time.Time { return now }}
}

// leaks are traces of the machinery that no reader may see.
var leaks = regexp.MustCompile(`(?i)sqlite|SQLSTATE|syntax error|constraint failed|duplicate key|goroutine \d|\.go:\d|runtime error|panic|invalid memory|strconv\.|<nil>|%!|⟦`)

// decent fails when an answer is the product's own fault or shows its inside.
func decent(t *testing.T, what string, r reply) {
	t.Helper()
	if r.status >= 500 {
		t.Errorf("%s: %d", what, r.status)
	}
	if r.header.Get("Content-Type") == "application/pdf" {
		return // its streams are compressed: any letters may stand in them
	}
	if m := leaks.FindString(r.body); m != "" {
		at := strings.Index(r.body, m)
		t.Errorf("%s: the page shows %q: %.160s", what, m, r.body[max(0, at-60):])
	}
}

func TestEveryRouteWithEveryRole(t *testing.T) {
	t.Parallel()
	onBoth(t, frozen(), func(t *testing.T, h *house) {
		h.t = t
		before := h.everyoneIn("ja")
		for _, l := range demoLogins {
			v := h.session(l.login, "ja")
			for _, r := range h.routes() {
				h.walk(t, v, h.firm.who[l.login], r)
			}
		}
		h.sameRecords(before, "after every GET by every role and every POST that is not allowed")
	})
}

// walk goes to one route with one role. Posts that are allowed are the hostile walk's.
func (h *house) walk(t *testing.T, v *visitor, who actor.Actor, r pages.Route) {
	t.Helper()
	allowed := r.Need == pages.Public || r.Need == pages.SignedIn || who.May(r.Need)
	if strings.HasPrefix(r.Path, "/tasks/:") || strings.HasPrefix(r.Path, "/runs/:") {
		// Who may not read incidents sees the tasks of their own role alone; this one is somebody else's.
		allowed = allowed && who.May(actor.IncidentRead)
	}
	if r.Path == "/police/:id/summary.pdf" { // it may name victims
		allowed = allowed && who.May(actor.CustomerReveal)
	}
	what := string(who.Roles[0]) + " " + r.Method + " " + r.Path
	switch {
	case r.Path == "/events":
		h.stream(t, v, who)
	case r.Method == http.MethodGet:
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			a := v.send(method, h.address(r.Path), "", nil, nil)
			decent(t, what, a)
			if allowed && method == http.MethodGet && a.status >= 400 {
				t.Errorf("%s: %d, but it is allowed", what, a.status)
			}
			if !allowed && a.status != http.StatusNotFound {
				t.Errorf("%s %s: %d, want 404", method, what, a.status)
			}
		}
	case !allowed:
		a := v.post(h.address(r.Path), plausible)
		decent(t, what, a)
		if a.status != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", what, a.status)
		}
	}
}

// plausible would do something in many forms, if it were let in.
var plausible = url.Values{"rev": {"1"}, "title": {"題"}, "reason": {"理由"}, "comment": {"済"}, "event": {"triage_taken"}, "kind": {"became_aware"},
	"purpose": {"contact"}, "outcome": {"yes"}, "text": {"記録"}, "items": {"2"}, "persons": {"5"}, "login": {"new"}, "name": {"新"}, "roles": {"admin"}}

// stream opens the live update and reads its first line.
func (h *house) stream(t *testing.T, v *visitor, who actor.Actor) {
	t.Helper()
	for topic, need := range map[string]actor.Permission{"cases": actor.CaseRead, "incidents": actor.IncidentRead, "inquiries": actor.InquiryRead, "tasks": actor.TaskRead} {
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/events?topics="+topic, nil)
		must(t, err)
		res, err := v.Do(req)
		must(t, err)
		if ok := res.StatusCode == http.StatusOK; ok != who.May(need) {
			t.Errorf("%s hears of %s: %d", who.Roles[0], topic, res.StatusCode)
		}
		_, err = res.Body.Read(make([]byte, 16))
		must(t, err)
		cancel()
		must(t, res.Body.Close())
	}
	for _, topics := range []string{"", "all", "cases,secret", strings.Repeat("cases,", 9) + "cases"} {
		if a := v.get("/events?topics=" + topics); a.status != http.StatusNotFound && a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s hears of %q: %d", who.Roles[0], topics, a.status)
		}
	}
}

func TestNobodyGetsPastTheDoor(t *testing.T) {
	t.Parallel()
	onBoth(t, frozen(), func(t *testing.T, h *house) {
		h.t = t
		before := h.dump()
		v := h.nobody("en")
		for _, r := range h.routes() {
			if r.Need == pages.Public {
				continue
			}
			switch r.Method {
			case http.MethodGet:
				a := v.get(h.address(r.Path))
				decent(t, r.Path, a)
				if to := a.header.Get("Location"); a.status != http.StatusSeeOther || !strings.HasPrefix(to, "/sign-in?next=") {
					t.Errorf("GET %s: %d to %q, want 303 to the sign-in page", r.Path, a.status, to)
				}
			default:
				a := v.post(h.address(r.Path), plausible)
				decent(t, r.Path, a)
				if a.status != http.StatusUnauthorized {
					t.Errorf("POST %s: %d, want 401", r.Path, a.status)
				}
			}
		}
		for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/sign-in": 200, "/setup/" + h.firm.invitation: 200,
			"/setup/no-such-link": 422, "/api/openapi.json": 200, "/api/openapi.yaml": 200, "/api/nothing": 404, "/nothing": 404, "/assets/": 404} {
			a := v.get(path)
			if path != "/metrics" && !strings.HasPrefix(path, "/api/openapi") {
				decent(t, path, a)
			}
			if a.status != want {
				t.Errorf("GET %s: %d, want %d", path, a.status, want)
			}
		}
		h.sameRecords(before, "after everything nobody tried")
	})
}

func TestTheNextPageAfterSignInIsOurs(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "", frozen())
	for next, want := range map[string]string{
		"/cases": "/cases", "": "/", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "javascript:alert(1)": "/",
	} {
		v := h.nobody("ja")
		a := v.post("/sign-in", url.Values{"login": {"op"}, "password": {demoPassword}, "next": {next}})
		if to := a.header.Get("Location"); a.status != http.StatusSeeOther || to != want {
			t.Errorf("next=%q leads to %d %q, want %q", next, a.status, to, want)
		}
	}
}

func TestWhatDoesNotExistIsNotFound(t *testing.T) {
	t.Parallel()
	onBoth(t, frozen(), func(t *testing.T, h *house) {
		h.t = t
		before := h.everyoneIn("en")
		ids := []string{"no-such-id", "0", "-1", "00000000-0000-7000-8000-000000000000", "..%2f..%2fetc", "%27%20OR%201%3D1--", strings.Repeat("a", 3000)}
		for _, r := range h.routes() {
			if !strings.Contains(r.Path, ":") {
				continue
			}
			v := h.allowed(r, "en")
			for _, id := range ids {
				path := regexp.MustCompile(`:[a-z]+`).ReplaceAllString(r.Path, id)
				a := v.send(r.Method, path, "application/x-www-form-urlencoded", strings.NewReader(plausible.Encode()), nil)
				decent(t, r.Method+" "+path, a)
				link := r.Need == pages.Public && a.status == http.StatusUnprocessableEntity // a link that is none is told so
				if a.status != http.StatusNotFound && !link && !(strings.HasSuffix(r.Path, "/candidates") && a.status == http.StatusOK) {
					t.Errorf("%s %.80s: %d, want 404", r.Method, path, a.status)
				}
			}
		}
		h.sameRecords(before, "after everything that does not exist")
	})
}

// allowed is a visitor, signed in once for the whole test, who may use a route.
func (h *house) allowed(r pages.Route, lang string) *visitor {
	h.t.Helper()
	for _, l := range demoLogins {
		if r.Need == pages.SignedIn || r.Need == pages.Public || h.firm.who[l.login].May(r.Need) {
			return h.session(l.login, lang)
		}
	}
	h.t.Fatalf("nobody may use %s %s", r.Method, r.Path)
	return nil
}

// everyoneIn signs every role in and reads all tables after that.
func (h *house) everyoneIn(lang string) map[string][]string {
	h.t.Helper()
	for _, l := range demoLogins {
		h.session(l.login, lang)
	}
	return h.dump()
}

// session is a visitor who signed in once for the whole test, because a hash takes long.
func (h *house) session(login, lang string) *visitor {
	h.t.Helper()
	key := login + " " + lang
	if v, ok := h.visitors[key]; ok {
		return v
	}
	if h.visitors == nil {
		h.visitors = map[string]*visitor{}
	}
	h.visitors[key] = h.signedIn(login, lang)
	return h.visitors[key]
}

func TestOddQueriesAreAnswered(t *testing.T) {
	t.Parallel()
	onBoth(t, frozen(), func(t *testing.T, h *house) {
		h.t = t
		before := h.everyoneIn("en")
		for _, r := range h.routes() {
			if r.Method != http.MethodGet || r.Path == "/events" {
				continue
			}
			v := h.allowed(r, "en")
			for _, q := range []string{
				"after=!!!", "after=1_x", "after=" + strings.Repeat("9", 400), "after=-1_", "after=AAAA", "after=%ff", "page=-1", "page=0", "page=99999999999999999999", "page=1000000000",
				"state=nonsense", "role=nonsense", "category=%27%3B--", "open=maybe", "whose=all&late=1&role=x&state=y", "incident=nonsense", "q=%27%20OR%201", "q=" + strings.Repeat("あ", 2000),
				"q=a%00b", "state=%00", "lang=xx", "lang=en", "done=nonsense", "done=saved", "%zz", "a=%", "a=b;c=d", "=&=&", strings.Repeat("x=1&", 5000),
				"mine=%F0%28%8C%28", "from=2026-99-99", "to=x", "actor=%27", "action=%3Cscript%3Ealert(1)%3C/script%3E", "object=x", "tree=x",
			} {
				a := v.get(h.address(r.Path) + "?" + q)
				decent(t, r.Path+"?"+q, a)
				if strings.Contains(a.body, "<script>alert") {
					t.Errorf("%s?%s: a script came back", r.Path, q)
				}
				if bad := strings.Contains(q, "%00") || strings.Contains(q, "%ff") || strings.Contains(q, "%F0") || strings.Contains(q, "%zz") || q == "a=%"; bad && a.status < 400 {
					t.Errorf("%s?%s: %d for a query that is no text", r.Path, q, a.status)
				}
			}
		}
		h.sameRecords(before, "after odd queries")
	})
}

func TestAForeignPageCannotPost(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "", frozen())
	before := h.everyoneIn("en")
	for _, r := range h.routes() {
		if r.Method != http.MethodPost {
			continue
		}
		v := h.allowed(r, "en")
		for name, header := range map[string]map[string]string{
			"Origin":         {"Origin": "https://evil.example"},
			"Sec-Fetch-Site": {"Sec-Fetch-Site": "cross-site"},
			"same site":      {"Sec-Fetch-Site": "same-site", "Origin": "https://other.example"},
		} {
			a := v.send(http.MethodPost, h.address(r.Path), "application/x-www-form-urlencoded", strings.NewReader(plausible.Encode()), header)
			if a.status != http.StatusForbidden {
				t.Errorf("POST %s with a foreign %s: %d, want 403", r.Path, name, a.status)
			}
		}
	}
	h.sameRecords(before, "after foreign posts")
}

func TestPagesForbidWhatBrowsersMightDo(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "", frozen())
	for _, r := range h.routes() {
		if r.Method != http.MethodGet || r.Path == "/events" {
			continue
		}
		a := h.allowed(r, "ja").get(h.address(r.Path))
		csp := a.header.Get("Content-Security-Policy")
		kept := "no-store"
		if strings.HasPrefix(r.Path, "/public") { // what is published anybody may keep for a minute
			kept = "public, max-age=60"
		}
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Cache-Control") != kept {
			t.Errorf("%s: headers %v", r.Path, a.header)
		}
		if regexp.MustCompile(`(?i)\son[a-z]+=|\sstyle=|<script>|javascript:`).MatchString(a.body) {
			t.Errorf("%s has inline script or style: %s", r.Path, regexp.MustCompile(`(?i).{30}(\son[a-z]+=|\sstyle=|<script>|javascript:).{30}`).FindString(a.body))
		}
	}
}
