package pages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/signin"
	"tasuke/web/view"
	"tasuke/workflow"
)

// Incidents is the list of incidents and the page of one: facts, clocks, cases, tasks, story.
type Incidents struct {
	DB        *db.DB
	Incidents *incident.Store
	Cases     *cases.Store
	Runs      *workflow.Store
	Accounts  *signin.Service
}

// Register puts the screens on the desk.
func (h *Incidents) Register(d *Desk) {
	d.Get("/incidents", actor.IncidentRead, h.list)
	d.Get("/incidents/new", actor.IncidentWrite, h.blank)
	d.Post("/incidents", actor.IncidentWrite, h.open)
	d.Get("/incidents/:id", actor.IncidentRead, h.show)
	d.Post("/incidents/:id", actor.IncidentWrite, h.edit)
	d.Get("/incidents/:id/timeline", actor.IncidentRead, h.timeline)
	d.Post("/incidents/:id/moves", actor.IncidentRead, h.move)
	d.Post("/incidents/:id/agree", actor.IncidentWrite, h.agree)
	d.Post("/incidents/:id/events", actor.AwarenessRecord, h.record)
	d.Post("/incidents/:id/events/:event/confirm", actor.AwarenessCheck, h.confirm)
	d.Post("/incidents/:id/reclassify", actor.Reclassify, h.reclassify)
	d.Post("/incidents/:id/count", actor.IncidentWrite, h.count)
}

func (h *Incidents) list(v *Visit) error {
	l := view.IncidentList{State: v.Query("state"), Open: v.Query("open") != ""}
	after, err := incident.ParseCursor(v.Query("after"))
	if err != nil {
		return err
	}
	f := incident.Filter{State: incident.State(l.State), Open: l.Open}
	rows, next, err := h.Incidents.List(v.Request.Context(), v.Actor, f, incident.Page{After: after})
	if err != nil {
		return err
	}
	l.Rows = rows
	l.Next = listNext("/incidents", v.Shell.Query, next.String())
	v.Shell.Topics = "incidents"
	return v.Draw(http.StatusOK, view.Incidents(v.Titled(v.Shell.T("nav.incidents"), "incidents"), l))
}

// factsForm is what people state about an incident.
type factsForm struct {
	Rev       int64    `form:"rev"`
	Title     string   `form:"title"`
	Kind      string   `form:"kind"`
	Severity  string   `form:"severity"`
	Source    string   `form:"detected_by"`
	Breach    string   `form:"system_breach"`
	From      string   `form:"occurred_from"`
	To        string   `form:"occurred_to"`
	Vectors   []string `form:"vectors"`
	Summary   string   `form:"summary"`
	Commander string   `form:"commander"`
	Key       string   `form:"key"` // makes a doubled click one incident
}

func (f factsForm) details() (incident.Details, error) {
	wrong := map[string]string{}
	from, err := tokyo(f.From)
	if err != nil {
		wrong["occurred_from"] = "form.time"
	}
	to, err := tokyo(f.To)
	if err != nil {
		wrong["occurred_to"] = "form.time"
	}
	d := incident.Details{Title: f.Title, Kind: incident.Kind(f.Kind), Severity: incident.Severity(f.Severity), OccurredFrom: from, OccurredTo: to,
		DetectedBy: incident.Source(f.Source), Summary: f.Summary, Vectors: typed[incident.Vector](f.Vectors),
		SystemBreach: incident.Breach(f.Breach), Commander: f.Commander}
	if len(wrong) > 0 {
		return d, fault.Form(wrong)
	}
	return d, nil
}

type awarenessForm struct {
	Kind       string `form:"kind"`
	At         string `form:"at"`
	DateOnly   bool   `form:"date_only"`
	Department string `form:"department"`
	Evidence   string `form:"evidence"`
	Corrects   string `form:"corrects"`
	Why        string `form:"why"`
}

func (f awarenessForm) awareness() (incident.Awareness, error) {
	at, err := tokyo(f.At)
	a := incident.Awareness{Kind: incident.ClockKind(f.Kind), At: at, DateOnly: f.DateOnly, Department: f.Department, Evidence: f.Evidence}
	if err != nil {
		return a, fault.Field("at", "form.time")
	}
	return a, nil
}

func (h *Incidents) blank(v *Visit) error {
	d := incident.Details{Kind: incident.AccountTrade, Severity: "S3", DetectedBy: "monitoring", SystemBreach: "none_confirmed"}
	return h.drawNew(v, http.StatusOK, d, incident.Awareness{At: v.Shell.Now}, uuid.NewString())
}

