package workflow

import (
	"slices"
	"sync"
)

// keptRows bounds how many steps of runs are kept in memory, of all runs together.
const keptRows = 20_000

// kept are the current steps of runs as they were committed, each with the revision of its run.
// Whoever changes a step raises that revision first (see save), so of a run that still has it
// nothing has changed, on whatever node, and its steps need not be read again: a run of 50 steps is
// read at every step. It holds what the rows hold: what is sealed stays sealed.
type kept struct {
	sync.Mutex
	runs map[string]keptRun
	rows int
}

type keptRun struct {
	rev  int64
	rows []StepRun
}

// of gives the steps of a run at a revision; they are the caller's to change.
func (k *kept) of(runID string, rev int64) ([]StepRun, bool) {
	k.Lock()
	defer k.Unlock()
	r, ok := k.runs[runID]
	if !ok || r.rev != rev {
		return nil, false
	}
	return slices.Clone(r.rows), true
}

// put keeps the steps of a run, unless newer ones are kept.
func (k *kept) put(runID string, rev int64, rows []StepRun) {
	k.Lock()
	defer k.Unlock()
	if k.runs == nil {
		k.runs = map[string]keptRun{}
	}
	if k.runs[runID].rev > rev {
		return
	}
	k.drop(runID)
	for other := range k.runs { // whichever
		if k.rows+len(rows) <= keptRows {
			break
		}
		k.drop(other)
	}
	if len(rows) <= keptRows {
		k.runs[runID] = keptRun{rev, rows}
		k.rows += len(rows)
	}
}

func (k *kept) drop(runID string) {
	k.rows -= len(k.runs[runID].rows)
	delete(k.runs, runID)
}

func (k *kept) forget(runID string) {
	k.Lock()
	defer k.Unlock()
	k.drop(runID)
}

// keepRows has the rows of a run kept once the transaction that has taken it is committed.
func (t *turn) keepRows() {
	t.tx.AfterCommit(func() {
		if t.run.State == Ended {
			t.s.kept.forget(t.run.ID)
			return
		}
		rows := make([]StepRun, 0, len(t.was))
		for _, row := range t.was {
			if row.Current {
				rows = append(rows, row)
			}
		}
		t.s.kept.put(t.run.ID, t.run.Rev, rows)
	})
}
