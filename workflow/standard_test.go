package workflow_test

import "tasuke/workflow"

// startPB01 publishes the standard playbook for withdrawals and what it calls, with a program that does
// what they ask for, and starts it up to what people have to do.
func (h *house) startPB01() workflow.Run {
	h.t.Helper()
	s := openShelf(h.t, h, "PB-01", true)
	run, err := s.tryStart("PB-01")
	if err != nil {
		h.t.Fatal(err)
	}
	s.settle()
	return run
}
