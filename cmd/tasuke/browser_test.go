package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"tasuke/contacts/inquiry"
	"tasuke/internal/db"
	"tasuke/web/words"
)

// tale is what a caller tells and the operator types, in one language.
type tale struct {
	happened, promise, title, comment, reason, typed string
}

var tales = map[string]tale{
	"ja": {"朝、出金完了のメールに気付いた。昨夜、身に覚えのない出金先の変更がある。", "明日10時までに担当から折返す。", "出金先の変更を伴う不正出金（架空）",
		"口座の停止を全経路で確認した。", "自社システムへの侵入は確認されていない。外部弁護士と協議済み。", "まだ送っていない下書き"},
	"en": {"Noticed a mail about a withdrawal this morning. The destination was changed last night by somebody else.", "We call back by 10 tomorrow.", "Withdrawals after a changed destination (fictional)",
		"All channels of the account were seen stopped.", "No breach of our own systems was confirmed. Agreed with outside counsel.", "a reason that is not sent yet"},
}

// frightened is the customer who calls.
const frightened = 21

func TestTheSliceByKeyboard(t *testing.T) {
	for _, lang := range words.Languages {
		t.Run(lang, func(t *testing.T) {
			h := openHouse(t, "", options{})
			h.t = t
			h.slice(t, lang, tales[lang])
		})
	}
}

func (h *house) slice(t *testing.T, lang string, s tale) {
	browser := browse(t)
	op := h.sit(t, browser, lang)
	op.signIn("op")
	receipt, due := h.takeTheCall(t, op, s)
	op.shot("slice-1-call-desk-" + lang)
	kill(t, browser)

	browser = browse(t)
	op = h.sit(t, browser, lang)
	op.signIn("op")
	h.findTheDraft(t, op, s, receipt, due)
	no := h.saveAndOpen(t, op, s)
	h.readTheClocks(t, op, lang)
	op.shot("slice-3-incident-" + lang)

	h.doATask(t, op, s, no) // the operator's own, which lets the responder begin
	ir := h.sit(t, browser, lang)
	ir.signIn("ir")
	h.doATask(t, ir, s, no)
	legal := h.sit(t, browser, lang)
	legal.signIn("legal")
	h.decideOnTheLaw(t, legal, s, no)
	legal.shot("slice-4-reclassified-" + lang)
	h.watchWhileTyping(t, legal, s)
}

// why is where legal says why the items change.
const why = `form[action$="/reclassify"] textarea`

// takeTheCall begins an inquiry, fills the desk in and waits until it says that it is saved.
func (h *house) takeTheCall(t *testing.T, p *hands, s tale) (receipt string, due time.Time) {
	p.press("n")
	p.see("#receipt")
	receipt = js[string](p, "document.querySelector('#receipt').textContent.trim()")
	if !strings.HasPrefix(receipt, "INQ-") {
		t.Fatalf("the receipt number is %q", receipt)
	}
	id, account := h.known(t, frightened)
	p.fill("#f-find", account[len(account)-6:])
	p.see(`#candidates input[value="` + id + `"]`)
	p.pick("customer_id", id)
	p.choose("#f-caller_relation", "self")
	p.choose("#f-urgency", "immediate")
	p.choose("#f-language", p.lang)
	p.tick("#f-lock_asked")
	p.choose("#f-category", string(inquiry.FraudWithdrawal))
	p.choose("#f-noticed_by", "trade_notice")
	p.fill("#f-what_happened", s.happened)
	p.choose(`[id="f-identity.level"]`, "2")
	p.choose(`[id="f-identity.method"]`, "full_script")
	p.choose(`[id="f-identity.result"]`, "passed")
	for _, item := range []string{"name_kana", "birth_date", "account_no"} {
		p.tick(`input[name="identity.items"][value="` + item + `"]`)
	}
	p.fill("#f-promise_text", s.promise)
	due = time.Now().In(words.Tokyo).Add(26 * time.Hour).Truncate(time.Minute)
	p.at("#f-next_contact_due", due)
	h.kept(t, p, func(f inquiry.Form) bool {
		return f.WhatHappened == s.happened && f.NextContactDue == db.At(due) && f.Promise == s.promise && f.CustomerID == id && f.LockAsked && len(f.Identity.Items) == 3
	})
	p.until(`/\d\d:\d\d:\d\d/.test(document.querySelector("#saved").textContent)`)
	return receipt, due
}

