package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"tasuke/cases/incident"
	"tasuke/contacts/filing"
	"tasuke/contacts/mail"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/event"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/workflow"
	"tasuke/workflow/reminder"
)

// What crosses the firm's border: mail, letters, filings, and what reminds people of them.

// outside opens the rooms whose work leaves the house.
func (r *rooms) outside(v *vault.Vault, cfg Config) error {
	telling, err := r.reminding(v, cfg)
	if err != nil {
		return err
	}
	r.reminders = reminder.NewStore(r.db, telling)
	if err := r.outgoing(v, cfg); err != nil {
		return err
	}
	// Files are read when the first document is made: a firm that makes none needs no fonts.
	fonts := sync.OnceValues(func() (document.Fonts, error) {
		f, err := document.FindFonts(cfg.Fonts...)
		if missing := new(document.MissingFonts); errors.As(err, &missing) {
			slog.Error("no document can be made", "cause", missing)
			return f, fault.Wrap(fault.Refused, "document.fonts_missing", nil, missing)
		}
		return f, err
	})
	if err := r.bankRoom(v, cfg, fonts); err != nil {
		return err
	}
	if err := r.shareRoom(v, cfg, fonts); err != nil {
		return err
	}
	if err := r.policeRoom(v, cfg, fonts); err != nil {
		return err
	}
	if err := r.victimRoom(v, cfg, fonts); err != nil {
		return err
	}
	if err := r.remedyRoom(v, cfg, fonts); err != nil {
		return err
	}
	if err := r.publicRoom(v, cfg, fonts); err != nil {
		return err
	}
	r.firm, r.fonts = cfg.Firm, fonts
	return r.authority(v, cfg, fonts)
}

// outgoing opens the mail room on the effects that carry its letters out.
func (r *rooms) outgoing(v *vault.Vault, cfg Config) (err error) {
	o := mail.Options{Ended: r.mailEnded, Again: r.mailAgain, Tell: func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, kind string, args map[string]string) error {
		tx.Announce("incident:" + incidentID)
		return r.incidents.Tell(ctx, tx, by, incident.Line{IncidentID: incidentID, Kind: kind, Args: args})
	}}
	if s := cfg.SMTP; s.Addr != "" {
		o.SMTP = &mail.SMTP{Addr: s.Addr, From: s.From, HELO: s.HELO, TLS: s.TLS, User: s.User, PasswordFile: s.PasswordFile, CAFile: s.CAFile}
	}
	if r.mail, err = mail.NewStore(r.db, v, r.effects, o); err != nil {
		return err
	}
	r.effects.Handle(r.mail.Handler())
	return nil
}

// authority opens the room of filings.
func (r *rooms) authority(v *vault.Vault, cfg Config, fonts func() (document.Fonts, error)) (err error) {
	r.filings, err = filing.NewStore(r.db, v, filing.Options{
		Remind: func(ctx context.Context, tx *db.Tx, f filing.Reminder) error {
			return r.reminders.Set(ctx, tx, reminder.Item{Subject: ofIncident(f.IncidentID), Ref: f.Ref, Ladder: f.Ladder, Role: f.Role, From: f.From, Due: f.Due, Args: f.Args})
		},
		Clear: r.reminders.Clear,
		Emit:  emit,
		Render: func(f filing.Form) ([]byte, error) {
			faces, err := fonts()
			if err != nil {
				return nil, err
			}
			return filing.Draw(faces, f)
		},
		Reporter: filing.Reporter{Name: cfg.Firm.Name, Registration: cfg.Firm.Registration, Address: cfg.Firm.Address,
			Section: cfg.Firm.Section, Phone: cfg.Firm.Phone, Mail: cfg.Firm.Mail},
	}.On(r.incidents))
	return err
}

// targets has roles reminded of the targets of their tasks.
func (r *rooms) targets() workflow.Targets {
	ref := func(id string) string { return "step:" + id }
	return workflow.Targets{
		Set: func(ctx context.Context, tx *db.Tx, t workflow.Target) error {
			ladder := reminder.Task
			if t.Held {
				ladder = reminder.Held
			}
			return r.reminders.Set(ctx, tx, reminder.Item{Subject: reminder.Subject{Kind: t.Subject.Kind, ID: t.Subject.ID}, Ref: ref(t.StepRunID),
				Ladder: ladder, Role: t.Role, Assignee: t.Assignee, From: t.From, Due: t.Due, Args: reminder.Args{"Title": t.Title.JA, "TitleEN": t.Title.EN}})
		},
		Clear: func(ctx context.Context, tx *db.Tx, id string) error { return r.reminders.Clear(ctx, tx, ref(id)) },
	}
}

func ofIncident(id string) reminder.Subject { return reminder.Subject{Kind: "incident", ID: id} }

// emit writes an event that runs of the incident may wait for.
func emit(ctx context.Context, tx *db.Tx, incidentID, name, ref string) error {
	return event.Emit(ctx, tx, event.Subject{Kind: "incident", ID: incidentID}, name, ref)
}

// mailEnded tells the room that a letter belongs to.
func (r *rooms) mailEnded(ctx context.Context, tx *db.Tx, m mail.Message) error {
	if err := r.victims.MailEnded(ctx, tx, m.About, m.ID, string(m.State)); err != nil {
		return err
	}
	if err := r.shares.MailEnded(ctx, tx, m.About, m.ID, string(m.State)); err != nil {
		return err
	}
	return r.banks.MailEnded(ctx, tx, m.About, m.ID, string(m.State))
}

// mailAgain asks the room that a letter belongs to whether it may leave once more.
func (r *rooms) mailAgain(ctx context.Context, tx *db.Tx, m mail.Message) error {
	if err := r.victims.MailAgain(ctx, tx, m.About, m.ID); err != nil {
		return err
	}
	if err := r.shares.MailAgain(ctx, tx, m.About, m.ID); err != nil {
		return err
	}
	return r.banks.MailAgain(ctx, tx, m.About, m.ID)
}
