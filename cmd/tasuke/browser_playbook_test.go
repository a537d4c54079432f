package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tasuke/internal/dbtest"
	"tasuke/web/words"
)

// recipe is a playbook as somebody has it in mind who has never seen its language: each step by its
// name, what is to be done, and where it belongs.
type recipe struct {
	title, summary, first, firstText    string
	ask, question, yes, no              string
	stop, stopText, explain, explainOf  string
	file, fileText, comment, sentReason string
}

var recipes = map[string]recipe{
	"ja": {
		title: "不審な連絡の受付", summary: "お客さまから不審な連絡の相談があったとき（架空）。", first: "話を聞く", firstText: "いつ、どこから、何を求められたかを聞き取り、記録する。",
		ask: "口座情報を渡したか", question: "お客さまは暗証番号などを相手に伝えましたか。", yes: "伝えた", no: "伝えていない",
		stop: "口座を止める", stopText: "ログインと出金を止め、お客さまに伝える。", explain: "手口を説明する", explainOf: "同じ手口の見分け方を説明し、折返し先を伝える。",
		file: "記録を閉じる", fileText: "聞き取りと対応を読み返し、記録を閉じる。", comment: "確かめて終えた。", sentReason: "初めて書きました。ご確認ください。",
	},
	"en": {
		title: "A suspicious contact", summary: "When a customer asks about a suspicious contact (fictional).", first: "Hear what happened", firstText: "Ask when, from where and for what they were asked; write it down.",
		ask: "Were credentials given away", question: "Did the customer tell anybody a password or code?", yes: "They did", no: "They did not",
		stop: "Stop the account", stopText: "Stop sign-in and withdrawals, and tell the customer.", explain: "Explain the trick", explainOf: "Explain how to see through it and where to call.",
		file: "Close the record", fileText: "Read what was heard and done, and close the record.", comment: "Seen and done.", sentReason: "My first one. Please look it through.",
	},
}

// authoring is the story of a playbook: somebody writes it, somebody else publishes it, and it is run.
type authoring struct {
	*closing
	plan                recipe
	draft, version, run string // addresses
}

// TestAPlaybookIsWrittenApprovedAndRunByKeyboard is what a person does who has never seen YAML. Without TASUKE_TORTURE each language has one database.
func TestAPlaybookIsWrittenApprovedAndRunByKeyboard(t *testing.T) {
	for _, lang := range words.Languages {
		for _, database := range []string{"sqlite", "postgres"} {
			if usual := lang == "ja" && database == "sqlite"; !usual && os.Getenv("TASUKE_TORTURE") == "" {
				continue
			}
			t.Run(lang+" on "+database, func(t *testing.T) {
				dsn := ""
				if database == "postgres" {
					dsn = dbtest.PostgresDSN(t)
				}
				browser := browse(t)
				book, err := words.Load()
				must(t, err)
				w := &closing{t: t, lang: lang, say: book.In(lang), pen: pens[lang], browser: browser, windows: map[string]*hands{}, byHand: map[string]int{}}
				w.house = openHouse(t, dsn, options{})
				w.house.t = t
				a := &authoring{closing: w, plan: recipes[lang]}
				for _, part := range []func(){a.begun, a.written, a.sent, a.lookedThrough, a.started, a.worked} {
					part()
				}
			})
		}
	}
}

// begun: from the list of playbooks to a draft with a name.
func (a *authoring) begun() {
	ir := a.as("ir")
	ir.to(`nav a[href="/playbooks"]`)
	ir.leads(ir.enter)
	a.station(ir, "books")
	ir.leads(func() { ir.press("n") })
	a.station(ir, "new-book")
	ir.fill("#f-slug", "pb-90")
	ir.fill("#f-title_ja", a.plan.title)
	if a.lang == "en" {
		ir.fill("#f-title_en", a.plan.title)
	}
	ir.leads(ir.enter)
	a.draft = js[string](ir, "location.pathname")
	ir.says("h1", "PB-90", a.plan.title)
	ir.says("[aria-labelledby=faults]", a.say.T("draft.text_ja")) // what the first step asks for is to be written
}

