package reminder_test

import (
	"context"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/workflow/reminder"
)

func TestWhatPeopleAreRemindedOf(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"an item without a ref, a subject, a role, a beginning or a ladder is refused": func(t *testing.T, h *house) {
			for name, spoil := range map[string]func(*reminder.Item){
				"ref":     func(i *reminder.Item) { i.Ref = "" },
				"subject": func(i *reminder.Item) { i.Subject = reminder.Subject{} },
				"role":    func(i *reminder.Item) { i.Role = "" },
				"from":    func(i *reminder.Item) { i.From = 0 },
				"ladder":  func(i *reminder.Item) { i.Ladder = "somewhere" },
			} {
				i := filing(120 * time.Hour)
				spoil(&i)
				if h.try(i) == nil {
					t.Errorf("without %s it was set", name)
				}
			}
			h.stands(`1 = 1`)
		},
		"the same said again changes nothing, also after half of it was fired": func(_ *testing.T, h *house) {
			h.set(filing(120*time.Hour), filing(120*time.Hour))
			h.tick(61 * time.Hour)
			h.set(filing(120 * time.Hour))
			h.stands(fired, "half 60h late")
			h.stands(ahead, "three_quarters 90h", "day_left 96h", "hours_left 116h", "supervisor 118h", "overdue 120h", "executive 121h")
			h.stands(`cancelled_at > 0`)
		},
		"a due date that moves out has its rungs again, of what was said too": func(_ *testing.T, h *house) {
			h.set(filing(120 * time.Hour))
			h.tick(60 * time.Hour)
			h.set(filing(200 * time.Hour))
			h.stands(fired, "half 60h")
			h.stands(ahead, "half 100h", "three_quarters 150h", "day_left 176h", "hours_left 196h", "supervisor 198h", "overdue 200h", "executive 201h")
			if n := h.tick(500 * time.Hour); n != 7 {
				h.t.Errorf("%d were fired", n)
			}
			h.once()
		},
		"a duty that was overdue and is not any more is spoken of until its true end": func(_ *testing.T, h *house) {
			h.set(filing(120 * time.Hour))
			for range 121 {
				h.tick(time.Hour)
			}
			h.stands(fired, "half 60h", "three_quarters 90h", "day_left 96h", "hours_left 116h", "supervisor 118h", "overdue 120h", "executive 121h")
			h.set(filing(168 * time.Hour)) // half was after 84 hours: nobody hears of it twice
			h.tick(0)
			h.stands(ahead, "three_quarters 126h", "day_left 144h", "hours_left 164h", "supervisor 166h", "overdue 168h", "executive 169h")
			h.set(filing(169 * time.Hour)) // once more, before any of them
			if n := h.tick(0); n != 0 {
				h.t.Errorf("%d were fired", n)
			}
			h.stands(ahead, "three_quarters 126h45m0s", "day_left 145h", "hours_left 165h", "supervisor 167h", "overdue 169h", "executive 170h")
			for range 60 {
				h.tick(time.Hour)
			}
			h.once()
			if n := h.count(`SELECT count(*) FROM reminder WHERE rung = 'overdue' AND ` + fired); n != 2 {
				h.t.Errorf("overdue was said %d times", n)
			}
		},
		"a due date that moves out and is over all the same is not said to be over twice": func(_ *testing.T, h *house) {
			h.set(filing(120 * time.Hour))
			h.tick(200 * time.Hour)
			h.set(filing(150 * time.Hour))
			if n := h.tick(0); n != 0 {
				h.t.Errorf("%d were fired", n)
			}
			h.stands(ahead)
		},
		"what was due and not yet said is not lost when the due date moves out": func(_ *testing.T, h *house) {
			h.set(filing(120 * time.Hour))
			h.clock.Add(200 * time.Hour) // the program was down
			h.set(filing(150 * time.Hour))
			if n := h.tick(0); n != 7 {
				h.t.Errorf("%d were fired", n)
			}
			h.stands(fired, "half 75h late", "three_quarters 112h30m0s late", "day_left 126h late", "hours_left 146h late", "supervisor 148h late",
				"overdue 150h late", "executive 151h late")
		},
		"a due date that moves out and back in begins no round for the second": func(_ *testing.T, h *house) {
			h.set(filing(120 * time.Hour))
			h.tick(61 * time.Hour)
			h.set(filing(140 * time.Hour))
			h.tick(10 * time.Hour) // half once more after 70
			h.set(filing(120 * time.Hour))
			h.tick(0)
			h.stands(fired, "half 60h late", "half 70h late")
			h.stands(ahead, "three_quarters 90h", "day_left 96h", "hours_left 116h", "supervisor 118h", "overdue 120h", "executive 121h")
		},
		"a term that is over when the matter begins is said at once, and nobody is called late for it": func(_ *testing.T, h *house) {
			h.clock.Add(130 * time.Hour)
			h.set(filing(120 * time.Hour))
			h.tick(0)
			h.stands(fired, "executive 130h", "overdue 130h", "supervisor 130h")
			h.stands(ahead)
		},
		"a due date that moves in says at once, and once each, what is over already": func(_ *testing.T, h *house) {
			h.set(filing(240 * time.Hour))
			h.tick(100 * time.Hour)
			h.set(filing(110 * time.Hour)) // 75 % was after 82.5 hours, a day before the end after 86
			h.tick(0)
			h.stands(fired, "half 55h late", "three_quarters 82h30m0s late", "day_left 86h late")
			h.stands(ahead, "hours_left 106h", "supervisor 108h", "overdue 110h", "executive 111h")
		},
		"a role that changes is told what is still to come; what was said stays said": func(_ *testing.T, h *house) {
			h.set(filing(120 * time.Hour))
			h.tick(60 * time.Hour)
			i := filing(120 * time.Hour)
			i.Role, i.Args = actor.PR, reminder.Args{"No": "FIL-2026-0002"}
			h.set(i)
			h.stands(`role = 'legal' AND `+fired, "half 60h")
			h.stands(`role = 'pr' AND `+ahead, "three_quarters 90h", "day_left 96h", "hours_left 116h", "overdue 120h")
			h.stands(`role = 'supervisor' AND `+ahead, "supervisor 118h")
			h.stands(`role = 'executive' AND `+ahead, "executive 121h")
		},
		"what is settled is not spoken of again, in any of its ladders": func(_ *testing.T, h *house) {
			also := chase()
			also.Ref, also.Role = "filing:f1", actor.Legal
			h.set(filing(120*time.Hour), also, task(2*time.Hour))
			h.tick(2 * time.Hour)
			h.clear("filing:f1")
			h.clear("filing:f1")
			h.clear("filing:nobody")
			h.stands(fired, "first 2h", "target 2h")
			h.stands(ahead, "hour_after 3h", "supervisor 4h", "executive 6h")
			if n := h.tick(500 * time.Hour); n != 3 {
				h.t.Errorf("%d were fired", n)
			}
		},
		"a matter that begins anew after it was cleared has all its rungs again": func(_ *testing.T, h *house) {
			h.set(chase())
			h.tick(3 * time.Hour)
			h.clear("bank_request:b1")
			again := chase()
			again.From = in(10 * time.Hour)
			h.clock.Set(start.Add(10 * time.Hour))
			h.set(again)
			h.stands(ahead, "first 12h", "second 16h", "daily 24h")
			h.tick(2 * time.Hour)
			h.stands(fired, "first 2h late", "first 12h")
		},
		"what a room takes back with its transaction was never set": func(_ *testing.T, h *house) {
			err := h.db.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
				must(h.t, h.Set(ctx, tx, chase()))
				return context.Canceled
			})
			if err == nil {
				h.t.Error("it was kept")
			}
			h.stands(`1 = 1`)
		},
	})
}
