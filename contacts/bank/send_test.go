package bank_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"tasuke/contacts/bank"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// another is a second account, at ゆうちょ銀行, which has no mail address in the directory.
func another(f *bank.Form) {
	f.Account.BankCode, f.Account.BranchCode, f.Account.Kind, f.Account.Number = "9900", "058", "1", "1234567"
}

// third is another account at the bank with a mail address.
func third(f *bank.Form) { f.Account.Number = "2222222" }

func (h *house) digest() (d string, shown []bank.ShownLine) {
	h.t.Helper()
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		d, shown, err = h.Digest(ctx, tx, h.incident.ID)
		return err
	}))
	return d, shown
}

func (h *house) sendChecked(by actor.Actor) (n int) {
	h.t.Helper()
	must(h.t, h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = h.SendChecked(ctx, tx, by, h.incident.ID)
		return err
	}))
	return n
}

func TestSendingALetter(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a letter that nobody checked does not leave": func(t *testing.T, h *house) {
			r := h.ready()
			_, err := h.Send(t.Context(), maker, r.ID, r.Rev)
			refused(t, err, fault.Refused, "bank.move.unknown")
			if n := h.sendChecked(engine); n != 0 || len(h.mails) != 0 {
				t.Errorf("%d sent", n)
			}
		},
		"legal checks and does not send": func(t *testing.T, h *house) {
			r := h.checked()
			_, err := h.Send(t.Context(), lawyer, r.ID, r.Rev)
			refused(t, err, fault.Forbidden, "actor.denied")
		},
		"a bank without a mail address is written to in another way": func(t *testing.T, h *house) {
			r := h.checked(another)
			_, err := h.Send(t.Context(), maker, r.ID, r.Rev)
			refused(t, err, fault.Refused, "bank.guard.no_mail")
			at := h.d.Now()
			_, err = h.HandOver(t.Context(), maker, bank.Handover{ID: r.ID, Rev: r.Rev, Method: bank.ByMail, At: at})
			wrong(t, err, map[string]string{"method": "form.choice"})
			_, err = h.HandOver(t.Context(), maker, bank.Handover{ID: r.ID, Rev: r.Rev, Method: bank.ByFax, At: at.Add(time.Minute)})
			wrong(t, err, map[string]string{"sent_at": "form.future"})
			_, err = h.HandOver(t.Context(), maker, bank.Handover{ID: r.ID, Rev: r.Rev, Method: bank.ByFax, At: at.Add(-time.Hour)})
			wrong(t, err, map[string]string{"sent_at": "bank.hand.before_check"})
			r, err = h.HandOver(t.Context(), maker, bank.Handover{ID: r.ID, Rev: r.Rev, Method: bank.ByFax, At: at})
			must(t, err)
			if r.State != bank.Sent || r.SentAt != at || r.Method != bank.ByFax {
				t.Errorf("%+v", r)
			}
			h.events("bank.checked", "bank.sent")
		},
		"the mail has the letter that was checked, and names nobody": func(t *testing.T, h *house) {
			r := h.sent()
			if len(h.mails) != 1 {
				t.Fatal(h.mails)
			}
			m := h.mails[r.MailID]
			pdf, _, err := h.Letter(t.Context(), auditor, r.ID, 1)
			must(t, err)
			if string(m.PDF) != string(pdf) || m.To[0] != "desk@bank.example.jp" || m.About != bank.Ref(r.ID) || m.Subject != "【至急】口座の取引停止等の検討および情報提供のお願い（BNK-2026-0001）" {
				t.Errorf("%+v", m)
			}
			if r.State != bank.Sent || r.Method != bank.ByMail {
				t.Errorf("%+v", r)
			}
		},
		"a transaction that is not kept sends nothing": func(t *testing.T, h *house) {
			r := h.checked()
			stop := errors.New("the process ended")
			err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				if n, err := h.SendChecked(ctx, tx, engine, h.incident.ID); err != nil || n != 1 {
					t.Errorf("%d %v", n, err)
				}
				return stop
			})
			if !errors.Is(err, stop) || len(h.mails) != 0 || h.now(r).State != bank.Checked {
				t.Errorf("%v %v %s", err, h.mails, h.now(r).State)
			}
		},
		"a playbook that is started again after a crash sends nothing twice": func(t *testing.T, h *house) {
			h.checked()
			h.checked(third)
			h.checked(another) // by hand
			if n := h.sendChecked(engine); n != 2 {
				t.Errorf("%d sent", n)
			}
			restarted, err := bank.NewStore(h.d, h.vault, h.options)
			must(t, err)
			h.Store = restarted
			if n := h.sendChecked(engine); n != 0 || len(h.mails) != 2 {
				t.Errorf("%d sent again, %d mails", n, len(h.mails))
			}
		},
		"a mail that died is sent again under another key, and an old mail's end changes nothing": func(t *testing.T, h *house) {
			r := h.checked()
			first, err := h.Send(t.Context(), maker, r.ID, r.Rev)
			must(t, err)
			h.mailEnds(first, "dead")
			again := h.now(r)
			if again.State != bank.Checked || again.SentAt != 0 {
				t.Fatalf("%+v", again)
			}
			again, err = h.Send(t.Context(), maker, again.ID, again.Rev)
			must(t, err)
			if again.MailID == first.MailID || len(h.mails) != 2 {
				t.Errorf("%s %s", again.MailID, first.MailID)
			}
			h.mailEnds(first, "sent")
			if h.now(r).State != bank.Sending {
				t.Error("the first mail's end moved the request")
			}
			h.mailEnds(again, "sent")
			h.mailEnds(again, "sent")
			if h.now(r).State != bank.Sent {
				t.Error(h.now(r).State)
			}
		},
		"of a mail whose end nobody knows a person decides": func(t *testing.T, h *house) {
			r := h.checked()
			r, err := h.Send(t.Context(), maker, r.ID, r.Rev)
			must(t, err)
			h.mailEnds(r, "unknown")
			if r = h.now(r); r.State != bank.Unclear {
				t.Fatal(r.State)
			}
			_, err = h.Send(t.Context(), maker, r.ID, r.Rev)
			refused(t, err, fault.Refused, "bank.move.unknown")
			r, err = h.HandOver(t.Context(), maker, bank.Handover{ID: r.ID, Rev: r.Rev, Method: bank.ByHand, At: h.d.Now()})
			must(t, err)
			h.mailEnds(r, "sent") // found in the outbox later
			if now := h.now(r); now.State != bank.Sent || now.Method != bank.ByHand {
				t.Errorf("%+v", now)
			}
		},
		"an answer to such a mail shows that it arrived": func(t *testing.T, h *house) {
			r := h.checked()
			r, err := h.Send(t.Context(), maker, r.ID, r.Rev)
			must(t, err)
			h.mailEnds(r, "unknown")
			r = h.answer(h.now(r), bank.AlreadyEmpty, -1)
			if r.State != bank.Drained || r.SentAt == 0 {
				t.Errorf("%+v", r)
			}
			h.events("bank.checked", "bank.sent", "bank.answered")
		},
		"mails of other rooms are no concern, and a word that is none is an error": func(t *testing.T, h *house) {
			r := h.checked()
			must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				if err := h.MailEnded(ctx, tx, bank.Ref(r.ID), "x", "exploded"); err == nil {
					t.Error("no error")
				}
				return h.MailEnded(ctx, tx, "filing:1", "x", "sent")
			}))
		},
	})
}

