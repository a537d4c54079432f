package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	"tasuke/contacts"
	"tasuke/contacts/bank"
	"tasuke/contacts/filing"
	"tasuke/contacts/mail"
	"tasuke/internal/actor"
	"tasuke/workflow"
)

// What the people do with what crosses the firm's border: banks, mail and the authority.

// asked is one request of the story and how it goes.
type asked struct {
	track  bank.Track
	bank   string
	name   string
	mail   string // empty: the letter is delivered by fax
	answer bank.Answer
	yen    int64
}

// askedOf are the requests in the order they are begun. What the banks' mail server does depends
// on the address: see inbox.
var askedOf = []asked{
	{track: bank.Freeze, bank: "0005", name: "三菱UFJ銀行", mail: lostTwice + "@bank.example.jp", answer: bank.WasFrozen, yen: 1_500_000},
	{track: bank.Recall, bank: "0001", name: "みずほ銀行", mail: cutOnce + "@bank.example.jp", answer: bank.FundsReturned, yen: 456_789},
	{track: bank.Info, bank: "0009", name: "三井住友銀行", answer: bank.AlreadyEmpty, yen: -1},
}

// desks puts the banks into the directory, and this telling's remark to them.
func (p *people) desks(ctx context.Context) (bool, error) {
	if !p.first() {
		return false, nil
	}
	for _, a := range askedOf {
		d, err := one[contacts.Desk](ctx, p.db, `SELECT id, kind, name, bank_code, section, phone, mail, hours, note, verified_at, rev FROM desk WHERE bank_code = ?`, a.bank)
		switch {
		case err != nil:
			return false, err
		case d.Note == p.key() && d.VerifiedAt.IsZero(): // somebody else makes sure of it
			d, err = p.rooms.desks.Verify(ctx, p.role(actor.Legal), d.ID, d.Rev, p.db.Now())
			return true, ack(err, "desk.verified", d.ID)
		case d.Note == p.key():
			continue
		}
		act := "desk.added"
		if d.ID != "" {
			act = "desk.edited"
		}
		d.Details = contacts.Details{Kind: contacts.Bank, Name: a.name, BankCode: a.bank, Section: "預金口座担当", Phone: "03-0000-0000", Mail: a.mail, Note: p.key()}
		d, err = p.rooms.desks.Save(ctx, p.role(actor.Funds), d)
		return true, ack(err, act, d.ID)
	}
	return false, nil
}

func (p *people) open(ctx context.Context) ([]bank.Request, error) {
	return many[bank.Request](ctx, p.db, `SELECT id, track, state, rev, phoned_at, answer FROM bank_request WHERE incident_id = ? ORDER BY id`, p.incident)
}

// letters begins the requests, phones the banks and has the letters made.
func (p *people) letters(ctx context.Context) (moved, done bool, err error) {
	by := p.role(actor.Funds)
	all, err := p.open(ctx)
	if err != nil {
		return false, false, err
	}
	if n := len(all); n < len(askedOf) {
		if !p.first() {
			return false, false, nil
		}
		r, err := p.banks.Begin(ctx, by, p.incident, p.form(askedOf[n]))
		return true, false, ack(err, "bank.moved", r.ID)
	}
	for _, r := range all {
		switch {
		case r.PhonedAt == 0 && !p.first():
			return false, false, nil
		case r.PhonedAt == 0:
			err := p.banks.LogCall(ctx, by, r.ID, bank.Call{At: p.db.Now(), Direction: "out", Result: "talked", Spoken: bank.Spoken{Person: "担当者", Text: "書面を送ってほしいとのこと"}})
			return true, false, ack(err, "bank.call_logged", r.ID)
		case r.State == bank.Draft:
			_, err := p.banks.MakeLetter(ctx, by, r.ID, r.Rev)
			return true, false, ack(err, "bank.moved", r.ID)
		}
	}
	return false, true, nil
}

func (p *people) form(a asked) bank.Form {
	at := p.db.Now()
	return bank.Form{Track: a.track, ToBank: a.bank,
		Account: bank.AccountForm{BankCode: a.bank, BranchCode: "001", Kind: "1", Number: p.account(), HolderKana: "ヤマダ タロウ", Relation: "mule_in_victim_name", BranchSeen: true},
		Terms: bank.Terms{OccurredAt: at.Add(-26 * time.Hour), KnownAt: at.Add(-time.Hour), Method: "フィッシングで窃取された認証情報による不正出金",
			Asks: []bank.Ask{"suspend", "balance"}, Remitter: "タスケシヨウケン", FromAccount: "みずほ 001 普通 0000001", Police: bank.Police{State: "planned"},
			Transfers: []bank.Transfer{{At: at.Add(-25 * time.Hour), Yen: 1_500_000, Ref: "T-0001"}, {At: at.Add(-24 * time.Hour), Yen: 456_789, Ref: "T-0002"}}}}
}

// account is where the money of this telling went.
func (t telling) account() string { return fmt.Sprintf("%07d", t.Number+1) }

// retype checks the letters, which somebody else wrote.
func (p *people) retype(ctx context.Context) (moved, done bool, err error) {
	all, err := p.open(ctx)
	for _, r := range all {
		if r.State == bank.Ready {
			_, err := p.banks.Check(ctx, p.role(actor.Legal), r.ID, r.Rev, p.account())
			return true, false, ack(err, "bank.moved", r.ID)
		}
	}
	return false, true, err
}

