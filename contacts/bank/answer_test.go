package bank_test

import (
	"context"
	"testing"
	"time"

	"tasuke/contacts/bank"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func TestTheTelephoneLog(t *testing.T) {
	talk := func(at db.Instant) bank.Call {
		return bank.Call{At: at, Direction: "out", Result: "talked", Spoken: bank.Spoken{Person: "佐藤", Section: "金融犯罪対策室", Ref: "A-1", Text: "書面を送るようにとのこと"}}
	}
	each(t, map[string]func(*testing.T, *house){
		"an entry says when, how and what": func(t *testing.T, h *house) {
			r := h.begin()
			err := h.LogCall(t.Context(), maker, r.ID, bank.Call{Direction: "up", Result: "?", At: h.d.Now().Add(time.Minute)})
			wrong(t, err, map[string]string{"direction": "form.choice", "result": "form.choice", "call_at": "form.future"})
			err = h.LogCall(t.Context(), maker, r.ID, bank.Call{Direction: "out", Result: "talked"})
			wrong(t, err, map[string]string{"call_at": "form.required", "call_text": "form.required"})
			err = h.LogCall(t.Context(), lawyer, r.ID, talk(h.d.Now()))
			refused(t, err, fault.Forbidden, "actor.denied")
		},
		"the first talk ends the clock of the call, and no answer does not": func(t *testing.T, h *house) {
			r := h.begin()
			if r.DueWhat != bank.PhoneDue || r.DueAt != r.OpenedAt.Add(30*time.Minute) {
				t.Fatalf("%+v", r)
			}
			must(t, h.LogCall(t.Context(), maker, r.ID, bank.Call{At: h.d.Now(), Direction: "out", Result: "no_answer"}))
			if now := h.now(r); now.DueWhat != bank.PhoneDue || now.PhonedAt != 0 {
				t.Errorf("%+v", now)
			}
			h.clock.Add(5 * time.Minute)
			must(t, h.LogCall(t.Context(), maker, r.ID, talk(h.d.Now())))
			now := h.now(r)
			if now.DueWhat != bank.LetterDue || now.DueAt != r.OpenedAt.Add(2*time.Hour) || now.PhonedAt != h.d.Now() {
				t.Errorf("%+v", now)
			}
			if now.Rev != r.Rev {
				t.Error("a call made open forms stale")
			}
			if len(h.reminded) != 2 || h.reminded[0].What != bank.PhoneDue || h.reminded[1].What != bank.LetterDue || h.cleared != 1 {
				t.Errorf("%+v, %d cleared", h.reminded, h.cleared)
			}
		},
		"a correction leaves what it corrects, and comes once": func(t *testing.T, h *house) {
			r := h.begin()
			must(t, h.LogCall(t.Context(), maker, r.ID, talk(h.d.Now())))
			again := talk(h.d.Now())
			again.Corrects, again.Text = h.sheet(maker, r).Calls[0].ID, "訂正: 受付番号は A-2"
			must(t, h.LogCall(t.Context(), maker, r.ID, again))
			refused(t, h.LogCall(t.Context(), maker, r.ID, again), fault.Conflict, "bank.call.corrected")
			again.Corrects = "nobody"
			wrong(t, h.LogCall(t.Context(), maker, r.ID, again), map[string]string{"corrects": "form.choice"})
			calls := h.sheet(maker, r).Calls
			if len(calls) != 2 || calls[1].CorrectedBy != calls[0].ID || calls[0].Text != "訂正: 受付番号は A-2" || calls[1].Person != "佐藤" {
				t.Errorf("%+v", calls)
			}
			if err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `DELETE FROM bank_call`)
				return err
			}); err == nil {
				t.Error("an entry can be removed")
			}
		},
		"a request that was withdrawn has no further calls": func(t *testing.T, h *house) {
			r := h.move(maker, h.begin(), bank.Voided, "誤り")
			refused(t, h.LogCall(t.Context(), maker, r.ID, talk(h.d.Now())), fault.Refused, "bank.void")
		},
		"a talk moves the next question on": func(t *testing.T, h *house) {
			r := h.sent()
			if r.DueAt != r.SentAt.Add(2*time.Hour) {
				t.Errorf("%+v", r)
			}
			h.clock.Add(150 * time.Minute)
			must(t, h.LogCall(t.Context(), maker, r.ID, talk(h.d.Now())))
			if now := h.now(r); now.DueWhat != bank.AnswerDue || now.DueAt != r.SentAt.Add(6*time.Hour) {
				t.Errorf("%+v", now)
			}
		},
	})
}

