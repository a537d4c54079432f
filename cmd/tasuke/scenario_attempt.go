package main

import (
	"context"
	"errors"
	"runtime"
	"strconv"

	"tasuke/playbooks"
	"tasuke/playbooks/scenario"
)

// attempt is one scenario on its way, and what came of it once it is over.
type attempt struct {
	path, slug string
	scenario   scenario.Scenario
	problems   []scenario.Problem
	err        error
	over       chan struct{}
}

// works begins all attempts, as many side by side as there are processors: each has a firm of its own.
func (s *stage) works(ctx context.Context, all []*attempt, shelf *playbookShelf) []*attempt {
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, a := range all {
		go func() {
			defer close(a.over)
			free <- struct{}{}
			defer func() { <-free }()
			a.problems, a.err = s.tries(ctx, strconv.Itoa(i), a.slug, a.scenario, shelf)
		}()
	}
	return all
}

// tries works through one scenario in a firm of its own, with the playbooks as they are in the files.
func (s *stage) tries(ctx context.Context, name, slug string, table scenario.Scenario, shelf *playbookShelf) (problems []scenario.Problem, err error) {
	w, err := s.rehearsal(ctx, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.end()) }()
	if err := w.publishes(ctx, slug, shelf); err != nil {
		return nil, err
	}
	return w.works(ctx, slug, table)
}

// publishes makes the playbook and all that it calls the newest versions.
func (w *rehearsal) publishes(ctx context.Context, slug string, shelf *playbookShelf) error {
	var defs []*playbooks.Definition
	placed := map[string]bool{}
	var place func(slug string)
	place = func(slug string) {
		d, ok := shelf.books[slug]
		if !ok || placed[slug] {
			return
		}
		placed[slug] = true
		for _, called := range d.Calls() {
			place(called)
		}
		defs = append(defs, d)
	}
	place(slug)
	_, err := w.runs.PublishAll(ctx, librarian, defs) // in place of the standard texts
	return err
}
