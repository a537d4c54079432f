package pages

import (
	"context"
	"net/http"
	"strings"

	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/cases/incident"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/text"
	"tasuke/web/view"
)

// foundRows is how many customers and cases a search shows.
const foundRows = 20

// Search answers the search box. It posts, because names and telephone numbers do not belong in
// addresses, histories and logs.
type Search struct {
	DB        *db.DB
	Customers *customer.Store
	Cases     *cases.Store
	Incidents *incident.Store
	Inquiries *inquiry.Store
}

// Register puts the search on the desk; the GET is the empty form.
func (h *Search) Register(d *Desk) {
	d.Get("/search", SignedIn, func(v *Visit) error { return h.draw(v, http.StatusOK, view.SearchPage{}) })
	d.Post("/search", SignedIn, h.find)
}

type searchForm struct {
	Query string `form:"q"`
	Group string `form:"group"` // go on in this kind of text alone
	After string `form:"after"`
}

func (h *Search) find(v *Visit) error {
	var f searchForm
	if err := v.Form(&f); err != nil {
		return err
	}
	q := strings.TrimSpace(f.Query)
	to, err := h.exact(v, strings.ToUpper(text.Fold(q)))
	if err != nil {
		return err
	}
	if to != "" {
		return v.Done(to, "")
	}
	f.Query = q
	p := view.SearchPage{Query: q, Group: f.Group}
	status := http.StatusOK
	if q != "" {
		if err := h.registers(v, &p); err != nil {
			return err
		}
		if err := h.texts(v, f, &p); err != nil && !(fault.Is(err, fault.Invalid) && !p.Empty()) {
			if status, err = v.Problem(err); err != nil {
				return err
			}
		}
	}
	return h.draw(v, status, p)
}

// registers looks for customers, and for what hangs on a customer or a number.
func (h *Search) registers(v *Visit, p *view.SearchPage) error {
	for _, group := range []struct {
		need actor.Permission
		read func(*Visit, *view.SearchPage) error
	}{
		{actor.CustomerFind, h.customers}, {actor.CaseRead, h.cases}, {actor.InquiryRead, h.inquiries},
	} {
		if p.Group != "" || !v.Actor.May(group.need) {
			continue
		}
		if err := group.read(v, p); err != nil && !fault.Is(err, fault.Invalid) { // Invalid: too short for this group
			return err
		}
	}
	return nil
}

func (h *Search) draw(v *Visit, status int, p view.SearchPage) error {
	v.Shell.Search, v.Shell.Path = p.Query, "/search"
	return v.Draw(status, view.Search(v.Titled(v.Shell.T("shell.search"), ""), p))
}

// exact is the address of the record with this number, "" when there is none that the person may know of.
func (h *Search) exact(v *Visit, no string) (to string, err error) {
	ctx := v.Request.Context()
	switch kind, _, _ := strings.Cut(no, "-"); {
	case kind == "INC" && v.Actor.May(actor.IncidentRead):
		err = h.DB.View(ctx, func(ctx context.Context, tx *db.Tx) error {
			i, err := h.Incidents.ByNo(ctx, tx, no)
			to = "/incidents/" + i.ID
			return err
		})
	case kind == "CASE" && v.Actor.May(actor.CaseRead):
		var found cases.List
		found, err = h.Cases.List(ctx, v.Actor, cases.Filter{Query: no}, cases.Page{Limit: 1})
		if len(found.Entries) == 1 && found.Entries[0].No == no {
			to = "/cases/" + found.Entries[0].Case.ID
		}
	case kind == "INQ" && v.Actor.May(actor.InquiryRead):
		var q inquiry.Inquiry
		q, err = h.Inquiries.ByNo(ctx, v.Actor, no)
		to = "/inquiries/" + q.ID // leads on to the desk while it is a draft
	}
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return to, err
}

func (h *Search) customers(v *Visit, p *view.SearchPage) error {
	found, err := h.Customers.Find(v.Request.Context(), v.Actor, p.Query, foundRows)
	if err != nil {
		return err
	}
	p.MoreCustomers = found.More
	return h.DB.View(v.Request.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, c := range found.Candidates {
			one := view.FoundCustomer{Candidate: c}
			if v.Actor.May(actor.CaseRead) {
				var err error
				if one.Cases, err = h.Cases.OfCustomer(ctx, tx, c.ID); err != nil {
					return err
				}
			}
			p.Customers = append(p.Customers, one)
		}
		return nil
	})
}

func (h *Search) cases(v *Visit, p *view.SearchPage) (err error) {
	if p.Cases, p.MoreCases, err = caseRows(v, h.Cases, cases.Filter{Query: p.Query}, foundRows); err != nil {
		return err
	}
	ids := make([]string, len(p.Cases))
	for i, c := range p.Cases {
		ids[i] = c.IncidentID
	}
	numbers, err := incidentNumbers(v, h.DB, h.Incidents, ids)
	for i := range p.Cases {
		p.Cases[i].IncidentNo = numbers[p.Cases[i].IncidentID]
	}
	return err
}

func (h *Search) inquiries(v *Visit, p *view.SearchPage) error {
	if !v.Actor.May(actor.CustomerFind) { // a telephone number is searched for
		return nil
	}
	list, err := h.Inquiries.List(v.Request.Context(), v.Actor, inquiry.Filter{Phone: p.Query}, inquiry.Page{Limit: foundRows})
	p.Inquiries, p.MoreInquiries = list.Items, list.Next != ""
	return err
}
