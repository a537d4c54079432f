package audit_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

func TestSequence(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *trail){
		"an act that is rolled back leaves no entry": func(t *testing.T, l *trail) {
			broken := errors.New("the act failed")
			err := l.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				must(t, audit.Append(ctx, tx, entry(1)))
				return broken
			})
			if !errors.Is(err, broken) || l.count("audit_entry") != 0 || l.count("audit_pending") != 0 || l.sequence() != 0 {
				t.Errorf("%v, %d entries", err, l.count("audit_entry"))
			}
		},
		"an entry dated before one that is already in the tree is not skipped": func(t *testing.T, l *trail) {
			l.write(3)
			l.checkpoint()
			l.clock.Set(morning.Add(-time.Hour))
			l.write(1)
			if n := l.sequence(); n != 1 {
				t.Fatalf("placed %d entries", n)
			}
			if r := l.verify(l.checkpoint()); r.Size != 4 || len(r.Problems) != 0 || r.Uncovered.Count != 0 {
				t.Errorf("%+v", r)
			}
		},
		"entries whose place in the queue was lost are found at start": func(t *testing.T, l *trail) {
			l.write(3)
			l.attack(`DELETE FROM audit_pending`)
			if n := l.sequence(); n != 0 {
				t.Fatalf("placed %d entries from an empty queue", n)
			}
			must(t, l.Requeue(t.Context()))
			if n := l.sequence(); n != 3 {
				t.Errorf("placed %d of 3", n)
			}
		},
		"a stray queue row does not hold up the others": func(t *testing.T, l *trail) {
			l.write(2)
			l.sequence()
			l.attack(`INSERT INTO audit_pending (entry_id, tree, at) SELECT id, tree, at FROM audit_entry`, `INSERT INTO audit_pending (entry_id, tree, at) VALUES ('nobody', 'main', 0)`)
			l.write(1)
			if n := l.sequence(); n != 1 {
				t.Errorf("placed %d entries, want 1", n)
			}
		},
		"nothing is signed over a changed tree": func(t *testing.T, l *trail) {
			l.write(5)
			l.checkpoint()
			l.attack(`UPDATE audit_entry SET detail = '{}' WHERE object_id = 'c2'`)
			l.rewrite()
			l.write(1)
			if _, err := l.Checkpoint(t.Context()); !errors.Is(err, audit.ErrForked) {
				t.Errorf("signed: %v", err)
			}
		},
		"nothing is signed over a tree cut shorter than this process has seen": func(t *testing.T, l *trail) {
			l.write(5)
			l.checkpoint()
			l.attack(`DELETE FROM audit_entry WHERE object_id = 'c5'`, `DELETE FROM audit_checkpoint`)
			l.rewrite()
			if _, err := l.Checkpoint(t.Context()); !errors.Is(err, audit.ErrForked) {
				t.Errorf("signed: %v", err)
			}
		},
		"the access tree is numbered and signed apart": func(t *testing.T, l *trail) {
			l.write(3)
			e := entry(9)
			e.Tree, e.Action = audit.Access, "customer.revealed"
			must(t, l.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return audit.Append(ctx, tx, e) }))
			file := l.checkpoint()
			r, err := audit.Verify(t.Context(), l.d, l.public, file)
			must(t, err)
			if !r.OK() || r.Trees[0].Outside.Size != 3 || r.Trees[1].Outside.Size != 1 {
				t.Errorf("%+v", r)
			}
		},
		"an entry without tree, action or actor is refused": func(t *testing.T, l *trail) {
			for _, spoil := range []func(*audit.Entry){
				func(e *audit.Entry) { e.Tree = "" },
				func(e *audit.Entry) { e.Action = "" },
				func(e *audit.Entry) { e.Actor.ID = "" },
				func(e *audit.Entry) { e.Detail = func() {} },
			} {
				e := entry(1)
				spoil(&e)
				if err := l.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return audit.Append(ctx, tx, e) }); err == nil {
					t.Errorf("%+v was written", e)
				}
			}
		},
		"the detail is kept as canonical JSON": func(t *testing.T, l *trail) {
			e := entry(1)
			e.Detail = struct {
				Yen  int64  `json:"yen"`
				Note string `json:"a_note"`
			}{9007199254740993, "<組戻し>"}
			must(t, l.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return audit.Append(ctx, tx, e) }))
			var got string
			l.read(&got, `SELECT detail FROM audit_entry`)
			if want := `{"a_note":"<組戻し>","yen":9007199254740993}`; got != want {
				t.Errorf("%s, want %s", got, want)
			}
		},
	})
}

