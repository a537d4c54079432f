package audit

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"tasuke/internal/db"
)

// nodeStream reads a tree's stored hashes in order of index, which is the order of growth.
type nodeStream struct {
	tx   *db.Tx
	tree Tree
	buf  []node
	next int64 // first index not yet read
	done bool
}

// at gives the hash of an index and whether it is there and whole. Indexes must ascend.
func (s *nodeStream) at(ctx context.Context, idx int64) (h tlog.Hash, there bool, err error) {
	for {
		for len(s.buf) > 0 && s.buf[0].Idx < idx {
			s.buf = s.buf[1:]
		}
		if len(s.buf) > 0 || s.done {
			break
		}
		if err := s.tx.Select(ctx, &s.buf, `SELECT tree, idx, hash FROM audit_node
			WHERE tree = ? AND idx >= ? ORDER BY idx LIMIT ?`, s.tree, max(idx, s.next), page); err != nil {
			return h, false, fmt.Errorf("read tree hashes: %w", err)
		}
		if s.done = len(s.buf) < page; len(s.buf) > 0 {
			s.next = s.buf[len(s.buf)-1].Idx + 1
		}
	}
	if len(s.buf) == 0 || s.buf[0].Idx != idx {
		return h, false, nil
	}
	h, err = asHash(s.buf[0].Hash)
	return h, err == nil, nil // a hash of the wrong length is as good as gone
}

// last is the largest index, -1 when there is none.
func (s *nodeStream) last(ctx context.Context) (idx int64, err error) {
	if err := s.tx.Get(ctx, &idx, `SELECT COALESCE(MAX(idx), -1) FROM audit_node WHERE tree = ?`, s.tree); err != nil {
		return 0, fmt.Errorf("read the last tree hash: %w", err)
	}
	return idx, nil
}
