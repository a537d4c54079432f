package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"tasuke/cases/incident"
	"tasuke/internal/dbtest"
	"tasuke/web/words"
)

// closing is the walk from a call to the closed incident in one language: the firm, its people at
// their windows, and what was made on the way.
type closing struct {
	*house
	t       *testing.T
	lang    string
	say     words.Words
	pen     pen
	browser context.Context
	windows map[string]*hands
	post    *postOffice

	id, no          string // of the incident
	due             string // last day of the first report
	request, report string // ids of the request to the bank and of the report to the authority
	requestNo       string
	byHand          map[string]int // tasks finished at a window, by login

	dir, dsn                    string   // where the firm keeps its keys and its data
	aside                       []posted // mails that nobody has asked for yet
	sweepID, police, share      string
	mailing, disclosure, remedy string
	shown                       map[string]int64 // the numbers of the snapshot that was published
	stations                    int
}

// pen is what the people write, in one language.
type pen struct {
	bank, branch           string // as somebody types them to search
	how, outline           string
	spoke, answered, freed string
	station                string
	facts                  map[incident.FactItem]string
	head, person           string // of the firm, in the report
	finished, closed       string
}

var pens = map[string]pen{
	"ja": {
		bank: "りそな", branch: "上野", how: "偽のSMSで盗まれた認証情報による出金先口座の変更と不正出金", outline: "当社の顧客になりすました者が出金先口座を変更し、資金を送金しました（架空）。",
		spoke: "依頼書の受領を確認した。残高は調査中。", answered: "取引を停止した。残高の範囲で保全している。", freed: "被害回復の手続により返還を受けた。", station: "見本警察署 生活安全課",
		facts: map[incident.FactItem]string{
			incident.FactOutline: "第三者が顧客1名の口座にログインし、出金先を変えて資金を出金した（架空）。", incident.FactData: "氏名、口座番号、保有残高（閲覧された画面の項目）",
			incident.FactPersons: "ログイン記録の照合による。", incident.FactCause: "偽のSMSから偽サイトに入力された認証情報の不正利用。", incident.FactSecondary: "不正出金が1件あった。",
			incident.FactResponse: "電話で連絡し、口座を保護した。", incident.FactPublication: "公表していない。", incident.FactPrevention: "出金先の変更に追加の認証を必須とする。",
			incident.FactOther: "所轄の警察に相談した。",
		},
		head: "代表取締役 経営 十和", person: "法務 七海", finished: "確認して終えた。", closed: "報告を承認した。残る事項はない。",
	},
	"en": {
		bank: "ﾘｿﾅ", branch: "ｳｴﾉ", how: "Withdrawal to a changed account with credentials stolen by a false text message", outline: "Somebody who posed as our customer changed the destination account and sent money there (fictional).",
		spoke: "The letter arrived. The balance is being looked at.", answered: "Transactions were stopped; what is left is kept.", freed: "Returned under the recovery procedure.", station: "Mihon Police Station",
		facts: map[incident.FactItem]string{
			incident.FactOutline: "A third party entered one customer's account, changed the destination and took money out (fictional).", incident.FactData: "Name, account number, holdings (as on the screens that were seen)",
			incident.FactPersons: "From the records of sign-ins.", incident.FactCause: "Credentials typed into a false site after a text message.", incident.FactSecondary: "One unauthorized withdrawal.",
			incident.FactResponse: "Called the customer and protected the account.", incident.FactPublication: "Nothing was published.", incident.FactPrevention: "A change of destination needs a further factor.",
			incident.FactOther: "The police were consulted.",
		},
		head: "Keiei Towa, President", person: "Homu Nanami", finished: "Seen and done.", closed: "The report is approved. Nothing is left.",
	},
}

// TestTheIncidentIsClosedByKeyboard is the story of an incident at the windows of all its people, in
// both languages and on both databases: the playbook's engine, event logs, a mail server, the public,
// up to the closed incident. Without TASUKE_TORTURE it is told once, in Japanese on SQLite.
func TestTheIncidentIsClosedByKeyboard(t *testing.T) {
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
				w := begin(t, lang, dsn)
				for _, part := range w.story() {
					part()
				}
				w.t.Logf("%s on %s: %d pages looked at, tasks finished at windows: %v", lang, database, w.stations, w.byHand)
			})
		}
	}
}

