package pages

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/cases/incident"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/signin"
	"tasuke/web/view"
)

// Case is the page of one customer case; its containment panel is in stops.go.
type Case struct {
	DB        *db.DB
	Cases     *cases.Store
	Customers *customer.Store
	Incidents *incident.Store
	Inquiries *inquiry.Store
	Accounts  *signin.Service
}

// Register puts the page and its use cases on the desk.
func (h *Case) Register(d *Desk) {
	d.Get("/cases/:id", actor.CaseRead, h.show)
	d.Get("/cases/:id/timeline", actor.CaseRead, h.timeline)
	d.Get("/cases/:id/notes", actor.CaseRead, h.notes)
	d.Post("/cases/:id", actor.CaseWrite, h.edit)
	d.Post("/cases/:id/assign", actor.CaseWrite, h.assign)
	d.Post("/cases/:id/moves", actor.CaseWrite, h.move)
	d.Post("/cases/:id/agree", actor.CaseWrite, h.agree)
	d.Post("/cases/:id/notes", actor.CaseWrite, h.note)
	d.Post("/cases/:id/reveal", actor.CustomerReveal, h.reveal)
	d.Post("/cases/:id/stops", actor.CaseWrite, h.stop)
	d.Post("/cases/:id/stops/:stop/channels/:channel", actor.CaseWrite, h.verify)
	d.Post("/cases/:id/stops/:stop/moves", actor.CaseWrite, h.release)
}

func (h *Case) show(v *Visit) error { return h.draw(v, http.StatusOK, func(*view.CasePage) {}) }

// draw reads the page; typed puts back what was typed in a form that has to be shown again.
func (h *Case) draw(v *Visit, status int, typed func(*view.CasePage)) error {
	sheet, err := h.Cases.Sheet(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	c := sheet.Case
	p := view.CasePage{Sheet: sheet, Typed: c.Details, Loss: strconv.FormatInt(c.LossClaimedYen, 10),
		Note: cases.Note{Direction: "out", Medium: "phone", Counterparty: "customer"}}
	if err := h.beside(v, &p); err != nil {
		return err
	}
	typed(&p)
	v.Shell.Topics, v.Shell.Path = "case:"+c.ID, "/cases/"+c.ID
	return v.Draw(status, view.Case(v.Titled(c.No, "cases"), p))
}

// linkedInquiries is how many inquiries the page of a case lists.
const linkedInquiries = 50

// beside adds the incident, the names and the inquiries.
func (h *Case) beside(v *Visit, p *view.CasePage) error {
	ctx := v.Request.Context()
	err := h.DB.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		i, err := h.Incidents.Get(ctx, tx, p.Case.IncidentID)
		p.IncidentNo, p.IncidentTitle = i.No, i.Title
		return err
	})
	if err != nil {
		return err
	}
	if p.Assignee, err = h.Accounts.Name(ctx, p.Case.Assignee); err != nil {
		return err
	}
	if p.Colleagues, err = h.Accounts.Colleagues(ctx); err != nil || !v.Actor.May(actor.InquiryRead) {
		return err
	}
	list, err := h.Inquiries.List(ctx, v.Actor, inquiry.Filter{CaseID: p.Case.ID}, inquiry.Page{Limit: linkedInquiries})
	p.Inquiries, p.MoreInquiries = list.Items, list.Next != ""
	return err
}

// caseCodes says which words the codes in the faults of cases are of.
var caseCodes = map[string]string{"Roles": "role.", "State": "case.state.", "Event": "case.event."}

// after goes back to the case, or draws it with the problem and what was typed.
func (h *Case) after(v *Visit, err error, done string, typed func(*view.CasePage)) error {
	if err == nil {
		return v.Done("/cases/"+v.Param("id"), done)
	}
	status, err := v.Problem(worded(v, err, caseCodes))
	if err != nil {
		return err
	}
	return h.draw(v, status, typed)
}

