package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tasuke/internal/db"
)

// endings describe how a story ended, line by line, without ids and moments: what an undisturbed
// story and one that was killed anywhere have in common. Whether the target of a task is over hangs
// on how long the story took, so those reminders are left out. ? is the incident.
var endings = []string{
	`SELECT 'incident ' || state || ' ' || severity FROM incident WHERE id = ?`,
	`SELECT 'case ' || c.state || ', lock ' || k.state FROM victim_case c JOIN containment k ON k.case_id = c.id WHERE c.incident_id = ?`,
	`SELECT 'clock ' || kind || ', confirmed by ' || (SELECT count(*) FROM clock_event_confirmation c WHERE c.event_id = e.id) FROM clock_event e WHERE incident_id = ?`,
	`SELECT 'fact sheet ' || version FROM fact_sheet WHERE incident_id = ?`,
	`SELECT 'run ' || slug || ' ' || state || ' ' || outcome FROM run WHERE subject_id = ?`,
	`SELECT 'step ' || step_id || ' ' || iteration || ' ' || s.state || ' ' || s.outcome || ' ' || choice || ' ' ||
		CASE WHEN step_id = 'appi_draft' THEN '' ELSE output END FROM step_run s JOIN run r ON r.id = s.run_id WHERE r.subject_id = ?`,
	`SELECT 'event ' || name || ', taken by ' || (SELECT count(*) FROM event_taken t WHERE t.event_id = e.id) FROM event e WHERE subject_id = ?`,
	`SELECT 'effect of ' || step_id || ' ' || e.state FROM effect e JOIN step_run s ON e.ref = 'step:' || s.id JOIN run r ON r.id = s.run_id WHERE r.subject_id = ?`,
	`SELECT 'effect of a letter ' || e.state || ', letter ' || m.state || ' to ' || q.track FROM mail_message m JOIN effect e ON e.ref = 'mail:' || m.id
		JOIN bank_request q ON m.about = 'bank_request:' || q.id WHERE q.incident_id = ?`,
	`SELECT 'request ' || track || ' ' || state || ' ' || answer || ' ' || method || ' ' || route || ', sent ' || sendings || ' times, letter ' || letter_version ||
		', round ' || round || ', yen ' || total_yen || ' ' || frozen_yen || ' ' || recovered_yen || ', calls ' || (SELECT count(*) FROM bank_call c WHERE c.request_id = q.id) ||
		', answers ' || (SELECT count(*) FROM bank_answer a WHERE a.request_id = q.id) FROM bank_request q WHERE incident_id = ?`,
	`SELECT 'filing ' || regime || ' ' || state || ' ' || version || ', handed in ' || (SELECT count(*) FROM filing_submission s WHERE s.filing_id = f.id) ||
		', receipts ' || (SELECT count(*) FROM filing_receipt r WHERE r.filing_id = f.id) FROM filing f WHERE incident_id = ?`,
	`SELECT 'reminders ' || i.ladder || ' of ' || COALESCE(q.track, 'the filing') || ', round ' || i.round || CASE WHEN cleared_at > 0 THEN ', cleared' ELSE '' END
		FROM reminder_item i LEFT JOIN bank_request q ON i.ref = 'bank_request:' || q.id WHERE i.subject_id = ? AND i.ref NOT LIKE 'step:%'`,
	`SELECT DISTINCT 'reminded of ' || r.ladder || ' ' || r.rung || CASE WHEN late = 1 THEN ', late' ELSE '' END || ', ' || COALESCE(q.track, 'the filing')
		FROM reminder r LEFT JOIN bank_request q ON r.ref = 'bank_request:' || q.id WHERE r.subject_id = ? AND fired_at > 0 AND r.ref NOT LIKE 'step:%'`,
	`SELECT 'told ' || kind || ' ' || count(*) || ' times' FROM timeline WHERE incident_id = ? AND kind NOT LIKE 'mail.%' AND kind <> 'bank.told.mail_lost' GROUP BY kind`,
}

