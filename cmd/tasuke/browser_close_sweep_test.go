package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/cases/sweep"
	"tasuke/cases/sweep/rollup"
	"tasuke/internal/db"
)

// The impact sweep of the closing walk: what the attacker used, and whom else he reached with it.

// What the attacker came with. The carrier's address is one of those behind which many people are.
const (
	attackIP, carrierIP = "203.0.113.88", "198.51.100.9"
	attackDevice        = "fp-9c31e7aa"
)

// The customers of the log: the walk's own victim, two more whom nobody has heard of, somebody who
// used the same exit as the attacker, and many behind one carrier.
const (
	secondVictim, thirdVictim, bystander = 33, 47, 52
	firstBehind, lastBehind              = 31, 70
)

func ref(n int) string { return fmt.Sprintf("H%07d", n) }

// logsTaken has system operations take over a register that grew, and the log of the trading site.
func (w *closing) logsTaken() {
	file, err := demoCSV()
	must(w.t, err)
	lines := bytes.SplitAfter(file, []byte("\n"))
	_, err = w.customers.Import(w.t.Context(), w.firm.who["sysops"], bytes.NewReader(append(bytes.Clone(lines[0]), bytes.Join(lines[firstBehind:lastBehind+1], nil)...)),
		customer.DefaultMapping(), customer.Options{})
	must(w.t, err)
	m, err := rollup.ReadMapping(nil)
	must(w.t, err)
	rep, err := w.eventLogs.Import(w.t.Context(), w.firm.who["sysops"], strings.NewReader(accessLog(w.now())), rollup.Import{Source: "trading-site", Mapping: m})
	must(w.t, err)
	if rep.Rejected+rep.UnknownRows > 0 || rep.Kept < 300 {
		w.t.Fatalf("the log was taken over as %+v", rep)
	}
}

// accessLog is 61 days of people behind one carrier, and one evening of an attacker.
func accessLog(now time.Time) string {
	var b strings.Builder
	b.WriteString("at,kind,customer,ip,device,destination,symbol,side,amount\n")
	row := func(before time.Duration, kind rollup.Kind, n int, ip, device, more string) {
		_, _ = fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%s\n", now.Add(-before).Format(time.RFC3339), kind, ref(n), ip, device, more)
	}
	for day := 62; day > 0; day-- {
		for i := range 5 {
			n := firstBehind + (5*day+i)%(lastBehind-firstBehind+1)
			kind, more := rollup.Login, ",,,"
			if i == 4 && day%7 == 0 {
				kind, more = rollup.Order, ",7203,buy,215000"
			}
			row(time.Duration(24*day-4*i)*time.Hour, kind, n, carrierIP, fmt.Sprintf("own-%04d", n), more)
		}
	}
	to := bankCode + "-" + branchCode + "-" + accountNo + ",,,"
	at := func(minutes int) time.Duration {
		return 11*time.Hour + 30*time.Minute - time.Duration(minutes)*time.Minute
	}
	row(at(0), rollup.Login, frightened, attackIP, attackDevice, ",,,")
	row(at(6), rollup.DestinationChange, frightened, attackIP, attackDevice, to)
	row(at(20), rollup.Withdrawal, frightened, attackIP, attackDevice, bankCode+"-"+branchCode+"-"+accountNo+",,,"+strconv.Itoa(stolen))
	row(at(30), rollup.Login, secondVictim, attackIP, attackDevice, ",,,")
	row(at(34), rollup.DestinationChange, secondVictim, attackIP, attackDevice, to)
	row(at(50), rollup.Login, thirdVictim, carrierIP, attackDevice, ",,,")
	row(at(55), rollup.DestinationChange, thirdVictim, carrierIP, attackDevice, to)
	row(at(70), rollup.Login, bystander, attackIP, "own-0052", ",,,")
	row(time.Hour, rollup.Login, firstBehind, carrierIP, "own-0031", ",,,")
	return b.String()
}