func TestABankIsAskedTwoHoursAfterTheLetterFourAfterThatAndThenEveryMorning(t *testing.T) {
	t.Parallel()
	at := func(s string) db.Instant {
		v, err := time.Parse("2006-01-02 15:04 -0700", s+" +0900")
		must(t, err)
		return db.At(v)
	}
	for _, test := range [][3]string{
		{"2026-11-04 11:00", "2026-11-04 11:00", "2026-11-04 13:00"},
		{"2026-11-04 11:00", "2026-11-04 12:59", "2026-11-04 13:00"},
		{"2026-11-04 11:00", "2026-11-04 13:00", "2026-11-04 17:00"},
		{"2026-11-04 11:00", "2026-11-04 17:00", "2026-11-05 10:00"},
		{"2026-11-04 11:00", "2026-11-05 09:59", "2026-11-05 10:00"},
		{"2026-11-04 11:00", "2026-11-05 10:00", "2026-11-06 10:00"},
		{"2026-12-31 03:00", "2026-12-31 09:01", "2026-12-31 10:00"},
		{"2026-12-31 11:00", "2026-12-31 23:00", "2027-01-01 10:00"},
	} {
		if got := bank.NextChase(at(test[0]), at(test[1])); got != at(test[2]) {
			t.Errorf("sent %s, after %s: %s", test[0], test[1], got.Time())
		}
	}
}

