package pages

import (
	"net/http"
	"strings"

	"tasuke/contacts/bank"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

type revForm struct {
	Rev int64 `form:"rev"`
}

// letter makes the next version of the letter. What it cannot do without is asked for in the form
// of the request, where it can be typed.
func (h *Bank) letter(v *Visit) error {
	var f revForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Bank.MakeLetter(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
	if lacking := asFault(err); lacking != nil && len(lacking.Fields) > 0 {
		status, err := v.Problem(err)
		if err != nil {
			return err
		}
		return h.drawEditor(v, status, func(*view.BankForm) {})
	}
	return h.after(v, err, "bank_letter", func(*view.BankPage) {})
}

type checkForm struct {
	Rev     int64  `form:"rev"`
	Retyped string `form:"retyped"`
}

// check compares the number that a second person retyped; it is never shown again.
func (h *Bank) check(v *Visit) error {
	var f checkForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Bank.Check(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, f.Retyped)
	return h.after(v, err, "bank_checked", func(*view.BankPage) {})
}

// post sends the checked letter by mail.
func (h *Bank) post(v *Visit) error {
	var f revForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Bank.Send(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
	return h.after(v, err, "bank_queued", func(*view.BankPage) {})
}

type handoverForm struct {
	Rev    int64  `form:"rev"`
	Method string `form:"method"`
	At     string `form:"sent_at"`
	Note   string `form:"hand_note"`
}

// hand records a letter that was delivered in another way than by the program's mail.
func (h *Bank) hand(v *Visit) error {
	var f handoverForm
	if err := v.Form(&f); err != nil {
		return err
	}
	at, err := tokyo(f.At)
	switch {
	case err != nil:
		err = fault.Field("sent_at", "form.time")
	case at.IsZero():
		err = fault.Field("sent_at", "form.required")
	default:
		_, err = h.Bank.HandOver(v.Request.Context(), v.Actor,
			bank.Handover{ID: v.Param("id"), Rev: f.Rev, Method: bank.Method(f.Method), At: at, Note: unixLines(f.Note)})
	}
	return h.after(v, err, "bank_handed", func(p *view.BankPage) { p.Hand = view.DeliveryForm{Method: f.Method, At: f.At, Note: f.Note} })
}

type bankCallForm struct {
	At        string `form:"call_at"`
	Direction string `form:"direction"`
	Result    string `form:"result"`
	Person    string `form:"call_person"`
	Section   string `form:"call_section"`
	Ref       string `form:"call_ref"`
	Text      string `form:"call_text"`
	Corrects  string `form:"corrects"`
}

// call adds to the telephone log.
func (h *Bank) call(v *Visit) error {
	var f bankCallForm
	if err := v.Form(&f); err != nil {
		return err
	}
	at, err := tokyo(f.At)
	if err != nil {
		err = fault.Field("call_at", "form.time")
	} else {
		err = h.Bank.LogCall(v.Request.Context(), v.Actor, v.Param("id"), bank.Call{At: at, Direction: f.Direction, Result: f.Result, Corrects: f.Corrects,
			Spoken: bank.Spoken{Person: f.Person, Section: f.Section, Ref: f.Ref, Text: unixLines(f.Text)}})
	}
	return h.after(v, err, "bank_called", func(p *view.BankPage) {
		p.Call = view.CallForm{At: f.At, Direction: f.Direction, Result: f.Result, Person: f.Person, Section: f.Section, Ref: f.Ref, Text: f.Text, Corrects: f.Corrects, Open: true}
	})
}

type answerForm struct {
	Rev     int64  `form:"rev"`
	Answer  string `form:"answer"`
	At      string `form:"answer_at"`
	Yen     string `form:"answer_yen"`
	Balance string `form:"answer_balance"`
	Person  string `form:"answer_person"`
	Section string `form:"answer_section"`
	Ref     string `form:"answer_ref"`
	Text    string `form:"answer_text"`
}

func (f answerForm) reply() (bank.Reply, error) {
	wrong := map[string]string{}
	at, err := tokyo(f.At)
	if err != nil {
		wrong["answer_at"] = "form.time"
	}
	amount, err := told(f.Yen)
	if err != nil {
		wrong["answer_yen"] = "form.yen"
	}
	balance, err := told(f.Balance)
	if err != nil {
		wrong["answer_balance"] = "form.yen"
	}
	p := bank.Reply{Answer: bank.Answer(f.Answer), At: at, Yen: amount, Balance: balance,
		Spoken: bank.Spoken{Person: f.Person, Section: f.Section, Ref: f.Ref, Text: unixLines(f.Text)}}
	if len(wrong) > 0 {
		return p, fault.Form(wrong)
	}
	return p, nil
}

// told reads an amount that a bank may not have told: left empty it is -1.
func told(s string) (int64, error) {
	if strings.TrimSpace(s) == "" {
		return -1, nil
	}
	return yen(s)
}

// answer records what the bank answered.
func (h *Bank) answer(v *Visit) error {
	var f answerForm
	if err := v.Form(&f); err != nil {
		return err
	}
	p, err := f.reply()
	if err == nil {
		_, err = h.Bank.RecordAnswer(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, p)
	}
	return h.after(v, err, "bank_answered", func(page *view.BankPage) {
		page.Answer = view.AnswerForm{Answer: f.Answer, At: f.At, Yen: f.Yen, Balance: f.Balance, Person: f.Person, Section: f.Section, Ref: f.Ref, Text: f.Text, Open: true}
	})
}

type returnForm struct {
	Rev   int64  `form:"rev"`
	Yen   string `form:"recovered_yen"`
	Route string `form:"route"`
}

// money records what came back.
func (h *Bank) money(v *Visit) error {
	var f returnForm
	if err := v.Form(&f); err != nil {
		return err
	}
	amount, err := yen(f.Yen)
	if err != nil {
		err = fault.Field("recovered_yen", "form.yen")
	} else {
		_, err = h.Bank.RecordReturn(v.Request.Context(), v.Actor, bank.Return{ID: v.Param("id"), Rev: f.Rev, Yen: amount, Route: bank.Route(f.Route)})
	}
	return h.after(v, err, "bank_returned", func(p *view.BankPage) { p.Return = view.ReturnForm{Yen: f.Yen, Route: f.Route} })
}

func (h *Bank) move(v *Visit) error {
	var f moveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Bank.Move(v.Request.Context(), v.Actor, bank.Cause{ID: v.Param("id"), Rev: f.Rev, Event: bank.Event(f.Event), Reason: unixLines(f.Reason)})
	return h.after(v, err, "bank_moved", func(p *view.BankPage) { p.Why = f.Reason })
}

// reveal shows the account on this one answer; it is on record before it is drawn.
func (h *Bank) reveal(v *Visit) error {
	var f revealForm
	if err := v.Form(&f); err != nil {
		return err
	}
	plain, err := h.Bank.Reveal(v.Request.Context(), v.Actor, v.Param("id"), f.Purpose)
	if err != nil {
		return h.after(v, err, "", func(p *view.BankPage) { p.Purpose = f.Purpose })
	}
	return h.draw(v, http.StatusOK, func(p *view.BankPage) { p.Plain, p.Purpose = &plain, f.Purpose })
}
