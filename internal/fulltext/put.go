package fulltext

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Put makes a text findable, or findable by its new words, in the caller's transaction. A text
// without words is taken out. The text of an erased subject is not taken in.
func (x *Index) Put(ctx context.Context, tx *db.Tx, t Text) error { return x.put(ctx, tx, t, true) }

// put leaves what is indexed by the present folding as it is, unless the text was written just now.
func (x *Index) put(ctx context.Context, tx *db.Tx, t Text, written bool) error {
	erased, err := x.vault.Hold(ctx, tx, []string{t.Subject})
	if err != nil || len(erased) > 0 {
		return err
	}
	grams := x.grams(t.Kind, t.Parts)
	for i := range tries {
		d, err := known(ctx, tx, t.Kind, t.ID)
		switch {
		case err == nil && !written && d.Version >= Version:
			return nil
		case err == nil:
			return d.become(ctx, tx, t.Subject, grams)
		case !fault.Is(err, fault.NotFound):
			return fmt.Errorf("read what is indexed of %s %s: %w", t.Kind, t.ID, err)
		case len(grams) == 0:
			return nil
		}
		d = doc{No: number(t.At, i), Kind: t.Kind, Ref: t.ID, Subject: t.Subject, Version: Version, Grams: pack(grams)}
		if alone, err := aloneAt(ctx, tx, d.No); err != nil {
			return err
		} else if !alone {
			continue
		}
		if n, err := insert(ctx, tx, []doc{d}); err != nil || len(n) == 1 {
			return err
		}
	}
	return fmt.Errorf("index %s %s: no free number in %d tries", t.Kind, t.ID, tries)
}

// tries is how often another number is drawn after one that was taken.
const tries = 40

// doc is a row of text_doc.
type doc struct {
	No      int64  `db:"no"`
	Kind    string `db:"kind"`
	Ref     string `db:"ref"`
	Subject string `db:"subject"`
	Version int64  `db:"version"`
	Grams   []byte `db:"grams"`
}

// The number of a text is its millisecond since 2020 and 8 drawn bits, so that texts of one moment
// are told apart and 48 bits hold it, which SQLite stores in six bytes.
const (
	epoch = 1_577_836_800_000
	drawn = 8
)

// number draws a number for a text. Thousands may be written in one moment: a later try looks in a
// wider stretch of moments behind it.
func number(at db.Instant, try int) int64 {
	moment := max(0, int64(at)/1000-epoch) + rand.Int64N(int64(try)*int64(try)+1) //nolint:gosec // no secret: it only tells texts apart
	return moment<<drawn | rand.Int64N(1<<drawn)                                  //nolint:gosec // as above
}

// moment is the millisecond of a number.
func moment(no int64) db.Instant { return db.Instant((no>>drawn + epoch) * 1000) }

// aloneAt reports whether no other transaction under way writes texts of the moment of a number. On
// PostgreSQL it might have drawn the same one: this transaction would wait for it there, and it perhaps
// for a row that this one holds.
func aloneAt(ctx context.Context, tx *db.Tx, no int64) (alone bool, err error) {
	if tx.Dialect != db.Postgres {
		return true, nil
	}
	if err := tx.Get(ctx, &alone, `SELECT pg_try_advisory_xact_lock(7233, ?)`, int32(no>>drawn&math.MaxInt32)); err != nil { //nolint:gosec // it fits
		return false, fmt.Errorf("draw a number for a text: %w", err)
	}
	return alone, nil
}

// known reads what is indexed of a text and holds it against another writer.
func known(ctx context.Context, tx *db.Tx, kind, ref string) (d doc, err error) {
	q := `SELECT no, kind, ref, subject, version, grams FROM text_doc WHERE kind = ? AND ref = ?`
	if tx.Dialect == db.Postgres {
		q += ` FOR UPDATE`
	}
	err = tx.Get(ctx, &d, q, kind, ref)
	return d, err
}

