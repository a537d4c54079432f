package main

import (
	"context"
	"fmt"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts"
	"tasuke/contacts/bank"
	"tasuke/contacts/filing"
	"tasuke/internal/db"
)

// demoFirm signs the letters of the fictional firm.
var demoFirm = FirmConfig{
	Name: "ひなた証券株式会社（架空）", Section: "不正取引対応室", Address: "〒000-0000 架空県見本市中央1-1-1", Phone: "000-0000-0110", Mail: "fraud-desk@hinata.example",
	Registration: "関東財務局長（金商）第00000号（架空）", PayoutAccount: "架空銀行 本店営業部 普通 0000001", Remitter: "ヒナタシヨウケン",
}

// demoDesks are whom the fictional firm calls. Banks and offices have their real names and codes;
// numbers and addresses are nobody's.
var demoDesks = []contacts.Details{
	{Kind: contacts.Bank, BankCode: "0001", Name: "みずほ銀行", Section: "口座凍結等受付", Phone: "000-0001-0001", Mail: "freeze@bank0001.example", Hours: "平日 9:00–17:00、夜間は当直"},
	{Kind: contacts.Bank, BankCode: "0005", Name: "三菱ＵＦＪ銀行", Section: "金融犯罪対策", Phone: "000-0005-0001", Mail: "freeze@bank0005.example", Hours: "24時間"},
	{Kind: contacts.Bank, BankCode: "0009", Name: "三井住友銀行", Section: "口座不正利用受付", Phone: "000-0009-0001", Hours: "平日 9:00–17:00", Note: "書面はFAXのみ。"},
	{Kind: contacts.Bank, BankCode: "9900", Name: "ゆうちょ銀行", Section: "貯金事務センター", Phone: "000-9900-0001", Hours: "平日 9:00–16:00", Note: "書面はFAXのみ。"},
	{Kind: contacts.Police, Name: "都道府県警察 サイバー犯罪相談窓口", Section: "サイバー犯罪対策課", Phone: "#9110", Hours: "24時間"},
	{Kind: contacts.Authority, Name: "個人情報保護委員会", Section: "漏えい等報告窓口", Phone: "000-0000-9849", Hours: "平日 9:30–17:30", Note: "漏えい等報告フォーム"},
	{Kind: contacts.ISAC, Name: "金融ISAC", Section: "事務局", Mail: "isac@isac.example"},
}

// directory enters the desks and has somebody else make sure of most of them.
func (w *demoWorld) directory(ctx context.Context) error {
	for i, d := range demoDesks {
		saved, err := w.desks.Save(ctx, w.who["funds"], contacts.Desk{Details: d})
		if err != nil {
			return fmt.Errorf("the demo's directory: %w", err)
		}
		if i == 3 {
			continue // one that nobody has made sure of
		}
		if _, err := w.desks.Verify(ctx, w.who["funds2"], saved.ID, saved.Rev, db.At(w.at)); err != nil {
			return fmt.Errorf("the demo's directory: %w", err)
		}
	}
	return nil
}

// freeze is a request to a bank, as the demo tells it.
type freeze struct {
	bank, branch, number, holder string
	relation                     string
	yen                          int64
}

// letters has funds make the requests and legal check each by retyping its account number.
func (w *demoWorld) letters(ctx context.Context, id string, all ...freeze) (made []bank.Request, err error) {
	refs, err := w.banks.CasesOf(ctx, w.who["funds"], id)
	if err != nil {
		return nil, err
	}
	for i, f := range all {
		if err := w.later(ctx, 4*time.Minute); err != nil {
			return nil, err
		}
		terms := w.banks.Defaults()
		terms.OccurredAt, terms.KnownAt, terms.Method = db.At(w.at.Add(-11*time.Hour)), db.At(w.at.Add(-time.Hour)), "フィッシングで窃取された認証情報による出金先口座の変更と不正出金"
		terms.Outline = "当社の顧客になりすました者が出金先口座を変更し、資金を送金しました。"
		terms.Transfers = []bank.Transfer{{At: db.At(w.at.Add(-10 * time.Hour)), Yen: f.yen, Ref: fmt.Sprintf("PO-%s-%03d", w.at.Format("0102"), 100+i), CaseID: refs[0].ID}}
		r, err := w.banks.Begin(ctx, w.who["funds"], id, bank.Form{Track: bank.Freeze, Terms: terms,
			Account: bank.AccountForm{BankCode: f.bank, BranchCode: f.branch, Kind: "1", Number: f.number, HolderKana: f.holder, Relation: f.relation}})
		if err == nil {
			err = w.banks.LogCall(ctx, w.who["funds"], r.ID, bank.Call{At: db.At(w.at), Direction: "out", Result: "talked",
				Spoken: bank.Spoken{Section: "口座凍結等受付", Ref: fmt.Sprintf("F-%04d", 7100+i), Text: "書面の到着後に検討するとの回答。残高は回答なし。"}})
		}
		if err == nil {
			r, err = w.banks.MakeLetter(ctx, w.who["funds"], r.ID, r.Rev)
		}
		if err == nil {
			w.at = w.at.Add(5 * time.Minute)
			r, err = w.banks.Check(ctx, w.who["legal"], r.ID, r.Rev, f.number)
		}
		if err != nil {
			return nil, fmt.Errorf("the demo's letter to %s: %w", f.bank, err)
		}
		made = append(made, r)
	}
	return made, nil
}

