package audit_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// found fails unless the problems are exactly these kinds, in order.
func found(t *testing.T, r audit.TreeReport, kinds ...audit.ProblemKind) {
	t.Helper()
	var got []audit.ProblemKind
	for _, p := range r.Problems {
		got = append(got, p.Kind)
	}
	if fmt.Sprint(got) != fmt.Sprint(kinds) {
		t.Fatalf("found %v (%+v), want %v", got, r.Problems, kinds)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *trail){
		"a changed row is named, and nothing else is": func(t *testing.T, l *trail) {
			l.write(20)
			file := l.checkpoint()
			l.attack(`UPDATE audit_entry SET detail = '{"to":"closed"}' WHERE object_id = 'c8'`)
			r := l.verify(file)
			found(t, r, audit.Changed)
			p := r.Problems[0]
			if p.From != 7 || p.Row.ID != l.idAt(7) || p.Row.Action != "case.moved" || p.Row.ObjectID != "c8" || p.Row.At != db.At(morning.Add(8*time.Second)) {
				t.Errorf("named %+v", p)
			}
			if r.Outside.Size != 20 {
				t.Errorf("the checkpoint covers %d rows of 20", r.Outside.Size)
			}
		},
		"each field of a row is under its hash": func(t *testing.T, l *trail) {
			fields := []string{"actor_id", "actor_name", "actor_kind", "action", "object_kind", "object_id", "detail"}
			l.write(len(fields) + 1)
			file := l.checkpoint()
			for i, f := range fields {
				l.attack(fmt.Sprintf(`UPDATE audit_entry SET %s = '' WHERE id = '%s'`, f, l.idAt(i)))
			}
			l.attack(fmt.Sprintf(`UPDATE audit_entry SET at = at + 1 WHERE id = '%s'`, l.idAt(len(fields))))
			if r := l.verify(file); len(r.Problems) != len(fields)+1 {
				t.Errorf("%d of %d changes were named: %+v", len(r.Problems), len(fields)+1, r.Problems)
			}
		},
		"a changed leaf hash is named": func(t *testing.T, l *trail) {
			l.write(9)
			file := l.checkpoint()
			l.attack(`UPDATE audit_leaf SET hash = (SELECT hash FROM audit_leaf WHERE seq = 4) WHERE seq = 3`)
			r := l.verify(file)
			found(t, r, audit.Changed)
			if r.Problems[0].From != 3 {
				t.Errorf("named %+v", r.Problems[0])
			}
		},
		"a changed tree hash is found": func(t *testing.T, l *trail) {
			l.write(9)
			file := l.checkpoint()
			l.attack(`UPDATE audit_node SET hash = (SELECT hash FROM audit_node WHERE idx = 0) WHERE idx = 6`,
				`DELETE FROM audit_node WHERE idx = 0`)
			r := l.verify(file)
			found(t, r, audit.Hash)
			if p := r.Problems[0]; p.From != 0 || p.To != 3 {
				t.Errorf("the hashes at index 0 and 6 are over rows 0 to 3, not %d to %d", p.From, p.To)
			}
		},
		"a changed row with every hash computed anew is caught between two stored checkpoints": func(t *testing.T, l *trail) {
			for range 3 {
				l.write(10)
				l.checkpoint()
			}
			l.attack(`UPDATE audit_entry SET actor_id = 'p2' WHERE object_id = 'c15'`)
			l.rewrite()
			r := l.verify(nil)
			found(t, r, audit.Rewritten)
			if p := r.Problems[0]; p.From != 10 || p.To != 19 || p.Outside {
				t.Errorf("row 14 is said to lie in %d to %d", p.From, p.To)
			}
		},
		"a rewritten trail whose stored checkpoints were removed is caught by the outside one": func(t *testing.T, l *trail) {
			l.write(10)
			l.checkpoint()
			l.write(10)
			file := l.checkpoint()
			l.attack(`UPDATE audit_entry SET actor_id = 'p2' WHERE object_id = 'c15'`, `DELETE FROM audit_checkpoint WHERE size = 20`)
			l.rewrite()
			found(t, l.verify(nil)) // why checkpoints are kept outside
			r := l.verify(file)
			found(t, r, audit.Rewritten)
			if p := r.Problems[0]; p.From != 10 || p.To != 19 || !p.Outside {
				t.Errorf("row 14 is said to lie in %d to %d", p.From, p.To)
			}
		},
		"a row dropped with its leaf from before the checkpoint is missing by its number": func(t *testing.T, l *trail) {
			l.write(12)
			file := l.checkpoint()
			l.attack(`DELETE FROM audit_entry WHERE object_id = 'c5'`, `DELETE FROM audit_leaf WHERE seq = 4`)
			r := l.verify(file)
			found(t, r, audit.Missing)
			if p := r.Problems[0]; p.From != 4 || p.To != 4 || r.Outside.Size != 12 {
				t.Errorf("missing %+v, covered %d", p, r.Outside.Size)
			}
		},
		"a row dropped with its leaf and its hashes is missing too": func(t *testing.T, l *trail) {
			l.write(12)
			file := l.checkpoint()
			l.attack(`DELETE FROM audit_entry WHERE object_id = 'c5'`, `DELETE FROM audit_leaf WHERE seq = 4`, `DELETE FROM audit_node`)
			r := l.verify(file)
			found(t, r, audit.Hash, audit.Missing, audit.Hash)
			if p := r.Problems[1]; p.From != 4 || p.To != 4 || r.Outside.Size != 0 {
				t.Errorf("missing %+v, covered %d", p, r.Outside.Size)
			}
		},
		"a row dropped from the middle and the rest renumbered does not agree with the checkpoint": func(t *testing.T, l *trail) {
			l.write(12)
			file := l.checkpoint()
			l.attack(`DELETE FROM audit_entry WHERE object_id = 'c5'`)
			l.rewrite()
			found(t, l.verify(file), audit.Dropped, audit.Dropped)
			l.write(1)
			l.sequence()
			found(t, l.verify(file), audit.Rewritten, audit.Rewritten)
		},
		"an entry dropped from under its leaf is missing by its id": func(t *testing.T, l *trail) {
			l.write(5)
			file := l.checkpoint()
			id := l.idAt(2)
			l.attack(`DELETE FROM audit_entry WHERE object_id = 'c3'`)
			r := l.verify(file)
			found(t, r, audit.Missing)
			if r.Problems[0].Row.ID != id {
				t.Errorf("named %+v, want %s", r.Problems[0], id)
			}
		},
		"the newest rows dropped with everything about them are caught by the outside checkpoint": func(t *testing.T, l *trail) {
			l.write(8)
			l.checkpoint()
			l.write(4)
			file := l.checkpoint()
			l.attack(`DELETE FROM audit_entry WHERE object_id IN ('c9', 'c10', 'c11', 'c12')`, `DELETE FROM audit_checkpoint WHERE size = 12`)
			l.rewrite()
			found(t, l.verify(nil))
			r := l.verify(file)
			found(t, r, audit.Dropped)
			if p := r.Problems[0]; p.From != 8 || p.To != 11 || !p.Outside {
				t.Errorf("missing %+v", p)
			}
		},
		"rows cut off the end leave traces in the tree's hashes": func(t *testing.T, l *trail) {
			l.write(8)
			file := l.checkpoint()
			l.write(4)
			l.sequence()
			l.attack(`DELETE FROM audit_entry WHERE object_id = 'c12'`, `DELETE FROM audit_leaf WHERE seq = 11`)
			r := l.verify(file)
			found(t, r, audit.Missing)
			if p := r.Problems[0]; p.From != 11 || p.To != 11 {
				t.Errorf("missing %+v", p)
			}
		},
		"rows newer than the last checkpoint and dropped show as a window that nothing covers": func(t *testing.T, l *trail) {
			l.write(8)
			file := l.checkpoint()
			l.write(4)
			l.sequence()
			r := l.verify(file)
			if w := r.Uncovered; w.Count != 4 || w.Leafless != 0 {
				t.Errorf("before the attack: %+v", w)
			}
			l.attack(`DELETE FROM audit_entry WHERE object_id IN ('c9', 'c10', 'c11', 'c12')`)
			l.rewrite()
			r = l.verify(file)
			found(t, r)
			want := audit.Window{From: db.At(morning.Add(8 * time.Second)), To: db.At(morning.Add(12 * time.Second))}
			if r.Uncovered != want {
				t.Errorf("window %+v, want %+v", r.Uncovered, want)
			}
		},
		"entries without a leaf are in the window, from the oldest of them": func(t *testing.T, l *trail) {
			l.write(2)
			l.checkpoint()
			l.clock.Set(morning.Add(-time.Hour))
			l.write(1)
			l.clock.Set(morning.Add(time.Hour))
			want := audit.Window{From: db.At(morning.Add(time.Second - time.Hour)), To: db.At(morning.Add(time.Hour)), Count: 1, Leafless: 1}
			if r := l.verify(nil); r.Uncovered != want {
				t.Errorf("window %+v, want %+v", r.Uncovered, want)
			}
		},
		"a checkpoint of another key proves nothing": func(t *testing.T, l *trail) {
			l.write(3)
			file := l.checkpoint()
			other := newTrail(t, l.d)
			r, err := audit.Verify(t.Context(), l.d, other.public, file)
			must(t, err)
			found(t, r.Trees[0], audit.Unsigned, audit.Unsigned)
			if r.OK() || r.Trees[0].Outside.Size != 0 || r.Trees[0].Stored.Size != 0 {
				t.Errorf("%+v", r.Trees[0])
			}
		},
		"after a change of key both lines of public keys verify the whole trail": func(t *testing.T, l *trail) {
			l.write(3)
			first := l.checkpoint()
			next := newTrail(t, l.d)
			next.write(3)
			second := next.checkpoint()
			for _, file := range [][]byte{first, second} {
				r, err := audit.Verify(t.Context(), l.d, l.public+"\n"+next.public+"\n", file)
				must(t, err)
				found(t, r.Trees[0])
			}
		},
		"a checkpoint of every size agrees with the tree": func(t *testing.T, l *trail) {
			var files [][]byte
			for range 35 {
				l.write(1)
				files = append(files, l.checkpoint())
			}
			for i, file := range files {
				r := l.verify(file)
				found(t, r)
				if r.Outside.Size != int64(i+1) || r.Stored.Size != 35 || r.Checkpoints != 35 {
					t.Fatalf("%+v", r)
				}
			}
		},
		"a thousand changed rows do not hide what else is wrong": func(t *testing.T, l *trail) {
			l.bulk(1000)
			file := l.checkpoint()
			l.attack(`DELETE FROM audit_entry WHERE object_id = 'c1000'`, `UPDATE audit_entry SET detail = '{}'`)
			r := l.verify(file)
			if r.More == 0 || r.Problems[len(r.Problems)-1].Kind != audit.Missing {
				t.Errorf("%d problems, %d more", len(r.Problems), r.More)
			}
		},
		"a file that is no checkpoint is refused": func(t *testing.T, l *trail) {
			for _, file := range []string{"", "hello\n", "tasuke/main\n-1\nx\n", "tasuke/other\n1\nAAAA\nat x\n"} {
				if _, err := audit.Verify(t.Context(), l.d, l.public, []byte(file)); !fault.Is(err, fault.Invalid) {
					t.Errorf("%q: %v", file, err)
				}
			}
			if _, err := audit.Verify(t.Context(), l.d, "no key", nil); !fault.Is(err, fault.Invalid) {
				t.Errorf("a key that is none: %v", err)
			}
		},
	})
}

func TestVerifyPagesThroughALongTrail(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *trail){
		"a changed row is found beyond the first page": func(t *testing.T, l *trail) {
			const many = 4321
			l.bulk(many)
			if n := l.sequence(); n != many {
				t.Fatalf("sequenced %d", n)
			}
			file := l.checkpoint()
			l.attack(`UPDATE audit_entry SET detail = '{}' WHERE object_id = 'c4000'`)
			r := l.verify(file)
			found(t, r, audit.Changed)
			if r.Size != many || r.Outside.Size != many || r.Problems[0].Row.ObjectID != "c4000" {
				t.Errorf("%+v", r)
			}
		},
	})
}

func FuzzCheckpointFile(f *testing.F) {
	_, public, err := note.GenerateKey(rand.Reader, "tasuke")
	must(f, err)
	f.Add([]byte("tasuke/main\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nat 2026-04-01T00:00:00Z\n\n— tasuke AAAA\n"))
	f.Add([]byte(strings.Repeat("— \n", 3)))
	f.Fuzz(func(t *testing.T, file []byte) {
		if err := audit.ReadCheckpoint(public, file); err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", file, err)
		}
	})
}
