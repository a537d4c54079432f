package inquiry_test

import (
	"fmt"
	"testing"
	"time"

	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

func callback() inquiry.Form {
	f := tale()
	f.Promise, f.NextContactDue = "明日までにお電話します", at(24*time.Hour)
	return f
}

func again(note string) inquiry.Contact {
	return inquiry.Contact{Direction: inquiry.Incoming, Medium: inquiry.Phone, Result: "talked", Note: note}
}

func TestAPromiseToACallerIsFollowed(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"promises are listed by when they are due": func(t *testing.T, w *world) {
			late := callback()
			late.NextContactDue = at(48 * time.Hour)
			w.submit(sato, late, inquiry.Decision{Kind: inquiry.CallBack})
			w.submit(sato, callback(), inquiry.Decision{Kind: inquiry.CallBack})
			list, err := w.Promises(t.Context(), sato, at(36*time.Hour))
			w.must(err)
			if len(list) != 1 || list[0].InquiryNo != "INQ-2026-000002" || list[0].Text != "" || list[0].Overdue(at(0)) || !list[0].Overdue(at(25*time.Hour)) {
				t.Fatalf("%+v", list)
			}
			list, err = w.Promises(t.Context(), sato, at(96*time.Hour))
			w.must(err)
			if len(list) != 2 || list[0].InquiryNo != "INQ-2026-000002" {
				t.Fatalf("%+v", list)
			}
		},
		"a call-back that falls due is open again, once, and its promise stays": func(t *testing.T, w *world) {
			out := w.submit(sato, callback(), inquiry.Decision{Kind: inquiry.CallBack})
			if out.State != inquiry.CallbackWait {
				t.Fatal(out.State)
			}
			if n, err := w.WakeCallbacks(t.Context()); err != nil || n != 0 {
				t.Fatal(n, err)
			}
			w.clock.Add(48 * time.Hour)
			if n, err := w.WakeCallbacks(t.Context()); err != nil || n != 1 {
				t.Fatal(n, err)
			}
			if n, err := w.WakeCallbacks(t.Context()); err != nil || n != 0 {
				t.Fatal(n, err)
			}
			if list, err := w.Promises(t.Context(), sato, at(48*time.Hour)); err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
		},
		"a kept promise opens what waited for it, and keeping it twice is once": func(t *testing.T, w *world) {
			out := w.submit(sato, callback(), inquiry.Decision{Kind: inquiry.CallBack})
			w.must(w.KeepPromise(t.Context(), suzuki, out.PromiseID))
			w.must(w.KeepPromise(t.Context(), sato, out.PromiseID))
			rec := w.get(out.InquiryID)
			if rec.State != inquiry.Open || rec.Promises[0].KeptBy != suzuki.ID {
				t.Fatalf("%+v", rec)
			}
		},
		"what was called back is then decided": func(t *testing.T, w *world) {
			out := w.submit(sato, callback(), inquiry.Decision{Kind: inquiry.CallBack})
			w.must(w.KeepPromise(t.Context(), sato, out.PromiseID))
			got, err := w.Decide(t.Context(), sato, out.InquiryID, w.get(out.InquiryID).Rev, inquiry.Decision{Kind: inquiry.OpenNew})
			w.must(err)
			if got.State != inquiry.CaseCreated || w.get(out.InquiryID).CaseID != got.CaseID {
				t.Fatalf("%+v", got)
			}
			_, err = w.Decide(t.Context(), sato, out.InquiryID, 0, inquiry.Decision{Kind: inquiry.OpenNew})
			kind(t, err, fault.Conflict, "row.stale")
		},
		"a promise that does not exist is not found": func(t *testing.T, w *world) {
			kind(t, w.KeepPromise(t.Context(), sato, "none"), fault.NotFound, "")
		},
	})
}

