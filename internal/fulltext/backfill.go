package fulltext

import (
	"context"
	"fmt"
	"slices"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Source is where a room has texts of one kind: those with ids before an id, the newest first, at
// most so many. Texts that cannot be opened any more are given without parts.
type Source struct {
	Kind string
	Read func(ctx context.Context, tx *db.Tx, before string, limit int) ([]Text, error)
}

// atATime is how many texts one transaction of the backfill takes in: few enough that people who
// write do not wait for it.
const atATime = 100

// last is behind every id.
const last = "~"

// Backfill takes in the texts that are not searchable yet: those from before the search, and all of
// them after the folding was changed. It goes on where it stopped, in small transactions, and
// several nodes may run it at once. It answers how many texts it has taken in.
func (x *Index) Backfill(ctx context.Context, d *db.DB, sources []Source) (total int, err error) {
	for _, s := range sources {
		for done := false; !done; {
			n := 0
			if err := d.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				n, done, err = x.fill(ctx, tx, s)
				db.Crash("fulltext.backfill")
				return err
			}); err != nil {
				return total, fmt.Errorf("take in the texts of kind %s: %w", s.Kind, err)
			}
			total += n
		}
	}
	return total, nil
}

// Ready reports whether every kind has been taken in: until then a search may miss old texts.
func Ready(ctx context.Context, tx *db.Tx, kinds int) (bool, error) {
	var n int
	if err := tx.Get(ctx, &n, `SELECT count(*) FROM text_backfill WHERE done = 1 AND version = ?`, Version); err != nil {
		return false, fmt.Errorf("read how far the texts are taken in: %w", err)
	}
	return n >= kinds, nil
}

// state is how far one kind has been taken in.
type state struct {
	Version int64
	Last    string
	Done    int
}

func (x *Index) fill(ctx context.Context, tx *db.Tx, s Source) (n int, done bool, err error) {
	st := state{Version: Version, Last: last}
	err = tx.Get(ctx, &st, `SELECT version, last, done FROM text_backfill WHERE kind = ?`, s.Kind)
	switch {
	case fault.Is(err, fault.NotFound):
	case err != nil:
		return 0, false, err
	case st.Version != Version:
		st = state{Version: Version, Last: last}
	case st.Done == 1:
		return 0, true, nil
	}
	texts, err := s.Read(ctx, tx, st.Last, atATime)
	if err != nil {
		return 0, false, err
	}
	if n, err = x.Add(ctx, tx, texts); err != nil {
		return 0, false, err
	}
	if done = len(texts) < atATime; len(texts) > 0 {
		st.Last = texts[len(texts)-1].ID
	}
	if done {
		st.Done = 1
	}
	_, err = tx.Exec(ctx, `INSERT INTO text_backfill (kind, version, last, done) VALUES (?, ?, ?, ?)
		ON CONFLICT (kind) DO UPDATE SET version = excluded.version, last = excluded.last, done = excluded.done`, s.Kind, st.Version, st.Last, st.Done)
	return n, done, err
}

// Add takes in texts of one kind that are not there, or are there by an older folding, and leaves
// the others as their writers put them. It answers how many it took in.
func (x *Index) Add(ctx context.Context, tx *db.Tx, texts []Text) (int, error) {
	missing, old, err := x.unknown(ctx, tx, texts)
	if err != nil {
		return 0, err
	}
	docs, taken := make([]doc, 0, len(missing)), map[int64]bool{}
	for _, t := range missing {
		grams := x.grams(t.Kind, t.Parts)
		if len(grams) == 0 {
			continue
		}
		no := number(t.At, 0)
		for try := 1; taken[no]; try++ {
			no = number(t.At, try)
		}
		taken[no] = true
		docs = append(docs, doc{No: no, Kind: t.Kind, Ref: t.ID, Subject: t.Subject, Version: Version, Grams: pack(grams)})
	}
	added, err := insert(ctx, tx, docs)
	if err != nil {
		return 0, err
	}
	// A number was taken, or somebody writes the same text now: one by one.
	here := map[string]bool{}
	for _, d := range added {
		here[d.Ref] = true
	}
	for _, d := range docs {
		if !here[d.Ref] {
			old = append(old, missing[slices.IndexFunc(missing, func(t Text) bool { return t.ID == d.Ref })])
		}
	}
	return len(added) + len(old), x.renew(ctx, tx, old)
}

// unknown sorts out what is indexed by this folding, and whose subject was erased.
func (x *Index) unknown(ctx context.Context, tx *db.Tx, texts []Text) (missing, old []Text, err error) {
	if len(texts) == 0 {
		return nil, nil, nil
	}
	var ids, subjects []string
	for _, t := range texts {
		ids, subjects = append(ids, t.ID), append(subjects, t.Subject)
	}
	erased, err := x.vault.Hold(ctx, tx, subjects)
	if err != nil {
		return nil, nil, err
	}
	has := map[string]int64{}
	for part := range slices.Chunk(ids, atOnce) {
		var docs []doc
		if err := tx.SelectIn(ctx, &docs, `SELECT ref, version FROM text_doc WHERE kind = ? AND ref IN (?)`, texts[0].Kind, part); err != nil {
			return nil, nil, fmt.Errorf("read what is indexed: %w", err)
		}
		for _, d := range docs {
			has[d.Ref] = d.Version
		}
	}
	for _, t := range texts {
		switch v, ok := has[t.ID]; {
		case erased[t.Subject]:
		case !ok:
			missing = append(missing, t)
		case v < Version:
			old = append(old, t)
		}
	}
	return missing, old, nil
}

// renew puts texts one by one, unless their writer has put them meanwhile: what this transaction
// has read may be older than what that one wrote.
func (x *Index) renew(ctx context.Context, tx *db.Tx, texts []Text) error {
	for _, t := range texts {
		if err := x.put(ctx, tx, t, false); err != nil {
			return err
		}
	}
	return nil
}
