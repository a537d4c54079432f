package pages

import (
	"net/http"
	"strconv"
	"strings"

	"tasuke/cases/incident"
	"tasuke/cases/remedy"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// CaseRemedy is what the victim of a case lost: transactions, claims, verdicts, calculation.
type CaseRemedy struct {
	DB        *db.DB
	Remedies  *remedy.Store
	Incidents *incident.Store
}

// Register puts the screens on the desk.
func (h *CaseRemedy) Register(d *Desk) {
	d.Get("/cases/:id/remedy", actor.RemedyRead, h.show)
	d.Post("/cases/:id/remedy", actor.RemedyWrite, h.add)
	d.Post("/cases/:id/remedy/paste", actor.RemedyWrite, h.paste)
	d.Post("/cases/:id/remedy/verdicts", actor.RemedyWrite, h.judge)
	d.Post("/cases/:id/remedy/correct", actor.RemedyWrite, h.correct)
	d.Post("/cases/:id/remedy/calculate", actor.RemedyWrite, h.calculate)
	d.Post("/cases/:id/remedy/moves", actor.RemedyRead, h.move)
}

func (h *CaseRemedy) show(v *Visit) error {
	return h.draw(v, http.StatusOK, v.Query("txn"), func(*view.RemedyCase) {})
}

// draw reads the page; typed puts back what was typed in a form that has to be shown again.
func (h *CaseRemedy) draw(v *Visit, status int, txn string, typed func(*view.RemedyCase)) error {
	sheet, err := h.Remedies.OfCase(v.Request.Context(), v.Actor, v.Param("id"), txn)
	if err != nil {
		return err
	}
	numbers, err := incidentNumbers(v, h.DB, h.Incidents, []string{sheet.Case.IncidentID})
	if err != nil {
		return err
	}
	if sheet.Blocked != nil {
		sheet.Blocked = asFault(worded(v, sheet.Blocked, remedyWords))
	}
	p := view.RemedyCase{CaseSheet: sheet, IncidentNo: numbers[sheet.Case.IncidentID],
		Entry: view.RemedyEntry{OccurredAt: v.Shell.Input(v.Shell.Now), Claim: string(remedy.NotMine)}}
	typed(&p)
	v.Shell.Path = "/cases/" + sheet.Case.ID + "/remedy"
	return v.Draw(status, view.CaseRemedy(v.Titled(sheet.Case.No+" "+v.Shell.T("remedy.of_case"), "cases"), p))
}

// after goes back to the page, or draws it with the problem and what was typed.
func (h *CaseRemedy) after(v *Visit, err error, done, txn string, typed func(*view.RemedyCase)) error {
	if err == nil {
		return v.Done("/cases/"+v.Param("id")+"/remedy", done)
	}
	status, err := v.Problem(worded(v, err, remedyWords))
	if err != nil {
		return err
	}
	return h.draw(v, status, txn, typed)
}

// entryForm is one transaction as a browser sends it.
type entryForm struct {
	Kind     string `form:"kind"`
	At       string `form:"occurred_at"`
	External string `form:"external_id"`
	Symbol   string `form:"symbol"`
	Side     string `form:"side"`
	Qty      string `form:"qty"`
	Price    string `form:"price"`
	Gross    string `form:"gross_yen"`
	Fee      string `form:"fee_yen"`
	Tax      string `form:"tax_yen"`
	Claim    string `form:"claim"`
	Verdict  string `form:"verdict"`
}

// parse gives the transaction; what is no moment and no amount is named by field.
func (f entryForm) parse() (remedy.Entry, error) {
	wrong := map[string]string{}
	yen := func(field, s string) int64 {
		n, ok := remedy.ParseYen(s)
		if !ok {
			wrong[field] = "remedy.txn.bad_yen"
		}
		return n
	}
	at, err := tokyo(f.At)
	if err != nil {
		wrong["occurred_at"] = "form.time"
	}
	e := remedy.Entry{Kind: remedy.Kind(f.Kind), OccurredAt: at, ExternalID: f.External, Symbol: f.Symbol, Side: remedy.Side(f.Side), Qty: f.Qty, Price: f.Price,
		GrossYen: yen("gross_yen", f.Gross), FeeYen: yen("fee_yen", f.Fee), TaxYen: yen("tax_yen", f.Tax), Claim: remedy.Claim(f.Claim), Verdict: remedy.Verdict(f.Verdict)}
	if len(wrong) > 0 {
		return e, fault.Form(wrong)
	}
	return e, nil
}

func (f entryForm) typed() view.RemedyEntry {
	return view.RemedyEntry{Kind: f.Kind, OccurredAt: f.At, ExternalID: f.External, Symbol: f.Symbol, Side: f.Side, Qty: f.Qty, Price: f.Price,
		Gross: f.Gross, Fee: f.Fee, Tax: f.Tax, Claim: f.Claim, Verdict: f.Verdict}
}

func (h *CaseRemedy) add(v *Visit) error {
	var f entryForm
	if err := v.Form(&f); err != nil {
		return err
	}
	e, err := f.parse()
	if err == nil {
		_, err = h.Remedies.Add(v.Request.Context(), v.Actor, v.Param("id"), e)
	}
	return h.after(v, err, "remedy_recorded", "", func(p *view.RemedyCase) { p.Form, p.Entry = "add", f.typed() })
}

type pasteForm struct {
	Text string `form:"text"`
	Go   string `form:"go"`
}

func (h *CaseRemedy) paste(v *Visit) error {
	var f pasteForm
	if err := v.Form(&f); err != nil {
		return err
	}
	text := unixLines(f.Text)
	do := h.Remedies.Paste
	if f.Go != "add" {
		do = h.Remedies.Preview
	}
	said, err := do(v.Request.Context(), v.Actor, v.Param("id"), text)
	typed := func(p *view.RemedyCase) { p.Form, p.Text, p.Preview = "paste", text, &said }
	if err == nil && f.Go != "add" {
		return h.draw(v, http.StatusOK, "", typed)
	}
	return h.after(v, err, "remedy_recorded", "", typed)
}

type verdictForm struct {
	Txn      []string `form:"txn"`
	Revision []string `form:"revision"`
	Claim    []string `form:"claim"`
	Verdict  []string `form:"verdict"`
}

// parse gives a judgement for each row; the lists of a form that was not cut are of one length.
func (f verdictForm) parse() ([]remedy.Judgement, error) {
	malformed := fault.New(fault.Invalid, "form.malformed", nil)
	if len(f.Revision) != len(f.Txn) || len(f.Claim) != len(f.Txn) || len(f.Verdict) != len(f.Txn) {
		return nil, malformed
	}
	out := make([]remedy.Judgement, len(f.Txn))
	for i, id := range f.Txn {
		revision, err := strconv.ParseInt(f.Revision[i], 10, 64)
		if err != nil {
			return nil, malformed
		}
		out[i] = remedy.Judgement{ID: id, Revision: revision, Claim: remedy.Claim(f.Claim[i]), Verdict: remedy.Verdict(f.Verdict[i])}
	}
	return out, nil
}

func (h *CaseRemedy) judge(v *Visit) error {
	var f verdictForm
	if err := v.Form(&f); err != nil {
		return err
	}
	all, err := f.parse()
	if err == nil {
		_, err = h.Remedies.Judge(v.Request.Context(), v.Actor, v.Param("id"), all)
	}
	return h.after(v, err, "remedy_judged", "", func(p *view.RemedyCase) {
		p.Form, p.Typed = "verdicts", map[string]remedy.Judgement{}
		for _, j := range all {
			p.Typed[j.ID] = j
		}
	})
}

type correctForm struct {
	entryForm
	Txn      string `form:"txn"`
	Revision int64  `form:"revision"`
	Reason   string `form:"reason"`
}

func (h *CaseRemedy) correct(v *Visit) error {
	var f correctForm
	if err := v.Form(&f); err != nil {
		return err
	}
	e, err := f.parse()
	if err == nil {
		_, err = h.Remedies.Correct(v.Request.Context(), v.Actor, v.Param("id"), f.Txn, f.Revision, e, f.Reason)
	}
	return h.after(v, err, "remedy_corrected", f.Txn, func(p *view.RemedyCase) { p.Form, p.Entry, p.Why = "correct", f.typed(), f.Reason })
}

type calculateForm struct {
	Rev     int64    `form:"rev"`
	Factors []string `form:"factor"`
	Rate    string   `form:"rate"`
	Reason  string   `form:"rate_reason"`
}

func (h *CaseRemedy) calculate(v *Visit) error {
	var f calculateForm
	if err := v.Form(&f); err != nil {
		return err
	}
	chosen, evidence := map[remedy.FactorCode]bool{}, map[remedy.FactorCode]string{}
	d := remedy.Draft{CaseID: v.Param("id"), Rev: f.Rev, RateBP: remedy.PolicyRate, Reason: f.Reason}
	for _, code := range typed[remedy.FactorCode](f.Factors) {
		chosen[code] = true
		d.Factor = append(d.Factor, remedy.Factor{Code: code, Evidence: strings.TrimSpace(v.PostForm("evidence." + string(code)))})
	}
	for _, code := range remedy.Factors {
		evidence[code] = v.PostForm("evidence." + string(code))
	}
	var err error
	if strings.TrimSpace(f.Rate) != "" {
		ok := false
		if d.RateBP, ok = remedy.ParsePercent(f.Rate); !ok {
			err = fault.Field("rate", "form.range")
		}
	}
	if err == nil {
		_, err = h.Remedies.Calculate(v.Request.Context(), v.Actor, d)
	}
	if err == nil {
		return h.calculated(v)
	}
	return h.after(v, err, "", "", func(p *view.RemedyCase) {
		p.Form, p.Rate, p.Reason, p.Factors, p.Evidence = "calculate", f.Rate, f.Reason, chosen, evidence
	})
}

// calculated leads on to the page of the compensation, where others check it.
func (h *CaseRemedy) calculated(v *Visit) error {
	sheet, err := h.Remedies.OfCase(v.Request.Context(), v.Actor, v.Param("id"), "")
	if err != nil {
		return err
	}
	return v.Done("/remedies/"+sheet.Assessment.ID, "remedy_calculated")
}

func (h *CaseRemedy) move(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Remedies.Move(v.Request.Context(), v.Actor, remedy.Cause{CaseID: v.Param("id"), Rev: f.Rev, Event: remedy.Event(f.Event), Reason: f.Reason})
	return h.after(v, err, "remedy_moved", "", func(p *view.RemedyCase) { p.Form, p.Why = "move", f.Reason })
}
