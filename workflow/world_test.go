package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// letters is a playbook with every kind of step.
const letters = `playbook: PB-91
title: {ja: 試し, en: Trial}
steps:
  - id: draft
    kind: task
    title: {ja: あ, en: a}
    instructions: {ja: あ, en: a}
    role: funds
    fields:
      - {id: amount, label: {ja: 金額, en: Amount}, type: yen, required: true}
      - {id: urgent, label: {ja: 急ぎ, en: Urgent}, type: yesno, required: true}
      - {id: pieces, label: {ja: 通数, en: Pieces}, type: number}
      - {id: day, label: {ja: 日, en: Day}, type: date}
      - {id: at, label: {ja: 時刻, en: Time}, type: datetime}
      - {id: way, label: {ja: 方法, en: Way}, type: choice, options: [{id: mail, text: {ja: あ, en: a}}, {id: fax, text: {ja: あ, en: a}}]}
      - {id: note, label: {ja: 備考, en: Note}, type: text}
  - {id: fork, kind: parallel, after: [draft], title: {ja: あ, en: a}}
  - {id: freeze, kind: action, after: [fork], title: {ja: あ, en: a}, role: legal, do: facts.freeze}
  - {id: pause, kind: wait, after: [freeze], title: {ja: あ, en: a}, role: legal, for: 1h}
  - {id: approve, kind: approval, after: [fork], not_by: [draft], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: legal, of: letters, back_to: draft}
  - {id: send, kind: action, after: [approve], title: {ja: あ, en: a}, role: funds, do: letters.send, approved_by: approve, with: {amount: "${draft.amount}", urgent: "${draft.urgent}", text: 至急}}
  - {id: answer, kind: wait, after: [send], title: {ja: あ, en: a}, role: funds, event: bank.answered, timeout: 2h}
  - {id: met, kind: join, after: [pause, answer], title: {ja: あ, en: a}}
  - {id: report, kind: action, after: [met], title: {ja: あ, en: a}, role: legal, do: report.file, with: {version: "${freeze.version}"}}
  - {id: judge, kind: decision, after: [report], title: {ja: あ, en: a}, question: {ja: あ, en: a}, role: responder, outcomes: [{id: "yes", text: {ja: あ, en: a}, goes_on: true}, {id: "no", text: {ja: あ, en: a}, goes_on: true}]}
  - {id: finished, kind: end, after: [judge], title: {ja: あ, en: a}}
`

// world is a house with things to do: what its kinds did stands in the table done, what its
// approval approves in the table letter.
type world struct {
	*house
	mu    sync.Mutex
	calls []workflow.Call
	// onSend and onFreeze are asked before the work, when they are set.
	onSend, onFreeze func(context.Context, workflow.Call) error
	onRefused        func()                                     // when the letters must not leave
	onLeft           func(context.Context, workflow.Call) error // after the letters left
	gives            map[string]any                             // instead of what the letters give
}

func worldRules() playbooks.Rules {
	r := rules()
	r.Actions = map[string]playbooks.Shape{
		"facts.freeze": {Output: map[string]playbooks.FieldType{"version": playbooks.NumberField}},
		"letters.send": {
			Input:         map[string]playbooks.FieldType{"amount": playbooks.YenField, "urgent": playbooks.YesNoField, "text": playbooks.TextField},
			Output:        map[string]playbooks.FieldType{"sent": playbooks.NumberField},
			NeedsApproval: "letters",
		},
		"report.file": {
			Input:  map[string]playbooks.FieldType{"version": playbooks.NumberField},
			Output: map[string]playbooks.FieldType{"no": playbooks.TextField},
		},
		"report.read": {Output: map[string]playbooks.FieldType{"no": playbooks.TextField}},
	}
	r.Approvables, r.Events = []string{"letters"}, []string{"bank.answered"}
	return r
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := openWorld(t, d)
	w.exec(`CREATE TABLE done (what TEXT NOT NULL, key TEXT NOT NULL)`)
	w.exec(`CREATE TABLE letter (body TEXT NOT NULL)`)
	w.exec(`INSERT INTO letter (body) VALUES ('v1')`)
	w.exec(`CREATE TABLE maker (id TEXT NOT NULL)`)
	w.publish(letters)
	w.publish(atOnce)
	return w
}

