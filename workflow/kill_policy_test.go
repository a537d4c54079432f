package workflow_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/workflow"
)

// policyEnv makes TestPolicyChild act as a process that may be killed.
const policyEnv = "TASUKE_WORKFLOW_POLICY"

// policyPoints are the named moments of signatures, asked skips, pauses, moves and runs that are given
// up, with how often an undisturbed run of the playbook below passes them.
var policyPoints = map[string]int{"step.vote": 2, "step.left_out": 1, "run.paused": 1, "run.resumed": 1, "run.moved": 1, "run.given_up": 1}

// policyCommits is how many transactions that run has.
const policyCommits = 18

// policies is a playbook with all of them; its last action fails, so the run is given up.
const policies = `
steps:
  - {id: draft, kind: task, SAY, role: funds}
  - {id: approve, kind: approval, after: [draft], not_by: [draft], SAY, role: legal, of: letters, back_to: draft, signatures: [{roles: [legal], count: 2}]}
  - {id: send, kind: action, after: [approve], TITLE, role: funds, do: letters.send, approved_by: approve, with: {amount: 1, urgent: true, text: あ}}
  - {id: spare, kind: action, after: [send], TITLE, role: funds, do: facts.freeze, skip: {role: legal}}
  - {id: read, kind: action, after: [spare], TITLE, role: funds, do: report.read, retry: {times: 1, pause: 1m}}
  - {id: finished, kind: end, after: [read], TITLE}
  - {id: unsend, kind: task, SAY, role: funds, compensates: send}
exception:
  - {id: tell, kind: task, SAY, role: legal}
  - {id: told, kind: end, after: [tell], TITLE}
`

// newPolicy opens a world with the first version of the playbook.
func newPolicy(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := newWorld(t, d)
	w.publish(short("PB-93", policies))
	return w
}

// policy is the whole life of the run, or what is left of it: whatever is next is done once more when
// nobody can see that it was.
func (w *world) policy() workflow.RunView {
	w.t.Helper()
	w.breaks("read", refusal)
	run := w.theFirst()
	for range 100 {
		v := w.view(run)
		switch {
		case v.Run.State == workflow.Ended:
			return v
		case w.acts(v):
			continue
		}
		w.tick()
		if w.perform() == 0 {
			w.clock.Add(10 * time.Second)
		}
	}
	w.t.Fatalf("the run does not end: %s", strings.Join(all(w.view(run)), ", "))
	return workflow.RunView{}
}

func (w *world) theFirst() string {
	w.t.Helper()
	if w.count(`SELECT count(*) FROM run WHERE parent_id = ''`) == 0 {
		if _, err := w.tryStart("PB-93"); err != nil {
			w.t.Fatal(err)
		}
	}
	var id string
	if err := w.db.View(w.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &id, `SELECT id FROM run WHERE parent_id = ''`)
	}); err != nil {
		w.t.Fatal(err)
	}
	return id
}

// acts does the next thing that a person does to the run.
func (w *world) acts(v workflow.RunView) bool {
	w.t.Helper()
	at := map[string]workflow.StepView{}
	for _, s := range v.Steps {
		at[s.StepID] = s
	}
	switch s := at["approve"]; {
	case !v.Run.PausedAt.IsZero():
		w.resume(v.Run.ID)
	case v.Run.Phase == workflow.Excepting:
		w.do(v.Exception.Run.ID, "tell", "")
	case at["draft"].State == workflow.Ready:
		w.do(v.Run.ID, "draft", "")
	case v.Version == 1:
		if err := w.move(v.Run.ID, w.newer(policies, "pause: 1m", "pause: 2m")); err != nil {
			w.t.Fatal(err)
		}
	case len(s.Votes) == 0:
		w.sign(v.Run.ID, legal)
	case len(v.Pauses) == 0:
		w.pause(v.Run.ID)
	case s.State == workflow.Ready:
		w.sign(v.Run.ID, legal2)
	case at["send"].State == workflow.Held:
		how := workflow.Again
		if w.done("send") > 0 {
			how = workflow.Happened
		}
		if err := w.resolved(at["send"], how); err != nil {
			w.t.Fatal(err)
		}
	case at["spare"].State == workflow.Working:
		if err := w.leave(v.Run.ID, "spare", legal); err != nil {
			w.t.Fatal(err)
		}
	case at["unsend"].State == workflow.Ready:
		w.do(v.Run.ID, "unsend", "")
	default:
		return false
	}
	return true
}

// TestPolicyChild is not a test of its own: the parent starts it as a process, with a point to die at.
func TestPolicyChild(t *testing.T) {
	dsn := os.Getenv(policyEnv)
	if dsn == "" {
		t.Skip("only as a child of the test below")
	}
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	openWorld(t, d).policy()
}

// account is what must be equal whatever happened on the way.
func (w *world) account(v workflow.RunView) string {
	w.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s, version %d: %s\n", v.Run.State, v.Run.Outcome, v.Version, strings.Join(all(v), ", "))
	fmt.Fprintf(&b, "%d pauses, %d moves, sent %d times, frozen %d times\n", len(v.Pauses), len(v.Moves), w.done("send"), w.done("freeze"))
	for _, action := range []string{"approval.signed", "approval.approved", "task.skipped", "run.paused", "run.resumed", "run.moved", "run.given_up", "run.ended"} {
		fmt.Fprintf(&b, "%s %d\n", action, w.count(`SELECT count(*) FROM audit_entry WHERE action = ?`, action))
	}
	return b.String()
}

func TestARunKilledAtItsPoliciesEndsAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	var moments []string
	for point, n := range policyPoints {
		for i := range n {
			moments = append(moments, fmt.Sprintf("%s@%d", point, i+1))
		}
	}
	for i := 1; i <= policyCommits; i += 6 {
		moments = append(moments, fmt.Sprintf("tx.before_commit@%d", i), fmt.Sprintf("tx.after_commit@%d", i))
	}
	slices.Sort(moments)
	for dialect, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "policy.db") },
		"postgres": func(t *testing.T) string { return dbtest.PostgresDSN(t) },
	} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			calm := newPolicy(t, dbtest.Open(t, dsn(t)))
			want := calm.account(calm.policy())
			for _, point := range moments {
				t.Run(point, func(t *testing.T) {
					where := dsn(t)
					w := newPolicy(t, dbtest.Open(t, where))
					killAt(t, where, "^TestPolicyChild$", policyEnv, point)
					w.afterwards()
					if got := w.account(w.policy()); got != want {
						t.Errorf("it ended otherwise:\n%s\nundisturbed:\n%s", got, want)
					}
				})
			}
		})
	}
}
