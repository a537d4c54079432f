package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/cases/incident"
	"tasuke/contacts/bank"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/web/words"
)

// demoWorld tells the story of the fictional firm through the use cases of the product, with a
// clock that it moves itself: whatever stands in the demo could have been done by its people.
type demoWorld struct {
	*rooms
	now time.Time // when the demo is made
	at  time.Time // the clock of the story
	who map[string]actor.Actor
	// logs of the firm's systems; nil where a story is told without.
	logs *demoLogs
}

// day lets time go by to a time of day in Tokyo, so many days ago.
func (w *demoWorld) day(ctx context.Context, ago, hour, minute int) error {
	d := w.now.In(words.Tokyo).AddDate(0, 0, -ago)
	return w.pass(ctx, time.Date(d.Year(), d.Month(), d.Day(), hour, minute, 0, 0, words.Tokyo))
}

func (w *demoWorld) make(ctx context.Context) error {
	if err := w.day(ctx, 40, 9, 0); err != nil {
		return err
	}
	for _, part := range []func(context.Context) error{w.accountsOf, w.register, w.directory, w.withdrawals, w.trades, w.fresh, w.today, w.takeLogs, w.lists} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w *demoWorld) register(ctx context.Context) error {
	file, err := demoCSV()
	if err != nil {
		return err
	}
	_, err = w.customers.Import(ctx, w.who["sysops"], bytes.NewReader(file), customer.DefaultMapping(), customer.Options{})
	if err != nil {
		return fmt.Errorf("the demo's customers: %w", err)
	}
	return nil
}

// call is one inquiry from receipt to decision, in minutes of the story.
type call struct {
	customer int // number in the register, 0 for nobody in it
	relation inquiry.Relation
	category inquiry.Category
	what     string
	promise  string
	lock     bool
	urgency  inquiry.Urgency
}

func (w *demoWorld) take(ctx context.Context, c call, d inquiry.Decision) (inquiry.Result, error) {
	op := w.who["op"]
	q, err := w.inquiries.Start(ctx, op, inquiry.Phone, fmt.Sprintf("demo-%d-%d", c.customer, w.at.Unix()))
	if err != nil {
		return inquiry.Result{}, fmt.Errorf("a call of the demo: %w", err)
	}
	f := inquiry.Form{CallerRelation: c.relation, Category: c.category, WhatHappened: c.what, Urgency: c.urgency, Language: inquiry.Japanese,
		NoticedAt: db.At(w.at.Add(-35 * time.Minute)), NoticedBy: "trade_notice", LockAsked: c.lock,
		Guidance: []inquiry.Guidance{"password_clean_device", "police", "keep_evidence", "second_fraud"}}
	if c.customer > 0 {
		if f.CustomerID, err = w.customerID(ctx, c.customer); err != nil {
			return inquiry.Result{}, err
		}
		f.Identity = inquiry.Identity{Level: 2, Method: "full_script", Items: []inquiry.IDItem{"name_kana", "account_no", "birth_date"}, Result: inquiry.IDPassed}
	} else {
		f.CustomerUnknown = true
	}
	w.at = w.at.Add(6 * time.Minute)
	if c.promise != "" {
		f.Promise, f.NextContactDue = c.promise, db.At(w.at.Add(26*time.Hour))
	}
	rev, err := w.inquiries.SaveDraft(ctx, op, q.ID, q.Rev, f)
	if err != nil {
		return inquiry.Result{}, fmt.Errorf("a draft of the demo: %w", err)
	}
	done, err := w.inquiries.Submit(ctx, op, q.ID, rev, f, d)
	if err != nil {
		return done, fmt.Errorf("an inquiry of the demo: %w", err)
	}
	return done, nil
}

func (w *demoWorld) customerID(ctx context.Context, n int) (id string, err error) {
	err = w.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err = w.customers.ByRef(ctx, tx, fmt.Sprintf("H%07d", n))
		return err
	})
	return id, err
}