// written: five steps by their forms, and no word of syntax.
func (a *authoring) written() {
	ir := a.as("ir")
	ir.to(`[aria-labelledby=faults] a[href^="` + a.draft + `/steps/"]`)
	ir.leads(ir.enter)
	ir.replace("#f-title_ja", a.plan.first)
	ir.choose("#f-role", "operator")
	a.told(ir, a.plan.firstText)
	ir.leads(ir.submit)
	a.sure(ir, true)

	a.adds(ir, a.plan.ask, "decision", "")
	a.told(ir, a.plan.question)
	ir.choose("#f-role", "operator")
	a.station(ir, "step-decision")
	ir.fill(`tr:nth-child(1) [name=outcome_ja]`, a.plan.yes)
	ir.fill(`tr:nth-child(2) [name=outcome_ja]`, a.plan.no)
	ir.leads(ir.submit)
	ir.says("[aria-labelledby=faults]", a.plan.yes, a.plan.no) // nothing hangs on the answers yet
	a.sure(ir, false)

	a.adds(ir, a.plan.stop, "task", a.plan.yes) // the way of the first answer is proposed
	ir.says("#f-when option:checked", a.plan.yes)
	a.told(ir, a.plan.stopText)
	a.station(ir, "step-task")
	ir.leads(ir.submit)
	a.adds(ir, a.plan.explain, "task", a.plan.no)
	ir.says("#f-when option:checked", a.plan.no)
	a.told(ir, a.plan.explainOf)
	ir.choose("#f-role", "operator")
	ir.leads(ir.submit)
	a.sure(ir, true)
	a.adds(ir, a.plan.file, "task", a.say.T("draft.at_end"))
	ir.says("#f-when option:checked", a.say.T("draft.when_always"))
	a.told(ir, a.plan.fileText)
	ir.leads(ir.submit)
	a.sure(ir, true)

	ir.fill("#f-summary_ja", a.plan.summary)
	ir.leads(ir.submit)
	if n := js[int](ir, `document.querySelectorAll("[aria-labelledby=drawn] svg a").length`); n != 6 {
		a.t.Errorf("the drawing has %d steps", n)
	}
	a.station(ir, "draft")
}

// adds puts a step in where the form proposes it, and comes to its form.
func (a *authoring) adds(p *hands, title, kind, at string) {
	a.t.Helper()
	p.fill("#f-insert_ja", title)
	p.choose("#f-insert_kind", kind)
	if at != "" {
		p.says("#f-insert_at option:checked", at)
	}
	p.leads(p.submit)
	p.says("h1", title)
	p.until(`document.activeElement.id==='f-text_ja'`)
}

// told is what a step is about, typed where the focus is or where Tab leads.
func (a *authoring) told(p *hands, text string) {
	a.t.Helper()
	p.fill("#f-text_ja", text)
}

// sure reads whether the text could be published.
func (a *authoring) sure(p *hands, whole bool) {
	a.t.Helper()
	if said := strings.Contains(p.text("[aria-labelledby=faults]"), a.say.T("draft.no_faults")); said != whole {
		a.t.Fatalf("the check says %q", p.text("[aria-labelledby=faults]"))
	}
}

// sent: the author sends it to review and cannot publish it.
func (a *authoring) sent() {
	ir := a.as("ir")
	ir.fill("#f-reason", a.plan.sentReason)
	ir.button(`button[value="sent_to_review"]`)
	ir.tagged(a.say.T("draft.state.review"))
	ir.says("[aria-labelledby=moves]", a.say.T("draft.guard.maker"))
	if js[bool](ir, `document.querySelector('button[value="published"]')!==null`) {
		a.t.Error("the author is given the button to publish")
	}
	rev := js[string](ir, `document.querySelector("[aria-labelledby=moves] [name=rev]").value`)
	if x := a.session("ir", a.lang).post(a.draft+"/moves", map[string][]string{"rev": {rev}, "event": {"published"}}); x.status < 400 {
		a.t.Errorf("the author publishes the own draft: %d", x.status)
	}
}

