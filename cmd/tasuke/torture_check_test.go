package main

import (
	"context"
	"fmt"
	"strings"

	"tasuke/contacts/inquiry"
	"tasuke/internal/audit"
	"tasuke/internal/db"
)

// examine looks at what a death left: nothing acknowledged is missing or double, nothing is half,
// and the audit trail is sound.
func (w *tortured) examine(after string) {
	w.Helper()
	r, err := open(w.Context(), w.cfg)
	w.ok(err)
	defer func() { w.ok(r.db.Close()) }()
	w.remembered(after, r)
	w.whole(after, r.db)
	report, err := audit.Verify(w.Context(), r.db, w.key, nil)
	w.ok(err)
	if !report.OK() {
		var b strings.Builder
		w.ok(report.Write(&b, "en"))
		w.Errorf("after %s: %s", after, b.String())
	}
}

// stored is an inquiry as the database has it.
type stored struct {
	ID     string        `db:"id"`
	No     string        `db:"no"`
	Key    string        `db:"client_key"`
	State  inquiry.State `db:"state"`
	CaseID string        `db:"case_id"`
	Rev    int64         `db:"rev"`
}

// remembered compares the database with what was acknowledged to the callers.
func (w *tortured) remembered(after string, r *rooms) {
	w.Helper()
	byKey, alerts := map[string][]stored{}, map[string][]string{}
	w.ok(r.db.View(w.Context(), func(ctx context.Context, tx *db.Tx) error {
		var list []stored
		if err := tx.Select(ctx, &list, `SELECT id, no, client_key, state, case_id, rev FROM inquiry`); err != nil {
			return err
		}
		for _, s := range list {
			byKey[s.Key] = append(byKey[s.Key], s)
		}
		var taken []struct {
			Key string `db:"sender_key"`
			No  string `db:"no"`
		}
		if err := tx.Select(ctx, &taken, `SELECT a.sender_key, i.no FROM alert a JOIN incident i ON i.id = a.incident_id`); err != nil {
			return err
		}
		for _, a := range taken {
			alerts[a.Key] = append(alerts[a.Key], a.No)
		}
		return nil
	}))
	for _, c := range w.callers {
		for _, t := range c.calls {
			if err := t.against(byKey[t.key]); err != nil {
				w.Errorf("after %s: the call %s: %v", after, t.key, err)
			}
			w.sameText(after, r, t)
		}
		for _, m := range c.alarms {
			if got := alerts[m.key]; len(got) > 1 || m.incident != "" && (len(got) != 1 || got[0] != m.incident) {
				w.Errorf("after %s: the alert %s told as %s is stored as %v", after, m.key, m.incident, got)
			}
		}
	}
}

// against compares one call with its rows; there may be one more than was acknowledged of what
// was on its way.
func (t *telephone) against(rows []stored) error {
	if t.id == "" {
		if len(rows) > 1 {
			return fmt.Errorf("never acknowledged, and there %d times", len(rows))
		}
		return nil
	}
	if len(rows) != 1 {
		return fmt.Errorf("acknowledged, and there %d times", len(rows))
	}
	s := rows[0]
	over := !s.State.Typing()
	switch {
	case s.ID != t.id || t.no != "" && s.No != t.no:
		return fmt.Errorf("told as %s, stored as %s %s", t.no, s.No, s.ID)
	case s.Rev < t.rev:
		return fmt.Errorf("revision %d was acknowledged, %d is stored", t.rev, s.Rev)
	case t.done != "" && !over:
		return fmt.Errorf("submitted, and stored as %s", s.State)
	case t.decided == nil && over:
		return fmt.Errorf("never submitted, and stored as %s", s.State)
	case strings.HasPrefix(t.done, "/cases/") && t.done != "/cases/"+s.CaseID:
		return fmt.Errorf("led to %s, stored with case %q", t.done, s.CaseID)
	}
	return nil
}

// sameText opens the sealed form: it is the last draft that was acknowledged, or the one on its
// way. A call that is over is opened once.
func (w *tortured) sameText(after string, r *rooms, t *telephone) {
	w.Helper()
	if t.text == "" || t.seen {
		return
	}
	rec, err := r.inquiries.Get(w.Context(), w.operator, t.id)
	w.ok(err)
	if got := rec.Form.WhatHappened; got != t.text && got != t.sent {
		w.Errorf("after %s: the draft of %s reads %q, acknowledged was %q", after, t.no, got, t.text)
	}
	t.seen = t.done != ""
}

