package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const chromium = "/usr/bin/chromium"

// patience is how long a window may be open, on a busy machine, before the test gives up.
const patience = 12 * time.Minute

// browse starts a browser of its own process, which ends with the test.
func browse(t *testing.T) context.Context {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		if os.Getenv("TASUKE_E2E") == "1" {
			t.Fatalf("no browser: %v; install chromium", err)
		}
		t.Skipf("no browser: %s is not there; install chromium to run this test", chromium)
	}
	dir, err := os.MkdirTemp("", "tasuke-browser") // not t.TempDir: a killed browser may still write
	must(t, err)
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.UserDataDir(dir),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en-US"))
	alloc, endAlloc := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), opts...)
	b, endBrowser := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		endBrowser()
		endAlloc()
		_ = os.RemoveAll(dir)
	})
	must(t, chromedp.Do(b))
	return b
}

// kill ends a browser as a power cut does.
func kill(t *testing.T, browser context.Context) {
	t.Helper()
	must(t, chromedp.FromContext(browser).Browser.Process().Kill())
}

// hands is a person at a browser window of his own, who has a keyboard and no mouse.
type hands struct {
	t    *testing.T
	h    *house
	ctx  context.Context
	lang string
}

// sit opens a window without cookies in a browser.
func (h *house) sit(t *testing.T, browser context.Context, lang string) *hands {
	t.Helper()
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	ctx, late := context.WithTimeout(ctx, patience)
	t.Cleanup(func() { late(); end() })
	p := &hands{t: t, h: h, ctx: ctx, lang: lang}
	p.do(chromedp.EmulateViewport(1440, 900))
	return p
}

func (p *hands) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatalf("%v; the page is %s", err, p.where())
	}
}

