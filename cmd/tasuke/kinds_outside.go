package main

import (
	"context"
	"fmt"
	"time"

	"tasuke/cases/incident"
	"tasuke/cases/sweep"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/victim"
	"tasuke/contacts/filing"
	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/web/words"
	"tasuke/workflow"
)

// outsideShapes are what a playbook can have drafted for the police, peers, victims, the public and contractors.
var outsideShapes = map[string]playbooks.Shape{
	"police.draft": {
		Title:  playbooks.Text{JA: "警察相談の概要の案を作る", EN: "Draft the summary for the police"},
		Output: map[string]playbooks.FieldType{"report": playbooks.TextField, "cases": playbooks.NumberField},
	},
	"isac.draft": {
		Title:  playbooks.Text{JA: "情報共有の案を指標から作る", EN: "Draft a share from the indicators"},
		Input:  map[string]playbooks.FieldType{"audience": playbooks.TextField},
		Output: map[string]playbooks.FieldType{"share": playbooks.TextField, "indicators": playbooks.NumberField},
	},
	"victim.draft": {
		Title:  playbooks.Text{JA: "被害通知の案を確定した被害者宛てに作る", EN: "Draft the notices to the confirmed victims"},
		Output: map[string]playbooks.FieldType{"mailing": playbooks.TextField, "customers": playbooks.NumberField},
	},
	"disclosure.draft": {
		Title:  playbooks.Text{JA: "公表文の案を最新の件数断面から作る", EN: "Draft the public notice from the newest snapshot of the counts"},
		Output: map[string]playbooks.FieldType{"disclosure": playbooks.TextField, "snapshot": playbooks.TextField},
	},
	"vendor.demand": {
		Title:  playbooks.Text{JA: "委託先への報告要求書を作る", EN: "Make the demand for a report from the contractor"},
		Output: map[string]playbooks.FieldType{"document": playbooks.TextField},
	},
}

func (r *rooms) outsideKinds() []workflow.Kind {
	return []workflow.Kind{
		inside("police.draft", func(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
			d, err := r.polices.Prepare(ctx, tx, c.By, c.Subject.ID)
			return output{"report": d.ID, "cases": d.Cases}, err
		}),
		inside("isac.draft", r.playShare), r.apart("victim.draft", r.playNotices), inside("disclosure.draft", r.playDisclosure), r.apart("vendor.demand", r.playDemand),
	}
}

// attackWords say of an incident, by its kind, what a first draft to others says: how, what for, and
// what a notice to the public is called. They hold nothing that people typed.
var attackWords = map[incident.Kind]struct{ name, method, purpose, nameEN string }{
	incident.AccountWithdrawal: {"不正ログインによる不正出金", "窃取された認証情報による不正ログイン、出金先口座の変更、保有商品の売却と出金", "顧客資産の不正な出金", "unauthorised withdrawals after unauthorised logins"},
	incident.AccountTrade:      {"不正ログインによる不正取引", "窃取された認証情報による不正ログイン、保有商品の売却と特定銘柄の買付", "相場操縦による利得（推定）", "unauthorised trades after unauthorised logins"},
	incident.MassLogin:         {"大量の不正ログイン試行", "他社等から漏えいした認証情報を用いたリスト型攻撃", "有効な認証情報の選別（推定）", "a wave of unauthorised login attempts"},
	incident.Phishing:          {"当社を装うフィッシング", "当社を装うメール・SMSから偽サイトへの誘導", "認証情報の詐取", "phishing in the name of our company"},
	incident.OwnLeak:           {"顧客情報の漏えい", "調査中", "調査中", "a leak of customer data"},
	incident.VendorLeak:        {"委託先における顧客情報の漏えい", "委託先への不正アクセス等（調査中）", "調査中", "a leak of customer data at a contractor"},
	incident.Other:             {"セキュリティ事案", "調査中", "調査中", "a security incident"},
}

