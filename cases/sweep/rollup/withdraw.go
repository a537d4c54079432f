package rollup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

const (
	maxReason = 1000 // characters
	// withdrawn is the folder beside those of the sources; no source has this name.
	withdrawn = "withdrawn"
)

// Withdraw takes a source back that should not have been imported: another firm's log, a wrong
// mapping. Its rows are no longer asked; its segments are moved to the folder "withdrawn", their
// lines of the manifest stay with the reason, and the same file may be imported again. It gives the
// segments that went, and fails with fault.NotFound "sweep.withdraw.none" when there is no such
// source. It needs actor.EventsImport.
func (s *Store) Withdraw(ctx context.Context, by actor.Actor, source, reason string) ([]Segment, error) {
	if err := by.Need(actor.EventsImport); err != nil {
		return nil, err
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxReason {
		return nil, fault.New(fault.Invalid, "sweep.withdraw.reason", nil)
	}
	gone, err := s.index.Withdraw(ctx, Retraction{source, reason, by.ID}, s.again)
	if err != nil {
		return nil, err
	}
	if len(gone) == 0 {
		return nil, fault.New(fault.NotFound, "sweep.withdraw.none", map[string]any{"Source": source})
	}
	return gone, s.aside(gone)
}

// again counts the sightings of a segment from its rows.
func (s *Store) again(ctx context.Context, g Segment) ([]Sighting, error) {
	if err := ctx.Err(); err != nil {
		return nil, err //nolint:wrapcheck // the caller's own
	}
	events := make([]Event, 0, g.Kept)
	if _, err := s.scan(g, nil, func(e Event) bool { events = append(events, e); return true }); err != nil {
		return nil, fmt.Errorf("read segment %s: %w", g.Chunk, err)
	}
	list, _ := count(events)
	return list, nil
}

// aside moves the files out of the way of a new import. One that a kill left in place is no longer
// in the manifest, and the next import of that chunk writes it again.
func (s *Store) aside(gone []Segment) error {
	for _, g := range gone {
		if g.Kept == 0 {
			continue
		}
		to := filepath.Join(s.dir, withdrawn, g.Source, string(g.SHA256)+".parquet")
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return fmt.Errorf("make the folder of withdrawn segments: %w", err)
		}
		if err := os.Rename(s.file(g.Source, g.Chunk), to); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("move a withdrawn segment: %w", err)
		}
	}
	return nil
}