// where tells of the page for a failure's message.
func (p *hands) where() string {
	ctx, end := context.WithTimeout(context.WithoutCancel(p.ctx), 5*time.Second)
	defer end()
	s, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href+" "+document.title+": "+(document.querySelector(".problem")?.textContent??"")+" focus on "+(document.activeElement?.outerHTML??"").slice(0,160)`))
	if err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(s), " ")
}

// js asks the page something.
func js[T any](p *hands, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for something to become true, on this page or on the one that is being loaded.
func (p *hands) until(expression string) {
	p.t.Helper()
	for {
		_, err := chromedp.Run(p.ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingTimeout(patience)))
		if err == nil {
			return
		}
		if moved := strings.Contains(err.Error(), "context") || strings.Contains(err.Error(), "navigated"); p.ctx.Err() != nil || !moved { // a new page has a new context
			p.t.Fatalf("waited for %s: %v; the page is %s", expression, err, p.where())
		}
	}
}

func (p *hands) see(selector string) {
	p.t.Helper()
	p.do(chromedp.WaitVisible(chromedp.CSS(selector)))
}

func (p *hands) press(keys string) { p.t.Helper(); p.do(chromedp.KeyEvent(keys)) }

func (p *hands) enter() { p.t.Helper(); p.press(kb.Enter) }

// submit presses Ctrl+Enter.
func (p *hands) submit() {
	p.t.Helper()
	p.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierCtrl)))
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

func (p *hands) on(selector string) bool {
	p.t.Helper()
	return js[bool](p, "document.activeElement?.matches("+quoted(selector)+")??false")
}

// to presses Tab until the focus is on something; it gives up after the whole page was walked. From
// the top of a page it takes the link that leads over the menu.
func (p *hands) to(selector string) {
	p.t.Helper()
	if js[bool](p, "document.activeElement===document.body&&document.querySelector('main').contains(document.querySelector("+quoted(selector)+"))") {
		p.press(kb.Tab)
		if p.on("a.skip") {
			p.enter()
		}
	}
	for range 300 {
		if p.on(selector) {
			return
		}
		p.press(kb.Tab)
	}
	p.t.Fatalf("Tab does not lead to %s; the page is %s", selector, p.where())
}

// fill goes to a field and types.
func (p *hands) fill(selector, text string) {
	p.t.Helper()
	p.to(selector)
	p.press(text)
}

// choose goes to a list and presses the arrows until it shows a value.
func (p *hands) choose(selector, value string) {
	p.t.Helper()
	p.to(selector)
	at := js[int](p, "document.activeElement.selectedIndex")
	want := js[int](p, "[...document.activeElement.options].findIndex(o=>o.value==="+quoted(value)+")")
	if want < 0 {
		p.t.Fatalf("%s does not offer %s", selector, value)
	}
	for ; at < want; at++ {
		p.press(kb.ArrowDown)
	}
	for ; at > want; at-- {
		p.press(kb.ArrowUp)
	}
	if got := js[string](p, "document.activeElement.value"); got != value {
		p.t.Fatalf("%s shows %q after the arrows, want %q", selector, got, value)
	}
}

// pick goes to a group of radio buttons and presses an arrow until one is chosen.
func (p *hands) pick(name, value string) {
	p.t.Helper()
	group := `input[name="` + name + `"]`
	p.to(group)
	for range 50 {
		if js[string](p, "document.querySelector("+quoted(group+":checked")+")?.value??'-'") == value {
			return
		}
		p.press(kb.ArrowDown)
	}
	p.t.Fatalf("the arrows do not lead to %s=%s; the page is %s", name, value, p.where())
}

// tick goes to a box and presses space unless it is ticked.
func (p *hands) tick(selector string) {
	p.t.Helper()
	p.to(selector)
	if !js[bool](p, "document.activeElement.checked") {
		p.press(" ")
	}
}

// at types a moment, segment by segment, as the browser asks for it.
func (p *hands) at(selector string, moment time.Time) {
	p.t.Helper()
	p.to(selector)
	p.press(moment.Format("01022006"))
	p.press(kb.Tab)
	p.press(moment.Format("0304PM"))
	if got, want := js[string](p, "document.activeElement.value"), moment.Format("2006-01-02T15:04"); got != want {
		p.t.Fatalf("%s holds %q after typing %s", selector, got, want)
	}
}

// row presses j until the focus is on the row that has a text, and opens it.
func (p *hands) row(text string) {
	p.t.Helper()
	for range 60 {
		if js[bool](p, "document.activeElement?.matches('a[data-row]')&&document.activeElement.closest('tr,li').textContent.includes("+quoted(text)+")") {
			p.enter()
			return
		}
		p.press("j")
	}
	p.t.Fatalf("j does not lead to a row with %s; the page is %s", text, p.where())
}

// signIn goes through the door.
func (p *hands) signIn(login string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.h.url + "/sign-in?lang=" + p.lang))
	p.see("#f-login")
	p.until("document.activeElement.id==='f-login'")
	p.press(login)
	p.press(kb.Tab)
	p.press(demoPassword)
	p.enter()
	p.see("header.top")
	if got := js[string](p, "document.documentElement.lang"); got != p.lang {
		p.t.Fatalf("the page is in %q, not %q", got, p.lang)
	}
}

// enteredAs gives the window a session without the door, for tests that are about pages.
func (p *hands) enteredAs(login string) {
	p.t.Helper()
	u, err := url.Parse(p.h.url)
	must(p.t, err)
	for _, c := range p.h.session(login, p.lang).Jar.Cookies(u) {
		_, err := chromedp.Call(p.ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: p.h.url})
		must(p.t, err)
	}
	_, err = chromedp.Call(p.ctx, network.SetCookie, network.SetCookieParams{Name: "lang", Value: p.lang, URL: p.h.url})
	must(p.t, err)
}

// shot keeps a picture of the page when TASUKE_SHOTS names a folder.
func (p *hands) shot(name string) {
	p.t.Helper()
	dir := os.Getenv("TASUKE_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	must(p.t, err)
	must(p.t, os.MkdirAll(dir, 0o755))
	must(p.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}
