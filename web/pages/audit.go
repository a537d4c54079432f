package pages

import (
	"net/http"
	"slices"

	"tasuke/cases/deadline/calendar"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/signin"
	"tasuke/web/view"
	"tasuke/web/words"
)

// auditRows is how many entries a page of the trail has.
const auditRows = 50

// Audit is the trail of what was done and of who saw what, for auditors.
type Audit struct {
	Log      *audit.Log
	Accounts *signin.Service
}

// Register puts the page on the desk.
func (h *Audit) Register(d *Desk) { d.Get("/audit", actor.AuditRead, h.list) }

func (h *Audit) list(v *Visit) error {
	ctx := v.Request.Context()
	p := view.AuditPage{Filter: view.AuditFilter{Tree: v.Query("tree"), Actor: v.Query("actor"), Kind: v.Query("kind"),
		ID: v.Query("id"), From: v.Query("from"), To: v.Query("to")}}
	f, err := auditFilter(p.Filter, v.Query("after"))
	var found audit.Page
	if err == nil {
		found, err = h.Log.List(ctx, v.Actor, f, auditRows)
	}
	status := http.StatusOK
	if err != nil {
		if status, err = v.Problem(err); err != nil {
			return err
		}
	}
	p.Rows, p.Next = found.Rows, listNext("/audit", v.Shell.Query, found.Next)
	if p.People, err = h.Accounts.Colleagues(ctx); err != nil {
		return err
	}
	if p.Filter.ActorName, err = h.actorName(v, p.Filter.Actor, found.Rows); err != nil {
		return err
	}
	return v.Draw(status, view.Audit(v.Titled(v.Shell.T("nav.audit"), "audit"), p))
}

// auditFilter reads the form; days are of Tokyo and both included.
func auditFilter(f view.AuditFilter, after string) (audit.Filter, error) {
	out := audit.Filter{Tree: audit.Tree(f.Tree), ActorID: f.Actor, ObjectKind: f.Kind, ObjectID: f.ID, After: after}
	wrong := map[string]string{}
	if f.Tree != "" && !slices.Contains(audit.Trees, out.Tree) {
		wrong["tree"] = "form.choice"
	}
	if f.From != "" {
		d, err := calendar.Parse(f.From)
		if err != nil {
			wrong["from"] = "form.date"
		}
		out.From = db.At(d.Start(words.Tokyo))
	}
	if f.To != "" {
		d, err := calendar.Parse(f.To)
		if err != nil {
			wrong["to"] = "form.date"
		}
		out.To = db.At(d.End(words.Tokyo))
	}
	if len(wrong) > 0 {
		return out, fault.Form(wrong)
	}
	return out, nil
}

// actorName is who the trail was narrowed to, as the entries or the accounts call them.
func (h *Audit) actorName(v *Visit, id string, rows []audit.Listed) (string, error) {
	if len(rows) > 0 && id != "" {
		return rows[0].ActorName, nil
	}
	name, err := h.Accounts.Name(v.Request.Context(), id)
	if name == "" {
		name = id
	}
	return name, err
}