func TestAnInquiryClosesAndIsTakenUpAgain(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"not while a promise is open": func(t *testing.T, w *world) {
			out := w.submit(sato, callback(), inquiry.Decision{Kind: inquiry.OpenNew})
			rev := w.get(out.InquiryID).Rev
			kind(t, w.Close(t.Context(), sato, out.InquiryID, rev, ""), fault.Refused, "inquiry.guard.promise_open")
			w.must(w.KeepPromise(t.Context(), sato, out.PromiseID))
			w.must(w.Close(t.Context(), sato, out.InquiryID, rev, ""))
		},
		"not a second promise that was made between look and act": func(t *testing.T, w *world) {
			out := w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			rev := w.get(out.InquiryID).Rev
			c := again("折り返しを希望")
			c.Promise, c.Due = "お電話します", at(time.Hour)
			_, err := w.AddContact(t.Context(), suzuki, out.InquiryID, "k", c)
			w.must(err)
			kind(t, w.Close(t.Context(), sato, out.InquiryID, rev, ""), fault.Refused, "inquiry.guard.promise_open")
		},
		"not as a false positive by an operator when it is a tale of fraud": func(t *testing.T, w *world) {
			out := w.submit(sato, callback(), inquiry.Decision{Kind: inquiry.CallBack})
			w.must(w.KeepPromise(t.Context(), sato, out.PromiseID))
			rev := w.get(out.InquiryID).Rev
			kind(t, w.Close(t.Context(), sato, out.InquiryID, rev, inquiry.ByFalsePositive), fault.Refused, "inquiry.guard.supervisor")
			kind(t, w.Close(t.Context(), chief, out.InquiryID, rev, "abandoned"), fault.Invalid, "")
			w.must(w.Close(t.Context(), chief, out.InquiryID, rev, inquiry.ByFalsePositive))
		},
		"by a new contact, which is written once however often it is sent": func(t *testing.T, w *world) {
			out := w.submit(sato, question(), inquiry.Decision{Kind: inquiry.Inform})
			w.must(w.Close(t.Context(), sato, out.InquiryID, w.get(out.InquiryID).Rev, ""))
			for range 2 {
				q, err := w.AddContact(t.Context(), suzuki, out.InquiryID, "k", again("またメールが届いた"))
				w.must(err)
				if q.State != inquiry.Reopened {
					t.Fatal(q.State)
				}
			}
			rec, contacts := w.get(out.InquiryID), 0
			for _, l := range rec.Lines {
				if l.Contact != nil && l.Contact.Note == "またメールが届いた" {
					contacts++
				}
			}
			if contacts != 1 || !rec.ClosedAt.IsZero() {
				t.Fatalf("%d %+v", contacts, rec)
			}
		},
		"our own call does not take it up again": func(t *testing.T, w *world) {
			out := w.submit(sato, question(), inquiry.Decision{Kind: inquiry.Inform})
			c := again("留守番電話に伝言")
			c.Direction, c.Result = inquiry.Outgoing, "voicemail"
			q, err := w.AddContact(t.Context(), sato, out.InquiryID, "k", c)
			w.must(err)
			if q.State != inquiry.InfoOnly {
				t.Fatal(q.State)
			}
		},
		"by a person": func(t *testing.T, w *world) {
			out := w.submit(sato, question(), inquiry.Decision{Kind: inquiry.Inform})
			rev := w.get(out.InquiryID).Rev
			w.must(w.Close(t.Context(), sato, out.InquiryID, rev, ""))
			kind(t, w.Reopen(t.Context(), sato, out.InquiryID, rev), fault.Conflict, "row.stale")
			w.must(w.Reopen(t.Context(), sato, out.InquiryID, rev+1))
		},
		"a contact needs a note, and a draft has none": func(t *testing.T, w *world) {
			out := w.submit(sato, question(), inquiry.Decision{Kind: inquiry.Inform})
			_, err := w.AddContact(t.Context(), sato, out.InquiryID, "k", again(""))
			kind(t, err, fault.Invalid, "")
			_, err = w.AddContact(t.Context(), sato, w.start(sato).ID, "k", again("x"))
			kind(t, err, fault.Refused, "inquiry.contact.draft")
		},
	})
}

