package cases

import (
	"context"
	"strings"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

func TestNoListReadsOrSortsTheWholeTable(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t) // its planner needs no statistics, so that the plan is the same at any size
	for _, f := range []Filter{
		{},
		{State: Received},
		{IncidentID: "i"},
		{Assignee: "a"},
		{State: Received, IncidentID: "i"},
		{State: Received, Assignee: "a"},
		{State: Received, IncidentID: "i", Assignee: "a"},
	} {
		query, args := f.match(nil, 1).pageSQL(Page{After: Cursor{At: 5, ID: "x"}})
		var steps []struct {
			ID, Parent, Notused int
			Detail              string
		}
		if err := d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Select(ctx, &steps, "EXPLAIN QUERY PLAN "+query, args...)
		}); err != nil {
			t.Fatal(err)
		}
		for _, s := range steps {
			if strings.HasPrefix(s.Detail, "SCAN") || strings.Contains(s.Detail, "TEMP B-TREE") {
				t.Errorf("%+v: %s", f, s.Detail)
			}
		}
	}
}
