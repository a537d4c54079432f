package pages

import (
	"net/http"
	"net/url"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/savedfilter"
	"tasuke/internal/signin"
	"tasuke/web/view"
)

// Cases is the list of customer cases.
type Cases struct {
	DB        *db.DB
	Cases     *cases.Store
	Incidents *incident.Store
	Accounts  *signin.Service
	Filters   *savedfilter.Store
}

// Register puts the list on the desk. Searching posts: what is searched for is personal data.
func (h *Cases) Register(d *Desk) {
	d.Get("/cases", actor.CaseRead, h.list)
	d.Post("/cases", actor.CaseRead, h.find)
}

// caseFind is the form above the list.
type caseFind struct {
	Query    string `form:"q"`
	State    string `form:"state"`
	Incident string `form:"incident"`
	Mine     bool   `form:"mine"`
	After    string `form:"after"`
}

// values are what is filled in, as it is kept under a name.
func (f caseFind) values() map[string]string {
	return filled(map[string]string{"q": f.Query, "state": f.State, "incident": f.Incident, "mine": yes(f.Mine)})
}

func (f caseFind) filter(v *Visit) cases.Filter {
	out := cases.Filter{State: cases.State(f.State), IncidentID: f.Incident, Query: f.Query}
	if f.Mine {
		out.Assignee = v.Actor.ID
	}
	return out
}

// address is the list as a GET, which has no query.
func (f caseFind) address() string {
	q := url.Values{}
	for k, v := range map[string]string{"state": f.State, "incident": f.Incident} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if f.Mine {
		q.Set("mine", "true")
	}
	if len(q) == 0 {
		return "/cases?filter=none" // and not what the person opens the list with
	}
	return "/cases?" + q.Encode()
}

func (h *Cases) list(v *Visit) error {
	v.Shell.Topics = "cases"
	saved, ok, err := narrowed(v, h.Filters, "cases")
	if err != nil {
		return err
	}
	if !ok {
		return h.draw(v, caseFind{State: v.Query("state"), Incident: v.Query("incident"), Mine: v.Query("mine") != "", After: v.Query("after")}, "")
	}
	v.Shell.Query.Set("filter", saved.ID)
	f := caseFind{State: saved.Values["state"], Incident: saved.Values["incident"], Mine: saved.Values["mine"] != "", Query: saved.Values["q"], After: v.Query("after")}
	return h.draw(v, f, saved.ID)
}

func (h *Cases) find(v *Visit) error {
	var f caseFind
	if err := v.Form(&f); err != nil {
		return err
	}
	if f.Query == "" {
		return v.Done(f.address(), "")
	}
	v.Shell.Path = "/cases"
	return h.draw(v, f, "")
}

// draw reads the list; using is the id of the saved filter it was opened with.
func (h *Cases) draw(v *Visit, f caseFind, using string) error {
	after, err := cases.ParseCursor(f.After)
	if err != nil {
		return err
	}
	status := http.StatusOK
	found, err := h.Cases.List(v.Request.Context(), v.Actor, f.filter(v), cases.Page{After: after})
	if err != nil {
		if status, err = v.Problem(err); err != nil {
			return err
		}
	}
	l := view.CaseList{Count: found.Count, More: found.More,
		Filter: view.CaseFilter{State: f.State, Query: f.Query, Incident: f.Incident, Mine: f.Mine}}
	if l.Rows, err = h.rows(v, found.Entries); err != nil {
		return err
	}
	if l.Filter.IncidentNo, err = h.incidentNo(v, f.Incident); err != nil {
		return err
	}
	if err := h.around(v, &l, f, using); err != nil {
		return err
	}
	if f.Query == "" || using != "" {
		l.Next = listNext("/cases", v.Shell.Query, found.Next.String())
	} else {
		l.After = found.Next.String()
	}
	return v.Draw(status, view.Cases(v.Titled(v.Shell.T("nav.cases"), "cases"), l))
}

// around adds the saved filters, and whom chosen cases can be given to.
func (h *Cases) around(v *Visit, l *view.CaseList, f caseFind, using string) (err error) {
	if l.Saved, err = usable(v, h.Filters, "cases", using, f.values()); err != nil || !v.Actor.May(actor.CaseWrite) {
		return err
	}
	l.Colleagues, err = h.Accounts.Colleagues(v.Request.Context())
	return err
}

// incidentNo is the number of the incident the list is narrowed to; one that does not exist is
// not found.
func (h *Cases) incidentNo(v *Visit, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	numbers, err := incidentNumbers(v, h.DB, h.Incidents, []string{id})
	if err == nil && numbers[id] == "" {
		err = fault.New(fault.NotFound, "row.none", nil)
	}
	return numbers[id], err
}

// rows adds the number of the incident and the name of the assignee.
func (h *Cases) rows(v *Visit, entries []cases.Entry) ([]view.CaseRow, error) {
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.IncidentID
	}
	numbers, err := incidentNumbers(v, h.DB, h.Incidents, ids)
	if err != nil {
		return nil, err
	}
	people := names{accounts: h.Accounts}
	out := make([]view.CaseRow, len(entries))
	for i, e := range entries {
		out[i] = view.CaseRow{Entry: e, IncidentNo: numbers[e.IncidentID]}
		if out[i].AssigneeName, err = people.of(v.Request.Context(), e.Assignee); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// caseRows reads the first cases of a filter for a page of something else, and whether there are
// more; nobody is told of cases without the right to see them.
func caseRows(v *Visit, store *cases.Store, filter cases.Filter, limit int) ([]view.CaseRow, bool, error) {
	if !v.Actor.May(actor.CaseRead) {
		return nil, false, nil
	}
	found, err := store.List(v.Request.Context(), v.Actor, filter, cases.Page{Limit: limit})
	rows := make([]view.CaseRow, len(found.Entries))
	for i, e := range found.Entries {
		rows[i] = view.CaseRow{Entry: e}
	}
	return rows, !found.Next.IsZero(), err
}
