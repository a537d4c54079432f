package workflow_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// piece is called by whole, once by itself and once in each pass of its loop.
var piece = book("PB-K1", `part: true
variables:
  - {id: more, ~l, type: yesno, default: false}
outputs: [more]
steps:
  - {id: look, kind: task, ~w, fields: [{id: more, ~l, type: yesno, required: true}], set: {more: "${more}"}}
  - {id: rush, kind: task, after: [look], ~w}
  - {id: closed, kind: end, after: [rush], ~t}
`)

var whole = book("PB-K2", `variables:
  - {id: more, ~l, type: yesno, default: true}
steps:
  - {id: ask, kind: task, ~w}
  - {id: part, kind: playbook, after: [ask], ~t, role: operator, playbook: PB-K1}
  - id: rounds
    kind: loop
    after: [part]
    title: {ja: あ, en: a}
    role: operator
    while: vars.more
    max: 5
    steps:
      - {id: turn, kind: task, ~w}
      - {id: inner, kind: playbook, after: [turn], ~t, role: operator, playbook: PB-K1, set: {more: "${more}"}}
      - {id: turned, kind: end, after: [inner], ~t}
  - {id: report, kind: task, after: [rounds], ~w}
  - {id: finished, kind: end, after: [report], ~t}
`)

// What is published later: other steps in the part, in the loop and in the whole.
var (
	piece2 = strings.NewReplacer("id: rush", "id: hurry", "after: [rush]", "after: [hurry]").Replace(piece)
	whole2 = strings.NewReplacer("id: turn,", "id: spin,", "after: [turn]", "after: [spin]", "id: report", "id: note", "after: [report]", "after: [note]").Replace(whole)
)

// doings is everything that people do in a run of whole; the loop takes two passes.
func doings(rush, turn, report string) [][2]string {
	once := func(more string) [][2]string { return [][2]string{{"look", more}, {rush, ""}} }
	out := append([][2]string{{"ask", ""}}, once("no")...)
	for _, more := range []string{"yes", "no"} {
		out = append(append(out, [2]string{turn, ""}), once(more)...)
	}
	return append(out, [2]string{report, ""})
}

// goes does what people do, and says how the run reads at the end.
func (h *house) goes(run string, acts [][2]string) string {
	h.t.Helper()
	for _, act := range acts {
		if act[1] == "" {
			h.does(run, act[0], "")
		} else {
			h.does(run, act[0], "", "more="+act[1])
		}
	}
	return strings.Join(all(h.view(run)), ", ")
}

// begins starts a playbook for a subject of its own.
func (h *house) begins(slug string, n int) string {
	h.t.Helper()
	var r workflow.Run
	if err := h.db.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = h.Start(ctx, tx, operator, slug, workflow.Subject{Kind: "incident", ID: fmt.Sprintf("inc-%03d", n)}, tx.Now)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return r.ID
}

// rows are all rows of a run's tables, column by column.
func (h *house) rows() (out []string) {
	h.t.Helper()
	tables := map[string]string{"run": "id", "step_run": "id", "run_pin": "run_id, slug", "run_variable": "run_id, name"}
	for table, key := range tables {
		if err := h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
			list, err := tx.SQL().QueryContext(ctx, `SELECT * FROM `+table+` ORDER BY `+key)
			if err != nil {
				return err
			}
			defer func() { _ = list.Close() }()
			columns, err := list.Columns()
			if err != nil {
				return err
			}
			cells, at := make([]any, len(columns)), make([]any, len(columns))
			for i := range cells {
				at[i] = &cells[i]
			}
			for list.Next() {
				if err := list.Scan(at...); err != nil {
					return err
				}
				out = append(out, fmt.Sprintf("%s %q", table, cells))
			}
			return list.Err()
		}); err != nil {
			h.t.Fatal(err)
		}
	}
	return out
}

func TestPublishingAChangedDefinitionUnderAHundredWaitingRunsChangesNone(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"each ends as it began; a new run has what is new": func(t *testing.T, h *house) {
			h.publish(piece)
			h.publish(whole)
			acts := doings("rush", "turn", "report")
			runs := make([]string, 100)
			for i := range runs { // they wait everywhere: before the part, in it, in the loop, in a part of a pass, at the end
				runs[i] = h.begins("PB-K2", i)
				h.goes(runs[i], acts[:i%len(acts)])
			}
			h.tick()
			before := h.rows()
			if _, err := h.PublishAll(t.Context(), product, []*playbooks.Definition{parsed(t, piece2), parsed(t, whole2)}); err != nil {
				t.Fatal(err)
			}
			h.restart()
			h.tick()
			same(t, before, h.rows())

			want := ""
			for i, run := range runs {
				reads := h.goes(run, acts[i%len(acts):])
				h.outcome(run, workflow.Succeeded)
				if want == "" {
					want = reads
				}
				if reads != want || strings.Contains(reads, "hurry") || strings.Contains(reads, "spin") || strings.Contains(reads, "note") {
					t.Fatalf("run %d, which waited after %d acts, reads\n%s\nand the first\n%s", i, i%len(acts), reads, want)
				}
			}
			fresh := h.begins("PB-K2", 100)
			if reads := h.goes(fresh, doings("hurry", "spin", "note")); strings.NewReplacer("hurry", "rush", "spin", "turn", "note", "report").Replace(reads) != want {
				t.Errorf("the new run reads\n%s", reads)
			}
			h.outcome(fresh, workflow.Succeeded)
		},
	})
}

// same compares row by row.
func same(t *testing.T, before, after []string) {
	t.Helper()
	if len(before) < 100*5 {
		t.Fatalf("there are %d rows only", len(before))
	}
	stood := map[string]bool{}
	for _, row := range before {
		stood[row] = true
	}
	for _, row := range after {
		if !stood[row] {
			t.Errorf("it was not there: %s", row)
		}
	}
	if len(before) != len(after) {
		t.Errorf("%d rows became %d", len(before), len(after))
	}
}

// A version that another version of the program wrote in words that this one does not know.
func TestAVersionThatCannotBeReadIsListedAndNothingElseSuffers(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"beside the others": func(t *testing.T, h *house) {
			run := h.start()
			at := `INSERT INTO playbook_version (id, slug, version, body, sha256, published_by, published_at) VALUES ('later', 'PB-LATER', 3, 'steps: {', '` + strings.Repeat("a", 64) + `', 'system:tasuke', 1)`
			if err := h.db.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, at)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			all, err := h.Versions(t.Context(), auditor)
			if err != nil || len(all) < 2 {
				t.Fatalf("%v: %d versions", err, len(all))
			}
			for _, v := range all {
				if unread := v.ID == "later"; v.Unread != unread || unread && (v.Definition.Title.EN != "PB-LATER" || len(v.Definition.Steps) != 0) {
					t.Errorf("%s: unread %v, %q with %d steps", v.ID, v.Unread, v.Definition.Title.EN, len(v.Definition.Steps))
				}
			}
			_, err = h.VersionOf(t.Context(), auditor, "later")
			refusedAs(t, err, "workflow.playbook.unreadable")
			if _, err := h.RunView(t.Context(), auditor, run.ID); err != nil {
				t.Errorf("a run of another playbook: %v", err)
			}
		},
	})
}
