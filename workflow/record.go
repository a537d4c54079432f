package workflow

import "tasuke/internal/audit"

// runDetail and stepDetail are what the audit trail keeps of an act. Comments may hold personal
// data and stay out.
type runDetail struct {
	Slug    string  `json:"slug"`
	Version int64   `json:"version,omitempty"`
	Subject string  `json:"subject"`
	Outcome Outcome `json:"outcome,omitempty"`
}

type stepDetail struct {
	Run       string  `json:"run"`
	Step      string  `json:"step"`
	Iteration int64   `json:"iteration"`
	Outcome   Outcome `json:"outcome,omitempty"`
	Choice    string  `json:"choice,omitempty"`
	Assignee  string  `json:"assignee,omitempty"`
	FactsRev  int64   `json:"facts_rev,omitempty"`
	Late      bool    `json:"late,omitempty"`
	Digest    string  `json:"digest,omitempty"`
	How       How     `json:"how,omitempty"`
}

func (t *turn) record(action string, object audit.Ref, detail any) error {
	return audit.Append(t.ctx, t.tx, audit.Entry{Tree: audit.Main, Actor: t.by, Action: action, Object: object, Detail: detail})
}

func (t *turn) recordStep(action string, row *StepRun) error {
	return t.record(action, stepRef(row), detailOf(row))
}

// recordOwn notes what the engine did in the turn of a person.
func (t *turn) recordOwn(action string, row *StepRun) error {
	return audit.Append(t.ctx, t.tx, audit.Entry{Tree: audit.Main, Actor: player, Action: action, Object: stepRef(row), Detail: detailOf(row)})
}

func stepRef(row *StepRun) audit.Ref { return audit.Ref{Kind: "step_run", ID: row.ID} }

func detailOf(row *StepRun) stepDetail {
	return stepDetail{
		Run: row.RunID, Step: row.StepID, Iteration: row.Iteration, Outcome: row.Outcome, Choice: row.Choice,
		Assignee: row.Assignee, FactsRev: row.Seen.Rev, Late: bool(row.Late), Digest: row.Digest,
	}
}
