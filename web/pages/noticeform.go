package pages

import (
	"net/http"
	"strings"
	"time"

	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/victim"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
	"tasuke/web/words"
)

// noticeForm is what is said to everybody as a browser sends it; every field is text, so that nothing
// that was typed can be lost on the way back.
type noticeForm struct {
	Rev       int64    `form:"rev"`
	Cases     []string `form:"cases"`
	FactAt    []string `form:"fact_at"`
	FactWhat  []string `form:"fact_what"`
	FactMore  []string `form:"fact_detail"`
	MeasureAt []string `form:"measure_at"`
	MeasureJA []string `form:"measure_ja"`
	MeasureEN []string `form:"measure_en"`
	PlanJA    string   `form:"plan_ja"`
	PlanEN    string   `form:"plan_en"`
	DeskJA    string   `form:"desk_ja"`
	DeskEN    string   `form:"desk_en"`
	HoursJA   string   `form:"hours_ja"`
	HoursEN   string   `form:"hours_en"`
	Phone     string   `form:"phone"`
	Next      string   `form:"next"`
}

func (f noticeForm) parse() (victim.Form, error) {
	wrong := map[string]string{}
	out := victim.Form{Cases: f.Cases, Content: victim.Content{
		JA:    victim.Said{Plan: unixLines(f.PlanJA), Desk: f.DeskJA, Hours: f.HoursJA},
		EN:    victim.Said{Plan: unixLines(f.PlanEN), Desk: f.DeskEN, Hours: f.HoursEN},
		Phone: f.Phone, Facts: happened(f.FactAt, f.FactWhat, nil, f.FactMore, wrong)}}
	for i, s := range f.MeasureAt {
		out.Measures = append(out.Measures, victim.Measure{At: moment(s, "measures", wrong), JA: cell(f.MeasureJA, i), EN: cell(f.MeasureEN, i)})
	}
	if s := strings.TrimSpace(f.Next); s != "" { // the end of that day
		t, err := time.ParseInLocation("2006-01-02", s, words.Tokyo)
		if err != nil {
			wrong["next"] = "form.time"
		}
		out.Next = db.At(t.AddDate(0, 0, 1).Add(-time.Second))
	}
	if len(wrong) > 0 {
		return out, fault.Form(wrong)
	}
	return out, nil
}

// happened reads rows of what happened.
func happened(at, what, yens, more []string, wrong map[string]string) (out []victim.Fact) {
	for i, s := range at {
		n, err := yen(cell(yens, i))
		if err != nil {
			wrong["facts"] = "form.yen"
		}
		out = append(out, victim.Fact{At: moment(s, "facts", wrong), What: notice.Event(cell(what, i)), Yen: n, Detail: cell(more, i)})
	}
	return out
}

func moment(s, field string, wrong map[string]string) db.Instant {
	i, err := tokyo(strings.TrimSpace(s))
	if err != nil {
		wrong[field] = "form.time"
	}
	return i
}

// typed is the form as it was typed.
func (f noticeForm) typed(choosable []victim.Choosable) view.NoticeForm {
	out := view.NoticeForm{Rev: f.Rev, Choosable: choosable, Cases: f.Cases, PlanJA: f.PlanJA, PlanEN: f.PlanEN, DeskJA: f.DeskJA, DeskEN: f.DeskEN,
		HoursJA: f.HoursJA, HoursEN: f.HoursEN, Phone: f.Phone, Next: f.Next, Facts: factRows(f.FactAt, f.FactWhat, nil, f.FactMore)}
	for i, s := range f.MeasureAt {
		out.Measures = append(out.Measures, view.MeasureRow{At: s, JA: cell(f.MeasureJA, i), EN: cell(f.MeasureEN, i)})
	}
	return out
}

func factRows(at, what, yen, more []string) (out []view.FactRow) {
	for i, s := range at {
		out = append(out, view.FactRow{At: s, What: cell(what, i), Yen: cell(yen, i), Detail: cell(more, i)})
	}
	return out
}

func (h *Notices) editor(v *Visit) error { return h.drawEditor(v, http.StatusOK, nil) }

