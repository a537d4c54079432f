package incident_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

const final = 1 // place of JP-APPI-KAKUHO in incident.Duties

func at(t *testing.T, s string) db.Instant {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return db.At(v)
}

func aware(at db.Instant) incident.Awareness {
	return incident.Awareness{Kind: incident.BecameAware, At: at, Department: "監視センター", Evidence: "検知ログ"}
}

// indexed fails unless the index of clocks says exactly what the events say.
func (h *house) indexed(t *testing.T, id string) {
	t.Helper()
	var got []incident.Due
	var want []incident.Due
	if err := h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		cs, err := h.Clocks(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, c := range cs {
			if c.DueAt() != 0 {
				want = append(want, incident.Due{
					IncidentID: id, Duty: c.Duty, DueAt: c.DueAt(), Force: string(c.Force), Proposed: c.Proposed, Unconfirmed: c.Unconfirmed,
				})
			}
		}
		return tx.Select(ctx, &got, `SELECT * FROM clock_due WHERE incident_id = ? ORDER BY duty DESC`, id)
	}); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("the index says %v, the events say %v", got, want)
	}
}

func TestClockEvents(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"nobody confirms his own awareness": func(t *testing.T, h *house) {
			i := h.open(t)
			e, err := h.RecordAwareness(t.Context(), supervisor, i.ID, aware(now(h)))
			if err != nil {
				t.Fatal(err)
			}
			wants(t, h.ConfirmEvent(t.Context(), supervisor, i.ID, e.ID), fault.Refused, "actor.four_eyes")
			wants(t, h.ConfirmEvent(t.Context(), operator, i.ID, e.ID), fault.Forbidden, "actor.denied")
			if err := h.ConfirmEvent(t.Context(), lawyer, i.ID, e.ID); err != nil {
				t.Fatal(err)
			}
			wants(t, h.ConfirmEvent(t.Context(), responder, i.ID, e.ID), fault.Conflict, "clock.confirmed_already")
		},
		"an awareness that lies ahead is invalid": func(t *testing.T, h *house) {
			i := h.open(t)
			_, err := h.RecordAwareness(t.Context(), operator, i.ID, aware(now(h)+1))
			wants(t, err, fault.Invalid, "form.invalid")
			_, err = h.RecordAwareness(t.Context(), operator, i.ID, incident.Awareness{Kind: incident.Reclassified})
			wants(t, err, fault.Invalid, "form.invalid")
		},
		"an earlier department moves the limit to an earlier day": func(t *testing.T, h *house) {
			i := h.open(t)
			if _, err := h.RecordAwareness(t.Context(), operator, i.ID, aware(at(t, "2026-10-30T09:00:00+09:00"))); err != nil {
				t.Fatal(err)
			}
			sh := h.sheet(t, i.ID)
			if got := sh.Clocks[final].DueDate.String(); got != "2026-12-28" {
				t.Fatalf("due %s", got)
			}
			h.indexed(t, i.ID)
		},
		"a suspicion is awareness": func(t *testing.T, h *house) {
			i := h.open(t)
			a := aware(at(t, "2026-10-30T00:00:00+09:00"))
			a.Kind, a.DateOnly = incident.Suspected, true
			if _, err := h.RecordAwareness(t.Context(), operator, i.ID, a); err != nil {
				t.Fatal(err)
			}
			if got := h.sheet(t, i.ID).Clocks[final].Started.String(); got != "2026-10-30" {
				t.Fatalf("day 1 is %s", got)
			}
			h.indexed(t, i.ID)
		},
		"a correction to a later day counts only when a second person has confirmed it": func(t *testing.T, h *house) {
			h.clock.Add(48 * time.Hour)
			i := h.open(t)
			first := h.sheet(t, i.ID).Events[0]
			if err := h.ConfirmEvent(t.Context(), supervisor, i.ID, first.ID); err != nil {
				t.Fatal(err)
			}
			h.clock.Add(72 * time.Hour)
			before := h.sheet(t, i.ID).Clocks[final].DueAt()
			_, err := h.Correct(t.Context(), operator, i.ID, first.ID, aware(now(h)), "")
			wants(t, err, fault.Invalid, "form.invalid")
			later, err := h.Correct(t.Context(), operator, i.ID, first.ID, aware(now(h)), "受電日の記録誤り")
			if err != nil {
				t.Fatal(err)
			}
			if got := h.sheet(t, i.ID); got.Clocks[final].DueAt() != before || len(got.Events) != 2 || got.Events[0].CorrectedBy != later.ID {
				t.Fatalf("moved by one person alone: %+v", got.Events)
			}
			h.indexed(t, i.ID)
			if err := h.ConfirmEvent(t.Context(), supervisor, i.ID, later.ID); err != nil {
				t.Fatal(err)
			}
			sh := h.sheet(t, i.ID)
			if sh.Clocks[final].DueAt() <= before || len(sh.Recomputes) != 4 {
				t.Fatalf("due %v, %d recomputes", sh.Clocks[final].DueAt(), len(sh.Recomputes))
			}
			h.indexed(t, i.ID)
			_, err = h.Correct(t.Context(), operator, i.ID, first.ID, aware(now(h)), "再訂正")
			wants(t, err, fault.Conflict, "clock.corrected_already")
		},
		"an unconfirmed correction to another kind of start stops no clock": func(t *testing.T, h *house) {
			i := h.open(t)
			first := h.sheet(t, i.ID).Events[0]
			before := h.sheet(t, i.ID).Clocks[final].DueAt()
			a := aware(first.At)
			a.Kind = incident.Recognised
			c, err := h.Correct(t.Context(), operator, i.ID, first.ID, a, "種別の訂正")
			if err != nil {
				t.Fatal(err)
			}
			if got := h.sheet(t, i.ID).Clocks[final]; got.State != deadline.Running || got.DueAt() != before || !got.Unconfirmed {
				t.Fatalf("one person alone: %s due %v", got.State, got.DueAt())
			}
			h.indexed(t, i.ID)
			if err := h.ConfirmEvent(t.Context(), supervisor, i.ID, c.ID); err != nil {
				t.Fatal(err)
			}
			if got := h.sheet(t, i.ID).Clocks[final]; got.State == deadline.Running {
				t.Fatalf("two persons: %s", got.State)
			}
			h.indexed(t, i.ID)
		},
		"an unconfirmed correction to an earlier suspicion counts at once": func(t *testing.T, h *house) {
			i := h.open(t)
			a := aware(at(t, "2026-10-30T09:00:00+09:00"))
			a.Kind = incident.Suspected
			if _, err := h.Correct(t.Context(), operator, i.ID, h.sheet(t, i.ID).Events[0].ID, a, "先に疑いがあった"); err != nil {
				t.Fatal(err)
			}
			if got := h.sheet(t, i.ID).Clocks[final].Started.String(); got != "2026-10-30" {
				t.Fatalf("day 1 is %s", got)
			}
			h.indexed(t, i.ID)
		},
		"a confirmed correction of an unconfirmed correction counts": func(t *testing.T, h *house) {
			i := h.open(t)
			last := h.sheet(t, i.ID).Events[0]
			for range 2 {
				var err error
				h.clock.Add(24 * time.Hour)
				if last, err = h.Correct(t.Context(), operator, i.ID, last.ID, aware(now(h)), "記録誤り"); err != nil {
					t.Fatal(err)
				}
			}
			if got := h.sheet(t, i.ID).Clocks[final]; got.Started.String() != "2026-11-04" || !got.Unconfirmed {
				t.Fatalf("moved by one person alone: day 1 is %s", got.Started)
			}
			if err := h.ConfirmEvent(t.Context(), supervisor, i.ID, last.ID); err != nil {
				t.Fatal(err)
			}
			if got := h.sheet(t, i.ID).Clocks[final]; got.Started.String() != "2026-11-06" || got.Unconfirmed {
				t.Fatalf("day 1 is %s, unconfirmed %v", got.Started, got.Unconfirmed)
			}
			h.indexed(t, i.ID)
		},
		"the event of another incident is neither confirmed nor corrected": func(t *testing.T, h *house) {
			i, other := h.open(t), h.open(t)
			e := h.sheet(t, other.ID).Events[0]
			wants(t, h.ConfirmEvent(t.Context(), supervisor, i.ID, e.ID), fault.NotFound, "row.none")
			_, err := h.Correct(t.Context(), operator, i.ID, e.ID, aware(e.At), "取り違え")
			wants(t, err, fault.NotFound, "row.none")
			if sh := h.sheet(t, other.ID); len(sh.Events) != 1 || sh.Events[0].Confirmed() {
				t.Fatalf("%+v", sh.Events)
			}
		},
		"only legal reclassifies, and says why": func(t *testing.T, h *house) {
			i := h.open(t)
			_, err := h.Reclassify(t.Context(), responder, i.ID, []int{2}, "検討結果")
			wants(t, err, fault.Forbidden, "actor.denied")
			_, err = h.Reclassify(t.Context(), lawyer, i.ID, []int{5}, "")
			wants(t, err, fault.Invalid, "form.invalid")
		},
		"a reclassification keeps the old date as a checkpoint": func(t *testing.T, h *house) {
			i := h.open(t)
			h.clock.Add(15 * 24 * time.Hour)
			if _, err := h.Reclassify(t.Context(), lawyer, i.ID, []int{2, 2}, "不正アクセスによる閲覧はなし"); err != nil {
				t.Fatal(err)
			}
			sh := h.sheet(t, i.ID)
			c := sh.Clocks[final]
			if c.DueDate.String() != "2026-12-03" || len(c.Checkpoints) != 1 || c.Checkpoints[0].DueDate.String() != "2027-01-04" || c.Proposed {
				t.Fatalf("due %s, checkpoints %v, proposed %v", c.DueDate, c.Checkpoints, c.Proposed)
			}
			last := sh.Recomputes[len(sh.Recomputes)-1]
			if last.Duty != incident.Duties[final] || last.OldDue != at(t, "2027-01-04T23:59:59+09:00") || last.NewDue != at(t, "2026-12-03T23:59:59+09:00") ||
				last.Reason != "不正アクセスによる閲覧はなし" || last.ByID != lawyer.ID || last.RuleVersion != "1" {
				t.Fatalf("%+v", last)
			}
			h.indexed(t, i.ID)
		},
		"a lower count takes no duty away": func(t *testing.T, h *house) {
			i := h.openKind(t, incident.Phishing)
			if _, err := h.Reclassify(t.Context(), lawyer, i.ID, nil, "該当号なし"); err != nil {
				t.Fatal(err)
			}
			for _, n := range []int64{1001, 10} {
				h.clock.Add(time.Hour)
				if _, err := h.UpdateCount(t.Context(), responder, i.ID, n, now(h), "影響調査"); err != nil {
					t.Fatal(err)
				}
				if c := h.sheet(t, i.ID).Clocks[final]; c.State != deadline.Running {
					t.Fatalf("%d persons: %s", n, c.State)
				}
				h.indexed(t, i.ID)
			}
		},
		"an edit of the kind changes what is proposed": func(t *testing.T, h *house) {
			i := h.openKind(t, incident.Phishing)
			if h.sheet(t, i.ID).Clocks[final].Proposed {
				t.Fatal("proposed for phishing")
			}
			if _, err := h.Edit(t.Context(), responder, i.ID, i.Rev, details()); err != nil {
				t.Fatal(err)
			}
			if !h.sheet(t, i.ID).Clocks[final].Proposed {
				t.Fatal("not proposed for a takeover")
			}
			h.indexed(t, i.ID)
		},
		"the clocks near their end leave out what has ended": func(t *testing.T, h *house) {
			i := h.monitored(t)
			far := now(h).Add(365 * 24 * time.Hour)
			if near, err := h.DueSoon(t.Context(), auditor, far, 10); err != nil || len(near) != 2 || near[0].Duty != incident.Duties[0] || near[0].No != i.No {
				t.Fatalf("%v %v", near, err)
			}
			if near, err := h.DueSoon(t.Context(), auditor, now(h), 10); err != nil || len(near) != 0 {
				t.Fatalf("%v %v", near, err)
			}
			h.move(t, executive, i.ID, incident.ClosingApproved)
			if near, err := h.DueSoon(t.Context(), auditor, far, 10); err != nil || len(near) != 0 {
				t.Fatalf("%v %v", near, err)
			}
		},
		"what was recorded is never changed and never removed": func(t *testing.T, h *house) {
			i := h.monitored(t)
			for _, table := range []string{"timeline", "clock_event", "clock_event_confirmation", "clock_recompute", "incident_agreement"} {
				for _, statement := range []string{"DELETE FROM " + table, "UPDATE " + table + " SET " + column(table) + " = ''"} {
					err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
						_, err := tx.Exec(ctx, statement)
						return err
					})
					if err == nil || !strings.Contains(err.Error(), "only ever added") {
						t.Errorf("%s: %v", statement, err)
					}
				}
			}
			h.indexed(t, i.ID)
		},
		"of two departments that record at one moment both are counted": func(t *testing.T, h *house) {
			i := h.open(t)
			early := aware(at(t, "2026-10-30T09:00:00+09:00"))
			if h.d.Dialect == db.SQLite {
				t.Skip("one writer: the second one always sees the first")
			}
			done := make(chan error, 1)
			if err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				if err := h.RecordIn(ctx, tx, responder, i.ID, aware(at(t, "2026-11-01T09:00:00+09:00"))); err != nil {
					return err
				}
				go func() {
					_, err := h.RecordAwareness(context.WithoutCancel(t.Context()), operator, i.ID, early)
					done <- err
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
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			if sh := h.sheet(t, i.ID); len(sh.Events) != 3 || sh.Clocks[final].Started.String() != "2026-10-30" {
				t.Fatalf("%d events, day 1 is %s", len(sh.Events), sh.Clocks[final].Started)
			}
			h.indexed(t, i.ID)
		},
	})
}

func column(table string) string {
	return map[string]string{
		"timeline": "kind", "clock_event": "department", "clock_event_confirmation": "confirmed_name",
		"clock_recompute": "by_name", "incident_agreement": "by_name",
	}[table]
}
