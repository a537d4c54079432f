package main

import (
	"fmt"
	"net/http"
	"time"
)

// The police in the closing walk: the summary that is brought along, and the number that comes back.

const policeNumber = "見本署 受理第482号"

// policeAsked writes down what is brought to the police and has the summary drawn.
func (w *closing) policeAsked() {
	p := w.as("legal")
	p.visit("/incidents/" + w.id)
	p.link("/incidents/" + w.id + "/police")
	p.choose("#f-kind", "damage")
	p.replace("#f-agency", "架空県警察 見本警察署")
	p.replace("#f-section", "生活安全課")
	p.tick(`input[name=offences][value=unauthorized_access]`)
	p.replace("#f-recognition", w.pen.outline)
	now := w.now()
	p.fill("#f-timeline", lines(
		fmt.Sprintf("%s | login | %s | 51324 | Mozilla/5.0 | %s | %s", stamp(now.Add(-690*time.Minute)), attackIP, attackDevice, w.caseNo(frightened)),
		fmt.Sprintf("%s | destination change | %s | 51330 | Mozilla/5.0 | %s | %s", stamp(now.Add(-684*time.Minute)), attackIP, attackDevice, w.caseNo(frightened))))
	p.replace("#f-withdrawn", "2,156,789")
	p.replace("#f-method", w.pen.how)
	p.replace("#f-measures", w.in("口座を停止し、送金先の金融機関に連絡した。", "Stopped the accounts and told the receiving bank."))
	p.replace("#f-wish", w.in("被害届を受理されたい。", "Please accept the report."))
	p.replace("#f-person", w.pen.person)
	w.station(p, "police-form")
	p.leads(p.submit)
	w.police = js[string](p, "location.pathname.split('/')[2]")
	p.tagged(w.say.T("police.state.planned"))
	w.consented(p)
	p.button(`form[action$="/summary"] button`)
	p.says("[aria-labelledby=summaries]", w.say.T("factsheet.version", "N", 1))
	w.station(p, "police-summary")
	a := w.session("legal", w.lang).get("/police/" + w.police + "/summary.pdf?version=1")
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/pdf" {
		w.t.Fatalf("the summary for the police: %d %s", a.status, a.header.Get("Content-Type"))
	}
	w.paper("police", []byte(a.body), demoFirm.Name, "見本警察署", attackIP, "51324", attackDevice, w.customerName(frightened), w.pen.how)
}

// consented: the caller may be named, the others were not asked.
func (w *closing) consented(p *hands) {
	w.t.Helper()
	p.unfold("[aria-labelledby=victims] details")
	p.choose("#c-case", w.caseOf(frightened))
	p.at("#c-at", w.now())
	p.fill("#f-how", w.in("登録の電話番号に架電し、本人から", "By phone, from the customer"))
	p.tick(`form[action$="/consent"] input[name=given]`)
	p.button(`form[action$="/consent"] button`)
	p.says("[aria-labelledby=victims]", w.say.T("police.consent_given"), w.say.T("police.consent_none"))
}

// policeHeld keeps what was said at the office, and the number it gave.
func (w *closing) policeHeld() {
	p := w.as("legal")
	p.visit("/police/" + w.police)
	p.at("#h-at", w.now())
	p.fill("#h-note", w.in("概要を渡した。受理を検討するとの回答。", "Handed over the summary; they consider accepting the report."))
	p.button(`form[action$="/hold"] button`)
	p.tagged(w.say.T("police.state.consulted"))
	w.finish("legal", "police")
}

// policeAccepts comes last: a consultation without an answer holds back the close.
func (w *closing) policeAccepts() {
	w.heldBack("incident.guard.outside_open", "close-refused-outside")
	p := w.as("legal")
	p.visit("/police/" + w.police)
	p.at("#a-at", w.now())
	p.fill("#a-number", policeNumber)
	p.button(`form[action$="/accept"] button`)
	p.tagged(w.say.T("police.state.accepted"))
	p.says("main", policeNumber)
	w.station(p, "police-accepted")
}
