package pages

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"tasuke/cases"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/internal/signin"
	"tasuke/web/view"
)

// Batch gives many cases to a person: what would change, then the act, then what became of each.
type Batch struct {
	Cases    *cases.Store
	Accounts *signin.Service
}

// Register puts the screens on the desk.
func (h *Batch) Register(d *Desk) {
	d.Post("/assignments", actor.CaseWrite, h.preview)
	d.Post("/assignments/go", actor.CaseWrite, h.assign)
	d.Get("/assignments/:id", actor.CaseRead, func(v *Visit) error { return h.draw(v, http.StatusOK) })
	d.Post("/assignments/:id/undo", actor.CaseWrite, h.undo)
}

// batchForm is what was chosen on the list: boxes, or everything the filter has.
type batchForm struct {
	caseFind
	What     string   `form:"what"`
	Pick     []string `form:"pick"`
	Assignee string   `form:"assignee"`
	Key      string   `form:"key"`
}

// picks reads "id:rev" for each chosen case.
func (f batchForm) picks() (out []cases.Pick, err error) {
	for _, p := range f.Pick {
		id, rev, _ := strings.Cut(p, ":")
		n, err := strconv.ParseInt(rev, 10, 64)
		if err != nil {
			return nil, fault.Field("pick", "form.choice")
		}
		out = append(out, cases.Pick{ID: id, Rev: n})
	}
	return out, nil
}

// able is the shown name of a colleague who may work on cases.
func (h *Batch) able(v *Visit, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	people, err := h.Accounts.Colleagues(v.Request.Context())
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(people, func(c signin.Colleague) bool { return c.ID == id && c.Actor().May(actor.CaseWrite) })
	if i < 0 {
		return "", fault.Field("assignee", "form.choice")
	}
	return people[i].Name, nil
}

func (h *Batch) preview(v *Visit) error {
	var f batchForm
	if err := v.Form(&f); err != nil {
		return err
	}
	p := view.BatchPreview{Assignee: f.Assignee, Key: uuid.NewString()}
	picks, err := f.picks()
	if err == nil {
		p.Name, err = h.able(v, f.Assignee)
	}
	var found []cases.Entry
	switch {
	case err != nil:
	case f.What == "all":
		found, p.More, err = h.Cases.Selection(v.Request.Context(), v.Actor, f.filter(v))
	default:
		ids := make([]string, len(picks))
		for i, k := range picks {
			ids[i] = k.ID
		}
		found, err = h.Cases.Chosen(v.Request.Context(), v.Actor, ids)
	}
	return h.drawPreview(v, p, found, err)
}

func (h *Batch) drawPreview(v *Visit, p view.BatchPreview, found []cases.Entry, err error) error {
	status := http.StatusOK
	if err != nil {
		if status, err = v.Problem(err); err != nil {
			return err
		}
	}
	people := names{accounts: h.Accounts}
	for _, e := range found {
		r := view.CaseRow{Entry: e}
		if r.AssigneeName, err = people.of(v.Request.Context(), e.Assignee); err != nil {
			return err
		}
		p.Rows = append(p.Rows, r)
	}
	v.Shell.Path = "/cases"
	return v.Draw(status, view.Preview(v.Titled(v.Shell.T("batch.title"), "cases"), p))
}

func (h *Batch) assign(v *Visit) error {
	var f batchForm
	if err := v.Form(&f); err != nil {
		return err
	}
	picks, err := f.picks()
	name := ""
	if err == nil {
		name, err = h.able(v, f.Assignee)
	}
	var b cases.Batch
	if err == nil {
		b, err = h.Cases.AssignAll(v.Request.Context(), v.Actor, f.Key, f.Assignee, picks)
	}
	if err == nil {
		return v.Done("/assignments/"+b.ID, "")
	}
	return h.drawPreview(v, view.BatchPreview{Assignee: f.Assignee, Name: name, Key: f.Key}, h.again(v, picks), err)
}

// again reads what was chosen once more for a page that could not be done; without it the page
// says what was wrong and no more.
func (h *Batch) again(v *Visit, picks []cases.Pick) []cases.Entry {
	ids := make([]string, 0, cases.BatchLimit)
	for _, k := range picks[:min(len(picks), cases.BatchLimit)] {
		ids = append(ids, k.ID)
	}
	found, err := h.Cases.Chosen(v.Request.Context(), v.Actor, ids)
	if err != nil {
		return nil
	}
	return found
}

func (h *Batch) draw(v *Visit, status int) error {
	b, err := h.Cases.Batch(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	p, people := view.BatchPage{Batch: b, Names: map[string]string{}}, names{accounts: h.Accounts}
	ids := []string{b.Assignee}
	for _, r := range b.Rows {
		ids = append(ids, r.Was, r.Now)
	}
	for _, id := range ids {
		if p.Names[id], err = people.of(v.Request.Context(), id); err != nil {
			return err
		}
	}
	v.Shell.Path = "/assignments/" + b.ID
	return v.Draw(status, view.Batch(v.Titled(v.Shell.T("batch.title"), "cases"), p))
}

func (h *Batch) undo(v *Visit) error {
	_, err := h.Cases.UndoBatch(v.Request.Context(), v.Actor, v.Param("id"))
	if err == nil {
		return v.Done("/assignments/"+v.Param("id"), "")
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.draw(v, status)
}
