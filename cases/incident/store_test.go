package incident_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault/vaulttest"
)

var (
	operator   = person("op1", actor.Operator)
	supervisor = person("sv1", actor.Supervisor)
	responder  = person("cs1", actor.Responder)
	lawyer     = person("le1", actor.Legal)
	executive  = person("ex1", actor.Executive)
	auditor    = person("au1", actor.Auditor)
)

var start = time.Date(2026, 11, 4, 14, 30, 0, 0, time.UTC) // 23:30 in Tokyo

// house is a store with what the tests look at beside it.
type house struct {
	*incident.Store
	d     *db.DB
	clock *dbtest.ManualClock
	cases atomic.Int64 // cases in work
	// before is called by the reader of the guards' facts after it has read.
	before func()
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	pack, err := deadline.Standard()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{d: d, clock: dbtest.Clock(d, start)}
	h.Store = incident.NewStore(d, vaulttest.New(t), pack, incident.Options{
		Work: func(context.Context, *db.Tx, string) (incident.Work, error) {
			w := incident.Work{OpenCases: int(h.cases.Load())}
			if f := h.before; f != nil {
				h.before = nil
				f()
			}
			return w, nil
		},
	})
	return h
}

func now(h *house) db.Instant { return h.d.Now() }

func details() incident.Details {
	return incident.Details{
		Title: "不正出金の申出", Kind: incident.AccountWithdrawal, Severity: "S2", DetectedBy: "customer",
		SystemBreach: "none_confirmed", Summary: "口座番号123-4567890の顧客から申出", Vectors: incident.VectorSet{"phishing", "unknown"},
	}
}

func (h *house) open(t *testing.T) incident.Incident {
	t.Helper()
	return h.openKind(t, incident.AccountWithdrawal)
}

func (h *house) openKind(t *testing.T, k incident.Kind) (i incident.Incident) {
	t.Helper()
	d := details()
	d.Kind = k
	if err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		i, err = h.Open(ctx, tx, operator, incident.New{Details: d, DetectedAt: tx.Now, Department: "コールセンター", Evidence: "電話の申出"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return i
}

func (h *house) openKeyed(t *testing.T, by actor.Actor, key string) (i incident.Incident, err error) {
	t.Helper()
	err = h.d.Update(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *db.Tx) (err error) {
		i, err = h.Open(ctx, tx, by, incident.New{Details: details(), DetectedAt: tx.Now, Key: key})
		return err
	})
	return i, err
}

func (h *house) sheet(t *testing.T, id string) incident.Sheet {
	t.Helper()
	sh, err := h.Sheet(t.Context(), responder, id)
	if err != nil {
		t.Fatal(err)
	}
	return sh
}

func (h *house) move(t *testing.T, by actor.Actor, id string, e incident.Event) incident.Incident {
	t.Helper()
	i, err := h.Move(t.Context(), by, incident.Cause{ID: id, Rev: h.sheet(t, id).Incident.Rev, Event: e, Reason: "理由"})
	if err != nil {
		t.Fatalf("%s: %v", e, err)
	}
	return i
}

// monitored brings a new incident to where it could be closed.
func (h *house) monitored(t *testing.T) incident.Incident {
	t.Helper()
	i := h.open(t)
	if err := h.ConfirmEvent(t.Context(), supervisor, i.ID, h.sheet(t, i.ID).Events[0].ID); err != nil {
		t.Fatal(err)
	}
	for _, e := range []incident.Event{
		incident.TriageTaken, incident.IncidentDeclared, incident.ContainmentStarted,
		incident.InvestigationStarted, incident.RemediationStarted, incident.MonitoringStarted,
	} {
		i = h.move(t, responder, i.ID, e)
	}
	if err := h.Agree(t.Context(), responder, incident.Cause{ID: i.ID, Rev: i.Rev, Event: incident.ClosingApproved}); err != nil {
		t.Fatal(err)
	}
	return i
}

func each(t *testing.T, tests map[string]func(*testing.T, *house)) {
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d)) })
		})
	}
}

func wants(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		t.Fatalf("got %v, want %s %s", err, kind, key)
	}
}

