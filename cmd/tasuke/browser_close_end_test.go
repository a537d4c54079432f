package main

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tasuke/cases"
	"tasuke/cases/incident"
)

// The end of the closing walk: the case, the incident's states and its close.

// victimsCase is the customer's case, from the lock that holds on every channel to its end.
func (w *closing) victimsCase() {
	p := w.as("ir")
	id := w.victim()
	p.visit("/incidents/" + w.id)
	p.link("/cases/" + id)
	for js[bool](p, `document.querySelector("button[name=result][value=verified]")!==null`) {
		p.button(`button[name=result][value=verified]`)
	}
	for _, step := range []struct {
		event cases.Event
		to    cases.State
	}{{cases.AccountLocked, cases.Contained}, {cases.CheckStarted, cases.Verifying}, {cases.DamageConfirmed, cases.Confirmed}} {
		p.button(`[aria-labelledby=moves] form button[name=event][value=` + string(step.event) + `]`)
		p.tagged(w.say.T("case.state." + string(step.to)))
	}
	w.station(p, "case")
}

// leads takes the incident through its states, and the executive sees why it does not close yet.
func (w *closing) leads() {
	p := w.as("ir")
	p.visit("/incidents/" + w.id)
	for _, step := range []struct {
		event incident.Event
		to    incident.State
	}{{incident.TriageTaken, incident.Triage}, {incident.IncidentDeclared, incident.Declared}, {incident.ContainmentStarted, incident.Containing},
		{incident.InvestigationStarted, incident.Investigating}, {incident.RemediationStarted, incident.Remediating}, {incident.MonitoringStarted, incident.Monitoring}} {
		p.button(`button[name=event][value=` + string(step.event) + `]`)
		p.tagged(w.say.T("incident.state." + string(step.to)))
	}
	exec := w.as("exec")
	exec.visit("/incidents/" + w.id)
	w.refused(exec, "incident.guard.cases_open")
	w.station(exec, "close-refused-case")
	p.visit("/cases/" + w.victim())
	p.fill("[aria-labelledby=moves] form textarea[name=reason]", w.pen.finished)
	p.button(`[aria-labelledby=moves] form button[name=event][value=` + string(cases.WorkFinished) + `]`)
	p.tagged(w.say.T("case.state.closed"))
}

// refused: the page says why the incident cannot be closed, and the server says so too.
func (w *closing) refused(p *hands, why string) {
	w.t.Helper()
	if !js[bool](p, `document.querySelector("button[name=event][value=closing_approved]").disabled`) {
		w.t.Errorf("the page offers to close the incident, and should say %s", why)
	}
	p.says("[aria-labelledby=moves] form", w.say.T(why))
	i, err := w.incidents.Sheet(w.t.Context(), w.firm.who["exec"], w.id)
	must(w.t, err)
	a := w.session("exec", w.lang).post("/incidents/"+w.id+"/moves",
		url.Values{"rev": {strconv.FormatInt(i.Incident.Rev, 10)}, "event": {string(incident.ClosingApproved)}, "reason": {w.pen.closed}})
	if a.status < http.StatusBadRequest || !strings.Contains(a.body, w.say.T(why)) {
		w.t.Errorf("closing is answered with %d, and not with %q", a.status, w.say.T(why))
	}
}

// close: one person agrees, another closes, and everybody sees it.
func (w *closing) close() {
	exec := w.as("exec")
	exec.visit("/incidents/" + w.id)
	w.refused(exec, "incident.guard.second_person")
	p := w.as("ir")
	p.visit("/incidents/" + w.id)
	p.button(`form[action$="/agree"] button[value=closing_approved]`)
	exec.visit("/incidents/" + w.id)
	w.station(exec, "close-agreed")
	exec.fill("#f-reason", w.pen.closed)
	exec.button(`button[name=event][value=closing_approved]`)
	exec.tagged(w.say.T("incident.state.closed"))
	exec.says("[aria-labelledby=story]", w.pen.closed)
	w.station(exec, "closed")
	op := w.as("op")
	op.visit("/incidents")
	op.says(`tr:has(a[href="/incidents/`+w.id+`"])`, w.no, w.say.T("incident.state.closed"))
	w.station(op, "incidents")
	op.visit("/")
	if clocks := op.text("[aria-labelledby=clocks]"); strings.Contains(clocks, w.no) {
		w.t.Errorf("the home page counts down to limits of the closed incident: %s", clocks)
	}
	p.visit("/incidents/" + w.id)
	if n := js[int](p, `document.querySelectorAll("form[action$='/count'], form[action$='/events']").length`); n != 0 {
		w.t.Errorf("the closed incident still offers %d forms", n)
	}
}