// standing describes where a story stands.
func (f *fleet) standing(t telling) (lines []string) {
	f.Helper()
	f.look(func(d *db.DB) error {
		for _, query := range endings {
			part, err := many[string](context.Background(), d, query, f.incidentOf(d, t))
			if err != nil {
				return fmt.Errorf("%s: %w", query, err)
			}
			slices.Sort(part)
			lines = append(lines, part...)
		}
		return nil
	})
	return lines
}

// look opens the database while no node lives.
func (f *fleet) look(at func(d *db.DB) error) {
	f.Helper()
	d, err := db.Open(context.Background(), f.cfg.DB)
	f.ok(err)
	f.ok(errors.Join(at(d), d.Close()))
}

func (f *fleet) incidentOf(d *db.DB, t telling) string {
	f.Helper()
	id, err := one[string](context.Background(), d, `SELECT incident_id FROM inquiry WHERE client_key = ?`, t.key())
	f.ok(err)
	return id
}

// stepsOf is the steps of an incident, for the sentences below.
const stepsOf = ` step_run s JOIN run r ON r.id = s.run_id WHERE r.subject_id = ? AND `

// entriesOf counts what is on record of a step.
const entriesOf = `(SELECT count(*) FROM audit_entry a WHERE a.object_kind = 'step_run' AND a.object_id = s.id AND a.action IN (%s))`

// never are what must not be found at the end. ? is the incident.
var never = map[string]string{
	"effects without an outcome of the list": `SELECT count(*) FROM effect WHERE state NOT IN ('done', 'failed', 'timed_out', 'cancelled', 'skipped') AND ? <> ''`,
	"steps without an outcome of the list":   `SELECT count(*) FROM` + stepsOf + `s.outcome NOT IN ('done', 'failed', 'timed_out', 'cancelled', 'skipped', 'unknown')`,
	"people's steps reported and not done by one": `SELECT count(*) FROM` + stepsOf + `s.state = 'done' AND s.kind IN ('task', 'decision', 'approval') AND 1 <> ` +
		fmt.Sprintf(entriesOf, `'task.completed', 'approval.approved'`),
	"actions reported and not done once": `SELECT count(*) FROM` + stepsOf + `s.state = 'done' AND s.kind = 'action' AND (1 <> ` +
		fmt.Sprintf(entriesOf, `'step.done'`) + ` OR NOT EXISTS (SELECT 1 FROM effect e WHERE e.id = s.effect_id AND e.state = 'done'))`,
	"waits reported and not waited for": `SELECT count(*) FROM` + stepsOf + `s.state = 'done' AND s.kind = 'wait' AND 1 <> ` +
		fmt.Sprintf(entriesOf, `'step.waited', 'step.held'`),
	"steps left out for no reason":          `SELECT count(*) FROM` + stepsOf + `s.state = 'skipped' AND s.seen NOT LIKE '{"when":%'`,
	"runs ended more or less than once":     `SELECT count(*) FROM run r WHERE subject_id = ? AND 1 <> (SELECT count(*) FROM audit_entry a WHERE a.action = 'run.ended' AND a.object_id = r.id)`,
	"reminders said and not on record once": `SELECT count(*) FROM reminder r WHERE subject_id = ? AND fired_at > 0 AND 1 <> (SELECT count(*) FROM audit_entry a WHERE a.action = 'reminder.fired' AND a.object_id = r.id)`,
	"reminders said twice":                  `SELECT count(*) - count(DISTINCT ref || ladder || round || rung || n) FROM reminder WHERE subject_id = ? AND fired_at > 0`,
	"reminders of a repetition left out":    `SELECT count(*) FROM (SELECT max(n) AS last, count(*) AS said FROM reminder WHERE subject_id = ? AND rung = 'daily' AND fired_at > 0 GROUP BY item_id, round) x WHERE last <> said`,
	"reminders said and not mailed once":    `SELECT count(*) FROM reminder r WHERE subject_id = ? AND role = 'funds' AND fired_at > 0 AND 1 <> (SELECT count(*) FROM mail_message m WHERE m.about = 'reminder:' || r.id AND m.state = 'sent')`,
	"mails that are not sent":               `SELECT count(*) FROM mail_message WHERE state <> 'sent' AND ? <> ''`,
}

