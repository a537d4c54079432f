package pages

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"tasuke/cases"
	"tasuke/cases/deadline"
	"tasuke/cases/deadline/calendar"
	"tasuke/cases/incident"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/web/view"
	"tasuke/web/words"
	"tasuke/workflow"
)

const (
	// clockAhead is how far the list of clocks looks; what is late stays in it.
	clockAhead = 14 * 24 * time.Hour
	// homeRows is how many lines a list of the first page has.
	homeRows = 10
	// countedTasks is as far as my open tasks are counted.
	countedTasks = 200
)

// Home is the first page: for each role what is next.
type Home struct {
	DB        *db.DB
	Runs      *workflow.Store
	Incidents *incident.Store
	Cases     *cases.Store
	Inquiries *inquiry.Store
	// Pack names the duties of the clocks.
	Pack *deadline.Pack
	// Waits are the lists of the rooms in which something may wait for a role.
	Waits []Wait
}

// Register puts the page on the desk.
func (h *Home) Register(d *Desk) { d.Get("/", SignedIn, h.show) }

func (h *Home) show(v *Visit) error {
	p := view.HomePage{StartKey: uuid.NewString()}
	today := calendar.Of(v.Shell.Now.Time(), words.Tokyo)
	if closed, is := calendar.JPGov().Closed(today); is {
		p.Closed = &closed
		p.NextOpen, _ = calendar.JPGov().NextOpen(today)
	}
	var topics []string
	for _, part := range []struct {
		need  actor.Permission
		topic string
		read  func(*Visit, *view.HomePage) error
	}{
		{actor.TaskWork, "tasks", h.tasks},
		{actor.IncidentRead, "incidents", h.clocks},
		{actor.InquiryWrite, "inquiries", h.calls},
	} {
		if !v.Actor.May(part.need) {
			continue
		}
		topics = append(topics, part.topic)
		if err := part.read(v, &p); err != nil {
			return err
		}
	}
	if err := h.waits(v, &p); err != nil {
		return err
	}
	v.Shell.Topics = strings.Join(topics, ",")
	return v.Draw(http.StatusOK, view.Home(v.Titled(v.Shell.T("nav.home"), "home"), p))
}

func (h *Home) tasks(v *Visit, p *view.HomePage) error {
	list, next, err := h.Runs.Tasks(v.Request.Context(), v.Actor, workflow.Filter{Mine: true}, workflow.Page{Limit: countedTasks})
	if err != nil {
		return err
	}
	p.Open, p.OpenMore = len(list), !next.IsZero()
	for _, t := range list {
		if t.Overdue {
			p.Late++
		}
	}
	p.Next, err = taskRows(v, h.DB, h.Incidents, h.Cases, list[:min(len(list), 3)])
	return err
}

func (h *Home) clocks(v *Visit, p *view.HomePage) error {
	due, err := h.Incidents.DueSoon(v.Request.Context(), v.Actor, v.Shell.Now.Add(clockAhead), homeRows)
	for _, d := range due {
		rule, bad := h.Pack.Latest(d.Duty)
		if bad != nil { // a duty of a pack that is no longer loaded keeps its id
			rule.Title = deadline.Wording{JA: d.Duty, EN: d.Duty}
		}
		p.Due = append(p.Due, view.NearClock{NearDue: d, Title: rule.Title})
	}
	return err
}

func (h *Home) calls(v *Visit, p *view.HomePage) error {
	ctx := v.Request.Context()
	drafts, err := h.Inquiries.Drafts(ctx, v.Actor)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if !d.Void() && len(p.Drafts) < homeRows {
			p.Drafts = append(p.Drafts, d)
		}
	}
	promises, err := h.Inquiries.Promises(ctx, v.Actor, v.Shell.Now.Add(promiseAhead))
	p.Promises, p.MoreCalls = promises[:min(len(promises), homeRows)], len(promises) > homeRows
	return err
}
