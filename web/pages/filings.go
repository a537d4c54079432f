package pages

import (
	"net/http"
	"strconv"

	"tasuke/cases/incident"
	"tasuke/contacts/filing"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// Filings is the list of reports to authorities (届出) and the page of one.
type Filings struct {
	DB        *db.DB
	Filings   *filing.Store
	Incidents *incident.Store
}

// Register puts the screens on the desk.
func (h *Filings) Register(d *Desk) {
	d.Get("/filings", actor.FilingRead, h.list)
	d.Get("/filings/:id", actor.FilingRead, h.show)
	d.Post("/filings/:id", actor.FilingWrite, h.edit)
	d.Get("/filings/:id/form.pdf", actor.FilingRead, h.pdf)
	d.Post("/filings/:id/moves", actor.FilingRead, h.move)
	d.Post("/filings/:id/submit", actor.FilingWrite, h.submit)
	d.Post("/filings/:id/receipt", actor.FilingWrite, h.receipt)
}

func (h *Filings) list(v *Visit) error {
	l := view.FilingList{State: v.Query("state"), Open: v.Query("open") != "", Incident: v.Query("incident")}
	after, err := filing.ParseCursor(v.Query("after"))
	if err != nil {
		return err
	}
	rows, next, err := h.Filings.List(v.Request.Context(), v.Actor,
		filing.Filter{State: filing.State(l.State), Open: l.Open, IncidentID: l.Incident}, filing.Page{After: after})
	if err != nil {
		return err
	}
	if l.Rows, err = h.rows(v, &l, rows); err != nil {
		return err
	}
	l.Next = listNext("/filings", v.Shell.Query, next.String())
	v.Shell.Topics = "filings"
	return v.Draw(http.StatusOK, view.Filings(v.Titled(v.Shell.T("nav.filings"), "filings"), l))
}

// rows adds the numbers of the incidents; an incident that does not exist is not found.
func (h *Filings) rows(v *Visit, l *view.FilingList, entries []filing.Entry) ([]view.FilingRow, error) {
	var ids []string
	if l.Incident != "" {
		ids = append(ids, l.Incident)
	}
	for _, e := range entries {
		ids = append(ids, e.IncidentID)
	}
	numbers, err := incidentNumbers(v, h.DB, h.Incidents, ids)
	if err != nil {
		return nil, err
	}
	if l.IncidentNo = numbers[l.Incident]; l.Incident != "" && l.IncidentNo == "" {
		return nil, fault.New(fault.NotFound, "row.none", nil)
	}
	out := make([]view.FilingRow, len(entries))
	for i, e := range entries {
		out[i] = view.FilingRow{Entry: e, IncidentNo: numbers[e.IncidentID]}
	}
	return out, nil
}

func (h *Filings) show(v *Visit) error {
	return h.draw(v, http.StatusOK, func(*view.FilingPage) {})
}

// draw reads the page; typed puts back what was typed in a form that has to be shown again.
func (h *Filings) draw(v *Visit, status int, typed func(*view.FilingPage)) error {
	sheet, err := h.Filings.Sheet(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	p := view.FilingPage{Sheet: sheet, Typed: sheet.Payload, Fields: view.FieldsOf(v.Shell, sheet.Payload.Facts),
		Hand: view.HandForm{At: v.Shell.Input(v.Shell.Now)}}
	typed(&p)
	v.Shell.Topics, v.Shell.Path = "filing:"+sheet.Filing.ID, "/filings/"+sheet.Filing.ID
	return v.Draw(status, view.Filing(v.Titled(sheet.Filing.No, "filings"), p))
}

// filingWords are the codes in the room's errors and the words for them.
var filingWords = map[string]string{"State": "filing.state.", "Event": "filing.event.", "Roles": "role."}

// after goes back to the filing, or draws it with the problem and what was typed.
func (h *Filings) after(v *Visit, err error, done string, typed func(*view.FilingPage)) error {
	if err == nil {
		return v.Done("/filings/"+v.Param("id"), done)
	}
	status, err := v.Problem(worded(v, err, filingWords))
	if err != nil {
		return err
	}
	return h.draw(v, status, typed)
}

// payloadForm is what a form says beside the items of the fact sheet.
type payloadForm struct {
	Rev            int64    `form:"rev"`
	Addressee      string   `form:"addressee"`
	Bases          []string `form:"bases"`
	Rule7          []string `form:"rule7"`
	Name           string   `form:"reporter_name"`
	Registration   string   `form:"reporter_registration"`
	Address        string   `form:"reporter_address"`
	Representative string   `form:"reporter_representative"`
	Section        string   `form:"reporter_section"`
	Person         string   `form:"reporter_person"`
	Phone          string   `form:"reporter_phone"`
	Mail           string   `form:"reporter_mail"`
}

func (f payloadForm) payload(facts incident.FactContent) filing.Payload {
	return filing.Payload{Facts: facts, Rule7: f.Rule7, Bases: typed[filing.Basis](f.Bases), Addressee: f.Addressee, Reporter: filing.Reporter{
		Name: f.Name, Registration: f.Registration, Address: f.Address, Representative: f.Representative,
		Section: f.Section, Person: f.Person, Phone: f.Phone, Mail: f.Mail}}
}

func (h *Filings) edit(v *Visit) error {
	var f payloadForm
	if err := v.Form(&f); err != nil {
		return err
	}
	fields, err := factsTyped(v)
	p := f.payload(fields.FactContent)
	if err == nil {
		_, err = h.Filings.Edit(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, p)
	}
	return h.after(v, err, "filing_saved", func(page *view.FilingPage) {
		if page.Filing.Rev != f.Rev { // somebody saved first: both stand in the form
			fields.Now, fields.Differ = page.Payload.Facts, incident.FactDiff(fields.FactContent, page.Payload.Facts)
		}
		page.Fields, page.Typed, page.Edit = fields, p, true
	})
}

func (h *Filings) move(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Filings.Move(v.Request.Context(), v.Actor, filing.Cause{ID: v.Param("id"), Rev: f.Rev, Event: filing.Event(f.Event), Reason: f.Reason})
	return h.after(v, err, "filing_moved", func(p *view.FilingPage) { p.Why = f.Reason })
}

type handForm struct {
	Rev       int64  `form:"rev"`
	Channel   string `form:"channel"`
	At        string `form:"at"`
	Receipt   string `form:"receipt"`
	StaleSeen bool   `form:"stale_seen"`
}

func (h *Filings) submit(v *Visit) error {
	var f handForm
	if err := v.Form(&f); err != nil {
		return err
	}
	at, err := tokyo(f.At)
	if err != nil {
		err = fault.Field("at", "form.time")
	} else {
		_, err = h.Filings.Submit(v.Request.Context(), v.Actor, filing.Handover{
			ID: v.Param("id"), Rev: f.Rev, Channel: filing.Channel(f.Channel), At: at, Receipt: f.Receipt, StaleSeen: f.StaleSeen})
	}
	return h.after(v, err, "filing_submitted", func(p *view.FilingPage) {
		p.Hand = view.HandForm{Channel: f.Channel, At: f.At, Receipt: f.Receipt, StaleSeen: f.StaleSeen}
	})
}

func (h *Filings) receipt(v *Visit) error {
	var f handForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Filings.Receipt(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, f.Receipt)
	return h.after(v, err, "filing_receipted", func(p *view.FilingPage) { p.Hand.Receipt = f.Receipt })
}

// pdf sends the form: the frozen copy of what was handed in, else a draft that says so.
func (h *Filings) pdf(v *Visit) error {
	var version int64
	if s := v.Query("version"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 1 {
			return fault.New(fault.NotFound, "row.none", nil)
		}
		version = n
	}
	pdf, name, err := h.Filings.PDF(v.Request.Context(), v.Actor, v.Param("id"), version)
	if err != nil {
		return err
	}
	v.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	v.Data(http.StatusOK, "application/pdf", pdf)
	return nil
}
