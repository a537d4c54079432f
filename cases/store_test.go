package cases_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tasuke/cases"
	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

var (
	operator   = person("op1", actor.Operator)
	supervisor = person("sv1", actor.Supervisor)
	responder  = person("cs1", actor.Responder)
	analyst    = person("fa1", actor.FraudAnalyst)
	remedy     = person("rm1", actor.Remediation)
	executive  = person("ex1", actor.Executive)
	auditor    = person("au1", actor.Auditor)
)

var start = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)

// register stands for the firm's customer register.
type register struct{}

func (register) FindIDs(_ context.Context, _ actor.Actor, fragment string, _ int) ([]string, error) {
	if fragment == "ヤマダ" {
		return []string{"c1", "c3"}, nil
	}
	return nil, nil
}

func (register) Masked(_ context.Context, _ *db.Tx, ids []string) (map[string]cases.Masked, error) {
	out := map[string]cases.Masked{}
	for _, id := range ids {
		out[id] = cases.Masked{ID: id, Name: "山＊", Account: "****" + id}
	}
	return out, nil
}

// room hands the incidents to the cases, as cmd does.
type room struct{ *incident.Store }

func (r room) Tell(ctx context.Context, tx *db.Tx, by actor.Actor, l cases.Line) error {
	return r.Store.Tell(ctx, tx, by, incident.Line(l))
}

func (r room) Lines(ctx context.Context, tx *db.Tx, caseID string, p cases.Page) ([]cases.Line, cases.Cursor, error) {
	lines, next, err := r.Store.Lines(ctx, tx, incident.Story{CaseID: caseID}, incident.Page{After: incident.Cursor(p.After), Limit: p.Limit})
	out := make([]cases.Line, len(lines))
	for i, l := range lines {
		out[i] = cases.Line(l)
	}
	return out, cases.Cursor(next), err
}

// house is a store with what the tests look at beside it.
type house struct {
	*cases.Store
	d         *db.DB
	vault     *vault.Vault
	clock     *dbtest.ManualClock
	incidents *incident.Store
	incident  incident.Incident
	tasks     atomic.Int64
	before    func() // called by the fact reader after it has read
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	pack, err := deadline.Standard()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{d: d, vault: vaulttest.New(t), clock: dbtest.Clock(d, start)}
	h.incidents = incident.NewStore(d, h.vault, pack, incident.Options{
		Work: func(ctx context.Context, tx *db.Tx, id string) (w incident.Work, err error) {
			w.OpenCases, err = h.InWork(ctx, tx, id)
			return w, err
		},
	})
	h.Store = cases.NewStore(d, h.vault, register{}, room{h.incidents}, func(context.Context, *db.Tx, cases.Case) (cases.Work, error) {
		w := cases.Work{OpenTasks: int(h.tasks.Load())}
		if f := h.before; f != nil {
			h.before = nil
			f()
		}
		return w, nil
	})
	h.incident = h.openIncident(t)
	return h
}

func (h *house) openIncident(t testing.TB) (i incident.Incident) {
	t.Helper()
	h.update(t, func(ctx context.Context, tx *db.Tx) (err error) {
		i, err = h.incidents.Open(ctx, tx, operator, incident.New{DetectedAt: tx.Now, Details: incident.Details{
			Title: "不正出金の申出", Kind: incident.AccountWithdrawal, DetectedBy: "customer",
		}})
		return err
	})
	return i
}

