package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// What the people do at the desk, with the incident, and with the tasks of its run. Each part does
// one thing and says so, or nothing. What was done is said with did once the use case has returned.

// call is the customer's, which opens the incident and starts its run.
func (p *people) call(ctx context.Context) (bool, error) {
	if p.run != "" {
		return false, nil
	}
	op := p.role(actor.Operator)
	q, err := one[inquiry.Inquiry](ctx, p.db, `SELECT id, rev FROM inquiry WHERE client_key = ?`, p.key())
	if err != nil {
		return false, err
	}
	if q.ID == "" {
		q, err = p.inquiries.Start(ctx, op, inquiry.Phone, p.key())
		return true, ack(err, "inquiry.started", q.ID)
	}
	f := inquiry.Form{CallerRelation: inquiry.Self, Category: inquiry.FraudWithdrawal, WhatHappened: "知らない出金がある。", Urgency: inquiry.Urgent,
		Language: inquiry.Japanese, CustomerID: p.Customer, LockAsked: true,
		Identity: inquiry.Identity{Level: 1, Method: "name_account", Items: []inquiry.IDItem{inquiry.ItemNameKana, inquiry.ItemAccount}, Result: inquiry.IDPassed}}
	done, err := p.inquiries.Submit(ctx, op, q.ID, q.Rev, f, inquiry.Decision{Kind: inquiry.OpenNew, Severity: "S1"})
	return true, errors.Join(ack(err, "inquiry.submitted", q.ID), ack(err, "clock.recorded", done.IncidentID))
}

// ack says that an act was acknowledged.
func ack(err error, act, id string) error {
	if err == nil {
		did(act, id)
	}
	return err
}

// awareness is confirmed by somebody who did not record it.
func (p *people) awareness(ctx context.Context) (bool, error) {
	open, err := one[incident.ClockEvent](ctx, p.db, `SELECT id, kind FROM clock_event e WHERE incident_id = ?
		AND kind IN ('became_aware', 'suspected') AND NOT EXISTS (SELECT 1 FROM clock_event_confirmation c WHERE c.event_id = e.id)`, p.incident)
	if err != nil || open.ID == "" {
		return false, err
	}
	return true, ack(p.incidents.ConfirmEvent(ctx, p.role(actor.Legal), p.incident, open.ID), "clock.confirmed", p.incident)
}

// victim works on the case: every channel of the lock, and from state to state to its end.
func (p *people) victim(ctx context.Context) (bool, error) {
	c, err := one[cases.Case](ctx, p.db, `SELECT id, state, rev FROM victim_case WHERE incident_id = ?`, p.incident)
	if err != nil {
		return false, err
	}
	open, err := one[cases.ChannelStop](ctx, p.db, `SELECT c.containment_id, c.channel FROM containment_channel c JOIN containment k ON k.id = c.containment_id
		WHERE k.case_id = ? AND c.state = 'requested' ORDER BY c.channel`, c.ID)
	switch {
	case err != nil:
		return false, err
	case open.ContainmentID != "" && p.first():
		_, err := p.cases.VerifyChannel(ctx, p.role(actor.Responder), c.ID, open.ContainmentID, open.Channel, true, "")
		return true, ack(err, "containment.channel", c.ID)
	case open.ContainmentID != "":
		return false, nil
	}
	e, more := map[cases.State]cases.Event{cases.Received: cases.AccountLocked, cases.Contained: cases.CheckStarted,
		cases.Verifying: cases.DamageConfirmed, cases.Confirmed: cases.WorkFinished}[c.State]
	if !more {
		return false, nil
	}
	_, err = p.cases.Move(ctx, p.role(actor.Responder), cases.Cause{ID: c.ID, Rev: c.Rev, Event: e, Reason: "確認済み"})
	return true, ack(err, "case.moved", c.ID)
}

func (p *people) read(ctx context.Context) (i incident.Incident, err error) {
	return storyIn{rooms: p.rooms}.read(ctx, p.incident)
}

// lead takes the incident through its states; two people together close it when nothing is open.
func (p *people) lead(ctx context.Context) (bool, error) {
	i, err := p.read(ctx)
	if err != nil {
		return false, err
	}
	if i.State == incident.Monitoring {
		return p.close(ctx, i)
	}
	e, more := map[incident.State]incident.Event{incident.Noted: incident.TriageTaken, incident.Triage: incident.IncidentDeclared,
		incident.Declared: incident.ContainmentStarted, incident.Containing: incident.InvestigationStarted,
		incident.Investigating: incident.RemediationStarted, incident.Remediating: incident.MonitoringStarted}[i.State]
	if !more {
		return false, nil
	}
	_, err = p.incidents.Move(ctx, p.role(actor.Responder), incident.Cause{ID: i.ID, Rev: i.Rev, Event: e})
	return true, ack(err, "incident.moved", i.ID)
}

