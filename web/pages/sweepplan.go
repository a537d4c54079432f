package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"

	"tasuke/cases/sweep"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

func (h *Sweeps) plan(v *Visit) error {
	return h.drawPlan(v, http.StatusOK, func(*view.SweepPlan) {})
}

// drawPlan reads where an incident's sweep is prepared; typed puts back what was typed.
func (h *Sweeps) drawPlan(v *Visit, status int, typed func(*view.SweepPlan)) error {
	ctx, id := v.Request.Context(), v.Param("id")
	numbers, err := incidentNumbers(v, h.DB, h.Incidents, []string{id})
	if err != nil {
		return err
	}
	p := view.SweepPlan{IncidentID: id, IncidentNo: numbers[id], Status: v.Query("status"),
		Paste: view.PasteForm{Source: "own", TLP: "amber", Confidence: "70", Activate: v.Has(actor.Responder)}, Start: view.SweepStart{Lookback: "0"}}
	if p.IncidentNo == "" {
		return fault.New(fault.NotFound, "row.none", nil)
	}
	w, found, err := h.Sweeps.OfIncident(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	if found {
		if err := h.planned(v, &p, w); err != nil {
			return err
		}
	}
	typed(&p)
	v.Shell.Path = "/incidents/" + id + "/sweep"
	return v.Draw(status, view.PlanSweep(v.Titled(p.IncidentNo+" "+v.Shell.T("sweep.plan"), "incidents"), p))
}

// planned reads the sweep there is and its indicators.
func (h *Sweeps) planned(v *Visit, p *view.SweepPlan, w sweep.Sweep) error {
	sheet, err := h.Sweeps.Get(v.Request.Context(), v.Actor, w.ID, 0)
	if err != nil {
		return err
	}
	p.Sweep = &sheet
	began, err := h.began(v, p.IncidentID)
	if err != nil {
		return err
	}
	if began.IsZero() {
		began = sheet.Incident.DetectedAt
	}
	if sheet.Latest != nil {
		began, p.Start.Lookback = sheet.Latest.AttackAt, strconv.FormatInt(sheet.Latest.LookbackDays, 10)
	}
	p.Start.AttackAt = v.Shell.Input(began)
	after, err := sweep.ParseCursor(v.Query("after"))
	if err != nil {
		return err
	}
	list, next, err := h.Sweeps.Indicators(v.Request.Context(), v.Actor, sweep.IndicatorFilter{IncidentID: p.IncidentID, Status: sweep.Status(p.Status)}, sweep.Page{After: after})
	p.Indicators, p.Next = list, listNext("/incidents/"+p.IncidentID+"/sweep", v.Shell.Query, next.String())
	return err
}

// began is when the attack began as the fact sheet says: a round that began at the report would not
// see the attack.
func (h *Sweeps) began(v *Visit, incidentID string) (db.Instant, error) {
	facts, err := h.Incidents.ReadFacts(v.Request.Context(), v.Actor, incidentID, 0)
	return facts.Sheet.OccurredFrom, err
}

type indicatorForm struct {
	Do         string `form:"do"`
	Text       string `form:"text"`
	Source     string `form:"source"`
	TLP        string `form:"tlp"`
	Confidence string `form:"confidence"`
	ValidUntil string `form:"valid_until"`
	Note       string `form:"note"`
	Activate   bool   `form:"activate"`
	Digest     string `form:"digest"`
	Take       []int  `form:"take"`
}

// paste shows what a text holds, and keeps it when it is exactly what was shown.
func (h *Sweeps) paste(v *Visit) error {
	var f indicatorForm
	if err := v.Form(&f); err != nil {
		return err
	}
	f.Text = unixLines(f.Text)
	sum := sha256.Sum256([]byte(f.Text))
	digest := hex.EncodeToString(sum[:])
	reading := h.Sweeps.Read(f.Text)
	var skip []int
	if f.Digest == digest {
		for i := range reading.Found {
			if !slices.Contains(f.Take, i) {
				skip = append(skip, i)
			}
		}
	}
	var err error
	switch {
	case len(f.Text) == 0:
		err = fault.Field("text", "form.required")
	case f.Do == "save" && f.Digest == digest:
		if err = h.save(v, f, skip); err == nil {
			return v.Done("/incidents/"+v.Param("id")+"/sweep", "sweep_added")
		}
	}
	status := http.StatusOK
	if err != nil {
		if status, err = v.Problem(worded(v, err, sweepWords)); err != nil {
			return err
		}
	}
	return h.drawPlan(v, status, func(p *view.SweepPlan) {
		p.Paste = view.PasteForm{Text: f.Text, Source: f.Source, TLP: f.TLP, Confidence: f.Confidence, ValidUntil: f.ValidUntil, Note: f.Note,
			Activate: f.Activate, Digest: digest, Skip: skip}
		if f.Text != "" {
			p.Reading = &reading
		}
	})
}

func (h *Sweeps) save(v *Visit, f indicatorForm, skip []int) error {
	wrong := map[string]string{}
	until, err := tokyo(f.ValidUntil)
	if err != nil {
		wrong["valid_until"] = "form.time"
	}
	sure, err := number(f.Confidence)
	if err != nil {
		wrong["confidence"] = "form.range"
	}
	if len(wrong) > 0 {
		return fault.Form(wrong)
	}
	_, err = h.Sweeps.Add(v.Request.Context(), v.Actor, sweep.Paste{IncidentID: v.Param("id"), Text: f.Text, Source: sweep.Source(f.Source), TLP: sweep.TLP(f.TLP),
		Confidence: sure, ValidUntil: until, Note: f.Note, Activate: f.Activate, Skip: skip})
	return err
}

type roundForm struct {
	Rev      int64  `form:"rev"`
	AttackAt string `form:"attack_at"`
	Lookback string `form:"lookback_days"`
}

func (h *Sweeps) start(v *Visit) error {
	var f roundForm
	if err := v.Form(&f); err != nil {
		return err
	}
	w, err := h.begin(v, f)
	if err == nil {
		return v.Done("/sweeps/"+w.ID, "sweep_started")
	}
	status, err := v.Problem(worded(v, err, sweepWords))
	if err != nil {
		return err
	}
	return h.drawPlan(v, status, func(p *view.SweepPlan) { p.Start = view.SweepStart{AttackAt: f.AttackAt, Lookback: f.Lookback} })
}

func (h *Sweeps) begin(v *Visit, f roundForm) (sweep.Sweep, error) {
	w, found, err := h.Sweeps.OfIncident(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return w, err
	}
	if !found {
		return w, fault.New(fault.NotFound, "row.none", nil)
	}
	wrong := map[string]string{}
	at, err := tokyo(f.AttackAt)
	if err != nil {
		wrong["attack_at"] = "form.time"
	}
	days, err := number(f.Lookback)
	if err != nil {
		wrong["lookback_days"] = "form.range"
	}
	if len(wrong) > 0 {
		return w, fault.Form(wrong)
	}
	return h.Sweeps.Start(v.Request.Context(), v.Actor, sweep.Plan{SweepID: w.ID, Rev: f.Rev, AttackAt: at, LookbackDays: days})
}

func (h *Sweeps) activate(v *Visit) error {
	w, found, err := h.Sweeps.OfIncident(v.Request.Context(), v.Actor, v.Param("id"))
	if err == nil && !found {
		err = fault.New(fault.NotFound, "row.none", nil)
	}
	if err == nil {
		_, err = h.Sweeps.ActivateAll(v.Request.Context(), v.Actor, w.ID)
	}
	if err == nil {
		return v.Done("/incidents/"+v.Param("id")+"/sweep", "sweep_changed")
	}
	status, err := v.Problem(worded(v, err, sweepWords))
	if err != nil {
		return err
	}
	return h.drawPlan(v, status, func(*view.SweepPlan) {})
}
