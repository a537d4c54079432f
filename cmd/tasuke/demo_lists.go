package main

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/savedfilter"
)

// lists keeps the lists that the people of the demo open every morning.
func (w *demoWorld) lists(ctx context.Context) error {
	for _, f := range []struct {
		by, list, name string
		role           actor.Role
		values         map[string]string
	}{
		{"sv", "cases", "確認待ちの案件", actor.Supervisor, map[string]string{"state": "received"}},
		{"fraud", "cases", "自分の担当", "", map[string]string{"mine": "true"}},
		{"op", "inquiries", "折返し待ち", actor.Operator, map[string]string{"state": "callback_wait"}},
	} {
		if _, err := w.filters.Save(ctx, w.who[f.by], savedfilter.Filter{List: f.list, Role: f.role, Content: savedfilter.Content{Name: f.name, Values: f.values}}); err != nil {
			return fmt.Errorf("a saved filter of the demo: %w", err)
		}
	}
	return nil
}
