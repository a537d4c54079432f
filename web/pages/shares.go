package pages

import (
	"context"
	"net/http"
	"strconv"

	"tasuke/cases/incident"
	"tasuke/contacts"
	"tasuke/contacts/isac"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
	"tasuke/web/view"
)

// Shares is the list of what is shared with others (情報共有), the shares of an incident with the
// form of a new one, and the page of one; its form is in shareform.go.
type Shares struct {
	DB        *db.DB
	Shares    *isac.Store
	Incidents *incident.Store
	Desks     *contacts.Store
}

// Register puts the screens on the desk.
func (h *Shares) Register(d *Desk) {
	d.Get("/shares", actor.ShareRead, h.list)
	d.Get("/incidents/:id/shares", actor.ShareRead, h.ofIncident)
	d.Post("/incidents/:id/shares", actor.ShareWrite, h.begin)
	d.Get("/shares/:id", actor.ShareRead, h.show)
	d.Post("/shares/:id", actor.ShareWrite, h.edit)
	d.Post("/shares/:id/freeze", actor.ShareWrite, h.freeze)
	d.Post("/shares/:id/moves", actor.ShareRead, h.move)
	d.Post("/shares/:id/send", actor.ShareWrite, h.send)
	d.Post("/shares/:id/handin", actor.ShareWrite, h.handIn)
	d.Get("/shares/:id/bundle.json", actor.ShareRead, h.bundle)
	d.Get("/shares/:id/sheet.pdf", actor.ShareRead, h.pdf)
}

func (h *Shares) list(v *Visit) error {
	l := view.ShareList{State: v.Query("state"), Open: v.Query("open") != "", Incident: v.Query("incident")}
	rows, next, err := h.page(v, isac.Filter{State: isac.State(l.State), Open: l.Open, IncidentID: l.Incident})
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
		l.Rows = append(l.Rows, view.ShareRow{Entry: e, IncidentNo: numbers[e.IncidentID]})
	}
	l.Next = listNext("/shares", v.Shell.Query, next)
	v.Shell.Topics = "shares"
	return v.Draw(http.StatusOK, view.Shares(v.Titled(v.Shell.T("share.title"), "shares"), l))
}

// page reads one page of a list, behind the cursor in the address.
func (h *Shares) page(v *Visit, f isac.Filter) ([]isac.Entry, string, error) {
	after, err := isac.ParseCursor(v.Query("after"))
	if err != nil {
		return nil, "", err
	}
	rows, next, err := h.Shares.List(v.Request.Context(), v.Actor, f, isac.Page{After: after})
	return rows, next.String(), err
}

func (h *Shares) ofIncident(v *Visit) error {
	return h.drawIncident(v, http.StatusOK, func(*view.ShareOfIncident) {})
}

// drawIncident reads the shares of an incident; typed puts back what was typed in the form.
func (h *Shares) drawIncident(v *Visit, status int, typed func(*view.ShareOfIncident)) error {
	i, err := h.incident(v, v.Param("id"))
	if err != nil {
		return err
	}
	rows, next, err := h.page(v, isac.Filter{IncidentID: i.ID})
	if err != nil {
		return err
	}
	path := "/incidents/" + i.ID + "/shares"
	p := view.ShareOfIncident{ID: i.ID, No: i.No, Title: i.Title, Over: i.Over(), Next: listNext(path, v.Shell.Query, next)}
	for _, e := range rows {
		p.Rows = append(p.Rows, view.ShareRow{Entry: e})
	}
	if v.Actor.May(actor.ShareWrite) {
		c, err := h.Shares.Defaults(v.Request.Context(), v.Actor, i.ID)
		if err != nil {
			return err
		}
		c.ObservedFrom, c.ObservedTo = i.OccurredFrom, i.OccurredTo
		p.Form = view.ShareFormOf(v.Shell, c)
		typed(&p)
		if p.Form.Desks, err = h.desks(v); err != nil {
			return err
		}
	}
	v.Shell.Topics, v.Shell.Path = "shares", path
	return v.Draw(status, view.ShareIncident(v.Titled(v.Shell.T("share.of_incident", "No", i.No), "shares"), p))
}

func (h *Shares) incident(v *Visit, id string) (i incident.Incident, err error) {
	err = h.DB.View(v.Request.Context(), func(ctx context.Context, tx *db.Tx) error {
		i, err = h.Incidents.Get(ctx, tx, id)
		return err
	})
	return i, err
}

