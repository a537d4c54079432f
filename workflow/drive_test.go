package workflow_test

import (
	"context"

	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/event"
	"tasuke/workflow"
)

// reopen is restart with somebody to carry actions out.
func (h *house) reopen() {
	h.opts.Effects = effect.NewStore(h.db, nil)
	h.restart()
}

// happened lets a room tell of an event.
func (h *house) happened(name string) {
	h.t.Helper()
	if err := h.db.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return event.Emit(ctx, tx, event.Subject(incident), name, "ref")
	}); err != nil {
		h.t.Fatal(err)
	}
}

// tick lets the engine look around once.
func (h *house) tick() {
	h.t.Helper()
	if err := h.Tick(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// perform carries out every effect whose turn it is, and says how many.
func (h *house) perform() (n int) {
	h.t.Helper()
	for _, id := range h.queued() {
		if err := h.effects.Perform(h.t.Context(), id); err != nil {
			h.t.Fatal(err)
		}
		n++
	}
	return n
}

func (h *house) queued() (ids []string) {
	h.t.Helper()
	if err := h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &ids, `SELECT id FROM effect WHERE state = 'queued' AND not_before <= ? ORDER BY id`, tx.Now)
	}); err != nil {
		h.t.Fatal(err)
	}
	return ids
}

// settle goes on until the engine has nothing more to do at this moment. PostgreSQL needs a while
// to see that a killed process is gone; until then its locks hold an effect back.
func (h *house) settle() {
	h.t.Helper()
	for range 2000 {
		h.tick()
		if h.perform() == 0 {
			return
		}
	}
	h.t.Fatal("the engine finds no rest")
}

// node1 is what a second program is made of, with effects of its own.
func (h *house) node1() workflow.Options {
	opts := h.opts
	opts.Effects = effect.NewStore(h.db, nil)
	return opts
}
