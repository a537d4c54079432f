package audit

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"tasuke/internal/db"
)

// Verify recomputes every leaf and both trees from the stored rows, on one snapshot and without
// writing, and compares them with the leaf and hash tables, with each stored checkpoint and with
// checkpoint: a file as exported, or nil. public holds the public keys, one per line. What is
// wrong with the trail is in the report; an error means that it could not be read, or that
// key or checkpoint are none of ours (fault.Invalid).
func Verify(ctx context.Context, d *db.DB, public string, checkpoint []byte) (r Report, err error) {
	keys, err := verifiers(public)
	if err != nil {
		return r, err
	}
	outside, err := outsideMarks(keys, checkpoint)
	if err != nil {
		return r, err
	}
	err = d.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, tree := range Trees {
			t, err := verifyTree(ctx, tx, tree, keys, outside)
			if err != nil {
				return fmt.Errorf("verify the audit tree %s: %w", tree, err)
			}
			r.Trees = append(r.Trees, t)
		}
		return nil
	})
	return r, err
}

// mark is a checkpoint that the tree is compared with when it has grown to that size.
type mark struct {
	point
	outside bool
	bad     bool // unreadable or not signed by a known key
}

func outsideMarks(keys note.Verifiers, file []byte) (marks []mark, err error) {
	for _, text := range splitNotes(file) {
		p, err := parsePoint(text)
		if err != nil {
			return nil, err
		}
		marks = append(marks, mark{p, true, !signedBy(keys, text)})
	}
	if file != nil && len(marks) == 0 {
		return nil, unreadable(nil)
	}
	return marks, nil
}

func signedBy(keys note.Verifiers, text string) bool {
	_, err := note.Open([]byte(text), keys)
	return err == nil
}

func storedMarks(ctx context.Context, tx *db.Tx, tree Tree, keys note.Verifiers) (marks []mark, err error) {
	var stored []struct {
		Size int64  `db:"size"`
		Note string `db:"note"`
	}
	if err := tx.Select(ctx, &stored, `SELECT size, note FROM audit_checkpoint WHERE tree = ? ORDER BY size`, tree); err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	for _, s := range stored {
		p, err := parsePoint(s.Note)
		ok := err == nil && p.tree == tree && p.size == s.Size && signedBy(keys, s.Note)
		p.tree, p.size = tree, s.Size
		marks = append(marks, mark{p, false, !ok})
	}
	return marks, nil
}

// verifyTree walks one tree leaf by leaf; memory does not grow with it.
func verifyTree(ctx context.Context, tx *db.Tx, tree Tree, keys note.Verifiers, outside []mark) (TreeReport, error) {
	w := &walk{TreeReport: TreeReport{Tree: tree}}
	stored, err := storedMarks(ctx, tx, tree, keys)
	if err != nil {
		return w.TreeReport, err
	}
	w.Checkpoints = len(stored)
	for _, m := range append(stored, outside...) {
		switch {
		case m.tree != tree:
		case m.bad:
			w.add(Problem{Kind: Unsigned, From: 0, To: m.size - 1, Outside: m.outside})
		default:
			w.marks = append(w.marks, m)
		}
	}
	slices.SortStableFunc(w.marks, func(a, b mark) int { return int(min(max(a.size-b.size, -1), 1)) })
	w.nodes = &nodeStream{tx: tx, tree: tree}
	if err := w.leaves(ctx, tx); err != nil {
		return w.TreeReport, err
	}
	w.dropped()
	return w.TreeReport, w.window(ctx, tx)
}

// window counts what lies after the newest agreeing checkpoint or has no leaf yet.
func (w *walk) window(ctx context.Context, tx *db.Tx) error {
	type part struct {
		N     int64      `db:"n"`
		First db.Instant `db:"first"`
	}
	last := w.Stored
	if w.Outside.Size > last.Size {
		last = w.Outside
	}
	var late, after part
	if err := tx.Get(ctx, &late, `SELECT COUNT(*) AS n, COALESCE(MIN(at), 0) AS first FROM audit_entry e
		WHERE tree = ? AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id)`, w.Tree); err != nil {
		return fmt.Errorf("count entries without a leaf: %w", err)
	}
	if err := tx.Get(ctx, &after, `SELECT COUNT(*) AS n, COALESCE(MIN(e.at), 0) AS first FROM audit_leaf l
		JOIN audit_entry e ON e.id = l.entry_id WHERE l.tree = ? AND l.seq >= ?`, w.Tree, last.Size); err != nil {
		return fmt.Errorf("count entries after the checkpoint: %w", err)
	}
	from := last.At
	for _, p := range []part{late, after} {
		if p.N > 0 && (from.IsZero() || p.First < from) {
			from = p.First
		}
	}
	w.Uncovered = Window{From: from, To: tx.Now, Count: late.N + after.N, Leafless: late.N}
	return nil
}
