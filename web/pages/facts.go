package pages

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"tasuke/cases/incident"
	"tasuke/contacts/filing"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// Facts is the fact sheet (事実確認書) of an incident and its versions.
type Facts struct {
	DB        *db.DB
	Incidents *incident.Store
	Filings   *filing.Store
}

// Register puts the screens on the desk.
func (h *Facts) Register(d *Desk) {
	d.Get("/incidents/:id/facts", actor.FactsRead, h.show)
	d.Post("/incidents/:id/facts", actor.FactsWrite, h.save)
	d.Get("/incidents/:id/facts/versions/:version", actor.FactsRead, h.version)
	d.Post("/incidents/:id/filings", actor.FilingWrite, h.derive)
}

func (h *Facts) show(v *Visit) error {
	return h.draw(v, http.StatusOK, 0, func(p *view.FactSheetPage) { p.Edit = p.Sheet.Version == 0 })
}

func (h *Facts) version(v *Visit) error {
	n, err := strconv.ParseInt(v.Param("version"), 10, 64)
	if err != nil || n < 1 {
		return fault.New(fault.NotFound, "row.none", nil)
	}
	return h.draw(v, http.StatusOK, n, func(p *view.FactSheetPage) { p.Old = n != p.Newest })
}

// draw reads the page; typed puts back what was typed in a form that has to be shown again.
func (h *Facts) draw(v *Visit, status int, version int64, typed func(*view.FactSheetPage)) error {
	read, err := h.Incidents.ReadFacts(v.Request.Context(), v.Actor, v.Param("id"), version)
	if err != nil {
		return err
	}
	p := view.FactSheetPage{FactsPage: read, Fields: view.FieldsOf(v.Shell, read.Sheet.FactContent)}
	if len(read.Versions) > 0 {
		p.Newest = read.Versions[0].Version
	}
	typed(&p)
	v.Shell.Path = "/incidents/" + read.Incident.ID + "/facts"
	if version != 0 {
		v.Shell.Path += "/versions/" + strconv.FormatInt(version, 10)
	}
	return v.Draw(status, view.Facts(v.Titled(read.Incident.No+" "+v.Shell.T("factsheet.title"), "incidents"), p))
}

func (h *Facts) save(v *Visit) error {
	fields, err := factsTyped(v)
	seen, bad := strconv.ParseInt(v.PostForm("version"), 10, 64)
	if bad != nil {
		err = fault.Wrap(fault.Invalid, "form.malformed", nil, bad)
	}
	if err == nil {
		_, err = h.Incidents.SaveFacts(v.Request.Context(), v.Actor, v.Param("id"), seen, fields.FactContent)
	}
	if err == nil {
		return v.Done("/incidents/"+v.Param("id")+"/facts", "facts_saved")
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.draw(v, status, 0, func(p *view.FactSheetPage) {
		if bad == nil && p.Sheet.Version != seen { // somebody saved first: both stand in the form
			fields.Now, fields.Differ = p.Sheet.FactContent, incident.FactDiff(fields.FactContent, p.Sheet.FactContent)
		}
		p.Fields, p.Edit = fields, true
	})
}

// derive looks which reports the clocks of the incident ask for.
func (h *Facts) derive(v *Visit) error {
	var created int
	err := h.DB.Update(v.Request.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		created, err = h.Filings.Derive(ctx, tx, v.Actor, v.Param("id"))
		return err
	})
	switch {
	case err == nil && created > 0:
		return v.Done("/filings?incident="+v.Param("id"), "filing_identified")
	case err == nil:
		return v.Done("/filings?incident="+v.Param("id"), "filing_none_new")
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.draw(v, status, 0, func(*view.FactSheetPage) {})
}

// factsTyped reads the items of a fact sheet or of a report as a browser sends them; times that
// are not times and numbers that are not numbers are named by field.
func factsTyped(v *Visit) (view.FactFields, error) {
	wrong := map[string]string{}
	at := func(field string) db.Instant {
		i, err := tokyo(v.PostForm(field))
		if err != nil {
			wrong[field] = "form.time"
		}
		return i
	}
	f := view.FactFields{
		DiscoveredAt: v.PostForm("discovered_at"), From: v.PostForm("occurred_from"), To: v.PostForm("occurred_to"),
		Number: v.PostForm("persons_number"), AsOf: v.PostForm("persons_as_of"),
		FactContent: incident.FactContent{
			Items: map[incident.FactItem]incident.Fact{}, Discovered: at("discovered_at"), OccurredFrom: at("occurred_from"), OccurredTo: at("occurred_to"),
			Entrusted: incident.Entrusted(v.PostForm("entrusted_choice")), PersonsAsOf: at("persons_as_of"),
		},
	}
	for _, k := range incident.FactItems {
		f.Items[k] = incident.Fact{Text: unixLines(v.PostForm(string(k))), Known: incident.Known(v.PostForm("known-" + string(k)))}
	}
	n, err := people(f.Number)
	switch {
	case err != nil:
		wrong["persons_number"] = "form.range"
	case strings.TrimSpace(f.Number) == "" && f.AsOf != "":
		wrong["persons_number"] = "form.required"
	case strings.TrimSpace(f.Number) != "" && f.AsOf == "":
		wrong["persons_as_of"] = "form.required"
	}
	f.Persons = n
	if len(wrong) > 0 {
		return f, fault.Form(wrong)
	}
	return f, nil
}

// people reads a number of persons as people write it: １２,３４５人. Left empty it is 0.
func people(s string) (int64, error) {
	s = strings.NewReplacer(",", "", "人", "", "名", "", " ", "").Replace(norm.NFKC.String(s))
	if s == "" {
		return 0, nil
	}
	return strconv.ParseInt(s, 10, 64)
}