func TestAnswersOfABank(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"no answer is kept to a letter that has not left": func(t *testing.T, h *house) {
			r := h.checked()
			_, err := h.RecordAnswer(t.Context(), maker, r.ID, r.Rev, bank.Reply{Answer: bank.WasFrozen, At: h.d.Now(), Yen: 1})
			refused(t, err, fault.Refused, "bank.move.unknown")
		},
		"an amount belongs to what was frozen or came back, and to nothing else": func(t *testing.T, h *house) {
			r := h.sent()
			try := func(p bank.Reply) error {
				_, err := h.RecordAnswer(t.Context(), maker, r.ID, r.Rev, p)
				return err
			}
			now := h.d.Now()
			wrong(t, try(bank.Reply{Answer: bank.WasFrozen, At: now, Yen: -1}), map[string]string{"answer_yen": "form.required"})
			wrong(t, try(bank.Reply{Answer: bank.AlreadyEmpty, At: now, Yen: 5}), map[string]string{"answer_yen": "bank.answer.no_amount"})
			wrong(t, try(bank.Reply{Answer: bank.FundsReturned, At: now, Yen: 0}), map[string]string{"answer_yen": "bank.terms.yen"})
			wrong(t, try(bank.Reply{Answer: bank.WasFrozen, At: now.Add(time.Hour), Yen: 1e12 + 1}), map[string]string{"answer_at": "form.future", "answer_yen": "bank.terms.yen"})
			wrong(t, try(bank.Reply{Answer: bank.WasFrozen, At: db.At(start.Add(-time.Hour)), Yen: 1}), map[string]string{"answer_at": "bank.answer.too_early"})
			wrong(t, try(bank.Reply{Answer: "maybe", At: now}), map[string]string{"answer": "form.choice"})
			if h.now(r).State != bank.Sent || h.count(`SELECT count(*) FROM bank_answer`) != 0 {
				t.Error("something was kept")
			}
		},
		"a letter that was delivered within the minute of the decision keeps its way": func(t *testing.T, h *house) {
			h.clock.Add(40 * time.Second)
			r := h.checked()
			minute := db.At(start)
			r, err := h.HandOver(t.Context(), maker, bank.Handover{ID: r.ID, Rev: r.Rev, Method: bank.ByPortal, At: minute})
			must(t, err)
			h.clock.Add(time.Hour)
			if r = h.answer(r, bank.Accepted, -1); r.Method != bank.ByPortal || r.SentAt != minute {
				t.Errorf("delivered by %s at %s", r.Method, r.SentAt.Time())
			}
		},
		"accepted is no end: the bank is asked on": func(t *testing.T, h *house) {
			r := h.sent()
			h.emitted = nil
			h.clock.Add(3 * time.Hour)
			r = h.answer(r, bank.Accepted, -1)
			if r.State != bank.InHand || r.DueWhat != bank.AnswerDue || r.DueAt != r.SentAt.Add(6*time.Hour) {
				t.Errorf("%+v", r)
			}
			h.events()
			cleared := h.cleared
			r = h.answer(r, bank.WasFrozen, 1_234_567)
			if r.State != bank.Frozen || r.FrozenYen != 1_234_567 || r.DueWhat != "" || r.Due() != 0 || h.cleared != cleared+1 {
				t.Errorf("%+v", r)
			}
		},
		"every answer leads where the table says": func(t *testing.T, h *house) {
			r := h.sent()
			for _, step := range []struct {
				answer bank.Answer
				yen    int64
				to     bank.State
			}{
				{bank.NeedsDoc, -1, bank.Wanting}, {bank.NeedsConsent, -1, bank.Wanting}, {bank.NoSuchAccount, -1, bank.Refused}, {bank.NameMismatch, -1, bank.Refused},
				{bank.AlreadyEmpty, -1, bank.Drained}, {bank.WasFrozen, 0, bank.Frozen}, {bank.WasFrozen, 500, bank.Frozen}, {bank.FundsReturned, 500, bank.Returned},
			} {
				h.clock.Add(time.Minute)
				if r = h.answer(r, step.answer, step.yen); r.State != step.to || r.Answer != step.answer {
					t.Errorf("%s leads to %s", step.answer, r.State)
				}
			}
			replies := h.sheet(maker, r).Replies
			if len(replies) != 8 || replies[0].Answer != bank.FundsReturned || replies[0].Yen != 500 || replies[0].Balance != -1 || r.FrozenYen != -1 || r.Recovered != 500 {
				t.Errorf("%+v %+v", replies, r)
			}
		},
		"a refused request is made again, with the police behind it": func(t *testing.T, h *house) {
			r := h.answer(h.sent(), bank.WasRefused, -1)
			_, err := h.Move(t.Context(), maker, bank.Cause{ID: r.ID, Rev: r.Rev, Event: bank.Resubmitted})
			wrong(t, err, map[string]string{"reason": "form.required"})
			h.clock.Add(24 * time.Hour)
			r = h.move(maker, r, bank.Resubmitted, "警察の受理番号を添えて再依頼")
			if r.State != bank.Draft || r.Round != 2 || r.SHA256 != "" || r.CheckedBy != "" || r.DueWhat != bank.PhoneDue || r.DueAt != h.d.Now().Add(30*time.Minute) {
				t.Fatalf("%+v", r)
			}
			_, err = h.MakeLetter(t.Context(), maker, r.ID, r.Rev)
			wrong(t, err, map[string]string{"police_station": "bank.terms.police"})
			r, err = h.Edit(t.Context(), maker, r.ID, r.Rev, form(func(f *bank.Form) {
				f.Terms.Police = bank.Police{State: "accepted", Station: "丸の内警察署 生活安全課", Ref: "第123号"}
			}))
			must(t, err)
			var drawn bank.LetterData
			draw := h.render
			h.render = func(l bank.LetterData) ([]byte, error) { drawn = l; return draw(l) }
			r, err = h.MakeLetter(t.Context(), maker, r.ID, r.Rev)
			must(t, err)
			if drawn.Round != 2 || drawn.Version != 2 || drawn.Previous == 0 || drawn.Terms.Police.Ref != "第123号" {
				t.Errorf("%+v", drawn)
			}
			r, err = h.Check(t.Context(), checker, r.ID, r.Rev, number)
			must(t, err)
			r, err = h.Send(t.Context(), maker, r.ID, r.Rev)
			must(t, err)
			h.mailEnds(r, "sent")
			if r = h.now(r); r.State != bank.Sent || r.SentAt != h.d.Now() || r.DueAt != r.SentAt.Add(2*time.Hour) {
				t.Errorf("%+v", r)
			}
		},
		"money that came back is kept as its total so far, and the request closes": func(t *testing.T, h *house) {
			r := h.answer(h.sent(), bank.WasFrozen, 3_000_000)
			_, err := h.RecordReturn(t.Context(), maker, bank.Return{ID: r.ID, Rev: r.Rev})
			wrong(t, err, map[string]string{"recovered_yen": "bank.terms.yen", "route": "form.choice"})
			for _, yen := range []int64{1_000_000, 2_999_000} {
				r, err = h.RecordReturn(t.Context(), maker, bank.Return{ID: r.ID, Rev: r.Rev, Yen: yen, Route: bank.ByDistribution})
				must(t, err)
			}
			if r.State != bank.Recovered || r.Recovered != 2_999_000 {
				t.Errorf("%+v", r)
			}
			r = h.move(maker, r, bank.Finished, "")
			_, err = h.Move(t.Context(), maker, bank.Cause{ID: r.ID, Rev: r.Rev, Event: bank.Voided, Reason: "x"})
			refused(t, err, fault.Refused, "bank.move.unknown")
			r = h.move(maker, r, bank.Reopened, "銀行から追加の連絡")
			if r.State != bank.Acknowledged || r.DueWhat != bank.AnswerDue {
				t.Errorf("%+v", r)
			}
		},
		"a request without an answer closes only with a reason, and an event with a form needs its form": func(t *testing.T, h *house) {
			r := h.sent()
			_, err := h.Move(t.Context(), maker, bank.Cause{ID: r.ID, Rev: r.Rev, Event: bank.Finished})
			wrong(t, err, map[string]string{"reason": "form.required"})
			_, err = h.Move(t.Context(), maker, bank.Cause{ID: r.ID, Rev: r.Rev, Event: bank.Froze, Reason: "x"})
			refused(t, err, fault.Invalid, "form.malformed")
			r = h.move(maker, r, bank.Receipted, "")
			if r.AckedAt == 0 || r.State != bank.Acknowledged {
				t.Errorf("%+v", r)
			}
			_, err = h.Move(t.Context(), maker, bank.Cause{ID: r.ID, Rev: r.Rev - 1, Event: bank.Finished, Reason: "x"})
			refused(t, err, fault.Conflict, "row.stale")
		},
	})
}
