package main

import (
	"context"
	"errors"
	"sync"

	"tasuke/internal/db"
	"tasuke/workflow"
)

// broken are the actions that a scenario has fail, and how often yet.
type broken struct {
	mu   sync.Mutex
	left map[string]int
}

var errBroken = errors.New("the scenario has this action fail")

// set has an action fail so many times from here on.
func (b *broken) set(action string, times int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left[action] = times
}

// now says whether an attempt is one of those that fail.
func (b *broken) now(action string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left[action] == 0 {
		return nil
	}
	b.left[action]--
	return errBroken
}

// into puts the failures before what the kinds do; the kinds are those of production.
func (b *broken) into(kinds []workflow.Kind) {
	for i, k := range kinds {
		if k.Tx != nil {
			kinds[i].Tx = func(ctx context.Context, tx *db.Tx, c workflow.Call) (map[string]any, error) {
				if err := b.now(k.Name); err != nil {
					return nil, err
				}
				return k.Tx(ctx, tx, c)
			}
			continue
		}
		kinds[i].Do = func(ctx context.Context, c workflow.Call, leaving func(context.Context) error) (map[string]any, error) {
			if err := b.now(k.Name); err != nil {
				return nil, err
			}
			return k.Do(ctx, c, leaving)
		}
	}
}
