package pages

import (
	"context"
	"net/http"

	"tasuke/cases/incident"
	"tasuke/contacts/police"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// Police is the list of consultations of the police (警察相談), those of an incident with the form of
// a new one, and the page of one; its form is in policeform.go.
type Police struct {
	DB        *db.DB
	Police    *police.Store
	Incidents *incident.Store
}

// Register puts the screens on the desk.
func (h *Police) Register(d *Desk) {
	d.Get("/police", actor.PoliceRead, h.list)
	d.Get("/incidents/:id/police", actor.PoliceRead, h.ofIncident)
	d.Post("/incidents/:id/police", actor.PoliceWrite, h.begin)
	d.Get("/police/:id", actor.PoliceRead, h.show)
	d.Post("/police/:id", actor.PoliceWrite, h.edit)
	d.Post("/police/:id/consent", actor.PoliceWrite, h.consent)
	d.Post("/police/:id/summary", actor.PoliceWrite, h.summary)
	d.Get("/police/:id/summary.pdf", actor.PoliceRead, h.pdf)
	d.Post("/police/:id/hold", actor.PoliceWrite, h.hold)
	d.Post("/police/:id/accept", actor.PoliceWrite, h.accept)
	d.Post("/police/:id/number", actor.PoliceWrite, h.number)
	d.Post("/police/:id/moves", actor.PoliceWrite, h.move)
}

func (h *Police) list(v *Visit) error {
	l := view.PoliceList{State: v.Query("state"), Open: v.Query("open") != "", Incident: v.Query("incident")}
	rows, next, err := h.page(v, police.Filter{State: police.State(l.State), Open: l.Open, IncidentID: l.Incident})
	if err != nil {
		return err
	}
	ids := []string{}
	if l.Incident != "" {
		ids = append(ids, l.Incident)
	}
	for _, e := range rows {
		ids = append(ids, e.IncidentID)
	}
	numbers, err := incidentNumbers(v, h.DB, h.Incidents, ids)
	if err != nil {
		return err
	}
	if l.IncidentNo = numbers[l.Incident]; l.Incident != "" && l.IncidentNo == "" {
		return fault.New(fault.NotFound, "row.none", nil)
	}
	for _, e := range rows {
		l.Rows = append(l.Rows, view.PoliceRow{Entry: e, IncidentNo: numbers[e.IncidentID]})
	}
	l.Next = listNext("/police", v.Shell.Query, next)
	v.Shell.Topics = "polices"
	return v.Draw(http.StatusOK, view.Polices(v.Titled(v.Shell.T("police.title"), "police"), l))
}

// page reads one page of a list, behind the cursor in the address.
func (h *Police) page(v *Visit, f police.Filter) ([]police.Entry, string, error) {
	after, err := police.ParseCursor(v.Query("after"))
	if err != nil {
		return nil, "", err
	}
	rows, next, err := h.Police.List(v.Request.Context(), v.Actor, f, police.Page{After: after})
	return rows, next.String(), err
}

func (h *Police) ofIncident(v *Visit) error {
	return h.drawIncident(v, http.StatusOK, func(*view.PoliceOfIncident) {})
}

// drawIncident reads the consultations about an incident; typed puts back what was typed.
func (h *Police) drawIncident(v *Visit, status int, typed func(*view.PoliceOfIncident)) error {
	i, err := h.incident(v, v.Param("id"))
	if err != nil {
		return err
	}
	rows, next, err := h.page(v, police.Filter{IncidentID: i.ID})
	if err != nil {
		return err
	}
	path := "/incidents/" + i.ID + "/police"
	p := view.PoliceOfIncident{ID: i.ID, No: i.No, Title: i.Title, Over: i.Over(), Next: listNext(path, v.Shell.Query, next)}
	for _, e := range rows {
		p.Rows = append(p.Rows, view.PoliceRow{Entry: e})
	}
	if v.Actor.May(actor.PoliceWrite) {
		c, all, err := h.Police.Defaults(v.Request.Context(), v.Actor, i.ID)
		if err != nil {
			return err
		}
		p.Form = view.PoliceFormOf(v.Shell, c)
		typed(&p)
		p.Form.All = all
	}
	v.Shell.Topics, v.Shell.Path = "polices", path
	return v.Draw(status, view.PoliceIncident(v.Titled(v.Shell.T("police.of_incident", "No", i.No), "police"), p))
}

func (h *Police) incident(v *Visit, id string) (i incident.Incident, err error) {
	err = h.DB.View(v.Request.Context(), func(ctx context.Context, tx *db.Tx) error {
		i, err = h.Incidents.Get(ctx, tx, id)
		return err
	})
	return i, err
}

func (h *Police) show(v *Visit) error { return h.draw(v, http.StatusOK, func(*view.PolicePage) {}) }

// draw reads the page; typed puts back what was typed in a form that has to be shown again.
func (h *Police) draw(v *Visit, status int, typed func(*view.PolicePage)) error {
	sheet, err := h.Police.Sheet(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	now := v.Shell.Input(v.Shell.Now)
	p := view.PolicePage{Sheet: sheet, Form: view.PoliceFormOf(v.Shell, sheet.Content), Held: view.HeldForm{At: now},
		Taken: view.TakenForm{At: now}, Agreed: view.AgreedForm{At: now, Given: true}}
	p.Form.Rev = sheet.Report.Rev
	typed(&p)
	p.Form.All = sheet.Cases
	v.Shell.Topics, v.Shell.Path = "police:"+sheet.Report.ID, "/police/"+sheet.Report.ID
	return v.Draw(status, view.Police(v.Titled(sheet.Report.No, "police"), p))
}

// policeWords are the codes in the room's errors and the words for them.
var policeWords = map[string]string{"State": "police.state.", "Event": "police.event.", "Roles": "role.", "Fields": "police."}

// after goes back to the consultation, or draws it with the problem and what was typed.
func (h *Police) after(v *Visit, err error, done string, typed func(*view.PolicePage)) error {
	if err == nil {
		return v.Done("/police/"+v.Param("id"), done)
	}
	status, err := v.Problem(worded(v, err, policeWords))
	if err != nil {
		return err
	}
	return h.draw(v, status, typed)
}

func (h *Police) move(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Police.Move(v.Request.Context(), v.Actor, police.Cause{ID: v.Param("id"), Rev: f.Rev, Event: police.Event(f.Event), Reason: unixLines(f.Reason)})
	return h.after(v, err, "police_moved", func(p *view.PolicePage) { p.Why = f.Reason })
}

// policeAct is what the small forms of the page send.
type policeAct struct {
	Rev     int64  `form:"rev"`
	At      string `form:"at"`
	Officer string `form:"officer"`
	Note    string `form:"note"`
	Number  string `form:"number"`
	Case    string `form:"case"`
	Given   bool   `form:"given"`
	How     string `form:"how"`
}

// act reads a small form and its moment, and does what the form is for.
func (h *Police) act(v *Visit, done string, do func(policeAct, db.Instant) error, typed func(policeAct, *view.PolicePage)) error {
	var f policeAct
	if err := v.Form(&f); err != nil {
		return err
	}
	at, err := tokyo(f.At)
	if err != nil {
		err = fault.Field("at", "form.time")
	} else {
		err = do(f, at)
	}
	return h.after(v, err, done, func(p *view.PolicePage) { typed(f, p) })
}

// hold records that the police were consulted.
func (h *Police) hold(v *Visit) error {
	return h.act(v, "police_held", func(f policeAct, at db.Instant) error {
		_, err := h.Police.Hold(v.Request.Context(), v.Actor, police.Held{ID: v.Param("id"), Rev: f.Rev, At: at, Officer: f.Officer, Note: unixLines(f.Note)})
		return err
	}, func(f policeAct, p *view.PolicePage) {
		p.Held = view.HeldForm{At: f.At, Officer: f.Officer, Note: f.Note}
	})
}

// accept records that the police accepted the report.
func (h *Police) accept(v *Visit) error {
	return h.act(v, "police_accepted", func(f policeAct, at db.Instant) error {
		_, err := h.Police.Accept(v.Request.Context(), v.Actor, police.Taken{ID: v.Param("id"), Rev: f.Rev, At: at, Number: f.Number})
		return err
	}, func(f policeAct, p *view.PolicePage) { p.Taken = view.TakenForm{At: f.At, Number: f.Number} })
}

// number records the number that the police gave.
func (h *Police) number(v *Visit) error {
	return h.act(v, "police_numbered", func(f policeAct, _ db.Instant) error {
		_, err := h.Police.Number(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, f.Number)
		return err
	}, func(f policeAct, p *view.PolicePage) { p.Taken.Number = f.Number })
}

// consent records whether a victim may be named.
func (h *Police) consent(v *Visit) error {
	return h.act(v, "police_consent", func(f policeAct, at db.Instant) error {
		_, err := h.Police.RecordConsent(v.Request.Context(), v.Actor, police.Agreed{ID: v.Param("id"), Rev: f.Rev, CaseID: f.Case, Given: f.Given, At: at, How: f.How})
		return err
	}, func(f policeAct, p *view.PolicePage) {
		p.Agreed = view.AgreedForm{At: f.At, Case: f.Case, Given: f.Given, How: f.How}
	})
}

// summary draws the summary and freezes it.
func (h *Police) summary(v *Visit) error {
	return h.act(v, "police_summary", func(f policeAct, _ db.Instant) error {
		_, err := h.Police.MakeSummary(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
		return err
	}, func(policeAct, *view.PolicePage) {})
}

// pdf sends a frozen summary; that it was opened is on record.
func (h *Police) pdf(v *Visit) error {
	version, err := asked(v)
	if err != nil {
		return err
	}
	pdf, name, err := h.Police.PDF(v.Request.Context(), v.Actor, v.Param("id"), version)
	if err != nil {
		return err
	}
	v.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	v.Data(http.StatusOK, "application/pdf", pdf)
	return nil
}
