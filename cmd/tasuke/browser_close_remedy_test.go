package main

import (
	"fmt"
	"net/http"
	"time"

	"tasuke/cases"
	"tasuke/cases/remedy"
)

// The loss of the caller in the closing walk, and what the firm pays for it.

// refunded is the fee of the transfer, in yen.
const refunded = 330

// lossFound: the analyst enters what happened in the account, and says of each whether it was fraud.
func (w *closing) lossFound() {
	id := w.caseOf(frightened)
	p := w.as("fraud")
	p.visit("/cases/" + id)
	p.unfold(`details:has(form[action="/cases/` + id + `"])`)
	p.choose("#f-pattern", string(remedy.Withdrawal))
	p.leads(p.submit)
	p.link("/cases/" + id + "/remedy")
	now := w.now()
	p.fill("#f-text", lines(
		"ログイン,"+stamp(now.Add(-690*time.Minute))+",LG-21,,,,,0",
		fmt.Sprintf("出金,%s,%s,,,,,%d,%d", stamp(now.Add(-670*time.Minute)), payoutRef, stolen, refunded),
		"出金,"+stamp(now.Add(-40*24*time.Hour))+",PO-1014-002,,,,,50000,330"))
	p.button("button[name=go][value=preview]")
	p.says("table caption", "3")
	w.station(p, "loss-preview")
	p.button("button[name=go][value=add]")
	w.judged(p, "LG-21", remedy.NotMine, remedy.Fraud)
	w.judged(p, payoutRef, remedy.NotMine, remedy.Fraud)
	w.judged(p, "PO-1014-002", remedy.Mine, remedy.Own)
	p.button(`form[action$="/verdicts"] button`)
	p.button(`button[name=event][value=` + string(remedy.FactsEstablished) + `]`)
	p.tagged(w.say.T("remedy.state.facts_fixed"))
	w.station(p, "loss-found")
}

// judged chooses what the customer says and what the firm finds of one transaction.
func (w *closing) judged(p *hands, external string, c remedy.Claim, v remedy.Verdict) {
	w.t.Helper()
	n := js[int](p, `[...document.querySelectorAll("[aria-labelledby=transactions] tbody tr")].findIndex(r=>r.textContent.includes(`+quoted(external)+`))+1`)
	row := fmt.Sprintf("[aria-labelledby=transactions] tbody tr:nth-child(%d) ", n)
	p.choose(row+"select[name=claim]", string(c))
	p.choose(row+"select[name=verdict]", string(v))
}

// lossReckoned: remediation calculates, legal calculates again, and the amount is the executive's.
func (w *closing) lossReckoned() {
	id := w.caseOf(frightened)
	care := w.as("care")
	care.visit("/cases/" + id + "/remedy")
	care.tick("input[name=factor][value=N0]")
	w.station(care, "remedy-factors")
	care.button(`form[action$="/calculate"] button`)
	remedyID, err := one[string](w.t.Context(), w.db, `SELECT id FROM remedy WHERE case_id = ?`, id)
	must(w.t, err)
	w.remedy = remedyID
	care.visit("/remedies/" + w.remedy)
	care.says("[aria-labelledby=amount]", w.yen(stolen+refunded))
	if js[bool](care, `document.querySelector("#f-total")!==null&&!document.querySelector('form[action$="/check"] button').disabled`) {
		w.t.Error("who calculated may check")
	}
	ir := w.as("ir")
	ir.visit("/cases/" + id)
	ir.says("[aria-labelledby=moves]", w.say.T("case.guard.remedy_open"))
	p := w.as("legal")
	p.visit("/remedies/" + w.remedy)
	p.fill("#f-total", "2,156,789")
	p.turns(p.submit)
	p.see(".problem")
	w.station(p, "remedy-checked-wrongly")
	p.replace("#f-total", fmt.Sprint(stolen+refunded))
	p.leads(p.submit)
	p.tagged(w.say.T("remedy.state.checked"))
	p2 := w.as("legal2")
	p2.visit("/remedies/" + w.remedy)
	p2.says("[aria-labelledby=moves]", w.say.T("remedy.guard.limit"))
	exec := w.as("exec")
	exec.visit("/remedies/" + w.remedy)
	w.station(exec, "remedy-to-approve")
	exec.fill("#f-reason", w.pen.finished) // the policy wants each case looked at
	exec.button(`button[name=event][value=` + string(remedy.ApprovalGiven) + `]`)
	exec.tagged(w.say.T("remedy.state.approved"))
}

// lossAgreed: the offer goes out on paper, and the customer agrees.
func (w *closing) lossAgreed() {
	p := w.as("care")
	p.visit("/remedies/" + w.remedy)
	p.date("#f-valid_until", w.now().AddDate(0, 0, 30))
	p.button(`form[action$="/offer"] button`)
	p.tagged(w.say.T("remedy.state.offered"))
	a := w.session("care", w.lang).get("/remedies/" + w.remedy + "/offer.pdf?version=1")
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/pdf" {
		w.t.Fatalf("the offer: %d %s", a.status, a.header.Get("Content-Type"))
	}
	w.paper("offer", []byte(a.body), demoFirm.Name, "2,157,119", w.caseNo(frightened))
	w.station(p, "remedy-offered")
	p.fill("#f-note", w.in("電話で同意。合意書は郵送。", "Agreed by phone; the paper follows."))
	p.button(`button[name=event][value=` + string(remedy.OfferAccepted) + `]`)
	p.tagged(w.say.T("remedy.state.agreed"))
	p.says("[aria-labelledby=amount]", w.yen(stolen+refunded))
	w.station(p, "remedy-agreed")
}

// otherCasesEnd closes the cases that the sweep found, without a screen.
func (w *closing) otherCasesEnd() {
	for _, n := range []int{secondVictim, thirdVictim} {
		w.moveCase("ir", w.caseOf(n), cases.WorkFinished)
	}
}
