package main

import (
	"context"

	"tasuke/cases/customer/leak"
	"tasuke/contacts/police"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

// policeRoom opens the room of consultations of the police.
func (r *rooms) policeRoom(v *vault.Vault, cfg Config, fonts func() (document.Fonts, error)) (err error) {
	f := cfg.Firm
	r.polices, err = police.NewStore(r.db, v, police.Options{
		Firm:     police.Firm{Name: f.Name, Registration: f.Registration, Section: f.Section, Address: f.Address, Phone: f.Phone, Mail: f.Mail},
		Guard:    leak.New(r.customers),
		Incident: r.policeIncident, Cases: r.policeCases, Victim: r.victim, Destinations: r.destinations,
		Touch: r.incidents.Touch, Enter: r.incidents.Enter, Tell: r.tellIncident, Emit: emit,
		Render: func(p police.Paper) ([]byte, error) {
			faces, err := fonts()
			if err != nil {
				return nil, err
			}
			return police.Draw(faces, p)
		},
	})
	return err
}

func (r *rooms) policeIncident(ctx context.Context, tx *db.Tx, id string) (police.Incident, error) {
	i, err := r.incidents.Get(ctx, tx, id)
	return police.Incident{ID: i.ID, No: i.No, Title: i.Title, Summary: i.Summary, DetectedAt: i.DetectedAt, OccurredFrom: i.OccurredFrom, OccurredTo: i.OccurredTo}, err
}

// policeCases are the cases of an incident with their victims masked.
func (r *rooms) policeCases(ctx context.Context, tx *db.Tx, incidentID string) ([]police.Case, error) {
	if _, err := r.incidents.Get(ctx, tx, incidentID); err != nil {
		return nil, err
	}
	all, err := r.cases.Numbers(ctx, tx, incidentID)
	if err != nil {
		return nil, err
	}
	out, who := make([]police.Case, len(all)), make([]string, len(all))
	for i, n := range all {
		c, err := r.cases.Get(ctx, tx, n.ID)
		if err != nil {
			return nil, err
		}
		out[i], who[i] = police.Case{ID: c.ID, No: c.No, ReportedAt: c.ReportedAt, ClaimedYen: c.LossClaimedYen}, c.CustomerID
	}
	masked, err := r.customers.Masked(ctx, tx, who)
	for i := range out {
		out[i].Name, out[i].Account = masked[who[i]].MaskedName, masked[who[i]].MaskedAccount
	}
	return out, err
}

// victim gives who a case is about in plain text; it is on record as shown for a report.
func (r *rooms) victim(ctx context.Context, tx *db.Tx, by actor.Actor, caseID string) (police.Victim, error) {
	c, err := r.cases.Get(ctx, tx, caseID)
	if err != nil {
		return police.Victim{}, err
	}
	p, err := r.customers.RevealIn(ctx, tx, by, c.CustomerID, "report")
	if fault.Is(err, fault.NotFound) { // erased since; there is nobody left to name
		return police.Victim{}, fault.New(fault.Refused, "police.victim_erased", map[string]any{"No": c.No})
	}
	if err != nil {
		return police.Victim{}, err
	}
	out := police.Victim{Name: p.Name, Kana: p.Kana, BirthDate: p.BirthDate, Address: p.Address}
	if len(p.Phones) > 0 {
		out.Phone = p.Phones[0]
	}
	if len(p.Accounts) > 0 {
		out.Account = p.Accounts[0].Number
	}
	return out, nil
}

// destinations are the accounts that money went to, in plain text; each is on record as shown.
func (r *rooms) destinations(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) ([]police.Destination, error) {
	all, err := r.banks.Destinations(ctx, tx, by, incidentID, "report")
	out := make([]police.Destination, len(all))
	for i, d := range all {
		out[i] = police.Destination{Bank: d.BankName, Branch: d.BranchName, Kind: d.KindName(), Number: d.Number, Holder: d.HolderKana, Yen: d.TotalYen, RequestNo: d.RequestNo}
	}
	return out, err
}
