package workflow_test

import (
	"context"
	"sync"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/workflow"
)

func TestWhichSignaturesAreMissing(t *testing.T) {
	t.Parallel()
	line := func(n int, roles ...string) playbooks.Signature { return playbooks.Signature{Roles: roles, Count: n} }
	vote := func(by string, roles ...string) workflow.Vote { return workflow.Vote{ByID: by, Roles: roles} }
	tests := map[string]struct {
		lines []playbooks.Signature
		votes []workflow.Vote
		want  int
	}{
		"nobody has signed":                     {[]playbooks.Signature{line(2, "legal"), line(1, "executive")}, nil, 3},
		"one of each":                           {[]playbooks.Signature{line(1, "legal"), line(1, "executive")}, []workflow.Vote{vote("a", "legal"), vote("b", "executive")}, 0},
		"a person counts once":                  {[]playbooks.Signature{line(2, "legal")}, []workflow.Vote{vote("a", "legal"), vote("a", "legal")}, 1},
		"both roles are one person":             {[]playbooks.Signature{line(1, "legal"), line(1, "executive")}, []workflow.Vote{vote("a", "legal", "executive")}, 1},
		"the other role does not help":          {[]playbooks.Signature{line(1, "legal")}, []workflow.Vote{vote("a", "funds")}, 1},
		"who fits twice makes room":             {[]playbooks.Signature{line(1, "legal", "executive"), line(1, "executive")}, []workflow.Vote{vote("a", "executive"), vote("b", "legal")}, 0},
		"in the other order":                    {[]playbooks.Signature{line(1, "legal", "executive"), line(1, "executive")}, []workflow.Vote{vote("b", "legal"), vote("a", "executive")}, 0},
		"a chain of people making room":         {[]playbooks.Signature{line(1, "a", "b"), line(1, "b", "c"), line(1, "c")}, []workflow.Vote{vote("1", "b"), vote("2", "c"), vote("3", "a")}, 0},
		"more than is needed in one line is no": {[]playbooks.Signature{line(1, "legal"), line(1, "executive")}, []workflow.Vote{vote("a", "legal"), vote("b", "legal")}, 1},
	}
	for name, c := range tests {
		got := 0
		for _, l := range workflow.Missing(c.lines, c.votes) {
			got += l.Count
		}
		if got != c.want {
			t.Errorf("%s: %d missing, want %d", name, got, c.want)
		}
	}
}

// signing is a playbook whose approval needs two of legal and one who leads the house.
const signing = `
steps:
  - {id: draft, kind: task, SAY, role: funds}
  - {id: approve, kind: approval, after: [draft], not_by: [draft], SAY, role: legal, of: letters, back_to: draft, signatures: [{roles: [legal], count: 2}, {roles: [executive, supervisor], count: 1}]}
  - {id: send, kind: action, after: [approve], TITLE, role: funds, do: letters.send, approved_by: approve, with: {amount: 1, urgent: true, text: あ}}
  - {id: finished, kind: end, after: [send], TITLE}
`

var (
	legal2    = person("lg2", actor.Legal)
	executive = person("ex", actor.Executive)
	chief     = person("sv", actor.Supervisor)
)

// toSign brings a run to the approval of several.
func (w *world) toSign() (run string) {
	w.t.Helper()
	run = w.of(signing)
	w.do(run, "draft", "")
	return run
}

// signs says yes, of what the page shows.
func (w *world) signs(run string, by actor.Actor) error {
	w.t.Helper()
	s := w.step(run, "approve")
	_, err := w.Complete(w.t.Context(), by, s.ID, s.Rev, workflow.Done{Outcome: workflow.Approved, Digest: s.Now, Comment: "確認 " + by.ID})
	return err
}

func (w *world) sign(run string, by ...actor.Actor) {
	w.t.Helper()
	for _, one := range by {
		if err := w.signs(run, one); err != nil {
			w.t.Fatalf("%s: %v", one.ID, err)
		}
	}
}

