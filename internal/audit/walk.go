package audit

import (
	"context"
	"database/sql"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"tasuke/internal/db"
)

// page is how many rows verify holds in memory.
const page = 2000

// walk recomputes one tree from its first leaf to its last.
type walk struct {
	TreeReport
	marks []mark // ascending by size
	nodes *nodeStream
	// peaks are the roots of the completed subtrees that make up the tree so far, largest first.
	peaks []tlog.Hash
	// blind: a leaf is gone without any trace of its hash; later roots cannot be computed.
	blind bool
	// rewritten: a stored checkpoint already disagreed, so all later ones do.
	rewritten bool
}

type leafRow struct {
	Seq     int64          `db:"seq"`
	EntryID string         `db:"entry_id"`
	Hash    []byte         `db:"leaf_hash"`
	Present sql.NullString `db:"present"`
	Row
}

const leafQuery = `SELECT l.seq, l.entry_id, l.hash AS leaf_hash, e.id AS present,
	l.entry_id AS id, COALESCE(e.tree, '') AS tree, COALESCE(e.at, 0) AS at,
	COALESCE(e.actor_id, '') AS actor_id, COALESCE(e.actor_name, '') AS actor_name, COALESCE(e.actor_kind, '') AS actor_kind,
	COALESCE(e.action, '') AS action, COALESCE(e.object_kind, '') AS object_kind, COALESCE(e.object_id, '') AS object_id,
	COALESCE(e.detail, '') AS detail
	FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id WHERE l.tree = ? AND l.seq >= ? ORDER BY l.seq LIMIT ?`

func (w *walk) leaves(ctx context.Context, tx *db.Tx) error {
	for next := int64(0); ; {
		var rows []leafRow
		if err := tx.Select(ctx, &rows, leafQuery, w.Tree, next, page); err != nil {
			return fmt.Errorf("read leaves: %w", err)
		}
		for _, r := range rows {
			if err := w.leaf(ctx, r); err != nil {
				return err
			}
			next = r.Seq + 1
		}
		if len(rows) < page {
			break
		}
	}
	return w.tail(ctx)
}

// leaf compares the three places that hold a row's hash and grows the tree by the one that two
// of them agree on, so that a single changed row is reported once and not again by every
// checkpoint above it.
func (w *walk) leaf(ctx context.Context, r leafRow) error {
	if err := w.gap(ctx, r.Seq); err != nil {
		return err
	}
	kept, there, err := w.nodes.at(ctx, tlog.StoredHashIndex(0, r.Seq))
	if err != nil {
		return err
	}
	own, given := r.hash(), tlog.Hash{}
	copy(given[:], r.Hash)
	p := Problem{From: r.Seq, To: r.Seq, Row: r.Row}
	switch {
	case !r.Present.Valid:
		p.Kind = Missing
		w.add(p)
	case own != given || there && own != kept:
		p.Kind = Changed
		w.add(p)
	case !there:
		p.Kind = Hash
		w.add(p)
	}
	if there && own != given {
		given = kept
	}
	return w.grow(ctx, given)
}

// gap reports leaves that are gone before seq and fills them from the tree's own hashes.
func (w *walk) gap(ctx context.Context, seq int64) error {
	if w.Size == seq {
		return nil
	}
	w.add(Problem{Kind: Missing, From: w.Size, To: seq - 1})
	for w.Size < seq {
		kept, there, err := w.nodes.at(ctx, tlog.StoredHashIndex(0, w.Size))
		if err != nil {
			return err
		}
		if !there {
			w.blind, w.Size = true, seq
			return nil
		}
		if err := w.grow(ctx, kept); err != nil {
			return err
		}
	}
	return nil
}

// grow adds one leaf hash, closes the subtrees it completes, and compares each with the hash
// table and the whole with the checkpoints of this size.
func (w *walk) grow(ctx context.Context, h tlog.Hash) error {
	n := w.Size
	w.Size++
	if w.blind {
		return nil
	}
	for level := 0; n>>level&1 == 1; level++ {
		last := len(w.peaks) - 1
		h = tlog.NodeHash(w.peaks[last], h)
		w.peaks = w.peaks[:last]
		kept, there, err := w.nodes.at(ctx, tlog.StoredHashIndex(level+1, n>>(level+1)))
		if err != nil {
			return err
		}
		if !there || kept != h {
			w.add(Problem{Kind: Hash, From: n + 1 - 2<<level, To: n})
		}
	}
	w.peaks = append(w.peaks, h)
	for len(w.marks) > 0 && w.marks[0].size <= w.Size {
		w.compare(w.marks[0])
		w.marks = w.marks[1:]
	}
	return nil
}

func (w *walk) root() tlog.Hash {
	h := w.peaks[len(w.peaks)-1]
	for i := len(w.peaks) - 2; i >= 0; i-- {
		h = tlog.NodeHash(w.peaks[i], h)
	}
	return h
}

func (w *walk) compare(m mark) {
	switch {
	case m.size == 0: // says nothing about any row
	case m.root == w.root():
		c := &w.Stored
		if m.outside {
			c = &w.Outside
		}
		*c = Covered{m.size, m.at}
	case m.outside || !w.rewritten:
		w.rewritten = w.rewritten || !m.outside
		w.add(Problem{Kind: Rewritten, From: max(w.Stored.Size, w.Outside.Size), To: m.size - 1, Outside: m.outside})
	}
}

// tail looks for hashes of leaves after the last one: traces of rows taken off the end.
func (w *walk) tail(ctx context.Context) error {
	if len(w.peaks) > 0 && !w.blind {
		w.Root = w.root()
	}
	last, err := w.nodes.last(ctx)
	if err != nil {
		return err
	}
	if last < tlog.StoredHashCount(w.Size) {
		return nil
	}
	level, n := tlog.SplitStoredHashIndex(last)
	w.add(Problem{Kind: Missing, From: w.Size, To: (n+1)<<level - 1})
	return nil
}

// dropped reports checkpoints larger than the tree, of each kind the largest.
func (w *walk) dropped() {
	var inside, outside int64
	for _, m := range w.marks {
		if m.outside {
			outside = m.size
		} else {
			inside = m.size
		}
	}
	if inside > w.Size {
		w.add(Problem{Kind: Dropped, From: w.Size, To: inside - 1})
	}
	if outside > w.Size {
		w.add(Problem{Kind: Dropped, From: w.Size, To: outside - 1, Outside: true})
	}
}
