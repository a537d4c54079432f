package pages

import (
	"net/http"

	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/web/view"
)

// Papers are the papers that were prepared for an incident: reports to authorities, demands.
type Papers struct{ Incidents *incident.Store }

// Register puts the screens on the desk.
func (h *Papers) Register(d *Desk) {
	d.Get("/incidents/:id/papers", actor.FactsRead, h.list)
	d.Get("/papers/:id", actor.FactsRead, h.pdf)
}

func (h *Papers) list(v *Visit) error {
	i, list, err := h.Incidents.Papers(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	v.Shell.Topics, v.Shell.Path = "incident:"+i.ID, "/incidents/"+i.ID+"/papers"
	return v.Draw(http.StatusOK, view.Papers(v.Titled(i.No+" "+v.Shell.T("paper.title"), "incidents"), view.PapersPage{Incident: i, Papers: list}))
}

// pdf gives a paper; who opened it is on record.
func (h *Papers) pdf(v *Visit) error {
	pdf, p, err := h.Incidents.PaperPDF(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	v.Header("Content-Disposition", `attachment; filename="`+p.File()+`"`)
	v.Data(http.StatusOK, "application/pdf", pdf)
	return nil
}
