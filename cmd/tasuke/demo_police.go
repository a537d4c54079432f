package main

import (
	"context"
	"fmt"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/police"
	"tasuke/internal/db"
)

// consulted brings the incident to the police: the summary names the one victim who agreed, the
// report was accepted and has its number.
func (w *demoWorld) consulted(ctx context.Context, incidentID string) error {
	c, all, err := w.polices.Defaults(ctx, w.who["legal"], incidentID)
	if err != nil {
		return err
	}
	i, err := w.incident(ctx, incidentID)
	if err != nil {
		return err
	}
	c = w.brought(c, all, i)
	r, err := w.planned(ctx, incidentID, c)
	if err != nil {
		return fmt.Errorf("the demo's consultation: %w", err)
	}
	r, err = w.polices.RecordConsent(ctx, w.who["legal"], police.Agreed{ID: r.ID, Rev: r.Rev, CaseID: all[0].ID, Given: true, At: db.At(w.at), How: "登録の電話番号に架電し、本人から"})
	if err != nil {
		return fmt.Errorf("the demo's consent: %w", err)
	}
	if r, err = w.polices.MakeSummary(ctx, w.who["legal"], r.ID, r.Rev); err != nil {
		return fmt.Errorf("the demo's summary: %w", err)
	}
	if err := w.play(ctx, incidentID, 20*time.Minute, "police_summary", "police_approval"); err != nil {
		return err
	}
	if err := w.later(ctx, 3*time.Hour); err != nil {
		return err
	}
	r, err = w.polices.Hold(ctx, w.who["legal"], police.Held{ID: r.ID, Rev: r.Rev, At: db.At(w.at.Add(-40 * time.Minute)), Note: "概要を渡し、ログの保全期間を説明した。被害届の受理を検討するとの回答。"})
	if err != nil {
		return fmt.Errorf("the demo's visit to the police: %w", err)
	}
	if err := w.play(ctx, incidentID, 10*time.Minute, "police", "police_reference"); err != nil {
		return err
	}
	if err := w.later(ctx, 26*time.Hour); err != nil {
		return err
	}
	if _, err = w.polices.Accept(ctx, w.who["legal"], police.Taken{ID: r.ID, Rev: r.Rev, At: db.At(w.at.Add(-time.Hour)), Number: "見本署 受理第482号"}); err != nil {
		return fmt.Errorf("the demo's receipt number: %w", err)
	}
	return nil
}

// planned writes the consultation: into the draft that the playbook prepared, or a new one.
func (w *demoWorld) planned(ctx context.Context, incidentID string, c police.Content) (police.Report, error) {
	list, _, err := w.polices.List(ctx, w.who["legal"], police.Filter{IncidentID: incidentID}, police.Page{Limit: 1})
	if err != nil {
		return police.Report{}, err
	}
	if len(list) > 0 {
		return w.polices.Edit(ctx, w.who["legal"], list[0].ID, list[0].Rev, c)
	}
	return w.polices.Begin(ctx, w.who["legal"], incidentID, c)
}

// brought is what the demo brings to the police.
func (w *demoWorld) brought(c police.Content, all []police.Case, i incident.Incident) police.Content {
	at := func(before time.Duration) db.Instant { return db.At(i.DetectedAt.Time().Add(-before)) }
	c.Kind, c.Agency, c.Section, c.Officer = police.Damage, "架空県警察 見本警察署", "生活安全課 サイバー犯罪対策係", "巡査部長 架空"
	c.Offences = []police.Offence{police.UnauthorizedAccess, police.ComputerFraud}
	if len(all) > 3 {
		c.Cases = nil
		for _, x := range all[:3] {
			c.Cases = append(c.Cases, x.ID)
		}
	}
	c.Recognition = "顧客から、身に覚えのない出金があるとの電話を受けて認知した。通信記録を確認し、第三者による操作と判断した。"
	no := all[0].No
	c.Timeline = []police.Seen{
		{At: at(11*time.Hour + 4*time.Minute + 12*time.Second), Operation: "ログイン成功", IP: "203.0.113.45", Port: 51324, Agent: "Mozilla/5.0 (Windows NT 10.0)", Device: "fp-5e1a90c2", Case: no},
		{At: at(11*time.Hour + 2*time.Minute + 51*time.Second), Operation: "通知先メールの変更", IP: "203.0.113.45", Port: 51330, Agent: "Mozilla/5.0 (Windows NT 10.0)", Device: "fp-5e1a90c2", Case: no},
		{At: at(10*time.Hour + 58*time.Minute + 3*time.Second), Operation: "出金先口座の変更", IP: "203.0.113.45", Port: 51377, Agent: "Mozilla/5.0 (Windows NT 10.0)", Device: "fp-5e1a90c2", Case: no},
		{At: at(10*time.Hour + 31*time.Second), Operation: "出金", IP: "203.0.113.46", Agent: "Mozilla/5.0 (Windows NT 10.0)", Device: "fp-5e1a90c2", Case: no},
	}
	c.Damages = police.Damages{Sold: 3_512_400, Bought: 0, Withdrawn: 3_456_789, Net: -1}
	c.Method = "証券会社を騙るSMSから偽サイトへ誘導し、認証情報とワンタイムパスワードを窃取したものと推定する。"
	c.Evidence = []police.Proof{{No: "EV-2026-0001 アクセスログ", SHA256: "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03", Kept: "CSIRT 証拠保管庫"},
		{No: "EV-2026-0002 出金記録", SHA256: "2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6", Kept: "資金管理部"}}
	c.Measures = "口座の取引を停止し、送金先の金融機関に取引停止等の検討を依頼した。通信記録を保全した。"
	c.Wish = "被害届を受理のうえ、捜査をお願いしたい。照会には窓口で速やかに対応する。"
	c.Person = "法務 七海"
	return c
}
