package pages

import (
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"tasuke/cases/customer"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// CallDesk is where a call is taken: draft, identification, what may be said, and the decision
// where the inquiry belongs.
type CallDesk struct {
	Inquiries *inquiry.Store
	Customers *customer.Store
	DB        *db.DB
}

// Register puts the screens on the desk.
func (h *CallDesk) Register(d *Desk) {
	d.Post("/inquiries", actor.InquiryWrite, h.start)
	d.Get("/inquiries/:id/desk", actor.InquiryWrite, h.show)
	d.Post("/inquiries/:id/draft", actor.InquiryWrite, h.autosave)
	d.Post("/inquiries/:id/candidates", actor.CustomerFind, h.candidates)
	d.Post("/inquiries/:id/find", actor.CustomerFind, h.find)
	d.Post("/inquiries/:id/save", actor.InquiryWrite, h.save)
	d.Post("/inquiries/:id/abandon", actor.InquiryWrite, h.abandon)
	d.Post("/inquiries/:id/resume", actor.InquiryWrite, h.resume)
	d.Get("/inquiries/:id/decide", actor.InquiryWrite, h.deciding)
	d.Post("/inquiries/:id/decide", actor.InquiryWrite, h.decide)
}

type startForm struct {
	Channel string `form:"channel"`
	Key     string `form:"key"`
}

// start draws the receipt number at once; a doubled click is one inquiry.
func (h *CallDesk) start(v *Visit) error {
	f := startForm{Channel: string(inquiry.Phone), Key: uuid.NewString()}
	if err := v.Form(&f); err != nil {
		return err
	}
	q, err := h.Inquiries.Start(v.Request.Context(), v.Actor, inquiry.Channel(f.Channel), f.Key)
	if err != nil {
		return err
	}
	return v.Done("/inquiries/"+q.ID+"/desk", "")
}

func (h *CallDesk) show(v *Visit) error {
	rec, err := h.Inquiries.Draft(v.Request.Context(), v.Actor, v.Param("id"))
	if fault.Is(err, fault.Conflict) {
		return v.Done("/inquiries/"+v.Param("id"), "")
	}
	if err != nil {
		return err
	}
	return h.draw(v, http.StatusOK, rec, "")
}

func (h *CallDesk) draw(v *Visit, status int, rec inquiry.Record, find string) error {
	d, err := h.filled(v, rec, find)
	if err != nil {
		return err
	}
	return v.Draw(status, view.Desk(v.Titled(rec.No, "inquiries"), d))
}

// filled adds what stands beside the form.
func (h *CallDesk) filled(v *Visit, rec inquiry.Record, find string) (view.CallDesk, error) {
	v.Shell.Path = "/inquiries/" + rec.ID + "/desk"
	speech := h.Inquiries.Speech()
	d := view.CallDesk{Record: rec, Find: find, Panel: speech.Panel(string(rec.Form.Category))}
	d.Hits = append(speech.Lint("promise_text", rec.Form.Promise), speech.Lint("what_happened", rec.Form.WhatHappened)...)
	if id := rec.Form.CustomerID; id != "" {
		c, err := maskedCustomer(v, h.DB, h.Customers, id)
		if err != nil {
			return d, err
		}
		d.Chosen = c
	}
	if find == "" {
		return d, nil
	}
	found, err := h.Customers.Find(v.Request.Context(), v.Actor, find, maxCandidates)
	if fault.Is(err, fault.Invalid) { // too short to search for yet
		return d, nil
	}
	d.Candidates, d.More = found.Candidates, found.More
	return d, err
}

// maxCandidates is what an operator can read while somebody waits on the line.
const maxCandidates = 8

type findForm struct {
	Find       string `form:"find"`
	CustomerID string `form:"customer_id"`
}

// candidates answers the search field while it is typed in.
func (h *CallDesk) candidates(v *Visit) error {
	var f findForm
	if err := v.Form(&f); err != nil {
		return err
	}
	rec := inquiry.Record{Inquiry: inquiry.Inquiry{ID: v.Param("id")}, Form: inquiry.Form{CustomerID: f.CustomerID}}
	d, err := h.filled(v, rec, f.Find)
	if err != nil {
		return err
	}
	return v.Draw(http.StatusOK, view.Candidates(v.Shell, d))
}

// posted is what a browser sent of the desk's form.
type posted struct {
	form inquiry.Form
	rev  int64
	// read says that form is what was typed. Otherwise it is empty and must never be drawn: the
	// next automatic save would write it over the draft.
	read bool
}

// typed reads the posted form. What cannot be kept even as a draft is a fault with its fields.
func (h *CallDesk) typed(v *Visit) (p posted, err error) {
	var f deskForm
	if err := v.Form(&f); err != nil {
		return p, err
	}
	if p.rev, err = number(f.Rev); err != nil {
		return p, fault.Wrap(fault.Invalid, "form.malformed", nil, err)
	}
	p.form, err = f.parse()
	p.read = true
	return p, err
}

// saved is the answer to an automatic save.
type saved struct {
	Rev int64  `json:"rev,omitempty"`
	Say string `json:"say"`
}

func (h *CallDesk) autosave(v *Visit) error {
	p, err := h.typed(v)
	var rev int64
	if err == nil {
		rev, err = h.Inquiries.SaveDraft(v.Request.Context(), v.Actor, v.Param("id"), p.rev, p.form)
	}
	if err == nil {
		v.JSON(http.StatusOK, saved{rev, v.Shell.T("desk.saved", "At", v.Shell.Seconds(v.Shell.Now)[11:])})
		return nil
	}
	problem := asFault(err)
	if problem == nil {
		return err
	}
	why := v.Shell.Fault(problem)
	for _, key := range problem.Fields {
		why += " " + v.Shell.T(key)
	}
	v.JSON(Status(problem.Kind), saved{Say: v.Shell.T("desk.not_saved", "Why", why)})
	return nil
}

// find is the search for browsers without script: it keeps what was typed and draws the page.
func (h *CallDesk) find(v *Visit) error { return h.keep(v, false) }

// save keeps the draft and goes on when nothing is missing.
func (h *CallDesk) save(v *Visit) error { return h.keep(v, true) }

func (h *CallDesk) keep(v *Visit, check bool) error {
	ctx, id := v.Request.Context(), v.Param("id")
	p, err := h.typed(v)
	if err == nil {
		_, err = h.Inquiries.SaveDraft(ctx, v.Actor, id, p.rev, p.form)
	}
	if err == nil && check {
		if bad := inquiry.Check(p.form, v.Shell.Now); len(bad) > 0 {
			err = fault.Form(bad)
		} else {
			return v.Done("/inquiries/"+id+"/decide", "")
		}
	}
	status := http.StatusOK
	if err != nil {
		if status, err = v.Problem(err); err != nil {
			return err
		}
	}
	rec, err := h.Inquiries.Draft(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	// The page comes back with what was typed. After a conflict the form carries the newest
	// revision and the page shows the draft as the other person left it beside it.
	other := rec.Form
	if p.read {
		rec.Form = p.form
		keepNumbers(v.Shell.Problem, &rec.Form, other)
	}
	d, err := h.filled(v, rec, v.PostForm("find"))
	if err != nil {
		return err
	}
	if status == http.StatusConflict {
		d.Theirs = &other
	}
	return v.Draw(status, view.Desk(v.Titled(rec.No, "inquiries"), d))
}

// keepNumbers draws a number that could not be kept as it was kept last.
func keepNumbers(problem *fault.Error, form *inquiry.Form, kept inquiry.Form) {
	if problem == nil {
		return
	}
	if problem.Fields["identity.level"] == "form.range" {
		form.Identity.Level = kept.Identity.Level
	}
	if problem.Fields["identity.failed_attempts"] == "form.range" {
		form.Identity.FailedAttempts = kept.Identity.FailedAttempts
	}
}

func (h *CallDesk) abandon(v *Visit) error {
	if err := h.Inquiries.Abandon(v.Request.Context(), v.Actor, v.Param("id")); err != nil {
		return err
	}
	return v.Done("/inquiries", "abandoned")
}

func (h *CallDesk) resume(v *Visit) error {
	if err := h.Inquiries.Resume(v.Request.Context(), v.Actor, v.Param("id")); err != nil {
		return err
	}
	return v.Done("/inquiries/"+v.Param("id")+"/desk", "resumed")
}

type decideForm struct {
	Rev      int64  `form:"rev"`
	Choice   string `form:"choice"` // open_incident, info_only, callback, join:<id>, link:<id>
	Title    string `form:"title"`
	Kind     string `form:"kind"`
	Severity string `form:"severity"`
	Again    bool   `form:"again"` // the inquiry was saved before
}

func (f decideForm) decision() inquiry.Decision {
	d := inquiry.Decision{Kind: inquiry.DecisionKind(f.Choice), Title: f.Title, IncidentKind: f.Kind, Severity: f.Severity}
	if id, ok := cut(f.Choice, "join:"); ok {
		d = inquiry.Decision{Kind: inquiry.Join, IncidentID: id}
	} else if id, ok := cut(f.Choice, "link:"); ok {
		d = inquiry.Decision{Kind: inquiry.LinkCase, CaseID: id}
	}
	return d
}

func (h *CallDesk) deciding(v *Visit) error {
	return h.drawDecide(v, http.StatusOK, decideForm{})
}

func (h *CallDesk) drawDecide(v *Visit, status int, f decideForm) error {
	ctx, id := v.Request.Context(), v.Param("id")
	rec, err := h.Inquiries.Get(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	if !rec.State.Typing() && !rec.Allows(v.Actor, inquiry.WasLinked) { // nothing is left to decide
		if v.Shell.Problem != nil {
			return v.Shell.Problem
		}
		return v.Done("/inquiries/"+id, "")
	}
	d, err := h.filled(v, rec, "")
	if err != nil {
		return err
	}
	matches, err := h.Inquiries.Matches(ctx, v.Actor, id, rec.Form)
	if err != nil {
		return err
	}
	v.Shell.Path = "/inquiries/" + id + "/decide"
	title := v.Shell.T("decide.title", "No", rec.No)
	return v.Draw(status, view.Decide(v.Titled(title, "inquiries"), view.Deciding{CallDesk: d, Matches: matches,
		Choice: f.Choice, IncidentTitle: f.Title, Severity: f.Severity, Kind: f.Kind}))
}

func (h *CallDesk) decide(v *Visit) error {
	var f decideForm
	if err := v.Form(&f); err != nil {
		return err
	}
	id := v.Param("id")
	done, err := h.settle(v, id, f)
	if err == nil {
		to := "/inquiries/" + id
		if done.CaseID != "" {
			to = "/cases/" + done.CaseID
		}
		return v.Done(to, "submitted")
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.drawDecide(v, status, f)
}

// settle submits a draft, or decides about an inquiry that was saved before. A submit sent twice
// gives its result again.
func (h *CallDesk) settle(v *Visit, id string, f decideForm) (inquiry.Result, error) {
	ctx := v.Request.Context()
	if f.Again {
		return h.Inquiries.Decide(ctx, v.Actor, id, f.Rev, f.decision())
	}
	rec, err := h.Inquiries.Get(ctx, v.Actor, id)
	if err != nil {
		return inquiry.Result{}, err
	}
	return h.Inquiries.Submit(ctx, v.Actor, id, f.Rev, rec.Form, f.decision())
}

// inquiryAddress is where an inquiry is worked on: the desk while it is a draft.
func inquiryAddress(q inquiry.Inquiry) string {
	if q.State.Typing() {
		return "/inquiries/" + url.PathEscape(q.ID) + "/desk"
	}
	return "/inquiries/" + url.PathEscape(q.ID)
}
