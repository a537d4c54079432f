package workflow

import (
	"context"
	"fmt"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// The bounds of a page: how many runs below a run are read at all, how many of them are shown with
// their steps, and how many of one step. What is at work is shown first, then what is newest.
const (
	mostRuns  = 2000
	mostShown = 40
	mostOfOne = 5
)

// viewer reads a run and what is below it for one page, with as many queries for many runs as for one.
type viewer struct {
	s      *Store
	ctx    context.Context
	tx     *db.Tx
	by     actor.Actor
	under  map[string][]Run // by step_run, or by the parent for an exception path
	steps  map[string][]StepRun
	said   map[string][]Comment
	graphs map[*playbooks.Definition]playbooks.Graph
}

// parts reports whether a playbook can begin runs of its own at all.
func parts(d *playbooks.Definition) bool {
	return d.Exception != nil || slices.ContainsFunc(d.Steps, func(s playbooks.Step) bool { return parental(s.Kind) })
}

// gather reads what the page of a run needs.
func (w *viewer) gather(r Run, whole *playbooks.Definition) error {
	open := []string{r.ID}
	if parts(whole) {
		below, err := w.below(r)
		if err != nil {
			return err
		}
		open = append(open, below...)
	}
	var rows []StepRun
	if err := w.tx.SelectIn(w.ctx, &rows, `SELECT `+stepColumns+` FROM step_run WHERE run_id IN (?) ORDER BY iteration DESC`, open); err != nil {
		return fmt.Errorf("read the steps of a run: %w", err)
	}
	for _, row := range rows {
		w.steps[row.RunID] = append(w.steps[row.RunID], row)
	}
	var said []struct {
		Comment
		RunID string `db:"run_id"`
	}
	if err := w.tx.SelectIn(w.ctx, &said, `SELECT id, step_run_id, at, by_id, by_name, body, run_id FROM step_comment WHERE run_id IN (?) ORDER BY id`, open); err != nil {
		return fmt.Errorf("read comments: %w", err)
	}
	for _, c := range said {
		w.said[c.RunID] = append(w.said[c.RunID], c.Comment)
	}
	return nil
}

// below lists the runs below one that the page shows with their steps.
func (w *viewer) below(r Run) (open []string, err error) {
	var runs []Run
	if err := w.tx.Select(w.ctx, &runs, `SELECT `+runColumns+` FROM run WHERE top_id = ? AND parent_id <> '' ORDER BY id DESC LIMIT ?`, r.TopID, mostRuns); err != nil {
		return nil, fmt.Errorf("read what is below a run: %w", err)
	}
	children := map[string][]Run{}
	for _, c := range slices.Backward(runs) { // the oldest first
		w.under[c.place()] = append(w.under[c.place()], c)
		children[c.ParentID] = append(children[c.ParentID], c)
	}
	for queue := []string{r.ID}; len(queue) > 0 && len(open) < mostShown; queue = queue[1:] {
		for _, c := range foremost(children[queue[0]]) {
			if len(open) < mostShown {
				open, queue = append(open, c.ID), append(queue, c.ID)
			}
		}
	}
	return open, nil
}

// place is where a run stands in its parent.
func (r Run) place() string {
	if r.ParentStep == "" {
		return r.ParentID
	}
	return r.ParentStep
}

// foremost picks the runs of one parent that are shown: of each step those at work and the newest.
func foremost(runs []Run) (out []Run) {
	of := map[string]int{}
	for _, r := range slices.Backward(runs) {
		if of[r.place()] < mostOfOne || r.State == Running {
			of[r.place()]++
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b Run) int {
		switch {
		case a.State == b.State:
			return 0
		case a.State == Running:
			return -1
		}
		return 1
	})
	return out
}

// draw builds the view of one run; false when nothing of it may be shown.
func (w *viewer) draw(r Run) (v RunView, any bool, err error) {
	version, err := w.s.version(w.ctx, w.tx, r.VersionID)
	if err != nil {
		return v, false, err
	}
	t := &turn{s: w.s, ctx: w.ctx, tx: w.tx, by: w.by, run: r, steps: map[string]*StepRun{}}
	if err := t.on(version); err != nil {
		return v, false, err
	}
	var old []StepRun
	for _, row := range w.steps[r.ID] {
		if row.Current {
			t.steps[row.StepID] = &row
		} else {
			old = append(old, row)
		}
	}
	v = RunView{Run: r, Version: version.Number, Definition: face(t.whole, t.def), At: w.tx.Now}
	if seesAll(w.by) {
		if err := w.also(t, &v); err != nil {
			return v, false, err
		}
	}
	earlier, comments, err := t.history(old, w.said[r.ID])
	if err != nil {
		return v, false, err
	}
	now := t.statuses()
	for i := range t.def.Steps {
		x, shown, err := w.step(t, &t.def.Steps[i], now, earlier, comments)
		if err != nil {
			return v, false, err
		}
		if shown {
			v.Steps = append(v.Steps, x)
		}
	}
	if err := w.exception(&v); err != nil {
		return v, false, err
	}
	return v, len(v.Steps) > 0 || v.Exception != nil, nil
}

// also adds what only those see who see everything: the drawing and the variables.
func (w *viewer) also(t *turn, v *RunView) (err error) {
	if _, drawn := w.graphs[t.def]; !drawn {
		w.graphs[t.def] = playbooks.Layout(t.def, drawing)
	}
	v.Graph = w.graphs[t.def]
	if v.Pauses, err = t.pauses(); err != nil {
		return err
	}
	if v.Moves, err = t.journey(); err != nil {
		return err
	}
	if t.run.ScopeID == t.run.ID {
		v.Variables, err = t.shown()
	}
	return err
}

// step builds one step with what it began. A step of others is shown for what is below it that the
// reader may see.
func (w *viewer) step(t *turn, step *playbooks.Step, now map[string]Status, earlier map[string][]Task, comments map[string][]Comment) (x StepView, shown bool, err error) {
	row, ok := t.steps[step.ID]
	if !ok {
		return x, false, fmt.Errorf("the run has no row for step %q", step.ID)
	}
	children, err := w.children(row.ID)
	if err != nil {
		return x, false, err
	}
	if !sees(w.by, row) {
		if len(children) == 0 {
			return x, false, nil
		}
		return StepView{Task: t.task(row), Children: children}, true, nil
	}
	if err := t.unsealRow(row); err != nil {
		return x, false, err
	}
	x = StepView{Task: t.task(row), Earlier: earlier[step.ID], Comments: comments[step.ID], Waits: holds(t.def, step, row.State, now), Children: children}
	x.Runs = w.under[row.ID]
	for _, e := range x.Earlier {
		x.Runs = append(slices.Clone(w.under[e.StepRun.ID]), x.Runs...)
	}
	return x, true, t.show(&x)
}

// children builds the views of what a step began, in the order of the passes.
func (w *viewer) children(stepRun string) (out []RunView, err error) {
	for _, r := range w.under[stepRun] {
		if _, open := w.steps[r.ID]; !open {
			continue
		}
		v, any, err := w.draw(r)
		if err != nil {
			return nil, err
		}
		if any {
			out = append(out, v)
		}
	}
	return out, nil
}

func (w *viewer) exception(v *RunView) error {
	for _, r := range w.under[v.Run.ID] {
		if _, open := w.steps[r.ID]; !open {
			continue
		}
		x, any, err := w.draw(r)
		if err != nil {
			return err
		}
		if any {
			v.Exception = &x
		}
	}
	return nil
}

// face is a block as a page names it: with the name of its playbook.
func face(whole, block *playbooks.Definition) *playbooks.Definition {
	if block == whole {
		return whole
	}
	d := *block
	d.Slug, d.Title, d.Guideline = whole.Slug, whole.Title, whole.Guideline
	return &d
}

// view builds the page of a run.
func (s *Store) view(ctx context.Context, tx *db.Tx, by actor.Actor, runID string) (RunView, error) {
	none := fault.New(fault.NotFound, "workflow.run.none", nil)
	var r Run
	if err := tx.Get(ctx, &r, `SELECT `+runColumns+` FROM run WHERE id = ?`, runID); fault.Is(err, fault.NotFound) {
		return RunView{}, none
	} else if err != nil {
		return RunView{}, fmt.Errorf("read run: %w", err)
	}
	version, err := s.version(ctx, tx, r.VersionID)
	if err != nil {
		return RunView{}, err
	}
	w := &viewer{
		s: s, ctx: ctx, tx: tx, by: by, under: map[string][]Run{}, steps: map[string][]StepRun{}, said: map[string][]Comment{},
		graphs: map[*playbooks.Definition]playbooks.Graph{},
	}
	block, ok := version.Definition.Find(r.Block)
	if !ok {
		return RunView{}, fmt.Errorf("%s version %d has no block %q", version.Slug, version.Number, r.Block)
	}
	if err := w.gather(r, block); err != nil {
		return RunView{}, err
	}
	v, any, err := w.draw(r)
	if err == nil && !any {
		err = none
	}
	return v, err
}
