package pages

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"tasuke/cases/customer"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/savedfilter"
	"tasuke/web/view"
)

// promiseAhead is how far the list of promises looks.
const promiseAhead = 24 * time.Hour

// Inquiries is the list of the call desk and the page of one inquiry after it was saved.
type Inquiries struct {
	Inquiries *inquiry.Store
	Customers *customer.Store
	DB        *db.DB
	Filters   *savedfilter.Store
}

// Register puts the screens on the desk. Searching posts: a telephone number is personal data and
// does not belong in an address.
func (h *Inquiries) Register(d *Desk) {
	d.Get("/inquiries", actor.InquiryRead, h.list)
	d.Post("/inquiries/find", actor.CustomerFind, h.find)
	d.Get("/inquiries/:id", actor.InquiryRead, h.show)
	d.Post("/inquiries/:id/contacts", actor.InquiryWrite, h.contact)
	d.Post("/inquiries/:id/close", actor.InquiryWrite, h.close)
	d.Post("/inquiries/:id/reopen", actor.InquiryWrite, h.reopen)
	d.Post("/promises/:id/keep", actor.InquiryWrite, h.keep)
}

// inquiryFind is the form above the list.
type inquiryFind struct {
	Query    string `form:"q"`
	State    string `form:"state"`
	Category string `form:"category"`
}

// address is the list as a GET, which has no query.
func (f inquiryFind) address(after string) string {
	q := url.Values{}
	for k, v := range map[string]string{"state": f.State, "category": f.Category, "after": after} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if len(q) == 0 {
		return "/inquiries?filter=none" // and not what the person opens the list with
	}
	return "/inquiries?" + q.Encode()
}

func (f inquiryFind) filter() inquiry.Filter {
	out := inquiry.Filter{Phone: f.Query}
	if f.State != "" {
		out.States = []inquiry.State{inquiry.State(f.State)}
	}
	if f.Category != "" {
		out.Categories = []inquiry.Category{inquiry.Category(f.Category)}
	}
	return out
}

func (h *Inquiries) list(v *Visit) error {
	v.Shell.Topics = "inquiries"
	v.Shell.Query.Del("q") // an old bookmark's number does not come back in links
	saved, ok, err := narrowed(v, h.Filters, "inquiries")
	if err != nil {
		return err
	}
	if !ok {
		return h.drawList(v, inquiryFind{State: v.Query("state"), Category: v.Query("category")}, v.Query("after"), "")
	}
	v.Shell.Query.Set("filter", saved.ID)
	return h.drawList(v, inquiryFind{State: saved.Values["state"], Category: saved.Values["category"], Query: saved.Values["q"]}, v.Query("after"), saved.ID)
}

