package workflow

// fail is a step that did not end well.
func (t *turn) fail(row *StepRun, o Outcome) error { return t.putBefore(row, o) }
