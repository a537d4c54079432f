package pages

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure/victim"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// Notices is the list of mailings of notices to victims (被害通知), those of an incident, and the page
// of one; its forms are in noticeform.go, what is done with one in noticeacts.go.
type Notices struct {
	DB        *db.DB
	Victims   *victim.Store
	Incidents *incident.Store
}

// Register puts the screens on the desk.
func (h *Notices) Register(d *Desk) {
	d.Get("/notices", actor.NoticeRead, h.list)
	d.Get("/incidents/:id/notices", actor.NoticeRead, h.ofIncident)
	d.Post("/incidents/:id/notices", actor.NoticeWrite, h.begin)
	d.Get("/notices/:id", actor.NoticeRead, h.show)
	d.Get("/notices/:id/edit", actor.NoticeWrite, h.editor)
	d.Post("/notices/:id/edit", actor.NoticeWrite, h.edit)
	d.Post("/notices/:id/moves", actor.NoticeRead, h.move)
	d.Post("/notices/:id/stage", actor.NoticeWrite, h.stage)
	d.Post("/notices/:id/letters.pdf", actor.CustomerReveal, h.letters)
	d.Post("/notices/:id/posted", actor.NoticeWrite, h.posted)
	d.Get("/notices/:id/recipients/:pos", actor.NoticeRead, h.recipient)
	d.Post("/notices/:id/recipients/:pos", actor.NoticeWrite, h.own)
	d.Post("/notices/:id/recipients/:pos/moves", actor.NoticeWrite, h.mark)
	d.Post("/notices/:id/recipients/:pos/reveal", actor.CustomerReveal, h.reveal)
}

func (h *Notices) list(v *Visit) error {
	l := view.NoticeList{State: v.Query("state"), Incident: v.Query("incident")}
	rows, next, err := h.page(v, victim.Filter{State: victim.State(l.State), IncidentID: l.Incident})
	if err != nil {
		return err
	}
	ids := []string{l.Incident}
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
		l.Rows = append(l.Rows, view.NoticeRow{Entry: e, IncidentNo: numbers[e.IncidentID]})
	}
	l.Next = listNext("/notices", v.Shell.Query, next)
	v.Shell.Topics = "notices"
	return v.Draw(http.StatusOK, view.Notices(v.Titled(v.Shell.T("notice.title"), "notices"), l))
}

// page reads one page of a list, behind the cursor in the address.
func (h *Notices) page(v *Visit, f victim.Filter) ([]victim.Entry, string, error) {
	after, err := victim.ParseCursor(v.Query("after"))
	if err != nil {
		return nil, "", err
	}
	rows, next, err := h.Victims.List(v.Request.Context(), v.Actor, f, victim.Page{After: after})
	return rows, next.String(), err
}

func (h *Notices) ofIncident(v *Visit) error {
	return h.drawIncident(v, http.StatusOK, func(p *view.NoticesOfIncident) {
		p.Form.Cases = nil
		for _, c := range p.Form.Choosable {
			if only := v.Query("case"); (only == "" || only == c.ID) && !c.Erased {
				p.Form.Cases = append(p.Form.Cases, c.ID)
			}
		}
	})
}

// drawIncident reads the mailings of an incident; typed puts back what was typed in the form.
func (h *Notices) drawIncident(v *Visit, status int, typed func(*view.NoticesOfIncident)) error {
	i, err := h.incident(v, v.Param("id"))
	if err != nil {
		return err
	}
	rows, next, err := h.page(v, victim.Filter{IncidentID: i.ID})
	if err != nil {
		return err
	}
	path := "/incidents/" + i.ID + "/notices"
	p := view.NoticesOfIncident{ID: i.ID, No: i.No, Title: i.Title, Over: i.Over(), Next: listNext(path, v.Shell.Query, next)}
	for _, e := range rows {
		p.Rows = append(p.Rows, view.NoticeRow{Entry: e})
	}
	if err := h.DB.View(v.Request.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.All, p.Done, err = h.Victims.Notified(ctx, tx, i.ID)
		return err
	}); err != nil {
		return err
	}
	if v.Actor.May(actor.NoticeWrite) {
		p.Form = view.NewNoticeForm(v.Shell, h.Victims.Defaults())
		if p.Form.Choosable, err = h.Victims.Choosable(v.Request.Context(), v.Actor, i.ID, ""); err != nil {
			return err
		}
		typed(&p)
	}
	v.Shell.Topics, v.Shell.Path = "notices", path
	return v.Draw(status, view.NoticesIncident(v.Titled(v.Shell.T("notice.of_incident", "No", i.No), "notices"), p))
}

func (h *Notices) incident(v *Visit, id string) (i incident.Incident, err error) {
	err = h.DB.View(v.Request.Context(), func(ctx context.Context, tx *db.Tx) error {
		i, err = h.Incidents.Get(ctx, tx, id)
		return err
	})
	return i, err
}

func (h *Notices) begin(v *Visit) error {
	var f noticeForm
	if err := v.Form(&f); err != nil {
		return err
	}
	form, err := f.parse()
	var m victim.Mailing
	if err == nil {
		m, err = h.Victims.Begin(v.Request.Context(), v.Actor, v.Param("id"), form)
	}
	if err == nil {
		return v.Done("/notices/"+m.ID, "notice_begun")
	}
	status, err := v.Problem(worded(v, err, noticeWords))
	if err != nil {
		return err
	}
	return h.drawIncident(v, status, func(p *view.NoticesOfIncident) {
		p.New, p.Form = true, f.typed(p.Form.Choosable)
	})
}

func (h *Notices) show(v *Visit) error {
	return h.draw(v, http.StatusOK, func(*view.NoticePage) {})
}

// read is the page of a mailing as it now stands, from a place on.
func (h *Notices) read(v *Visit, from int64) (view.NoticePage, error) {
	sheet, err := h.Victims.Sheet(v.Request.Context(), v.Actor, v.Param("id"), from)
	return view.NoticePage{Sheet: sheet}, err
}

// draw reads the page; typed puts back what was typed in a form that has to be shown again.
func (h *Notices) draw(v *Visit, status int, typed func(*view.NoticePage)) error {
	from, err := number(v.Query("from"))
	if err != nil || from < 0 {
		return fault.New(fault.NotFound, "row.none", nil)
	}
	p, err := h.read(v, from)
	if err != nil {
		return err
	}
	typed(&p)
	v.Shell.Topics, v.Shell.Path = "notice:"+p.Mailing.ID, "/notices/"+p.Mailing.ID
	return v.Draw(status, view.NoticeOne(v.Titled(p.Mailing.No, "notices"), p))
}

// noticeWords are the codes in the room's errors and the words for them.
var noticeWords = map[string]string{"State": "notice.state.", "Event": "notice.event.", "NoticeState": "notice.one.", "NoticeEvent": "notice.mark."}

// after goes back to the mailing, or draws it with the problem and what was typed.
func (h *Notices) after(v *Visit, err error, done string, typed func(*view.NoticePage)) error {
	if err == nil {
		return v.Done("/notices/"+v.Param("id"), done)
	}
	status, err := v.Problem(worded(v, err, noticeWords))
	if err != nil {
		return err
	}
	return h.draw(v, status, typed)
}

var errPlace = errors.New("a place in a mailing is a number")

// pos is the place in the address.
func pos(v *Visit) (int64, error) {
	n, err := strconv.ParseInt(v.Param("pos"), 10, 64)
	if err != nil || n < 0 {
		return 0, fault.Wrap(fault.NotFound, "row.none", nil, errPlace)
	}
	return n, nil
}