// withdrawals is the incident in mid-flight: opened 27 days ago, its final report due soon.
func (w *demoWorld) withdrawals(ctx context.Context) error {
	if err := w.day(ctx, 27, 8, 42); err != nil {
		return err
	}
	first, err := w.take(ctx, call{1204, inquiry.Self, inquiry.FraudWithdrawal,
		"朝、出金完了のメールに気付いた。昨夜、身に覚えのない売却と出金先口座の変更がある。先週、当社を名乗るSMSから偽サイトに入力したかもしれない。",
		"調査のうえ、明日中に担当から折返す。", true, inquiry.Immediate},
		inquiry.Decision{Kind: inquiry.OpenNew, Title: "出金先口座の変更を伴う不正出金（偽SMS経由の疑い）", Severity: "S2"})
	if err != nil {
		return err
	}
	id := first.IncidentID
	if err := w.money(ctx, id); err != nil {
		return err
	}
	for i, n := range demoCallers {
		if err := w.later(ctx, time.Duration(7+3*i)*time.Minute); err != nil {
			return err
		}
		if _, err := w.take(ctx, call{n, inquiry.Self, inquiry.FraudWithdrawal, "身に覚えのない出金がある。偽のSMSからサイトを開いた。", "", i%2 == 0, inquiry.Urgent},
			inquiry.Decision{Kind: inquiry.Join, IncidentID: id}); err != nil {
			return err
		}
	}
	for _, part := range []func(context.Context, string) error{w.lead, w.victims, w.law, w.filed27, w.notices} {
		if err := part(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// money is the first two hours: locks, calls to the banks, letters by fax and what was answered.
func (w *demoWorld) money(ctx context.Context, id string) error {
	if err := w.play(ctx, id, time.Minute, "intake", "lock", "payouts", "money_sent", "lock_verify", "awareness", "severity", "recall_phone", "freeze_phone", "preserve"); err != nil {
		return err
	}
	made, err := w.letters(ctx, id,
		freeze{"0009", "015", "7654321", "ﾔﾏﾀﾞ ﾀﾛｳ", "mule_in_victim_name", 2_156_789}, freeze{"9900", "058", "1234567", "ｽｽﾞｷ ﾊﾅｺ", "third_party", 1_300_000})
	if err != nil {
		return err
	}
	if err := w.play(ctx, id, 2*time.Minute, "letter_draft", "letter_check", "letter_approval"); err != nil {
		return err
	}
	if err := w.answered(ctx, made, bank.Reply{Answer: bank.WasFrozen, Yen: 1_850_000, Balance: 1_850_000, Spoken: bank.Spoken{Section: "口座不正利用受付", Ref: "SMBC-2201"}},
		bank.Reply{Answer: bank.AlreadyEmpty, Yen: -1, Balance: 0, Spoken: bank.Spoken{Section: "貯金事務センター", Text: "照会の時点で払戻し済み。"}}); err != nil {
		return err
	}
	return w.play(ctx, id, time.Minute, "bank_phone_again?")
}

// filed27 is the paper of the following weeks: the fact sheet, the preliminary report handed in and
// receipted, and the three rounds of the sweep up to the third.
func (w *demoWorld) filed27(ctx context.Context, id string) error {
	if err := w.day(ctx, 25, 10, 0); err != nil {
		return err
	}
	if err := w.facts(ctx, id, 12, map[incident.FactItem]string{
		incident.FactData:        "氏名、住所、電話番号、口座番号、保有残高（閲覧された可能性のある画面の項目）",
		incident.FactResponse:    "被害を申し出た顧客に電話で連絡し、口座を保護した。文書による通知を準備している。",
		incident.FactPublication: "公表していない。",
	}); err != nil {
		return err
	}
	if err := w.play(ctx, id, 20*time.Minute, "commander", "facts_v1", "facts_approval", "timeline", "appi"); err != nil {
		return err
	}
	f, err := w.report(ctx, id)
	if err != nil {
		return err
	}
	if err := w.later(ctx, 50*time.Minute); err != nil {
		return err
	}
	if err := w.handedIn(ctx, f, "PPC-2026-10234"); err != nil {
		return err
	}
	if err := w.day(ctx, demoSweep, 9, 30); err != nil {
		return err
	}
	if err := w.takeLogs(ctx); err != nil {
		return err
	}
	if err := w.sweep(ctx, id); err != nil {
		return err
	}
	if err := w.play(ctx, id, 25*time.Minute, "appi_preliminary", "sweep_round1", "sweep_ask1_by_hand?", "sweep_review1", "sweep_cases1_by_hand?",
		"more_accounts", "bulk_lock", "call_customers", "campaign",
		"fsa_draft", "fsa_check", "fsa_first", "notice_text", "notice_check", "victim_notice"); err != nil {
		return err
	}
	if err := w.consulted(ctx, id); err != nil {
		return err
	}
	if err := w.sharing(ctx, id); err != nil {
		return err
	}
	if err := w.items(ctx, id); err != nil {
		return err
	}
	if err := w.day(ctx, 19, 14, 0); err != nil {
		return err
	}
	if err := w.play(ctx, id, 40*time.Minute, "sweep_round2", "publish_proposal", "publish_check", "publish"); err != nil {
		return err
	}
	if err := w.disclosure(ctx, id); err != nil {
		return err
	}
	if err := w.play(ctx, id, time.Minute, "first_notice"); err != nil {
		return err
	}
	return w.remedy(ctx, id)
}

// lead takes the incident through its first states.
func (w *demoWorld) lead(ctx context.Context, id string) error {
	for _, e := range []incident.Event{incident.TriageTaken, incident.IncidentDeclared, incident.ContainmentStarted, incident.InvestigationStarted} {
		if err := w.later(ctx, 17*time.Minute); err != nil {
			return err
		}
		i, err := w.incident(ctx, id)
		if err != nil {
			return err
		}
		if _, err := w.incidents.Move(ctx, w.who["ir"], incident.Cause{ID: id, Rev: i.Rev, Event: e}); err != nil {
			return fmt.Errorf("the demo's incident, %s: %w", e, err)
		}
	}
	return nil
}

func (w *demoWorld) incident(ctx context.Context, id string) (i incident.Incident, err error) {
	err = w.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		i, err = w.incidents.Get(ctx, tx, id)
		return err
	})
	return i, err
}

// law confirms the awareness: the terms run from the first call.
func (w *demoWorld) law(ctx context.Context, id string) error {
	if err := w.day(ctx, 26, 9, 30); err != nil {
		return err
	}
	if err := w.keepPromises(ctx); err != nil {
		return err
	}
	sheet, err := w.incidents.Sheet(ctx, w.who["legal"], id)
	if err != nil {
		return err
	}
	for _, e := range sheet.Events {
		if e.Kind.Starts() {
			if err := w.incidents.ConfirmEvent(ctx, w.who["legal"], id, e.ID); err != nil {
				return fmt.Errorf("the demo's awareness: %w", err)
			}
		}
	}
	return nil
}

// keepPromises makes the calls that were promised.
func (w *demoWorld) keepPromises(ctx context.Context) error {
	promises, err := w.inquiries.Promises(ctx, w.who["op"], db.At(w.at.Add(24*time.Hour)))
	for _, p := range promises {
		if err == nil {
			err = w.inquiries.KeepPromise(ctx, w.who["op"], p.ID)
		}
	}
	return err
}

// victims moves the cases on: all channels of a lock verified, facts checked, damage confirmed.
func (w *demoWorld) victims(ctx context.Context, id string) error {
	if err := w.day(ctx, 27, 21, 0); err != nil {
		return err
	}
	list, err := w.cases.List(ctx, w.who["ir"], cases.Filter{IncidentID: id}, cases.Page{Limit: 50})
	if err != nil {
		return err
	}
	for i, e := range list.Entries {
		w.at = w.at.Add(9 * time.Minute)
		if err := w.victim(ctx, e.ID, i); err != nil {
			return fmt.Errorf("the demo's case %s: %w", e.No, err)
		}
	}
	return nil
}

func (w *demoWorld) victim(ctx context.Context, id string, i int) error {
	sv, ir := w.who["sv"], w.who["ir"]
	k, err := w.cases.RequestStop(ctx, w.who["op"], id, cases.Stop{Scope: cases.Account})
	if err != nil {
		return err
	}
	for n, ch := range k.Channels {
		if i%5 == 4 && n > 2 {
			return nil // some locks are still being verified
		}
		if _, err := w.cases.VerifyChannel(ctx, ir, id, k.ID, ch.Channel, true, ""); err != nil {
			return err
		}
	}
	steps := []struct {
		by    actor.Actor
		event cases.Event
	}{{sv, cases.AccountLocked}, {ir, cases.CheckStarted}, {w.who["fraud"], cases.DamageConfirmed}}
	for _, s := range steps[:1+i%3] {
		w.at = w.at.Add(4 * time.Minute)
		sheet, err := w.cases.Sheet(ctx, s.by, id)
		if err != nil {
			return err
		}
		if _, err := w.cases.Move(ctx, s.by, cases.Cause{ID: id, Rev: sheet.Case.Rev, Event: s.event}); err != nil {
			return err
		}
	}
	return nil
}

// trades is a second, younger incident whose awareness nobody has confirmed yet.
func (w *demoWorld) trades(ctx context.Context) error {
	if err := w.day(ctx, 1, 9, 12); err != nil {
		return err
	}
	opened, err := w.take(ctx, call{4321, inquiry.Self, inquiry.FraudTrade, "寄り付き直後に知らない低位株を大量に買われている。保有していた投資信託が売られた。", "", true, inquiry.Immediate},
		inquiry.Decision{Kind: inquiry.OpenNew, Title: "低位株の不正買付（ログイン通知の一斉解除を伴う）", Severity: "S1"})
	if err != nil {
		return err
	}
	for _, n := range []int{6054, 15007} {
		w.at = w.at.Add(11 * time.Minute)
		if _, err := w.take(ctx, call{n, inquiry.Self, inquiry.FraudTrade, "知らない銘柄の約定通知が届いた。", "", true, inquiry.Urgent},
			inquiry.Decision{Kind: inquiry.Join, IncidentID: opened.IncidentID}); err != nil {
			return err
		}
	}
	return nil
}

// items decides the items of Rule 7 with 30 days for the final report, and counts the persons anew.
func (w *demoWorld) items(ctx context.Context, id string) error {
	if err := w.day(ctx, 20, 15, 0); err != nil {
		return err
	}
	if _, err := w.incidents.Reclassify(ctx, w.who["legal"], id, []int{2}, "自社システムへの侵入は確認されず、財産的被害のおそれ（2号）として扱う。外部弁護士と協議済み。"); err != nil {
		return fmt.Errorf("the demo's reclassification: %w", err)
	}
	if err := w.day(ctx, 19, 11, 0); err != nil {
		return err
	}
	_, err := w.incidents.UpdateCount(ctx, w.who["ir"], id, 12, db.At(w.at), "影響調査 第2回の結果")
	return err
}

// fresh is yesterday's incident, in the thick of it: the letters to the banks wait for their
// approval, the preliminary report is in legal review.
func (w *demoWorld) fresh(ctx context.Context) error {
	if err := w.day(ctx, 1, 16, 2); err != nil {
		return err
	}
	first, err := w.take(ctx, call{8848, inquiry.Self, inquiry.FraudWithdrawal,
		"外出先で出金完了の通知を見た。出金先は登録した覚えのない銀行口座。昨日、税務署を名乗るメールのリンクを開いた。",
		"明日の午前中に担当から折返す。", true, inquiry.Immediate},
		inquiry.Decision{Kind: inquiry.OpenNew, Title: "税務署を装うメールからの不正出金", Severity: "S2"})
	if err != nil {
		return err
	}
	id := first.IncidentID
	if err := w.play(ctx, id, time.Minute, "intake", "lock", "payouts", "money_sent", "lock_verify", "awareness", "severity", "freeze_phone", "recall_phone"); err != nil {
		return err
	}
	if err := w.lead(ctx, id); err != nil {
		return err
	}
	if err := w.facts(ctx, id, 1, map[incident.FactItem]string{incident.FactData: "氏名、口座番号、保有残高（閲覧された可能性のある画面の項目）"}); err != nil {
		return err
	}
	if err := w.play(ctx, id, 6*time.Minute, "commander", "preserve", "facts_v1", "facts_approval", "appi"); err != nil {
		return err
	}
	if _, err := w.report(ctx, id); err != nil {
		return err
	}
	if _, err := w.letters(ctx, id, freeze{"0001", "001", "4567890", "ｺﾝﾄﾞｳ ｱｵｲ", "third_party", 980_000}, freeze{"0005", "001", "2345678", "ｷﾑﾗ ｹﾝｲﾁ", "changed", 1_420_000}); err != nil {
		return err
	}
	return w.play(ctx, id, 3*time.Minute, "letter_draft", "letter_check")
}

// today leaves work for whoever opens the demo: harmless calls, a promise and a draft.
func (w *demoWorld) today(ctx context.Context) error {
	if err := w.pass(ctx, w.now.Add(-3*time.Hour)); err != nil {
		return err
	}
	for _, c := range []call{
		{0, "family", inquiry.PhishingSeen, "家族に当社を名乗るSMSが届いた。開いていない。", "", false, inquiry.Normal},
		{777, inquiry.Self, inquiry.AskCompensation, "先日の被害の補償はいつ決まるのかとの照会。", "進み具合を担当から連絡する。", false, inquiry.Normal},
	} {
		w.at = w.at.Add(13 * time.Minute)
		if _, err := w.take(ctx, c, inquiry.Decision{Kind: inquiry.Inform}); err != nil {
			return err
		}
	}
	if err := w.pass(ctx, w.now.Add(-4*time.Minute)); err != nil {
		return err
	}
	op := w.who["op"]
	q, err := w.inquiries.Start(ctx, op, inquiry.Phone, "demo-draft")
	if err != nil {
		return err
	}
	id, err := w.customerID(ctx, 2025)
	if err != nil {
		return err
	}
	_, err = w.inquiries.SaveDraft(ctx, op, q.ID, q.Rev, inquiry.Form{CallerRelation: inquiry.Self, CustomerID: id, Category: inquiry.SuspiciousLogin,
		WhatHappened: "海外からのログイン通知が夜中に", Language: inquiry.Japanese, Urgency: inquiry.Urgent})
	return err
}