// halves count what must never be seen without its other half.
var halves = map[string]string{
	"incidents without a number":                     `SELECT count(*) FROM incident WHERE no IS NULL`,
	"incidents without the event that starts clocks": `SELECT count(*) FROM incident i WHERE NOT EXISTS (SELECT 1 FROM clock_event e WHERE e.incident_id = i.id AND e.kind = 'became_aware')`,
	"incidents without a clock that runs":            `SELECT count(*) FROM incident i WHERE kind = 'ato_withdrawal' AND NOT EXISTS (SELECT 1 FROM clock_due d WHERE d.incident_id = i.id)`,
	"incidents without the run of their playbook":    `SELECT count(*) FROM incident i WHERE kind = 'ato_withdrawal' AND NOT EXISTS (SELECT 1 FROM run r WHERE r.subject_kind = 'incident' AND r.subject_id = i.id)`,
	"runs of nothing":                                `SELECT count(*) FROM run r WHERE NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = r.subject_id)`,
	"runs with another number of steps than others":  `SELECT count(*) FROM (SELECT v FROM (SELECT r.playbook_version_id AS v, count(DISTINCT step_id) AS n FROM run r LEFT JOIN step_run s ON s.run_id = r.id GROUP BY r.id, r.playbook_version_id) AS x GROUP BY v HAVING count(DISTINCT n) > 1) AS y`,
	"running runs with nothing to do":                `SELECT count(*) FROM run r WHERE state = 'running' AND NOT EXISTS (SELECT 1 FROM step_run s WHERE s.run_id = r.id AND s.state IN ('ready', 'running', 'held'))`,
	"cases without a number":                         `SELECT count(*) FROM victim_case WHERE no IS NULL`,
	"cases without an incident":                      `SELECT count(*) FROM victim_case c WHERE NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = c.incident_id)`,
	"inquiries whose case is not there or another's": `SELECT count(*) FROM inquiry q WHERE case_id <> '' AND NOT EXISTS (SELECT 1 FROM victim_case c WHERE c.id = q.case_id AND c.incident_id = q.incident_id AND c.customer_id = q.customer_id)`,
	"submitted inquiries without a result":           `SELECT count(*) FROM inquiry WHERE submitted_at <> 0 AND (result = '' OR state = 'draft')`,
	"inquiries with a result and not submitted":      `SELECT count(*) FROM inquiry WHERE submitted_at = 0 AND (result <> '' OR incident_id <> '' OR case_id <> '')`,
	"locks asked for and not requested":              `SELECT count(*) FROM inquiry q WHERE lock_asked = 1 AND submitted_at <> 0 AND NOT EXISTS (SELECT 1 FROM containment k WHERE k.case_id = q.case_id)`,
	"locks without a channel":                        `SELECT count(*) FROM containment k WHERE NOT EXISTS (SELECT 1 FROM containment_channel c WHERE c.containment_id = k.id)`,
	"entries queued for the tree and not written":    `SELECT count(*) FROM audit_pending p WHERE NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = p.entry_id)`,
	"entries neither in the tree nor queued for it":  `SELECT count(*) FROM audit_entry e WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id) AND NOT EXISTS (SELECT 1 FROM audit_pending p WHERE p.entry_id = e.id)`,
	"cases whose revision does not count the edits":  `SELECT count(*) FROM victim_case c WHERE rev <> 1 + (SELECT count(*) FROM audit_entry a WHERE a.object_id = c.id AND a.action IN ('case.moved', 'case.edited', 'case.assigned'))`,
	"incidents whose revision does not count them":   `SELECT count(*) FROM incident i WHERE rev <> 1 + (SELECT count(*) FROM audit_entry a WHERE a.object_id = i.id AND a.action IN ('incident.moved', 'incident.edited'))`,
}

// written has, for each act on the audit trail, the rows that the same transaction wrote.
var written = map[string]string{
	"inquiry.started":       `inquiry`,
	"inquiry.submitted":     `inquiry WHERE submitted_at <> 0`,
	"incident.opened":       `incident`,
	"incident.agreed":       `incident_agreement`,
	"clock.recorded":        `clock_event`,
	"clock.confirmed":       `clock_event_confirmation`,
	"case.opened":           `victim_case`,
	"case.agreed":           `case_agreement`,
	"case.noted":            `case_note`,
	"containment.requested": `containment`,
	"run.started":           `run`,
	"task.completed":        `step_run WHERE state = 'done' AND kind IN ('task', 'decision')`,
	"alert.taken":           `alert`,
	"approval.approved":     `step_run WHERE state = 'done' AND kind = 'approval' AND choice = 'approved'`,
	"bank.call_logged":      `bank_call`,
	"desk.added":            `desk`,
	"factsheet.saved":       `fact_sheet`,
	"filing.frozen":         `filing_submission`,
	"mail.put":              `mail_message`,
	"reminder.fired":        `reminder WHERE fired_at > 0`,
}

// told are the acts that also write a line into the story of an incident.
var told = []string{"incident.opened", "incident.moved", "incident.edited", "incident.agreed", "clock.recorded", "clock.confirmed",
	"case.opened", "case.moved", "case.edited", "case.agreed", "case.noted", "containment.requested", "containment.channel", "factsheet.saved"}

var numbered = map[string]string{"INQ": "inquiry", "INC": "incident", "CASE": "victim_case", "BNK": "bank_request", "FIL": "filing"}

// whole counts half records and numbers.
func (w *tortured) whole(after string, d *db.DB) {
	w.Helper()
	zero := map[string]string{}
	for what, query := range halves {
		zero[what] = query
	}
	entries := `(SELECT count(*) FROM audit_entry WHERE action = '%s')`
	for act, rows := range written {
		zero["entries "+act+" more than rows"] = fmt.Sprintf(`SELECT `+entries+` - (SELECT count(*) FROM %s)`, act, rows)
	}
	for _, act := range told {
		zero["entries "+act+" more than lines"] = fmt.Sprintf(`SELECT `+entries+` - (SELECT count(*) FROM timeline WHERE kind = '%s')`, act, act)
	}
	for kind, table := range numbered {
		zero["numbers "+kind+" more than records"] = fmt.Sprintf(`SELECT (SELECT COALESCE(sum(last), 0) FROM number WHERE kind = '%s') - (SELECT count(DISTINCT no) FROM %s)`, kind, table)
	}
	w.ok(d.View(w.Context(), func(ctx context.Context, tx *db.Tx) error {
		for what, query := range zero {
			var n []int
			if err := tx.Select(ctx, &n, query); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
			if len(n) > 0 && n[0] != 0 {
				w.Errorf("after %s: %d %s", after, n[0], what)
			}
		}
		return nil
	}))
}
