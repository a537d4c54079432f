package customer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
)

// Options of an import.
type Options struct {
	// Size is the number of bytes of the file, if known; Progress is called after each
	// transaction with the bytes read so far and Size.
	Size     int64
	Progress func(done, total int64)
	// Rejected is called for each row that is not taken over; of one batch the erased
	// customers come last. An error from it ends the import after the last kept batch.
	Rejected func(Rejected) error
	// Batch is the number of rows in one transaction, 500 when zero.
	Batch int
}

// Report counts the rows of an import.
type Report struct {
	Rows      int // all but the header
	New       int
	Changed   int
	Unchanged int
	Rejected  int
	Encoding  Encoding // as detected; Auto when the file was plain ASCII
}

// Import takes a customer file over: new customers are added, changed ones replaced with the
// next rev and found by their new values only, unchanged ones left alone, by customer number.
// Customers that are not in the file stay. Each batch is one transaction with one audit entry;
// an error ends the import, keeps the batches before, and the same file can be given again. It
// needs actor.CustomerImport. A file that cannot be read is fault.Invalid "customer.import.*";
// rows that are wrong are rejected one by one.
func (s *Store) Import(ctx context.Context, by actor.Actor, file io.Reader, m Mapping, o Options) (rep Report, err error) {
	if err := by.Need(actor.CustomerImport); err != nil {
		return rep, err
	}
	r, err := newReader(file, m)
	if err != nil {
		return rep, err
	}
	if o.Batch <= 0 {
		o.Batch = 500
	}
	b := batch{}
	for {
		c, bad, line, err := r.next()
		rep.Encoding = r.dec.encoding
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return rep, err
		}
		rep.Rows++
		b.span(line)
		if bad != nil {
			if err := reject(&rep, o, *bad); err != nil {
				return rep, err
			}
			b.rejected++
			continue
		}
		b.rows = append(b.rows, incoming{line: line, c: c})
		if len(b.rows) < o.Batch {
			continue
		}
		if err := s.keep(ctx, by, &b, &rep, o, r); err != nil {
			return rep, err
		}
	}
	if len(b.rows)+b.rejected > 0 {
		if err := s.keep(ctx, by, &b, &rep, o, r); err != nil {
			return rep, err
		}
	}
	return rep, nil
}

func reject(rep *Report, o Options, bad Rejected) error {
	rep.Rejected++
	if o.Rejected == nil {
		return nil
	}
	if err := o.Rejected(bad); err != nil {
		return fmt.Errorf("note a rejected row: %w", err)
	}
	return nil
}

// incoming is one good row on its way into the database.
type incoming struct {
	line   int
	c      Customer
	digest []byte
	index  index
}

// batch is what one transaction takes over.
type batch struct {
	rows        []incoming
	rejected    int
	first, last int // lines
}

func (b *batch) span(line int) {
	if b.first == 0 {
		b.first = line
	}
	b.last = line
}

// tally is the detail of the audit entry of one batch.
type tally struct {
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Rejected  int `json:"rejected"`
	FirstLine int `json:"first_line"`
	LastLine  int `json:"last_line"`
}

// keep writes a batch and empties it. Folding and hashing is done before the transaction begins.
func (s *Store) keep(ctx context.Context, by actor.Actor, b *batch, rep *Report, o Options, r *reader) error {
	for i := range b.rows {
		row := &b.rows[i]
		row.digest, row.index = digest(s.v, row.c), indexOf(s.v, row.c)
	}
	var t tally
	var erased []incoming
	if err := s.d.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		t, erased, err = s.write(ctx, tx, b)
		if err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{
			Tree: audit.Main, Actor: by, Action: "customer.imported", Object: audit.Ref{Kind: "customer_register", ID: "customers"}, Detail: t,
		})
	}); err != nil {
		return fmt.Errorf("import lines %d to %d: %w", b.first, b.last, err)
	}
	rep.New, rep.Changed, rep.Unchanged = rep.New+t.New, rep.Changed+t.Changed, rep.Unchanged+t.Unchanged
	for _, e := range erased {
		if err := reject(rep, o, Rejected{e.line, e.c.Ref, byRef, "customer.reject.erased"}); err != nil {
			return err
		}
	}
	*b = batch{rows: b.rows[:0]}
	if o.Progress != nil {
		o.Progress(r.offset(), o.Size)
	}
	return nil
}
