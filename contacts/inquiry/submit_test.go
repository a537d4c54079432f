package inquiry_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tasuke/contacts/inquiry"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// untouched says that a failed submit left nothing behind.
func (w *world) untouched(id string) {
	w.t.Helper()
	if n := w.count(`SELECT count(*) FROM below`); n != 0 {
		w.t.Fatalf("%d rows below", n)
	}
	if n := w.count(`SELECT count(*) FROM inquiry_promise`) + w.count(`SELECT count(*) FROM inquiry_line`); n != 0 {
		w.t.Fatalf("%d rows of the inquiry", n)
	}
	if rec := w.get(id); rec.State != inquiry.Draft {
		w.t.Fatal(rec.State)
	}
}

func TestASubmitThatFailsLeavesTheDraft(t *testing.T) {
	promise := tale()
	promise.Promise, promise.NextContactDue, promise.LockAsked = "明日15時までにお電話します", at(24*time.Hour), true
	each(t, map[string]func(*testing.T, *world){
		"who does not take calls": func(t *testing.T, w *world) {
			q := w.start(sato)
			_, err := w.Submit(t.Context(), auditor, q.ID, q.Rev, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			kind(t, err, fault.Forbidden, "actor.denied")
			w.untouched(q.ID)
		},
		"an incomplete form": func(t *testing.T, w *world) {
			q := w.start(sato)
			_, err := w.Submit(t.Context(), sato, q.ID, q.Rev, inquiry.Form{}, inquiry.Decision{Kind: inquiry.OpenNew})
			if f := kind(t, err, fault.Invalid, ""); len(f.Fields) != 3 {
				t.Fatal(f.Fields)
			}
			w.untouched(q.ID)
		},
		"no decision": func(t *testing.T, w *world) {
			q := w.start(sato)
			_, err := w.Submit(t.Context(), sato, q.ID, q.Rev, tale(), inquiry.Decision{})
			kind(t, err, fault.Invalid, "")
			w.untouched(q.ID)
		},
		"a customer whom the register does not have": func(t *testing.T, w *world) {
			f := tale()
			f.CustomerID = "nobody"
			q := w.start(sato)
			_, err := w.Submit(t.Context(), sato, q.ID, q.Rev, f, inquiry.Decision{Kind: inquiry.OpenNew})
			if g := kind(t, err, fault.Invalid, ""); g.Fields["customer_id"] != "inquiry.customer.none" {
				t.Fatal(g.Fields)
			}
			w.untouched(q.ID)
		},
		"an incident that does not exist": func(t *testing.T, w *world) {
			q := w.start(sato)
			_, err := w.Submit(t.Context(), sato, q.ID, q.Rev, promise, inquiry.Decision{Kind: inquiry.Join, IncidentID: "none"})
			kind(t, err, fault.NotFound, "")
			w.untouched(q.ID)
		},
		"a lock that cannot be asked for takes incident, case and promise back": func(t *testing.T, w *world) {
			w.below.refuseLock = true
			q := w.start(sato)
			_, err := w.Submit(t.Context(), sato, q.ID, q.Rev, promise, inquiry.Decision{Kind: inquiry.OpenNew})
			kind(t, err, fault.Refused, "test.no_lock")
			w.untouched(q.ID)
		},
		"a tale of fraud as information only, by an operator": func(t *testing.T, w *world) {
			for _, c := range []inquiry.Category{inquiry.FraudTrade, inquiry.FraudWithdrawal, inquiry.SuspiciousLogin, inquiry.CredentialsLost} {
				f := tale()
				f.Category = c
				q := w.start(sato)
				_, err := w.Submit(t.Context(), sato, q.ID, q.Rev, f, inquiry.Decision{Kind: inquiry.Inform})
				kind(t, err, fault.Refused, "inquiry.guard.supervisor")
				w.untouched(q.ID)
			}
		},
		"a call-back without a moment": func(t *testing.T, w *world) {
			q := w.start(sato)
			_, err := w.Submit(t.Context(), sato, q.ID, q.Rev, question(), inquiry.Decision{Kind: inquiry.CallBack})
			if f := kind(t, err, fault.Invalid, ""); f.Fields["next_contact_due"] == "" {
				t.Fatal(f.Fields)
			}
			w.untouched(q.ID)
		},
		"somebody else typed meanwhile": func(t *testing.T, w *world) {
			q, _ := w.draft(sato, question())
			_, err := w.Submit(t.Context(), suzuki, q.ID, q.Rev, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			if rec, ok := kind(t, err, fault.Conflict, "row.stale").Current.(inquiry.Record); !ok || rec.Form.CallerName != "山田" {
				t.Fatal(err)
			}
			w.untouched(q.ID)
		},
	})
}

func TestOneSubmitDoesEverything(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"a new incident, the case, the lock and the promise": func(t *testing.T, w *world) {
			f := tale()
			f.Promise, f.NextContactDue, f.LockAsked = "明日15時までにお電話します", at(24*time.Hour), true
			out := w.submit(sato, f, inquiry.Decision{Kind: inquiry.OpenNew})
			if out.State != inquiry.CaseCreated || out.IncidentNo != "INC-1" || out.CaseNo != "CASE-1" || !out.CaseNew || !out.LockAsked || out.PromiseDue != at(24*time.Hour) {
				t.Fatalf("%+v", out)
			}
			if w.count(`SELECT count(*) FROM below WHERE room = 'LOCK' AND customer_id = 'c1' AND title = ?`, out.CaseID) != 1 {
				t.Fatal("no lock was asked for")
			}
			rec := w.get(out.InquiryID)
			if rec.CaseNo != "CASE-1" || rec.Disposition != inquiry.ByCaseCreated || rec.SubmittedAt != at(0) || rec.Promises[0].Text != f.Promise {
				t.Fatalf("%+v", rec)
			}
			var events []inquiry.Event
			for _, l := range rec.Lines {
				if l.Kind == inquiry.LineMoved {
					events = append(events, l.Event)
				}
			}
			if !slices.Equal(events, []inquiry.Event{inquiry.Submitted, inquiry.CaseOpened}) {
				t.Fatal(events)
			}
		},
		"the same submit again gives the same result": func(t *testing.T, w *world) {
			q := w.start(sato)
			a, err := w.Submit(t.Context(), sato, q.ID, q.Rev, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			w.must(err)
			b, err := w.Submit(t.Context(), sato, q.ID, q.Rev, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			w.must(err)
			if a.CaseID != b.CaseID || a.IncidentNo != b.IncidentNo || w.count(`SELECT count(*) FROM below`) != 2 {
				t.Fatalf("%+v %+v", a, b)
			}
		},
		"eight submits at once are one": func(t *testing.T, w *world) {
			q := w.start(sato)
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					if _, err := w.Submit(t.Context(), sato, q.ID, q.Rev, tale(), inquiry.Decision{Kind: inquiry.OpenNew}); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if n := w.count(`SELECT count(*) FROM below`); n != 2 {
				t.Fatal(n)
			}
		},
		"another submit of what is submitted is a conflict": func(t *testing.T, w *world) {
			out := w.submit(sato, question(), inquiry.Decision{Kind: inquiry.Inform})
			_, err := w.Submit(t.Context(), suzuki, out.InquiryID, 0, question(), inquiry.Decision{Kind: inquiry.Inform})
			kind(t, err, fault.Conflict, "inquiry.draft.submitted")
		},
		"the second call of one customer joins the case there is": func(t *testing.T, w *world) {
			a := w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			b := w.submit(suzuki, tale(), inquiry.Decision{Kind: inquiry.Join, IncidentID: a.IncidentID})
			if b.State != inquiry.Linked || b.CaseID != a.CaseID || b.CaseNew {
				t.Fatalf("%+v", b)
			}
		},
		"another customer in the same incident gets a case": func(t *testing.T, w *world) {
			a := w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			f := tale()
			f.CustomerID = "c2"
			b := w.submit(suzuki, f, inquiry.Decision{Kind: inquiry.Join, IncidentID: a.IncidentID})
			if b.State != inquiry.CaseCreated || b.IncidentID != a.IncidentID || b.CaseID == a.CaseID {
				t.Fatalf("%+v", b)
			}
		},
		"somebody nobody knows is linked to the incident alone": func(t *testing.T, w *world) {
			f := tale()
			f.CustomerID, f.CustomerUnknown = "", true
			out := w.submit(sato, f, inquiry.Decision{Kind: inquiry.OpenNew})
			if out.State != inquiry.Linked || out.CaseID != "" || out.IncidentID == "" {
				t.Fatalf("%+v", out)
			}
		},
		"a case is linked, but not another customer's": func(t *testing.T, w *world) {
			a := w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			out := w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.LinkCase, CaseID: a.CaseID})
			if out.State != inquiry.Linked || out.IncidentID != a.IncidentID {
				t.Fatalf("%+v", out)
			}
			f := tale()
			f.CustomerID = "c2"
			q := w.start(sato)
			_, err := w.Submit(t.Context(), sato, q.ID, q.Rev, f, inquiry.Decision{Kind: inquiry.LinkCase, CaseID: a.CaseID})
			kind(t, err, fault.Refused, "inquiry.link.other_customer")
		},
		"a supervisor may let a tale of fraud end in information": func(t *testing.T, w *world) {
			if out := w.submit(chief, tale(), inquiry.Decision{Kind: inquiry.Inform}); out.State != inquiry.InfoOnly {
				t.Fatal(out.State)
			}
		},
		"a harmless contact is logged in one form, once": func(t *testing.T, w *world) {
			a, err := w.Log(t.Context(), sato, inquiry.Phone, "k", question())
			w.must(err)
			b, err := w.Log(t.Context(), sato, inquiry.Phone, "k", question())
			w.must(err)
			if a.InquiryNo != b.InquiryNo || a.State != inquiry.InfoOnly || w.count(`SELECT count(*) FROM inquiry`) != 1 {
				t.Fatalf("%+v %+v", a, b)
			}
		},
		"a tale of fraud is not logged as harmless, and draws no number": func(t *testing.T, w *world) {
			_, err := w.Log(t.Context(), sato, inquiry.Phone, "k", tale())
			kind(t, err, fault.Refused, "inquiry.guard.supervisor")
			if q := w.start(sato); q.No != "INQ-2026-000001" {
				t.Fatal(q.No)
			}
		},
		"a promise that must not be made is warned about, saved, and on record": func(t *testing.T, w *world) {
			f := tale()
			f.Promise, f.NextContactDue = "全額戻りますとお伝えした", at(24*time.Hour)
			out := w.submit(sato, f, inquiry.Decision{Kind: inquiry.OpenNew})
			if !slices.Contains(out.Overridden, "promise_full_return") {
				t.Fatal(out.Overridden)
			}
			if w.count(`SELECT count(*) FROM audit_entry WHERE action = 'inquiry.submitted' AND detail LIKE '%promise_full_return%'`) != 1 {
				t.Fatal("not on record")
			}
		},
	})
}

