package main

import (
	"context"
	"errors"
	"time"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/contacts/filing"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/playbooks"
	"tasuke/web/words"
	"tasuke/workflow"
)

// filingShapes are what a playbook can have done for the authorities.
var filingShapes = map[string]playbooks.Shape{
	"filing.appi.derive": {
		Title:  playbooks.Text{JA: "個人情報保護法の届出の要否を時計から洗い出す", EN: "Derive the filings under the APPI from the clocks"},
		Output: map[string]playbooks.FieldType{"created": playbooks.NumberField},
	},
	"filing.appi.draft": {
		Title:  playbooks.Text{JA: "速報の案を事実確認書から作る", EN: "Draft the preliminary report from the fact sheet"},
		Output: map[string]playbooks.FieldType{"filing": playbooks.TextField},
	},
	"filing.fsa.draft": {
		Title:  playbooks.Text{JA: "金融庁への報告書の案を事実確認書から作る", EN: "Make the report to the Financial Services Agency from the fact sheet"},
		Output: map[string]playbooks.FieldType{"document": playbooks.TextField, "version": playbooks.NumberField},
	},
	"filing.monthly": {
		Title:  playbooks.Text{JA: "金融庁に報告する月次の件数と金額を集計する", EN: "Count the monthly figures for the Financial Services Agency"},
		Output: map[string]playbooks.FieldType{"accesses": playbooks.NumberField, "trades": playbooks.NumberField, "sold": playbooks.YenField, "bought": playbooks.YenField},
	},
}

func (r *rooms) filingKinds() []workflow.Kind {
	return []workflow.Kind{
		inside("filing.appi.derive", func(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
			n, err := r.filings.Derive(ctx, tx, c.By, c.Subject.ID)
			return output{"created": int64(n)}, err
		}),
		inside("filing.appi.draft", func(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
			id, err := r.filings.Draft(ctx, tx, c.By, c.Subject.ID)
			return output{"filing": id}, err
		}),
		r.apart("filing.fsa.draft", r.playFSA), inside("filing.monthly", r.playMonthly),
	}
}

// reporter is the firm as papers to authorities name it.
func (r *rooms) reporter() filing.Reporter {
	f := r.firm
	return filing.Reporter{Name: f.Name, Registration: f.Registration, Address: f.Address, Section: f.Section, Phone: f.Phone, Mail: f.Mail}
}

// missing are the characters that no font has, when that is why a paper could not be drawn.
func missing(err error) *document.MissingGlyphs {
	var m *document.MissingGlyphs
	if errors.As(err, &m) {
		return m
	}
	return nil
}

func (r *rooms) playFSA(ctx context.Context, c workflow.Call) (output, error) {
	var f filing.FSAReport
	if err := r.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = r.fsaReport(ctx, tx, c.Subject.ID)
		return err
	}); err != nil {
		return nil, err
	}
	basis, err := f.Digest()
	if err != nil {
		return nil, err
	}
	p, err := r.paper(ctx, c, incident.PaperDraft{Kind: incident.FSAReport, Sheet: f.Sheet, Basis: basis, Draw: func(no string, version int64, at db.Instant) ([]byte, error) {
		faces, err := r.fonts()
		if err != nil {
			return nil, err
		}
		return filing.DrawFSA(faces, f, no, version, at)
	}})
	return output{"document": p.ID, "version": p.Version}, err
}

// fsaReport reads what the report says, in one snapshot.
func (r *rooms) fsaReport(ctx context.Context, tx *db.Tx, id string) (f filing.FSAReport, err error) {
	i, err := r.incidents.Get(ctx, tx, id)
	if err != nil {
		return f, err
	}
	sheet, err := r.incidents.FactSheet(ctx, tx, id)
	if err != nil {
		return f, err
	}
	f = filing.FSAReport{IncidentNo: i.No, Kind: i.Kind, Breach: i.SystemBreach, Sheet: sheet.Version, Facts: sheet.FactContent, Reporter: r.reporter()}
	for st, into := range map[cases.Stage]*int64{cases.StageClaimed: &f.Cases, cases.StageConfirmed: &f.Confirmed, cases.StageSuspected: &f.Accounts} {
		if *into, err = r.cases.Accounts(ctx, tx, id, st); err != nil {
			return f, err
		}
	}
	f.Accounts += f.Confirmed
	figures, err := r.figuresOf(ctx, tx, id)
	if err != nil {
		return f, err
	}
	f.LossYen, f.RecoveredYen, f.Contained, f.Published = figures.LossYen, figures.RecoveredYen, figures.Contained, figures.Published
	for into, count := range map[*int64]func(context.Context, *db.Tx, string) (int64, error){
		&f.Police: r.polices.Consulted, &f.Shares: r.shares.SharesSent, &f.Inquiries: r.inquiries.CountOf, &f.Filings: r.filings.HandedIn,
	} {
		if *into, err = count(ctx, tx, id); err != nil {
			return f, err
		}
	}
	return f, nil
}

// playMonthly counts the month in which it runs, up to now, over all incidents: the figures are the
// firm's and not the incident's.
func (r *rooms) playMonthly(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
	now := tx.Now.In(words.Tokyo)
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, words.Tokyo)
	from, until := db.At(first), db.At(first.AddDate(0, 1, 0))
	accesses, err := r.cases.MonthCounts(ctx, tx, from, until)
	if err != nil {
		return nil, err
	}
	m, err := r.remedies.Month(ctx, tx, from, until)
	if err != nil {
		return nil, err
	}
	args := map[string]string{"Month": first.Format("2006-01"), "N": grouped(accesses), "Trades": grouped(m.Trades), "Sold": grouped(m.Sold), "Bought": grouped(m.Bought)}
	return output{"accesses": accesses, "trades": m.Trades, "sold": m.Sold, "bought": m.Bought}, r.told(ctx, tx, c, "playbook.did.monthly", args, "")
}