func TestWhatAnInquiryMayBelongToIsOfferedWithReasons(t *testing.T) {
	find := func(w *world, id string, f inquiry.Form) []inquiry.Match {
		w.t.Helper()
		out, err := w.Matches(w.t.Context(), sato, id, f)
		w.must(err)
		return out
	}
	keys := func(ms []inquiry.Match) (out []string) {
		for _, m := range ms {
			for _, r := range m.Reasons {
				out = append(out, string(m.Kind)+" "+r.Key)
			}
		}
		return out
	}
	want := func(t *testing.T, got []inquiry.Match, reasons ...string) {
		t.Helper()
		if fmt.Sprint(keys(got)) != fmt.Sprint(reasons) {
			t.Fatalf("got %v\nwant %v", keys(got), reasons)
		}
	}
	each(t, map[string]func(*testing.T, *world){
		"nothing for an empty form": func(t *testing.T, w *world) {
			w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			want(t, find(w, "", inquiry.Form{}))
		},
		"not itself": func(t *testing.T, w *world) {
			q, _ := w.draft(sato, tale())
			want(t, find(w, q.ID, tale()))
		},
		"the customer's open case first": func(t *testing.T, w *world) {
			w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			want(t, find(w, "", inquiry.Form{CustomerID: "c1", Category: inquiry.FraudTrade}),
				"case inquiry.match.same_customer", "incident inquiry.match.same_kind")
		},
		"the same number and account, however spelled": func(t *testing.T, w *world) {
			w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			want(t, find(w, "", inquiry.Form{CallbackPhone: "＋８１ ９０ １２３４ ５６７８", AccountNo: "１２３４５６７８９０"}),
				"inquiry inquiry.match.same_phone", "inquiry inquiry.match.same_account")
		},
		"not the number of 31 days ago": func(t *testing.T, w *world) {
			w.submit(sato, question(), inquiry.Decision{Kind: inquiry.Inform})
			w.clock.Add(31 * 24 * time.Hour)
			want(t, find(w, "", inquiry.Form{CallbackPhone: "03-1111-2222"}))
		},
		"incidents of the same kind, the newest first": func(t *testing.T, w *world) {
			a := w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			w.clock.Add(2 * time.Hour)
			f := tale()
			f.CustomerID = "c2"
			b := w.submit(sato, f, inquiry.Decision{Kind: inquiry.OpenNew})
			got := find(w, "", inquiry.Form{Category: inquiry.FraudTrade})
			if len(got) != 2 || got[0].ID != b.IncidentID || got[1].ID != a.IncidentID {
				t.Fatalf("%+v", got)
			}
		},
		"three of a kind within the hour look like a campaign": func(t *testing.T, w *world) {
			w.submit(sato, question(), inquiry.Decision{Kind: inquiry.Inform})
			f := question()
			f.CallbackPhone = ""
			want(t, find(w, "", f))
			w.submit(sato, question(), inquiry.Decision{Kind: inquiry.Inform})
			want(t, find(w, "", f), "campaign inquiry.match.campaign")
			w.clock.Add(time.Hour)
			want(t, find(w, "", f))
		},
		"who may not read inquiries is told nothing": func(t *testing.T, w *world) {
			_, err := w.Matches(t.Context(), board, "", tale())
			kind(t, err, fault.Forbidden, "actor.denied")
		},
	})
}

