package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
	"tasuke/web/words"
)

// The public notice of the closing walk: the numbers of one moment, three signatures, and a reader
// who is nobody to the firm.

// published are the numbers that stand in the notice.
var published = []string{"accounts.confirmed", "persons.confirmed", "unauthorised_access.confirmed"}

// countsTaken: the responder takes a snapshot of what the rooms count, and adds what no room counts.
func (w *closing) countsTaken() {
	p := w.as("ir")
	p.visit("/incidents/" + w.id)
	p.link("/incidents/" + w.id + "/counts")
	p.unfold("form details")
	p.fill(`[id="f-typed.unauthorised_access.confirmed"]`, "4")
	p.fill(`[id="f-reason.unauthorised_access.confirmed"]`, w.in("影響調査の該当のうち、ログインの件数。", "Sign-ins among the hits of the sweep."))
	p.leads(p.submit)
	w.shown = w.numbers()
	if n := w.shown; n["accounts.confirmed"] != 3 || n["unauthorised_access.confirmed"] != 4 {
		w.t.Errorf("the snapshot counts %v", n)
	}
	w.station(p, "counts")
}

// publicationDecided: the proposal is made, checked and decided upon.
func (w *closing) publicationDecided() {
	w.finish("pr", "publish_proposal")
	w.finish("legal", "publish_check")
	w.finish("exec", "publish")
}

// publicWritten: PR writes in both languages and chooses the numbers.
func (w *closing) publicWritten() {
	p := w.as("pr")
	p.visit("/incidents/" + w.id + "/disclosures")
	p.choose("#f-kind", string(notice.First))
	p.button(`form[action$="/disclosures"] button`)
	w.disclosure = js[string](p, "location.pathname.split('/')[2]")
	p.unfold("details.card")
	p.choose("#f-snapshot", js[string](p, `document.querySelector("#f-snapshot").options[1].value`))
	for _, f := range published {
		p.tick(`input[name=figures][value="` + f + `"]`)
	}
	p.tick("input[name=english]")
	c := demoNotice()
	for _, f := range []struct{ name, ja, en string }{
		{"title", c.JA.Title, c.EN.Title}, {"outline", c.JA.Outline, c.EN.Outline}, {"cause", c.JA.Cause, c.EN.Cause},
		{"desk_name", c.JA.DeskName, c.EN.DeskName}, {"desk_hours", c.JA.DeskHours, c.EN.DeskHours},
	} {
		p.replace("#f-"+f.name+"_ja", strings.ReplaceAll(f.ja, "\n", " "))
		p.replace("#f-"+f.name+"_en", strings.ReplaceAll(f.en, "\n", " "))
	}
	p.at("#f-measure_at_0", w.now().Add(-time.Hour))
	p.fill("#f-measure_ja_0", "対象の口座の取引と出金を停止しました。")
	p.fill("#f-measure_en_0", "trading and withdrawals were stopped on the accounts concerned.")
	w.station(p, "public-form")
	p.leads(p.submit)
	p.tagged(w.say.T("disclosure.state.draft"))
	if js[bool](p, `document.querySelector("[aria-labelledby=text] .banner")!==null`) {
		w.t.Errorf("the notice lacks something: %s", p.text("[aria-labelledby=text] .banner"))
	}
	w.station(p, "public-draft")
}

// publicSigned: the facts, the law, and the executive, each at a window of their own.
func (w *closing) publicSigned() {
	for _, login := range []string{"ir", "legal", "exec"} {
		p := w.as(login)
		p.visit("/disclosures/" + w.disclosure)
		p.button(`form[action$="/sign"] button`)
		p.says("[aria-labelledby=signed]", w.firm.who[login].Name)
	}
	w.station(w.as("exec"), "public-signed")
}

// heldUntold: nothing is published before the victims were told.
func (w *closing) heldUntold() {
	p := w.as("pr")
	p.visit("/disclosures/" + w.disclosure)
	if !js[bool](p, `document.querySelector("button[name=when][value=now]").disabled`) {
		w.t.Error("the page offers to publish before the victims were told")
	}
	p.says(`form[action$="/publish"]`, w.say.T("disclosure.guard.untold", "N", 3))
	w.station(p, "public-held")
}

// madePublic: PR lets it out, and the task of the playbook is done.
func (w *closing) madePublic() {
	p := w.as("pr")
	p.visit("/disclosures/" + w.disclosure)
	p.button("button[name=when][value=now]")
	p.tagged(w.say.T("disclosure.state.published"))
	w.station(p, "public-out")
	w.finish("pr", "first_notice")
}

// publicRead: somebody without an account reads it in both languages, with the numbers of the snapshot.
func (w *closing) publicRead() {
	p := w.sit(w.t, w.browser, w.lang)
	for _, lang := range words.Languages {
		index, suffix := "/public/index.html", ".ja.html"
		if lang == "en" {
			index, suffix = "/public/index.en.html", ".en.html"
		}
		p.visit(index)
		no, err := one[string](w.t.Context(), w.db, `SELECT no FROM disclosure WHERE id = ?`, w.disclosure)
		must(w.t, err)
		p.to(`main a[href="` + no + suffix + `"]`)
		p.leads(p.enter)
		if got := js[string](p, "document.documentElement.lang"); got != lang {
			w.t.Errorf("the public page in %s is in %q", lang, got)
		}
		w.sameNumbers(p, notice.Language(lang))
		w.look(p, "public-"+lang)
	}
}

// sameNumbers compares the table of the public page with the snapshot.
func (w *closing) sameNumbers(p *hands, lang notice.Language) {
	w.t.Helper()
	var want []string
	for _, key := range published {
		unit, stage, _ := strings.Cut(key, ".")
		want = append(want, notice.Figure{Unit: notice.Unit(unit), Stage: notice.Stage(stage), N: w.shown[key]}.In(lang))
	}
	got := js[[]string](p, `[...document.querySelectorAll("main tbody tr")].map(r=>[...r.children].map(c=>c.textContent.trim())).map(([a,b,n])=>document.documentElement.lang==="ja"?a+"（"+b+"）: "+n:a+", "+b+": "+n)`)
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		w.t.Errorf("the public page says %q, the snapshot %q", got, want)
	}
}

// look is a station of a page of the public, which has another frame.
func (w *closing) look(p *hands, name string) {
	w.t.Helper()
	w.stations++
	for _, width := range []int64{390, 1440} {
		p.do(chromedp.EmulateViewport(width, 900))
		p.until("document.fonts.status==='loaded'")
		if over := js[int](p, "document.documentElement.scrollWidth-document.documentElement.clientWidth"); over > 0 {
			w.t.Errorf("%s at %d px: the page is %d px wider than the window", name, width, over)
		}
		p.shot(fmt.Sprintf("close-%02d-%s-%s-%d", w.stations, name, w.lang, width))
	}
}

// updateDropped: a second notice that nobody finished holds back the close.
func (w *closing) updateDropped() {
	p := w.as("pr")
	p.visit("/incidents/" + w.id + "/disclosures")
	p.choose("#f-kind", string(notice.Update))
	p.button(`form[action$="/disclosures"] button`)
	w.heldBack("incident.guard.notices_open", "close-refused-notice")
	p.fill("#f-why", w.in("人数に変わりがないため、続報は出さない。", "The numbers did not change; there is no update."))
	p.button(`button[name=event][value=` + string(disclosure.Dropped) + `]`)
	p.tagged(w.say.T("disclosure.state.void"))
}
