package workflow

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/playbooks"
)

// RunView is a run as a page shows it, from one snapshot.
type RunView struct {
	Run        Run
	Version    int64
	Definition *playbooks.Definition // title, constant lines, texts
	Steps      []StepView            // in the order of the definition
	Graph      playbooks.Graph
	At         db.Instant // the moment of the snapshot
}

// StepView is one step of a run: what it says, where it stands, and who did what when and why.
type StepView struct {
	Task            // the current iteration, with its comment
	Earlier  []Task // older iterations, the newest first
	Comments []Comment
	// Waits are the ids of the steps that hold this one back, while it is waiting.
	Waits []string
}

// Comment is a remark on a step.
type Comment struct {
	ID        string     `db:"id"`
	StepRunID string     `db:"step_run_id"`
	At        db.Instant `db:"at"`
	ByID      string     `db:"by_id"`
	ByName    string     `db:"by_name"`
	Text      string     `db:"-"`
	Sealed    []byte     `db:"body"`
}

// drawing is the size of the nodes of a graph, in pixels.
var drawing = playbooks.Size{NodeWidth: 184, NodeHeight: 52, GapX: 20, GapY: 36}

// RunView gives one run; fault.NotFound "workflow.run.none" when there is none. Who may not read
// incidents gets only the steps of their own roles and those given to them, and no drawing; a
// run without such a step is not there for them.
func (s *Store) RunView(ctx context.Context, by actor.Actor, runID string) (v RunView, err error) {
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err = s.RunViewIn(ctx, tx, by, runID)
		return err
	})
	return v, err
}

// RunViewIn is RunView in the snapshot of a page.
func (s *Store) RunViewIn(ctx context.Context, tx *db.Tx, by actor.Actor, runID string) (RunView, error) {
	if err := by.Need(actor.TaskRead); err != nil {
		return RunView{}, err
	}
	if !plainID(runID) {
		return RunView{}, fault.New(fault.NotFound, "workflow.run.none", nil)
	}
	t, err := s.turn(ctx, tx, by, runID)
	if err != nil {
		return RunView{}, err
	}
	version, err := s.version(ctx, tx, t.run.VersionID)
	if err != nil {
		return RunView{}, err
	}
	v := RunView{Run: t.run, Version: version.Number, Definition: t.def, At: tx.Now}
	if seesAll(by) {
		v.Graph = playbooks.Layout(t.def, drawing)
	}
	earlier, comments, err := t.history()
	if err != nil {
		return RunView{}, err
	}
	now := t.statuses()
	for i := range t.def.Steps {
		step := &t.def.Steps[i]
		row, ok := t.steps[step.ID]
		if !ok {
			return RunView{}, fmt.Errorf("the run has no row for step %q", step.ID)
		}
		if !sees(by, row) {
			continue
		}
		if err := t.open(row); err != nil {
			return RunView{}, err
		}
		v.Steps = append(v.Steps, StepView{
			Task: t.task(row), Earlier: earlier[step.ID], Comments: comments[step.ID], Waits: holds(step, row.State, now),
		})
	}
	if len(v.Steps) == 0 {
		return RunView{}, fault.New(fault.NotFound, "workflow.run.none", nil)
	}
	return v, nil
}

// RunsOf lists the runs of a subject, the newest first, in the snapshot of a page; none to
// somebody who may not read incidents.
func (s *Store) RunsOf(ctx context.Context, tx *db.Tx, by actor.Actor, subject Subject) (runs []Run, err error) {
	if err := by.Need(actor.TaskRead); err != nil {
		return nil, err
	}
	if !plainID(subject.Kind) || !plainID(subject.ID) {
		return nil, fault.New(fault.NotFound, "workflow.run.none", nil)
	}
	if !seesAll(by) {
		return nil, nil
	}
	err = tx.Select(ctx, &runs, `SELECT `+runColumns+` FROM run WHERE subject_kind = ? AND subject_id = ? ORDER BY id DESC`, subject.Kind, subject.ID)
	if err != nil {
		return nil, fmt.Errorf("list the runs of a %s: %w", subject.Kind, err)
	}
	return runs, nil
}

// history reads the older iterations and the comments of a run, by step.
func (t *turn) history() (earlier map[string][]Task, comments map[string][]Comment, err error) {
	var old []StepRun
	if err := t.tx.Select(t.ctx, &old, `SELECT `+stepColumns+` FROM step_run WHERE run_id = ? AND current = 0 ORDER BY iteration DESC`, t.run.ID); err != nil {
		return nil, nil, fmt.Errorf("read earlier iterations: %w", err)
	}
	earlier, comments, owner := map[string][]Task{}, map[string][]Comment{}, map[string]string{}
	for _, s := range t.steps {
		owner[s.ID] = s.StepID
	}
	for i := range old {
		if err := t.open(&old[i]); err != nil {
			return nil, nil, err
		}
		owner[old[i].ID] = old[i].StepID
		earlier[old[i].StepID] = append(earlier[old[i].StepID], t.task(&old[i]))
	}
	var said []Comment
	if err := t.tx.Select(t.ctx, &said, `SELECT id, step_run_id, at, by_id, by_name, body FROM step_comment WHERE run_id = ? ORDER BY id`, t.run.ID); err != nil {
		return nil, nil, fmt.Errorf("read comments: %w", err)
	}
	for _, c := range said {
		if c.Text, err = t.unseal(place("step_comment", "body", c.ID), c.Sealed); err != nil {
			return nil, nil, err
		}
		comments[owner[c.StepRunID]] = append(comments[owner[c.StepRunID]], c)
	}
	return earlier, comments, nil
}

// open unseals the comment of a step.
func (t *turn) open(row *StepRun) (err error) {
	row.Comment, err = t.unseal(place("step_run", "comment", row.ID), row.Sealed)
	return err
}

// unseal opens a comment; one whose key was erased is empty.
func (t *turn) unseal(p vault.Place, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	text, err := t.s.opts.Sealer.Open(t.ctx, t.tx, p, sealed)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	} else if err != nil {
		return "", fmt.Errorf("open a comment: %w", err)
	}
	return text, nil
}

// holds lists what a waiting step waits for.
func holds(s *playbooks.Step, state State, now map[string]Status) (out []string) {
	if state != Waiting {
		return nil
	}
	for _, id := range s.After {
		if !now[id].State.Over() {
			out = append(out, id)
		}
	}
	return out
}