// known is a customer's id and account number.
func (h *house) known(t *testing.T, n int) (id, account string) {
	t.Helper()
	file, err := demoCSV()
	must(t, err)
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	must(t, err)
	must(t, h.db.View(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = h.customers.ByRef(ctx, tx, rows[n][0])
		return err
	}))
	return id, rows[n][7]
}

// kept waits until the server has the draft as it was typed.
func (h *house) kept(t *testing.T, p *hands, whole func(inquiry.Form) bool) {
	t.Helper()
	id := js[string](p, "location.pathname.split('/')[2]")
	heard, end := h.db.Subscribe()
	defer end()
	for {
		rec, err := h.inquiries.Draft(t.Context(), h.firm.who["op"], id)
		must(t, err)
		if whole(rec.Form) {
			return
		}
		select {
		case <-heard:
		case <-p.ctx.Done():
			t.Fatalf("the draft was not saved as typed: %+v", rec.Form)
		}
	}
}

// findTheDraft goes to the drafts after the browser died and reads what is there.
func (h *house) findTheDraft(t *testing.T, p *hands, s tale, receipt string, due time.Time) {
	p.press("g")
	p.press("i")
	p.until("location.pathname==='/inquiries'")
	p.see("a[data-row]")
	p.row(receipt)
	p.see("#receipt")
	id, _ := h.known(t, frightened)
	for field, want := range map[string]string{
		"#f-what_happened": s.happened, "#f-promise_text": s.promise, "#f-category": string(inquiry.FraudWithdrawal), "#f-next_contact_due": due.Format("2006-01-02T15:04"),
		"input[name=customer_id]:checked": id, "#f-urgency": "immediate", `[id="f-identity.level"]`: "2", `[id="f-identity.result"]`: "passed",
	} {
		if got := js[string](p, "document.querySelector("+quoted(field)+").value"); got != want {
			t.Errorf("the draft's %s is %q after the browser died, it was %q", field, got, want)
		}
	}
	if n := js[int](p, `document.querySelectorAll("input[name='identity.items']:checked, #f-lock_asked:checked").length`); n != 4 {
		t.Errorf("%d of 4 boxes are still ticked", n)
	}
}

// saveAndOpen saves the inquiry, looks at what it may belong to and opens a new incident.
func (h *house) saveAndOpen(t *testing.T, p *hands, s tale) (no string) {
	p.to("#f-what_happened")
	p.submit()
	p.see("#decide")
	if n := js[int](p, `document.querySelectorAll("#decide input[value^='join:']").length`); n == 0 {
		t.Error("the open incident of the same kind is not offered")
	}
	p.shot("slice-2-decide-" + p.lang)
	p.pick("choice", "open_incident")
	p.fill("#f-title", s.title)
	p.choose("#f-severity", "S2")
	p.submit()
	p.until("location.pathname.startsWith('/cases/')")
	p.see(".notice")
	p.to(`main a[href^="/incidents/"]`)
	p.enter()
	p.until("location.pathname.startsWith('/incidents/')")
	p.see("article.clock .why")
	heading := js[string](p, "document.querySelector('h1').textContent")
	if !strings.Contains(heading, s.title) {
		t.Errorf("the incident is called %q", heading)
	}
	return strings.Fields(heading)[0]
}

func (h *house) readTheClocks(t *testing.T, p *hands, lang string) {
	clocks := js[[]string](p, `[...document.querySelectorAll("article.clock")].map(c=>[...c.querySelectorAll(".why")].map(x=>x.textContent.trim()).join(" "))`)
	if len(clocks) < 2 {
		t.Fatalf("the incident shows %d clocks", len(clocks))
	}
	for _, c := range clocks {
		japanese := strings.ContainsFunc(c, kana)
		if len(c) < 80 || japanese != (lang == "ja") {
			t.Errorf("a clock explains itself to a reader of %s as %q", lang, c)
		}
	}
}

