package pages

import (
	"net/http"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/internal/savedfilter"
	"tasuke/web/view"
)

// Filters is where a person keeps lists narrowed under a name.
type Filters struct{ Filters *savedfilter.Store }

// Register puts the screens on the desk. What may be kept hangs on the list, which the room asks.
func (h *Filters) Register(d *Desk) {
	d.Get("/filters", SignedIn, func(v *Visit) error { return h.draw(v, http.StatusOK, nil) })
	d.Post("/filters", SignedIn, h.save)
	d.Post("/filters/none", SignedIn, h.none)
	d.Post("/filters/:id", SignedIn, h.change)
	d.Post("/filters/:id/remove", SignedIn, h.remove)
	d.Post("/filters/:id/restore", SignedIn, h.restore)
	d.Post("/filters/:id/default", SignedIn, h.prefer)
}

// filterForm is the form of a filter; the rest of it are the fields of the list's own form.
type filterForm struct {
	Rev      int64  `form:"rev"`
	List     string `form:"list"`
	Name     string `form:"name"`
	Role     string `form:"role"`
	Query    string `form:"q"`
	State    string `form:"state"`
	Incident string `form:"incident"`
	Mine     bool   `form:"mine"`
	Category string `form:"category"`
}

// values are what was filled in of the list's form.
func (f filterForm) values() map[string]string {
	return filled(map[string]string{"q": f.Query, "state": f.State, "incident": f.Incident, "mine": yes(f.Mine), "category": f.Category})
}

// filled leaves out what is empty.
func filled(all map[string]string) map[string]string {
	for k, v := range all {
		if v == "" {
			delete(all, k)
		}
	}
	return all
}

func yes(b bool) string {
	if b {
		return "true"
	}
	return ""
}

func (h *Filters) draw(v *Visit, status int, draft *savedfilter.Filter) error {
	own, err := h.Filters.Own(v.Request.Context(), v.Actor)
	if err != nil {
		return err
	}
	v.Shell.Path = "/filters"
	return v.Draw(status, view.Filters(v.Titled(v.Shell.T("filter.title"), ""), view.FiltersPage{Own: own, Draft: draft}))
}

func (h *Filters) save(v *Visit) error {
	var form filterForm
	if err := v.Form(&form); err != nil {
		return err
	}
	f := savedfilter.Filter{List: form.List, Role: actor.Role(form.Role),
		Content: savedfilter.Content{Name: form.Name, Values: form.values(), Personal: form.Query != ""}}
	saved, err := h.Filters.Save(v.Request.Context(), v.Actor, f)
	if err == nil {
		return v.Done("/"+saved.List+"?filter="+saved.ID, "filter_saved")
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.draw(v, status, &f)
}

// after goes back to the filters, or draws them as they are with what was wrong.
func (h *Filters) after(v *Visit, err error, done string) error {
	if err == nil {
		return v.Done("/filters", done)
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.draw(v, status, nil)
}

func (h *Filters) change(v *Visit) error {
	var f filterForm
	err := v.Form(&f)
	if err == nil {
		_, err = h.Filters.Change(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, f.Name, actor.Role(f.Role))
	}
	return h.after(v, err, "saved")
}

func (h *Filters) remove(v *Visit) error {
	var f filterForm
	err := v.Form(&f)
	if err == nil {
		_, err = h.Filters.Remove(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
	}
	return h.after(v, err, "filter_removed")
}

func (h *Filters) restore(v *Visit) error {
	var f filterForm
	err := v.Form(&f)
	if err == nil {
		_, err = h.Filters.Restore(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
	}
	return h.after(v, err, "filter_restored")
}

func (h *Filters) prefer(v *Visit) error {
	var f filterForm
	err := v.Form(&f)
	if err == nil {
		err = h.Filters.SetDefault(v.Request.Context(), v.Actor, f.List, v.Param("id"))
	}
	return h.after(v, err, "saved")
}

func (h *Filters) none(v *Visit) error {
	var f filterForm
	err := v.Form(&f)
	if err == nil {
		err = h.Filters.SetDefault(v.Request.Context(), v.Actor, f.List, "")
	}
	return h.after(v, err, "saved")
}

// narrowed finds the saved filter that a list is to be opened with: the one in the address, or the
// person's default when the address says nothing. One that is gone is as if it were not asked for.
func narrowed(v *Visit, s *savedfilter.Store, list string) (f savedfilter.Filter, asked bool, err error) {
	id := v.Query("filter")
	if id == "none" {
		return f, false, nil
	}
	if id == "" && len(v.Shell.Query) == 0 {
		if id, err = s.Default(v.Request.Context(), v.Actor, list); err != nil {
			return f, false, err
		}
	}
	if id == "" {
		return f, false, nil
	}
	f, err = s.Use(v.Request.Context(), v.Actor, list, id)
	if fault.Is(err, fault.NotFound) {
		return f, false, nil
	}
	return f, err == nil, err
}

// usable are the filters above a list.
func usable(v *Visit, s *savedfilter.Store, list, using string, values map[string]string) (view.SavedFilters, error) {
	all, err := s.For(v.Request.Context(), v.Actor, list)
	return view.SavedFilters{List: list, All: all, Using: using, Values: filled(values)}, err
}
