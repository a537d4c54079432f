package pages

import (
	"mime"
	"net/http"
	"strconv"

	"tasuke/contacts/mail"
	"tasuke/internal/actor"
	"tasuke/internal/paging"
	"tasuke/web/view"
)

// Outbox is the list of outgoing mail and the page of one message.
type Outbox struct{ Mail *mail.Store }

// Register puts the screens on the desk.
func (h *Outbox) Register(d *Desk) {
	d.Get("/outbox", actor.MailRead, h.list)
	d.Get("/outbox/:id", actor.MailRead, h.show)
	d.Post("/outbox/:id/decide", actor.MailManage, h.decide)
	d.Post("/outbox/:id/reveal", actor.MailRead, h.reveal)
	d.Post("/outbox/:id/files/:pos", actor.MailRead, h.file)
}

// waiting is the choice of the filter for what needs a person.
const waiting = "waiting"

func (h *Outbox) list(v *Visit) error {
	p := view.OutboxPage{State: v.Query("state"), About: v.Query("about"), Incident: v.Query("incident"), SetUp: h.Mail.SetUp()}
	f := mail.Filter{About: p.About, IncidentID: p.Incident}
	if p.State == waiting {
		f.Waiting = true
	} else {
		f.State = mail.State(p.State)
	}
	after, err := paging.Parse(v.Query("after"))
	if err == nil {
		p.List, err = h.Mail.List(v.Request.Context(), v.Actor, f, paging.Page{After: after})
	}
	status := http.StatusOK
	if err != nil {
		if status, err = v.Problem(err); err != nil {
			return err
		}
	}
	p.Next = listNext("/outbox", v.Shell.Query, p.List.Next.String())
	v.Shell.Topics = "outbox"
	return v.Draw(status, view.Outbox(v.Titled(v.Shell.T("outbox.title"), "outbox"), p))
}

func (h *Outbox) show(v *Visit) error { return h.draw(v, http.StatusOK, func(*view.MailPage) {}) }

// draw reads the message; typed puts back what was typed in a form that has to be shown again.
func (h *Outbox) draw(v *Visit, status int, typed func(*view.MailPage)) error {
	rec, err := h.Mail.Get(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	p := view.MailPage{Record: rec, SetUp: h.Mail.SetUp()}
	typed(&p)
	v.Shell.Topics, v.Shell.Path = "mail:"+rec.ID, "/outbox/"+rec.ID
	return v.Draw(status, view.Mail(v.Titled(v.Shell.T("mail.title"), "outbox"), p))
}

// mailCodes says which words the codes in the faults of mail are of.
var mailCodes = map[string]string{"State": "mail.state.", "Event": "mail.event."}

// after goes back to the message, or draws it as it now is with the problem and what was typed.
func (h *Outbox) after(v *Visit, err error, done string, typed func(*view.MailPage)) error {
	if err == nil {
		return v.Done("/outbox/"+v.Param("id"), done)
	}
	status, err := v.Problem(worded(v, err, mailCodes))
	if err != nil {
		return err
	}
	return h.draw(v, status, typed)
}

// mailDecision is a posted button with its reason.
type mailDecision struct {
	Rev    int64  `form:"rev"`
	Event  string `form:"event"`
	Reason string `form:"reason"`
}

func (h *Outbox) decide(v *Visit) error {
	var f mailDecision
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Mail.Decide(v.Request.Context(), v.Actor, mail.Decision{ID: v.Param("id"), Rev: f.Rev, Event: mail.Event(f.Event), Reason: f.Reason})
	return h.after(v, err, "mail", func(p *view.MailPage) { p.Reason = f.Reason })
}

// reveal shows the letter on this one answer; it is on record before it is drawn.
func (h *Outbox) reveal(v *Visit) error {
	var f revealForm
	if err := v.Form(&f); err != nil {
		return err
	}
	open, err := h.Mail.Reveal(v.Request.Context(), v.Actor, v.Param("id"), f.Purpose)
	if err != nil {
		return h.after(v, err, "", func(p *view.MailPage) { p.Purpose = f.Purpose })
	}
	return h.draw(v, http.StatusOK, func(p *view.MailPage) { p.Open, p.Purpose = &open, f.Purpose })
}

// file hands an attachment out as a download, never for the browser to show: it came from inside,
// and still is not a page of ours.
func (h *Outbox) file(v *Visit) error {
	var f revealForm
	if err := v.Form(&f); err != nil {
		return err
	}
	pos, err := strconv.ParseInt(v.Param("pos"), 10, 64)
	if err != nil {
		pos = -1 // no such file
	}
	a, err := h.Mail.Download(v.Request.Context(), v.Actor, v.Param("id"), pos, f.Purpose)
	if err != nil {
		return h.after(v, err, "", func(p *view.MailPage) { p.Purpose = f.Purpose })
	}
	v.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
	v.Header("X-Content-Type-Options", "nosniff")
	v.Header("Cache-Control", "no-store")
	v.Data(http.StatusOK, "application/octet-stream", a.Body)
	return nil
}