func (h *Incidents) drawNew(v *Visit, status int, d incident.Details, a incident.Awareness, key string) error {
	v.Shell.Path = "/incidents/new"
	return v.Draw(status, view.NewIncident(v.Titled(v.Shell.T("incidents.new"), "incidents"), d, a, key))
}

func (h *Incidents) open(v *Visit) error {
	var f factsForm
	var g awarenessForm
	if err := v.Form(&f); err != nil {
		return err
	}
	if err := v.Form(&g); err != nil {
		return err
	}
	d, err := f.details()
	a, aerr := g.awareness()
	if err == nil {
		err = aerr
	}
	var i incident.Incident
	if err == nil {
		err = h.DB.Update(v.Request.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			i, err = h.Incidents.Open(ctx, tx, v.Actor, incident.New{Details: d, DetectedAt: a.At, Department: a.Department, Evidence: a.Evidence, Key: f.Key})
			return err
		})
	}
	if err == nil {
		return v.Done("/incidents/"+i.ID, "incident_opened")
	}
	status, err := v.Problem(renamed(err, "detected_at", "at"))
	if err != nil {
		return err
	}
	return h.drawNew(v, status, d, a, f.Key)
}

func (h *Incidents) show(v *Visit) error {
	return h.draw(v, http.StatusOK, func(*view.IncidentPage) {})
}

