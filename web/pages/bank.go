package pages

import (
	"context"
	"net/http"
	"strconv"

	"tasuke/cases/incident"
	"tasuke/contacts/bank"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// Bank is the list of requests to banks (口座凍結等依頼), those of an incident, and the page of one;
// its form is in bankform.go, what is done with a request in bankacts.go.
type Bank struct {
	DB        *db.DB
	Bank      *bank.Store
	Incidents *incident.Store
}

// Register puts the screens on the desk.
func (h *Bank) Register(d *Desk) {
	d.Get("/bank", actor.BankRead, h.list)
	d.Get("/incidents/:id/bank", actor.BankRead, h.ofIncident)
	d.Post("/incidents/:id/bank", actor.BankWrite, h.begin)
	d.Get("/bank/:id", actor.BankRead, h.show)
	d.Get("/bank/:id/edit", actor.BankWrite, h.editor)
	d.Post("/bank/:id/edit", actor.BankWrite, h.edit)
	d.Post("/bank/:id/letter", actor.BankWrite, h.letter)
	d.Get("/bank/:id/letters/:version", actor.BankLetter, h.pdf)
	d.Post("/bank/:id/check", actor.BankCheck, h.check)
	d.Post("/bank/:id/send", actor.BankSend, h.post)
	d.Post("/bank/:id/handover", actor.BankSend, h.hand)
	d.Post("/bank/:id/call", actor.BankWrite, h.call)
	d.Post("/bank/:id/answer", actor.BankWrite, h.answer)
	d.Post("/bank/:id/return", actor.BankWrite, h.money)
	d.Post("/bank/:id/move", actor.BankRead, h.move)
	d.Post("/bank/:id/reveal", actor.CustomerReveal, h.reveal)
}

func (h *Bank) list(v *Visit) error {
	l := view.BankList{State: v.Query("state"), Due: v.Query("due") != "", Open: v.Query("open") != ""}
	rows, next, err := h.page(v, bank.Filter{State: bank.State(l.State), Due: l.Due, Open: l.Open})
	if err != nil {
		return err
	}
	ids := make([]string, len(rows))
	for i, e := range rows {
		ids[i] = e.IncidentID
	}
	numbers, err := incidentNumbers(v, h.DB, h.Incidents, ids)
	if err != nil {
		return err
	}
	for _, e := range rows {
		l.Rows = append(l.Rows, view.BankRow{Entry: e, IncidentNo: numbers[e.IncidentID]})
	}
	l.Next = listNext("/bank", v.Shell.Query, next)
	v.Shell.Topics = "banks"
	return v.Draw(http.StatusOK, view.Banks(v.Titled(v.Shell.T("bank.title"), "bank"), l))
}

// page reads one page of a list, behind the cursor in the address.
func (h *Bank) page(v *Visit, f bank.Filter) ([]bank.Entry, string, error) {
	after, err := bank.ParseCursor(v.Query("after"))
	if err != nil {
		return nil, "", err
	}
	rows, next, err := h.Bank.List(v.Request.Context(), v.Actor, f, bank.Page{After: after})
	return rows, next.String(), err
}

func (h *Bank) ofIncident(v *Visit) error {
	return h.drawIncident(v, http.StatusOK, func(*view.BankOfIncident) {})
}

// drawIncident reads the requests of an incident; typed puts back what was typed in the form.
func (h *Bank) drawIncident(v *Visit, status int, typed func(*view.BankOfIncident)) error {
	i, err := h.incident(v, v.Param("id"))
	if err != nil {
		return err
	}
	rows, next, err := h.page(v, bank.Filter{IncidentID: i.ID})
	if err != nil {
		return err
	}
	path := "/incidents/" + i.ID + "/bank"
	p := view.BankOfIncident{ID: i.ID, No: i.No, Title: i.Title, Over: i.Over(), Next: listNext(path, v.Shell.Query, next)}
	for _, e := range rows {
		p.Rows = append(p.Rows, view.BankRow{Entry: e})
	}
	if v.Actor.May(actor.BankWrite) {
		start := h.Bank.Defaults()
		start.OccurredAt, start.KnownAt = i.OccurredFrom, i.DetectedAt
		p.Form = view.NewBankForm(v.Shell, start)
		typed(&p)
		if p.Form.Cases, err = h.Bank.CasesOf(v.Request.Context(), v.Actor, i.ID); err != nil {
			return err
		}
		h.named(&p.Form)
	}
	v.Shell.Topics, v.Shell.Path = "banks", path
	return v.Draw(status, view.BankIncident(v.Titled(v.Shell.T("bank.of_incident", "No", i.No), "bank"), p))
}

func (h *Bank) incident(v *Visit, id string) (i incident.Incident, err error) {
	err = h.DB.View(v.Request.Context(), func(ctx context.Context, tx *db.Tx) error {
		i, err = h.Incidents.Get(ctx, tx, id)
		return err
	})
	return i, err
}

func (h *Bank) show(v *Visit) error { return h.draw(v, http.StatusOK, func(*view.BankPage) {}) }

// read is the page of a request as it now stands.
func (h *Bank) read(v *Visit) (view.BankPage, error) {
	sheet, err := h.Bank.Sheet(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return view.BankPage{}, err
	}
	i, err := h.incident(v, sheet.Request.IncidentID)
	return view.BankPage{Sheet: sheet, IncidentNo: i.No}, err
}

// draw reads the page; typed puts back what was typed in a form that has to be shown again.
func (h *Bank) draw(v *Visit, status int, typed func(*view.BankPage)) error {
	p, err := h.read(v)
	if err != nil {
		return err
	}
	typed(&p)
	v.Shell.Topics, v.Shell.Path = "bank:"+p.Request.ID, "/bank/"+p.Request.ID
	return v.Draw(status, view.Bank(v.Titled(p.Request.No, "bank"), p))
}

// bankWords are the codes in the room's errors and the words for them.
var bankWords = map[string]string{"State": "bank.state.", "Event": "bank.event.", "Roles": "role."}

// after goes back to the request, or draws it with the problem and what was typed.
func (h *Bank) after(v *Visit, err error, done string, typed func(*view.BankPage)) error {
	if err == nil {
		return v.Done("/bank/"+v.Param("id"), done)
	}
	status, err := v.Problem(worded(v, err, bankWords))
	if err != nil {
		return err
	}
	return h.draw(v, status, typed)
}

// pdf shows a letter in the browser. It has the account in full: who opened it is on record, and
// no cache keeps it.
func (h *Bank) pdf(v *Visit) error {
	version, err := strconv.ParseInt(v.Param("version"), 10, 64)
	if err != nil || version < 1 {
		return fault.New(fault.NotFound, "row.none", nil)
	}
	pdf, name, err := h.Bank.Letter(v.Request.Context(), v.Actor, v.Param("id"), version)
	if err != nil {
		return err
	}
	v.Header("Content-Disposition", `inline; filename="`+name+`"`)
	v.Header("Cache-Control", "no-store")
	v.Data(http.StatusOK, "application/pdf", pdf)
	return nil
}