// drawEditor is the form of a mailing beside nothing else; typed is what was typed before, nil for
// what stands.
func (h *Notices) drawEditor(v *Visit, status int, typed *noticeForm) error {
	p, err := h.read(v, 0)
	if err != nil {
		return err
	}
	m := p.Mailing
	choosable, err := h.Victims.Choosable(v.Request.Context(), v.Actor, m.IncidentID, m.ID)
	if err != nil {
		return err
	}
	p.Form = view.NewNoticeForm(v.Shell, p.Content)
	p.Form.Rev, p.Form.Choosable = m.Rev, choosable
	for _, c := range choosable {
		if c.Chosen {
			p.Form.Cases = append(p.Form.Cases, c.ID)
		}
	}
	if typed != nil {
		stands := p.Form
		p.Form = typed.typed(choosable)
		if typed.Rev != m.Rev { // somebody saved first: what stands is shown beside, and saving again is a choice
			p.Now, p.Form.Rev = &stands, m.Rev
		}
	}
	v.Shell.Path = "/notices/" + m.ID + "/edit"
	return v.Draw(status, view.NoticeEdit(v.Titled(v.Shell.T("notice.edit_of", "No", m.No), "notices"), p))
}

func (h *Notices) edit(v *Visit) error {
	var f noticeForm
	if err := v.Form(&f); err != nil {
		return err
	}
	form, err := f.parse()
	if err == nil {
		_, err = h.Victims.Edit(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, form)
	}
	if err == nil {
		return v.Done("/notices/"+v.Param("id"), "notice_saved")
	}
	status, err := v.Problem(worded(v, err, noticeWords))
	if err != nil {
		return err
	}
	return h.drawEditor(v, status, &f)
}

// ownForm is what differs for one customer.
type ownForm struct {
	Rev      int64    `form:"rev"`
	Language string   `form:"language"`
	Medium   string   `form:"medium"`
	FactAt   []string `form:"fact_at"`
	FactWhat []string `form:"fact_what"`
	FactYen  []string `form:"fact_yen"`
	FactMore []string `form:"fact_detail"`
}

func (h *Notices) recipient(v *Visit) error {
	return h.drawRecipient(v, http.StatusOK, func(*view.RecipientPage) {})
}

// drawRecipient is the page of one customer's notice; typed puts back what was typed.
func (h *Notices) drawRecipient(v *Visit, status int, typed func(*view.RecipientPage)) error {
	at, err := pos(v)
	if err != nil {
		return err
	}
	p, err := h.read(v, at)
	if err != nil {
		return err
	}
	if len(p.Items) == 0 || p.Items[0].Pos != at {
		return fault.New(fault.NotFound, "row.none", nil)
	}
	one := view.RecipientPage{NoticePage: p, Item: p.Items[0]}
	one.Own = view.NewOwnForm(v.Shell, one.Item)
	typed(&one)
	v.Shell.Topics, v.Shell.Path = "notice:"+p.Mailing.ID, one.Path("")
	return v.Draw(status, view.NoticeRecipient(v.Titled(p.Mailing.No+" "+one.Item.CaseNo, "notices"), one))
}

// afterOne goes back to the customer's notice, or draws it with the problem and what was typed.
func (h *Notices) afterOne(v *Visit, err error, done string, typed func(*view.RecipientPage)) error {
	if err == nil {
		return v.Done("/notices/"+v.Param("id")+"/recipients/"+v.Param("pos"), done)
	}
	status, err := v.Problem(worded(v, err, noticeWords))
	if err != nil {
		return err
	}
	return h.drawRecipient(v, status, typed)
}

func (h *Notices) own(v *Visit) error {
	var f ownForm
	if err := v.Form(&f); err != nil {
		return err
	}
	at, err := pos(v)
	if err != nil {
		return err
	}
	wrong := map[string]string{}
	o := victim.Own{Language: notice.Language(f.Language), Medium: notice.Medium(f.Medium), Facts: happened(f.FactAt, f.FactWhat, f.FactYen, f.FactMore, wrong)}
	if len(wrong) > 0 {
		err = fault.Form(wrong)
	} else {
		_, err = h.Victims.EditOwn(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, at, o)
	}
	return h.afterOne(v, err, "notice_saved", func(p *view.RecipientPage) {
		p.Own = view.OwnForm{Language: f.Language, Medium: f.Medium, Facts: factRows(f.FactAt, f.FactWhat, f.FactYen, f.FactMore)}
	})
}