func TestNothingChangesAnAuditRow(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *trail){
		"no statement changes, removes or replaces a row": func(t *testing.T, l *trail) {
			l.write(3)
			l.checkpoint()
			var bad []string
			for table, column := range map[string]string{
				"audit_entry": "detail", "audit_leaf": "entry_id", "audit_node": "tree", "audit_checkpoint": "note",
			} {
				bad = append(bad, `UPDATE `+table+` SET `+column+` = 'x'`, `DELETE FROM `+table)
				if l.d.Dialect == db.Postgres {
					bad = append(bad, `TRUNCATE `+table)
				} else {
					bad = append(bad, `REPLACE INTO `+table+` SELECT * FROM `+table)
				}
			}
			for _, statement := range bad {
				err := l.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					_, err := tx.Exec(ctx, statement)
					return err
				})
				if err == nil {
					t.Errorf("%s was allowed", statement)
				}
			}
			if r := l.verify(nil); r.Size != 3 || len(r.Problems) != 0 {
				t.Errorf("%+v", r)
			}
		},
	})
}

func TestRestart(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return filepath.Join(t.TempDir(), "a.db") },
		"postgres": dbtest.PostgresDSN,
	} {
		t.Run("what was committed before a stop has its leaf after the next start, on "+name, func(t *testing.T) {
			t.Parallel()
			dsn := address(t)
			first, err := db.Open(t.Context(), dsn)
			must(t, err)
			before := newTrail(t, dbtest.Open(t, dsn))
			before.write(5)
			file := before.checkpoint()
			before.write(2) // committed, never sequenced by this process
			must(t, before.d.Close())
			must(t, first.Close())

			after := &trail{Log: audit.NewLog(dbtest.Open(t, dsn), nil), t: t, public: before.public}
			after.d = dbtest.Open(t, dsn)
			if n := after.sequence(); n != 2 {
				t.Errorf("placed %d of 2", n)
			}
			if r := after.verify(file); len(r.Problems) != 0 || r.Size != 7 || r.Outside.Size != 5 || r.Uncovered.Count != 2 {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *trail){
		"a commit wakes the sequencer, and the end is signed and exported": func(t *testing.T, l *trail) {
			l.Dir = t.TempDir()
			l.Every = time.Hour
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { l.d.Listen(ctx); ended <- struct{}{} }()
			go func() { l.Run(ctx); ended <- struct{}{} }()
			l.write(4)
			for l.count("audit_leaf") < 4 { // each look is a query; the run's own limit ends it
				if t.Context().Err() != nil {
					t.Fatal("no leaf")
				}
			}
			stop()
			<-ended
			<-ended
			files, err := filepath.Glob(filepath.Join(l.Dir, "*", "*-main4-access0.note"))
			must(t, err)
			if len(files) != 1 {
				t.Fatalf("exported %v", files)
			}
			file, err := os.ReadFile(files[0])
			must(t, err)
			if r := l.verify(file); len(r.Problems) != 0 || r.Outside.Size != 4 || r.Uncovered.Count != 0 {
				t.Errorf("%+v", r)
			}
		},
		"a checkpoint file is written once, whole, and again when it is lost": func(t *testing.T, l *trail) {
			l.Dir = filepath.Join(t.TempDir(), "checkpoints")
			l.write(1)
			first := l.checkpoint()
			l.clock.Add(time.Minute)
			if again := l.checkpoint(); string(again) != string(first) {
				t.Errorf("an unchanged tree was signed again: %s", again)
			}
			files, err := filepath.Glob(filepath.Join(l.Dir, "*", "*"))
			must(t, err)
			if len(files) != 1 {
				t.Fatalf("exported %v", files)
			}
			must(t, os.Remove(files[0]))
			l.checkpoint()
			kept, err := os.ReadFile(files[0])
			must(t, err)
			if string(kept) != string(first) {
				t.Errorf("exported %s", kept)
			}
		},
	})
}
