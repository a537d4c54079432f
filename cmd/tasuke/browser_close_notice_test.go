package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/victim"
)

// The victims of the closing walk are told: the first by mail, then another, one on paper.

const registeredPost = "000-00-00001-0" // number of a registered letter

// mailingWritten: remediation writes once for all three, and to one of them a letter.
func (w *closing) mailingWritten() {
	p := w.as("care")
	p.visit("/incidents/" + w.id)
	p.link("/incidents/" + w.id + "/notices")
	for _, n := range []int{frightened, secondVictim, thirdVictim} {
		p.tick(`input[name=cases][value="` + w.caseOf(n) + `"]`)
	}
	now := w.now()
	p.at("#f-fact-at-0", now.Add(-11*time.Hour))
	p.choose("#f-fact-what-0", string(notice.Login))
	p.at("#f-fact-at-1", now.Add(-10*time.Hour))
	p.choose("#f-fact-what-1", string(notice.Destination))
	p.at("#f-measure-at-0", now.Add(-time.Hour))
	p.fill("#f-measure-ja-0", "口座へのログインと出金を停止しました。")
	p.fill("#f-measure-en-0", "sign-in to your account and withdrawals were stopped.")
	p.replace("#f-plan_ja", "取引記録の調査を続け、結果を個別にご連絡いたします。")
	p.replace("#f-plan_en", "We continue to examine the records and will tell you the result.")
	p.date("#f-next", now.AddDate(0, 0, 5))
	p.replace("#f-hours_ja", "24時間")
	p.replace("#f-desk_en", "Fraud response desk")
	p.replace("#f-hours_en", "24 hours")
	w.station(p, "notice-form")
	p.leads(p.submit)
	w.mailing = js[string](p, "location.pathname.split('/')[2]")
	p.tagged(w.say.T("notice.state.drafting"))
	w.ownOf(p, frightened, notice.ByMail)
	w.ownOf(p, secondVictim, notice.ByMail)
	w.ownOf(p, thirdVictim, notice.ByLetter)
	w.station(p, "notice-draft")
	w.heldUntold()
}

// ownOf says in which language and how one customer is told.
func (w *closing) ownOf(p *hands, n int, medium notice.Medium) {
	w.t.Helper()
	p.visit("/notices/" + w.mailing)
	p.rowTo(fmt.Sprintf("/notices/%s/recipients/%d", w.mailing, w.place(n)))
	p.choose("#f-language", w.lang)
	p.choose("#f-medium", string(medium))
	p.leads(p.submit)
	if medium == notice.ByLetter {
		w.station(p, "notice-recipient")
	}
}

// place is where a customer stands in the mailing.
func (w *closing) place(n int) int64 {
	w.t.Helper()
	pos, err := one[int64](w.t.Context(), w.db, `SELECT pos FROM victim_notice WHERE mailing_id = ? AND case_id = ?`, w.mailing, w.caseOf(n))
	must(w.t, err)
	return pos
}

// mailingApproved: legal reads what goes out.
func (w *closing) mailingApproved() {
	p := w.as("care")
	p.visit("/notices/" + w.mailing)
	p.button(`button[name=event][value=` + string(victim.ApprovalAsked) + `]`)
	legal := w.as("legal")
	legal.visit("/notices/" + w.mailing)
	w.station(legal, "notice-to-approve")
	legal.button(`button[name=event][value=` + string(victim.ApprovalGiven) + `]`)
	legal.tagged(w.say.T("notice.state.approved"))
}

// victimsTold: one customer first, and when that has left the others; a letter is printed and posted.
func (w *closing) victimsTold() {
	p := w.as("care")
	for _, n := range []int{frightened, secondVictim} {
		p.visit("/notices/" + w.mailing)
		p.button(`form[action$="/stage"] button`)
		w.toldByMail(n)
		w.heard("the mail to the customer has left", func() bool {
			state, err := one[string](w.t.Context(), w.db, `SELECT state FROM victim_notice WHERE mailing_id = ? AND pos = ?`, w.mailing, w.place(n))
			must(w.t, err)
			return state == string(victim.Sent)
		})
	}
	a := w.session("care", w.lang).post("/notices/"+w.mailing+"/letters.pdf", url.Values{})
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/pdf" {
		w.t.Fatalf("the letters to the victims: %d %s", a.status, a.header.Get("Content-Type"))
	}
	w.paper("notice", []byte(a.body), w.customerName(thirdVictim), w.customer(thirdVictim)[6], demoFirm.Name)
	p.visit("/notices/" + w.mailing)
	w.station(p, "notice-letters")
	p.fill("#f-batch", registeredPost)
	p.button(`form[action$="/posted"] button`)
	p.tagged(w.say.T("notice.state.finished"))
	w.station(p, "notice-finished")
	w.finish("fraud", "timeline")
	w.finish("pr", "notice_text")
	w.finish("legal", "notice_check")
	w.finish("care", "victim_notice")
}

// toldByMail: the customer gets the notice, and nobody else's name.
func (w *closing) toldByMail(n int) {
	w.t.Helper()
	text := w.mailTo(w.customer(n)[5]).text(w.t)
	for _, says := range []string{w.in("出金先口座の変更", "change of the bank account"), demoFirm.Name} {
		if !strings.Contains(text, says) {
			w.t.Errorf("the mail to %s does not say %q: %s", ref(n), says, text)
		}
	}
	for _, other := range []int{frightened, secondVictim, thirdVictim} {
		if other != n && strings.Contains(text, w.customerName(other)) {
			w.t.Errorf("the mail to %s names %s", ref(n), ref(other))
		}
	}
}