func (r *rooms) playShare(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
	to, _ := c.Input["audience"].(string)
	i, err := r.incidents.Get(ctx, tx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	n, err := r.cases.Contained(ctx, tx, i.ID)
	if err != nil {
		return nil, err
	}
	w := attackWords[i.Kind]
	t := isac.Told{Title: w.name + "に関する情報共有（" + i.No + "）", Origin: "添付の指標（送信元・端末等）から観測。詳細は調査中。", Method: w.method, Purpose: w.purpose,
		Countermeasure: fmt.Sprintf("影響を受けた口座の停止（依頼 %d件）、指標による影響調査。効果は確認中。", n), ObservedFrom: i.OccurredFrom}
	if t.ObservedFrom == 0 {
		t.ObservedFrom = i.DetectedAt
	}
	d, err := r.shares.Prepare(ctx, tx, c.By, i.ID, isac.Audience(to), t)
	return output{"share": d.ID, "indicators": d.Indicators}, err
}

// shareable are the indicators of an incident as a share names them: active, and no personal data.
func (r *rooms) shareable(ctx context.Context, tx *db.Tx, incidentID string) (out []isac.Indicator, err error) {
	list, err := r.sweeps.Shareable(ctx, tx, incidentID)
	for _, x := range list {
		if kind, ok := sharedKinds[x.Kind]; ok {
			out = append(out, isac.Indicator{Kind: kind, Value: x.Shown, Label: labelOf(x)})
		}
	}
	return out, err
}

// labels are the colours of the sweep as a share names them.
var labels = map[sweep.TLP]stix.TLP{"clear": stix.Clear, "green": stix.Green, "amber": stix.Amber, "amber_strict": stix.AmberStrict, "red": stix.Red}

func labelOf(x sweep.Indicator) string {
	if x.Source == "own" {
		return isac.Own
	}
	return string(labels[x.TLP])
}

func (r *rooms) playNotices(ctx context.Context, c workflow.Call) (output, error) {
	var measures []victim.Measure
	if err := r.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := r.cases.Contained(ctx, tx, c.Subject.ID)
		if err != nil || n == 0 {
			return err
		}
		i, err := r.incidents.Get(ctx, tx, c.Subject.ID)
		measures = []victim.Measure{{At: i.DetectedAt, JA: "お客様の口座を保護するため、口座の利用を停止しました。", EN: "We stopped the account to protect it."}}
		return err
	}); err != nil {
		return nil, err
	}
	d, err := r.victims.Prepare(ctx, c.By, c.Subject.ID, measures)
	return output{"mailing": d.ID, "customers": d.Customers}, err
}

func (r *rooms) playDisclosure(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
	i, err := r.incidents.Get(ctx, tx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	w, known := attackWords[i.Kind], i.DetectedAt.In(words.Tokyo)
	d, err := r.disclosures.Prepare(ctx, tx, c.By, i.ID, disclosure.Told{
		TitleJA: w.name + "に関するお知らせ", TitleEN: "Notice of " + w.nameEN,
		OutlineJA: known.Format("2006年1月2日") + "、" + w.name + "を確認しました。影響を受けたお客様の口座の利用を停止し、調査を進めています。",
		OutlineEN: "On " + known.Format("2 January 2006") + " we found " + w.nameEN + ". We have stopped the accounts concerned and are investigating.",
	})
	snapshot := ""
	if d.Snapshot > 0 {
		snapshot = decimal(d.Snapshot)
	}
	return output{"disclosure": d.ID, "snapshot": snapshot}, err
}

// demandDays is how many business days a contractor is given for the first answer.
const demandDays = 1

func (r *rooms) playDemand(ctx context.Context, c workflow.Call) (output, error) {
	m := filing.Demand{Reporter: r.reporter()}
	if err := r.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		i, err := r.incidents.Get(ctx, tx, c.Subject.ID)
		if err != nil {
			return err
		}
		sheet, err := r.incidents.FactSheet(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		m.IncidentNo, m.Sheet, m.Discovered = i.No, sheet.Version, sheet.Discovered
		m.Due = dueDay(i.DetectedAt.In(words.Tokyo), demandDays).Format("2006年1月2日") + " 17時"
		m.ToldUs, err = r.incidents.ToldUs(ctx, tx, i.ID)
		return err
	}); err != nil {
		return nil, err
	}
	basis, err := m.Digest()
	if err != nil {
		return nil, err
	}
	p, err := r.paper(ctx, c, incident.PaperDraft{Kind: incident.VendorDemand, Sheet: m.Sheet, Basis: basis, Draw: func(no string, version int64, at db.Instant) ([]byte, error) {
		faces, err := r.fonts()
		if err != nil {
			return nil, err
		}
		return filing.DrawDemand(faces, m, no, version, at)
	}})
	return output{"document": p.ID}, err
}

// dueDay is so many business days after a day.
func dueDay(from time.Time, days int) time.Time {
	for n := 0; n < days; {
		if from = from.AddDate(0, 0, 1); openDay(from) {
			n++
		}
	}
	return from
}

// paper has a paper made, and says in the reader's words what cannot be drawn.
func (r *rooms) paper(ctx context.Context, c workflow.Call, d incident.PaperDraft) (incident.Paper, error) {
	p, _, err := r.incidents.MakePaper(ctx, c.By, c.Subject.ID, d)
	if m := missing(err); m != nil {
		return p, fault.Wrap(fault.Refused, "paper.glyphs", map[string]any{"Glyphs": m.Characters()}, err)
	}
	return p, err
}
