package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"tasuke/web/pages"
	"tasuke/web/words"
)

// finding is one violation as axe reports it.
type finding struct {
	ID, Impact, Where string
}

// axeRun asks axe for violations of WCAG A and AA; what is slow and does not depend on colours
// is left out when only the colours changed.
const axeRun = `axe.run(document, %s).then(r => r.violations.map(v => ({ID: v.id, Impact: v.impact, Where: v.nodes.map(n => n.html.slice(0, 120) + " " + n.failureSummary.replace(/\s+/g, " ").slice(0, 200)).join(" | ")})))`

const (
	everything = `{runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}`
	colours    = `{runOnly: {type: "rule", values: ["color-contrast"]}}`
)

// TestPagesAreAccessible opens every page of the product in both languages, wide and narrow, light
// and dark, and asks axe. No finding may be serious or critical; every finding is printed.
func TestPagesAreAccessible(t *testing.T) {
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		if os.Getenv("TASUKE_E2E") == "1" {
			t.Fatalf("axe-core is missing: %v; run npm ci", err)
		}
		t.Skipf("axe-core is missing: %v; run npm ci to run this test", err)
	}
	browser := browse(t)
	h := openHouse(t, "", options{demo: demoUsers()})
	h.t = t
	for _, lang := range words.Languages {
		t.Run(lang, func(t *testing.T) { h.examine(t, browser, lang, string(axe)) })
	}
}

// page is one address and who looks at it.
type page struct{ name, path, login string }

// shown are all pages: every GET route with somebody who may see most of it, and the pages
// that say that something went wrong.
func (h *house) shown() (out []page) {
	for _, r := range h.routes() {
		if r.Method != http.MethodGet || r.Path == "/events" {
			continue
		}
		name, login := strings.Trim(strings.NewReplacer("/", "-", ":", "").Replace(r.Path), "-"), h.reader(r)
		if login != "" && !strings.HasPrefix(h.session(login, "ja").get(h.address(r.Path)).header.Get("Content-Type"), "text/html") {
			continue // a PDF has its own tests, and axe reads none
		}
		out = append(out, page{cmp.Or(name, "home"), h.address(r.Path), login})
	}
	return append(out, page{"missing", "/no/such/page", "op"}, page{"home-responder", "/", "ir"}, page{"home-admin", "/", "admin"},
		page{"incident-of-responder", "/incidents/" + h.firm.incident, "ir"}, page{"tasks-all", "/tasks?whose=all", "op"}, page{"audit-access", "/audit?tree=access", "audit"},
		page{"sweep-plan", "/incidents/" + h.firm.incident + "/sweep", "ir"}, page{"sweep-of-responder", "/sweeps/" + h.firm.sweep, "ir"},
		page{"sweep-hit", "/sweeps/" + h.firm.sweep + "/hits/" + h.firm.hit, "ir"}, page{"sweep-indicator", "/sweeps/" + h.firm.sweep + "/indicators/" + h.firm.indicator, "ir"})
}

// reader is the login that sees most of a page; "" is nobody.
func (h *house) reader(r pages.Route) string {
	if r.Need == pages.Public {
		return ""
	}
	for _, login := range []string{"legal", "op", "funds", "audit", "admin", "care"} {
		if login == "legal" && (r.Path == "/" || strings.HasPrefix(r.Path, "/tasks")) {
			continue
		}
		if r.Need == pages.SignedIn || h.firm.who[login].May(r.Need) {
			return login
		}
	}
	h.t.Fatalf("nobody reads %s", r.Path)
	return ""
}

func (h *house) examine(t *testing.T, browser context.Context, lang, axe string) {
	windows := map[string]*hands{}
	only := os.Getenv("TASUKE_PAGES") // a part of the names of the pages to look at
	for _, x := range h.shown() {
		if !strings.Contains(x.name, only) {
			continue
		}
		w, ok := windows[x.login]
		if !ok {
			w = h.sit(t, browser, lang)
			if x.login != "" {
				w.enteredAs(x.login)
			}
			windows[x.login] = w
		}
		address := h.url + x.path
		if x.login == "" {
			address += "?lang=" + lang
		}
		w.do(chromedp.Navigate(address))
		w.see("main")
		w.until("document.fonts.status==='loaded'")
		if got := js[string](w, "document.documentElement.lang"); got != lang {
			t.Errorf("%s is in %q", x.path, got)
		}
		if _, err := chromedp.Run(w.ctx, chromedp.Evaluate[*runtime.RemoteObject](axe+";1")); err != nil {
			t.Fatal(err)
		}
		h.looks(t, w, x, lang)
	}
	t.Logf("%s: %d pages, each seen in %d ways", lang, len(h.shown()), len(sights(lang)))
}

// sight is one way to look at a page.
type sight struct {
	width  int64
	scheme string
}

// sights are the ways in which pages are looked at. Without TASUKE_TORTURE English, whose words are
// the longer ones, is looked at where there is least room, and the dark colours in one width.
func sights(lang string) []sight {
	switch {
	case os.Getenv("TASUKE_TORTURE") != "":
		return []sight{{1440, "light"}, {1440, "dark"}, {390, "light"}, {390, "dark"}}
	case lang == "en":
		return []sight{{390, "light"}}
	}
	return []sight{{1440, "light"}, {1440, "dark"}, {390, "light"}}
}

// looks runs axe in each of the ways.
func (h *house) looks(t *testing.T, w *hands, x page, lang string) {
	t.Helper()
	for _, look := range sights(lang) {
		w.do(chromedp.EmulateViewport(look.width, 900))
		_, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}}})
		must(t, err)
		rules := everything
		if look.scheme == "dark" {
			rules = colours
		}
		found, err := chromedp.Run(w.ctx, chromedp.Evaluate[[]finding](fmt.Sprintf(axeRun, rules), chromedp.EvalAwaitPromise))
		must(t, err)
		for _, f := range found {
			say := t.Logf
			if f.Impact == "serious" || f.Impact == "critical" {
				say = t.Errorf
			}
			say("%s at %d px, %s, %s: %s %s: %s", x.name, look.width, lang, look.scheme, f.Impact, f.ID, f.Where)
		}
		if over := js[int](w, "document.documentElement.scrollWidth-document.documentElement.clientWidth"); over > 0 {
			t.Errorf("%s at %d px, %s: the page is %d px wider than the window", x.name, look.width, lang, over)
		}
		w.shot(fmt.Sprintf("%s-%s-%d-%s", x.name, lang, look.width, look.scheme))
	}
}
