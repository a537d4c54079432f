package main

import (
	"context"
	"fmt"
	"time"

	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/victim"
	"tasuke/internal/db"
)

// notices has remediation write to the confirmed victims: one letter is posted, the first mail waits
// in the outbox, since the fictional firm has no mail server, and the others wait for their stage.
func (w *demoWorld) notices(ctx context.Context, incidentID string) error {
	by := w.who["care"]
	left, err := w.untold(ctx, incidentID)
	if err != nil || len(left) == 0 {
		return err
	}
	f := victim.Form{Cases: left, Content: w.toVictims()}
	m, err := w.rooms.victims.Begin(ctx, by, incidentID, f)
	for i := range left {
		if err != nil {
			break
		}
		own := victim.Own{Language: notice.Japanese, Medium: notice.ByMail, Facts: []victim.Fact{{At: db.At(w.at.Add(-70*time.Hour + time.Duration(i)*time.Minute)), What: notice.Withdrawal, Yen: 980_000 + int64(i)*121_000, Detail: "ご登録と異なる出金先"}}}
		if i == 1 {
			own.Medium = notice.ByLetter
		}
		m, err = w.rooms.victims.EditOwn(ctx, by, m.ID, m.Rev, int64(i), own)
	}
	if err == nil {
		w.at = w.at.Add(20 * time.Minute)
		m, err = w.rooms.victims.Move(ctx, by, victim.Cause{ID: m.ID, Rev: m.Rev, Event: victim.ApprovalAsked})
	}
	if err == nil {
		w.at = w.at.Add(25 * time.Minute)
		m, err = w.rooms.victims.Move(ctx, w.who["legal"], victim.Cause{ID: m.ID, Rev: m.Rev, Event: victim.ApprovalGiven})
	}
	if err == nil {
		m, err = w.rooms.victims.SendStage(ctx, by, m.ID, m.Rev)
	}
	if err == nil && len(left) > 1 {
		w.at = w.at.Add(time.Hour)
		_, err = w.rooms.victims.PostLetters(ctx, by, m.ID, m.Rev, "簡易書留 000-00-00001-0")
	}
	if err != nil {
		return fmt.Errorf("the demo's notices: %w", err)
	}
	return w.settle(ctx)
}

// untold are the confirmed cases that nobody has been written to about.
func (w *demoWorld) untold(ctx context.Context, incidentID string) (ids []string, err error) {
	all, err := w.rooms.victims.Choosable(ctx, w.who["care"], incidentID, "")
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	return ids, err
}

// toVictims is what all of them are told.
func (w *demoWorld) toVictims() victim.Content {
	c := w.rooms.victims.Defaults()
	c.Facts = []victim.Fact{{At: db.At(w.at.Add(-72 * time.Hour)), What: notice.Login}, {At: db.At(w.at.Add(-71 * time.Hour)), What: notice.Destination}}
	c.Measures = []victim.Measure{
		{At: db.At(w.at.Add(-60 * time.Hour)), JA: "口座へのログインと出金を停止しました。", EN: "sign-in to your account and withdrawals were stopped."},
		{At: db.At(w.at.Add(-58 * time.Hour)), JA: "出金先の金融機関に、口座の取引停止等の検討を依頼しました。", EN: "the receiving banks were asked to consider freezing the accounts."}}
	c.JA.Plan, c.JA.Hours = "取引記録の調査を続け、結果を個別にご連絡いたします。", "24時間"
	c.EN = victim.Said{Plan: "We continue to examine the records and will tell you the result.", Desk: "Fraud response desk", Hours: "24 hours"}
	c.Next = db.At(w.now.AddDate(0, 0, 5))
	return c
}