func TestTheEventsOfAnIncidentsRequests(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"checked, sent and answered come when they are true of every request that is not void": func(t *testing.T, h *house) {
			a := h.checked(third)
			h.events("bank.checked")
			b := h.begin()
			h.emitted = nil
			b, err := h.MakeLetter(t.Context(), maker, b.ID, b.Rev)
			must(t, err)
			h.events()
			b, err = h.Check(t.Context(), checker, b.ID, b.Rev, number)
			must(t, err)
			h.events("bank.checked")
			h.sendChecked(engine)
			a, b = h.now(a), h.now(b)
			h.mailEnds(a, "sent")
			h.events("bank.checked")
			h.mailEnds(b, "sent")
			h.events("bank.checked", "bank.sent")
			h.answer(h.now(a), bank.WasFrozen, 100)
			b = h.answer(h.now(b), bank.Accepted, -1)
			h.events("bank.checked", "bank.sent")
			h.answer(b, bank.WasRefused, -1)
			if want := []string{"bank.checked", "bank.sent", "bank.answered"}; !slices.Equal(h.emitted, want) {
				t.Errorf("%v", h.emitted)
			}
		},
		"a request that is withdrawn no longer holds the others up, and none at all says nothing": func(t *testing.T, h *house) {
			a := h.begin(third)
			h.checked()
			h.events()
			h.move(maker, a, bank.Voided, "誤って起こした")
			h.events("bank.checked")
		},
		"nothing is said when only void requests are left": func(_ *testing.T, h *house) {
			h.move(maker, h.begin(), bank.Voided, "誤って起こした")
			h.events()
		},
	})
}

