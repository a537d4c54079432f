package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/chromedp/chromedp"
)

// How the people of the closing walk look at a page.

// leads does something that leads to another page and waits until it is there, without a problem
// and with every sentence in place.
func (p *hands) leads(act func()) {
	p.t.Helper()
	p.turns(act)
	if wrong := js[string](p, `document.querySelector(".problem")?.textContent??""`); wrong != "" {
		p.t.Fatalf("the page %s says %s", p.where(), strings.Join(strings.Fields(wrong), " "))
	}
}

// turns is leads to a page that may say that something is wrong.
func (p *hands) turns(act func()) {
	p.t.Helper()
	js[bool](p, "window.before=true")
	act()
	p.until("window.before===undefined&&document.readyState==='complete'&&document.querySelector('main')")
	p.worded()
}

// worded fails when a sentence of the page is missing, or when two things have one name.
func (p *hands) worded() {
	p.t.Helper()
	if text := js[string](p, "document.body.textContent"); strings.Contains(text, "⟦") {
		_, rest, _ := strings.Cut(text, "⟦")
		key, _, _ := strings.Cut(rest, "⟧")
		p.t.Errorf("the sentence %s is missing; the page is %s", key, p.where())
	}
	if twice := js[string](p, `[...document.querySelectorAll("[id]")].map(e=>e.id).filter((id,i,all)=>all.indexOf(id)!==i).join(" ")`); twice != "" {
		p.t.Errorf("two things are called %s; the page is %s", twice, p.where())
	}
}

// visit opens an address, as from a bookmark.
func (p *hands) visit(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.h.url + path))
	p.until("document.readyState==='complete'&&document.querySelector('main')")
	p.worded()
}

// text is what a part of the page says, its words one space apart.
func (p *hands) text(selector string) string {
	p.t.Helper()
	return strings.Join(strings.Fields(js[string](p, "document.querySelector("+quoted(selector)+")?.textContent??'(nothing)'")), " ")
}

// says fails when a part of the page does not say something.
func (p *hands) says(selector string, parts ...string) {
	p.t.Helper()
	text := p.text(selector)
	for _, part := range parts {
		if !strings.Contains(text, part) {
			p.t.Errorf("%s says %q and not %q; the page is %s", selector, text, part, p.where())
		}
	}
}

// tagged fails when the head of the page does not say how things stand.
func (p *hands) tagged(state string) {
	p.t.Helper()
	p.says("main .head", state)
}

// replace goes to a field and types in the place of what stands there.
func (p *hands) replace(selector, text string) {
	p.t.Helper()
	p.to(selector)
	js[bool](p, "document.activeElement.select()??true")
	p.press(text)
}

// unfold opens what is folded away, unless it is open.
func (p *hands) unfold(details string) {
	p.t.Helper()
	if js[bool](p, "document.querySelector("+quoted(details)+").open") {
		return
	}
	p.to(details + ">summary")
	p.enter()
	p.until("document.querySelector(" + quoted(details) + ").open")
}

// button goes to a button and presses it.
func (p *hands) button(selector string) {
	p.t.Helper()
	p.to(selector)
	p.leads(p.enter)
}

// link goes to a link and follows it.
func (p *hands) link(href string) {
	p.t.Helper()
	p.to(`main a[href="` + href + `"]`)
	p.leads(p.enter)
}

// squeezed are the values of a page that have room for a few characters only.
const squeezed = `[...document.querySelectorAll("dl.facts dd")].filter(d=>d.offsetParent&&d.textContent.trim().length>6&&d.clientWidth<80).length`

// station looks at a page in both widths: nothing may stick out or be squeezed, no sentence may be
// missing.
func (w *closing) station(p *hands, name string) {
	w.t.Helper()
	w.stations++
	p.worded()
	w.live(p, name)
	for _, width := range []int64{390, 1440} {
		p.do(chromedp.EmulateViewport(width, 900))
		p.until("document.fonts.status==='loaded'")
		if over := js[int](p, "document.documentElement.scrollWidth-document.documentElement.clientWidth"); over > 0 {
			w.t.Errorf("%s at %d px, %s: the page is %d px wider than the window", name, width, w.lang, over)
		}
		if n := js[int](p, squeezed); n > 0 {
			w.t.Errorf("%s at %d px, %s: %d values have no room", name, width, w.lang, n)
		}
		p.shot(fmt.Sprintf("close-%02d-%s-%s-%d", w.stations, name, w.lang, width))
	}
}

// live fails when a page asks for news that its reader is not given.
func (w *closing) live(p *hands, name string) {
	w.t.Helper()
	path := js[string](p, `document.querySelector("#main")?.getAttribute("hx-sse:connect")??""`)
	if path == "" {
		return
	}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.url+path, nil)
	must(w.t, err)
	res, err := w.session(w.login(p), w.lang).Do(req)
	must(w.t, err)
	must(w.t, res.Body.Close())
	if res.StatusCode != http.StatusOK {
		w.t.Errorf("%s listens to %s and is answered with %d", name, path, res.StatusCode)
	}
}
