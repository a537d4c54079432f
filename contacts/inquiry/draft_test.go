package inquiry_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tasuke/contacts/inquiry"
	"tasuke/internal/fault"
)

func TestWhatIsTypedIsNeverLost(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"of sixteen editors of one draft one wins and fifteen see what he wrote": func(t *testing.T, w *world) {
			q, rev := w.draft(sato, tale())
			won := 0
			for i := range 16 { // all sixteen read the draft at rev before the first of them saves
				f := tale()
				f.WhatHappened = fmt.Sprintf("編集 %d", i)
				_, err := w.SaveDraft(t.Context(), suzuki, q.ID, rev, f)
				if err == nil {
					won++
					continue
				}
				now, ok := kind(t, err, fault.Conflict, "row.stale").Current.(inquiry.Record)
				if !ok || now.Form.WhatHappened != "編集 0" || now.Rev != rev+1 {
					t.Fatalf("%+v", now)
				}
			}
			if won != 1 {
				t.Fatal(won)
			}
		},
		"of sixteen editors at the same moment one wins": func(t *testing.T, w *world) {
			q, rev := w.draft(sato, tale())
			var all sync.WaitGroup
			var won, lost atomic.Int32
			for i := range 16 {
				all.Go(func() {
					f := tale()
					f.WhatHappened = fmt.Sprintf("編集 %d", i)
					switch _, err := w.SaveDraft(t.Context(), sato, q.ID, rev, f); {
					case err == nil:
						won.Add(1)
					case fault.Is(err, fault.Conflict):
						lost.Add(1)
					default:
						t.Error(err)
					}
				})
			}
			all.Wait()
			if won.Load() != 1 || lost.Load() != 15 {
				t.Fatal(won.Load(), lost.Load())
			}
		},
		"what cannot be stored is refused with its field": func(t *testing.T, w *world) {
			q := w.start(sato)
			_, err := w.SaveDraft(t.Context(), sato, q.ID, q.Rev, inquiry.Form{WhatHappened: "a\x00b"})
			if f := kind(t, err, fault.Invalid, ""); f.Fields["what_happened"] != "form.not_text" {
				t.Fatal(f.Fields)
			}
		},
		"a submitted inquiry is not a draft": func(t *testing.T, w *world) {
			out := w.submit(sato, question(), inquiry.Decision{Kind: inquiry.Inform})
			_, err := w.SaveDraft(t.Context(), sato, out.InquiryID, 1, tale())
			kind(t, err, fault.Conflict, "inquiry.draft.submitted")
		},
		"a save whose answer was lost may be sent again": func(t *testing.T, w *world) {
			q := w.start(sato)
			first, err := w.SaveDraft(t.Context(), sato, q.ID, q.Rev, tale())
			w.must(err)
			again, err := w.SaveDraft(t.Context(), sato, q.ID, q.Rev, tale())
			w.must(err)
			if first != again {
				t.Fatal(first, again)
			}
		},
		"saving what is there already changes nothing": func(t *testing.T, w *world) {
			q, rev := w.draft(sato, tale())
			again, err := w.SaveDraft(t.Context(), sato, q.ID, rev, tale())
			w.must(err)
			if again != rev {
				t.Fatal(again)
			}
		},
		"drafts are found again after the browser died": func(t *testing.T, w *world) {
			q, _ := w.draft(sato, tale())
			w.draft(suzuki, question())
			mine, err := w.Drafts(t.Context(), sato)
			w.must(err)
			if len(mine) != 1 || mine[0].ID != q.ID || mine[0].Category != inquiry.FraudTrade {
				t.Fatalf("%+v", mine)
			}
			rec, err := w.Draft(t.Context(), sato, q.ID)
			w.must(err)
			if rec.Form.CallerName != "髙山花子" || rec.Form.Identity.Items[1] != inquiry.ItemAccount {
				t.Fatalf("%+v", rec.Form)
			}
		},
		"a draft that another person goes on with is on record": func(t *testing.T, w *world) {
			q, rev := w.draft(sato, tale())
			f := tale()
			f.Urgency = inquiry.Immediate
			_, err := w.SaveDraft(t.Context(), suzuki, q.ID, rev, f)
			w.must(err)
			if w.count(`SELECT count(*) FROM audit_entry WHERE action = 'inquiry.draft_taken_over' AND actor_id = ?`, suzuki.ID) != 1 {
				t.Fatal("not on record")
			}
		},
	})
}

