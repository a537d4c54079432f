package fulltext

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
)

// Shown puts on record which texts a search has shown to a person: by kind, the ids of their rows.
// What was looked for is not kept. A search that showed nothing leaves no entry.
func Shown(ctx context.Context, d *db.DB, by actor.Actor, rows map[string][]string) error {
	if len(rows) == 0 {
		return nil
	}
	return d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Append(ctx, tx, audit.Entry{
			Tree: audit.Access, Actor: by, Action: "search.shown", Object: audit.Ref{Kind: "search", ID: tx.NewID()}, Detail: rows,
		})
	})
}
