package workflow

// hold puts a step before a person that the engine could not begin; whoever called saves it.
func (t *turn) hold(row *StepRun, o Outcome) error {
	row.State, row.Outcome, row.WakeAt = Held, o, 0
	row.OrderAt = t.tx.Now // before everything whose target is still to come
	return t.recordOwn("step.held", row)
}

// puzzled holds a step whose condition asks for what nobody knows.
func (t *turn) puzzled(row *StepRun, seen Seen) error {
	row.Seen = seen
	row.Seen.Rev = t.rev
	if err := t.hold(row, Failed); err != nil {
		return err
	}
	return t.save(row)
}

// begun reports whether it was ever a step's turn. One that was not is asked again from its condition.
func begun(row *StepRun) bool { return !row.ReadyAt.IsZero() }
