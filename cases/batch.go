package cases

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// BatchLimit is how many cases one act may give to a person.
const BatchLimit = 500

// Pick is a case as somebody saw it when they chose it.
type Pick struct {
	ID  string
	Rev int64
}

// Outcome is what became of a case in a batch.
type Outcome string

// The outcomes.
const (
	Assigned     Outcome = "assigned"
	SameAssignee Outcome = "same"    // it was this person's already
	ChangedSince Outcome = "changed" // somebody changed it after it was chosen
	WorkOver     Outcome = "over"    // its work has ended
)

// Undo is what became of a case when its batch was undone.
type Undo string

// The words of an undo.
const (
	Undone Undo = "undone"
	Kept   Undo = "kept" // somebody changed the case after the batch: it stays as it is
)

// Batch is one act that gave many cases to a person.
type Batch struct {
	ID       string     `db:"id"`
	ByID     string     `db:"by_id"`
	ByName   string     `db:"by_name"`
	Assignee string     `db:"assignee"` // account id; empty for nobody
	At       db.Instant `db:"at"`
	UndoneAt db.Instant `db:"undone_at"` // zero while it stands
	UndoneBy string     `db:"undone_by"` // shown name
	Rows     []BatchRow `db:"-"`
}

// BatchRow is one case of a batch.
type BatchRow struct {
	CaseID  string  `db:"case_id"`
	No      string  `db:"no"`
	Outcome Outcome `db:"outcome"`
	Was     string  `db:"was"` // account id of who had it before
	Rev     int64   `db:"rev"`
	Undo    Undo    `db:"undo"`
	Now     string  `db:"now"` // account id of who has it now
}

// Count is how many cases of a batch came out so.
func (b Batch) Count(o Outcome) (n int) {
	for _, r := range b.Rows {
		if r.Outcome == o {
			n++
		}
	}
	return n
}

// Undoable says that this person may undo the batch: who made it, or a supervisor, once.
func (b Batch) Undoable(by actor.Actor) bool {
	return b.UndoneAt.IsZero() && b.Count(Assigned) > 0 && by.May(actor.CaseWrite) && (by.ID == b.ByID || by.Has(actor.Supervisor))
}

// Selection lists the cases a filter has, at most BatchLimit; more says that there are others. It
// needs case.write.
func (s *Store) Selection(ctx context.Context, by actor.Actor, f Filter) (out []Entry, more bool, err error) {
	if err := by.Need(actor.CaseWrite); err != nil {
		return nil, false, err
	}
	p := Page{Limit: 200}
	for {
		l, err := s.List(ctx, by, f, p)
		if err != nil {
			return nil, false, err
		}
		out, p.After = append(out, l.Entries...), l.Next
		if len(out) > BatchLimit || len(out) == BatchLimit && !l.Next.IsZero() {
			return out[:BatchLimit], true, nil
		}
		if l.Next.IsZero() {
			return out, false, nil
		}
	}
}

// Chosen reads cases by id for the preview of a batch, the newest first. It needs case.write.
func (s *Store) Chosen(ctx context.Context, by actor.Actor, ids []string) (out []Entry, err error) {
	if err := by.Need(actor.CaseWrite); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, fault.Field("pick", "batch.nothing")
	}
	if len(ids) > BatchLimit {
		return nil, fault.Field("pick", "batch.too_many")
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := s.picked(ctx, tx, ids)
		if err != nil {
			return err
		}
		customers := make([]string, len(rows))
		for i, c := range rows {
			customers[i] = c.CustomerID
		}
		masked, err := s.customers.Masked(ctx, tx, customers)
		for _, c := range slices.Backward(rows) {
			out = append(out, Entry{c, masked[c.CustomerID]})
		}
		return err
	})
	return out, err
}

// picked reads cases without what is sealed, in the order of their ids: two batches that share
// cases take them in one order and so never wait for each other in a circle.
func (s *Store) picked(ctx context.Context, tx *db.Tx, ids []string) (rows []Case, err error) {
	if err = tx.SelectIn(ctx, &rows, `SELECT `+plainColumns+` FROM victim_case WHERE id IN (?) ORDER BY id`, ids); err != nil {
		return nil, fmt.Errorf("read chosen cases: %w", err)
	}
	return rows, nil
}

// AssignAll gives cases to a person, or to nobody, in one transaction. A case that was changed
// since it was chosen, or whose work has ended, is left as it is and says so. id is the client's
// own key of this act: the same one again gives the same batch. It needs case.write; fault.Invalid
// for no case and for more than BatchLimit.
func (s *Store) AssignAll(ctx context.Context, by actor.Actor, id, assignee string, picks []Pick) (b Batch, err error) {
	if err := by.Need(actor.CaseWrite); err != nil {
		return Batch{}, err
	}
	if bad := checkBatch(id, assignee, picks); len(bad) > 0 {
		return Batch{}, fault.Form(bad)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		b = Batch{ID: id, ByID: by.ID, ByName: by.Name, Assignee: assignee, At: tx.Now}
		n, err := tx.NamedExec(ctx, `INSERT INTO case_batch (id, by_id, by_name, assignee, at, undone_at, undone_by)
			VALUES (:id, :by_id, :by_name, :assignee, :at, 0, '') ON CONFLICT (id) DO NOTHING`, b)
		if err != nil {
			return err
		}
		if n == 1 {
			if err := s.assignAll(ctx, tx, by, b, picks); err != nil {
				return err
			}
		}
		b, err = s.batch(ctx, tx, id)
		if err == nil && b.ByID != by.ID { // another person's key
			err = fault.New(fault.NotFound, "row.none", nil)
		}
		return err
	})
	return b, err
}