func (h *house) update(t testing.TB, fn func(context.Context, *db.Tx) error) {
	t.Helper()
	if err := h.d.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func details() cases.Details {
	return cases.Details{
		ClaimSource: "customer", NoticedAt: db.At(start) - 1, ReportedAt: db.At(start), Pattern: "withdrawal", MFAAtTime: "otp_sms",
		PhishingEntered: "yes", LossClaimedYen: 1_234_567, ContactPref: "携帯 090-1111-2222 夜のみ", Summary: "身に覚えのない出金",
	}
}

func (h *house) open(t testing.TB, customer string) (c cases.Case) {
	t.Helper()
	h.update(t, func(ctx context.Context, tx *db.Tx) (err error) {
		c, _, err = h.Open(ctx, tx, operator, cases.New{IncidentID: h.incident.ID, CustomerID: customer, Details: details()})
		return err
	})
	return c
}

func (h *house) sheet(t testing.TB, id string) cases.Sheet {
	t.Helper()
	sh, err := h.Sheet(t.Context(), responder, id)
	if err != nil {
		t.Fatal(err)
	}
	return sh
}

func (h *house) move(t testing.TB, by actor.Actor, id string, e cases.Event) cases.Case {
	t.Helper()
	c, err := h.Move(t.Context(), by, cases.Cause{ID: id, Rev: h.sheet(t, id).Case.Rev, Event: e, Reason: "理由"})
	if err != nil {
		t.Fatalf("%s: %v", e, err)
	}
	return c
}

// locked asks for a lock of the account on two channels and sees both stopped.
func (h *house) locked(t testing.TB, id string) cases.Containment {
	t.Helper()
	k, err := h.RequestStop(t.Context(), operator, id, cases.Stop{Scope: cases.Account, Channels: []cases.Channel{"web", "app"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range []cases.Channel{"web", "app"} {
		if k, err = h.VerifyChannel(t.Context(), operator, id, k.ID, ch, true, ""); err != nil {
			t.Fatal(err)
		}
	}
	return k
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
				_, _, err := h.Open(ctx, tx, operator, cases.New{Details: cases.Details{
					ClaimSource: "cat", LossClaimedYen: -1, NoticedAt: tx.Now + 1, Pattern: "x",
				}})
				return err
			})
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid {
				t.Fatalf("got %v", err)
			}
			for _, field := range []string{"incident_id", "customer_id", "claim_source", "loss_claimed_yen", "noticed_at", "pattern"} {
				if f.Fields[field] == "" {
					t.Errorf("nothing said of %s", field)
				}
			}
		},
		"an auditor opens nothing": func(t *testing.T, h *house) {
			err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, _, err := h.Open(ctx, tx, auditor, cases.New{IncidentID: h.incident.ID, CustomerID: "c1", Details: details()})
				return err
			})
			wants(t, err, fault.Forbidden, "actor.denied")
		},
		"a customer's second call in one incident finds the same case": func(t *testing.T, h *house) {
			first := h.open(t, "c1")
			h.update(t, func(ctx context.Context, tx *db.Tx) error {
				c, created, err := h.Open(ctx, tx, supervisor, cases.New{IncidentID: h.incident.ID, CustomerID: "c1", Details: cases.Details{ClaimSource: "sweep"}})
				if created || c.ID != first.ID || c.ClaimSource != "customer" {
					t.Errorf("created %v, %+v", created, c)
				}
				return err
			})
			if other := h.open(t, "c2"); other.No != "CASE-2026-000002" {
				t.Fatalf("the second call used up a number: %s", other.No)
			}
		},
		"of sixteen calls at once one opens the case and all get it": func(t *testing.T, h *house) {
			var wg sync.WaitGroup
			var made atomic.Int64
			ids := make([]string, 16)
			for n := range 16 {
				wg.Go(func() {
					if err := h.d.Update(context.Background(), func(ctx context.Context, tx *db.Tx) error {
						c, created, err := h.Open(ctx, tx, operator, cases.New{IncidentID: h.incident.ID, CustomerID: "c1", Details: details()})
						ids[n] = c.ID
						if created {
							made.Add(1)
						}
						return err
					}); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			for _, id := range ids {
				if made.Load() != 1 || id == "" || id != ids[0] {
					t.Fatalf("%d made, %v", made.Load(), ids)
				}
			}
		},
		"what is personal is sealed and opens again": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			sh := h.sheet(t, c.ID)
			if sh.Case.Summary != details().Summary || sh.Case.ContactPref != details().ContactPref || sh.Customer.Name != "山＊" {
				t.Fatalf("%+v", sh.Case)
			}
			var raw []byte
			h.update(t, func(ctx context.Context, tx *db.Tx) error {
				return tx.Get(ctx, &raw, `SELECT summary FROM victim_case WHERE id = ?`, c.ID)
			})
			if strings.Contains(string(raw), details().Summary) {
				t.Fatal("the summary is stored in plain text")
			}
		},
		"an erased customer leaves a case that can still be read": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			if _, err := h.AddNote(t.Context(), operator, c.ID, note("折返し依頼")); err != nil {
				t.Fatal(err)
			}
			h.update(t, func(ctx context.Context, tx *db.Tx) error { return h.vault.Erase(ctx, tx, "customer:c1") })
			sh := h.sheet(t, c.ID)
			if !sh.Case.Erased || sh.Case.Summary != "" || !sh.Notes[0].Erased || sh.Case.LossClaimedYen != 1_234_567 {
				t.Fatalf("%+v", sh.Case)
			}
		},
		"no case is opened or reopened in an incident that has ended": func(t *testing.T, h *house) {
			h.update(t, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE incident SET state = 'closed' WHERE id = ?`, h.incident.ID)
				return err
			})
			err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, _, err := h.Open(ctx, tx, operator, cases.New{IncidentID: h.incident.ID, CustomerID: "c1", Details: details()})
				return err
			})
			wants(t, err, fault.Refused, "incident.over")
		},
	})
}

func TestEditing(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"an assignment and an edit of the same form collide": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			if _, err := h.Assign(t.Context(), supervisor, c.ID, c.Rev, "op7"); err != nil {
				t.Fatal(err)
			}
			_, err := h.Edit(t.Context(), operator, c.ID, c.Rev, details())
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Conflict || f.Current.(cases.Case).Assignee != "op7" {
				t.Fatalf("got %v", err)
			}
		},
		"a channel verified meanwhile does not disturb an editor": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			h.locked(t, c.ID)
			if _, err := h.Edit(t.Context(), operator, c.ID, c.Rev, details()); err != nil {
				t.Fatal(err)
			}
		},
		"an auditor edits nothing": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			_, err := h.Edit(t.Context(), auditor, c.ID, c.Rev, details())
			wants(t, err, fault.Forbidden, "actor.denied")
			_, err = h.AddNote(t.Context(), auditor, c.ID, note("x"))
			wants(t, err, fault.Forbidden, "actor.denied")
		},
	})
}

func TestMoving(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"a case is not contained while a colleague finds a channel open": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			k := h.locked(t, c.ID)
			reopen := func() {
				if _, err := h.VerifyChannel(context.Background(), responder, c.ID, k.ID, "app", false, "セッション継続"); err != nil {
					t.Error(err)
				}
			}
			if h.d.Dialect == db.SQLite { // one writer: nobody can come between, so they come before
				reopen()
			} else {
				h.before = reopen
			}
			_, err := h.Move(t.Context(), operator, cases.Cause{ID: c.ID, Rev: c.Rev, Event: cases.AccountLocked})
			wants(t, err, fault.Refused, "case.guard.channels_open")
		},
		"a case is not closed beside a task that is made meanwhile": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			h.locked(t, c.ID)
			h.move(t, operator, c.ID, cases.AccountLocked)
			h.move(t, analyst, c.ID, cases.CheckStarted)
			c = h.move(t, analyst, c.ID, cases.DamageConfirmed)
			made := func() {
				if err := h.d.Update(context.Background(), func(ctx context.Context, tx *db.Tx) error {
					h.tasks.Add(1)
					return h.Touch(ctx, tx, c.ID)
				}); err != nil {
					t.Error(err)
				}
			}
			if h.d.Dialect == db.SQLite {
				made()
			} else {
				h.before = made
			}
			_, err := h.Move(t.Context(), remedy, cases.Cause{ID: c.ID, Rev: c.Rev, Event: cases.WorkFinished, Reason: "完了"})
			wants(t, err, fault.Refused, "case.guard.tasks_open")
		},
		"a colleague who moves between our read and our write wins": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			h.locked(t, c.ID)
			ours := cases.Cause{ID: c.ID, Rev: c.Rev, Event: cases.AccountLocked}
			theirs := func() {
				if _, err := h.Move(context.Background(), supervisor, ours); err != nil {
					t.Error(err)
				}
			}
			if h.d.Dialect == db.SQLite {
				theirs()
			} else {
				h.before = theirs
			}
			_, err := h.Move(t.Context(), operator, ours)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Conflict || f.Current.(cases.Case).State != cases.Contained {
				t.Fatalf("got %v", err)
			}
			if n := len(h.sheet(t, c.ID).Timeline); n != 5 { // opened, lock asked, two channels, one move
				t.Fatalf("%d lines", n)
			}
		},
		"an exclusion needs somebody else's word on this revision": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			h.locked(t, c.ID)
			h.move(t, operator, c.ID, cases.AccountLocked)
			c = h.move(t, analyst, c.ID, cases.CheckStarted)
			cause := cases.Cause{ID: c.ID, Rev: c.Rev, Event: cases.DamageExcluded, Reason: "本人取引と判明"}
			wants(t, h.Agree(t.Context(), operator, cause), fault.Forbidden, "case.move.role")
			if err := h.Agree(t.Context(), analyst, cause); err != nil {
				t.Fatal(err)
			}
			_, err := h.Move(t.Context(), analyst, cause)
			wants(t, err, fault.Refused, "case.guard.second_person")
			c, err = h.Edit(t.Context(), operator, c.ID, c.Rev, details())
			if err != nil {
				t.Fatal(err)
			}
			cause.Rev = c.Rev
			_, err = h.Move(t.Context(), responder, cause) // the analyst's word was on the revision before
			wants(t, err, fault.Refused, "case.guard.second_person")
			if err := h.Agree(t.Context(), analyst, cause); err != nil {
				t.Fatal(err)
			}
			if c, err = h.Move(t.Context(), responder, cause); err != nil || c.State != cases.NotVictim {
				t.Fatalf("%s %v", c.State, err)
			}
			_, err = h.Move(t.Context(), supervisor, cases.Cause{ID: c.ID, Rev: c.Rev, Event: cases.WorkFinished, Reason: "完了"})
			wants(t, err, fault.Refused, "case.guard.still_locked")
		},
		"an incident is not closed beside a case in work": func(t *testing.T, h *house) {
			h.open(t, "c1")
			sh, err := h.incidents.Sheet(t.Context(), executive, h.incident.ID)
			if err != nil {
				t.Fatal(err)
			}
			if sh.Incident.GuardRev == h.incident.GuardRev || sh.Incident.Rev != h.incident.Rev {
				t.Fatalf("guard_rev %d, rev %d", sh.Incident.GuardRev, sh.Incident.Rev)
			}
		},
		"the buttons say why they are held back": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			got := h.sheet(t, c.ID).Choices
			if len(got) != 1 || got[0].Event != cases.AccountLocked || got[0].Why != "case.guard.no_lock" {
				t.Fatalf("%+v", got)
			}
		},
	})
}
