package inquiry_test

import (
	"context"
	"strings"
	"testing"

	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault/vaulttest"
)

// story hands incidents to cases, as cmd does.
type story struct{ *incident.Store }

func (s story) Tell(ctx context.Context, tx *db.Tx, by actor.Actor, l cases.Line) error {
	return s.Store.Tell(ctx, tx, by, incident.Line(l))
}

func (s story) Lines(ctx context.Context, tx *db.Tx, caseID string, p cases.Page) ([]cases.Line, cases.Cursor, error) {
	list, next, err := s.Store.Lines(ctx, tx, incident.Story{CaseID: caseID}, incident.Page{Limit: p.Limit})
	out := make([]cases.Line, len(list))
	for i, l := range list {
		out[i] = cases.Line(l)
	}
	return out, cases.Cursor(next), err
}

// house is a call desk over the rooms as they are.
type house struct {
	*inquiry.Store
	t         *testing.T
	d         *db.DB
	incidents *incident.Store
	hanako    string // a customer
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	dbtest.Clock(d, opening)
	pack, err := deadline.Standard()
	if err != nil {
		t.Fatal(err)
	}
	v := vaulttest.New(t)
	h := &house{t: t, d: d, incidents: incident.NewStore(d, v, pack, incident.Options{})}
	people := customer.NewStore(d, v)
	h.hanako = register(t, d, people)
	book := cases.NewStore(d, v, nil, story{h.incidents}, nil)
	if h.Store, err = inquiry.NewStore(d, v, inquiry.Below{IncidentStore: h.incidents, CaseStore: book, CustomerStore: people}.Rooms()); err != nil {
		t.Fatal(err)
	}
	return h
}

func register(t *testing.T, d *db.DB, people *customer.Store) (id string) {
	t.Helper()
	file := strings.NewReader("ref,name,kana,account,phone\nR1,髙山花子,タカヤマハナコ,123-4567890,090-1234-5678\n")
	if _, err := people.Import(t.Context(), person("sys", "運用", actor.SystemOperations), file, customer.DefaultMapping(), customer.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := d.View(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = people.ByRef(ctx, tx, "R1")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

func (h *house) submit(f inquiry.Form, d inquiry.Decision) (inquiry.Result, error) {
	h.t.Helper()
	q, err := h.Start(h.t.Context(), sato, inquiry.Phone, string(d.Kind)+" "+string(f.Category))
	if err != nil {
		h.t.Fatal(err)
	}
	return h.Submit(h.t.Context(), sato, q.ID, q.Rev, f, d)
}

func (h *house) one(query string, args ...any) (n int) {
	h.t.Helper()
	if err := h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query, args...) }); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) set(query string, args ...any) {
	h.t.Helper()
	if err := h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
}