// lookedThrough: somebody else finds it on the list, reads it and publishes it.
func (a *authoring) lookedThrough() {
	legal := a.as("legal")
	legal.to(`nav a[href="/playbooks"]`)
	legal.leads(legal.enter)
	legal.link("/playbooks/drafts")
	a.station(legal, "drafts")
	legal.rowTo(a.draft)
	legal.says("[aria-labelledby=history]", a.plan.sentReason)
	legal.says("[aria-labelledby=reading]", a.plan.question, a.plan.yes, a.plan.no, a.plan.stopText, a.plan.fileText)
	a.station(legal, "review")
	legal.button(`button[value="published"]`)
	legal.tagged(a.say.T("draft.state.published"))
	legal.to(`main a.button[href^="/playbooks/"]`)
	legal.leads(legal.enter)
	a.version = js[string](legal, "location.pathname")
	legal.says("h1", "PB-90", a.plan.title)
	legal.says("#s-decision", a.plan.question)
	a.station(legal, "version")
}

// started: the responder begins it for an incident.
func (a *authoring) started() {
	ir := a.as("ir")
	ir.visit("/incidents/" + a.firm.incident)
	ir.link("/incidents/" + a.firm.incident + "/runs")
	a.station(ir, "begin")
	ir.rowTo("/incidents/" + a.firm.incident + "/runs?slug=PB-90")
	ir.says("[aria-labelledby=chosen]", a.plan.title, a.plan.summary)
	ir.button(`[aria-labelledby=chosen] button`)
	a.run = js[string](ir, "location.pathname")
	if !strings.HasPrefix(a.run, "/runs/") {
		a.t.Fatalf("the run is at %s", a.run)
	}
	ir.tagged(a.say.T("run.state.running"))
	a.station(ir, "run-begun")
}

// worked: each does what is the next, by the keys of a task, until the run has ended.
func (a *authoring) worked() {
	op, ir := a.as("op"), a.as("ir")
	a.id = a.firm.incident
	a.does("op", a.plan.first, "done")
	a.does("op", a.plan.ask, "outcome")
	ir.visit(a.run)
	ir.says("[aria-labelledby=progress]", a.plan.stop)
	a.station(ir, "run-decided")
	a.does("ir", a.plan.stop, "done")
	a.does("ir", a.plan.file, "done")
	ir.visit(a.run)
	ir.tagged(a.say.T("run.outcome.done"))
	ir.says("#live", a.plan.yes, a.plan.comment, a.plan.explain, a.say.T("task.state.skipped"))
	a.station(ir, "run-done")
	op.visit("/tasks")
	if strings.Contains(op.text("#rows"), a.plan.title) {
		a.t.Error("something of the ended run still waits")
	}
}

// does finds a task on the own list and finishes it by the keys of a task.
func (a *authoring) does(login, title, outcome string) {
	a.t.Helper()
	p := a.as(login)
	p.press("\x1b")
	p.leads(func() { p.press("g"); p.press("t") })
	p.row(title)
	p.until("document.readyState==='complete'&&document.querySelector('[data-key=e]')")
	p.says("h1", title)
	p.press("c")
	p.until(`document.activeElement.id==='f-remark'`)
	p.press("\x1b")
	p.pick("outcome", outcome)
	p.fill("#f-comment", a.plan.comment)
	p.press("\x1b")
	p.leads(func() { p.press("e") })
	p.see(".notice")
}

// station looks at a page in both widths.
func (a *authoring) station(p *hands, name string) {
	a.t.Helper()
	a.stations++
	for _, width := range []int64{390, 1440} {
		p.do(chromedp.EmulateViewport(width, 900))
		p.until("document.fonts.status==='loaded'")
		if over := js[int](p, "document.documentElement.scrollWidth-document.documentElement.clientWidth"); over > 0 {
			a.t.Errorf("%s at %d px, %s: the page is %d px wider than the window", name, width, a.lang, over)
		}
		p.shot(fmt.Sprintf("book-%02d-%s-%s-%d", a.stations, name, a.lang, width))
	}
}
