package main

import (
	"strconv"
	"strings"
	"time"

	"tasuke/contacts"
	"tasuke/contacts/bank"
	"tasuke/web/words"
	"tasuke/workflow"
)

// The money of the closing walk, from the list of payouts to the letter that reaches the bank.

// The account the money went to. Bank and branch are real codes; number and name are nobody's.
const (
	bankCode, branchCode  = "0010", "432"
	accountNo, holderKana = "7654321", "ﾔﾏﾀﾞ ﾀﾛｳ"
	bankMail              = "freeze@bank0010.example"
	payoutRef             = "PO-1123-021"
)

// money is listed, and the banks are phoned.
func (w *closing) money() {
	w.finish("funds", "payouts")
	w.finish("funds", "money_sent")
	w.finish("funds", "recall_phone")
	w.finish("funds", "freeze_phone")
}

// directory gets the bank's desk, and somebody else makes sure of it.
func (w *closing) directory() {
	p := w.as("funds")
	p.visit("/directory")
	p.button(`a[href="/directory/new"]`)
	p.replace("#f-bank_code", bankCode)
	p.fill("#f-name", "りそな銀行")
	p.fill("#f-section", "口座凍結等受付")
	p.fill("#f-phone", "000-0010-0001")
	p.fill("#f-mail", bankMail)
	p.fill("#f-hours", "24時間")
	p.leads(p.submit)
	p.says("[aria-labelledby=verify]", w.say.T("directory.verify_other"))
	desk := js[string](p, "location.pathname")
	p = w.as("funds2")
	p.visit(desk)
	p.button(`form[action$="/verify"] button`)
	p.says("[aria-labelledby=desk]", bankMail, w.firm.who["funds2"].Name, w.say.T("directory.kind."+string(contacts.Bank)))
	w.station(p, "directory")
}

// ask types a request to the bank; bank and branch are searched by name.
func (w *closing) ask() {
	p := w.as("funds")
	p.visit("/incidents/" + w.id)
	p.link("/incidents/" + w.id + "/bank")
	w.search(p, "bank_code", w.pen.bank, bankCode)
	w.search(p, "branch_code", w.pen.branch, branchCode)
	p.fill("#f-number", accountNo)
	p.fill("#f-holder_kana", holderKana)
	p.choose("#f-relation", "changed")
	now := time.Now().In(words.Tokyo).Truncate(time.Minute)
	p.at("#f-occurred_at", now.Add(-11*time.Hour))
	p.at("#f-known_at", now.Add(-time.Hour))
	p.fill("#f-method", w.pen.how)
	p.fill("#f-outline", w.pen.outline)
	p.at("#f-transfer_at-0", now.Add(-10*time.Hour))
	p.fill("#f-transfer_yen-0", "2,156,789")
	p.fill("#f-transfer_ref-0", payoutRef)
	p.choose("#f-transfer_case-0", w.victim())
	p.choose("#f-police_state", "consulting")
	p.fill("#f-police_station", w.pen.station)
	w.station(p, "bank-form")
	p.leads(p.submit)
	w.request = js[string](p, "location.pathname.split('/')[2]")
	w.requestNo = w.asked().No
	p.says("h1", w.requestNo, w.say.T("bank.track.freeze"))
	p.tagged(w.say.T("bank.state.draft"))
	p.says("main", w.yen(stolen), bankCode, branchCode)
	if text := p.text("main"); strings.Contains(text, accountNo) {
		w.t.Errorf("the page shows the account in full: %s", text)
	}
	w.station(p, "bank-draft")
	p.visit("/incidents/" + w.id + "/bank")
	p.says(`tr:has(a[href="/bank/`+w.request+`"])`, w.requestNo, w.yen(stolen), w.say.T("bank.state.draft"))
}

// search types a name and takes the code of what is found.
func (w *closing) search(p *hands, field, name, code string) {
	w.t.Helper()
	p.fill("#f-"+field, name)
	p.button(`button[name=find][value="` + field + `"]`)
	if field == "bank_code" {
		w.station(p, "bank-search")
	}
	p.button(`button[name=pick][value="` + field + ":" + code + `"]`)
	if got := js[string](p, `document.querySelector("#f-`+field+`").value`); got != code {
		w.t.Fatalf("after the search %s holds %q", field, got)
	}
}

func (w *closing) yen(n int64) string { return w.say.Yen(n) }

// victim is the id of the caller's case.
func (w *closing) victim() string { w.t.Helper(); return w.caseOf(frightened) }

func (w *closing) asked() bank.Request {
	w.t.Helper()
	r, err := one[bank.Request](w.t.Context(), w.db, `SELECT id, no, state, rev FROM bank_request WHERE incident_id = ?`, w.id)
	must(w.t, err)
	return r
}

// letterMade has the letter drawn; its author says that it can be checked.
func (w *closing) letterMade() {
	p := w.as("funds")
	p.visit("/bank/" + w.request)
	p.button(`form[action$="/letter"] button`)
	p.tagged(w.say.T("bank.state.ready"))
	if js[bool](p, `document.querySelector("#f-retyped")!==null`) {
		w.t.Error("who wrote the account number may check it")
	}
	w.finish("funds", "letter_draft")
}