func TestADraftIsGivenUpButKept(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"not before it lay still for thirty minutes": func(t *testing.T, w *world) {
			w.draft(sato, tale())
			w.clock.Add(inquiry.IdleLimit)
			if n, err := w.AbandonIdle(t.Context()); err != nil || n != 0 {
				t.Fatal(n, err)
			}
		},
		"typing keeps it alive": func(t *testing.T, w *world) {
			q, rev := w.draft(sato, tale())
			w.clock.Add(29 * time.Minute)
			_, err := w.SaveDraft(t.Context(), sato, q.ID, rev, question())
			w.must(err)
			w.clock.Add(29 * time.Minute)
			if n, err := w.AbandonIdle(t.Context()); err != nil || n != 0 {
				t.Fatal(n, err)
			}
		},
		"not when it is no longer idle at the moment of the act": func(t *testing.T, w *world) {
			q, _ := w.draft(sato, tale())
			looks := 0
			w.d.Clock = func() time.Time { // the look finds it idle, the act does not
				if looks++; looks == 1 {
					return opening.Add(time.Hour)
				}
				return opening.Add(time.Minute)
			}
			if n, err := w.AbandonIdle(t.Context()); err != nil || n != 0 || looks != 2 {
				t.Fatal(n, err, looks)
			}
			if rec := w.get(q.ID); rec.State != inquiry.Draft {
				t.Fatal(rec.State)
			}
		},
		"its number becomes void and its content stays": func(t *testing.T, w *world) {
			q, _ := w.draft(sato, tale())
			w.clock.Add(inquiry.IdleLimit + time.Second)
			if n, err := w.AbandonIdle(t.Context()); err != nil || n != 1 {
				t.Fatal(n, err)
			}
			if n, err := w.AbandonIdle(t.Context()); err != nil || n != 0 {
				t.Fatal("twice", n, err)
			}
			rec := w.get(q.ID)
			if rec.State != inquiry.Abandoned || !rec.Void() || rec.No != q.No || rec.Form.CallerName != "髙山花子" {
				t.Fatalf("%+v", rec)
			}
			if next := w.start(sato); next.No == q.No {
				t.Fatal("the number was given twice")
			}
		},
		"who comes back and types goes on where he was": func(t *testing.T, w *world) {
			q, rev := w.draft(sato, tale())
			w.clock.Add(time.Hour)
			_, err := w.AbandonIdle(t.Context())
			w.must(err)
			f := tale()
			f.WhatHappened = "戻りました"
			_, err = w.SaveDraft(t.Context(), sato, q.ID, rev, f)
			w.must(err)
			if rec := w.get(q.ID); rec.State != inquiry.Draft || rec.Void() || rec.Form.WhatHappened != "戻りました" {
				t.Fatalf("%+v", rec)
			}
		},
		"who comes back without a script and saves is not turned away": func(t *testing.T, w *world) {
			q := w.start(sato)
			w.clock.Add(time.Hour)
			_, err := w.AbandonIdle(t.Context())
			w.must(err)
			out, err := w.Submit(t.Context(), sato, q.ID, q.Rev, question(), inquiry.Decision{Kind: inquiry.Inform})
			w.must(err)
			if out.State != inquiry.InfoOnly {
				t.Fatal(out.State)
			}
		},
		"a person gives it up and takes it up again": func(t *testing.T, w *world) {
			q, _ := w.draft(sato, tale())
			w.must(w.Abandon(t.Context(), sato, q.ID))
			w.must(w.Abandon(t.Context(), sato, q.ID))
			w.must(w.Resume(t.Context(), sato, q.ID))
			if rec := w.get(q.ID); rec.State != inquiry.Draft || len(rec.Lines) != 2 {
				t.Fatalf("%+v", rec)
			}
		},
		"a submitted inquiry is never given up": func(t *testing.T, w *world) {
			out := w.submit(sato, question(), inquiry.Decision{Kind: inquiry.Inform})
			kind(t, w.Abandon(t.Context(), sato, out.InquiryID), fault.Refused, "inquiry.move.unknown")
		},
	})
}