// draw reads the page; typed puts back what was typed in a form that has to be shown again.
func (h *Incidents) draw(v *Visit, status int, typed func(*view.IncidentPage)) error {
	ctx := v.Request.Context()
	sheet, err := h.Incidents.Sheet(ctx, v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	p := view.IncidentPage{Sheet: sheet, Typed: sheet.Incident.Details, Awareness: incident.Awareness{At: v.Shell.Now}}
	for _, c := range sheet.Clocks {
		p.Clocks = append(p.Clocks, view.Clock{Clock: c, Now: v.Shell.Now})
	}
	p.Items = items(sheet)
	if err := h.beside(v, &p); err != nil {
		return err
	}
	typed(&p)
	v.Shell.Topics, v.Shell.Path = "incident:"+sheet.Incident.ID, "/incidents/"+sheet.Incident.ID
	return v.Draw(status, view.Incident(v.Titled(sheet.Incident.No, "incidents"), p))
}

// items are the Rule 7 items that count now: the last reclassification, else the proposal.
func items(sheet incident.Sheet) []string {
	for _, e := range slices.Backward(sheet.Events) {
		if e.Kind == incident.Reclassified {
			return strings.Split(e.Items, ",")
		}
	}
	return incident.Proposed(sheet.Incident.Kind)
}

// beside adds the cases, the run of the playbook and the commander's name.
func (h *Incidents) beside(v *Visit, p *view.IncidentPage) error {
	rows, more, err := caseRows(v, h.Cases, cases.Filter{IncidentID: p.Incident.ID}, 10)
	if err != nil {
		return err
	}
	p.Cases, p.MoreCases = rows, more
	if p.Run, err = runPanel(v, h.Runs, workflow.Subject{Kind: "incident", ID: p.Incident.ID}); err != nil {
		return err
	}
	if p.Run == nil && v.Actor.May(actor.IncidentWrite) {
		if p.Playbooks, err = h.Runs.Versions(v.Request.Context(), v.Actor); err != nil {
			return err
		}
	}
	p.Commander, err = h.Accounts.Name(v.Request.Context(), p.Incident.Commander)
	return err
}

// after goes back to the incident, or draws it with the problem and what was typed.
func (h *Incidents) after(v *Visit, err error, done string, typed func(*view.IncidentPage)) error {
	if err == nil {
		return v.Done("/incidents/"+v.Param("id"), done)
	}
	status, err := v.Problem(worded(v, err, incidentWords))
	if err != nil {
		return err
	}
	return h.draw(v, status, typed)
}

// incidentWords are the codes in the room's errors and the words for them.
var incidentWords = map[string]string{"State": "incident.state.", "Event": "incident.event.", "Roles": "role."}

func (h *Incidents) edit(v *Visit) error {
	var f factsForm
	if err := v.Form(&f); err != nil {
		return err
	}
	d, err := f.details()
	if err == nil {
		_, err = h.Incidents.Edit(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, d)
	}
	return h.after(v, err, "saved", func(p *view.IncidentPage) { p.Typed, p.Edit = d, true })
}

func (h *Incidents) timeline(v *Visit) error {
	ctx, id := v.Request.Context(), v.Param("id")
	after, err := incident.ParseCursor(v.Query("after"))
	if err != nil {
		return err
	}
	sheet, err := h.Incidents.Sheet(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	lines, next, err := h.Incidents.Timeline(ctx, v.Actor, id, true, incident.Page{After: after})
	if err != nil {
		return err
	}
	sheet.Timeline, sheet.Older = lines, next
	return v.Draw(http.StatusOK, view.Timeline(v.Titled(sheet.Incident.No, "incidents"), view.IncidentPage{Sheet: sheet}))
}

type moveForm struct {
	Rev    int64  `form:"rev"`
	Event  string `form:"event"`
	Reason string `form:"reason"`
}

func (h *Incidents) move(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Incidents.Move(v.Request.Context(), v.Actor, incident.Cause{ID: v.Param("id"), Rev: f.Rev, Event: incident.Event(f.Event), Reason: f.Reason})
	return h.after(v, err, "moved", func(p *view.IncidentPage) { p.Why = f.Reason })
}

func (h *Incidents) agree(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	err := h.Incidents.Agree(v.Request.Context(), v.Actor, incident.Cause{ID: v.Param("id"), Rev: f.Rev, Event: incident.Event(f.Event), Reason: f.Reason})
	return h.after(v, err, "agreed", func(*view.IncidentPage) {})
}

func (h *Incidents) record(v *Visit) error {
	var f awarenessForm
	if err := v.Form(&f); err != nil {
		return err
	}
	a, err := f.awareness()
	switch {
	case err != nil:
	case f.Corrects != "":
		_, err = h.Incidents.Correct(v.Request.Context(), v.Actor, v.Param("id"), f.Corrects, a, f.Why)
	default:
		_, err = h.Incidents.RecordAwareness(v.Request.Context(), v.Actor, v.Param("id"), a)
	}
	return h.after(v, renamed(renamed(err, "reason", "why"), "kind", "clock-kind"), "event_recorded", func(p *view.IncidentPage) { p.Awareness, p.Corrects, p.CorrectsWhy = a, f.Corrects, f.Why })
}

func (h *Incidents) confirm(v *Visit) error {
	err := h.Incidents.ConfirmEvent(v.Request.Context(), v.Actor, v.Param("id"), v.Param("event"))
	return h.after(v, err, "event_confirmed", func(*view.IncidentPage) {})
}

type reclassifyForm struct {
	Items  []string `form:"items"`
	Reason string   `form:"reason"`
}

func (h *Incidents) reclassify(v *Visit) error {
	var f reclassifyForm
	if err := v.Form(&f); err != nil {
		return err
	}
	var numbers []int
	var err error
	for _, s := range f.Items {
		n, bad := strconv.Atoi(s)
		if bad != nil {
			err = fault.Field("items", "form.choice")
		}
		numbers = append(numbers, n)
	}
	if err == nil {
		_, err = h.Incidents.Reclassify(v.Request.Context(), v.Actor, v.Param("id"), numbers, f.Reason)
	}
	return h.after(v, renamed(err, "reason", "items_why"), "reclassified", func(p *view.IncidentPage) { p.Items, p.ItemsWhy = f.Items, f.Reason })
}

type countForm struct {
	Persons  string `form:"persons"`
	Evidence string `form:"evidence"`
}

func (h *Incidents) count(v *Visit) error {
	var f countForm
	if err := v.Form(&f); err != nil {
		return err
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(f.Persons, ",", ""), 10, 64)
	if err != nil || n < 0 {
		err = fault.Field("persons", "form.range")
	} else {
		_, err = h.Incidents.UpdateCount(v.Request.Context(), v.Actor, v.Param("id"), n, v.Shell.Now, f.Evidence)
	}
	return h.after(v, err, "counted", func(p *view.IncidentPage) { p.Persons, p.CountWhy = f.Persons, f.Evidence })
}

// listNext is the address of the next page of a list.
func listNext(path string, q url.Values, after string) string {
	if after == "" {
		return ""
	}
	out := url.Values{}
	for k, values := range q {
		out[k] = values
	}
	out.Set("after", after)
	return path + "?" + out.Encode()
}