// story is everything in its order.
func (w *closing) story() []func() {
	return []func(){
		w.takeTheCallIn, w.firstTasks, w.awareness, w.money, // the first hour
		w.directory, w.ask, w.letterMade, w.letterChecked, w.letterApproved, w.letterLeft, w.bankAnswers, // the bank
		w.factsTyped, w.factsApproved, // what is known
		w.logsTaken, w.indicatorsPasted, w.roundAnswered, w.hitsReviewed, w.casesMade, w.sweepConcluded, // whom else it reached
		w.policeAsked, w.policeHeld, w.shareRefused, w.shareLeft, // the police and the trade
		w.reportWritten, w.reportSeenByOthers, w.reportHandedIn, w.clockStops, // the authority
		w.victimsCase, w.otherVictims, // the victims
		w.countsTaken, w.publicationDecided, w.publicWritten, w.publicSigned, // what the public is told,
		w.mailingWritten, w.mailingApproved, w.victimsTold, w.madePublic, w.publicRead, // and the victims before it
		w.lossFound, w.lossReckoned, w.lossAgreed, w.otherCasesEnd, // the money
		w.accountMade, w.leads, w.everythingElse, w.amendment, w.requestFinished, // the end
		w.sweepAgain, w.policeAccepts, w.updateDropped, w.close,
		w.trailRead, w.trailProved, w.everybodyWasThere, // what stays
	}
}

func begin(t *testing.T, lang, dsn string) *closing {
	t.Helper()
	browser := browse(t)
	book, err := words.Load()
	must(t, err)
	post := openPostOffice(t)
	w := &closing{t: t, lang: lang, say: book.In(lang), pen: pens[lang], browser: browser, windows: map[string]*hands{}, post: post, byHand: map[string]int{}, dsn: dsn}
	w.house = openHouse(t, dsn, options{}, func(c *Config) {
		c.SMTP = SMTPConfig{Addr: post.addr, From: "tasuke <fraud-desk@hinata.example>", TLS: "none"}
		if w.dir = c.Dir; dsn == "" {
			w.dsn = filepath.Join(c.Dir, "tasuke.db")
		}
	})
	w.house.t = t
	plain(t, w.rooms)
	return w
}

// as is the window of somebody, who signs in the first time.
func (w *closing) as(login string) *hands {
	w.t.Helper()
	if p, ok := w.windows[login]; ok {
		return p
	}
	p := w.sit(w.t, w.browser, w.lang)
	w.windows[login] = p
	p.signIn(login)
	return p
}

// takeTheCallIn is the customer's call, which opens the incident and starts its run.
func (w *closing) takeTheCallIn() {
	op := w.as("op")
	w.takeTheCall(w.t, op, tales[w.lang])
	w.no = w.saveAndOpen(w.t, op, tales[w.lang])
	w.id = js[string](op, "location.pathname.split('/')[2]")
	op.says("[aria-labelledby=run]", w.say.T("run.state.running"))
	w.station(op, "incident-open")
}

// firstTasks are the operator's, which let everybody else begin.
func (w *closing) firstTasks() {
	w.finish("op", "intake")
	w.finish("op", "lock")
}

// awareness is put right by the responder, and confirmed by somebody else.
func (w *closing) awareness() {
	ir := w.as("ir")
	ir.leads(func() { ir.press("g"); ir.press("n") })
	ir.leads(func() { ir.row(w.no) })
	form := `form[action$="/events"] `
	sheet, err := w.incidents.Sheet(w.t.Context(), w.firm.who["ir"], w.id)
	must(w.t, err)
	ir.fill(form+"[name=department]", w.say.T("role.operator"))
	ir.fill(form+"[name=evidence]", tales[w.lang].happened)
	ir.choose(form+"[name=corrects]", sheet.Events[0].ID)
	ir.fill(form+"[name=why]", tales[w.lang].comment)
	ir.leads(ir.submit)
	ir.says("[aria-labelledby=events]", w.say.T("clock.corrected"))
	legal := w.as("legal")
	legal.visit("/incidents/" + w.id)
	legal.to(`form[action$="/confirm"] button`)
	legal.leads(legal.enter)
	legal.says("[aria-labelledby=events]", w.firm.who["legal"].Name)
	w.finish("ir", "awareness")
	w.finish("ir", "severity")
	w.dueIsTheSame()
}

// dueIsTheSame: the incident's page and the home page name the same moment for the report.
func (w *closing) dueIsTheSame() {
	w.t.Helper()
	ir := w.as("ir")
	ir.visit("/incidents/" + w.id)
	due := js[string](ir, `document.querySelector("article.clock .due").firstChild.textContent.trim()`)
	w.due = due[len(due)-len("2026-11-27"):] // guidance is a window of days
	w.station(ir, "incident-clocks")
	ir.visit("/")
	ir.says(`tr:has(a[href="/incidents/`+w.id+`"])`, w.due)
	w.station(ir, "home")
}
