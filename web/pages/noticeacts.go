package pages

import (
	"net/http"

	"tasuke/contacts/disclosure/victim"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

func (h *Notices) move(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Victims.Move(v.Request.Context(), v.Actor, victim.Cause{ID: v.Param("id"), Rev: f.Rev, Event: victim.Event(f.Event), Reason: f.Reason})
	return h.after(v, err, "notice_moved", func(p *view.NoticePage) { p.Why = f.Reason })
}

func (h *Notices) stage(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Victims.SendStage(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
	return h.after(v, err, "notice_stage", func(*view.NoticePage) {})
}

func (h *Notices) posted(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Victims.PostLetters(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, f.Reason)
	return h.after(v, err, "notice_posted", func(p *view.NoticePage) { p.Batch = f.Reason })
}

// printForm asks for one letter, or for all that wait.
type printForm struct {
	Pos string `form:"pos"`
}

// letters hands the letters out as a download; they have names and addresses in full, and who printed
// them is on record.
func (h *Notices) letters(v *Visit) error {
	var f printForm
	if err := v.Form(&f); err != nil {
		return err
	}
	at := int64(victim.AllLetters)
	if f.Pos != "" {
		n, err := number(f.Pos)
		if err != nil {
			return fault.Wrap(fault.NotFound, "row.none", nil, err)
		}
		at = n
	}
	pdf, name, err := h.Victims.Letters(v.Request.Context(), v.Actor, v.Param("id"), at)
	if err != nil {
		return h.after(v, err, "", func(*view.NoticePage) {})
	}
	v.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	v.Header("Cache-Control", "no-store")
	v.Data(http.StatusOK, "application/pdf", pdf)
	return nil
}

func (h *Notices) mark(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	at, err := pos(v)
	if err != nil {
		return err
	}
	_, err = h.Victims.Mark(v.Request.Context(), v.Actor, victim.Mark{MailingID: v.Param("id"), Pos: at, Rev: f.Rev,
		NoticeStep: victim.NoticeStep{Event: victim.NoticeEvent(f.Event), Reason: f.Reason}})
	return h.afterOne(v, err, "notice_moved", func(p *view.RecipientPage) { p.Why = f.Reason })
}

// reveal shows the notice in full on this one answer; it is on record before it is drawn.
func (h *Notices) reveal(v *Visit) error {
	var f revealForm
	if err := v.Form(&f); err != nil {
		return err
	}
	at, err := pos(v)
	if err != nil {
		return err
	}
	full, err := h.Victims.Reveal(v.Request.Context(), v.Actor, v.Param("id"), at, f.Purpose)
	if err != nil {
		return h.afterOne(v, err, "", func(p *view.RecipientPage) { p.Purpose = f.Purpose })
	}
	return h.drawRecipient(v, http.StatusOK, func(p *view.RecipientPage) { p.Full, p.Purpose = &full, f.Purpose })
}