func (p *people) close(ctx context.Context, i incident.Incident) (bool, error) {
	open, err := one[struct {
		N      int `db:"n"`
		Agreed int `db:"agreed"`
	}](ctx, p.db, `SELECT (SELECT count(*) FROM run WHERE id = ? AND state <> 'ended')
		+ (SELECT count(*) FROM victim_case WHERE incident_id = ? AND state <> 'closed')
		+ (SELECT count(*) FROM bank_request WHERE incident_id = ? AND state <> 'closed')
		+ (SELECT count(*) FROM filing WHERE incident_id = ? AND state <> 'final') AS n,
		(SELECT count(*) FROM incident_agreement WHERE incident_id = ? AND rev = ?) AS agreed`, p.run, i.ID, i.ID, i.ID, i.ID, i.Rev)
	cause := incident.Cause{ID: i.ID, Rev: i.Rev, Event: incident.ClosingApproved, Reason: "報告を承認した"}
	switch {
	case err != nil || open.N > 0:
		return false, err
	case open.Agreed == 0 && p.first():
		return true, ack(p.incidents.Agree(ctx, p.role(actor.Supervisor), cause), "incident.agreed", i.ID)
	case open.Agreed == 0:
		return false, nil
	}
	_, err = p.incidents.Move(ctx, p.role(actor.Executive), cause)
	return true, ack(err, "incident.moved", i.ID)
}

// held is what the playbook puts before a person: only the banks' answers take too long.
func (p *people) held(ctx context.Context) (bool, error) {
	s, err := one[workflow.StepRun](ctx, p.db, `SELECT id, step_id, outcome, role, rev FROM step_run WHERE run_id = ? AND state = 'held'`, p.run)
	if err != nil || s.ID == "" {
		return false, err
	}
	if s.StepID != "bank_chase" || s.Outcome != workflow.TimedOut || p.Ahead == 0 {
		return false, fmt.Errorf("the step %s is held: %s", s.StepID, s.Outcome)
	}
	if still, err := p.still(ctx); err != nil || !still { // what is due is said before anybody answers
		return false, err
	}
	_, err = p.runs.Resolve(ctx, p.role(actor.Role(s.Role)), s.ID, s.Rev, workflow.Again, "もう一度待つ")
	return true, ack(err, "step.resolved", s.ID)
}

func (p *people) step(ctx context.Context, id string) (workflow.StepRun, error) {
	return one[workflow.StepRun](ctx, p.db, `SELECT id, step_id, iteration, state FROM step_run WHERE run_id = ? AND step_id = ? AND current = 1`, p.run, id)
}

// choices are the decisions of the story: those with the most work behind them.
var choices = map[string]string{"money_sent": "yes", "severity": "s1", "more_accounts": "yes", "campaign": "stop", "appi": "report", "publish": "yes", "restore": "yes"}

// figures are filled in where a task asks for them.
var figures = map[string]map[string]string{"payouts": {"sent_count": "3", "sent_yen": "3456789", "cancelled_count": "0", "cancelled_yen": "0"}}

// before is what is to be done before a task is reported as done. Each does one thing, and says done
// when nothing is left.
func (p *people) before() map[string]func(context.Context) (moved, done bool, err error) {
	return map[string]func(context.Context) (bool, bool, error){
		"awareness": p.aware, "facts_v1": p.sheet, "letter_draft": p.letters, "letter_check": p.retype, "appi_preliminary": p.filed,
	}
}

// tasks does the next task of the run whose work is done; the second node begins at the other end.
func (p *people) tasks(ctx context.Context) (bool, error) {
	list, err := many[workflow.StepRun](ctx, p.db, `SELECT id, step_id, kind, role, rev FROM step_run WHERE run_id = ? AND state = 'ready' ORDER BY id`, p.run)
	if !p.first() {
		slices.Reverse(list)
	}
	for _, s := range list {
		if work, ok := p.before()[s.StepID]; ok {
			if moved, done, err := work(ctx); moved || err != nil {
				return moved, err
			} else if !done {
				continue
			}
		}
		return true, p.complete(ctx, s)
	}
	return false, err
}

func (p *people) complete(ctx context.Context, s workflow.StepRun) error {
	by := p.role(actor.Role(s.Role))
	d := workflow.Done{Comment: "実施済み", Outcome: choices[s.StepID], Fields: figures[s.StepID]}
	act := "task.completed"
	if s.Kind == playbooks.Approval {
		act, d.Outcome = "approval.approved", workflow.Approved
		v, err := p.runs.RunView(ctx, by, p.run)
		if err != nil {
			return err
		}
		for _, x := range v.Steps {
			if x.ID == s.ID {
				d.Digest = x.Now
			}
		}
	}
	_, err := p.runs.Complete(ctx, by, s.ID, s.Rev, d)
	return ack(err, act, s.ID)
}

// aware records what the responder knows, beside what the call told.
func (p *people) aware(ctx context.Context) (moved, done bool, err error) {
	events, err := many[incident.ClockEvent](ctx, p.db, `SELECT id FROM clock_event WHERE incident_id = ?`, p.incident)
	if err != nil || len(events) > 1 || !p.first() {
		return false, len(events) > 1, err
	}
	_, err = p.incidents.RecordAwareness(ctx, p.role(actor.Responder), p.incident, incident.Awareness{
		Kind: incident.Suspected, At: p.db.Now(), Department: "CSIRT", Evidence: "監視の警告"})
	return true, false, ack(err, "clock.recorded", p.incident)
}

// sheet writes the first version of the fact sheet.
func (p *people) sheet(ctx context.Context) (moved, done bool, err error) {
	by := p.role(actor.Responder)
	f, err := p.incidents.ReadFacts(ctx, by, p.incident, 0)
	if err != nil || f.Sheet.Version > 0 {
		return false, true, err
	}
	c := f.Sheet.FactContent
	c.Persons, c.PersonsAsOf = 1, db.Instant(f.Incident.DetectedAt)
	c.Items[incident.FactPersons] = incident.Fact{Known: incident.FactConfirmed}
	_, err = p.incidents.SaveFacts(ctx, by, p.incident, 0, c)
	return true, false, ack(err, "factsheet.saved", p.incident)
}
