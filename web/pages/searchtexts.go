package pages

import (
	"context"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fulltext"
	"tasuke/web/view"
)

const (
	// firstTexts is how many texts of a kind stand on the page of all kinds, moreTexts on a page of one.
	firstTexts = 8
	moreTexts  = 20
	// textKinds is how many kinds of text are searched.
	textKinds = 6
)

// group is one kind of text, who may search it, and how.
type group struct {
	kind string
	need []actor.Permission
	read func(*Visit, fulltext.Query, fulltext.Page) (view.FoundTexts, error)
}

// groups are the kinds in the order of the page. What a person may not read is not searched, so that
// not even its number can be guessed.
func (h *Search) groups() []group {
	return []group{
		{fulltext.Incident, []actor.Permission{actor.IncidentRead}, h.incidents(h.Incidents.Search)},
		{fulltext.Case, []actor.Permission{actor.CaseRead}, h.caseTexts(h.Cases.SearchCases)},
		{fulltext.Note, []actor.Permission{actor.CaseRead}, h.caseTexts(h.Cases.SearchNotes)},
		{fulltext.Inquiry, []actor.Permission{actor.InquiryRead, actor.InquiryWrite}, h.told},
		{fulltext.Story, []actor.Permission{actor.IncidentRead}, h.incidents(h.Incidents.SearchStory)},
		{fulltext.CaseStory, []actor.Permission{actor.CaseRead}, h.incidents(h.Incidents.SearchCaseStory)},
	}
}

// texts searches every kind, or goes on in one of them, and puts on record what was shown.
func (h *Search) texts(v *Visit, f searchForm, p *view.SearchPage) error {
	q, err := fulltext.Parse(f.Query)
	if err != nil {
		return err
	}
	after, err := fulltext.ParsePlace(f.After)
	if err != nil {
		return err
	}
	page := fulltext.Page{After: after, Limit: firstTexts}
	if f.Group != "" {
		page.Limit = moreTexts
	}
	shown := map[string][]string{}
	for _, g := range h.groups() {
		if f.Group != "" && f.Group != g.kind || !mayAll(v.Actor, g.need) {
			continue
		}
		found, err := g.read(v, q, page)
		if err != nil {
			return err
		}
		if found.Kind = g.kind; len(found.Rows) == 0 && found.Next == "" {
			continue
		}
		for _, r := range found.Rows {
			shown[g.kind] = append(shown[g.kind], r.ID)
		}
		p.Texts = append(p.Texts, found)
	}
	if err := h.DB.View(v.Request.Context(), func(ctx context.Context, tx *db.Tx) error {
		ready, err := fulltext.Ready(ctx, tx, textKinds)
		p.Filling = !ready
		return err
	}); err != nil {
		return err
	}
	return fulltext.Shown(v.Request.Context(), h.DB, v.Actor, shown)
}

func mayAll(by actor.Actor, need []actor.Permission) bool {
	for _, p := range need {
		if !by.May(p) {
			return false
		}
	}
	return true
}

func (h *Search) incidents(search func(context.Context, actor.Actor, fulltext.Query, fulltext.Page) (incident.Matches, error)) func(*Visit, fulltext.Query, fulltext.Page) (view.FoundTexts, error) {
	return func(v *Visit, q fulltext.Query, p fulltext.Page) (out view.FoundTexts, err error) {
		m, err := search(v.Request.Context(), v.Actor, q, p)
		out.Next, out.Unfinished = m.Next.String(), m.Unfinished
		for _, i := range m.Items {
			r := view.FoundText{Hit: i.Hit, Href: "/incidents/" + i.Incident.ID, No: i.No, About: i.Title, State: "incident.state." + string(i.State)}
			if i.CaseID != "" {
				r.Href, r.State = "/cases/"+i.CaseID, ""
			}
			out.Rows = append(out.Rows, r)
		}
		return out, err
	}
}

func (h *Search) caseTexts(search func(context.Context, actor.Actor, fulltext.Query, fulltext.Page) (cases.Matches, error)) func(*Visit, fulltext.Query, fulltext.Page) (view.FoundTexts, error) {
	return func(v *Visit, q fulltext.Query, p fulltext.Page) (out view.FoundTexts, err error) {
		m, err := search(v.Request.Context(), v.Actor, q, p)
		out.Next, out.Unfinished = m.Next.String(), m.Unfinished
		for _, c := range m.Items {
			out.Rows = append(out.Rows, view.FoundText{Hit: c.Hit, Href: "/cases/" + c.CaseID, No: c.CaseNo, Customer: &c.Customer})
		}
		return out, err
	}
}

func (h *Search) told(v *Visit, q fulltext.Query, p fulltext.Page) (out view.FoundTexts, err error) {
	m, err := h.Inquiries.Search(v.Request.Context(), v.Actor, q, p)
	out.Next, out.Unfinished = m.Next.String(), m.Unfinished
	for _, i := range m.Items {
		out.Rows = append(out.Rows, view.FoundText{Hit: i.Hit, Href: "/inquiries/" + i.Inquiry.ID, No: i.No, State: "inquiry.state." + string(i.State)})
	}
	return out, err
}
