package pages

import (
	"net/http"

	"tasuke/internal/actor"
	"tasuke/internal/paging"
	"tasuke/web/view"
	"tasuke/workflow/reminder"
)

// Reminders is what the reader's roles were reminded of, and what lies ahead.
type Reminders struct {
	Reminders *reminder.Store
}

// Register puts the page on the desk.
func (h *Reminders) Register(d *Desk) {
	d.Get("/reminders", actor.ReminderRead, h.list)
	d.Post("/reminders/:id/seen", actor.ReminderRead, h.seen)
}

func (h *Reminders) list(v *Visit) error {
	after, err := paging.Parse(v.Query("after"))
	if err != nil {
		return err
	}
	p := view.ReminderPage{Filter: reminder.Filter{Unseen: v.Query("unseen") != "", Late: v.Query("late") != ""}, First: after.IsZero()}
	if p.Board, err = h.Reminders.List(v.Request.Context(), v.Actor, p.Filter, paging.Page{After: after}); err != nil {
		return err
	}
	p.Older = listNext("/reminders", v.Shell.Query, p.Next.String())
	v.Shell.Topics = "reminders"
	return v.Draw(http.StatusOK, view.Reminders(v.Titled(v.Shell.T("nav.reminders"), "reminders"), p))
}

// seen says that somebody of the role has taken notice.
func (h *Reminders) seen(v *Visit) error {
	if err := h.Reminders.Seen(v.Request.Context(), v.Actor, v.Param("id")); err != nil {
		return err
	}
	return v.Done("/reminders", "reminder_seen")
}