func TestOpening(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"every wrong field is told at once": func(t *testing.T, h *house) {
			err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := h.Open(ctx, tx, operator, incident.New{Details: incident.Details{Kind: "flood", Severity: "S9", DetectedBy: "cat"}, DetectedAt: tx.Now + 1})
				return err
			})
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid {
				t.Fatalf("got %v", err)
			}
			for _, field := range []string{"title", "kind", "severity", "detected_by", "detected_at"} {
				if f.Fields[field] == "" {
					t.Errorf("nothing said of %s", field)
				}
			}
		},
		"an auditor opens nothing": func(t *testing.T, h *house) {
			err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := h.Open(ctx, tx, auditor, incident.New{Details: details(), DetectedAt: tx.Now})
				return err
			})
			wants(t, err, fault.Forbidden, "actor.denied")
		},
		"the clocks run at once, proposed and unconfirmed": func(t *testing.T, h *house) {
			sh := h.sheet(t, h.open(t).ID)
			if sh.Incident.No != "INC-2026-0001" || sh.Incident.Summary != details().Summary || len(sh.Incident.Vectors) != 2 {
				t.Fatalf("%+v", sh.Incident)
			}
			if len(sh.Events) != 1 || sh.Events[0].Evidence != "電話の申出" || sh.Events[0].Confirmed() {
				t.Fatalf("%+v", sh.Events)
			}
			for _, c := range sh.Clocks {
				if c.State != deadline.Running || !c.Proposed || !c.Unconfirmed {
					t.Errorf("%s: %s proposed %v unconfirmed %v", c.Duty, c.State, c.Proposed, c.Unconfirmed)
				}
			}
			// 2026-11-04 is day 1 in Tokyo although the moment is 14:30Z; day 60 is Saturday 01-02.
			if got := sh.Clocks[1].DueDate.String(); got != "2027-01-04" {
				t.Errorf("the final report is due %s", got)
			}
		},
		"a key longer than a key is invalid": func(t *testing.T, h *house) {
			_, err := h.openKeyed(t, operator, strings.Repeat("k", 65))
			wants(t, err, fault.Invalid, "form.invalid")
		},
		"the same key opens one incident, for each opener": func(t *testing.T, h *house) {
			first, err := h.openKeyed(t, operator, "k1")
			if err != nil {
				t.Fatal(err)
			}
			if again, err := h.openKeyed(t, operator, "k1"); err != nil || again.ID != first.ID || again.No != first.No || again.GuardRev != first.GuardRev {
				t.Fatalf("%+v %v", again, err)
			}
			for _, other := range []struct {
				by  actor.Actor
				key string
			}{{operator, "k2"}, {responder, "k1"}, {operator, ""}, {operator, ""}} {
				if i, err := h.openKeyed(t, other.by, other.key); err != nil || i.ID == first.ID {
					t.Fatalf("%s %q: %+v %v", other.by.ID, other.key, i, err)
				}
			}
			if last, err := h.openKeyed(t, operator, "k3"); err != nil || last.No != "INC-2026-0006" || len(h.sheet(t, first.ID).Timeline) != 2 {
				t.Fatalf("the repetition used up a number or left a line: %s %v", last.No, err)
			}
		},
		"of two openings with one key at one moment both get the same incident": func(t *testing.T, h *house) {
			if h.d.Dialect == db.SQLite {
				t.Skip("one writer: the second one always sees the first")
			}
			var first incident.Incident
			type opened struct {
				incident.Incident
				err error
			}
			second := make(chan opened, 1)
			if err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
				if first, err = h.Open(ctx, tx, operator, incident.New{Details: details(), DetectedAt: tx.Now, Key: "k1"}); err != nil {
					return err
				}
				go func() {
					i, err := h.openKeyed(t, operator, "k1")
					second <- opened{i, err}
				}()
				for waiting := 0; waiting == 0; { // until the second one waits for the first
					if err := tx.Get(ctx, &waiting, `SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid`); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if got := <-second; got.err != nil || got.ID != first.ID || got.No != first.No {
				t.Fatalf("%+v", got)
			}
		},
		"who may not read sees nothing": func(t *testing.T, h *house) {
			i := h.open(t)
			_, err := h.Sheet(t.Context(), person("ad", actor.Administrator), i.ID)
			wants(t, err, fault.Forbidden, "actor.denied")
			_, _, err = h.List(t.Context(), person("ad", actor.Administrator), incident.Filter{}, incident.Page{})
			wants(t, err, fault.Forbidden, "actor.denied")
		},
		"the list turns its pages without losing a row": func(t *testing.T, h *house) {
			for range 5 {
				h.open(t)
				h.clock.Add(time.Second)
			}
			var seen []string
			page := incident.Page{Limit: 2}
			for {
				list, next, err := h.List(t.Context(), auditor, incident.Filter{Open: true, Kinds: []incident.Kind{incident.AccountWithdrawal, incident.Other}}, page)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range list {
					seen = append(seen, e.No)
				}
				if next.IsZero() {
					break
				}
				if page.After, err = incident.ParseCursor(next.String()); err != nil {
					t.Fatal(err)
				}
			}
			if len(seen) != 5 || seen[0] != "INC-2026-0005" || seen[4] != "INC-2026-0001" {
				t.Fatalf("%v", seen)
			}
		},
	})
}

