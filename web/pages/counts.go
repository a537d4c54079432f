package pages

import (
	"net/http"
	"strings"

	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// Counts is the number ledger (件数断面) of an incident.
type Counts struct{ Incidents *incident.Store }

// Register puts the screens on the desk.
func (h *Counts) Register(d *Desk) {
	d.Get("/incidents/:id/counts", actor.CountsRead, h.show)
	d.Post("/incidents/:id/counts", actor.CountsWrite, h.take)
	d.Get("/incidents/:id/counts.csv", actor.CountsRead, h.export)
}

func (h *Counts) show(v *Visit) error {
	return h.draw(v, http.StatusOK, func(*view.CountsPage) {})
}

// draw reads the page; typed puts back what was typed in a form that has to be shown again.
func (h *Counts) draw(v *Visit, status int, typed func(*view.CountsPage)) error {
	after, err := incident.ParseCursor(v.Query("after"))
	if err != nil {
		return err
	}
	board, err := h.Incidents.Counts(v.Request.Context(), v.Actor, v.Param("id"), incident.Page{After: after, Limit: 20})
	if err != nil {
		return err
	}
	p := view.CountsPage{CountBoard: board, Typed: view.TypedOf(board)}
	p.More = listNext("/incidents/"+board.Incident.ID+"/counts", v.Shell.Query, board.Next.String())
	typed(&p)
	v.Shell.Topics, v.Shell.Path = "incident:"+board.Incident.ID, "/incidents/"+board.Incident.ID+"/counts"
	return v.Draw(status, view.Counts(v.Titled(board.Incident.No+" "+v.Shell.T("counts.title"), "incidents"), p))
}

// take takes a snapshot, with the numbers that no room counts as they were typed.
func (h *Counts) take(v *Visit) error {
	list, rows, err := countsTyped(v)
	if err == nil {
		_, err = h.Incidents.TakeSnapshot(v.Request.Context(), v.Actor, v.Param("id"), list...)
	}
	if err == nil {
		return v.Done("/incidents/"+v.Param("id")+"/counts", "counts_taken")
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.draw(v, status, func(p *view.CountsPage) { p.Typed, p.Edit = rows, true })
}

// countsTyped reads the numbers typed by hand; a row without a number is none.
func countsTyped(v *Visit) (list []incident.Typed, rows map[string]view.TypedCount, err error) {
	rows, wrong := map[string]view.TypedCount{}, map[string]string{}
	for _, u := range incident.CountUnits {
		for _, st := range incident.CountStages {
			k := incident.CountKey{Unit: u, Stage: st}.String()
			row := view.TypedCount{N: v.PostForm("n." + k), Reason: unixLines(v.PostForm("reason." + k))}
			rows[k] = row
			if strings.TrimSpace(row.N) == "" {
				continue
			}
			n, err := amount(row.N)
			if err != nil {
				wrong["typed."+k] = "form.range"
			}
			list = append(list, incident.Typed{Unit: u, Stage: st, N: n, Reason: row.Reason})
		}
	}
	if len(wrong) > 0 {
		return nil, rows, fault.Form(wrong)
	}
	return list, rows, nil
}

// amount reads a number as people write it: １２,３４５円.
func amount(s string) (int64, error) {
	return people(strings.NewReplacer("円", "", "件", "", "口座", "", "¥", "", "￥", "").Replace(s))
}

func (h *Counts) export(v *Visit) error {
	file, name, err := h.Incidents.CountsCSV(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	v.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	v.Data(http.StatusOK, "text/csv; charset=utf-8", file)
	return nil
}
