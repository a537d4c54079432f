package bank_test

import (
	"context"
	"testing"

	"tasuke/cases/incident"
	"tasuke/contacts/bank"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// again asks for a mail that ended to be tried once more, as the mail room does.
func (h *house) again(r bank.Request) error {
	h.t.Helper()
	return h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return h.MailAgain(ctx, tx, bank.Ref(r.ID), r.MailID)
	})
}

// ended is a request whose mail ended in a state.
func (h *house) ended(state string) bank.Request {
	h.t.Helper()
	r := h.checked()
	r, err := h.Send(h.t.Context(), maker, r.ID, r.Rev)
	must(h.t, err)
	h.mailEnds(r, state)
	return h.now(r)
}

func (h *house) still(event string) (yes bool) {
	h.t.Helper()
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		yes, err = h.Still(ctx, tx, h.incident.ID, event)
		return err
	}))
	return yes
}

func TestAMailThatIsTriedAgain(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"is refused after the request was changed, although another letter is checked": func(t *testing.T, h *house) {
			old := h.ended("dead")
			r, err := h.Edit(t.Context(), maker, old.ID, old.Rev, form(func(f *bank.Form) { f.Terms.Transfers[0].Yen++ }))
			must(t, err)
			refused(t, h.again(old), fault.Refused, "bank.guard.old_mail")
			r, err = h.MakeLetter(t.Context(), maker, r.ID, r.Rev)
			must(t, err)
			refused(t, h.again(old), fault.Refused, "bank.guard.old_mail")
			r, err = h.Check(t.Context(), checker, r.ID, r.Rev, number)
			must(t, err)
			refused(t, h.again(old), fault.Refused, "bank.guard.old_mail")
			if now := h.now(r); now.State != bank.Checked || now.Rev != r.Rev {
				t.Errorf("%+v", now)
			}
		},
		"is refused after the request was withdrawn": func(t *testing.T, h *house) {
			r := h.ended("dead")
			h.move(maker, r, bank.Voided, "誤り")
			refused(t, h.again(r), fault.Refused, "bank.guard.old_mail")
		},
		"is refused after the letter was delivered in another way": func(t *testing.T, h *house) {
			for _, state := range []string{"dead", "unknown"} {
				r := h.ended(state)
				_, err := h.HandOver(t.Context(), maker, bank.Handover{ID: r.ID, Rev: r.Rev, Method: bank.ByFax, At: h.d.Now()})
				must(t, err)
				refused(t, h.again(r), fault.Refused, "bank.guard.old_mail")
				if now := h.now(r); now.State != bank.Sent || now.Method != bank.ByFax {
					t.Errorf("%s: %+v", state, now)
				}
			}
		},
		"is refused after the letter was sent in another mail": func(t *testing.T, h *house) {
			first := h.ended("dead")
			second, err := h.Send(t.Context(), maker, first.ID, first.Rev)
			must(t, err)
			refused(t, h.again(first), fault.Refused, "bank.guard.old_mail")
			h.mailEnds(second, "dead")
			refused(t, h.again(first), fault.Refused, "bank.guard.old_mail")
			must(t, h.again(second))
		},
		"is refused when the work on the incident has ended": func(t *testing.T, h *house) {
			r := h.ended("dead")
			h.end()
			refused(t, h.again(r), fault.Refused, "incident.over")
			if h.now(r).State != bank.Checked {
				t.Error(h.now(r).State)
			}
		},
		"is the request's sending, so that nothing else leaves and its end is the request's": func(t *testing.T, h *house) {
			for _, state := range []string{"dead", "cancelled", "unknown"} {
				h.emitted = nil
				r := h.ended(state)
				must(t, h.again(r))
				now := h.now(r)
				if now.State != bank.Sending || now.MailID != r.MailID {
					t.Fatalf("%s: %+v", state, now)
				}
				_, err := h.Send(t.Context(), maker, now.ID, now.Rev)
				refused(t, err, fault.Refused, "bank.move.unknown")
				if n := h.sendChecked(engine); n != 0 {
					t.Errorf("%d sent beside it", n)
				}
				refused(t, h.again(now), fault.Refused, "bank.guard.old_mail")
				h.mailEnds(now, "sent")
				if now = h.now(r); now.State != bank.Sent || now.SentAt == 0 || now.DueWhat != bank.AnswerDue {
					t.Errorf("%s: %+v", state, now)
				}
				h.events("bank.checked", "bank.sent")
			}
		},
		"may be of another room, which is no concern": func(t *testing.T, h *house) {
			must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return h.MailAgain(ctx, tx, "filing:1", "x") }))
		},
	})
}

