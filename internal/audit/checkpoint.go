package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// ErrForked is returned instead of signing a tree that is not an extension of the last
// checkpoint: rows were changed or dropped underneath. tasuke verify says which.
var ErrForked = errors.New("the audit tree does not extend its last checkpoint; nothing was signed")

// point is what a checkpoint says: at that moment the tree had this size and this root.
type point struct {
	tree Tree
	size int64
	root tlog.Hash
	at   db.Instant
}

// signedPoint is a checkpoint as kept and exported.
type signedPoint struct {
	point
	note string
}

const (
	origin = "tasuke/"
	atLine = "at "
)

// text is the signed text: origin, size and root as in C2SP tlog-checkpoint, then the time as an
// extension line.
func (p point) text() string {
	return fmt.Sprintf("%s%s\n%d\n%s\n%s%s\n", origin, p.tree, p.size, p.root, atLine, p.at.Time().Format(time.RFC3339Nano))
}

func unreadable(cause error) error {
	return fault.Wrap(fault.Invalid, "audit.checkpoint.unreadable", nil, cause)
}

func parsePoint(text string) (p point, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || !strings.HasPrefix(lines[0], origin) {
		return p, unreadable(fmt.Errorf("not a tasuke checkpoint: %.40q", text))
	}
	p.tree = Tree(strings.TrimPrefix(lines[0], origin))
	if !slices.Contains(Trees, p.tree) {
		return p, unreadable(fmt.Errorf("%w: %.40q", errTree, lines[0]))
	}
	if p.size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || p.size < 0 {
		return p, unreadable(fmt.Errorf("size %.40q: %w", lines[1], err))
	}
	if p.root, err = tlog.ParseHash(lines[2]); err != nil {
		return p, unreadable(err)
	}
	for _, line := range lines[3:] {
		if at, ok := strings.CutPrefix(line, atLine); ok {
			t, err := time.Parse(time.RFC3339Nano, at)
			if err != nil {
				return p, unreadable(err)
			}
			p.at = db.At(t)
		}
	}
	return p, nil
}

// splitNotes cuts a file of checkpoints, one signed note after the other, into notes: a note
// ends where its signature lines do.
func splitNotes(file []byte) (notes []string) {
	var b strings.Builder
	signed := false
	for line := range bytes.Lines(bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n"))) {
		s := bytes.HasPrefix(line, []byte("— "))
		if signed && !s {
			notes = append(notes, b.String())
			b.Reset()
		}
		b.Write(line)
		signed = s
	}
	if strings.TrimSpace(b.String()) != "" {
		notes = append(notes, b.String())
	}
	return notes
}

// Checkpoint sequences what waits, signs the trees that have grown, exports when Dir is set, and
// gives the newest checkpoint of every tree as one file. It fails with ErrForked rather than
// sign a tree that was tampered with.
func (l *Log) Checkpoint(ctx context.Context) ([]byte, error) {
	if _, err := l.Sequence(ctx); err != nil {
		return nil, err
	}
	var all []signedPoint
	for _, tree := range Trees {
		var p signedPoint
		if err := l.db.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			p, err = l.sign(ctx, tx, tree)
			return err
		}); err != nil {
			return nil, fmt.Errorf("checkpoint of the audit tree %s: %w", tree, err)
		}
		l.remember(p.point)
		all = append(all, p)
	}
	file := bundle(all)
	if l.Dir == "" {
		return file, nil
	}
	return file, export(l.Dir, all, file)
}

func bundle(all []signedPoint) (file []byte) {
	for _, p := range all {
		file = append(file, p.note...)
	}
	return file
}

// sign gives the stored checkpoint of the tree's present size, or makes it.
func (l *Log) sign(ctx context.Context, tx *db.Tx, tree Tree) (p signedPoint, err error) {
	if err := turn(ctx, tx); err != nil {
		return p, err
	}
	n, err := size(ctx, tx, tree)
	if err != nil {
		return p, err
	}
	known := &nodes{ctx: ctx, tx: tx, tree: tree, seen: map[int64]tlog.Hash{}}
	root, err := tlog.TreeHash(n, known)
	if err != nil {
		return p, fmt.Errorf("compute the root: %w", err)
	}
	p.point = point{tree, n, root, tx.Now}
	last, err := lastPoint(ctx, tx, tree)
	if err != nil {
		return p, err
	}
	for _, old := range []point{last.point, l.remembered(tree)} {
		if err := extends(p.point, old, known); err != nil {
			return p, err
		}
	}
	if last.note != "" && last.size == n {
		return last, nil
	}
	signed, err := note.Sign(&note.Note{Text: p.text()}, l.signer)
	if err != nil {
		return p, fmt.Errorf("sign: %w", err)
	}
	p.note = string(signed)
	if _, err := tx.Exec(ctx, `INSERT INTO audit_checkpoint (tree, size, note, at) VALUES (?, ?, ?, ?)`, tree, n, p.note, p.at); err != nil {
		return p, fmt.Errorf("keep the checkpoint: %w", err)
	}
	return p, nil
}

// lastPoint is the newest stored checkpoint; its note is empty when there is none.
func lastPoint(ctx context.Context, tx *db.Tx, tree Tree) (p signedPoint, err error) {
	var notes []string
	if err := tx.Select(ctx, &notes, `SELECT note FROM audit_checkpoint WHERE tree = ? ORDER BY size DESC LIMIT 1`, tree); err != nil {
		return p, fmt.Errorf("read the last checkpoint: %w", err)
	}
	if len(notes) == 0 {
		return p, nil
	}
	p.note = notes[0]
	p.point, err = parsePoint(p.note)
	return p, err
}

// extends proves that every leaf under old is still there, unchanged, under now.
func extends(now, old point, r tlog.HashReader) error {
	switch {
	case old.size == 0:
		return nil
	case now.size < old.size:
		return fmt.Errorf("%w: %d rows, %d were signed", ErrForked, now.size, old.size)
	}
	proof, err := tlog.ProveTree(now.size, old.size, r)
	if err != nil {
		return fmt.Errorf("prove consistency: %w", err)
	}
	if err := tlog.CheckTree(proof, now.size, now.root, old.size, old.root); err != nil {
		return fmt.Errorf("%w: at size %d: %w", ErrForked, old.size, err)
	}
	return nil
}

func (l *Log) remember(p point) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.size >= l.signed[p.tree].size {
		l.signed[p.tree] = p
	}
}

func (l *Log) remembered(tree Tree) point {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.signed[tree]
}