func TestTheRestOfTheScriptFollowsTheSave(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"a lock asked for later is asked for once": func(t *testing.T, w *world) {
			out := w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			f := tale()
			f.LockAsked = true
			rev, err := w.Amend(t.Context(), sato, out.InquiryID, w.get(out.InquiryID).Rev, f)
			w.must(err)
			f.MFA = "passkey"
			_, err = w.Amend(t.Context(), sato, out.InquiryID, rev, f)
			w.must(err)
			if n := w.count(`SELECT count(*) FROM below WHERE room = 'LOCK'`); n != 1 {
				t.Fatal(n)
			}
			former, err := w.Snapshots(t.Context(), sato, out.InquiryID)
			w.must(err)
			if len(former) != 2 || former[0].LockAsked || !former[1].LockAsked {
				t.Fatalf("%+v", former)
			}
		},
		"two who complete it at once: the second sees the first": func(t *testing.T, w *world) {
			out := w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			rev := w.get(out.InquiryID).Rev
			f := tale()
			f.MFA = "app"
			_, err := w.Amend(t.Context(), sato, out.InquiryID, rev, f)
			w.must(err)
			_, err = w.Amend(t.Context(), suzuki, out.InquiryID, rev, tale())
			kind(t, err, fault.Conflict, "row.stale")
		},
		"the customer of a case stays": func(t *testing.T, w *world) {
			out := w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			f := tale()
			f.CustomerID = "c2"
			_, err := w.Amend(t.Context(), sato, out.InquiryID, w.get(out.InquiryID).Rev, f)
			if g := kind(t, err, fault.Invalid, ""); g.Fields["customer_id"] != "inquiry.customer.fixed" {
				t.Fatal(g.Fields)
			}
		},
		"a promise that fell due meanwhile does not stand in the way": func(t *testing.T, w *world) {
			f := tale()
			f.Promise, f.NextContactDue = "明日15時までにお電話します", at(time.Hour)
			out := w.submit(sato, f, inquiry.Decision{Kind: inquiry.OpenNew})
			w.clock.Add(2 * time.Hour)
			f.MFA = "app"
			_, err := w.Amend(t.Context(), sato, out.InquiryID, w.get(out.InquiryID).Rev, f)
			w.must(err)
			if rec := w.get(out.InquiryID); len(rec.Promises) != 1 || rec.Form.NextContactDue != at(time.Hour) {
				t.Fatalf("%+v", rec)
			}
		},
		"a draft is not amended": func(t *testing.T, w *world) {
			q := w.start(sato)
			_, err := w.Amend(t.Context(), sato, q.ID, q.Rev, tale())
			kind(t, err, fault.Refused, "inquiry.amend.state")
		},
	})
}

