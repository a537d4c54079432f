package workflow_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/workflow"
)

func TestPublishing(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"who has no word in playbooks publishes none": func(t *testing.T, h *house) {
			d, _ := playbooks.Load([]byte(bank), h.opts.Rules)
			if _, err := h.Publish(t.Context(), operator, d); !fault.Is(err, fault.Forbidden) {
				t.Fatal(err)
			}
		},
		"a text with faults is refused": func(t *testing.T, h *house) {
			d, _ := playbooks.Parse([]byte(strings.Replace(bank, "role: legal", "role: nobody", 1)))
			if _, err := h.Publish(t.Context(), product, d); !fault.Is(err, fault.Refused) {
				t.Fatal(err)
			}
		},
		"one that this program cannot read any more keeps no other from being published": func(t *testing.T, h *house) {
			h.exec(`INSERT INTO playbook_version (id, slug, version, body, sha256, published_by, published_at)
				VALUES ('v9', 'PB-77', 9, ?, ?, 'x', 1)`, strings.Replace(bank, "kind: task", "kind: dance", 1), strings.Repeat("a", 64))
			h.restart()
			if v := h.publish(strings.Replace(bank, "en: Trial", "en: Trial two", 1)); v.Number != 2 {
				t.Fatal(v.Number)
			}
		},
		"a published version can be neither changed nor deleted": func(t *testing.T, h *house) {
			for _, q := range []string{`UPDATE playbook_version SET body = 'x'`, `DELETE FROM playbook_version`} {
				err := h.db.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					_, err := tx.Exec(ctx, q)
					return err
				})
				if err == nil {
					t.Errorf("%s went through", q)
				}
			}
		},
		"the same text is the version it already is, whichever that was": func(t *testing.T, h *house) {
			second := h.publish(strings.Replace(bank, "en: Trial", "en: Trial two", 1))
			again := h.publish(bank)
			if second.Number != 2 || again.Number != 1 || h.count(`SELECT count(*) FROM playbook_version`) != 2 {
				t.Fatalf("second %d, again %d", second.Number, again.Number)
			}
		},
		"a run stays with the version it began with": func(t *testing.T, h *house) {
			run := h.start()
			h.publish(strings.Replace(bank, `when: sent == "yes"`, `when: sent != "yes"`, 1))
			h.restart()
			h.do(run.ID, "call", "")
			h.do(run.ID, "sent", "yes")
			h.stands(run.ID, map[string]workflow.State{"phone": workflow.Ready})
			if v := h.view(run.ID).Version; v != 1 {
				t.Fatalf("version %d", v)
			}
		},
	})
}

