package main

import (
	"context"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/cases/remedy"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/vault"
	"tasuke/web"
	"tasuke/web/pages"
)

// remedyRoom opens the room of losses and compensations.
func (r *rooms) remedyRoom(v *vault.Vault, cfg Config, fonts func() (document.Fonts, error)) error {
	book, err := remedy.Standard()
	if err != nil {
		return err
	}
	r.remedies, err = remedy.NewStore(r.db, v, book, remedy.Options{
		Case: r.harmed, TouchCase: r.cases.Touch, Touch: r.incidents.Touch, Enter: r.incidents.Enter,
		Tell: func(ctx context.Context, tx *db.Tx, by actor.Actor, l remedy.StoryLine) error {
			tx.Announce("incident:" + l.IncidentID)
			tx.Announce("case:" + l.CaseID)
			return r.incidents.Tell(ctx, tx, by, incident.Line{IncidentID: l.IncidentID, CaseID: l.CaseID, Subject: "customer:" + l.CustomerID, Kind: l.Kind, Args: l.Args})
		},
		Recovered: func(ctx context.Context, tx *db.Tx, caseID string) (int64, error) {
			return r.banks.RecoveredOf(ctx, tx, caseID)
		},
		Emit: emit,
		Render: func(l remedy.Letter) ([]byte, error) {
			faces, err := fonts()
			if err != nil {
				return nil, err
			}
			return remedy.Draw(faces, l)
		},
		Firm: remedy.Firm{Name: cfg.Firm.Name, Section: cfg.Firm.Section, Address: cfg.Firm.Address, Phone: cfg.Firm.Phone, Mail: cfg.Firm.Mail},
	})
	return err
}

// harmed is a case as the remedies ask for it.
func (r *rooms) harmed(ctx context.Context, tx *db.Tx, caseID string) (remedy.CaseInfo, error) {
	c, err := r.cases.Get(ctx, tx, caseID)
	if err != nil {
		return remedy.CaseInfo{}, err
	}
	at, err := r.cases.Stage(ctx, tx, caseID)
	if err != nil {
		return remedy.CaseInfo{}, err
	}
	masked, err := r.customers.Masked(ctx, tx, []string{c.CustomerID})
	return remedy.CaseInfo{ID: c.ID, No: c.No, IncidentID: c.IncidentID, CustomerID: c.CustomerID, CustomerRef: masked[c.CustomerID].Ref,
		Pattern: remedy.Pattern(c.Pattern), Confirmed: at == cases.StageConfirmed, Over: c.Over()}, err
}

// caseWork is what the guards of a case look at: the playbooks of this version run on incidents, so
// a case has no task of its own, but it waits for its compensation.
func (r *rooms) caseWork(ctx context.Context, tx *db.Tx, c cases.Case) (w cases.Work, err error) {
	w.OpenRemedies, err = r.remedies.OpenOf(ctx, tx, c.ID)
	return w, err
}

// remedyScreens are the screens of the room.
func (a *app) remedyScreens() []web.Screen {
	return []web.Screen{
		&pages.Remedies{DB: a.db, Remedies: a.remedies, Incidents: a.incidents},
		&pages.CaseRemedy{DB: a.db, Remedies: a.remedies, Incidents: a.incidents},
	}
}