func TestNoPersonalDataLiesOpen(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"in no column of any table": func(t *testing.T, w *world) {
			f := tale()
			f.Promise, f.NextContactDue = "髙山様へ補償します", at(time.Hour)
			out := w.submit(sato, f, inquiry.Decision{Kind: inquiry.OpenNew})
			_, err := w.AddContact(t.Context(), sato, out.InquiryID, "k", inquiry.Contact{Direction: inquiry.Incoming, Medium: inquiry.Phone, Note: "髙山様より再度"})
			w.must(err)
			for _, table := range []string{"inquiry", "inquiry_line", "inquiry_promise", "inquiry_gram", "audit_entry", "audit_pending"} {
				for _, text := range w.dump(table) {
					for _, secret := range []string{"髙山", "1234-5678", "12345678", "4567890", "外国株", "再度"} {
						if strings.Contains(text, secret) {
							t.Errorf("%s: %s", table, secret)
						}
					}
				}
			}
		},
		"opening is on record, and who only reads sees it masked": func(t *testing.T, w *world) {
			out := w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			rec, err := w.Get(t.Context(), legal, out.InquiryID)
			w.must(err)
			if !rec.Masked || rec.Form.CallerName != "髙＊＊" || rec.Form.CallbackPhone != "＊＊5678" || rec.Form.WhatHappened != "＊＊" {
				t.Fatalf("%+v", rec.Form)
			}
			if w.count(`SELECT count(*) FROM audit_entry WHERE tree = 'access' AND action = 'inquiry.opened' AND actor_id = ?`, legal.ID) != 1 {
				t.Fatal("not on record")
			}
			_, err = w.Reveal(t.Context(), legal, out.InquiryID, " ")
			kind(t, err, fault.Invalid, "")
			rec, err = w.Reveal(t.Context(), legal, out.InquiryID, "届出の作成")
			w.must(err)
			if rec.Masked || rec.Form.CallerName != "髙山花子" {
				t.Fatalf("%+v", rec.Form)
			}
			_, err = w.Get(t.Context(), board, out.InquiryID)
			kind(t, err, fault.Forbidden, "actor.denied")
		},
	})
}

// dump gives every value of a table as text.
func (w *world) dump(table string) (out []string) {
	w.t.Helper()
	query := `SELECT CAST(row_to_json(x) AS TEXT) FROM ` + table + ` x`
	if w.d.Dialect == db.SQLite {
		var columns []string
		w.must(w.d.View(w.t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Select(ctx, &columns, `SELECT name FROM pragma_table_info('`+table+`')`)
		}))
		for i, c := range columns {
			columns[i] = `COALESCE(CAST(` + c + ` AS TEXT), '')`
		}
		query = `SELECT ` + strings.Join(columns, " || ' ' || ") + ` FROM ` + table
	}
	w.must(w.d.View(w.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Select(ctx, &out, query) }))
	if len(out) == 0 {
		w.t.Fatal("nothing in ", table)
	}
	return out
}