// become changes only what differs: an edit of a word touches a few rows.
func (d doc) become(ctx context.Context, tx *db.Tx, subject string, grams []gram) error {
	old := unpack(d.Grams)
	gone := slices.DeleteFunc(slices.Clone(old), func(g gram) bool { _, ok := slices.BinarySearch(grams, g); return ok })
	fresh := slices.DeleteFunc(slices.Clone(grams), func(g gram) bool { _, ok := slices.BinarySearch(old, g); return ok })
	if err := remove(ctx, tx, d.No, gone); err != nil {
		return err
	}
	if len(grams) == 0 {
		_, err := tx.Exec(ctx, `DELETE FROM text_doc WHERE no = ?`, d.No)
		return err
	}
	rows := make([]posting, len(fresh))
	for i, g := range fresh {
		rows[i] = posting{g, d.No}
	}
	if err := post(ctx, tx, rows); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE text_doc SET subject = ?, version = ?, grams = ? WHERE no = ?`, subject, Version, pack(grams), d.No)
	return err
}

// atOnce is how many rows one statement takes.
const atOnce = 400

// insert adds texts that are not there yet and gives those that were added.
func insert(ctx context.Context, tx *db.Tx, docs []doc) (added []doc, err error) {
	byNo := map[int64]doc{}
	for part := range slices.Chunk(docs, atOnce) {
		args := make([]any, 0, 6*len(part))
		for _, d := range part {
			byNo[d.No] = d
			args = append(args, d.No, d.Kind, d.Ref, d.Subject, d.Version, d.Grams)
		}
		var nos []int64
		if err := tx.Select(ctx, &nos, `INSERT INTO text_doc (no, kind, ref, subject, version, grams) VALUES (?, ?, ?, ?, ?, ?)`+
			strings.Repeat(`, (?, ?, ?, ?, ?, ?)`, len(part)-1)+` ON CONFLICT DO NOTHING RETURNING no`, args...); err != nil {
			return nil, fmt.Errorf("keep what is indexed: %w", err)
		}
		for _, no := range nos {
			added = append(added, byNo[no])
		}
	}
	var rows []posting
	for _, d := range added {
		for _, g := range unpack(d.Grams) {
			rows = append(rows, posting{g, d.No})
		}
	}
	return added, post(ctx, tx, rows)
}

// posting says that a gram stands in a text.
type posting struct {
	gram gram
	no   int64
}

// post writes in the order of the table, so that many texts touch each of its pages once.
func post(ctx context.Context, tx *db.Tx, rows []posting) error {
	slices.SortFunc(rows, func(a, b posting) int {
		return cmp.Or(cmp.Compare(a.gram, b.gram), cmp.Compare(a.no, b.no))
	})
	for part := range slices.Chunk(rows, atOnce) {
		args := make([]any, 0, 2*len(part))
		for _, p := range part {
			args = append(args, p.gram, p.no)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO text_gram (gram, no) VALUES (?, ?)`+strings.Repeat(`, (?, ?)`, len(part)-1), args...); err != nil {
			return fmt.Errorf("keep grams: %w", err)
		}
	}
	return nil
}

func remove(ctx context.Context, tx *db.Tx, no int64, grams []gram) error {
	for part := range slices.Chunk(grams, atOnce) {
		args := []any{no}
		for _, g := range part {
			args = append(args, g)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM text_gram WHERE no = ? AND gram IN (?`+strings.Repeat(`, ?`, len(part)-1)+`)`, args...); err != nil {
			return fmt.Errorf("remove grams: %w", err)
		}
	}
	return nil
}

// Forget takes every text of a subject out of the search. Destroy the subject's key first, in the
// same transaction: that waits for whoever is writing a text of it.
func (x *Index) Forget(ctx context.Context, tx *db.Tx, subject string) error {
	var docs []doc
	if err := tx.Select(ctx, &docs, `SELECT no, kind, ref, subject, version, grams FROM text_doc WHERE subject = ?`, subject); err != nil {
		return fmt.Errorf("read what is indexed of a subject: %w", err)
	}
	for _, d := range docs {
		if err := remove(ctx, tx, d.No, unpack(d.Grams)); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM text_doc WHERE subject = ?`, subject)
	return err
}
