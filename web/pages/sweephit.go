package pages

import (
	"net/http"

	"tasuke/cases/sweep"
	"tasuke/web/view"
)

func (h *Sweeps) hit(v *Visit) error {
	return h.drawHit(v, http.StatusOK, judgeForm{})
}

// drawHit reads the page of a hit; f is what was typed.
func (h *Sweeps) drawHit(v *Visit, status int, f judgeForm) error {
	sheet, err := h.Sweeps.GetHit(v.Request.Context(), v.Actor, v.Param("id"), v.Param("hit"))
	if err != nil {
		return err
	}
	p := view.HitPage{HitSheet: sheet, Reason: f.Clearing, Stated: f.Stated, Comment: f.Comment}
	if sheet.Hit.Registered() {
		if p.Customer, err = maskedCustomer(v, h.DB, h.Customers, sheet.Hit.CustomerID); err != nil {
			return err
		}
	}
	v.Shell.Path = "/sweeps/" + sheet.Sweep.ID + "/hits/" + sheet.Hit.ID
	return v.Draw(status, view.Hit(v.Titled(sheet.Sweep.No+" "+sheet.Hit.CustomerRef, "sweeps"), p))
}

type judgeForm struct {
	Rev      int64  `form:"rev"`
	Event    string `form:"event"`
	Clearing string `form:"clearing"`
	Stated   bool   `form:"stated"`
	Comment  string `form:"comment"`
}

func (h *Sweeps) judge(v *Visit) error {
	var f judgeForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Sweeps.Judge(v.Request.Context(), v.Actor, sweep.Judging{SweepID: v.Param("id"), HitID: v.Param("hit"), Rev: f.Rev,
		Event: sweep.Judgement(f.Event), Reason: sweep.Clearing(f.Clearing), Stated: f.Stated, Comment: f.Comment})
	if err == nil {
		return v.Done("/sweeps/"+v.Param("id")+"/hits/"+v.Param("hit"), "sweep_judged")
	}
	status, err := v.Problem(worded(v, err, map[string]string{"State": "sweep.said.", "Event": "sweep.judge.", "Roles": "role."}))
	if err != nil {
		return err
	}
	return h.drawHit(v, status, f)
}

func (h *Sweeps) indicator(v *Visit) error {
	return h.drawIndicator(v, http.StatusOK, func(*view.IndicatorPage) {})
}

// drawIndicator reads the page of an indicator; typed puts back what was typed.
func (h *Sweeps) drawIndicator(v *Visit, status int, typed func(*view.IndicatorPage)) error {
	sheet, err := h.Sweeps.GetIndicator(v.Request.Context(), v.Actor, v.Param("id"), v.Param("indicator"))
	if err != nil {
		return err
	}
	p := view.IndicatorPage{IndicatorSheet: sheet}
	typed(&p)
	v.Shell.Path = "/sweeps/" + sheet.Sweep.ID + "/indicators/" + sheet.Indicator.ID
	return v.Draw(status, view.OneIndicator(v.Titled(sheet.Sweep.No+" "+sheet.Indicator.Shown, "sweeps"), p))
}

// afterChange goes back to the indicator, or draws it with the problem and what was typed.
func (h *Sweeps) afterChange(v *Visit, err error, to, done, why string) error {
	if err == nil {
		return v.Done(to, done)
	}
	status, err := v.Problem(worded(v, err, map[string]string{"State": "sweep.status.", "Event": "sweep.change.", "Roles": "role."}))
	if err != nil {
		return err
	}
	return h.drawIndicator(v, status, func(p *view.IndicatorPage) { p.Why = why })
}

func (h *Sweeps) change(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Sweeps.Change(v.Request.Context(), v.Actor, sweep.Changing{SweepID: v.Param("id"), IndicatorID: v.Param("indicator"), Rev: f.Rev,
		Event: sweep.Change(f.Event), Reason: f.Reason})
	return h.afterChange(v, err, "/sweeps/"+v.Param("id")+"/indicators/"+v.Param("indicator"), "sweep_changed", f.Reason)
}

func (h *Sweeps) override(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Sweeps.Override(v.Request.Context(), v.Actor, sweep.Cause{ID: v.Param("id"), Rev: f.Rev, Reason: f.Reason}, v.Param("indicator"))
	return h.afterChange(v, err, "/sweeps/"+v.Param("id"), "sweep_started", f.Reason)
}

// reveal shows the value on this one answer; it is on record before it is drawn.
func (h *Sweeps) reveal(v *Visit) error {
	var f struct {
		Purpose string `form:"purpose"`
	}
	if err := v.Form(&f); err != nil {
		return err
	}
	value, err := h.Sweeps.Reveal(v.Request.Context(), v.Actor, v.Param("id"), v.Param("indicator"), f.Purpose)
	status := http.StatusOK
	if err != nil {
		if status, err = v.Problem(err); err != nil {
			return err
		}
	}
	return h.drawIndicator(v, status, func(p *view.IndicatorPage) { p.Plain, p.Purpose = value, f.Purpose })
}