// doATask goes through one's own list to a task of the incident and finishes it.
func (h *house) doATask(t *testing.T, p *hands, s tale, no string) {
	p.press("?")
	p.until("document.querySelector('#keymap').open")
	p.shot("slice-keymap-" + p.lang)
	p.press("\x1b")
	p.until("!document.querySelector('#keymap').open")
	p.press("g")
	p.press("t")
	p.until("location.pathname==='/tasks'")
	p.see("a[data-row]")
	p.row(no)
	p.see("#finish")
	if n := js[int](p, `document.querySelectorAll("#f-outcome input").length`); n == 0 {
		t.Fatal("the task has no outcome to choose")
	}
	if js[bool](p, `document.querySelector("#f-outcome input:checked")===null`) {
		p.to(`#f-outcome input`)
		p.press(" ")
	}
	title := js[string](p, "document.querySelector('h1').textContent")
	p.fill("#f-comment", s.comment)
	p.submit()
	p.until("location.pathname==='/tasks'")
	p.see(".notice")
	if js[bool](p, "[...document.querySelectorAll('tr')].some(r=>r.textContent.includes("+quoted(no)+")&&r.textContent.includes("+quoted(title)+"))") {
		t.Errorf("the finished task %q is still on the list", title)
	}
}

// decideOnTheLaw confirms the awareness with a second pair of eyes and reclassifies.
func (h *house) decideOnTheLaw(t *testing.T, p *hands, s tale, no string) {
	p.press("g")
	p.press("n")
	p.until("location.pathname==='/incidents'")
	p.see("a[data-row]")
	p.row(no)
	p.see("article.clock")
	p.to(`form[action$="/confirm"] button`)
	p.enter()
	p.see(".notice")
	if js[bool](p, `document.querySelector('form[action$="/confirm"]')!==null`) {
		t.Error("the awareness can be confirmed twice")
	}
	before := js[[]string](p, `[...document.querySelectorAll("article.clock .due")].map(x=>x.firstChild.textContent.trim())`)
	for _, n := range []string{"1", "2", "3", "4"} {
		box := `input[name="items"][value="` + n + `"]`
		p.to(box)
		if js[bool](p, "document.activeElement.checked") != (n == "2") {
			p.press(" ")
		}
	}
	p.fill(why, s.reason)
	p.to(`form[action$="/reclassify"] button`)
	p.enter()
	p.see(".notice")
	p.see(`[data-part="checkpoint"]`)
	after := js[[]string](p, `[...document.querySelectorAll("article.clock .due")].map(x=>x.firstChild.textContent.trim())`)
	if strings.Join(before, ",") == strings.Join(after, ",") {
		t.Errorf("the dates are %v before and after", after)
	}
}

// watchWhileTyping: a colleague's change comes in while something is being typed; nothing typed
// is lost, the focus stays, and the page is not loaded again.
func (h *house) watchWhileTyping(t *testing.T, p *hands, s tale) {
	p.fill(why, s.typed)
	js[bool](p, "window.stayed=true")
	lines := js[int](p, "document.querySelectorAll('#news li').length")
	path := js[string](p, "location.pathname")
	a := h.session("ir", p.lang).post(path+"/count", url.Values{"persons": {"12"}, "evidence": {"第2回の調査"}})
	if a.status != 303 {
		t.Fatalf("the colleague's change: %d", a.status)
	}
	p.until(fmt.Sprintf("document.querySelectorAll('#news li').length!==%d", lines))
	if !js[bool](p, "window.stayed===true") {
		t.Error("the page was loaded again")
	}
	if got := js[string](p, "document.activeElement.value??'nowhere'"); got != s.typed || !p.on(why) {
		t.Errorf("after the live update the focus is on what holds %q", got)
	}
	p.press("!")
	if got := js[string](p, "document.querySelector("+quoted(why)+").value"); got != s.typed+"!" {
		t.Errorf("typing on after the live update gives %q", got)
	}
}
