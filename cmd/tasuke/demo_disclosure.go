package main

import (
	"context"
	"fmt"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/db"
)

// disclosure is the first public notice of an incident, with the numbers of a snapshot of the ledger; a
// second snapshot is taken later.
func (w *demoWorld) disclosure(ctx context.Context, id string) error {
	if err := w.counts(ctx, id); err != nil {
		return err
	}
	if _, err := w.publishFirst(ctx, id); err != nil {
		return err
	}
	if err := w.later(ctx, 26*time.Hour); err != nil {
		return err
	}
	return w.counts(ctx, id)
}

// counts takes a snapshot: what the rooms count, and the sign-ins that the responder found in the logs.
func (w *demoWorld) counts(ctx context.Context, id string) error {
	_, err := w.incidents.TakeSnapshot(ctx, w.who["ir"], id,
		incident.Typed{Unit: incident.CountAccess, Stage: incident.CountConfirmed, N: 17, Reason: "ログイン記録の照合（攻撃者の端末と接続元）による。"})
	if err != nil {
		return fmt.Errorf("the demo's counts: %w", err)
	}
	w.at = w.at.Add(time.Minute)
	return nil
}

// demoNotice is what the fictional firm tells the public.
func demoNotice() disclosure.Content {
	return disclosure.Content{
		JA: disclosure.Text{Title: "一部のお客様口座における不正出金について",
			Outline: "フィッシングサイトで窃取されたとみられる認証情報を用いて、第三者が一部のお客様の口座に不正にログインし、出金先口座を変更して出金したことを確認しました。お客様にご心配をおかけしておりますことを、深くお詫び申し上げます。\n対象のお客様には個別にご連絡しています。",
			Cause:   "偽のSMSから誘導するフィッシングサイトによる認証情報の窃取とみて、調査しています。当社システムへの侵入は確認していません。", DeskName: "不正取引対応室", DeskHours: "24時間"},
		EN: disclosure.Text{Title: "Unauthorised withdrawals from some customer accounts",
			Outline: "Somebody signed in to the accounts of some of our customers with credentials presumably stolen by phishing, changed the bank account for withdrawals, and withdrew money. We apologise to our customers.\nWe are contacting each customer concerned.",
			Cause:   "We believe that the credentials were stolen by phishing sites reached from false text messages, and continue to investigate. No intrusion into our systems has been found.", DeskName: "Fraud response desk", DeskHours: "24 hours"},
		English: true, DeskPhone: demoFirm.Phone, Figures: []string{"accounts.confirmed", "accounts.suspected", "persons.confirmed", "unauthorised_access.confirmed"},
	}
}

// drafted is the first notice that the playbook prepared, or a new one.
func (w *demoWorld) drafted(ctx context.Context, id string) (disclosure.Disclosure, error) {
	list, _, err := w.disclosures.List(ctx, w.who["pr"], disclosure.Filter{IncidentID: id}, disclosure.Page{Limit: 1})
	if err != nil || len(list) > 0 {
		return append(list, disclosure.Disclosure{})[0], err
	}
	return w.disclosures.Begin(ctx, w.who["pr"], disclosure.New{IncidentID: id, Kind: notice.First})
}

// publishFirst takes the first notice from the draft to the public: written by PR, the facts signed by
// the responder, then legal, then an executive, who lets it out before every victim was told.
func (w *demoWorld) publishFirst(ctx context.Context, id string) (d disclosure.Disclosure, err error) {
	if d, err = w.drafted(ctx, id); err != nil {
		return d, fmt.Errorf("the demo's public notice: %w", err)
	}
	if d, err = w.written(ctx, d, demoNotice()); err != nil {
		return d, err
	}
	for _, s := range []struct {
		who  string
		step disclosure.Step
	}{{"ir", disclosure.FactsStep}, {"legal", disclosure.LawStep}, {"exec", disclosure.ExecutiveStep}} {
		w.at = w.at.Add(3 * time.Minute)
		if d, err = w.disclosures.Sign(ctx, w.who[s.who], d.ID, d.Rev, s.step, d.Digest, ""); err != nil {
			return d, fmt.Errorf("the demo's public notice, %s: %w", s.step, err)
		}
	}
	sheet, err := w.disclosures.Sheet(ctx, w.who["exec"], d.ID)
	if err != nil {
		return d, err
	}
	if f := sheet.Facts; !f.ToldKnown || f.Untold > 0 {
		if d, err = w.disclosures.Move(ctx, w.who["exec"], disclosure.Cause{ID: d.ID, Rev: d.Rev, Event: disclosure.OverrideGiven,
			Reason: "対象のお客様への電話連絡は続いている。二次被害の防止のため、注意喚起を先に公表する。"}); err != nil {
			return d, fmt.Errorf("the demo's public notice: %w", err)
		}
	}
	if d, err = w.disclosures.Publish(ctx, w.who["pr"], d.ID, d.Rev); err != nil {
		return d, fmt.Errorf("the demo's public notice: %w", err)
	}
	return d, w.settle(ctx)
}

// written has PR write the content with the numbers of the newest snapshot.
func (w *demoWorld) written(ctx context.Context, d disclosure.Disclosure, c disclosure.Content) (disclosure.Disclosure, error) {
	sheet, err := w.disclosures.Sheet(ctx, w.who["pr"], d.ID)
	if err != nil || len(sheet.Snapshots) == 0 {
		return d, fmt.Errorf("the demo's public notice has no snapshot: %w", err)
	}
	c.Measures = []disclosure.Measure{
		{At: db.At(w.at.Add(-30 * time.Hour)), JA: "対象の口座の取引と出金を停止しました。", EN: "trading and withdrawals were stopped on the accounts concerned."},
		{At: db.At(w.at.Add(-28 * time.Hour)), JA: "出金先の金融機関に、口座の取引停止等の検討を依頼しました。", EN: "the receiving banks were asked to consider freezing the accounts."},
	}
	if d, err = w.disclosures.Edit(ctx, w.who["pr"], d.ID, d.Rev, sheet.Snapshots[0].ID, c); err != nil {
		return d, fmt.Errorf("the demo's public notice: %w", err)
	}
	return d, nil
}
