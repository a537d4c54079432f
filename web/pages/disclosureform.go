package pages

import (
	"tasuke/contacts/disclosure"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// contentForm is what people write of a public notice.
type contentForm struct {
	Rev      int64    `form:"rev"`
	Snapshot string   `form:"snapshot"`
	Figures  []string `form:"figures"`
	English  bool     `form:"english"`
	Phone    string   `form:"desk_phone"`
	Next     string   `form:"next"`
	At       []string `form:"measure_at"`
	DoneJA   []string `form:"measure_ja"`
	DoneEN   []string `form:"measure_en"`

	TitleJA        string `form:"title_ja"`
	ChangesJA      string `form:"changes_ja"`
	OutlineJA      string `form:"outline_ja"`
	CauseJA        string `form:"cause_ja"`
	CompensationJA string `form:"compensation_ja"`
	PreventionJA   string `form:"prevention_ja"`
	ReasonJA       string `form:"reason_ja"`
	DeskNameJA     string `form:"desk_name_ja"`
	DeskHoursJA    string `form:"desk_hours_ja"`
	TitleEN        string `form:"title_en"`
	ChangesEN      string `form:"changes_en"`
	OutlineEN      string `form:"outline_en"`
	CauseEN        string `form:"cause_en"`
	CompensationEN string `form:"compensation_en"`
	PreventionEN   string `form:"prevention_en"`
	ReasonEN       string `form:"reason_en"`
	DeskNameEN     string `form:"desk_name_en"`
	DeskHoursEN    string `form:"desk_hours_en"`
}

// content is what was typed; times that are none are named by field.
func (f contentForm) content() (disclosure.Content, error) {
	wrong := map[string]string{}
	c := disclosure.Content{English: f.English, DeskPhone: f.Phone, Figures: f.Figures,
		JA: disclosure.Text{Title: f.TitleJA, Changes: unixLines(f.ChangesJA), Outline: unixLines(f.OutlineJA), Cause: unixLines(f.CauseJA), Compensation: unixLines(f.CompensationJA),
			Prevention: unixLines(f.PreventionJA), Reason: unixLines(f.ReasonJA), DeskName: f.DeskNameJA, DeskHours: f.DeskHoursJA},
		EN: disclosure.Text{Title: f.TitleEN, Changes: unixLines(f.ChangesEN), Outline: unixLines(f.OutlineEN), Cause: unixLines(f.CauseEN), Compensation: unixLines(f.CompensationEN),
			Prevention: unixLines(f.PreventionEN), Reason: unixLines(f.ReasonEN), DeskName: f.DeskNameEN, DeskHours: f.DeskHoursEN}}
	var err error
	if c.Next, err = tokyo(f.Next); err != nil {
		wrong["next"] = "form.time"
	}
	for i := range max(len(f.At), len(f.DoneJA), len(f.DoneEN)) {
		m := disclosure.Measure{JA: nth(f.DoneJA, i), EN: nth(f.DoneEN, i)}
		if m.At, err = tokyo(nth(f.At, i)); err != nil {
			wrong["measures"] = "form.time"
		}
		c.Measures = append(c.Measures, m)
	}
	if len(wrong) > 0 {
		return c, fault.Form(wrong)
	}
	return c, nil
}

// nth is empty where a row was sent without the field.
func nth(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

func (h *Disclosures) edit(v *Visit) error {
	var f contentForm
	if err := v.Form(&f); err != nil {
		return err
	}
	c, err := f.content()
	if err == nil {
		_, err = h.Disclosures.Edit(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, f.Snapshot, c)
	}
	return h.after(v, err, "disclosure_saved", func(p *view.DisclosurePage) {
		if p.Sheet.Disclosure.Rev != f.Rev { // somebody saved first: both stand in the form
			now := p.Content
			p.Theirs = &now
		}
		p.Typed, p.TypedSnapshot, p.Next, p.At, p.Edit = c, f.Snapshot, f.Next, f.At, true
	})
}
