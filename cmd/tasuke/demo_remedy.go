package main

import (
	"context"
	"fmt"
	"time"

	"tasuke/cases"
	"tasuke/cases/remedy"
	"tasuke/internal/db"
)

// lost is what left one victim's account, as the demo tells it.
type lost struct {
	yen, fee int64
	rate     int64 // remedy.PolicyRate, or another one
	reason   string
	factors  []remedy.Factor
}

// remedy has two victims of the withdrawals compensated: one holds an offer, the other's amount
// waits for its check.
func (w *demoWorld) remedy(ctx context.Context, incidentID string) error {
	if err := w.day(ctx, 12, 10, 15); err != nil {
		return err
	}
	list, err := w.cases.List(ctx, w.who["care"], cases.Filter{IncidentID: incidentID, State: cases.Confirmed}, cases.Page{Limit: 2})
	if err != nil || len(list.Entries) < 2 {
		return fmt.Errorf("the demo has no two confirmed cases: %w", err)
	}
	for _, e := range list.Entries {
		if err := w.withdrawn(ctx, e.ID); err != nil {
			return fmt.Errorf("the demo's case %s: %w", e.No, err)
		}
	}
	first, err := w.reckoned(ctx, list.Entries[0].ID, lost{yen: 843_500, fee: 770, rate: remedy.PolicyRate, factors: []remedy.Factor{{Code: "N1", Evidence: "偽SMSからの入力をお客様が申告。送信時刻とアクセス記録が一致。"}}})
	if err == nil {
		err = w.assessed(ctx, first)
	}
	if err == nil {
		_, err = w.reckoned(ctx, list.Entries[1].ID, lost{yen: 1_428_000, fee: 770, rate: 8000, reason: "認証コードを電話で第三者に伝えた事実を録音で確認。",
			factors: []remedy.Factor{{Code: "N2", Evidence: "通話録音 REC-2231、3分12秒から"}}})
	}
	if err != nil {
		return fmt.Errorf("the demo's compensation: %w", err)
	}
	return nil
}

// withdrawn says what the attacker did in the case's account.
func (w *demoWorld) withdrawn(ctx context.Context, caseID string) error {
	w.at = w.at.Add(3 * time.Minute)
	sheet, err := w.cases.Sheet(ctx, w.who["fraud"], caseID)
	if err != nil {
		return err
	}
	d := sheet.Case.Details
	d.Pattern = cases.Pattern(remedy.Withdrawal)
	_, err = w.cases.Edit(ctx, w.who["fraud"], caseID, sheet.Case.Rev, d)
	return err
}

// reckoned records a victim's transactions, as pasted from the ledger, and calculates the amount.
func (w *demoWorld) reckoned(ctx context.Context, caseID string, l lost) (remedy.Assessment, error) {
	night := w.at.AddDate(0, 0, -15).Format("2006-01-02")
	ref := caseID[len(caseID)-6:]
	rows := fmt.Sprintf("種別,日時,番号,銘柄,売買,数量,価格,金額,手数料,源泉徴収,申告,判定\n"+
		"ログイン,%[1]s 22:41,LG-%[2]s,,,,,0,0,0,覚えなし,不正\n出金先変更,%[1]s 22:47,DC-%[2]s,,,,,0,0,0,覚えなし,不正\n"+
		"約定,%[1]s 22:52,EX-%[2]s,7203,売,400,2150,\"860,000\",440,0,覚えなし,不正\n出金,%[1]s 23:05,PO-%[2]s-1,,,,,%[3]d,%[4]d,0,覚えなし,不正\n出金,%[1]s 09:12,PO-%[2]s-0,,,,,\"50,000\",330,0,本人,本人\n",
		night, ref, l.yen, l.fee-440)
	if _, err := w.remedies.Paste(ctx, w.who["fraud"], caseID, rows); err != nil {
		return remedy.Assessment{}, err
	}
	w.at = w.at.Add(25 * time.Minute)
	a, err := w.ofCase(ctx, caseID)
	if err != nil {
		return a, err
	}
	if a, err = w.remedies.Move(ctx, w.who["fraud"], remedy.Cause{ID: a.ID, Rev: a.Rev, Event: remedy.FactsEstablished}); err != nil {
		return a, err
	}
	w.at = w.at.Add(40 * time.Minute)
	return w.remedies.Calculate(ctx, w.who["care"], remedy.Draft{CaseID: caseID, Rev: a.Rev, RateBP: l.rate, Reason: l.reason, Factor: l.factors})
}

func (w *demoWorld) ofCase(ctx context.Context, caseID string) (remedy.Assessment, error) {
	sheet, err := w.remedies.OfCase(ctx, w.who["care"], caseID, "")
	return sheet.Assessment, err
}

// assessed takes an amount to the customer.
func (w *demoWorld) assessed(ctx context.Context, a remedy.Assessment) (err error) {
	w.at = w.at.Add(50 * time.Minute)
	if a, err = w.remedies.Check(ctx, w.who["legal"], a.ID, a.Rev, a.OfferYen); err != nil {
		return err
	}
	w.at = w.at.Add(2 * time.Hour)
	if a, err = w.remedies.Move(ctx, w.who["exec"], remedy.Cause{ID: a.ID, Rev: a.Rev, Event: remedy.ApprovalGiven, Reason: "偽SMSは当社の注意喚起の前であり、減額の事情とはしない。"}); err != nil {
		return err
	}
	w.at = w.at.Add(30 * time.Minute)
	_, err = w.remedies.Offer(ctx, w.who["care"], a.ID, a.Rev, db.At(w.at.AddDate(0, 0, 30)).In(w.now.Location()).Format(time.DateOnly))
	return err
}
