package audit

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"tasuke/internal/db"
)

// ErrDamaged is returned when a tree lacks hashes it must have; tasuke verify says which.
var ErrDamaged = errors.New("the stored hashes of an audit tree are damaged")

// nodes reads a tree's stored hashes inside one transaction, as tlog.HashReader.
type nodes struct {
	ctx  context.Context //nolint:containedctx // tlog.HashReader has no context; this lives as long as the transaction
	tx   *db.Tx
	tree Tree
	seen map[int64]tlog.Hash
}

// ReadHashes gives the hashes in the order of their indexes, or ErrDamaged.
func (n *nodes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var ask []int64
	for _, i := range indexes {
		if _, ok := n.seen[i]; !ok {
			ask = append(ask, i)
		}
	}
	if err := n.fetch(ask); err != nil {
		return nil, err
	}
	out := make([]tlog.Hash, len(indexes))
	for k, i := range indexes {
		h, ok := n.seen[i]
		if !ok {
			return nil, fmt.Errorf("%w: %s has no hash %d", ErrDamaged, n.tree, i)
		}
		out[k] = h
	}
	return out, nil
}

func (n *nodes) fetch(indexes []int64) error {
	if len(indexes) == 0 {
		return nil
	}
	var found []node
	if err := n.tx.SelectIn(n.ctx, &found, `SELECT tree, idx, hash FROM audit_node WHERE tree = ? AND idx IN (?)`, n.tree, indexes); err != nil {
		return fmt.Errorf("read tree hashes: %w", err)
	}
	for _, f := range found {
		h, err := asHash(f.Hash)
		if err != nil {
			return err
		}
		n.seen[f.Idx] = h
	}
	return nil
}

func asHash(b []byte) (h tlog.Hash, err error) {
	if copy(h[:], b) != len(h) || len(b) != len(h) {
		return h, fmt.Errorf("%w: a hash of %d bytes", ErrDamaged, len(b))
	}
	return h, nil
}
