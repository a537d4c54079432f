package workflow

import (
	"fmt"
	"log/slog"

	"tasuke/playbooks"
)

// Suggested is what the program proposed of a decision, on what values, and whether the person who
// decided followed it.
type Suggested struct {
	Outcome  string         `json:"outcome"`
	When     string         `json:"when"`
	Values   map[string]any `json:"values"`
	Rev      int64          `json:"rev,omitempty"` // of the facts
	Followed bool           `json:"followed,omitempty"`
}

// suggest proposes the first outcome of a decision whose condition holds; nil when none does. A
// condition that cannot be answered proposes nothing: people decide, and are never held up by it.
func (t *turn) suggest(step *playbooks.Step) (*Suggested, error) {
	if !suggests(step) {
		return nil, nil
	}
	if err := t.see(); err != nil {
		return nil, err
	}
	known, err := t.known()
	if err != nil {
		return nil, err
	}
	known.Choices, known.Ended = map[string]string{}, map[string]string{}
	for id, s := range t.statuses() {
		known.Choices[id], known.Ended[id] = s.Choice, ended(s)
	}
	for _, o := range step.Outcomes {
		if o.Suggest == nil {
			continue
		}
		holds, seen, err := ask(o.Suggest, known)
		if err != nil {
			slog.WarnContext(t.ctx, "a decision gets no proposal", "run", t.run.ID, "step", step.ID, "cause", fmt.Sprint(err))
			return nil, nil
		}
		if holds == yes {
			return &Suggested{Outcome: o.ID, When: seen.When, Values: seen.Values, Rev: t.rev}, nil
		}
	}
	return nil, nil
}

func suggests(step *playbooks.Step) bool {
	for _, o := range step.Outcomes {
		if o.Suggest != nil {
			return true
		}
	}
	return false
}

// decides keeps what a decision saw when it was made, and what was proposed then.
func (t *turn) decides(row *StepRun, step *playbooks.Step) error {
	proposed, err := t.suggest(step)
	if err != nil {
		return err
	}
	if proposed != nil {
		proposed.Followed = proposed.Outcome == row.Choice
	}
	row.Seen = Seen{Values: t.facts, Rev: t.rev, Suggested: proposed}
	return nil
}