// ended compares the end of a story with that of the undisturbed one, and what is there with what
// was acknowledged and with what the banks got.
func (f *fleet) ended(undisturbed []string) {
	f.Helper()
	t := f.last
	if got := f.standing(t); !slices.Equal(got, undisturbed) {
		f.Errorf("the story %d, in which nodes died %d times, ended otherwise: %s", t.Number, f.deaths, differ(undisturbed, got))
	}
	f.look(func(d *db.DB) error {
		for what, query := range never {
			n, err := one[int](context.Background(), d, query, f.incidentOf(d, t))
			if err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
			if n != 0 {
				f.Errorf("the story %d: %d %s", t.Number, n, what)
			}
		}
		return errors.Join(f.acknowledgedIn(d, t), f.delivered(d, t))
	})
}

// differ lists the lines that only one of two has.
func differ(want, got []string) string {
	var b strings.Builder
	for _, side := range []struct {
		word    string
		of, not []string
	}{{"missing", want, got}, {"there", got, want}} {
		left := slices.Clone(side.not)
		for _, line := range side.of {
			if i := slices.Index(left, line); i >= 0 {
				left = slices.Delete(left, i, i+1)
				continue
			}
			fmt.Fprintf(&b, "\n%s: %s", side.word, line)
		}
	}
	return b.String()
}

// acknowledgedIn compares what the people of a story were told with the audit trail: each act
// exactly as often as it was acknowledged, but for one that a node may have done and died before it
// said so.
func (f *fleet) acknowledgedIn(d *db.DB, t telling) error {
	type act struct {
		Act string `db:"act"`
		N   int    `db:"n"`
	}
	kinds := map[string]bool{}
	for said := range f.said {
		kind, _, _ := strings.Cut(said, " ")
		kinds[kind] = true
	}
	acts, err := many[act](context.Background(), d, `SELECT action || ' ' || object_id AS act, count(*) AS n FROM audit_entry
		WHERE actor_id LIKE ? AND tree = 'main' GROUP BY action, object_id`, t.prefix()+"%")
	there, more := map[string]int{}, 0
	for _, a := range acts {
		there[a.Act] = a.N
		if kind, _, _ := strings.Cut(a.Act, " "); kinds[kind] {
			more += max(a.N-f.said[a.Act], 0)
		}
	}
	for said, n := range f.said {
		if there[said] < n {
			f.Errorf("the story %d: %s was acknowledged %d times and is there %d times", t.Number, said, n, there[said])
		}
	}
	if more > f.deaths {
		f.Errorf("the story %d: %d acts more than were acknowledged, and %d deaths", t.Number, more, f.deaths)
	}
	f.acts += len(f.said)
	return err
}

// delivered compares the mails that the product says were sent with those that the banks have.
func (f *fleet) delivered(d *db.DB, t telling) error {
	sent, err := many[string](context.Background(), d, `SELECT message_id FROM mail_message WHERE state = 'sent'`)
	f.in.mu.Lock()
	defer f.in.mu.Unlock()
	for _, id := range sent {
		if n := f.in.taken[id]; n != 1 {
			f.Errorf("the story %d: the mail %s is with its bank %d times", t.Number, id, n)
		}
	}
	if len(sent) != len(f.in.taken) {
		f.Errorf("the story %d: %d mails are sent, the banks have %d", t.Number, len(sent), len(f.in.taken))
	}
	return errors.Join(err, errors.Join(f.in.faults...))
}
