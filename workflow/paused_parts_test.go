package workflow_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/workflow"
)

// momentless is a playbook with an exception path and a wait whose moment nobody may know.
const momentless = `
steps:
  - {id: begin, kind: task, SAY, role: funds, fields: [{id: day, label: {ja: 日, en: Day}, type: date, required: true}]}
  - {id: rest, kind: wait, after: [begin], TITLE, role: funds, until: "${begin.day}"}
  - {id: side, kind: task, after: [begin], SAY, role: legal}
  - {id: finished, kind: end, after: [rest, side], TITLE}
exception:
  - {id: tell, kind: task, SAY, role: legal}
  - {id: told, kind: end, after: [tell], TITLE}
`

func TestAPauseChangesNothingButWhatFollows(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"what was held before is held after it": func(t *testing.T, w *world) {
			run := w.of(momentless)
			s := w.step(run, "begin")
			if _, err := w.Skip(t.Context(), responder, s.ID, s.Rev, "不要"); err != nil {
				t.Fatal(err)
			}
			w.isHeld(run, "rest", workflow.Failed)
			w.clock.Add(time.Minute)
			w.pause(run)
			w.clock.Add(time.Minute)
			w.resume(run)
			w.isHeld(run, "rest", workflow.Failed)
			if v := w.view(run).Run; v.GivingUp != "" {
				t.Fatalf("it is given up: %+v", v)
			}
		},
		"a step of a part that has ended is not done again below a run that is paused": func(t *testing.T, w *world) {
			run := w.toNext()
			s := w.deep(run, "mark")
			w.pause(run)
			if _, err := w.Redo(t.Context(), funds, s.ID, s.Rev, "違う"); key(err) != "workflow.paused" || !fault.Is(err, fault.Refused) {
				t.Fatal(err)
			}
			w.resume(run)
			if _, err := w.Redo(t.Context(), funds, s.ID, s.Rev, "違う"); err != nil {
				t.Fatal(err)
			}
		},
	})
}

// A part that was paused by itself is resumed by one while another pauses the whole run, which leaves
// what is paused already as it is.
func TestAPartIsNotResumedBelowARunThatIsPausedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Postgres(t)) // SQLite has one writer: nobody can come between
	w.publish(short("PB-94", part))
	run := w.of(calling)
	w.does(run, "begin", "")
	child := w.step(run, "part").Children[0].Run
	w.pause(child.ID)
	child = w.view(child.ID).Run
	opts, once := w.node1(), sync.Once{}
	opts.Changed = func(context.Context, *db.Tx, workflow.Subject) error {
		once.Do(func() { w.pause(run) })
		return nil
	}
	_, err := workflow.NewStore(w.db, opts).Resume(t.Context(), chief, child.ID, child.Rev, "続ける")
	if key(err) != "workflow.paused.above" {
		t.Fatal(err)
	}
	if r := w.view(child.ID).Run; r.PausedAt.IsZero() {
		t.Error("it goes on")
	}
}
