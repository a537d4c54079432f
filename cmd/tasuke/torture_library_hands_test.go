package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"

	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// leaves are the kinds that are made to leave the house: what reaches the world outside cannot be
// taken back and cannot be asked for again. All others are the product's.
func leaves(slug string) []string {
	if slug == torturePlaybook {
		return []string{"filing.appi.derive"}
	}
	return []string{"bank.letters.send", "case.contain", "filing.appi.draft", "filing.monthly"}
}

// hands are the product's kinds, but for those that leave the house.
func (w *worker) hands(kinds []workflow.Kind) []workflow.Kind {
	for i, k := range kinds {
		if slices.Contains(leaves(w.Slug), k.Name) {
			kinds[i] = workflow.Kind{Name: k.Name, Do: w.leave(k.Name)}
		}
	}
	return kinds
}

var errNotYet = errors.New("the world outside does not answer yet")

// leave reaches the world outside. In the torture playbook it is refused at first.
func (w *worker) leave(kind string) func(context.Context, workflow.Call, func(context.Context) error) (map[string]any, error) {
	return func(ctx context.Context, c workflow.Call, leaving func(context.Context) error) (map[string]any, error) {
		if w.Slug == torturePlaybook {
			if n, err := w.reached("try " + c.Key); err != nil || n == 0 {
				return nil, effect.Temporary(errors.Join(errNotYet, err, w.reach("try "+c.Key)), "effect.failed")
			}
		}
		if err := leaving(ctx); err != nil {
			return nil, err
		}
		db.Crash("torture.outside")
		if err := w.reach(c.Key); err != nil {
			return nil, err
		}
		db.Crash("torture.reached")
		out := map[string]any{}
		for field, t := range onIncident[kind].Output {
			out[field] = map[playbooks.FieldType]any{playbooks.NumberField: int64(1), playbooks.YenField: int64(1), playbooks.YesNoField: false, playbooks.TextField: "1"}[t]
		}
		return out, nil
	}
}

// reach is a line in the book of the world outside.
func (a assignment) reach(line string) error {
	f, err := os.OpenFile(a.Outside, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line + "\n")
	return errors.Join(err, f.Close())
}

// reached counts the lines in that book.
func (a assignment) reached(line string) (n int, err error) {
	book, err := os.ReadFile(a.Outside)
	if os.IsNotExist(err) {
		return 0, nil
	}
	for l := range bytes.Lines(book) {
		if string(l) == line+"\n" {
			n++
		}
	}
	return n, err
}

// papers are what is approved: the fact sheet is the product's, and what the other rooms have waiting
// is as their own people left it.
func (w *worker) papers(all []workflow.Approvable) []workflow.Approvable {
	for i, a := range all {
		if a.Name != "incident.facts" {
			all[i] = papersOf([]string{a.Name})[0]
		}
	}
	return all
}

// factsNow are the product's. That the search is concluded is so once the people have said it.
func (w *worker) factsNow(ctx context.Context, tx *db.Tx, s workflow.Subject) (map[string]any, int64, error) {
	f, rev, err := w.facts(ctx, tx, s)
	if err != nil {
		return nil, 0, err
	}
	var n int
	err = tx.Get(ctx, &n, `SELECT count(*) FROM step_run s JOIN run r ON r.id = s.run_id WHERE r.subject_id = ? AND s.step_id = ? AND s.state = 'done'`, s.ID, concluding)
	f["sweep_concluded"] = n > 0
	return f, rev, err
}