// requests goes on with the letters once they were approved: one goes by fax, and after the weeks
// in which nobody answered every bank does.
func (p *people) requests(ctx context.Context) (bool, error) {
	all, err := p.open(ctx)
	if err != nil || len(all) < len(askedOf) {
		return false, err
	}
	sent, err := p.step(ctx, "letter_send")
	if err != nil {
		return false, err
	}
	chase, err := p.step(ctx, "bank_chase")
	if err != nil {
		return false, err
	}
	by, answered := p.role(actor.Funds), chase.Iteration > 1
	for i, r := range all {
		switch {
		case r.State == bank.Checked && askedOf[i].mail == "" && sent.State == workflow.Finished:
			_, err = p.banks.HandOver(ctx, by, bank.Handover{ID: r.ID, Rev: r.Rev, Method: bank.ByFax, At: p.db.Now(), Note: "預金口座担当へ"})
		case r.State == bank.Sent && answered:
			_, err = p.banks.RecordAnswer(ctx, by, r.ID, r.Rev, bank.Reply{Answer: askedOf[i].answer, At: p.db.Now(), Yen: askedOf[i].yen, Balance: -1})
		case r.State == bank.Frozen:
			_, err = p.banks.RecordReturn(ctx, by, bank.Return{ID: r.ID, Rev: r.Rev, Yen: askedOf[i].yen, Route: bank.ByDistribution})
		case r.State == bank.Returned || r.State == bank.Drained || r.State == bank.Recovered:
			_, err = p.banks.Move(ctx, by, bank.Cause{ID: r.ID, Rev: r.Rev, Event: bank.Finished, Reason: "完了"})
		default:
			continue
		}
		return true, ack(err, "bank.moved", r.ID)
	}
	return false, nil
}

// mails are those of which the product cannot say whether they left. Somebody asks the bank.
func (p *people) mails(ctx context.Context) (bool, error) {
	m, err := one[mail.Message](ctx, p.db, `SELECT id, state, message_id, rev FROM mail_message WHERE state IN ('unknown', 'dead') ORDER BY id`)
	if err != nil || m.ID == "" {
		return false, err
	}
	if m.State == mail.Dead {
		return false, fmt.Errorf("the mail %s is dead", m.ID)
	}
	came, err := p.arrived(m.MessageID)
	if err != nil {
		return false, err
	}
	e := mail.NotArrived
	if came {
		e = mail.Arrived
	}
	_, err = p.rooms.mail.Decide(ctx, p.role(actor.Funds), mail.Decision{ID: m.ID, Rev: m.Rev, Event: e, Reason: "銀行に電話で確かめた"})
	return true, ack(err, "mail."+string(e), m.ID)
}

// arrived asks the banks whether they have a mail.
func (t telling) arrived(messageID string) (bool, error) {
	got, err := os.ReadFile(t.Inbox)
	return bytes.Contains(got, []byte(messageID+"\n")), err
}

// filed brings the first report to the authority as far as it can be: handed in.
func (p *people) filed(ctx context.Context) (moved, done bool, err error) {
	f, err := p.filing(ctx)
	if err != nil || !f.Open() {
		return false, f.ID != "", err
	}
	return true, false, p.write(ctx, f)
}

func (p *people) filing(ctx context.Context) (filing.Filing, error) {
	return one[filing.Filing](ctx, p.db, `SELECT id, state, version, reviewed_by, drafted_by, rev FROM filing WHERE incident_id = ?`, p.incident)
}

// write does the next thing with a report that is not handed in: one edits it, a colleague reviews
// it, and a third person approves it.
func (p *people) write(ctx context.Context, f filing.Filing) (err error) {
	legal := p.role(actor.Legal)
	move := func(by actor.Actor, e filing.Event) error {
		_, err := p.filings.Move(ctx, by, filing.Cause{ID: f.ID, Rev: f.Rev, Event: e})
		return err
	}
	switch {
	case f.State == filing.Drafting && f.DraftedBy != legal.ID:
		sh, err := p.filings.Sheet(ctx, legal, f.ID)
		if err != nil {
			return err
		}
		sh.Payload.Reporter.Person = "届出 担当"
		_, err = p.filings.Edit(ctx, legal, f.ID, f.Rev, sh.Payload)
		return ack(err, "filing.moved", f.ID)
	case f.State == filing.Drafting:
		err = move(legal, filing.ReviewAsked)
	case f.State == filing.LegalReview && f.ReviewedBy == "":
		err = move(p.other(actor.Legal), filing.ReviewPassed)
	case f.State == filing.LegalReview:
		err = move(p.role(actor.Executive), filing.ApprovalGiven)
	case f.State == filing.Approved:
		_, err = p.filings.Submit(ctx, legal, filing.Handover{ID: f.ID, Rev: f.Rev, Channel: filing.PPCForm, At: p.db.Now()})
	default:
		return fmt.Errorf("the filing stands at %s", f.State)
	}
	return ack(err, "filing.moved", f.ID)
}

// report keeps the authority's number and finishes a report that was handed in.
func (p *people) report(ctx context.Context) (bool, error) {
	f, err := p.filing(ctx)
	if err != nil {
		return false, err
	}
	switch f.State {
	case filing.Submitted:
		_, err = p.filings.Receipt(ctx, p.role(actor.Legal), f.ID, f.Rev, "R-0001")
	case filing.Receipted:
		_, err = p.filings.Move(ctx, p.role(actor.Legal), filing.Cause{ID: f.ID, Rev: f.Rev, Event: filing.WorkFinished})
	default:
		return false, nil
	}
	return true, ack(err, "filing.moved", f.ID)
}
