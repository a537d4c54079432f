package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/playbooks/scenario"
	"tasuke/workflow"
)

// named are the runs of a scenario by how a table names them: "" is the run itself, "leak/reports" a
// call in a call, "chase#2" the second pass of a loop.
type named struct {
	place map[string]string // name by run
	run   map[string]string // run by name; "chase" is the newest pass
}

// namedRuns reads them.
func (w *rehearsal) namedRuns(ctx context.Context) (n named, err error) {
	var rows []struct {
		ID     string         `db:"id"`
		Parent string         `db:"parent_id"`
		Block  string         `db:"block"`
		Pass   int            `db:"pass"`
		Step   string         `db:"step_id"`
		Kind   playbooks.Kind `db:"kind"`
	}
	err = w.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &rows, `SELECT r.id, r.parent_id, r.block, r.pass, COALESCE(s.step_id, '') AS step_id, COALESCE(s.kind, '') AS kind
			FROM run r LEFT JOIN step_run s ON s.id = r.parent_step WHERE r.top_id = ? ORDER BY r.id`, w.run)
	})
	if err != nil {
		return n, fmt.Errorf("read the runs of a scenario: %w", err)
	}
	n = named{place: map[string]string{w.run: ""}, run: map[string]string{"": w.run}}
	for _, r := range rows {
		if r.ID == w.run {
			continue
		}
		part := r.Step
		if part == "" {
			part = playbooks.ExceptionBlock
		}
		above := n.place[r.Parent]
		if r.Kind == playbooks.Loop {
			n.run[joined(above, part)] = r.ID
			part += "#" + strconv.Itoa(r.Pass)
		}
		n.place[r.ID] = joined(above, part)
		n.run[joined(above, part)] = r.ID
	}
	return n, nil
}

func joined(above, part string) string {
	if above == "" {
		return part
	}
	return above + "/" + part
}

// find gives the run of a step that a table names; false while it has not begun.
func (n named) find(name string) (run, step string, ok bool) {
	parts := strings.Split(name, "/")
	at := ""
	for _, part := range parts[:len(parts)-1] {
		id, ok := n.run[joined(at, part)]
		if !ok {
			return "", "", false
		}
		at = n.place[id]
	}
	return n.run[at], parts[len(parts)-1], true
}

// unnumbered is a name without the numbers of passes, as answers name the steps of every pass.
func unnumbered(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i], _, _ = strings.Cut(p, "#")
	}
	return strings.Join(parts, "/")
}

// answerFor is what is answered to a step: to this pass, or to every pass.
func answerFor[V any](all map[string]V, name string) (v V, ok bool) {
	if v, ok = all[name]; !ok {
		v, ok = all[unnumbered(name)]
	}
	return v, ok
}

func amongThem(all []string, name string) bool {
	return slices.Contains(all, name) || slices.Contains(all, unnumbered(name))
}

// step is how a step that a table names now stands; false while the run it is of has not begun.
func (w *rehearsal) step(ctx context.Context, name string) (s workflow.StepView, ok bool, err error) {
	n, err := w.namedRuns(ctx)
	if err != nil {
		return s, false, err
	}
	run, id, ok := n.find(name)
	if !ok {
		return s, false, nil
	}
	v, err := w.runs.RunView(ctx, w.reader(), run)
	if err != nil {
		return s, false, err
	}
	i := slices.IndexFunc(v.Steps, func(s workflow.StepView) bool { return s.StepID == id })
	if i < 0 {
		return s, false, nil
	}
	return v.Steps[i], true, nil
}

// stands says how a step stands in the words of a table.
func stands(s workflow.StepView) string {
	switch {
	case s.State == workflow.Finished && s.Outcome != workflow.Succeeded:
		return string(s.Outcome)
	case s.State == workflow.Finished && s.Choice != "":
		return s.Choice
	}
	return string(s.State)
}

// merged are the answers of a rest over those of the scenario.
func merged(plain, own scenario.Answers) scenario.Answers {
	out := scenario.Answers{Choose: map[string]string{}, Fields: map[string]map[string]any{}}
	for _, a := range []scenario.Answers{plain, own} {
		for k, v := range a.Choose {
			out.Choose[k] = v
		}
		for k, v := range a.Fields {
			out.Fields[k] = v
		}
		out.Fail, out.Leave = append(out.Fail, a.Fail...), append(out.Leave, a.Leave...)
	}
	return out
}
