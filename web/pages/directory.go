package pages

import (
	"net/http"

	"tasuke/contacts"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
	"tasuke/web/view"
)

// Directory is the directory of desks: the list, one desk, and the form for a new one.
type Directory struct {
	Desks *contacts.Store
}

// Register puts the screens on the desk.
func (h *Directory) Register(d *Desk) {
	d.Get("/directory", actor.DirectoryRead, h.list)
	d.Post("/directory", actor.DirectoryWrite, h.create)
	d.Get("/directory/new", actor.DirectoryWrite, h.fresh)
	d.Get("/directory/:id", actor.DirectoryRead, h.show)
	d.Post("/directory/:id", actor.DirectoryWrite, h.save)
	d.Post("/directory/:id/verify", actor.DirectoryWrite, h.verify)
}

func (h *Directory) list(v *Visit) error {
	after, err := paging.Parse(v.Query("after"))
	if err != nil {
		return err
	}
	p := view.Directory{Filter: contacts.Filter{Kind: contacts.Kind(v.Query("kind")), Query: v.Query("q"),
		Stale: v.Query("stale") != "", Retired: v.Query("retired") != ""}}
	rows, next, err := h.Desks.List(v.Request.Context(), v.Actor, p.Filter, paging.Page{After: after})
	if err != nil {
		return err
	}
	p.Rows, p.Next = rows, listNext("/directory", v.Shell.Query, next.String())
	return v.Draw(http.StatusOK, view.Desks(v.Titled(v.Shell.T("directory.title"), "directory"), p))
}

// directoryForm is what people state about a desk.
type directoryForm struct {
	Rev      int64  `form:"rev"`
	Kind     string `form:"kind"`
	Name     string `form:"name"`
	BankCode string `form:"bank_code"`
	Section  string `form:"section"`
	Phone    string `form:"phone"`
	Mail     string `form:"mail"`
	Hours    string `form:"hours"`
	Note     string `form:"note"`
	Retired  bool   `form:"retired"`
}

func (f directoryForm) details() contacts.Details {
	return contacts.Details{Kind: contacts.Kind(f.Kind), Name: f.Name, BankCode: f.BankCode, Section: f.Section, Phone: f.Phone, Mail: f.Mail,
		Hours: f.Hours, Note: unixLines(f.Note), Retired: f.Retired}
}

func (h *Directory) fresh(v *Visit) error {
	return h.drawNew(v, http.StatusOK, contacts.Details{Kind: contacts.Bank})
}

func (h *Directory) drawNew(v *Visit, status int, typed contacts.Details) error {
	v.Shell.Path = "/directory/new"
	return v.Draw(status, view.OneDesk(v.Titled(v.Shell.T("directory.new"), "directory"), view.DeskPage{Typed: typed}))
}

func (h *Directory) create(v *Visit) error {
	var f directoryForm
	if err := v.Form(&f); err != nil {
		return err
	}
	d, err := h.Desks.Save(v.Request.Context(), v.Actor, contacts.Desk{Details: f.details()})
	if err == nil {
		return v.Done("/directory/"+d.ID, "saved")
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.drawNew(v, status, f.details())
}

func (h *Directory) show(v *Visit) error { return h.draw(v, http.StatusOK, func(*view.DeskPage) {}) }

// draw reads the desk as it now is; typed puts back what was typed.
func (h *Directory) draw(v *Visit, status int, typed func(*view.DeskPage)) error {
	d, err := h.Desks.Get(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	p := view.DeskPage{Desk: d, Typed: d.Details, Verified: v.Shell.Input(v.Shell.Now)}
	typed(&p)
	v.Shell.Path = "/directory/" + d.ID
	return v.Draw(status, view.OneDesk(v.Titled(d.Name, "directory"), p))
}

// after goes back to the desk, or draws it with the problem and what was typed.
func (h *Directory) after(v *Visit, err error, done string, typed func(*view.DeskPage)) error {
	if err == nil {
		return v.Done("/directory/"+v.Param("id"), done)
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.draw(v, status, typed)
}

func (h *Directory) save(v *Visit) error {
	var f directoryForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Desks.Save(v.Request.Context(), v.Actor, contacts.Desk{ID: v.Param("id"), Rev: f.Rev, Details: f.details()})
	return h.after(v, err, "saved", func(p *view.DeskPage) { p.Typed = f.details() })
}

type deskVerifyForm struct {
	Rev int64  `form:"rev"`
	At  string `form:"verified_at"`
}

// verify says that the reader has made sure of the entry.
func (h *Directory) verify(v *Visit) error {
	var f deskVerifyForm
	if err := v.Form(&f); err != nil {
		return err
	}
	at, err := tokyo(f.At)
	if err != nil {
		err = fault.Field("verified_at", "form.time")
	} else {
		_, err = h.Desks.Verify(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, at)
	}
	return h.after(v, err, "desk_verified", func(p *view.DeskPage) { p.Verified = f.At })
}