// openWorld opens a world that is there.
func openWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{house: openHouse(t, d)}
	w.opts.Sealer = workflow.Sealer{Seal: cover, Open: uncover}
	w.opts.Rules = worldRules()
	w.opts.Kinds = []workflow.Kind{
		{Name: "facts.freeze", Tx: w.freeze},
		{Name: "letters.send", Do: w.send},
		{Name: "report.file", Repeatable: true, Do: w.file},
		{Name: "report.read", Repeatable: true, Do: w.read},
	}
	w.opts.Approvables = []workflow.Approvable{{Name: "letters", Digest: letterDigest, Makers: letterMakers}}
	w.reopen()
	return w
}

// cover stands for the vault where two processes share a database but no keys.
func cover(_ context.Context, _ *db.Tx, _ string, p vault.Place, plain string) ([]byte, error) {
	return []byte(p.Column + "|" + p.Row + "|" + plain), nil
}

func uncover(_ context.Context, _ *db.Tx, p vault.Place, sealed []byte) (string, error) {
	plain, ok := strings.CutPrefix(string(sealed), p.Column+"|"+p.Row+"|")
	if !ok {
		return "", errors.New("opened at another place")
	}
	return plain, nil
}

// letterDigest: no letter is nothing to approve, and a draft cannot be approved as it is.
func letterDigest(ctx context.Context, tx *db.Tx, _ workflow.Subject) (string, []workflow.Shown, error) {
	var body string
	err := tx.Get(ctx, &body, `SELECT body FROM letter`)
	switch {
	case err != nil || body == "":
		return "", nil, err
	case body == "draft":
		return "", []workflow.Shown{{Value: body}}, nil
	}
	return "sha256:" + body, []workflow.Shown{{Label: playbooks.Text{JA: "文書", EN: "Letter"}, Value: body}}, err
}

func letterMakers(ctx context.Context, tx *db.Tx, _ workflow.Subject) (ids []string, err error) {
	err = tx.Select(ctx, &ids, `SELECT id FROM maker`)
	return ids, err
}

func (w *world) note(c workflow.Call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, c)
}

