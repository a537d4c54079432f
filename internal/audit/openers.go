package audit

import (
	"context"
	"fmt"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Opener is a person of the staff and how many of some records they opened.
type Opener struct {
	ID      string
	Name    string // shown name at the last time
	Records int
}

// openerChunk is how many records are asked for in one query.
const openerChunk = 500

// Openers says who opened which of the records since a moment, from the access tree, by name; records
// counts those that anybody opened. Programs are left out. It reads in the caller's transaction, which
// has asked for the permission.
func Openers(ctx context.Context, tx *db.Tx, refs []Ref, since db.Instant) (who []Opener, records int, err error) {
	kinds := map[string][]string{}
	for _, r := range refs {
		kinds[r.Kind] = append(kinds[r.Kind], r.ID)
	}
	by, opened := map[string]*Opener{}, 0
	for kind, ids := range kinds {
		for part := range slices.Chunk(ids, openerChunk) {
			var rows []struct {
				ActorID string `db:"actor_id"`
				Name    string `db:"actor_name"`
				Object  string `db:"object_id"`
			}
			if err := tx.SelectIn(ctx, &rows, `SELECT actor_id, max(actor_name) AS actor_name, object_id FROM audit_entry
				WHERE object_kind = ? AND object_id IN (?) AND at >= ? AND tree = ? AND actor_kind = ? GROUP BY actor_id, object_id`,
				kind, part, since, Access, actor.Person); err != nil {
				return nil, 0, fmt.Errorf("ask who opened records: %w", err)
			}
			seen := map[string]bool{}
			for _, r := range rows {
				seen[r.Object] = true
				if by[r.ActorID] == nil {
					by[r.ActorID] = &Opener{ID: r.ActorID}
				}
				by[r.ActorID].Name = r.Name
				by[r.ActorID].Records++
			}
			opened += len(seen)
		}
	}
	for _, o := range by {
		who = append(who, *o)
	}
	slices.SortFunc(who, func(a, b Opener) int {
		if a.Records != b.Records {
			return b.Records - a.Records
		}
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return who, opened, nil
}