var plainKey = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

func checkBatch(id, assignee string, picks []Pick) map[string]string {
	bad := map[string]string{}
	checkText(bad, "assignee", assignee, 0, 64)
	switch {
	case len(picks) == 0:
		bad["pick"] = "batch.nothing"
	case len(picks) > BatchLimit:
		bad["pick"] = "batch.too_many"
	}
	if !plainKey.MatchString(id) { // it becomes the address of the batch
		bad["pick"] = "form.choice"
	}
	return bad
}

func (s *Store) assignAll(ctx context.Context, tx *db.Tx, by actor.Actor, b Batch, picks []Pick) error {
	seen, ids := map[string]int64{}, []string{}
	for _, p := range picks {
		if _, twice := seen[p.ID]; !twice {
			ids = append(ids, p.ID)
		}
		seen[p.ID] = p.Rev
	}
	rows, err := s.picked(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, c := range rows {
		r := BatchRow{CaseID: c.ID, Was: c.Assignee}
		if r.Outcome, err = s.hand(ctx, tx, by, c, seen[c.ID], b.Assignee); err != nil {
			return fmt.Errorf("assign case %s: %w", c.ID, err)
		}
		if r.Rev = c.Rev; r.Outcome == Assigned {
			r.Rev++
		}
		if _, err := tx.Exec(ctx, `INSERT INTO case_batch_row (batch_id, case_id, outcome, was, rev, undo) VALUES (?, ?, ?, ?, ?, '')`,
			b.ID, r.CaseID, r.Outcome, r.Was, r.Rev); err != nil {
			return err
		}
	}
	return nil
}

// hand gives one case to somebody, if it still is what the person saw at revision rev.
func (s *Store) hand(ctx context.Context, tx *db.Tx, by actor.Actor, c Case, rev int64, to string) (Outcome, error) {
	switch {
	case c.Over():
		return WorkOver, nil
	case c.Rev != rev:
		return ChangedSince, nil
	case c.Assignee == to:
		return SameAssignee, nil
	}
	n, err := tx.Exec(ctx, `UPDATE victim_case SET assignee = ?, rev = rev + 1 WHERE id = ? AND rev = ?`, to, c.ID, rev)
	if err != nil || n == 0 { // PostgreSQL: another node committed between our read and our write
		return ChangedSince, err
	}
	return Assigned, s.happened(ctx, tx, by, c, "case.assigned", map[string]string{"From": c.Assignee, "To": to}, "")
}

// batch reads a batch with its cases as they now are, the newest case first.
func (s *Store) batch(ctx context.Context, tx *db.Tx, id string) (b Batch, err error) {
	if err := tx.Get(ctx, &b, `SELECT id, by_id, by_name, assignee, at, undone_at, undone_by FROM case_batch WHERE id = ?`, id); err != nil {
		return Batch{}, err
	}
	err = tx.Select(ctx, &b.Rows, `SELECT r.case_id, COALESCE(c.no, '') AS no, r.outcome, r.was, r.rev, r.undo, c.assignee AS now
		FROM case_batch_row r JOIN victim_case c ON c.id = r.case_id WHERE r.batch_id = ? ORDER BY r.case_id DESC`, id)
	return b, err
}

// Batch reads one batch. It needs case.read; fault.NotFound "row.none" when there is none.
func (s *Store) Batch(ctx context.Context, by actor.Actor, id string) (b Batch, err error) {
	if err := by.Need(actor.CaseRead); err != nil {
		return Batch{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		b, err = s.batch(ctx, tx, id)
		return err
	})
	return b, err
}

// UndoBatch gives every case of a batch back to who had it, where nobody has changed the case
// since; the others stay and say so. Undoing twice is once. It needs case.write, and is for who
// made the batch and for supervisors: others get fault.Refused "batch.not_yours".
func (s *Store) UndoBatch(ctx context.Context, by actor.Actor, id string) (b Batch, err error) {
	if err := by.Need(actor.CaseWrite); err != nil {
		return Batch{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Lock(ctx, "case_batch", id); err != nil {
			return err
		}
		if b, err = s.batch(ctx, tx, id); err != nil || !b.UndoneAt.IsZero() {
			return err
		}
		if !b.Undoable(by) {
			return fault.New(fault.Refused, "batch.not_yours", nil)
		}
		if err := s.undo(ctx, tx, by, b); err != nil {
			return err
		}
		b, err = s.batch(ctx, tx, id)
		return err
	})
	return b, err
}

func (s *Store) undo(ctx context.Context, tx *db.Tx, by actor.Actor, b Batch) error {
	was, ids := map[string]BatchRow{}, []string{}
	for _, r := range b.Rows {
		if r.Outcome == Assigned {
			was[r.CaseID], ids = r, append(ids, r.CaseID)
		}
	}
	rows, err := s.picked(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, c := range rows {
		what, end := Kept, was[c.ID]
		out, err := s.hand(ctx, tx, by, c, end.Rev, end.Was)
		if err != nil {
			return fmt.Errorf("give case %s back: %w", c.ID, err)
		}
		if out == Assigned {
			what = Undone
		}
		if _, err := tx.Exec(ctx, `UPDATE case_batch_row SET undo = ? WHERE batch_id = ? AND case_id = ?`, what, b.ID, c.ID); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE case_batch SET undone_at = ?, undone_by = ? WHERE id = ?`, tx.Now, by.Name, b.ID)
	return err
}
