package pages

import (
	"net/http"
	"strconv"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/internal/signin"
	"tasuke/web/view"
	"tasuke/workflow"
	"tasuke/workflow/handover"
)

// shift is how far back the page looks when nobody knows when the reader left.
const shift = 12 * time.Hour

// longest is how far back a sign-out is looked for.
const longest = 72 * time.Hour

// Handover is the page of a change of shifts (引継ぎ): what happened since the reader left.
type Handover struct {
	*Home
	Accounts *signin.Service
	Notes    *handover.Store
}

// Register puts the page on the desk.
func (h *Handover) Register(d *Desk) {
	d.Get("/handover", actor.TaskRead, h.show)
	d.Post("/handover", actor.TaskWork, h.leave)
}

func (h *Handover) show(v *Visit) error { return h.draw(v, http.StatusOK, v.Query("hours"), nil) }

func (h *Handover) draw(v *Visit, status int, hours string, change func(*view.HandoverPage)) error {
	p := view.HandoverPage{Hours: hours, Writes: v.Actor.May(actor.TaskWork)}
	if err := h.from(v, &p); err != nil {
		return err
	}
	if err := h.read(v, &p); err != nil {
		return err
	}
	if change != nil {
		change(&p)
	}
	v.Shell.Topics = "tasks," + handover.Topic
	return v.Draw(status, view.Handover(v.Titled(v.Shell.T("handover.title"), "handover"), p))
}

// from is the moment from which on things are news: as chosen, or when the reader signed out.
func (h *Handover) from(v *Visit, p *view.HandoverPage) error {
	if p.Hours != "" {
		n, err := strconv.Atoi(p.Hours)
		if err != nil || n < 1 || n > 24*31 {
			return fault.Field("hours", "form.range")
		}
		p.From = v.Shell.Now.Add(-time.Duration(n) * time.Hour)
		return nil
	}
	left, err := h.Accounts.LeftAt(v.Request.Context(), v.Actor.ID)
	p.From, p.Left = v.Shell.Now.Add(-shift), false
	if left > v.Shell.Now.Add(-longest) {
		p.From, p.Left = left, true
	}
	return err
}

func (h *Handover) read(v *Visit, p *view.HandoverPage) (err error) {
	ctx := v.Request.Context()
	next, err := h.Runs.NextActions(ctx, v.Actor, 3)
	if err != nil {
		return err
	}
	if p.Next, err = taskRows(v, h.DB, h.Incidents, h.Cases, next); err != nil {
		return err
	}
	var done []workflow.Task
	if done, p.More, err = h.Runs.Since(ctx, v.Actor, p.From); err != nil {
		return err
	}
	if p.Done, err = taskRows(v, h.DB, h.Incidents, h.Cases, done); err != nil {
		return err
	}
	if p.Loads, err = h.Runs.Loads(ctx, v.Actor); err != nil {
		return err
	}
	if p.Notes, err = h.Notes.Since(ctx, v.Actor, p.From); err != nil || !v.Actor.May(actor.IncidentRead) {
		return err
	}
	var home view.HomePage
	err = h.clocks(v, &home)
	p.Due = home.Due
	return err
}

type shiftForm struct {
	Hours string `form:"hours"`
	Role  string `form:"role"`
	Note  string `form:"note"`
}

// leave keeps a note for the next shift.
func (h *Handover) leave(v *Visit) error {
	var f shiftForm
	if err := v.Form(&f); err != nil {
		return err
	}
	err := h.Notes.Leave(v.Request.Context(), v.Actor, actor.Role(f.Role), unixLines(f.Note))
	if err == nil {
		return v.Done("/handover", "handover_left")
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	if _, bad := strconv.Atoi(f.Hours); bad != nil {
		f.Hours = ""
	}
	return h.draw(v, status, f.Hours, func(p *view.HandoverPage) { p.Note, p.For = unixLines(f.Note), f.Role })
}
