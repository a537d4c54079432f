package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/uuid"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/workflow"
)

// storyEnv holds the settings of an installation; with it this test binary is a process that uses
// the product's rooms as its pages do, says on its output what was acknowledged, and is killed at
// a commit point. It reaches the points for which a browser would need many pages.
const storyEnv = "TASUKE_TORTURE_STORY"

// storyIn is one telling.
type storyIn struct {
	*rooms
	customer string
}

func tellStory() int {
	var cfg Config
	err := yaml.Unmarshal([]byte(os.Getenv(storyEnv)), &cfg)
	if err == nil {
		err = storyOf(context.Background(), cfg)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func storyOf(ctx context.Context, cfg Config) (err error) {
	r, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.db.Close()) }()
	s := storyIn{rooms: r}
	if err := r.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &s.customer, `SELECT min(id) FROM customer`)
	}); err != nil {
		return err
	}
	i, caseID, err := s.opening(ctx)
	if err != nil {
		return err
	}
	for _, part := range []func(context.Context, incident.Incident, string) error{s.lead, s.clocks, s.victim, s.tasks} {
		if err := part(ctx, i, caseID); err != nil {
			return err
		}
	}
	return nil
}

// who is somebody with one role.
func who(r actor.Role) actor.Actor {
	return actor.Actor{ID: "torture-" + string(r), Name: string(r), Kind: actor.Person, Roles: []actor.Role{r}}
}

// did acknowledges: the line is written after the use case has returned.
func did(act, id string) { fmt.Println(act, id) }

func (s storyIn) opening(ctx context.Context) (i incident.Incident, caseID string, err error) {
	op := who(actor.Operator)
	q, err := s.inquiries.Start(ctx, op, inquiry.Phone, uuid.NewString())
	if err != nil {
		return i, "", err
	}
	did("inquiry.started", q.ID)
	f := inquiry.Form{CallerRelation: inquiry.Self, Category: inquiry.FraudWithdrawal, WhatHappened: "知らない出金がある。", Urgency: inquiry.Urgent,
		Language: inquiry.Japanese, CustomerID: s.customer, LockAsked: true,
		Identity: inquiry.Identity{Level: 1, Method: "name_account", Items: []inquiry.IDItem{inquiry.ItemNameKana, inquiry.ItemAccount}, Result: inquiry.IDPassed}}
	done, err := s.inquiries.Submit(ctx, op, q.ID, q.Rev, f, inquiry.Decision{Kind: inquiry.OpenNew})
	if err != nil {
		return i, "", err
	}
	did("inquiry.submitted", q.ID)
	did("incident.opened", done.IncidentID)
	did("case.opened", done.CaseID)
	i, err = s.read(ctx, done.IncidentID)
	return i, done.CaseID, err
}

func (s storyIn) read(ctx context.Context, id string) (i incident.Incident, err error) {
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		i, err = s.incidents.Get(ctx, tx, id)
		return err
	})
	return i, err
}

// lead moves, agrees on and edits the incident.
func (s storyIn) lead(ctx context.Context, i incident.Incident, _ string) (err error) {
	ir := who(actor.Responder)
	if i, err = s.incidents.Move(ctx, ir, incident.Cause{ID: i.ID, Rev: i.Rev, Event: incident.TriageTaken}); err != nil {
		return err
	}
	did("incident.moved", i.ID)
	if err := s.incidents.Agree(ctx, who(actor.Supervisor), incident.Cause{ID: i.ID, Rev: i.Rev, Event: incident.IncidentDismissed}); err != nil {
		return err
	}
	did("incident.agreed", i.ID)
	facts := i.Details
	facts.Title, facts.Severity = "不正出金（SMS経由の疑い）", "S2"
	if i, err = s.incidents.Edit(ctx, ir, i.ID, i.Rev, facts); err != nil {
		return err
	}
	did("incident.edited", i.ID)
	return nil
}

// clocks records and confirms what starts them.
func (s storyIn) clocks(ctx context.Context, i incident.Incident, _ string) error {
	e, err := s.incidents.RecordAwareness(ctx, who(actor.Responder), i.ID, incident.Awareness{
		Kind: incident.Suspected, At: i.DetectedAt, Department: "CSIRT", Evidence: "監視の警告"})
	if err != nil {
		return err
	}
	did("clock.recorded", i.ID)
	if err := s.incidents.ConfirmEvent(ctx, who(actor.Legal), i.ID, e.ID); err != nil {
		return err
	}
	did("clock.confirmed", i.ID)
	return nil
}

