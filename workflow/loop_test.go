package workflow_test

import (
	"context"
	"testing"

	"tasuke/workflow"
)

func TestTheLoop(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"delivers what is announced, and ends with its context": func(t *testing.T, w *world) {
			run := w.toAnswer()
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				w.Run(ctx)
			}()
			w.happened("bank.answered")
			for w.step(run, "answer").State != workflow.Finished && t.Context().Err() == nil {
			}
			stop()
			<-ended
		},
	})
}
