package pages

import (
	"context"
	"net/http"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// Disclosures is the list of public notices (公表), those of an incident, and the page of one.
type Disclosures struct {
	DB          *db.DB
	Disclosures *disclosure.Store
	Incidents   *incident.Store
}

// Register puts the screens on the desk.
func (h *Disclosures) Register(d *Desk) {
	d.Get("/disclosures", actor.DisclosureRead, h.list)
	d.Get("/incidents/:id/disclosures", actor.DisclosureRead, h.ofIncident)
	d.Post("/incidents/:id/disclosures", actor.DisclosureWrite, h.begin)
	d.Get("/disclosures/:id", actor.DisclosureRead, h.show)
	d.Post("/disclosures/:id", actor.DisclosureWrite, h.edit)
	d.Post("/disclosures/:id/moves", actor.DisclosureRead, h.move)
	d.Post("/disclosures/:id/sign", actor.DisclosureApprove, h.sign)
	d.Post("/disclosures/:id/publish", actor.DisclosureWrite, h.publish)
	d.Post("/disclosures/:id/withdraw", actor.DisclosureApprove, h.withdraw)
	d.Get("/disclosures/:id/preview", actor.DisclosureRead, h.preview)
	d.Get("/disclosures/:id/press.pdf", actor.DisclosureRead, h.paper)
}

func (h *Disclosures) list(v *Visit) error {
	return h.drawList(v, http.StatusOK, view.DisclosureList{Incident: v.Query("incident")}, "/disclosures")
}

func (h *Disclosures) ofIncident(v *Visit) error {
	return h.drawList(v, http.StatusOK, view.DisclosureList{Incident: v.Param("id"), Own: true}, "/incidents/"+v.Param("id")+"/disclosures")
}

// drawList draws both lists; the one of an incident has the form that begins a notice.
func (h *Disclosures) drawList(v *Visit, status int, l view.DisclosureList, path string) error {
	l.State, l.Open = v.Query("state"), v.Query("open") != ""
	after, err := disclosure.ParseCursor(v.Query("after"))
	if err != nil {
		return err
	}
	ctx := v.Request.Context()
	rows, next, err := h.Disclosures.List(ctx, v.Actor, disclosure.Filter{State: disclosure.State(l.State), Open: l.Open, IncidentID: l.Incident}, disclosure.Page{After: after})
	if err != nil {
		return err
	}
	ids := []string{l.Incident}
	for _, d := range rows {
		ids = append(ids, d.IncidentID)
	}
	numbers, err := incidentNumbers(v, h.DB, h.Incidents, ids)
	if err != nil {
		return err
	}
	if l.IncidentNo = numbers[l.Incident]; l.Incident != "" && l.IncidentNo == "" {
		return fault.New(fault.NotFound, "row.none", nil)
	}
	for _, d := range rows {
		l.Rows = append(l.Rows, view.DisclosureRow{Disclosure: d, IncidentNo: numbers[d.IncidentID]})
	}
	if l.Own {
		if l.Correctable, err = h.Disclosures.Correctable(ctx, v.Actor, l.Incident); err != nil {
			return err
		}
	}
	l.Next = listNext(path, v.Shell.Query, next.String())
	v.Shell.Topics, v.Shell.Path = "disclosures", path
	title := v.Shell.T("nav.disclosures")
	if l.Own {
		title = l.IncidentNo + " " + title
	}
	return v.Draw(status, view.Disclosures(v.Titled(title, "disclosures"), l))
}

type beginForm struct {
	Kind     string `form:"kind"`
	Corrects string `form:"corrects_id"`
}

func (h *Disclosures) begin(v *Visit) error {
	var f beginForm
	if err := v.Form(&f); err != nil {
		return err
	}
	n := disclosure.New{IncidentID: v.Param("id"), Kind: disclosure.Kind(f.Kind)}
	if n.Kind == notice.Correction {
		n.CorrectsID = f.Corrects
	}
	d, err := h.Disclosures.Begin(v.Request.Context(), v.Actor, n)
	if err == nil {
		return v.Done("/disclosures/"+d.ID, "disclosure_begun")
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.drawList(v, status, view.DisclosureList{Incident: v.Param("id"), Own: true, Kind: f.Kind, Corrects: f.Corrects}, "/incidents/"+v.Param("id")+"/disclosures")
}

func (h *Disclosures) show(v *Visit) error {
	return h.draw(v, http.StatusOK, func(*view.DisclosurePage) {})
}

// draw reads the page; typed puts back what was typed in a form that has to be shown again.
func (h *Disclosures) draw(v *Visit, status int, typed func(*view.DisclosurePage)) error {
	sheet, err := h.Disclosures.Sheet(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	p := view.DisclosurePage{Sheet: sheet, Typed: sheet.Content, TypedSnapshot: sheet.Disclosure.SnapshotID, Next: v.Shell.Input(sheet.Content.Next)}
	p.At = view.MeasureTimes(v.Shell, sheet.Content)
	p.Edit = sheet.Disclosure.State == disclosure.Draft && len(sheet.Missing) > 0
	typed(&p)
	v.Shell.Topics, v.Shell.Path = "disclosure:"+sheet.Disclosure.ID, "/disclosures/"+sheet.Disclosure.ID
	return v.Draw(status, view.Disclosure(v.Titled(sheet.Disclosure.No, "disclosures"), p))
}

// disclosureWords are the codes in the room's errors and the words for them.
var disclosureWords = map[string]string{"State": "disclosure.state.", "Event": "disclosure.event.", "Roles": "role.", "Kinds": "leak.kind."}

// after goes back to the notice, or draws it with the problem and what was typed.
func (h *Disclosures) after(v *Visit, err error, done string, typed func(*view.DisclosurePage)) error {
	if err == nil {
		return v.Done("/disclosures/"+v.Param("id"), done)
	}
	status, err := v.Problem(worded(v, err, disclosureWords))
	if err != nil {
		return err
	}
	return h.draw(v, status, typed)
}

func (h *Disclosures) move(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Disclosures.Move(v.Request.Context(), v.Actor, disclosure.Cause{ID: v.Param("id"), Rev: f.Rev, Event: disclosure.Event(f.Event), Reason: f.Reason})
	return h.after(v, err, "disclosure_moved", func(p *view.DisclosurePage) { p.Why = f.Reason })
}

type signForm struct {
	Rev    int64  `form:"rev"`
	Step   string `form:"step"`
	Digest string `form:"digest"`
	Reason string `form:"reason"`
}

func (h *Disclosures) sign(v *Visit) error {
	var f signForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Disclosures.Sign(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, disclosure.Step(f.Step), f.Digest, f.Reason)
	return h.after(v, err, "disclosure_signed", func(p *view.DisclosurePage) { p.SignWhy = f.Reason })
}

type publishForm struct {
	Rev  int64  `form:"rev"`
	When string `form:"when"`
	At   string `form:"publish_at"`
}

// publish publishes now, or has it published at a moment.
func (h *Disclosures) publish(v *Visit) error {
	var f publishForm
	if err := v.Form(&f); err != nil {
		return err
	}
	typed := func(p *view.DisclosurePage) { p.PublishAt = f.At }
	if f.When != "later" {
		_, err := h.Disclosures.Publish(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
		return h.after(v, err, "disclosure_published", typed)
	}
	at, err := tokyo(f.At)
	if err != nil {
		err = fault.Field("publish_at", "form.time")
	} else {
		_, err = h.Disclosures.Schedule(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, at)
	}
	return h.after(v, err, "disclosure_scheduled", typed)
}

type withdrawForm struct {
	Rev int64  `form:"rev"`
	JA  string `form:"reason_ja"`
	EN  string `form:"reason_en"`
}

func (h *Disclosures) withdraw(v *Visit) error {
	var f withdrawForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Disclosures.Withdraw(v.Request.Context(), v.Actor, disclosure.Withdrawal{ID: v.Param("id"), Rev: f.Rev, JA: unixLines(f.JA), EN: unixLines(f.EN)})
	return h.after(v, err, "disclosure_withdrawn", func(p *view.DisclosurePage) { p.WithdrawJA, p.WithdrawEN = f.JA, f.EN })
}

// language is what the address asks for, else the reader's own where there is such a text.
func (h *Disclosures) language(v *Visit, get func(context.Context, notice.Language) error) error {
	ctx := v.Request.Context()
	if l := notice.Language(v.Query("in")); l != "" {
		return get(ctx, l)
	}
	err := get(ctx, notice.Language(v.Shell.Lang))
	if fault.Is(err, fault.NotFound) && v.Shell.Lang != string(notice.Japanese) {
		return get(ctx, notice.Japanese)
	}
	return err
}

func (h *Disclosures) preview(v *Visit) error {
	return h.drawn(v, func(ctx context.Context, l notice.Language) error {
		body, err := h.Disclosures.Preview(ctx, v.Actor, v.Param("id"), l, "/public/")
		if err == nil {
			v.Data(http.StatusOK, "text/html; charset=utf-8", body)
		}
		return err
	})
}

// paper sends the PDF for the press.
func (h *Disclosures) paper(v *Visit) error {
	return h.drawn(v, func(ctx context.Context, l notice.Language) error {
		pdf, name, err := h.Disclosures.Paper(ctx, v.Actor, v.Param("id"), l)
		if err == nil {
			v.Header("Content-Disposition", `attachment; filename="`+name+`"`)
			v.Data(http.StatusOK, "application/pdf", pdf)
		}
		return err
	})
}

// drawn draws a notice; of one that is incomplete the page says what is missing.
func (h *Disclosures) drawn(v *Visit, get func(context.Context, notice.Language) error) error {
	err := h.language(v, get)
	if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Refused) {
		return err
	}
	return h.after(v, err, "", func(p *view.DisclosurePage) { p.Edit = true })
}