// indicatorsPasted: the responder pastes a list as it comes, reads what was found in it, and keeps it.
func (w *closing) indicatorsPasted() {
	p := w.as("ir")
	p.visit("/incidents/" + w.id)
	p.link("/incidents/" + w.id + "/sweep")
	p.fill("#f-text", lines(w.in("最初の申出者のログから", "From the log of the first caller"), "接続元: "+strings.ReplaceAll(attackIP, ".", "[.]"), carrierIP,
		"端末ID: "+attackDevice, "10.0.0.8", "送金先口座 "+bankCode+"-"+branchCode+"-"+accountNo))
	p.button(`button[name=do][value=read]`)
	p.says("[aria-labelledby=read]", attackIP, carrierIP, attackDevice, w.say.T("sweep.refused"), "10.0.0.8")
	w.station(p, "sweep-read")
	p.button(`button[name=do][value=save]`)
	p.says("[aria-labelledby=indicators]", attackIP, carrierIP, w.say.T("sweep.status.active"))
	if text := p.text("main"); strings.Contains(text, accountNo) {
		w.t.Errorf("the page shows an account in full: %s", text)
	}
	w.station(p, "sweep-plan")
}

// roundAnswered starts the round; the page of the result comes by itself.
func (w *closing) roundAnswered() {
	p := w.as("ir")
	p.button(`form[action$="/sweep/start"] button`)
	w.sweepID = js[string](p, "location.pathname.split('/')[2]")
	p.until(`document.querySelectorAll("[aria-labelledby=hits] a[data-row]").length>=4`)
	p.says("[aria-labelledby=hits]", ref(frightened), ref(secondVictim), ref(thirdVictim), ref(bystander))
	for n := firstBehind; n <= lastBehind; n++ {
		if n != secondVictim && n != thirdVictim && n != bystander && strings.Contains(p.text("[aria-labelledby=hits]"), ref(n)) {
			w.t.Errorf("%s is listed for the address of a carrier", ref(n))
		}
	}
	w.station(p, "sweep-result")
	w.finish("ir", "sweep_round1")
	trade := w.as("trade")
	trade.visit("/sweeps")
	trade.rowTo("/sweeps/" + w.sweepID)
	trade.says("[aria-labelledby=measures]", carrierIP)
	w.station(trade, "sweep-for-trade")
}

// hit is the id of a customer's hit.
func (w *closing) hit(n int) string {
	w.t.Helper()
	id, err := one[string](w.t.Context(), w.db, `SELECT id FROM sweep_hit WHERE sweep_id = ? AND customer_ref = ?`, w.sweepID, ref(n))
	must(w.t, err)
	return id
}

// hitsReviewed: the analyst looks at each; before that the sweep cannot be concluded.
func (w *closing) hitsReviewed() {
	ir := w.as("ir")
	ir.visit("/sweeps/" + w.sweepID)
	ir.says("[aria-labelledby=moves]", w.say.T("sweep.guard.unreviewed"))
	p := w.as("fraud")
	for _, n := range []int{frightened, secondVictim, thirdVictim} {
		w.openHit(p, n)
		if n == frightened {
			p.tick("input[name=stated]")
		}
		p.fill("#f-comment", w.pen.finished)
		p.button(`button[name=event][value=` + string(sweep.ConfirmedSaid) + `]`)
		p.tagged(w.say.T("sweep.said.confirmed"))
	}
	w.openHit(p, bystander)
	w.station(p, "sweep-hit")
	p.choose("#f-clearing", "corporate_proxy")
	p.fill("#f-comment", w.in("出口を共有する事業者の利用者。本人の端末。", "A customer of the same exit, with a device of the customer's own."))
	p.button(`button[name=event][value=` + string(sweep.ClearedSaid) + `]`)
	p.tagged(w.say.T("sweep.said.cleared"))
}

func (w *closing) openHit(p *hands, n int) {
	w.t.Helper()
	p.visit("/sweeps/" + w.sweepID)
	p.rowTo("/sweeps/" + w.sweepID + "/hits/" + w.hit(n))
}

// casesMade: each confirmed hit has a case, the caller's the one that was there.
func (w *closing) casesMade() {
	p := w.as("fraud")
	p.visit("/sweeps/" + w.sweepID)
	p.button(`form[action$="/cases"] button`)
	for _, n := range []int{frightened, secondVictim, thirdVictim} {
		p.says(`tr:has(a[href$="/hits/`+w.hit(n)+`"])`, w.caseNo(n))
	}
	w.station(p, "sweep-cases")
	sv := w.as("sv")
	sv.leads(func() { sv.press("g"); sv.press("c") })
	for _, n := range []int{frightened, secondVictim, thirdVictim} {
		sv.says("main", w.caseNo(n))
	}
	w.station(sv, "cases-for-supervisor")
}