func TestStarting(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"an unknown playbook is not found": func(t *testing.T, h *house) {
			if _, err := h.tryStart("PB-77"); !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
		},
		"a kind this program cannot run is refused when the run starts": func(t *testing.T, h *house) {
			strange := strings.Replace(bank, "{id: police, kind: task", "{id: police, kind: parallel", 1)
			if err := h.db.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO playbook_version (id, slug, version, body, sha256, published_by, published_at)
					VALUES ('v9', 'PB-90', 9, ?, ?, 'x', 1)`, strange, strings.Repeat("a", 64))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if _, err := h.tryStart("PB-90"); !fault.Is(err, fault.Refused) {
				t.Fatalf("got %v", err)
			}
			if n := h.count(`SELECT count(*) FROM run`); n != 0 {
				t.Fatalf("%d runs", n)
			}
		},
		"facts that are not those of the schema start nothing": func(t *testing.T, h *house) {
			h.opts.Facts = func(context.Context, *db.Tx, workflow.Subject) (map[string]any, int64, error) {
				return map[string]any{"victims": 1, "weather": "fine"}, 1, nil
			}
			h.restart()
			if _, err := h.tryStart("PB-90"); err == nil || h.count(`SELECT count(*) FROM run`) != 0 {
				t.Fatalf("got %v", err)
			}
		},
		"a start that is rolled back leaves nothing": func(t *testing.T, h *house) {
			_ = h.db.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				if _, err := h.Start(ctx, tx, operator, "PB-90", incident, tx.Now); err != nil {
					t.Error(err)
				}
				return context.Canceled
			})
			if n := h.count(`SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM step_run)`); n != 0 {
				t.Fatalf("%d rows", n)
			}
		},
		"a second start gives the run that is running": func(t *testing.T, h *house) {
			if first, second := h.start(), h.start(); first.ID != second.ID {
				t.Fatalf("%s and %s", first.ID, second.ID)
			}
		},
		"the first step is ready and due from T0, the rest waits": func(t *testing.T, h *house) {
			run := h.start()
			call := h.step(run.ID, "call")
			if call.State != workflow.Ready || call.DueAt != db.At(monday.Add(10*time.Minute)) {
				t.Fatalf("%s due %s", call.State, call.DueAt.Time())
			}
			if w := h.step(run.ID, "sent"); w.State != workflow.Waiting || len(w.Waits) != 1 || w.Waits[0] != "call" {
				t.Fatalf("%+v", w)
			}
		},
	})
}

func TestAWholeRun(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"goes on after a stop behind every commit": func(t *testing.T, h *house) {
			run := h.start()
			for _, s := range []struct{ step, outcome string }{{"call", ""}, {"sent", "yes"}, {"phone", ""}, {"police", ""}, {"report", ""}} {
				h.restart()
				h.do(run.ID, s.step, s.outcome)
			}
			h.restart()
			v := h.view(run.ID)
			if v.Run.State != workflow.Ended || v.Run.Outcome != workflow.Succeeded || v.Run.EndedAt == 0 {
				t.Fatalf("%+v", v.Run)
			}
			h.stands(run.ID, map[string]workflow.State{"alarm": workflow.Skipped, "finished": workflow.Finished})
		},
		"a branch that is not taken keeps the values that said so": func(t *testing.T, h *house) {
			run := h.start()
			h.do(run.ID, "call", "")
			h.do(run.ID, "sent", "no")
			phone, alarm := h.step(run.ID, "phone"), h.step(run.ID, "alarm")
			if phone.State != workflow.Skipped || phone.Outcome != workflow.WasSkipped || phone.Seen.Values["sent"] != "no" || phone.Seen.When != `sent == "yes"` {
				t.Errorf("%+v", phone.Seen)
			}
			if alarm.Seen.Values["facts.victims"] != float64(3) || alarm.Seen.Rev != 7 {
				t.Errorf("%+v", alarm.Seen)
			}
			h.stands(run.ID, map[string]workflow.State{"report": workflow.Waiting, "police": workflow.Ready})
		},
		"a condition over facts is asked when its turn comes": func(t *testing.T, h *house) {
			run := h.start()
			h.opts.Facts = facts(10)
			h.restart()
			h.do(run.ID, "call", "")
			h.stands(run.ID, map[string]workflow.State{"alarm": workflow.Ready})
		},
		"a decision keeps the facts and the revision it saw": func(t *testing.T, h *house) {
			run := h.start()
			h.do(run.ID, "call", "")
			h.do(run.ID, "sent", "yes")
			h.opts.Facts = facts(99)
			h.restart()
			if s := h.step(run.ID, "sent"); s.Choice != "yes" || s.Seen.Values["victims"] != float64(3) || s.Seen.Rev != 7 {
				t.Fatalf("%+v", s.StepRun)
			}
		},
		"a failed task makes a failed run until it is done again": func(t *testing.T, h *house) {
			run := h.start()
			h.do(run.ID, "call", "")
			h.do(run.ID, "sent", "no")
			p := h.step(run.ID, "police")
			failed, err := h.Complete(t.Context(), legal, p.ID, p.Rev, workflow.Done{Outcome: "failed", Comment: "電話がつながらない"})
			if err != nil {
				t.Fatal(err)
			}
			h.do(run.ID, "report", "")
			if v := h.view(run.ID); v.Run.Outcome != workflow.Failed {
				t.Fatalf("%+v", v.Run)
			}
			if _, err := h.Redo(t.Context(), legal, failed.ID, failed.Rev, "もう一度"); err != nil {
				t.Fatal(err)
			}
			if v := h.view(run.ID); v.Run.State != workflow.Running || v.Run.Outcome != "" {
				t.Fatalf("%+v", v.Run)
			}
			h.do(run.ID, "police", "")
			if v := h.view(run.ID); v.Run.State != workflow.Ended || v.Run.Outcome != workflow.Succeeded {
				t.Fatalf("%+v", v.Run)
			}
		},
		"its guard counts what is open, and the subject is told whenever that changes": func(t *testing.T, h *house) {
			told := 0
			h.opts.Changed = func(context.Context, *db.Tx, workflow.Subject) error { told++; return nil }
			h.restart()
			run := h.start()
			open := func() (n int) {
				_ = h.db.View(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
					n, err = h.OpenTasks(ctx, tx, incident)
					return err
				})
				return n
			}
			if open() != 6 || told != 1 {
				t.Fatalf("%d open, told %d times", open(), told)
			}
			h.do(run.ID, "call", "") // and the alarm is skipped
			if open() != 4 || told != 2 {
				t.Fatalf("%d open, told %d times", open(), told)
			}
		},
	})
}

func TestDueTimes(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a business day ends with the last second of the next open day in Japan": func(t *testing.T, h *house) {
			h.clock.Set(time.Date(2021, 7, 23, 16, 0, 0, 0, time.UTC)) // Saturday 01:00 in Japan
			run := h.start()
			h.do(run.ID, "call", "")
			want := time.Date(2021, 7, 26, 14, 59, 59, 0, time.UTC) // Monday
			if got := h.step(run.ID, "police").DueAt.Time(); !got.Equal(want) {
				t.Fatalf("due %s", got)
			}
		},
		"a target from ready counts from then, and what comes later is late": func(t *testing.T, h *house) {
			run := h.start()
			h.clock.Add(time.Hour)
			if !h.step(run.ID, "call").Overdue {
				t.Error("an hour late is not overdue")
			}
			if task := h.do(run.ID, "call", ""); !bool(task.Late) {
				t.Error("an hour late is not late")
			}
			h.clock.Add(20 * time.Minute)
			if task := h.do(run.ID, "sent", "no"); bool(task.Late) || task.DueAt != db.At(monday.Add(80*time.Minute)) {
				t.Errorf("late %v, due %s", task.Late, task.DueAt.Time())
			}
		},
	})
}

func TestEveryActLeavesAnAuditEntryWithoutWhatWasSaid(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"start, complete, skip, redo": func(t *testing.T, h *house) {
			run := h.start()
			call := h.step(run.ID, "call")
			if _, err := h.Complete(t.Context(), operator, call.ID, call.Rev, workflow.Done{Comment: "山田太郎より", Checked: []string{"web"}}); err != nil {
				t.Fatal(err)
			}
			police := h.step(run.ID, "police")
			if _, err := h.Skip(t.Context(), responder, police.ID, police.Rev, "山田太郎は済"); err != nil {
				t.Fatal(err)
			}
			again := h.step(run.ID, "call")
			if _, err := h.Redo(t.Context(), operator, again.ID, again.Rev, "山田太郎ではない"); err != nil {
				t.Fatal(err)
			}
			for _, action := range []string{"playbook.published", "run.started", "task.completed", "task.skipped", "task.redone"} {
				if n := h.count(`SELECT count(*) FROM audit_entry WHERE action = ?`, action); n != 1 {
					t.Errorf("%d entries %s", n, action)
				}
			}
			if n := h.count(`SELECT count(*) FROM audit_entry WHERE detail LIKE '%山田%'`); n != 0 {
				t.Errorf("%d entries hold a name", n)
			}
			first := h.step(run.ID, "call").Earlier[0]
			if first.Comment != "山田太郎より" || strings.Contains(string(first.Sealed), "山田") || len(first.Checked) != 1 {
				t.Errorf("%+v", first.StepRun)
			}
		},
	})
}