func (w *world) freeze(ctx context.Context, tx *db.Tx, c workflow.Call) (map[string]any, error) {
	w.note(c)
	if w.onFreeze != nil {
		if err := w.onFreeze(ctx, c); err != nil {
			return nil, err
		}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO done (what, key) VALUES ('freeze', ?)`, c.Key); err != nil {
		return nil, err
	}
	return map[string]any{"version": 3}, nil
}

func (w *world) send(ctx context.Context, c workflow.Call, leaving func(context.Context) error) (map[string]any, error) {
	w.note(c)
	if w.onSend != nil {
		if err := w.onSend(ctx, c); err != nil {
			return nil, err
		}
	}
	if err := leaving(ctx); err != nil {
		if w.onRefused != nil {
			w.onRefused()
		}
		return nil, err
	}
	if err := w.outside(ctx, `INSERT INTO done (what, key) VALUES ('send', ?)`, c.Key); err != nil {
		return nil, err
	}
	if w.onLeft != nil {
		if err := w.onLeft(ctx, c); err != nil {
			return nil, err
		}
	}
	if w.gives != nil {
		return w.gives, nil
	}
	return map[string]any{"sent": 2}, nil
}

// file does nothing the second time: the other side knows the key.
func (w *world) file(ctx context.Context, c workflow.Call, leaving func(context.Context) error) (map[string]any, error) {
	w.note(c)
	if err := leaving(ctx); err != nil {
		return nil, err
	}
	err := w.outside(ctx, `INSERT INTO done (what, key) SELECT 'file', CAST(? AS TEXT) WHERE NOT EXISTS (SELECT 1 FROM done WHERE key = ?)`, c.Key, c.Key)
	return map[string]any{"no": fmt.Sprint("R-", c.Input["version"])}, err
}

// read takes nothing anywhere, so it never leaves.
func (w *world) read(ctx context.Context, c workflow.Call, _ func(context.Context) error) (map[string]any, error) {
	w.note(c)
	if w.onFreeze != nil {
		if err := w.onFreeze(ctx, c); err != nil {
			return nil, err
		}
	}
	return map[string]any{"no": "R-1"}, nil
}

func (w *world) outside(ctx context.Context, query string, args ...any) error {
	return w.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	if err := w.outside(w.t.Context(), query, args...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) begin() string {
	w.t.Helper()
	r, err := w.tryStart("PB-91")
	if err != nil {
		w.t.Fatal(err)
	}
	return r.ID
}

var filledIn = map[string]string{"amount": "１，２００円", "urgent": "yes", "way": "fax", "day": "令和3年7月20日", "at": "2021-07-20T09:30", "note": "山田様宛"}

func (w *world) draft(run string) {
	w.t.Helper()
	s := w.step(run, "draft")
	if _, err := w.Complete(w.t.Context(), funds, s.ID, s.Rev, workflow.Done{Fields: filledIn}); err != nil {
		w.t.Fatal(err)
	}
}

// approval says approved or rejected, of what the page shows.
func (w *world) approval(run, outcome string) error {
	w.t.Helper()
	s := w.step(run, "approve")
	_, err := w.Complete(w.t.Context(), legal, s.ID, s.Rev, workflow.Done{Outcome: outcome, Comment: "理由", Digest: s.Now})
	return err
}

// toSend brings a run to the moment before the letters are sent: the effect is queued.
func (w *world) toSend() (run string) {
	w.t.Helper()
	run = w.begin()
	w.draft(run)
	if err := w.approval(run, workflow.Approved); err != nil {
		w.t.Fatal(err)
	}
	w.stands(run, map[string]workflow.State{"send": workflow.Working})
	return run
}

// done counts what a kind has done.
func (w *world) done(what string) int {
	w.t.Helper()
	return w.count(`SELECT count(*) FROM done WHERE what = ?`, what)
}

// through works a run to its end, answering whatever waits, and gives its end.
func (w *world) through(run string) workflow.RunView {
	w.t.Helper()
	for range 100 {
		w.settle()
		v := w.view(run)
		if v.Run.State == workflow.Ended {
			return v
		}
		if !w.answer(v) {
			w.clock.Add(10 * time.Minute) // nobody can do anything now: time goes by
		}
	}
	w.t.Fatal("the run does not end")
	return workflow.RunView{}
}

// answer does the first thing a person, or a room, can do.
func (w *world) answer(v workflow.RunView) bool {
	w.t.Helper()
	for _, s := range v.Steps {
		by := person("of-"+s.StepID, actor.Role(s.Role))
		d := workflow.Done{Digest: s.Now, Outcome: map[string]string{"approve": workflow.Approved, "judge": "yes"}[s.StepID]}
		switch {
		case s.State == workflow.Held:
			how := workflow.Again
			if w.count(`SELECT count(*) FROM done WHERE key = ?`, fmt.Sprintf("step:%s:%s:%d", s.RunID, s.StepID, s.Iteration)) > 0 {
				how = workflow.Happened
			}
			if _, err := w.Resolve(w.t.Context(), by, s.ID, s.Rev, how, "確認した"); err != nil {
				w.t.Fatalf("resolve %s: %v", s.StepID, err)
			}
			return true
		case s.State == workflow.Ready:
			if s.StepID == "draft" {
				d.Fields = filledIn
			}
			if _, err := w.Complete(w.t.Context(), by, s.ID, s.Rev, d); err != nil {
				w.t.Fatalf("%s: %v", s.StepID, err)
			}
			return true
		case s.StepID == "answer" && s.State == workflow.Working && w.count(`SELECT count(*) FROM event`) == 0:
			w.happened("bank.answered")
			return true
		}
	}
	return false
}

// eachWorld runs named tests on both databases.
func eachWorld(t *testing.T, tests map[string]func(*testing.T, *world)) {
	t.Helper()
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newWorld(t, d)) })
		})
	}
}

func brokenDigest(context.Context, *db.Tx, workflow.Subject) (string, []workflow.Shown, error) {
	return "", nil, errBroken
}

func noFacts(context.Context, *db.Tx, workflow.Subject) (map[string]any, int64, error) {
	return map[string]any{}, 1, nil
}
