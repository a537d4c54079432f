package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/playbooks/scenario"
	"tasuke/workflow"
)

// given makes what a scenario begins with, by acts of production, and begins the run.
func (w *rehearsal) given(ctx context.Context, slug string, g scenario.Given) error {
	if err := w.opened(ctx, g.Incident); err != nil {
		return fmt.Errorf("the incident of a scenario: %w", err)
	}
	for _, part := range []func(context.Context, scenario.Given) error{w.victimCases, w.inquired, w.indicated, w.paidOut, w.traded, w.stated} {
		if err := part(ctx, g); err != nil {
			return fmt.Errorf("what a scenario begins with: %w", err)
		}
	}
	return w.began(ctx, slug)
}

// opened opens the incident: known an hour ago, by the firm's own monitoring.
func (w *rehearsal) opened(ctx context.Context, i scenario.Incident) error {
	d := incident.Details{Title: "想定表の事案", Kind: incident.Kind(i.Kind), Severity: incident.Severity(i.Severity), DetectedBy: "monitoring",
		Summary: "想定表による試行", SystemBreach: incident.Breach(i.SystemBreach), OccurredFrom: db.At(w.at.Add(-12 * time.Hour))}
	if d.Kind == "" {
		d.Kind = incident.Other
	}
	if d.Severity == "" {
		d.Severity = "S3"
	}
	if d.SystemBreach == "" {
		d.SystemBreach = "none_confirmed"
	}
	return w.inside(ctx, func(ctx context.Context, tx *db.Tx) error {
		made, err := w.incidents.Open(ctx, tx, w.cast.maker(actor.Responder), incident.New{Details: d, DetectedAt: db.At(w.at.Add(-time.Hour)), Evidence: "監視の通知"})
		w.incident = made.ID
		return err
	})
}

// inquired has people tell of phishing addresses, each a different one.
func (w *rehearsal) inquired(ctx context.Context, g scenario.Given) error {
	by := w.cast.maker(actor.Operator)
	for n := range g.URLs {
		f := inquiry.Form{CallerRelation: inquiry.Self, CustomerUnknown: true, Category: inquiry.PhishingSeen, WhatHappened: "当社を名乗るメールが届いた。開いていない。",
			Language: inquiry.Japanese, Urgency: inquiry.Normal, Phishing: inquiry.Phishing{Received: "yes", URL: fmt.Sprintf("https://login-%03d.hinata-security.example/auth", n+1)}}
		q, err := w.inquiries.Start(ctx, by, inquiry.Phone, fmt.Sprintf("scenario-%d", n))
		if err != nil {
			return err
		}
		if _, err := w.inquiries.Submit(ctx, by, q.ID, q.Rev, f, inquiry.Decision{Kind: inquiry.Join, IncidentID: w.incident}); err != nil {
			return err
		}
	}
	return nil
}

// stated saves what the fact sheet says of the data, and what legal decided of it.
func (w *rehearsal) stated(ctx context.Context, g scenario.Given) error {
	if g.MyNumber == "yes" || g.MyNumber == "no" {
		text := "【漏えい等した、又はそのおそれがある項目】\n■氏名\n"
		if g.MyNumber == "yes" {
			text += "■個人番号（マイナンバー）：会員マスタ\n"
		}
		if err := w.saved(ctx, map[incident.FactItem]incident.Fact{incident.FactData: {Text: text, Known: incident.FactConfirmed}}); err != nil {
			return err
		}
	}
	items := map[string][]int{"yes": {3}, "no": {}}[g.DataLeaked]
	if items == nil {
		return nil
	}
	if _, err := w.incidents.Reclassify(ctx, w.cast.maker(actor.Legal), w.incident, items, "想定表のとおり"); err != nil || len(items) == 0 {
		return err
	}
	return w.aware(ctx)
}

// aware records when the firm knew, confirmed by another person: the clocks of law begin with it.
func (w *rehearsal) aware(ctx context.Context) error {
	e, err := w.incidents.RecordAwareness(ctx, w.cast.maker(actor.Responder), w.incident, incident.Awareness{
		Kind: incident.Suspected, At: db.At(w.at.Add(-time.Hour)), Department: "CSIRT", Evidence: "監視の通知"})
	if err != nil {
		return err
	}
	return w.incidents.ConfirmEvent(ctx, w.cast.maker(actor.Legal), w.incident, e.ID)
}

// saved adds a version of the fact sheet with some items as they are stated.
func (w *rehearsal) saved(ctx context.Context, items map[incident.FactItem]incident.Fact) error {
	by := w.cast.maker(actor.Responder)
	p, err := w.incidents.ReadFacts(ctx, by, w.incident, 0)
	if err != nil {
		return err
	}
	c := p.Sheet.Tidied()
	for k, f := range items {
		c.Items[k] = f
	}
	_, err = w.incidents.SaveFacts(ctx, by, w.incident, p.Sheet.Version, c)
	return err
}

var errNoRun = errors.New("no run was begun")

// began begins the run, unless the opening of the incident has.
func (w *rehearsal) began(ctx context.Context, slug string) error {
	var there []workflow.Run
	if err := w.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		there, err = w.runs.RunsOf(ctx, tx, w.reader(), w.subject())
		return err
	}); err != nil {
		return err
	}
	lead := w.cast[actor.Responder][0]
	for _, r := range there {
		switch {
		case r.State != workflow.Running:
		case r.Slug == slug:
			w.run = r.ID
		default: // another one that the opening began: what is tried is tried alone
			if _, err := w.runs.Cancel(ctx, lead, r.ID, r.Rev, "想定表の手順書だけを試す"); err != nil {
				return err
			}
		}
	}
	if w.run != "" {
		return nil
	}
	r, err := w.runs.Begin(ctx, lead, workflow.Starting{Slug: slug, Subject: w.subject(), T0: db.At(w.at)})
	if err != nil {
		return fmt.Errorf("%w: %w", errNoRun, err)
	}
	w.run = r.ID
	return nil
}
