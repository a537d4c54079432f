package main

import (
	"context"

	"tasuke/cases/incident"
	"tasuke/contacts/bank"
	"tasuke/contacts/bank/master"
	"tasuke/contacts/mail"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/vault"
	"tasuke/workflow/reminder"
)

// bankRoom opens the room of requests to banks.
func (r *rooms) bankRoom(v *vault.Vault, cfg Config, fonts func() (document.Fonts, error)) error {
	codes, err := master.Standard()
	if err != nil {
		return err
	}
	r.banks, err = bank.NewStore(r.db, v, bank.Options{
		Master: codes,
		Firm: bank.Firm{Name: cfg.Firm.Name, Section: cfg.Firm.Section, Address: cfg.Firm.Address, Mail: cfg.Firm.Mail, Phone: cfg.Firm.Phone,
			FromAccount: cfg.Firm.PayoutAccount, Remitter: cfg.Firm.Remitter},
		Desk: r.bankDesk, Cases: r.caseRefs, Touch: r.incidents.Touch, Enter: r.incidents.Enter,
		Tell: func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, caseID, kind string, args map[string]string, note string) error {
			tx.Announce("incident:" + incidentID)
			return r.incidents.Tell(ctx, tx, by, incident.Line{IncidentID: incidentID, CaseID: caseID, Kind: kind, Args: args, Note: note})
		},
		Render: func(l bank.LetterData) ([]byte, error) {
			faces, err := fonts()
			if err != nil {
				return nil, err
			}
			return bank.Draw(faces, l)
		},
		Send: func(ctx context.Context, tx *db.Tx, by actor.Actor, m bank.Mail) (string, error) {
			return r.mail.Put(ctx, tx, by, mail.Letter{To: m.To, Subject: m.Subject, Text: m.Text, About: m.About, IncidentID: m.IncidentID, Key: m.Key,
				Attachments: []mail.Attachment{{Name: m.File, Type: "application/pdf", Body: m.PDF}}})
		},
		Remind: r.chase, ClearReminders: r.reminders.Clear, Emit: emit,
	})
	return err
}

// bankDesk is the directory's entry of a bank.
func (r *rooms) bankDesk(ctx context.Context, tx *db.Tx, code string) (bank.DeskInfo, bool, error) {
	d, ok, err := r.desks.ByBank(ctx, tx, code)
	if err != nil || !ok {
		return bank.DeskInfo{}, false, err
	}
	return bank.DeskInfo{Name: d.Name, Section: d.Section, Phone: d.Phone, Mail: d.Mail, Hours: d.Hours, Stale: d.Stale(tx.Now)}, true, nil
}

// caseRefs are the cases of an incident by number.
func (r *rooms) caseRefs(ctx context.Context, tx *db.Tx, incidentID string) ([]bank.CaseRef, error) {
	if _, err := r.incidents.Get(ctx, tx, incidentID); err != nil {
		return nil, err
	}
	all, err := r.cases.Numbers(ctx, tx, incidentID)
	refs := make([]bank.CaseRef, len(all))
	for i, c := range all {
		refs[i] = bank.CaseRef{ID: c.ID, No: c.No}
	}
	return refs, err
}

// chase has a role reminded of what a bank, or we ourselves, owe.
func (r *rooms) chase(ctx context.Context, tx *db.Tx, c bank.Chase) error {
	ladder := map[bank.What]string{bank.PhoneDue: reminder.BankCall, bank.LetterDue: reminder.BankSend, bank.AnswerDue: reminder.BankChase}[c.What]
	return r.reminders.Set(ctx, tx, reminder.Item{Subject: ofIncident(c.IncidentID), Ref: c.Ref, Ladder: ladder, Role: c.Role, From: c.From, Due: c.Due, Args: c.Args})
}