func TestEditing(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"the loser is shown what the winner wrote": func(t *testing.T, h *house) {
			i := h.open(t)
			d := details()
			d.Summary = "先に保存された概要"
			if _, err := h.Edit(t.Context(), responder, i.ID, i.Rev, d); err != nil {
				t.Fatal(err)
			}
			_, err := h.Edit(t.Context(), lawyer, i.ID, i.Rev, details())
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Conflict || f.Current.(incident.Incident).Summary != d.Summary {
				t.Fatalf("got %v", err)
			}
		},
		"an operator may not edit": func(t *testing.T, h *house) {
			i := h.open(t)
			_, err := h.Edit(t.Context(), operator, i.ID, i.Rev, details())
			wants(t, err, fault.Forbidden, "actor.denied")
		},
		"a touch by a guard's ground does not disturb an editor": func(t *testing.T, h *house) {
			i := h.open(t)
			if err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return h.Touch(ctx, tx, i.ID) }); err != nil {
				t.Fatal(err)
			}
			if _, err := h.Edit(t.Context(), responder, i.ID, i.Rev, details()); err != nil {
				t.Fatal(err)
			}
		},
	})
}

func TestMoving(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"an incident is not closed beside a case that somebody opens meanwhile": func(t *testing.T, h *house) {
			i := h.monitored(t)
			join := func() {
				if err := h.d.Update(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *db.Tx) error {
					h.cases.Add(1)
					return h.Enter(ctx, tx, i.ID)
				}); err != nil {
					t.Error(err)
				}
			}
			if h.d.Dialect == db.SQLite { // one writer: nobody can come between, so they come before
				join()
			} else {
				h.before = join
			}
			_, err := h.Move(t.Context(), executive, incident.Cause{ID: i.ID, Rev: i.Rev, Event: incident.ClosingApproved, Reason: "完了"})
			wants(t, err, fault.Refused, "incident.guard.cases_open")
		},
		"no case enters an incident that has ended": func(t *testing.T, h *house) {
			i := h.monitored(t)
			h.move(t, executive, i.ID, incident.ClosingApproved)
			err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return h.Enter(ctx, tx, i.ID) })
			wants(t, err, fault.Refused, "incident.over")
		},
		"an edit makes an agreement void": func(t *testing.T, h *house) {
			i := h.monitored(t)
			i, err := h.Edit(t.Context(), responder, i.ID, i.Rev, details())
			if err != nil {
				t.Fatal(err)
			}
			_, err = h.Move(t.Context(), executive, incident.Cause{ID: i.ID, Rev: i.Rev, Event: incident.ClosingApproved, Reason: "完了"})
			wants(t, err, fault.Refused, "incident.guard.second_person")
		},
		"nobody is the second person of himself": func(t *testing.T, h *house) {
			i := h.open(t)
			i = h.move(t, person("both", actor.Responder, actor.Supervisor), i.ID, incident.TriageTaken)
			both := person("both", actor.Responder, actor.Supervisor)
			cause := incident.Cause{ID: i.ID, Rev: i.Rev, Event: incident.IncidentDismissed, Reason: "本人取引"}
			if err := h.Agree(t.Context(), both, cause); err != nil {
				t.Fatal(err)
			}
			_, err := h.Move(t.Context(), both, cause)
			wants(t, err, fault.Refused, "incident.guard.supervisor")
			if err := h.Agree(t.Context(), supervisor, cause); err != nil {
				t.Fatal(err)
			}
			if i, err = h.Move(t.Context(), both, cause); err != nil || i.State != incident.NotIncident {
				t.Fatalf("%s %v", i.State, err)
			}
		},
		"a close without a reason is invalid": func(t *testing.T, h *house) {
			i := h.monitored(t)
			_, err := h.Move(t.Context(), executive, incident.Cause{ID: i.ID, Rev: i.Rev, Event: incident.ClosingApproved, Reason: " "})
			wants(t, err, fault.Invalid, "form.invalid")
		},
		"reopening leaves the clocks of law as they were": func(t *testing.T, h *house) {
			i := h.monitored(t)
			due := h.sheet(t, i.ID).Clocks[1].DueAt()
			h.move(t, executive, i.ID, incident.ClosingApproved)
			h.clock.Add(100 * time.Hour)
			i = h.move(t, responder, i.ID, incident.ReopenedForCause)
			sh := h.sheet(t, i.ID)
			if sh.Clocks[1].DueAt() != due || i.ClosedAt != 0 || len(sh.Recomputes) != 2 {
				t.Fatalf("due %v, closed %v, %d recomputes", sh.Clocks[1].DueAt(), i.ClosedAt, len(sh.Recomputes))
			}
			if sh.Timeline[0].Kind != "incident.moved" || sh.Timeline[0].Note != "理由" || sh.Timeline[0].Args["From"] != "closed" {
				t.Fatalf("%+v", sh.Timeline[0])
			}
		},
		"whoever takes the triage commands": func(t *testing.T, h *house) {
			i := h.move(t, responder, h.open(t).ID, incident.TriageTaken)
			if i.Commander != responder.ID {
				t.Fatalf("commander %q", i.Commander)
			}
		},
	})
}
