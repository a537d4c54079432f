package pages

import (
	"context"
	"net/http"
	"strconv"

	"tasuke/cases/customer"
	"tasuke/cases/incident"
	"tasuke/cases/sweep"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// Sweeps is the list of impact sweeps 影響調査, the page of one, and its hits.
type Sweeps struct {
	DB        *db.DB
	Sweeps    *sweep.Store
	Incidents *incident.Store
	Customers *customer.Store
}

// Register puts the screens on the desk.
func (h *Sweeps) Register(d *Desk) {
	d.Get("/sweeps", actor.SweepRead, h.list)
	d.Get("/sweeps/:id", actor.SweepRead, h.show)
	d.Post("/sweeps/:id/moves", actor.SweepRead, h.move)
	d.Post("/sweeps/:id/cases", actor.SweepReview, h.cases)
	d.Get("/sweeps/:id/hits/:hit", actor.SweepRead, h.hit)
	d.Post("/sweeps/:id/hits/:hit", actor.SweepReview, h.judge)
	d.Get("/sweeps/:id/indicators/:indicator", actor.SweepRead, h.indicator)
	d.Post("/sweeps/:id/indicators/:indicator", actor.SweepWrite, h.change)
	d.Post("/sweeps/:id/indicators/:indicator/override", actor.SweepWrite, h.override)
	d.Post("/sweeps/:id/indicators/:indicator/reveal", actor.CustomerReveal, h.reveal)
	d.Get("/incidents/:id/sweep", actor.SweepRead, h.plan)
	d.Post("/incidents/:id/sweep", actor.SweepWrite, h.paste)
	d.Post("/incidents/:id/sweep/start", actor.SweepWrite, h.start)
	d.Post("/incidents/:id/sweep/activate", actor.SweepWrite, h.activate)
}

func (h *Sweeps) list(v *Visit) error {
	l := view.SweepList{State: v.Query("state"), Open: v.Query("open") != "", Incident: v.Query("incident")}
	after, err := sweep.ParseCursor(v.Query("after"))
	if err != nil {
		return err
	}
	rows, next, err := h.Sweeps.List(v.Request.Context(), v.Actor,
		sweep.Filter{State: sweep.State(l.State), Open: l.Open, IncidentID: l.Incident}, sweep.Page{After: after})
	if err != nil {
		return err
	}
	ids := make([]string, len(rows), len(rows)+1)
	for i, e := range rows {
		ids[i] = e.IncidentID
	}
	if l.Incident != "" {
		ids = append(ids, l.Incident)
	}
	numbers, err := incidentNumbers(v, h.DB, h.Incidents, ids)
	if err != nil {
		return err
	}
	if l.IncidentNo = numbers[l.Incident]; l.Incident != "" && l.IncidentNo == "" {
		return fault.New(fault.NotFound, "row.none", nil)
	}
	for _, e := range rows {
		l.Rows = append(l.Rows, view.SweepRow{Entry: e, IncidentNo: numbers[e.IncidentID]})
	}
	l.Next = listNext("/sweeps", v.Shell.Query, next.String())
	v.Shell.Topics = "sweeps"
	return v.Draw(http.StatusOK, view.Sweeps(v.Titled(v.Shell.T("sweep.title"), "sweeps"), l))
}

func (h *Sweeps) show(v *Visit) error { return h.draw(v, http.StatusOK, "") }

// draw reads the page of a sweep with the round that was asked for; why is what was typed.
func (h *Sweeps) draw(v *Visit, status int, why string) error {
	n, err := roundAsked(v.Query("round"))
	if err != nil {
		return err
	}
	sheet, err := h.Sweeps.Get(v.Request.Context(), v.Actor, v.Param("id"), n)
	if err != nil {
		return err
	}
	p := view.SweepPage{Sheet: sheet, Verdict: v.Query("verdict"), Delta: v.Query("delta"), Waiting: v.Query("waiting") != "", Why: why}
	if p.Round != nil && p.Round.Stage == sweep.RoundComplete {
		if err := h.hits(v, &p); err != nil {
			return err
		}
	}
	v.Shell.Topics, v.Shell.Path = "sweep:"+sheet.Sweep.ID, "/sweeps/"+sheet.Sweep.ID
	return v.Draw(status, view.Sweep(v.Titled(sheet.Sweep.No, "sweeps"), p))
}

// roundAsked is the number of a round in an address; 0 is the last one.
func roundAsked(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "row.none", nil)
	}
	return n, nil
}

// hits reads a page of the hits and the customers of all that is shown.
func (h *Sweeps) hits(v *Visit, p *view.SweepPage) error {
	after, err := sweep.ParseCursor(v.Query("after"))
	if err != nil {
		return err
	}
	list, next, err := h.Sweeps.Hits(v.Request.Context(), v.Actor, p.Sweep.ID, sweep.HitFilter{Round: p.Round.N, Verdict: sweep.Verdict(p.Verdict),
		Delta: sweep.Delta(p.Delta), Waiting: p.Waiting}, sweep.Page{After: after})
	if err != nil {
		return err
	}
	p.Hits, p.Next = list, listNext("/sweeps/"+p.Sweep.ID, v.Shell.Query, next.String())
	var ids []string
	for _, x := range append(append([]sweep.Hit{}, list...), p.Gone...) {
		if x.Registered() {
			ids = append(ids, x.CustomerID)
		}
	}
	return h.DB.View(v.Request.Context(), func(ctx context.Context, tx *db.Tx) error {
		p.Customers, err = h.Customers.Masked(ctx, tx, ids)
		return err
	})
}

// sweepWords are the codes in the room's errors and the words for them.
var sweepWords = map[string]string{"State": "sweep.state.", "Event": "sweep.event.", "Roles": "role."}

func (h *Sweeps) move(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Sweeps.Move(v.Request.Context(), v.Actor, sweep.Cause{ID: v.Param("id"), Rev: f.Rev, Event: sweep.Event(f.Event), Reason: f.Reason})
	if err == nil {
		return v.Done("/sweeps/"+v.Param("id"), "sweep_moved")
	}
	status, err := v.Problem(worded(v, err, sweepWords))
	if err != nil {
		return err
	}
	return h.draw(v, status, f.Reason)
}

func (h *Sweeps) cases(v *Visit) error {
	_, err := h.Sweeps.MakeCases(v.Request.Context(), v.Actor, v.Param("id"))
	if err == nil {
		return v.Done("/sweeps/"+v.Param("id")+"?verdict=confirmed", "sweep_cased")
	}
	status, err := v.Problem(worded(v, err, sweepWords))
	if err != nil {
		return err
	}
	return h.draw(v, status, "")
}