// end ends the work on the incident.
func (h *house) end() {
	h.t.Helper()
	must(h.t, h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE incident SET state = ? WHERE id = ?`, incident.Closed, h.incident.ID)
		return err
	}))
}

func TestALetterLeavesOnlyToAnAddressThatSomebodyMadeSureOf(t *testing.T) {
	stale := func(h *house, yes bool) {
		desk := h.desks["0005"]
		desk.Stale = yes
		h.desks["0005"] = desk
	}
	each(t, map[string]func(*testing.T, *house){
		"who sends it by hand learns why not": func(t *testing.T, h *house) {
			r := h.checked()
			stale(h, true)
			_, err := h.Send(t.Context(), maker, r.ID, r.Rev)
			refused(t, err, fault.Refused, "bank.guard.stale_desk")
			if sh := h.sheet(maker, r); sh.Can(bank.MailQueued) || !sh.Can(bank.HandedOver) {
				t.Errorf("%+v", sh.Choices)
			}
			stale(h, false)
			_, err = h.Send(t.Context(), maker, r.ID, r.Rev)
			must(t, err)
		},
		"a playbook leaves it, counts the others, and the approver sees which": func(t *testing.T, h *house) {
			h.desks["9900"] = bank.DeskInfo{Name: "株式会社ゆうちょ銀行", Mail: "desk@yucho.example.jp"}
			left := h.checked()
			h.checked(another)
			stale(h, true)
			if _, shown := h.digest(); len(shown) != 2 || !shown[0].Stale || shown[1].Stale || shown[1].Mail != "desk@yucho.example.jp" {
				t.Errorf("%+v", shown)
			}
			if n := h.sendChecked(engine); n != 1 || len(h.mails) != 1 || h.now(left).State != bank.Checked {
				t.Errorf("%d sent, %s", n, h.now(left).State)
			}
			stale(h, false)
			if n := h.sendChecked(engine); n != 1 || h.now(left).State != bank.Sending {
				t.Errorf("%d sent after the desk was verified", n)
			}
		},
		"another address is another digest": func(t *testing.T, h *house) {
			h.checked()
			before, _ := h.digest()
			desk := h.desks["0005"]
			desk.Mail = "else@bank.example.jp"
			h.desks["0005"] = desk
			if after, _ := h.digest(); after == before || after == "" {
				t.Error("what was approved holds for another address")
			}
		},
		"nothing leaves when the work on the incident has ended": func(t *testing.T, h *house) {
			r := h.checked()
			h.end()
			err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := h.SendChecked(ctx, tx, engine, h.incident.ID)
				return err
			})
			refused(t, err, fault.Refused, "incident.over")
			_, err = h.Send(t.Context(), maker, r.ID, r.Rev)
			refused(t, err, fault.Refused, "incident.over")
			if len(h.mails) != 0 {
				t.Error(h.mails)
			}
		},
	})
}

func TestWhatAnEventSaidIsAskedAgain(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"nothing is true of no request, of void ones only, or under a name nobody knows": func(t *testing.T, h *house) {
			h.move(maker, h.begin(), bank.Voided, "誤り")
			for _, event := range []string{"bank.checked", "bank.sent", "bank.answered"} {
				if h.still(event) {
					t.Errorf("%s is true", event)
				}
			}
			if err := h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := h.Still(ctx, tx, h.incident.ID, "filing.submitted")
				return err
			}); err == nil {
				t.Error("no error")
			}
		},
		"an edit and a new request take it back, a withdrawal gives it again": func(t *testing.T, h *house) {
			r := h.checked()
			if !h.still("bank.checked") || h.still("bank.sent") {
				t.Error("a checked request")
			}
			r, err := h.Edit(t.Context(), maker, r.ID, r.Rev, form())
			must(t, err)
			if h.still("bank.checked") {
				t.Error("an edited request counts as checked")
			}
			r = h.move(maker, r, bank.Voided, "誤り")
			sent := h.sent(third)
			if !h.still("bank.checked") || !h.still("bank.sent") || h.still("bank.answered") {
				t.Error("a sent request beside a void one")
			}
			late := h.begin(another)
			if h.still("bank.checked") || h.still("bank.sent") {
				t.Error("a draft is passed over")
			}
			if d, _ := h.digest(); d != "" {
				t.Error("something can be approved while a draft is open")
			}
			h.move(maker, late, bank.Voided, "誤り")
			h.answer(sent, bank.WasRefused, -1)
			if !h.still("bank.answered") {
				t.Error("an answered request")
			}
		},
	})
}
