package audit

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tasuke/internal/db"
)

// batch bounds one sequencing transaction, and so how long it holds SQLite's only writer.
const batch = 500

// Log gives entries their place in the trees and signs checkpoints.
type Log struct {
	// Dir receives a file for each new checkpoint; empty means checkpoints stay in the database.
	Dir string
	// Every is how often Run signs and exports a checkpoint.
	Every time.Duration

	db     *db.DB
	signer note.Signer
	mu     sync.Mutex
	signed map[Tree]point // the newest checkpoint that this process has seen of each tree
}

// NewLog makes the log of a database; signer comes from LoadKey.
func NewLog(d *db.DB, signer note.Signer) *Log {
	return &Log{Every: time.Minute, db: d, signer: signer, signed: map[Tree]point{}}
}

// Sequence gives a leaf to every committed entry that has none, ordered by time within what it
// finds, and says how many it placed. It never asks for "newer than the last": an entry whose
// transaction commits late would be skipped for ever. Nodes take turns under a lock.
func (l *Log) Sequence(ctx context.Context) (int, error) {
	total := 0
	for _, tree := range Trees {
		for {
			n, err := l.batch(ctx, tree)
			total += n
			if err != nil {
				return total, fmt.Errorf("sequence the audit tree %s: %w", tree, err)
			}
			if n < batch {
				break
			}
		}
	}
	return total, nil
}

const leafless = ` FROM audit_pending p JOIN audit_entry e ON e.id = p.entry_id
	LEFT JOIN audit_leaf l ON l.entry_id = e.id WHERE l.entry_id IS NULL AND e.tree = p.tree AND p.tree = ?`

func (l *Log) batch(ctx context.Context, tree Tree) (int, error) {
	waits := false
	if err := l.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &waits, `SELECT EXISTS (SELECT 1`+leafless+`)`, tree)
	}); err != nil || !waits {
		return 0, err // spares SQLite's writer when there is nothing to do
	}
	var rows []Row
	err := l.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := turn(ctx, tx); err != nil {
			return err
		}
		if err := tx.Select(ctx, &rows, `SELECT e.*`+leafless+` ORDER BY p.at, p.entry_id LIMIT ?`, tree, batch); err != nil {
			return fmt.Errorf("find entries without a leaf: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		return place(ctx, tx, tree, rows)
	})
	if err != nil {
		return 0, err
	}
	return len(rows), nil
}

// turn waits until this transaction is the only one that extends or signs the trees. It waits
// rather than gives up: the holder may have looked before our entry was committed.
func turn(ctx context.Context, tx *db.Tx) error {
	if tx.Dialect == db.SQLite {
		return nil // one writer
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(7232, hashtext('tasuke audit ' || current_schema()))`); err != nil {
		return fmt.Errorf("take the audit lock: %w", err)
	}
	return nil
}

type leaf struct {
	Tree    Tree   `db:"tree"`
	Seq     int64  `db:"seq"`
	EntryID string `db:"entry_id"`
	Hash    []byte `db:"hash"`
}

type node struct {
	Tree Tree   `db:"tree"`
	Idx  int64  `db:"idx"`
	Hash []byte `db:"hash"`
}

// place extends a tree by the rows: their leaves, and every subtree they complete.
func place(ctx context.Context, tx *db.Tx, tree Tree, rows []Row) error {
	first, err := size(ctx, tx, tree)
	if err != nil {
		return err
	}
	known := &nodes{ctx: ctx, tx: tx, tree: tree, seen: map[int64]tlog.Hash{}}
	var leaves []leaf
	var fresh []node
	for i, r := range rows {
		n, h := first+int64(i), r.hash()
		hashes, err := tlog.StoredHashesForRecordHash(n, h, known)
		if err != nil {
			return fmt.Errorf("extend the tree at leaf %d: %w", n, err)
		}
		leaves = append(leaves, leaf{tree, n, r.ID, h[:]})
		for k, h := range hashes {
			idx := tlog.StoredHashIndex(0, n) + int64(k)
			known.seen[idx] = h
			fresh = append(fresh, node{tree, idx, h[:]})
		}
	}
	return store(ctx, tx, leaves, fresh)
}

func store(ctx context.Context, tx *db.Tx, leaves []leaf, fresh []node) error {
	if _, err := tx.NamedExec(ctx, `INSERT INTO audit_leaf (tree, seq, entry_id, hash) VALUES (:tree, :seq, :entry_id, :hash)`, leaves); err != nil {
		return fmt.Errorf("write leaves: %w", err)
	}
	if _, err := tx.NamedExec(ctx, `INSERT INTO audit_node (tree, idx, hash) VALUES (:tree, :idx, :hash)`, fresh); err != nil {
		return fmt.Errorf("write tree hashes: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM audit_pending WHERE entry_id IN
		(SELECT entry_id FROM audit_leaf WHERE tree = ? AND seq >= ?)`, leaves[0].Tree, leaves[0].Seq); err != nil {
		return fmt.Errorf("clear the queue: %w", err)
	}
	return nil
}

func size(ctx context.Context, tx *db.Tx, tree Tree) (n int64, err error) {
	if err := tx.Get(ctx, &n, `SELECT COALESCE(MAX(seq) + 1, 0) FROM audit_leaf WHERE tree = ?`, tree); err != nil {
		return 0, fmt.Errorf("read the size of the tree: %w", err)
	}
	return n, nil
}

// requeue puts entries that have no leaf and lost their place in the queue back into it, and
// takes out those that have one. Run does it once, at start.
func (l *Log) requeue(ctx context.Context) error {
	return l.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := turn(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM audit_pending WHERE entry_id IN (SELECT entry_id FROM audit_leaf)`); err != nil {
			return fmt.Errorf("tidy the audit queue: %w", err)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO audit_pending (entry_id, tree, at) SELECT e.id, e.tree, e.at FROM audit_entry e
			WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id)
			AND NOT EXISTS (SELECT 1 FROM audit_pending p WHERE p.entry_id = e.id)`); err != nil {
			return fmt.Errorf("refill the audit queue: %w", err)
		}
		return nil
	})
}
