package main

import (
	"context"
	"time"

	"tasuke/cases/remedy"
	"tasuke/cases/sweep"
	"tasuke/contacts/bank"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Compensation, the banks and the sweep in a scenario.

// checked has somebody else calculate every amount again.
func (w *rehearsal) checked(ctx context.Context) error {
	by := w.cast.maker(actor.Remediation)
	return w.each(ctx, "remedy", func(id string) error {
		sh, err := w.remedies.Sheet(ctx, by, id)
		if err == nil {
			_, err = w.remedies.Check(ctx, by, id, sh.Assessment.Rev, sh.Assessment.OfferYen)
		}
		return err
	}, "calculated")
}

// offersAtOnce is how many customers hold their offer before the room goes on: each is a letter.
const offersAtOnce = 20

// offered approves every amount in the room and makes the first offers.
func (w *rehearsal) offered(ctx context.Context) error {
	if err := w.checked(ctx); err != nil {
		return err
	}
	exec, by := w.cast.maker(actor.Executive), w.cast.maker(actor.Remediation)
	if err := w.each(ctx, "remedy", func(id string) error {
		sh, err := w.remedies.Sheet(ctx, exec, id)
		if err == nil {
			_, err = w.remedies.Move(ctx, exec, remedy.Cause{ID: id, Rev: sh.Assessment.Rev, Event: remedy.ApprovalGiven, Reason: onRecord})
		}
		return err
	}, "checked"); err != nil {
		return err
	}
	made := 0
	return w.each(ctx, "remedy", func(id string) error {
		if made++; made > offersAtOnce {
			return nil
		}
		sh, err := w.remedies.Sheet(ctx, by, id)
		if err == nil {
			_, err = w.remedies.Offer(ctx, by, id, sh.Assessment.Rev, w.at.In(scenarioDay.Location()).AddDate(0, 0, 30).Format(time.DateOnly))
		}
		return err
	}, "approved")
}

// agreed has every customer who holds an offer accept it.
func (w *rehearsal) agreed(ctx context.Context) error {
	if err := w.offered(ctx); err != nil {
		return err
	}
	by := w.cast.maker(actor.Remediation)
	return w.each(ctx, "remedy", func(id string) error {
		sh, err := w.remedies.Sheet(ctx, by, id)
		if err == nil {
			_, err = w.remedies.Answer(ctx, by, remedy.Answer{ID: id, Rev: sh.Assessment.Rev, Event: remedy.OfferAccepted, At: db.At(w.at), Note: onRecord})
		}
		return err
	}, "offered")
}

// lettersChecked makes the letters of every request and has them checked by retyping the account.
func (w *rehearsal) lettersChecked(ctx context.Context) error {
	funds, legal := w.cast.maker(actor.Funds), w.cast.maker(actor.Legal)
	if err := w.each(ctx, "bank_request", func(id string) error {
		sh, err := w.banks.Sheet(ctx, funds, id)
		if err != nil {
			return err
		}
		if !letterable(sh) {
			if sh.Request, err = w.filledIn(ctx, funds, sh); err != nil {
				return err
			}
		}
		_, err = w.banks.MakeLetter(ctx, funds, id, sh.Request.Rev)
		return err
	}, "draft"); err != nil {
		return err
	}
	return w.each(ctx, "bank_request", func(id string) error {
		sh, err := w.banks.Sheet(ctx, legal, id)
		if err != nil {
			return err
		}
		a, err := w.banks.Reveal(ctx, legal, id, "report")
		if err == nil {
			_, err = w.banks.Check(ctx, legal, id, sh.Request.Rev, a.Number)
		}
		return err
	}, "ready")
}

// letterable reports whether somebody has typed what the letter of a draft needs.
func letterable(sh bank.Sheet) bool { return len(sh.Missing) == 0 && sh.Account.Relation != "unknown" }

// filledIn types into a draft that the program made what only people know: whose account it is.
func (w *rehearsal) filledIn(ctx context.Context, by actor.Actor, sh bank.Sheet) (bank.Request, error) {
	terms := sh.Terms
	terms.OccurredAt, terms.Method = db.At(w.at.Add(-11*time.Hour)), "フィッシングで窃取された認証情報による出金先口座の変更と不正出金"
	terms.Outline = "当社の顧客になりすました者が出金先口座を変更し、資金を送金しました。"
	return w.banks.Edit(ctx, by, sh.Request.ID, sh.Request.Rev, bank.Form{Track: sh.Request.Track, Terms: terms, Account: bank.AccountForm{
		BankCode: sh.Account.BankCode, BranchCode: sh.Account.BranchCode, Kind: "1", HolderKana: "ヤマダ タロウ", Relation: "third_party", BranchSeen: true}})
}

// lettersSent hands over by fax what the program did not mail.
func (w *rehearsal) lettersSent(ctx context.Context) error {
	if err := w.lettersChecked(ctx); err != nil {
		return err
	}
	funds := w.cast.maker(actor.Funds)
	return w.each(ctx, "bank_request", func(id string) error {
		sh, err := w.banks.Sheet(ctx, funds, id)
		if err == nil {
			_, err = w.banks.HandOver(ctx, funds, bank.Handover{ID: id, Rev: sh.Request.Rev, Method: bank.ByFax, At: db.At(w.at), Note: onRecord})
		}
		return err
	}, "checked")
}

// banksAnswered has every bank say that it froze what was left.
func (w *rehearsal) banksAnswered(ctx context.Context) error {
	if err := w.lettersSent(ctx); err != nil {
		return err
	}
	funds := w.cast.maker(actor.Funds)
	return w.each(ctx, "bank_request", func(id string) error {
		sh, err := w.banks.Sheet(ctx, funds, id)
		if err == nil {
			_, err = w.banks.RecordAnswer(ctx, funds, id, sh.Request.Rev, bank.Reply{Answer: bank.WasFrozen, At: db.At(w.at), Yen: sh.Request.TotalYen, Balance: sh.Request.TotalYen, Spoken: bank.Spoken{Section: "口座凍結等受付", Text: onRecord}})
		}
		return err
	}, "sent", "acknowledged", "in_hand")
}

// judged confirms every hit of a sweep that waits for a verdict.
func (w *rehearsal) judged(ctx context.Context, by actor.Actor, id string) error {
	for {
		hits, _, err := w.sweeps.Hits(ctx, by, id, sweep.HitFilter{Waiting: true}, sweep.Page{Limit: 200})
		if err != nil || len(hits) == 0 {
			return err
		}
		for _, h := range hits {
			if _, err := w.sweeps.Judge(ctx, by, sweep.Judging{SweepID: id, HitID: h.ID, Rev: h.Rev, Event: sweep.ConfirmedSaid, Stated: true, Comment: onRecord}); err != nil {
				return err
			}
		}
	}
}

// concludedSweep judges every hit, makes the cases, signs what the logs cover and concludes the sweep.
func (w *rehearsal) concludedSweep(ctx context.Context) error {
	analyst, lead := w.cast.maker(actor.FraudAnalyst), w.cast.maker(actor.Responder)
	return w.each(ctx, "sweep", func(id string) error {
		if err := w.judged(ctx, analyst, id); err != nil {
			return err
		}
		if _, err := w.sweeps.MakeCases(ctx, analyst, id); err != nil {
			return err
		}
		for _, e := range []sweep.Event{sweep.CoverageSigned, sweep.WorkConcluded} {
			sh, err := w.sweeps.Get(ctx, lead, id, 0)
			if err == nil {
				_, err = w.sweeps.Move(ctx, lead, sweep.Cause{ID: id, Rev: sh.Sweep.Rev, Event: e, Reason: onRecord})
			}
			if err != nil {
				return err
			}
		}
		return nil
	}, "hits_ready", "reviewing", "reopened")
}