// answered tells what the banks said to letters that went by fax.
func (w *demoWorld) answered(ctx context.Context, made []bank.Request, replies ...bank.Reply) (err error) {
	for i, r := range made {
		if r, err = w.banks.HandOver(ctx, w.who["funds"], bank.Handover{ID: r.ID, Rev: r.Rev, Method: bank.ByFax, At: db.At(w.at), Note: "送信票の控えあり"}); err != nil {
			return fmt.Errorf("the demo's fax: %w", err)
		}
		made[i] = r
	}
	for i, p := range replies {
		if err := w.later(ctx, 90*time.Minute); err != nil {
			return err
		}
		p.At = db.At(w.at)
		if _, err := w.banks.RecordAnswer(ctx, w.who["funds"], made[i].ID, made[i].Rev, p); err != nil {
			return fmt.Errorf("the demo's answer of a bank: %w", err)
		}
	}
	return w.settle(ctx)
}

// facts saves the next version of the fact sheet: what the incident knows, and what people add.
func (w *demoWorld) facts(ctx context.Context, id string, persons int64, said map[incident.FactItem]string) error {
	p, err := w.incidents.ReadFacts(ctx, w.who["ir"], id, 0)
	if err != nil {
		return err
	}
	c := p.Sheet.FactContent.Tidied()
	for k, text := range said {
		c.Items[k] = incident.Fact{Text: text, Known: incident.FactConfirmed}
	}
	c.Entrusted, c.Persons, c.PersonsAsOf = incident.NotEntrusted, persons, db.At(w.at)
	if _, err = w.incidents.SaveFacts(ctx, w.who["ir"], id, p.Sheet.Version, c); err != nil {
		return fmt.Errorf("the demo's fact sheet: %w", err)
	}
	return nil
}

// report takes the preliminary report to legal review: the second lawyer has not yet approved it.
func (w *demoWorld) report(ctx context.Context, id string) (f filing.Filing, err error) {
	list, _, err := w.filings.List(ctx, w.who["legal"], filing.Filter{IncidentID: id}, filing.Page{Limit: 1})
	if err != nil || len(list) == 0 {
		return f, fmt.Errorf("the demo has no filing: %w", err)
	}
	sheet, err := w.filings.Sheet(ctx, w.who["legal"], list[0].ID)
	if err != nil {
		return f, err
	}
	p := sheet.Payload
	p.Reporter.Representative, p.Reporter.Person = "代表取締役 経営 十和", "法務 七海"
	if f, err = w.filings.Edit(ctx, w.who["legal"], sheet.Filing.ID, sheet.Filing.Rev, p); err != nil {
		return f, fmt.Errorf("the demo's report: %w", err)
	}
	return w.filed(ctx, f, "legal", filing.ReviewAsked)
}

func (w *demoWorld) filed(ctx context.Context, f filing.Filing, who string, e filing.Event) (filing.Filing, error) {
	f, err := w.filings.Move(ctx, w.who[who], filing.Cause{ID: f.ID, Rev: f.Rev, Event: e})
	if err != nil {
		return f, fmt.Errorf("the demo's report, %s: %w", e, err)
	}
	return f, nil
}

// handedIn takes a report that is in review to the authority.
func (w *demoWorld) handedIn(ctx context.Context, f filing.Filing, receipt string) (err error) {
	if f, err = w.filed(ctx, f, "legal2", filing.ReviewPassed); err != nil {
		return err
	}
	if f, err = w.filed(ctx, f, "exec", filing.ApprovalGiven); err != nil {
		return err
	}
	_, err = w.filings.Submit(ctx, w.who["legal"], filing.Handover{ID: f.ID, Rev: f.Rev, Channel: filing.PPCForm, At: db.At(w.at), Receipt: receipt})
	if err != nil {
		return fmt.Errorf("the demo's report: %w", err)
	}
	return w.settle(ctx)
}
