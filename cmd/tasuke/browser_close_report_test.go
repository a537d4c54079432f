package main

import (
	"net/http"
	"strings"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/filing"
	"tasuke/web/words"
)

// The papers of the closing walk: the fact sheet, and the report drawn from it.

// factsTyped is the fact sheet in the responder's hands.
func (w *closing) factsTyped() {
	p := w.as("ir")
	p.visit("/incidents/" + w.id)
	p.link("/incidents/" + w.id + "/facts")
	now := time.Now().In(words.Tokyo).Truncate(time.Minute)
	p.at("#f-occurred_from", now.Add(-12*time.Hour))
	p.at("#f-occurred_to", now.Add(-10*time.Hour))
	p.choose("#f-known-occurred", string(incident.FactConfirmed))
	p.choose("#f-entrusted_choice", string(incident.NotEntrusted))
	p.choose("#f-known-entrusted", string(incident.FactConfirmed))
	for _, item := range incident.Rule8Items {
		if item == incident.FactPersons {
			p.replace("#f-persons_number", "1")
			p.at("#f-persons_as_of", now)
		}
		p.replace("#f-"+string(item), w.pen.facts[item])
		p.choose("#f-known-"+string(item), string(incident.FactConfirmed))
	}
	w.station(p, "facts-form")
	p.leads(p.submit)
	p.tagged(w.say.T("factsheet.version", "N", 1))
	for _, item := range incident.Rule8Items {
		p.says("[aria-labelledby=sheet]", w.pen.facts[item])
	}
	w.station(p, "facts-saved")
	w.finish("ir", "facts_v1")
}

// factsApproved: legal reads the sheet and approves exactly that version.
func (w *closing) factsApproved() {
	t := w.turn("facts_approval")
	p := w.open("legal", t)
	w.station(p, "facts-approval")
	w.approve(p, t)
	w.finish("legal", "appi")
}

// reportWritten: the draft that the playbook made is completed and handed to a colleague.
func (w *closing) reportWritten() {
	w.turn("appi_preliminary")
	p := w.as("legal")
	p.leads(func() { p.press("g"); p.press("f") })
	f := w.reported()
	w.report = f.ID
	p.rowTo("/filings/" + w.report)
	p.says("h1", f.No)
	p.tagged(w.say.T("filing.state.drafting"))
	w.write(p, w.pen.person)
	p.button(`button[name=event][value=review_asked]`)
	p.tagged(w.say.T("filing.state.legal_review"))
}

// write fills in who reports.
func (w *closing) write(p *hands, person string) {
	w.t.Helper()
	p.unfold("[aria-labelledby=form] details")
	p.replace("#f-reporter_representative", w.pen.head)
	p.replace("#f-reporter_person", person)
	w.station(p, "report-form")
	p.leads(p.submit)
	p.says("[aria-labelledby=form]", w.pen.head, person, w.pen.facts[incident.FactCause], demoFirm.Name)
}

func (w *closing) reported() filing.Filing {
	w.t.Helper()
	f, err := one[filing.Filing](w.t.Context(), w.db, `SELECT id, no, state, version, rev FROM filing WHERE incident_id = ?`, w.id)
	must(w.t, err)
	return f
}

// reportSeenByOthers: a second lawyer reviews, and the executive approves.
func (w *closing) reportSeenByOthers() {
	p := w.as("legal2")
	p.visit("/filings/" + w.report)
	p.button(`button[name=event][value=review_passed]`)
	p.says("[aria-labelledby=signed]", w.firm.who["legal2"].Name)
	exec := w.as("exec")
	exec.visit("/filings/" + w.report)
	w.station(exec, "report-to-approve")
	exec.button(`button[name=event][value=approval_given]`)
	exec.tagged(w.say.T("filing.state.approved"))
	exec.says("[aria-labelledby=signed]", w.firm.who["exec"].Name)
}

// reportHandedIn keeps how, when and under which number it was handed in.
func (w *closing) reportHandedIn() { w.handIn("PPC-2026-10234", 1) }

func (w *closing) handIn(receipt string, version int) {
	w.t.Helper()
	p := w.as("legal")
	p.visit("/filings/" + w.report)
	p.choose("#f-channel", string(filing.PPCForm))
	p.fill("#f-receipt", receipt)
	p.leads(p.submit)
	p.tagged(w.say.T("filing.state.receipted"))
	p.says("[aria-labelledby=copies]", receipt, w.say.T("filing.channel.ppc_form"), w.say.T("factsheet.version", "N", version))
	w.station(p, "report-handed-in")
}

// clockStops: the incident's page and the list say that the duty was answered, and the copy says
// what the fact sheet said.
func (w *closing) clockStops() {
	p := w.as("legal")
	f := w.reported()
	p.visit("/incidents/" + w.id)
	p.says("article.clock", f.No, strings.Split(w.say.T("clock.answered", "At", "|", "No", f.No), "|")[0])
	w.station(p, "incident-handed-in")
	p.visit("/filings?incident=" + w.id)
	p.says(`tr:has(a[href="/filings/`+w.report+`"])`, w.say.T("filing.state.receipted"))
	w.station(p, "filings")
	a := w.session("legal", w.lang).get("/filings/" + w.report + "/form.pdf?version=1")
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/pdf" {
		w.t.Fatalf("the report's copy: %d %s", a.status, a.header.Get("Content-Type"))
	}
	says := []string{demoFirm.Name, w.pen.head, w.pen.person}
	for _, item := range incident.Rule8Items {
		says = append(says, w.pen.facts[item])
	}
	w.paper("report", []byte(a.body), says...)
	p.visit("/")
	if row := p.text(`tr:has(a[href="/incidents/` + w.id + `"])`); strings.Contains(row, w.due) {
		w.t.Errorf("the home page still counts down to a report that was handed in: %s", row)
	}
}

// amendment: as long as a report is being put right, the incident does not close.
func (w *closing) amendment() {
	p := w.as("legal")
	p.visit("/filings/" + w.report)
	p.fill("#f-reason", w.pen.finished)
	p.button(`button[name=event][value=amendment_started]`)
	p.tagged(w.say.T("filing.state.drafting"))
	exec := w.as("exec")
	exec.visit("/incidents/" + w.id)
	w.refused(exec, "incident.guard.filings_open")
	w.station(exec, "close-refused-report")
	w.write(p, w.firm.who["legal2"].Name)
	p.button(`button[name=event][value=review_asked]`)
	w.reportSeenByOthers()
	w.handIn("PPC-2026-10311", 2)
	p.button(`button[name=event][value=work_finished]`)
	p.tagged(w.say.T("filing.state.final"))
}