// sweepConcluded: what the logs covered is signed, and the sweep is over.
func (w *closing) sweepConcluded() {
	p := w.as("ir")
	p.visit("/sweeps/" + w.sweepID)
	p.says("[aria-labelledby=moves]", w.say.T("sweep.guard.unsigned"))
	p.fill("#f-reason", w.in("web の記録は途中からである。", "The log of the web begins late."))
	p.button(`button[name=event][value=` + string(sweep.CoverageSigned) + `]`)
	p.says("[aria-labelledby=coverage]", w.firm.who["ir"].Name)
	w.concludeSweep(p)
	w.station(p, "sweep-concluded")
	w.finish("ir", "more_accounts")
}

func (w *closing) concludeSweep(p *hands) {
	w.t.Helper()
	p.button(`button[name=event][value=` + string(sweep.WorkConcluded) + `]`)
	p.tagged(w.say.T("sweep.state.concluded"))
}

// sweepAgain: the responder takes the sweep up once more, which holds back the close of the incident.
func (w *closing) sweepAgain() {
	p := w.as("ir")
	p.visit("/sweeps/" + w.sweepID)
	p.fill("#f-reason", w.in("他社から同じ端末の連絡があったため、見直す。", "A peer told of the same device; looked at again."))
	p.button(`button[name=event][value=` + string(sweep.WorkReopened) + `]`)
	p.tagged(w.say.T("sweep.state.reopened"))
	w.heldBack("incident.guard.sweeps_open", "close-refused-sweep")
	w.concludeSweep(p)
}

// otherVictims takes the cases that the sweep found to where the first one is, without a screen.
func (w *closing) otherVictims() {
	for _, n := range []int{secondVictim, thirdVictim} {
		id := w.caseOf(n)
		channels := url.Values{"target": {"account"}}
		for _, c := range cases.Channels {
			channels.Add("channels", string(c))
		}
		w.sends("op", "/cases/"+id+"/stops", channels)
		stop, err := one[string](w.t.Context(), w.db, `SELECT id FROM containment WHERE case_id = ?`, id)
		must(w.t, err)
		for _, c := range cases.Channels {
			w.sends("ir", "/cases/"+id+"/stops/"+stop+"/channels/"+string(c), url.Values{"result": {"verified"}})
		}
		for _, e := range []cases.Event{cases.AccountLocked, cases.CheckStarted, cases.DamageConfirmed} {
			w.moveCase("ir", id, e)
		}
	}
}

func (w *closing) moveCase(login, id string, e cases.Event) {
	w.t.Helper()
	rev, err := one[int64](w.t.Context(), w.db, `SELECT rev FROM victim_case WHERE id = ?`, id)
	must(w.t, err)
	w.sends(login, "/cases/"+id+"/moves", url.Values{"rev": {strconv.FormatInt(rev, 10)}, "event": {string(e)}, "reason": {w.pen.finished}})
}

// sends is a form sent by somebody at a browser without a screen.
func (w *closing) sends(login, path string, form url.Values) {
	w.t.Helper()
	if a := w.session(login, w.lang).post(path, form); a.status != http.StatusSeeOther {
		w.t.Fatalf("%s sent %s and was answered with %d: %s", login, path, a.status, a.body)
	}
}

// caseOf is the id of a customer's case in the incident.
func (w *closing) caseOf(n int) string { w.t.Helper(); return w.ofCase(n, "id") }

func (w *closing) caseNo(n int) string { w.t.Helper(); return w.ofCase(n, "no") }

func (w *closing) ofCase(n int, column string) string {
	w.t.Helper()
	var customerID string
	must(w.t, w.db.View(w.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		customerID, err = w.customers.ByRef(ctx, tx, ref(n))
		return err
	}))
	v, err := one[string](w.t.Context(), w.db, `SELECT `+column+` FROM victim_case WHERE incident_id = ? AND customer_id = ?`, w.id, customerID)
	must(w.t, err)
	return v
}
