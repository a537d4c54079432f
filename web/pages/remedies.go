package pages

import (
	"net/http"
	"strconv"

	"tasuke/cases/incident"
	"tasuke/cases/remedy"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
	"tasuke/web/view"
)

// Remedies is the list of compensations (補償) and the page of one.
type Remedies struct {
	DB        *db.DB
	Remedies  *remedy.Store
	Incidents *incident.Store
}

// Register puts the screens on the desk.
func (h *Remedies) Register(d *Desk) {
	d.Get("/remedies", actor.RemedyRead, h.list)
	d.Get("/remedies/:id", actor.RemedyRead, h.show)
	d.Get("/remedies/:id/offer.pdf", actor.RemedyRead, h.pdf)
	d.Post("/remedies/:id/moves", actor.RemedyRead, h.move)
	d.Post("/remedies/:id/check", actor.RemedyCheck, h.check)
	d.Post("/remedies/:id/offer", actor.RemedyWrite, h.offer)
	d.Post("/remedies/:id/answer", actor.RemedyRead, h.answer)
}

func (h *Remedies) list(v *Visit) error {
	ctx := v.Request.Context()
	l := view.RemedyList{State: v.Query("state"), Open: v.Query("open") != "", Incident: v.Query("incident")}
	after, err := paging.Parse(v.Query("after"))
	if err != nil {
		return err
	}
	rows, next, err := h.Remedies.List(ctx, v.Actor, remedy.Filter{State: remedy.State(l.State), Open: l.Open, IncidentID: l.Incident}, paging.Page{After: after})
	if err != nil {
		return err
	}
	if l.Exposure, err = h.Remedies.Exposure(ctx, v.Actor, l.Incident); err != nil {
		return err
	}
	if err := h.rows(v, &l, rows); err != nil {
		return err
	}
	l.Next = listNext("/remedies", v.Shell.Query, next.String())
	v.Shell.Topics = "remedies"
	return v.Draw(http.StatusOK, view.Remedies(v.Titled(v.Shell.T("remedy.title"), "remedies"), l))
}

// rows adds the numbers of the incidents; an incident that does not exist is not found.
func (h *Remedies) rows(v *Visit, l *view.RemedyList, all []remedy.Assessment) error {
	var ids []string
	if l.Incident != "" {
		ids = append(ids, l.Incident)
	}
	for _, a := range all {
		ids = append(ids, a.IncidentID)
	}
	numbers, err := incidentNumbers(v, h.DB, h.Incidents, ids)
	if err != nil {
		return err
	}
	if l.IncidentNo = numbers[l.Incident]; l.Incident != "" && l.IncidentNo == "" {
		return fault.New(fault.NotFound, "row.none", nil)
	}
	for _, a := range all {
		l.Rows = append(l.Rows, view.RemedyRow{Assessment: a, IncidentNo: numbers[a.IncidentID]})
	}
	return nil
}

func (h *Remedies) show(v *Visit) error {
	return h.draw(v, http.StatusOK, func(*view.RemedyPage) {})
}

// draw reads the page; typed puts back what was typed in a form that has to be shown again.
func (h *Remedies) draw(v *Visit, status int, typed func(*view.RemedyPage)) error {
	sheet, err := h.Remedies.Sheet(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	numbers, err := incidentNumbers(v, h.DB, h.Incidents, []string{sheet.Assessment.IncidentID})
	if err != nil {
		return err
	}
	p := view.RemedyPage{Sheet: sheet, IncidentNo: numbers[sheet.Assessment.IncidentID], At: v.Shell.Input(v.Shell.Now)}
	typed(&p)
	v.Shell.Topics, v.Shell.Path = "remedy:"+sheet.Assessment.ID, "/remedies/"+sheet.Assessment.ID
	return v.Draw(status, view.Remedy(v.Titled(v.Shell.T("remedy.title")+" "+sheet.Assessment.No, "remedies"), p))
}

// remedyWords are the codes in the room's errors and the words for them.
var remedyWords = map[string]string{"State": "remedy.state.", "Event": "remedy.event.", "Roles": "role.", "Pattern": "case.pattern."}

// after goes back to the page, or draws it with the problem and what was typed.
func (h *Remedies) after(v *Visit, err error, done string, typed func(*view.RemedyPage)) error {
	if err == nil {
		return v.Done("/remedies/"+v.Param("id"), done)
	}
	status, err := v.Problem(worded(v, err, remedyWords))
	if err != nil {
		return err
	}
	return h.draw(v, status, typed)
}

func (h *Remedies) move(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Remedies.Move(v.Request.Context(), v.Actor, remedy.Cause{ID: v.Param("id"), Rev: f.Rev, Event: remedy.Event(f.Event), Reason: f.Reason})
	return h.after(v, err, "remedy_moved", func(p *view.RemedyPage) { p.Why = f.Reason })
}

type remedyCheckForm struct {
	Rev   int64  `form:"rev"`
	Total string `form:"total"`
}

func (h *Remedies) check(v *Visit) error {
	var f remedyCheckForm
	if err := v.Form(&f); err != nil {
		return err
	}
	total, ok := remedy.ParseYen(f.Total)
	var err error
	switch {
	case f.Total == "":
		err = fault.Field("total", "form.required")
	case !ok:
		err = fault.Field("total", "remedy.txn.bad_yen")
	default:
		_, err = h.Remedies.Check(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, total)
	}
	return h.after(v, err, "remedy_checked", func(p *view.RemedyPage) { p.Total = f.Total })
}

type remedyOfferForm struct {
	Rev   int64  `form:"rev"`
	Until string `form:"valid_until"`
}

func (h *Remedies) offer(v *Visit) error {
	var f remedyOfferForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Remedies.Offer(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, f.Until)
	return h.after(v, err, "remedy_offered", func(p *view.RemedyPage) { p.Until = f.Until })
}

type remedyAnswerForm struct {
	Rev   int64  `form:"rev"`
	Event string `form:"event"`
	At    string `form:"at"`
	Note  string `form:"note"`
}

func (h *Remedies) answer(v *Visit) error {
	var f remedyAnswerForm
	if err := v.Form(&f); err != nil {
		return err
	}
	at, err := tokyo(f.At)
	if err != nil {
		err = fault.Field("at", "form.time")
	} else {
		_, err = h.Remedies.Answer(v.Request.Context(), v.Actor, remedy.Answer{ID: v.Param("id"), Rev: f.Rev, Event: remedy.Event(f.Event), At: at, Note: f.Note})
	}
	return h.after(v, err, "remedy_answered", func(p *view.RemedyPage) { p.At, p.Note = f.At, f.Note })
}

// pdf sends the letter: the frozen copy of what went out, else a draft that says so.
func (h *Remedies) pdf(v *Visit) error {
	var version int64
	if s := v.Query("version"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 1 {
			return fault.New(fault.NotFound, "row.none", nil)
		}
		version = n
	}
	pdf, name, err := h.Remedies.PDF(v.Request.Context(), v.Actor, v.Param("id"), version)
	if err != nil {
		return err
	}
	v.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	v.Data(http.StatusOK, "application/pdf", pdf)
	return nil
}
