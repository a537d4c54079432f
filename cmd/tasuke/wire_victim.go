package main

import (
	"context"

	"tasuke/cases"
	"tasuke/cases/customer/leak"
	"tasuke/cases/incident"
	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/victim"
	"tasuke/contacts/mail"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/vault"
)

// victimRoom opens the room of notices to victims.
func (r *rooms) victimRoom(v *vault.Vault, cfg Config, fonts func() (document.Fonts, error)) (err error) {
	firm := victim.Firm{Name: cfg.Firm.Name, Section: cfg.Firm.Section, Phone: cfg.Firm.Phone, Address: cfg.Firm.Address}
	r.victims, err = victim.NewStore(r.db, v, victim.Options{
		Firm: firm, Cases: r.victimCases, Reach: r.victimReach, Look: lookFor(leak.New(r.customers)),
		Numbered: func(ctx context.Context, tx *db.Tx, id string) (string, error) {
			i, err := r.incidents.Get(ctx, tx, id)
			return i.No, err
		},
		Touch: r.incidents.Touch, Enter: r.incidents.Enter,
		Tell: func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, caseID, kind string, args map[string]string) error {
			tx.Announce("incident:" + incidentID)
			return r.incidents.Tell(ctx, tx, by, incident.Line{IncidentID: incidentID, CaseID: caseID, Kind: kind, Args: args})
		},
		Log: r.victimLog,
		Send: func(ctx context.Context, tx *db.Tx, by actor.Actor, m victim.Mail) (string, error) {
			return r.mail.Put(ctx, tx, by, mail.Letter{To: []string{m.To}, Subject: m.Subject, Text: m.Text, About: m.About, Key: m.Key})
		},
		Emit: emit,
		Render: func(all []victim.Letter, draft bool) ([]byte, error) {
			faces, err := fonts()
			if err != nil {
				return nil, err
			}
			return victim.Draw(faces, firm, all, draft)
		},
	})
	return err
}

// victimCases are the cases of an incident with what is known of the damage.
func (r *rooms) victimCases(ctx context.Context, tx *db.Tx, incidentID string) ([]victim.CaseRef, error) {
	if _, err := r.incidents.Get(ctx, tx, incidentID); err != nil {
		return nil, err
	}
	all, err := r.cases.Victims(ctx, tx, incidentID)
	refs := make([]victim.CaseRef, len(all))
	for i, c := range all {
		refs[i] = victim.CaseRef{ID: c.ID, No: c.No, CustomerID: c.CustomerID, Confirmed: c.Stage() == cases.StageConfirmed}
	}
	return refs, err
}

func (r *rooms) victimReach(ctx context.Context, tx *db.Tx, ids []string) (map[string]victim.Reach, error) {
	all, err := r.customers.ReachOf(ctx, tx, ids)
	out := make(map[string]victim.Reach, len(all))
	for id, c := range all {
		out[id] = victim.Reach{Name: c.Name, Mail: c.Mail, Postal: c.Address, Changed: c.Changed}
	}
	return out, err
}

// victimLog writes what was sent to a customer into the contact log of the case.
func (r *rooms) victimLog(ctx context.Context, tx *db.Tx, by actor.Actor, caseID string, c victim.Contacted) error {
	n := cases.Note{Direction: "out", Medium: c.Medium, Counterparty: "customer", Text: c.Text}
	if c.Failed {
		n.Result = "returned_mail"
	}
	_, err := r.cases.Noted(ctx, tx, by, caseID, n)
	return err
}

// lookFor is the guard of the register as notices ask for it.
func lookFor(g *leak.Guard) func(context.Context, *db.Tx, string, []string) ([]notice.Finding, error) {
	return func(ctx context.Context, tx *db.Tx, text string, allow []string) ([]notice.Finding, error) {
		found, err := g.Check(ctx, tx, text, leak.Options{Allow: allow})
		out := make([]notice.Finding, len(found))
		for i, f := range found {
			out[i] = notice.Finding{From: f.From, To: f.To, Kind: string(f.Kind), Masked: f.Masked}
		}
		return out, err
	}
}
