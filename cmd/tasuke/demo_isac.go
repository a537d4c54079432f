package main

import (
	"context"
	"fmt"
	"time"

	"tasuke/contacts"
	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/internal/db"
	"tasuke/internal/paging"
)

// sharing tells of the incident to others: one share was handed in on the ISAC's portal and was
// answered, a second one waits for its approval.
func (w *demoWorld) sharing(ctx context.Context, incidentID string) error {
	first, err := w.share(ctx, incidentID, isac.Content{
		Title: "偽SMSから誘導する不正ログインと出金先口座の変更", TLP: stix.Amber, Channel: isac.FISAC,
		AttackOrigin:   "国外のホスティング事業者の複数のアドレス。ログインから出金先の変更までは自動化されていると見られる。",
		Method:         "証券会社を騙るSMSから偽サイトへ誘導し、認証情報とワンタイムパスワードを窃取。ログイン後に通知先と出金先口座を変更。",
		Purpose:        "保有株式の売却代金を、変更した出金先口座へ送金すること。",
		Countermeasure: "該当アドレスを遮断し、出金先変更後14日間の出金を止めて本人に確認。以後、同じ手口の出金は確認していない。",
		Confidence:     80, Indicators: []isac.Indicator{
			{Kind: stix.IP, Value: "203.0.113.45", Seen: 41, Label: isac.Own, Note: "ログインの接続元"},
			{Kind: stix.IP, Value: "203.0.113.46", Seen: 17, Label: isac.Own, Note: "ログインの接続元"},
			{Kind: stix.Domain, Value: "hinata-secure.example", Label: isac.Own, Note: "偽サイト"},
			{Kind: stix.URL, Value: "https://hinata-secure.example/auth", Label: isac.Own, Note: "SMSのリンク"},
			{Kind: stix.Device, Value: "fp-5e1a90c2", Seen: 23, Label: isac.Own, Note: "共通する端末の指紋"}}})
	if err != nil {
		return err
	}
	if err := w.play(ctx, incidentID, 10*time.Minute, "isac_draft", "isac_check"); err != nil {
		return err
	}
	if first, err = w.shared(ctx, first); err != nil {
		return err
	}
	if err := w.play(ctx, incidentID, 10*time.Minute, "isac_share", "jsda_draft", "jsda_check", "jsda_notice"); err != nil {
		return err
	}
	if _, err := w.shares.Move(ctx, w.who["fraud"], isac.Cause{ID: first.ID, Rev: first.Rev, Event: isac.FeedbackNoted, Reason: "会員2社から、同じドメインを観測したとの連絡。"}); err != nil {
		return fmt.Errorf("the demo's feedback: %w", err)
	}
	return w.proposed(ctx, incidentID)
}

// share drafts a share and puts it to approval.
func (w *demoWorld) share(ctx context.Context, incidentID string, c isac.Content) (isac.Share, error) {
	c.Language, c.ObservedFrom, c.ObservedTo = "ja", db.At(w.at.Add(-72*time.Hour)), db.At(w.at.Add(-6*time.Hour))
	s, err := w.shares.Begin(ctx, w.who["fraud"], incidentID, c)
	if err != nil {
		return s, fmt.Errorf("the demo's share: %w", err)
	}
	if err := w.later(ctx, 12*time.Minute); err != nil {
		return s, err
	}
	s, found, err := w.shares.Freeze(ctx, w.who["ir"], s.ID, s.Rev, true)
	if err != nil {
		return s, fmt.Errorf("the demo's share, %v: %w", found, err)
	}
	return s, nil
}

// shared has legal approve a share and the analyst hand it in.
func (w *demoWorld) shared(ctx context.Context, s isac.Share) (isac.Share, error) {
	s, err := w.shares.Move(ctx, w.who["legal"], isac.Cause{ID: s.ID, Rev: s.Rev, Event: isac.ApprovalGiven})
	if err != nil {
		return s, fmt.Errorf("the demo's approval of a share: %w", err)
	}
	if err := w.later(ctx, 20*time.Minute); err != nil {
		return s, err
	}
	s, _, err = w.shares.HandIn(ctx, w.who["fraud"], isac.Handover{ID: s.ID, Rev: s.Rev, At: db.At(w.at), Reference: "F-ISAC 架空-0312"})
	if err != nil {
		return s, fmt.Errorf("the demo's hand-over of a share: %w", err)
	}
	return s, nil
}

// proposed is a share by mail that nobody has approved yet.
func (w *demoWorld) proposed(ctx context.Context, incidentID string) error {
	desks, _, err := w.desks.List(ctx, w.who["fraud"], contacts.Filter{Kind: contacts.ISAC}, paging.Page{Limit: 20})
	if err != nil {
		return err
	}
	c := isac.Content{Title: "税務署を装うメールに切り替わった誘導（続報）", TLP: stix.AmberStrict, Channel: isac.FISAC,
		AttackOrigin: "前回の共有と同じ事業者。", Method: "誘導がSMSから税務署を装うメールに替わった。偽サイトの作りは同じ。", Purpose: "前回と同じく、出金先口座の変更と送金。",
		Countermeasure: "送信元と偽サイトを遮断。効果は確認中。", Confidence: 60, Indicators: []isac.Indicator{
			{Kind: stix.Mail, Value: "notice@tax-refund.example", Seen: 6, Label: isac.Own, Note: "送信元"},
			{Kind: stix.Domain, Value: "tax-refund.example", Label: isac.Own}, {Kind: stix.IP, Value: "203.0.113.45", Seen: 3, Label: isac.Own}}}
	for _, d := range desks {
		if d.Mail != "" {
			c.DeskID = d.ID
		}
	}
	_, err = w.share(ctx, incidentID, c)
	return err
}