// find answers a receipt number with its inquiry and a telephone number with one page.
func (h *Inquiries) find(v *Visit) error {
	var f inquiryFind
	if err := v.Form(&f); err != nil {
		return err
	}
	if f.Query = strings.TrimSpace(f.Query); f.Query == "" {
		return v.Done(f.address(""), "")
	}
	q, err := h.Inquiries.ByNo(v.Request.Context(), v.Actor, f.Query)
	if err == nil {
		return v.Done(inquiryAddress(q), "")
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	v.Shell.Path = "/inquiries"
	return h.drawList(v, f, "", "")
}

// drawList reads the list; using is the id of the saved filter it was opened with.
func (h *Inquiries) drawList(v *Visit, f inquiryFind, after, using string) error {
	ctx, status := v.Request.Context(), http.StatusOK
	l := view.InquiryList{StartKey: uuid.NewString(), Filter: view.InquiryFilter{State: f.State, Category: f.Category, Query: f.Query}}
	page, err := h.Inquiries.List(ctx, v.Actor, f.filter(), inquiry.Page{After: after})
	if err != nil {
		if status, err = v.Problem(err); err != nil {
			return err
		}
	}
	l.Rows = page.Items
	if l.Saved, err = usable(v, h.Filters, "inquiries", using, map[string]string{"q": f.Query, "state": f.State, "category": f.Category}); err != nil {
		return err
	}
	switch {
	case page.Next != "" && using != "":
		l.Next = listNext("/inquiries", v.Shell.Query, page.Next)
	case page.Next != "" && f.Query == "":
		l.Next = f.address(page.Next)
	case page.Next != "":
		l.Narrow = true
	}
	if v.Actor.May(actor.InquiryWrite) {
		if l.Drafts, err = h.Inquiries.Drafts(ctx, v.Actor); err != nil {
			return err
		}
		if l.Promises, err = h.Inquiries.Promises(ctx, v.Actor, v.Shell.Now.Add(promiseAhead)); err != nil {
			return err
		}
	}
	return v.Draw(status, view.Inquiries(v.Titled(v.Shell.T("inquiries.title"), "inquiries"), l))
}

func (h *Inquiries) show(v *Visit) error { return h.draw(v, http.StatusOK, contactForm{}) }

func (h *Inquiries) draw(v *Visit, status int, f contactForm) error {
	rec, err := h.Inquiries.Get(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	if rec.State.Typing() && v.Actor.May(actor.InquiryWrite) && status == http.StatusOK {
		return v.Done(inquiryAddress(rec.Inquiry), "")
	}
	d := view.CallDesk{Record: rec}
	if rec.CustomerID != "" {
		if d.Chosen, err = maskedCustomer(v, h.DB, h.Customers, rec.CustomerID); err != nil {
			return err
		}
	}
	if f.Key == "" {
		f.Key = uuid.NewString()
	}
	v.Shell.Topics, v.Shell.Path = "inquiry:"+rec.ID, "/inquiries/"+rec.ID
	return v.Draw(status, view.Inquiry(v.Titled(rec.No, "inquiries"), view.OneInquiry{CallDesk: d, Typed: f.contact(), Key: f.Key}))
}

// contactForm is a repeat call, or our call to the customer.
type contactForm struct {
	Key       string `form:"key"`
	Direction string `form:"direction"`
	Medium    string `form:"medium"`
	Result    string `form:"result"`
	Note      string `form:"note"`
	Promise   string `form:"promise_text"`
	Due       string `form:"next_contact_due"`
}

// contact is the form as the room takes it; the due time was checked before.
func (f contactForm) contact() inquiry.Contact {
	due, _ := tokyo(f.Due)
	return inquiry.Contact{Direction: inquiry.Direction(f.Direction), Medium: inquiry.Channel(f.Medium),
		Result: inquiry.ContactResult(f.Result), Note: f.Note, Promise: f.Promise, Due: due}
}

func (h *Inquiries) contact(v *Visit) error {
	var f contactForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := tokyo(f.Due)
	if err != nil {
		err = fault.Field("next_contact_due", "form.time")
	} else {
		_, err = h.Inquiries.AddContact(v.Request.Context(), v.Actor, v.Param("id"), f.Key, f.contact())
	}
	return h.after(v, f, err, "contact")
}

// after goes back to the inquiry, or draws it again with what was typed.
func (h *Inquiries) after(v *Visit, f contactForm, err error, done string) error {
	if err == nil {
		return v.Done("/inquiries/"+v.Param("id"), done)
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.draw(v, status, f)
}

type closeForm struct {
	Rev         int64  `form:"rev"`
	Disposition string `form:"disposition"`
}

func (h *Inquiries) close(v *Visit) error {
	var f closeForm
	if err := v.Form(&f); err != nil {
		return err
	}
	err := h.Inquiries.Close(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, inquiry.Disposition(f.Disposition))
	return h.after(v, contactForm{}, err, "closed")
}

func (h *Inquiries) reopen(v *Visit) error {
	var f closeForm
	if err := v.Form(&f); err != nil {
		return err
	}
	err := h.Inquiries.Reopen(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
	return h.after(v, contactForm{}, err, "resumed")
}

func (h *Inquiries) keep(v *Visit) error {
	if err := h.Inquiries.KeepPromise(v.Request.Context(), v.Actor, v.Param("id")); err != nil {
		return err
	}
	return v.Done("/inquiries", "kept")
}
