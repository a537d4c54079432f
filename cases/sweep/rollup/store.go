package rollup

import (
	"context"
	"fmt"
	"os"

	"tasuke/internal/db"
)

// Options of a store. Every function is required but Register.
type Options struct {
	// Blind is the keyed hash of a value that must not be kept (vault.Vault.Blind).
	Blind func(field, value string) []byte
	// Now is the moment segments are dated with and clocks are compared with.
	Now func() db.Instant
	// Register says which of the firm's customer numbers are in the register; nil: not asked. Events
	// of others are kept too, and counted.
	Register func(ctx context.Context, numbers []string) (map[string]bool, error)
	// ChunkRows is the number of rows in a chunk, 65,536 when zero. A file must always be imported
	// with the same number.
	ChunkRows int
}

// Store keeps segments in a folder and what is counted from them behind the port.
type Store struct {
	dir   string
	index Index
	o     Options
}

// Open gives a store over a folder, which it makes, and an index, which the caller closes.
func Open(dir string, index Index, o Options) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the segments: %w", err)
	}
	if o.ChunkRows <= 0 {
		o.ChunkRows = 1 << 16
	}
	return &Store{dir: dir, index: index, o: o}, nil
}

// Coverage gives what each source covers, by name.
func (s *Store) Coverage(ctx context.Context) ([]Coverage, error) { return s.index.Coverage(ctx) }

// Segments gives the manifest, of what reaches over a moment or is later.
func (s *Store) Segments(ctx context.Context, since db.Instant) ([]Segment, error) {
	return s.index.Segments(ctx, since)
}