func TestInquiriesAreListed(t *testing.T) {
	many := func(w *world, n int) {
		w.t.Helper()
		for i := range n {
			f := question()
			f.CallbackPhone = fmt.Sprintf("090-0000-%04d", 1000+i)
			w.submit(sato, f, inquiry.Decision{Kind: inquiry.Inform})
			if i%2 == 0 {
				w.clock.Add(time.Second) // pairs share a moment: the key must tell them apart
			}
		}
	}
	each(t, map[string]func(*testing.T, *world){
		"who may not read sees no list": func(t *testing.T, w *world) {
			_, err := w.List(t.Context(), board, inquiry.Filter{}, inquiry.Page{})
			kind(t, err, fault.Forbidden, "actor.denied")
		},
		"who may not look for customers does not search by pieces of numbers": func(t *testing.T, w *world) {
			for _, f := range []inquiry.Filter{{Phone: "5678"}, {Account: "1234567"}} {
				for _, by := range []actor.Actor{legal, auditor} {
					_, err := w.List(t.Context(), by, f, inquiry.Page{})
					kind(t, err, fault.Forbidden, "actor.denied")
				}
			}
			_, err := w.List(t.Context(), legal, inquiry.Filter{}, inquiry.Page{})
			w.must(err)
		},
		"a cursor that is none is refused": func(t *testing.T, w *world) {
			_, err := w.List(t.Context(), sato, inquiry.Filter{}, inquiry.Page{After: "%%"})
			kind(t, err, fault.Invalid, "")
		},
		"page by page, each once": func(t *testing.T, w *world) {
			many(w, 7)
			seen, after := map[string]bool{}, ""
			for range 4 {
				l, err := w.List(t.Context(), sato, inquiry.Filter{}, inquiry.Page{After: after, Limit: 2})
				w.must(err)
				for _, q := range l.Items {
					if seen[q.ID] {
						t.Fatal("twice", q.No)
					}
					seen[q.ID] = true
				}
				after = l.Next
			}
			if len(seen) != 7 || after != "" {
				t.Fatal(len(seen), after)
			}
		},
		"by state, category, customer and time": func(t *testing.T, w *world) {
			w.submit(sato, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
			w.clock.Add(time.Hour)
			w.submit(suzuki, question(), inquiry.Decision{Kind: inquiry.Inform})
			for name, c := range map[string]struct {
				f inquiry.Filter
				n int
			}{
				"state":    {inquiry.Filter{States: []inquiry.State{inquiry.InfoOnly, inquiry.Open}}, 1},
				"category": {inquiry.Filter{Categories: []inquiry.Category{inquiry.FraudTrade}}, 1},
				"customer": {inquiry.Filter{CustomerID: "c1"}, 1},
				"operator": {inquiry.Filter{OperatorID: suzuki.ID}, 1},
				"account":  {inquiry.Filter{Account: "１２３ ４５６７８９０"}, 1},
				"from":     {inquiry.Filter{From: at(time.Minute)}, 1},
				"to":       {inquiry.Filter{To: at(0)}, 0},
				"all":      {inquiry.Filter{}, 2},
			} {
				l, err := w.List(t.Context(), sato, c.f, inquiry.Page{})
				w.must(err)
				if len(l.Items) != c.n {
					t.Errorf("%s: %d", name, len(l.Items))
				}
			}
		},
		"by a call-back number or four of its digits": func(t *testing.T, w *world) {
			many(w, 3)
			for phone, n := range map[string]int{"1001": 1, "９０－００００": 3, "+81 90 0000 1002": 1, "0000-1": 3, "9999": 0, "0900000100100": 0} {
				l, err := w.List(t.Context(), sato, inquiry.Filter{Phone: phone}, inquiry.Page{})
				w.must(err)
				if len(l.Items) != n {
					t.Errorf("%s: %d, want %d", phone, len(l.Items), n)
				}
			}
			_, err := w.List(t.Context(), sato, inquiry.Filter{Phone: "12"}, inquiry.Page{})
			kind(t, err, fault.Invalid, "")
		},
		"a fragment that only shares the pieces is not a find": func(t *testing.T, w *world) {
			f := question()
			f.CallbackPhone = "1234-0-2345" // holds 1234 and 2345, not 12345
			w.submit(sato, f, inquiry.Decision{Kind: inquiry.Inform})
			l, err := w.List(t.Context(), sato, inquiry.Filter{Phone: "12345"}, inquiry.Page{})
			w.must(err)
			if len(l.Items) != 0 {
				t.Fatal(l.Items)
			}
		},
	})
}