// letterChecked has another person retype the number, wrongly and then rightly.
func (w *closing) letterChecked() {
	p := w.as("legal")
	p.visit("/bank/" + w.request)
	p.fill("#f-retyped", "7654312")
	p.turns(p.submit)
	p.see(".problem")
	w.station(p, "bank-retyped-wrongly")
	p.fill("#f-retyped", accountNo)
	p.leads(p.submit)
	p.tagged(w.say.T("bank.state.checked"))
	w.finish("legal", "letter_check")
}

// letterApproved shows the letters to who approves them.
func (w *closing) letterApproved() {
	t := w.turn("letter_approval")
	p := w.open("legal", t)
	p.says("[aria-labelledby=finish]", w.requestNo, "2,156,789")
	w.station(p, "bank-approval")
	p.link("/bank/" + w.request)
	w.open("legal", t)
	w.approve(p, t)
}

func (w *closing) approve(p *hands, t workflow.Task) {
	w.t.Helper()
	p.fill("#f-comment", w.pen.finished)
	p.button(`button[name=outcome][value=approved]`)
	w.gone(p, t)
}

// letterLeft: the bank gets a mail with the letter, and the page of somebody who waits says so.
func (w *closing) letterLeft() {
	m := w.mailTo(bankMail)
	subject, file, pdf := m.enclosed(w.t)
	w.t.Logf("mail %q with %s, %d bytes", subject, file, len(pdf))
	w.paper("letter", pdf, "りそな銀行", "口座凍結等受付", w.requestNo, accountNo, holderKana, "2,156,789", payoutRef, demoFirm.Name, w.pen.how, w.pen.outline)
	kept := w.session("legal", w.lang).get("/bank/" + w.request + "/letters/1")
	if kept.body != string(pdf) {
		w.t.Error("the letter that is kept is not the one that was sent")
	}
	p := w.as("funds")
	p.visit("/bank/" + w.request)
	p.until(`document.querySelector("[aria-labelledby=standing]").textContent.includes(` + quoted(w.say.T("bank.state.sent")) + ")")
	w.heard("the run knows that the letter left", func() bool { return w.asked().State == bank.Sent })
	p.visit("/outbox?incident=" + w.id)
	p.says("tbody tr", w.requestNo, "@bank0010.example", w.say.T("mail.state.sent"))
	w.station(p, "outbox")
}

// bankAnswers: a colleague phones, and notes what the bank says; the amounts are the same on each page.
func (w *closing) bankAnswers() {
	const frozen = 1850000
	p := w.as("funds2")
	p.leads(func() { p.press("g"); p.press("b") })
	p.rowTo("/bank/" + w.request)
	p.tagged(w.say.T("bank.state.sent"))
	p.fill("#f-call_section", "口座凍結等受付")
	p.fill("#f-call_ref", "RSN-2201")
	p.fill("#f-call_text", w.pen.spoke)
	p.leads(p.submit)
	p.says("[aria-labelledby=calls]", w.pen.spoke, "RSN-2201")
	p.button(`button[name=event][value=receipted]`)
	p.tagged(w.say.T("bank.state.acknowledged"))
	p.choose("#f-answer", string(bank.WasFrozen))
	p.fill("#f-answer_yen", "１，８５０，０００")
	p.fill("#f-answer_balance", strconv.Itoa(frozen))
	p.fill("#f-answer_text", w.pen.answered)
	w.station(p, "bank-answer")
	p.leads(p.submit)
	p.tagged(w.say.T("bank.state.frozen"))
	p.says("[aria-labelledby=standing]", w.yen(frozen))
	p.says("[aria-labelledby=replies]", w.yen(frozen), w.pen.answered)
	w.station(p, "bank-frozen")
	p.visit("/bank")
	p.says(`tr:has(a[href="/bank/`+w.request+`"])`, w.say.T("bank.state.frozen"), w.yen(stolen))
	p.visit("/incidents/" + w.id)
	p.says("[aria-labelledby=story]", w.requestNo, w.yen(frozen))
}

// requestFinished: what is left of the money came back, and the request is put away.
func (w *closing) requestFinished() {
	const back = 1850000
	exec := w.as("exec")
	exec.visit("/incidents/" + w.id)
	w.refused(exec, "incident.guard.requests_open")
	w.station(exec, "close-refused-request")
	p := w.as("funds2")
	p.visit("/bank/" + w.request)
	p.fill("#f-recovered_yen", strconv.Itoa(back))
	p.choose("#f-route", string(bank.ByDistribution))
	p.leads(p.submit)
	p.tagged(w.say.T("bank.state.recovered"))
	p.says("[aria-labelledby=standing]", w.yen(back))
	p.button(`button[name=event][value=finished]`)
	p.tagged(w.say.T("bank.state.closed"))
	w.station(p, "bank-closed")
}