func TestWhatOthersAskOfAnIncidentsRequests(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"open and counted requests": func(t *testing.T, h *house) {
			h.move(maker, h.begin(), bank.Voided, "誤り")
			r := h.sent(third)
			must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				open, err := h.Open(ctx, tx, h.incident.ID)
				count, err2 := h.Count(ctx, tx, h.incident.ID)
				if open != 1 || count != 1 {
					t.Errorf("%d open of %d", open, count)
				}
				return errors.Join(err, err2)
			}))
			h.move(maker, h.answer(r, bank.AlreadyEmpty, -1), bank.Finished, "")
			must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				open, err := h.Open(ctx, tx, h.incident.ID)
				if open != 0 {
					t.Errorf("%d open", open)
				}
				return err
			}))
		},
		"the digest is of the letters that would leave, and changes with each of them": func(t *testing.T, h *house) {
			seen := map[string]bool{}
			step := func(letters int) {
				t.Helper()
				d, shown := h.digest()
				if d == "" || seen[d] || len(shown) != letters {
					t.Errorf("%s was before, or %d letters", d, len(shown))
				}
				seen[d] = true
			}
			if d, shown := h.digest(); d != "" || len(shown) != 0 {
				t.Error("nothing can be approved")
			}
			a := h.checked()
			step(1)
			h.checked(another)
			step(2)
			_, shown := h.digest()
			if shown[0].Account != "＊＊4321" || shown[0].Mail != "desk@bank.example.jp" || shown[1].Mail != "" || shown[0].TotalYen != 3_456_789 {
				t.Errorf("%+v", shown)
			}
			a, err := h.Edit(t.Context(), maker, a.ID, a.Rev, form(func(f *bank.Form) { f.Terms.Transfers[0].Yen++ }))
			must(t, err)
			if d, shown := h.digest(); d != "" || len(shown) != 1 {
				t.Error("the others can be approved while one is being changed")
			}
			a, err = h.MakeLetter(t.Context(), maker, a.ID, a.Rev)
			must(t, err)
			_, err = h.Check(t.Context(), checker, a.ID, a.Rev, number)
			must(t, err)
			step(2)
		},
		"the list is read page by page, what is due first, and narrowed": func(t *testing.T, h *house) {
			for i := range 5 {
				h.begin(func(f *bank.Form) { f.Account.Number = "300000" + string(rune('0'+i)) })
				h.clock.Add(time.Minute)
			}
			h.move(maker, h.begin(), bank.Voided, "誤り")
			var all []string
			for page := (bank.Page{Limit: 2}); ; {
				list, next, err := h.List(t.Context(), auditor, bank.Filter{}, page)
				must(t, err)
				for _, e := range list {
					all = append(all, e.No)
				}
				if next.IsZero() {
					break
				}
				page.After = next
			}
			if want := []string{"BNK-2026-0001", "BNK-2026-0002", "BNK-2026-0003", "BNK-2026-0004", "BNK-2026-0005", "BNK-2026-0006"}; !slices.Equal(all, want) {
				t.Errorf("%v", all)
			}
			h.clock.Add(27 * time.Minute)
			for n, f := range map[int]bank.Filter{3: {Due: true}, 1: {State: bank.Void}, 5: {Open: true}, 6: {IncidentID: h.incident.ID}, 0: {IncidentID: "nobody"}} {
				list, _, err := h.List(t.Context(), auditor, f, bank.Page{})
				must(t, err)
				if len(list) != n {
					t.Errorf("%+v: %d", f, len(list))
				}
			}
			_, _, err := h.List(t.Context(), operator, bank.Filter{}, bank.Page{})
			refused(t, err, fault.Forbidden, "actor.denied")
		},
	})
}