// desks are the entries of the directory that have a mail address and belong to no bank.
func (h *Shares) desks(v *Visit) (out []view.DeskChoice, err error) {
	for _, kind := range []contacts.Kind{contacts.ISAC, contacts.Authority, contacts.Police, contacts.Other} {
		all, _, err := h.Desks.List(v.Request.Context(), v.Actor, contacts.Filter{Kind: kind}, paging.Page{Limit: 200})
		if err != nil {
			return nil, err
		}
		for _, d := range all {
			if d.Mail != "" {
				out = append(out, view.DeskChoice{ID: d.ID, Name: d.Name, Section: d.Section, Mail: d.Mail, Stale: d.Stale(v.Shell.Now)})
			}
		}
	}
	return out, nil
}

func (h *Shares) show(v *Visit) error { return h.draw(v, http.StatusOK, func(*view.SharePage) {}) }

// draw reads the page; typed puts back what was typed in a form that has to be shown again.
func (h *Shares) draw(v *Visit, status int, typed func(*view.SharePage)) error {
	sheet, err := h.Shares.Sheet(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	p := view.SharePage{Sheet: sheet, Form: view.ShareFormOf(v.Shell, sheet.Content), HandAt: v.Shell.Input(v.Shell.Now)}
	p.Form.Rev = sheet.Share.Rev
	typed(&p)
	if p.Can(isac.Edited) {
		if p.Form.Desks, err = h.desks(v); err != nil {
			return err
		}
	}
	v.Shell.Topics, v.Shell.Path = "share:"+sheet.Share.ID, "/shares/"+sheet.Share.ID
	return v.Draw(status, view.Share(v.Titled(sheet.Share.No, "shares"), p))
}

// shareWords are the codes in the room's errors and the words for them.
var shareWords = map[string]string{"State": "share.state.", "Event": "share.event.", "Roles": "role."}

// after goes back to the share, or draws it with the problem and what was typed.
func (h *Shares) after(v *Visit, err error, done string, typed func(*view.SharePage)) error {
	if err == nil {
		return v.Done("/shares/"+v.Param("id"), done)
	}
	status, err := v.Problem(worded(v, err, shareWords))
	if err != nil {
		return err
	}
	return h.draw(v, status, typed)
}

func (h *Shares) move(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Shares.Move(v.Request.Context(), v.Actor, isac.Cause{ID: v.Param("id"), Rev: f.Rev, Event: isac.Event(f.Event), Reason: unixLines(f.Reason)})
	return h.after(v, err, "share_moved", func(p *view.SharePage) { p.Why = f.Reason })
}

type freezeForm struct {
	Rev  int64 `form:"rev"`
	Read bool  `form:"read"`
}

// freeze lets the guard look and puts the version to approval.
func (h *Shares) freeze(v *Visit) error {
	var f freezeForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, found, err := h.Shares.Freeze(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, f.Read)
	return h.after(v, err, "share_frozen", func(p *view.SharePage) { p.Read, p.Found = f.Read, found })
}

type sendForm struct {
	Rev       int64  `form:"rev"`
	At        string `form:"at"`
	Reference string `form:"reference"`
}

// send puts the approved version into the outbox.
func (h *Shares) send(v *Visit) error {
	var f sendForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, found, err := h.Shares.Send(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
	return h.after(v, err, "share_queued", func(p *view.SharePage) { p.Found = found })
}

// handIn records that the approved version was handed in on a portal.
func (h *Shares) handIn(v *Visit) error {
	var f sendForm
	if err := v.Form(&f); err != nil {
		return err
	}
	var found []isac.Found
	at, err := tokyo(f.At)
	if err != nil {
		err = fault.Field("at", "form.time")
	} else {
		_, found, err = h.Shares.HandIn(v.Request.Context(), v.Actor, isac.Handover{ID: v.Param("id"), Rev: f.Rev, At: at, Reference: f.Reference})
	}
	return h.after(v, err, "share_handed", func(p *view.SharePage) { p.HandAt, p.Reference, p.Found = f.At, f.Reference, found })
}

// bundle sends the frozen STIX bundle.
func (h *Shares) bundle(v *Visit) error {
	return h.file(v, "application/json", h.Shares.Bundle)
}

// pdf sends the frozen sheet.
func (h *Shares) pdf(v *Visit) error { return h.file(v, "application/pdf", h.Shares.PDF) }

func (h *Shares) file(v *Visit, mediaType string, read func(context.Context, actor.Actor, string, int64) ([]byte, string, error)) error {
	version, err := asked(v)
	if err != nil {
		return err
	}
	body, name, err := read(v.Request.Context(), v.Actor, v.Param("id"), version)
	if err != nil {
		return err
	}
	v.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	v.Data(http.StatusOK, mediaType, body)
	return nil
}

// asked is the version in the address, 0 for the newest.
func asked(v *Visit) (int64, error) {
	s := v.Query("version")
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "row.none", nil)
	}
	return n, nil
}
