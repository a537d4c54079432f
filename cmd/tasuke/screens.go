package main

import (
	"context"
	"log/slog"

	"tasuke/internal/signin"
	"tasuke/web"
	"tasuke/web/pages"
)

// screens lists every screen of the product.
func (a *app) screens(sessions *signin.Sessions) []web.Screen {
	home := &pages.Home{DB: a.db, Runs: a.runs, Incidents: a.incidents, Cases: a.cases, Inquiries: a.inquiries, Pack: a.pack, Waits: a.waits()}
	return append([]web.Screen{
		&pages.SignIn{Accounts: a.accounts, Sessions: sessions, Demo: a.options.demo},
		&pages.Admin{Accounts: a.accounts, URL: a.cfg.URL},
		&pages.Events{Subscribe: a.db.Subscribe, Changed: a.db.ChangedSince, Stopping: a.stopping},
		&pages.CallDesk{Inquiries: a.inquiries, Customers: a.customers, DB: a.db},
		&pages.Inquiries{Filters: a.filters, Inquiries: a.inquiries, Customers: a.customers, DB: a.db},
		&pages.Incidents{DB: a.db, Incidents: a.incidents, Cases: a.cases, Runs: a.runs, Accounts: a.accounts},
		home,
		&pages.Handover{Home: home, Accounts: a.accounts, Notes: a.handover},
		&pages.Cases{Filters: a.filters, DB: a.db, Cases: a.cases, Incidents: a.incidents, Accounts: a.accounts},
		&pages.Case{DB: a.db, Cases: a.cases, Customers: a.customers, Incidents: a.incidents, Inquiries: a.inquiries, Accounts: a.accounts},
		&pages.Tasks{DB: a.db, Runs: a.runs, Incidents: a.incidents, Cases: a.cases, Accounts: a.accounts, RunOf: a.runs.RunOf},
		&pages.Reminders{Reminders: a.reminders}, &pages.OnCall{Staff: a.onCall},
		&pages.Bank{DB: a.db, Bank: a.banks, Incidents: a.incidents},
		&pages.Facts{DB: a.db, Incidents: a.incidents, Filings: a.filings},
		&pages.Notices{DB: a.db, Victims: a.victims, Incidents: a.incidents},
		&pages.Filings{DB: a.db, Filings: a.filings, Incidents: a.incidents},
		&pages.Shares{DB: a.db, Shares: a.shares, Incidents: a.incidents, Desks: a.desks},
		&pages.Police{DB: a.db, Police: a.polices, Incidents: a.incidents},
		&pages.Sweeps{DB: a.db, Sweeps: a.sweeps, Incidents: a.incidents, Customers: a.customers},
		&pages.Outbox{Mail: a.mail},
		&pages.Counts{Incidents: a.incidents}, &pages.Papers{Incidents: a.incidents},
		&pages.Disclosures{DB: a.db, Disclosures: a.disclosures, Incidents: a.incidents},
		&pages.PublicNotices{Disclosures: a.disclosures},
		&pages.Directory{Desks: a.desks},
		&pages.Hosts{Hosts: a.hosts},
		&pages.Playbooks{Published: a.runs, Accounts: a.accounts, Standard: a.standard, Changes: bookChanges},
		a.draftScreen(),
		&pages.RunStart{DB: a.db, Runs: a.runs, Incidents: a.incidents},
		&pages.Audit{Log: a.log, Accounts: a.accounts},
		&pages.Filters{Filters: a.filters},
		&pages.Batch{Cases: a.cases, Accounts: a.accounts},
		&pages.Search{DB: a.db, Customers: a.customers, Cases: a.cases, Incidents: a.incidents, Inquiries: a.inquiries},
	}, a.remedyScreens()...)
}

// once runs the small work of time; what fails is said and tried again at the next round.
func (a *app) once(ctx context.Context) {
	for name, job := range map[string]func(context.Context) error{
		"abandon idle drafts":   func(ctx context.Context) error { _, err := a.inquiries.AbandonIdle(ctx); return err },
		"wake due call-backs":   func(ctx context.Context) error { _, err := a.inquiries.WakeCallbacks(ctx); return err },
		"remove spent sessions": func(ctx context.Context) error { _, err := a.accounts.Sweep(ctx); return err },
	} {
		if err := job(ctx); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "a round of small work failed", "work", name, "cause", err)
		}
	}
}