// victim works on the case: lock verified, state moved, note, edit, a second person's word.
func (s storyIn) victim(ctx context.Context, _ incident.Incident, id string) error {
	ir := who(actor.Responder)
	sheet, err := s.cases.Sheet(ctx, ir, id)
	if err != nil {
		return err
	}
	for _, ch := range sheet.Containments[0].Channels {
		if _, err := s.cases.VerifyChannel(ctx, ir, id, ch.ContainmentID, ch.Channel, true, ""); err != nil {
			return err
		}
		did("containment.channel", id)
	}
	if _, err := s.cases.AddNote(ctx, ir, id, cases.Note{Direction: "out", Medium: "phone", Counterparty: "customer", Result: "talked", Text: "折返し済み"}); err != nil {
		return err
	}
	did("case.noted", id)
	facts := sheet.Case.Details
	facts.LossClaimedYen = 1_200_000
	c, err := s.cases.Edit(ctx, ir, id, sheet.Case.Rev, facts)
	if err != nil {
		return err
	}
	did("case.edited", id)
	for _, e := range []cases.Event{cases.AccountLocked, cases.CheckStarted} {
		if c, err = s.cases.Move(ctx, ir, cases.Cause{ID: id, Rev: c.Rev, Event: e}); err != nil {
			return err
		}
		did("case.moved", id)
	}
	if err := s.cases.Agree(ctx, who(actor.FraudAnalyst), cases.Cause{ID: id, Rev: c.Rev, Event: cases.DamageExcluded}); err != nil {
		return err
	}
	did("case.agreed", id)
	return nil
}

// tasks completes the first tasks of the run.
func (s storyIn) tasks(ctx context.Context, i incident.Incident, _ string) error {
	for range 3 {
		list, _, err := s.runs.Tasks(ctx, who(actor.Auditor), workflow.Filter{Subject: workflow.Subject{Kind: "incident", ID: i.ID}}, workflow.Page{Limit: 1})
		if err != nil || len(list) == 0 {
			return err
		}
		t := list[0]
		answer := ""
		if len(t.Step.Outcomes) > 0 {
			answer = t.Step.Outcomes[0].ID
		}
		if _, err := s.runs.Complete(ctx, who(actor.Role(t.Role)), t.ID, t.Rev, workflow.Done{Outcome: answer}); err != nil {
			return err
		}
		did("task.completed", t.ID)
	}
	return nil
}

// toldUntil runs a telling that dies at a commit point, and compares what it acknowledged with
// what is there: each act at least as often as acknowledged, and in all at most one more.
func (w *tortured) toldUntil(point string) bool {
	w.Helper()
	settings, err := yaml.Marshal(w.cfg)
	w.ok(err)
	began := time.Now()
	var out, log bytes.Buffer
	p := exec.Command(os.Args[0], "-test.run", "^$")
	p.Env = append(os.Environ(), storyEnv+"="+string(settings), db.CrashEnv+"="+point)
	p.Stdout, p.Stderr = &out, &log
	err = p.Run()
	if err == nil {
		return false // it came to its end: the point was not passed
	}
	if status, ok := p.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		w.Fatalf("at %s the teller ended with %v: %s", point, err, log.String())
	}
	w.acknowledged(point, db.At(began), out.String())
	return true
}

func (w *tortured) acknowledged(point string, since db.Instant, said string) {
	w.Helper()
	acks := map[string]int{}
	for line := range strings.Lines(said) {
		acks[strings.TrimSpace(line)]++
	}
	d, err := db.Open(w.Context(), w.cfg.DB)
	w.ok(err)
	defer func() { w.ok(d.Close()) }()
	more := 0
	w.ok(d.View(w.Context(), func(ctx context.Context, tx *db.Tx) error {
		for ack, want := range acks {
			act, id, _ := strings.Cut(ack, " ")
			var got int
			if err := tx.Get(ctx, &got, `SELECT count(*) FROM audit_entry WHERE action = ? AND (object_id = ? OR detail LIKE ?) AND at >= ?`,
				act, id, "%"+id+"%", since); err != nil {
				return err
			}
			if more += got - want; got < want {
				w.Errorf("killed at %s: %s was acknowledged %d times and is there %d times", point, ack, want, got)
			}
		}
		return nil
	}))
	if more > 1 {
		w.Errorf("killed at %s: %d acts more than were acknowledged", point, more)
	}
}