func TestACallOpensWhatLiesBelow(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*testing.T, *house){
		"an operator's save opens incident, case and lock with their numbers": func(t *testing.T, h *house) {
			f := tale()
			f.CustomerID, f.LockAsked = h.hanako, true
			out, err := h.submit(f, inquiry.Decision{Kind: inquiry.OpenNew})
			if err != nil {
				t.Fatal(err)
			}
			if out.IncidentNo != "INC-2026-0001" || out.CaseNo != "CASE-2026-000001" || out.InquiryNo != "INQ-2026-000001" || out.State != inquiry.CaseCreated {
				t.Fatalf("%+v", out)
			}
			if h.one(`SELECT count(*) FROM containment WHERE case_id = ? AND scope = 'account'`, out.CaseID) != 1 {
				t.Fatal("no lock was asked for")
			}
		},
		"every category opens an incident that the room below accepts": func(t *testing.T, h *house) {
			for _, c := range inquiry.Categories {
				f := tale()
				f.CustomerID, f.Category, f.WhatHappened = h.hanako, c, string(c)
				f.Phishing.Entered = []inquiry.Entered{"password"}
				if _, err := h.submit(f, inquiry.Decision{Kind: inquiry.OpenNew}); err != nil {
					t.Errorf("%s: %v", c, err)
				}
			}
		},
		"a second call finds the case and the incident, and joins": func(t *testing.T, h *house) {
			f := tale()
			f.CustomerID = h.hanako
			a, err := h.submit(f, inquiry.Decision{Kind: inquiry.OpenNew})
			if err != nil {
				t.Fatal(err)
			}
			found, err := h.Matches(t.Context(), sato, "", f)
			if err != nil || len(found) != 3 || found[0].ID != a.CaseID || found[2].ID != a.IncidentID {
				t.Fatalf("%+v %v", found, err)
			}
			b, err := h.submit(f, inquiry.Decision{Kind: inquiry.Join, IncidentID: a.IncidentID})
			if err != nil || b.CaseID != a.CaseID || b.State != inquiry.Linked {
				t.Fatalf("%+v %v", b, err)
			}
			c, err := h.submit(f, inquiry.Decision{Kind: inquiry.LinkCase, CaseID: a.CaseID})
			if err != nil || c.IncidentID != a.IncidentID {
				t.Fatalf("%+v %v", c, err)
			}
		},
		"the caller's tale stays with the customer and not in the incident": func(t *testing.T, h *house) {
			f := tale()
			f.CustomerID = h.hanako
			out, err := h.submit(f, inquiry.Decision{Kind: inquiry.OpenNew})
			if err != nil {
				t.Fatal(err)
			}
			if err := h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				i, err := h.incidents.Get(ctx, tx, out.IncidentID)
				if err == nil && i.Summary != "" {
					t.Error(i.Summary)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		},
		"a link to a case that is over takes it up again": func(t *testing.T, h *house) {
			f := tale()
			f.CustomerID = h.hanako
			a, err := h.submit(f, inquiry.Decision{Kind: inquiry.OpenNew})
			if err != nil {
				t.Fatal(err)
			}
			for state, c := range map[string]inquiry.Category{"closed": inquiry.FraudTrade, "not_victim": inquiry.FraudWithdrawal} {
				h.set(`UPDATE victim_case SET state = ? WHERE id = ?`, state, a.CaseID)
				f.Category = c
				b, err := h.submit(f, inquiry.Decision{Kind: inquiry.LinkCase, CaseID: a.CaseID})
				if err != nil || b.CaseID != a.CaseID || b.State != inquiry.Linked {
					t.Fatalf("%+v %v", b, err)
				}
				if h.one(`SELECT count(*) FROM victim_case WHERE id = ? AND state = 'reopened'`, a.CaseID) != 1 {
					t.Fatal(state, "stays over although the customer called about it")
				}
			}
		},
		"what waits for a call-back is decided into incident and case, and twice is once": func(t *testing.T, h *house) {
			f := callback()
			f.CustomerID = h.hanako
			out, err := h.submit(f, inquiry.Decision{Kind: inquiry.CallBack})
			if err != nil {
				t.Fatal(err)
			}
			rec, err := h.Get(t.Context(), sato, out.InquiryID)
			if err != nil || !rec.Allows(sato, inquiry.WasLinked) || rec.Allows(sato, inquiry.CallbackPromised) || rec.Allows(board, inquiry.WasLinked) {
				t.Fatalf("%+v %v", rec, err)
			}
			for range 2 {
				got, err := h.Decide(t.Context(), sato, out.InquiryID, rec.Rev, inquiry.Decision{Kind: inquiry.OpenNew})
				if err != nil || got.State != inquiry.CaseCreated || got.CaseNo != "CASE-2026-000001" || got.IncidentNo != "INC-2026-0001" {
					t.Fatalf("%+v %v", got, err)
				}
			}
			_, err = h.Decide(t.Context(), suzuki, out.InquiryID, rec.Rev, inquiry.Decision{Kind: inquiry.OpenNew})
			kind(t, err, fault.Conflict, "row.stale")
			if h.one(`SELECT count(*) FROM incident`) != 1 {
				t.Fatal("opened twice")
			}
		},
		"a lock for somebody without a case is refused, and nothing is lost": func(t *testing.T, h *house) {
			f := tale()
			f.CustomerID, f.CustomerUnknown, f.LockAsked = "", true, true
			_, err := h.submit(f, inquiry.Decision{Kind: inquiry.OpenNew})
			if g := kind(t, err, fault.Invalid, ""); g.Fields["lock_asked"] != "inquiry.lock.no_case" {
				t.Fatal(g.Fields)
			}
			if h.one(`SELECT count(*) FROM incident`) != 0 || h.one(`SELECT count(*) FROM inquiry WHERE state = 'draft'`) != 1 {
				t.Fatal("half of it was kept")
			}
		},
		"a customer whom the register does not have is refused": func(t *testing.T, h *house) {
			_, err := h.submit(tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			if g := kind(t, err, fault.Invalid, ""); g.Fields["customer_id"] != "inquiry.customer.none" {
				t.Fatal(g.Fields)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d)) })
		})
	}
}