func TestAnApprovalOfSeveral(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"nobody signs without one of the roles, or twice": func(t *testing.T, w *world) {
			run := w.toSign()
			if err := w.signs(run, funds); key(err) != "workflow.role" || !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
			w.sign(run, legal)
			if err := w.signs(run, legal); key(err) != "workflow.signature.twice" || !fault.Is(err, fault.Refused) {
				t.Error(err)
			}
		},
		"who wrote it or did the step before never signs": func(t *testing.T, w *world) {
			run := w.of(signing)
			both := person("both", actor.Funds, actor.Legal)
			s := w.step(run, "draft")
			if _, err := w.Complete(t.Context(), both, s.ID, s.Rev, workflow.Done{}); err != nil {
				t.Fatal(err)
			}
			w.exec(`INSERT INTO maker (id) VALUES ('lg')`)
			for _, by := range []actor.Actor{both, legal} {
				if err := w.signs(run, by); key(err) != "actor.four_eyes" {
					t.Errorf("%s: %v", by.ID, err)
				}
			}
		},
		"who becomes a maker after signing no longer counts": func(t *testing.T, w *world) {
			run := w.toSign()
			w.sign(run, legal, legal2)
			w.exec(`INSERT INTO maker (id) VALUES ('lg')`)
			w.sign(run, executive)
			s := w.step(run, "approve")
			if s.State != workflow.Ready || !s.Votes[0].Void || s.Votes[1].Void || len(s.Missing) != 1 || s.Missing[0].Count != 1 {
				t.Fatalf("%s %+v", s.State, s.Votes)
			}
		},
		"nothing leaves before the last, in whatever order": func(t *testing.T, w *world) {
			run := w.toSign()
			for _, by := range []actor.Actor{chief, legal2} {
				w.sign(run, by)
				w.settle()
				w.stands(run, map[string]workflow.State{"approve": workflow.Ready, "send": workflow.Waiting})
			}
			w.sign(run, legal)
			w.settle()
			s := w.step(run, "approve")
			if s.State != workflow.Finished || s.Choice != workflow.Approved || s.Digest != "sha256:v1" || len(s.Votes) != 3 || w.done("send") != 1 {
				t.Fatalf("%+v", s)
			}
			for i, v := range s.Votes {
				if v.Void || v.Digest != s.Digest || v.Text != "確認 "+v.ByID || v.ByID != []string{"sv", "lg2", "lg"}[i] {
					t.Errorf("%+v", v)
				}
			}
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'approval.signed'`); n != 3 {
				t.Errorf("%d entries", n)
			}
		},
		"what changed is signed again by all, and the old signatures stay to be seen": func(t *testing.T, w *world) {
			run := w.toSign()
			w.sign(run, legal, legal2)
			w.exec(`UPDATE letter SET body = 'v2'`)
			w.sign(run, executive)
			s := w.step(run, "approve")
			if s.State != workflow.Ready || !s.Votes[0].Void || !s.Votes[1].Void || s.Votes[2].Void {
				t.Fatalf("%s %+v", s.State, s.Votes)
			}
			w.sign(run, legal, legal2)
			if s = w.step(run, "approve"); s.State != workflow.Finished || len(s.Votes) != 5 || s.Digest != "sha256:v2" {
				t.Fatalf("%+v", s)
			}
		},
		"any of them sends it back at any time, and all sign anew": func(t *testing.T, w *world) {
			run := w.toSign()
			w.sign(run, legal, legal2)
			s := w.step(run, "approve")
			if _, err := w.Complete(t.Context(), chief, s.ID, s.Rev, workflow.Done{Outcome: workflow.Rejected, Digest: s.Now, Comment: "宛先が違う"}); err != nil {
				t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{"draft": workflow.Ready, "approve": workflow.Waiting})
			w.do(run, "draft", "")
			s = w.step(run, "approve")
			if len(s.Votes) != 2 || !s.Votes[0].Void || !s.Votes[1].Void || len(s.Missing) != 2 {
				t.Fatalf("%+v %+v", s.Votes, s.Missing)
			}
			w.sign(run, legal, executive, legal2)
			w.stands(run, map[string]workflow.State{"approve": workflow.Finished})
		},
		"work that is done again is signed anew, though it came out the same": func(t *testing.T, w *world) {
			run := w.toSign()
			w.sign(run, legal, legal2)
			w.again(funds, run, "draft")
			w.do(run, "draft", "")
			w.sign(run, executive)
			if s := w.step(run, "approve"); s.State != workflow.Ready || s.Iteration != 2 || len(s.Votes) != 3 || !s.Votes[0].Void {
				t.Fatalf("%s %+v", s.State, s.Votes)
			}
		},
		"an approval that became void is signed anew by all": func(t *testing.T, w *world) {
			run := w.toSign()
			w.sign(run, legal, legal2, executive)
			w.exec(`UPDATE letter SET body = 'v2'`)
			w.settle()
			s := w.step(run, "approve")
			if s.State != workflow.Ready || !s.Voided || w.done("send") != 0 || len(s.Missing) != 2 {
				t.Fatalf("%+v", s)
			}
			w.sign(run, executive, legal, legal2)
			w.settle()
			if w.done("send") != 1 {
				t.Errorf("sent %d times", w.done("send"))
			}
		},
		"nobody who signed does the step again that they checked": func(t *testing.T, w *world) {
			run := w.toSign()
			both := person("both", actor.Funds, actor.Legal)
			w.sign(run, both, legal, executive)
			s := w.step(run, "draft")
			if _, err := w.Redo(t.Context(), funds, s.ID, s.Rev, "直す"); err != nil {
				t.Fatal(err)
			}
			s = w.step(run, "draft")
			if _, err := w.Complete(t.Context(), both, s.ID, s.Rev, workflow.Done{}); err != nil {
				t.Fatal(err) // the signatures went with the redo
			}
			if err := w.signs(run, both); key(err) != "actor.four_eyes" {
				t.Error(err)
			}
		},
		"everybody who may sign finds it in their list and may open it": func(t *testing.T, w *world) {
			run := w.toSign()
			for _, by := range []actor.Actor{legal, executive, chief} {
				if got := w.tasks(by, workflow.Filter{Mine: true}); len(got) != 1 || got[0] != "approve" {
					t.Errorf("%s: %v", by.ID, got)
				}
			}
			if got := w.tasks(auditor, workflow.Filter{Role: actor.Executive}); len(got) != 1 {
				t.Errorf("of the executives: %v", got)
			}
			if got := w.tasks(funds, workflow.Filter{Mine: true}); len(got) != 0 {
				t.Errorf("of others: %v", got)
			}
			_ = run
		},
	})
}

func TestTwoWhoSignAtOnce(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"are in nobody's way, though their pages are the same": func(t *testing.T, w *world) {
			run := w.toSign()
			page := w.step(run, "approve")
			yes := workflow.Done{Outcome: workflow.Approved, Digest: page.Now}
			for _, by := range []actor.Actor{legal, executive, legal2} {
				if _, err := w.Complete(t.Context(), by, page.ID, page.Rev, yes); err != nil {
					t.Fatalf("%s: %v", by.ID, err)
				}
			}
			w.stands(run, map[string]workflow.State{"approve": workflow.Finished})
		},
		"the last two come between each other's read and write: one finishes, once": func(t *testing.T, w *world) {
			run := w.toSign()
			w.sign(run, legal)
			page := w.step(run, "approve")
			yes := workflow.Done{Outcome: workflow.Approved, Digest: page.Now}
			theirs := workflow.NewStore(w.db, w.node1())
			between := w.node1()
			once := sync.Once{}
			between.Changed = func(_ context.Context, tx *db.Tx, _ workflow.Subject) error {
				if tx.Dialect == db.Postgres { // SQLite has one writer: nobody can come between
					once.Do(func() {
						if _, err := theirs.Complete(t.Context(), legal2, page.ID, page.Rev, yes); err != nil {
							t.Error(err)
						}
					})
				}
				return nil
			}
			if _, err := workflow.NewStore(w.db, between).Complete(t.Context(), executive, page.ID, page.Rev, yes); err != nil {
				t.Fatal(err)
			}
			if w.db.Dialect == db.SQLite {
				if _, err := theirs.Complete(t.Context(), legal2, page.ID, page.Rev, yes); err != nil {
					t.Fatal(err)
				}
			}
			w.stands(run, map[string]workflow.State{"approve": workflow.Finished, "send": workflow.Working})
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'approval.approved'`); n != 1 {
				t.Errorf("approved %d times", n)
			}
		},
		"one signs what the other sends back: the signature comes too late": func(t *testing.T, w *world) {
			run := w.toSign()
			page := w.step(run, "approve")
			if _, err := w.Complete(t.Context(), legal, page.ID, page.Rev, workflow.Done{Outcome: workflow.Rejected, Digest: page.Now, Comment: "違う"}); err != nil {
				t.Fatal(err)
			}
			_, err := w.Complete(t.Context(), executive, page.ID, page.Rev, workflow.Done{Outcome: workflow.Approved, Digest: page.Now})
			lost(t, err, workflow.Waiting)
		},
		"the same person twice at once signs once": func(t *testing.T, w *world) {
			run := w.toSign()
			page := w.step(run, "approve")
			var wg sync.WaitGroup
			results := make([]error, 8)
			for i := range results {
				wg.Go(func() {
					_, results[i] = w.Complete(context.WithoutCancel(t.Context()), legal, page.ID, page.Rev, workflow.Done{Outcome: workflow.Approved, Digest: page.Now})
				})
			}
			wg.Wait()
			won := 0
			for _, err := range results {
				if err == nil {
					won++
				} else if key(err) != "workflow.signature.twice" {
					t.Error(err)
				}
			}
			if n := w.count(`SELECT count(*) FROM step_vote`); won != 1 || n != 1 {
				t.Fatalf("%d won, %d signatures", won, n)
			}
		},
	})
}
