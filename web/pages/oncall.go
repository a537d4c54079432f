package pages

import (
	"net/http"
	"strings"
	"time"

	"tasuke/contacts/oncall"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// OnCall is the directory's page of the firm's own staff: who is on call when, when people are left
// in peace, and where they get mail.
type OnCall struct {
	Staff *oncall.Store
}

// Register puts the page on the desk.
func (h *OnCall) Register(d *Desk) {
	d.Get("/on-call", actor.DirectoryRead, h.show)
	d.Post("/on-call", actor.DirectoryRead, h.add)
	d.Post("/on-call/mail", actor.DirectoryRead, h.mail)
	d.Post("/on-call/:id/end", actor.DirectoryRead, h.end)
}

func (h *OnCall) show(v *Visit) error {
	return h.draw(v, http.StatusOK, func(*view.OnCallPage) {})
}

// draw reads what is in force; typed puts back what was typed.
func (h *OnCall) draw(v *Visit, status int, typed func(*view.OnCallPage)) error {
	b, err := h.Staff.List(v.Request.Context(), v.Actor)
	if err != nil {
		return err
	}
	p := view.OnCallPage{Board: b}
	typed(&p)
	v.Shell.Path, v.Shell.Topics = "/on-call", oncall.Topic
	return v.Draw(status, view.OnCall(v.Titled(v.Shell.T("on_call.title"), "directory"), p))
}

// after goes back to the page, or draws it with the problem and what was typed.
func (h *OnCall) after(v *Visit, err error, done string, typed func(*view.OnCallPage)) error {
	if err == nil {
		return v.Done("/on-call", done)
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.draw(v, status, typed)
}

type hoursForm struct {
	Form   string   `form:"form"`
	Role   string   `form:"role"`
	Person string   `form:"person"`
	Days   []string `form:"days"`
	From   string   `form:"from"`
	Until  string   `form:"until"`
}

// rule is what the form asks for. Times that cannot be read are no hours.
func (f hoursForm) rule(by actor.Actor) oncall.Rule {
	r := oncall.Rule{Kind: oncall.Quiet, Role: actor.Role(f.Role), PersonID: f.Person,
		Hours: oncall.Hours{Days: strings.Join(f.Days, ""), From: minute(f.From), Until: minute(f.Until)}}
	switch f.Form {
	case "duty":
		r.Kind = oncall.Duty
	case "role_quiet":
		r.PersonID = ""
	default:
		r.Role = ""
		if r.PersonID == "" {
			r.PersonID = by.ID
		}
	}
	return r
}

// minute reads "21:30" as a minute of the day; -1 is none.
func minute(text string) int64 {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return -1
	}
	return int64(t.Hour()*60 + t.Minute())
}

func (h *OnCall) add(v *Visit) error {
	var f hoursForm
	if err := v.Form(&f); err != nil {
		return err
	}
	r := f.rule(v.Actor)
	err := h.Staff.Add(v.Request.Context(), v.Actor, r)
	return h.after(v, err, "on_call_added", func(p *view.OnCallPage) {
		r.From, r.Until = max(r.From, 0), max(r.Until, 0)
		p.Form, p.Typed = f.Form, r
	})
}

func (h *OnCall) end(v *Visit) error {
	err := h.Staff.End(v.Request.Context(), v.Actor, v.Param("id"))
	return h.after(v, err, "on_call_ended", func(*view.OnCallPage) {})
}

type staffMailForm struct {
	Person string `form:"person"`
	Mail   string `form:"mail"`
	Rev    int64  `form:"rev"`
}

func (h *OnCall) mail(v *Visit) error {
	var f staffMailForm
	if err := v.Form(&f); err != nil {
		return err
	}
	r := oncall.Reach{PersonID: f.Person, Mail: f.Mail, Rev: f.Rev}
	err := h.Staff.SetMail(v.Request.Context(), v.Actor, r)
	if fault.Is(err, fault.Conflict) {
		return h.after(v, err, "", func(*view.OnCallPage) {}) // the address as it now is
	}
	return h.after(v, err, "on_call_mail", func(p *view.OnCallPage) { p.Form, p.Mail = "mail", r })
}
