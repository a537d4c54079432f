package workflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// book writes a playbook with what every step must say filled in: ~t is a title, ~w the words and the
// role of a task, ~q those of a decision.
func book(slug, text string) string {
	const title = "title: {ja: あ, en: a}"
	text = strings.NewReplacer("~t", title, "~w", title+", instructions: {ja: あ, en: a}, role: operator",
		"~q", title+", question: {ja: あ, en: a}, role: operator", "~x", "text: {ja: あ, en: a}", "~l", "label: {ja: あ, en: a}").Replace(text)
	return "playbook: " + slug + "\n" + title + "\n" + text
}

// opens publishes a playbook and starts it.
func (h *house) opens(text string) string {
	h.t.Helper()
	v := h.publish(text)
	r, err := h.tryStart(v.Slug)
	if err != nil {
		h.t.Fatal(err)
	}
	return r.ID
}

// all lists every step of a run and of what is below it, "step state/outcome", in the order of the
// playbook, with the steps of a child behind the step that has it.
func all(v workflow.RunView) (out []string) {
	for _, s := range v.Steps {
		line := s.StepID + " " + string(s.State)
		if s.State == workflow.Finished && s.Outcome != workflow.Succeeded || s.State == workflow.Held {
			line += "/" + string(s.Outcome)
		}
		if s.Choice != "" {
			line += "=" + s.Choice
		}
		out = append(out, line)
		for _, c := range s.Children {
			out = append(out, "("+strings.Join(all(c), ", ")+")")
		}
	}
	if v.Exception != nil {
		out = append(out, "!("+strings.Join(all(*v.Exception), ", ")+")")
	}
	return out
}

// reads checks what a run looks like, all of it.
func (h *house) reads(run, want string) {
	h.t.Helper()
	if got := strings.Join(all(h.view(run)), ", "); got != want {
		h.t.Errorf("the run reads\n%s\nwant\n%s", got, want)
	}
}

// find gives a step of a run or of what is below it: the one a person has to do something about, one
// that is not over, or the last with that id.
func find(v workflow.RunView, id string) (found workflow.StepView, ok bool) {
	for _, s := range v.Steps {
		for _, c := range s.Children {
			if f, there := find(c, id); there && (!ok || found.State.Over() || f.State == workflow.Ready || f.State == workflow.Held) {
				found, ok = f, true
			}
		}
		if s.StepID == id {
			return s, true
		}
	}
	if v.Exception != nil {
		if f, there := find(*v.Exception, id); there {
			return f, true
		}
	}
	return found, ok
}

func (h *house) deep(run, id string) workflow.StepView {
	h.t.Helper()
	s, ok := find(h.view(run), id)
	if !ok {
		h.t.Fatalf("no step %s anywhere", id)
	}
	return s
}

// does finishes a step wherever it stands, with fields "name=value".
func (h *house) does(run, id, outcome string, fields ...string) {
	h.t.Helper()
	if err := h.tries(run, id, outcome, fields...); err != nil {
		h.t.Fatalf("%s: %v", id, err)
	}
}

func (h *house) tries(run, id, outcome string, fields ...string) error {
	h.t.Helper()
	s := h.deep(run, id)
	d := workflow.Done{Outcome: outcome, Digest: s.Now, Fields: map[string]string{}, Comment: "理由"}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		d.Fields[name] = value
	}
	_, err := h.Complete(h.t.Context(), person("any-"+s.Role, actor.Role(s.Role)), s.ID, s.Rev, d)
	return err
}

func (h *house) resolves(run, id string, how workflow.How) {
	h.t.Helper()
	s := h.deep(run, id)
	if _, err := h.Resolve(h.t.Context(), responder, s.ID, s.Rev, how, "理由"); err != nil {
		h.t.Fatalf("resolve %s: %v", id, err)
	}
}

func (h *house) redoes(run, id string) error {
	h.t.Helper()
	s := h.deep(run, id)
	_, err := h.Redo(h.t.Context(), responder, s.ID, s.Rev, "やり直し")
	return err
}

// later lets time go by and the engine look around.
func (h *house) later(d time.Duration) {
	h.t.Helper()
	h.clock.Add(d)
	h.tick()
}

func (h *house) outcome(run string, want workflow.Outcome) {
	h.t.Helper()
	if r := h.view(run).Run; r.State != workflow.Ended || r.Outcome != want {
		h.t.Errorf("the run is %s %q, want %q", r.State, r.Outcome, want)
	}
}

func refusedAs(t *testing.T, err error, key string) {
	t.Helper()
	if !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), key) {
		t.Errorf("got %v, want %s", err, key)
	}
}

func asFault(err error, f **fault.Error) bool { return errors.As(err, f) }

// parsed reads a playbook that others check.
func parsed(t *testing.T, text string) *playbooks.Definition {
	t.Helper()
	d, problems := playbooks.Parse([]byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return d
}

func (h *house) exec(query string, args ...any) {
	h.t.Helper()
	if err := h.db.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) openTasks() (n int) {
	h.t.Helper()
	if err := h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = h.OpenTasks(ctx, tx, incident)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) runsOf() (runs []workflow.Run, err error) {
	err = h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		runs, err = h.RunsOf(ctx, tx, auditor, incident)
		return err
	})
	return runs, err
}

func playbooksLoad(text string) (*playbooks.Definition, playbooks.Problems) {
	return playbooks.Load([]byte(text), rules())
}
