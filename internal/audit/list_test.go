package audit_test

import (
	"context"
	"testing"
	"time"

	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func TestList(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *trail){
		"only who may read the trail reads it": func(t *testing.T, l *trail) {
			if _, err := l.List(t.Context(), operator, audit.Filter{}, 10); !fault.Is(err, fault.Forbidden) {
				t.Errorf("an operator: %v", err)
			}
		},
		"a cursor that is none is invalid": func(t *testing.T, l *trail) {
			for _, c := range []string{"x", "1", "1.", ".a"} {
				if _, err := l.List(t.Context(), auditor, audit.Filter{After: c}, 10); !fault.Is(err, fault.Invalid) {
					t.Errorf("%q: %v", c, err)
				}
			}
		},
		"pages go from the newest to the oldest, each entry once": func(t *testing.T, l *trail) {
			l.write(4)
			l.sequence()
			l.bulk(3) // of one moment
			var got []string
			f := audit.Filter{}
			for {
				p, err := l.List(t.Context(), auditor, f, 3)
				must(t, err)
				for _, r := range p.Rows {
					got = append(got, r.ID)
					if (r.Seq == nil) != (len(got) <= 3) {
						t.Errorf("entry %d has place %v", len(got), r.Seq)
					}
				}
				if f.After = p.Next; p.Next == "" {
					break
				}
			}
			for i := 1; i < len(got); i++ {
				if got[i-1] <= got[i] {
					t.Errorf("%s before %s", got[i-1], got[i])
				}
			}
			if len(got) != 7 {
				t.Errorf("listed %d of 7", len(got))
			}
		},
		"filters narrow by record, actor, tree and time": func(t *testing.T, l *trail) {
			l.write(4)
			for name, c := range map[string]struct {
				f    audit.Filter
				want int
			}{
				"record":            {audit.Filter{ObjectKind: "case", ObjectID: "c2"}, 1},
				"actor":             {audit.Filter{ActorID: operator.ID}, 4},
				"another actor":     {audit.Filter{ActorID: "p2"}, 0},
				"another tree":      {audit.Filter{Tree: audit.Access}, 0},
				"from, not up to":   {audit.Filter{From: db.At(morning.Add(2 * time.Second)), To: db.At(morning.Add(4 * time.Second))}, 2},
				"record and actor":  {audit.Filter{ObjectID: "c2", ActorID: operator.ID}, 1},
				"nothing is narrow": {audit.Filter{}, 4},
			} {
				p, err := l.List(t.Context(), auditor, c.f, 10)
				must(t, err)
				if len(p.Rows) != c.want {
					t.Errorf("%s: %d entries, want %d", name, len(p.Rows), c.want)
				}
			}
		},
		"the history of a record does not tell who looked at it": func(t *testing.T, l *trail) {
			l.write(2)
			must(t, l.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				e := entry(2)
				e.Tree = audit.Access
				return audit.Append(ctx, tx, e)
			}))
			must(t, l.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				rows, err := audit.ForObject(ctx, tx, audit.Ref{Kind: "case", ID: "c2"}, 10)
				if len(rows) != 1 || rows[0].Tree != audit.Main {
					t.Errorf("%+v", rows)
				}
				return err
			}))
		},
	})
}