// part draws one page of a case's story or contact log.
func (h *Case) part(v *Visit, read func(*view.CasePage, cases.Page) error, show func(view.Shell, view.CasePage) error) error {
	after, err := cases.ParseCursor(v.Query("after"))
	if err != nil {
		return err
	}
	sheet, err := h.Cases.Sheet(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	p := view.CasePage{Sheet: sheet}
	if p.Colleagues, err = h.Accounts.Colleagues(v.Request.Context()); err != nil {
		return err
	}
	if err := read(&p, cases.Page{After: after}); err != nil {
		return err
	}
	return show(v.Titled(sheet.Case.No, "cases"), p)
}

func (h *Case) timeline(v *Visit) error {
	return h.part(v, func(p *view.CasePage, page cases.Page) (err error) {
		p.Timeline, p.Older, err = h.Cases.Timeline(v.Request.Context(), v.Actor, p.Case.ID, page)
		return err
	}, func(s view.Shell, p view.CasePage) error { return v.Draw(http.StatusOK, view.CaseStory(s, p)) })
}

func (h *Case) notes(v *Visit) error {
	return h.part(v, func(p *view.CasePage, page cases.Page) (err error) {
		p.Notes, p.OlderNotes, err = h.Cases.Notes(v.Request.Context(), v.Actor, p.Case.ID, page)
		return err
	}, func(s view.Shell, p view.CasePage) error { return v.Draw(http.StatusOK, view.CaseNotes(s, p)) })
}

// caseForm is what people state about a case.
type caseForm struct {
	Rev      int64  `form:"rev"`
	Source   string `form:"claim_source"`
	Noticed  string `form:"noticed_at"`
	Reported string `form:"reported_at"`
	Pattern  string `form:"pattern"`
	MFA      string `form:"mfa_at_time"`
	Entered  string `form:"phishing_entered"`
	Loss     string `form:"loss_claimed_yen"`
	Contact  string `form:"contact_pref"`
	Summary  string `form:"summary"`
}

func (f caseForm) details() (cases.Details, error) {
	wrong := map[string]string{}
	noticed, err := tokyo(f.Noticed)
	if err != nil {
		wrong["noticed_at"] = "form.time"
	}
	reported, err := tokyo(f.Reported)
	if err != nil {
		wrong["reported_at"] = "form.time"
	}
	loss, err := yen(f.Loss)
	if err != nil {
		wrong["loss_claimed_yen"] = "form.yen"
	}
	d := cases.Details{ClaimSource: cases.Source(f.Source), NoticedAt: noticed, ReportedAt: reported, Pattern: cases.Pattern(f.Pattern),
		MFAAtTime: cases.MFA(f.MFA), PhishingEntered: cases.Answer(f.Entered), LossClaimedYen: loss, ContactPref: f.Contact, Summary: f.Summary}
	if len(wrong) > 0 {
		return d, fault.Form(wrong)
	}
	return d, nil
}

// yen reads an amount as people type one: any width, with or without commas, the sign and the unit.
func yen(s string) (int64, error) {
	s = strings.NewReplacer(",", "", "円", "", "¥", "", " ", "").Replace(norm.NFKC.String(s))
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err == nil && (n < 0 || n > 1e15) {
		err = strconv.ErrRange
	}
	return n, err
}

func (h *Case) edit(v *Visit) error {
	var f caseForm
	if err := v.Form(&f); err != nil {
		return err
	}
	d, err := f.details()
	if err == nil {
		_, err = h.Cases.Edit(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, d)
	}
	return h.after(v, err, "saved", func(p *view.CasePage) { p.Typed, p.Loss, p.Edit = d, f.Loss, true })
}

type assignForm struct {
	Rev      int64  `form:"rev"`
	Assignee string `form:"assignee"`
}

// assign gives the case to a colleague who may work on it, or to nobody.
func (h *Case) assign(v *Visit) error {
	var f assignForm
	if err := v.Form(&f); err != nil {
		return err
	}
	ctx := v.Request.Context()
	people, err := h.Accounts.Colleagues(ctx)
	if err != nil {
		return err
	}
	able := func(c signin.Colleague) bool { return c.ID == f.Assignee && c.Actor().May(actor.CaseWrite) }
	if f.Assignee != "" && !slices.ContainsFunc(people, able) {
		err = fault.Field("assignee", "form.choice")
	} else {
		_, err = h.Cases.Assign(ctx, v.Actor, v.Param("id"), f.Rev, f.Assignee)
	}
	return h.after(v, err, "assigned", func(*view.CasePage) {})
}

// caseCause is the event of a posted button.
func (h *Case) caseCause(v *Visit) (cases.Cause, error) {
	var f moveForm
	err := v.Form(&f)
	return cases.Cause{ID: v.Param("id"), Rev: f.Rev, Event: cases.Event(f.Event), Reason: f.Reason}, err
}

func (h *Case) move(v *Visit) error {
	cause, err := h.caseCause(v)
	if err != nil {
		return err
	}
	_, err = h.Cases.Move(v.Request.Context(), v.Actor, cause)
	return h.after(v, err, "moved", func(p *view.CasePage) { p.Why = cause.Reason })
}

func (h *Case) agree(v *Visit) error {
	cause, err := h.caseCause(v)
	if err != nil {
		return err
	}
	err = h.Cases.Agree(v.Request.Context(), v.Actor, cause)
	return h.after(v, err, "agreed", func(*view.CasePage) {})
}

// noteForm is one entry of the contact log.
type noteForm struct {
	At           string `form:"at"`
	Direction    string `form:"direction"`
	Medium       string `form:"medium"`
	Counterparty string `form:"counterparty"`
	Result       string `form:"result"`
	Text         string `form:"text"`
	Promise      string `form:"promise"`
	Due          string `form:"due_at"`
	Corrects     string `form:"corrects"`
}

func (f noteForm) note() (cases.Note, error) {
	wrong := map[string]string{}
	at, err := tokyo(f.At)
	if err != nil {
		wrong["at"] = "form.time"
	}
	due, err := tokyo(f.Due)
	if err != nil {
		wrong["due_at"] = "form.time"
	}
	n := cases.Note{At: at, Direction: f.Direction, Medium: f.Medium, Counterparty: f.Counterparty, Result: f.Result,
		Text: f.Text, Promise: f.Promise, DueAt: due, CorrectsID: f.Corrects}
	if len(wrong) > 0 {
		return n, fault.Form(wrong)
	}
	return n, nil
}

func (h *Case) note(v *Visit) error {
	var f noteForm
	if err := v.Form(&f); err != nil {
		return err
	}
	n, err := f.note()
	if err == nil {
		_, err = h.Cases.AddNote(v.Request.Context(), v.Actor, v.Param("id"), n)
	}
	return h.after(v, err, "contact", func(p *view.CasePage) { p.Note = n })
}

type revealForm struct {
	Purpose string `form:"purpose"`
}

// reveal shows the customer on this one answer; it is on record before it is drawn.
func (h *Case) reveal(v *Visit) error {
	var f revealForm
	if err := v.Form(&f); err != nil {
		return err
	}
	ctx := v.Request.Context()
	var c cases.Case
	err := h.DB.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = h.Cases.Get(ctx, tx, v.Param("id"))
		return err
	})
	if err != nil {
		return err
	}
	plain, err := h.Customers.Reveal(ctx, v.Actor, c.CustomerID, f.Purpose)
	if err != nil {
		return h.after(v, err, "", func(p *view.CasePage) { p.Purpose = f.Purpose })
	}
	return h.draw(v, http.StatusOK, func(p *view.CasePage) { p.Plain, p.Purpose = &plain, f.Purpose })
}
