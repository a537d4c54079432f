package reminder

import (
	"context"
	"errors"
	"maps"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// row is a matter as it is stored. Its id is beside the subject's, which is called so too.
type row struct {
	ID     string `db:"id"`
	Ref    string `db:"ref"`
	Ladder string `db:"ladder"`
	Subject
	Role    string     `db:"role"`
	Taken   string     `db:"assignee"`
	From    db.Instant `db:"from_at"`
	Due     db.Instant `db:"until_at"`
	Args    Args       `db:"args"`
	Round   int64      `db:"round"`
	Cleared db.Instant `db:"cleared_at"`
}

const itemColumns = `id, ref, ladder, subject_kind, subject_id, role, assignee, from_at, until_at, args, round, cleared_at`

var errItem = errors.New("a reminder needs a subject, a ref, a role and the beginning of its term")

// Set has a role reminded of a matter, in the caller's transaction. Saying the same again changes
// nothing. A term that moved re-times only what has not been fired; a rung is said once in a round.
// When the end of the term moves out, a new round begins: what was said of the old end is said of
// the new one when its moment comes, and what is over already for both is not said again.
// After Clear it begins a new round, from the first rung on: clear first when a term begins anew.
// See Ladder.plan for the rungs that a term leaves out, and Level for whom each of them tells.
func (s *Store) Set(ctx context.Context, tx *db.Tx, i Item) error {
	if i.Kind == "" || i.ID == "" || i.Ref == "" || i.Role == "" || i.From.IsZero() {
		return errItem
	}
	l, err := s.ladder(i.Ladder)
	if err != nil {
		return err
	}
	it, created, err := hold(ctx, tx, i)
	if err != nil {
		return err
	}
	same := it.From == i.From && it.Due == i.Due && it.Role == string(i.Role) && it.Taken == i.Assignee && it.Subject == i.Subject && maps.Equal(it.Args, i.Args)
	if !created && same && it.Cleared.IsZero() {
		return nil
	}
	fresh := created || !it.Cleared.IsZero()
	moved := created || it.From != i.From || it.Due != i.Due || !it.Cleared.IsZero()
	further := !created && it.Cleared.IsZero() && !it.Due.IsZero() && i.Due > it.Due
	if further || !it.Cleared.IsZero() {
		it.Round++
	}
	it.Subject, it.Role, it.Taken, it.From, it.Due, it.Args, it.Cleared = i.Subject, string(i.Role), i.Assignee, i.From, i.Due, i.Args, 0
	if err := it.save(ctx, tx); err != nil {
		return err
	}
	tx.Announce(Topic)
	if !moved {
		return it.reword(ctx, tx, l)
	}
	said := it.said
	if further {
		said = it.saidBefore
	}
	return it.retime(ctx, tx, l, fresh, said)
}

// hold gives the matter's row, locked until the end of the transaction; created when it is new.
func hold(ctx context.Context, tx *db.Tx, i Item) (it row, created bool, err error) {
	n, err := tx.Exec(ctx, `INSERT INTO reminder_item (`+itemColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0)
		ON CONFLICT (ref, ladder) DO NOTHING`, tx.NewID(), i.Ref, i.Ladder, i.Kind, i.ID, i.Role, i.Assignee, i.From, i.Due, i.Args)
	if err != nil {
		return row{}, false, err
	}
	const find = `SELECT ` + itemColumns + ` FROM reminder_item WHERE ref = ? AND ladder = ?`
	if err := tx.Get(ctx, &it, find, i.Ref, i.Ladder); err != nil {
		return row{}, false, err
	}
	if err := tx.Lock(ctx, "reminder_item", it.ID); err != nil {
		return row{}, false, err
	}
	return it, n == 1, tx.Get(ctx, &it, find, i.Ref, i.Ladder) // as it is now that nobody else can change it
}

func (it row) save(ctx context.Context, tx *db.Tx) error {
	_, err := tx.NamedExec(ctx, `UPDATE reminder_item SET subject_kind = :subject_kind, subject_id = :subject_id, role = :role, assignee = :assignee,
		from_at = :from_at, until_at = :until_at, args = :args, round = :round, cleared_at = :cleared_at WHERE id = :id`, it)
	return err
}

// reword gives what is still to come other people or other words; its moments stay.
func (it row) reword(ctx context.Context, tx *db.Tx, l Ladder) error {
	if _, err := tx.Exec(ctx, `UPDATE reminder SET role = ?, person_id = '', args = ?, subject_kind = ?, subject_id = ? WHERE item_id = ? AND `+waiting,
		it.Role, it.Args, it.Kind, it.Subject.ID, it.ID); err != nil {
		return err
	}
	for _, r := range l.Rungs {
		if r.To == ToRole {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE reminder SET role = ?, person_id = ? WHERE item_id = ? AND rung = ? AND `+waiting,
			r.To.role(actor.Role(it.Role)), r.To.person(it.Taken), it.ID, r.Name); err != nil {
			return err
		}
	}
	return nil
}

// retime cancels what was still to come and writes the plan of the term as it now is.
// Of a fresh matter nothing is due before now, and so not said late.
func (it row) retime(ctx context.Context, tx *db.Tx, l Ladder, fresh bool, said func(context.Context, *db.Tx, Ladder) (history, error)) error {
	h, err := said(ctx, tx, l)
	if err != nil {
		return err
	}
	if err := cancel(ctx, tx, it.ID); err != nil {
		return err
	}
	for _, m := range l.plan(it.From, it.Due, tx.Now, h, fresh) {
		if fresh {
			m.at = max(m.at, tx.Now)
		}
		if err := insert(ctx, tx, it, m, l.to(m.rung)); err != nil {
			return err
		}
	}
	return nil
}

// said reads what was fired in this round.
func (it row) said(ctx context.Context, tx *db.Tx, l Ladder) (history, error) {
	var fired []struct {
		Rung string     `db:"rung"`
		N    int64      `db:"n"`
		At   db.Instant `db:"due_at"`
	}
	h := history{rungs: map[string]bool{}}
	err := tx.Select(ctx, &fired, `SELECT rung, n, due_at FROM reminder WHERE item_id = ? AND round = ? AND fired_at > 0`, it.ID, it.Round)
	for _, f := range fired {
		h.rungs[f.Rung] = true
		if l.Then != nil && f.Rung == l.Then.Name {
			h.n, h.last = max(h.n, f.N), max(h.last, f.At)
		}
	}
	return h, err
}

// saidBefore is what a round that begins because the term moved out takes over: rungs whose moment
// is over in the new term too count as said unless they were still to come in the old one, and the
// open end goes on behind its last moment.
func (it row) saidBefore(ctx context.Context, tx *db.Tx, l Ladder) (history, error) {
	var ahead []string
	if err := tx.Select(ctx, &ahead, `SELECT rung FROM reminder WHERE item_id = ? AND `+waiting, it.ID); err != nil {
		return history{}, err
	}
	h := history{rungs: map[string]bool{}}
	for _, r := range l.Rungs {
		if at := r.At(it.From, it.Due); at <= tx.Now && !slices.Contains(ahead, r.Name) {
			h.rungs[r.Name] = true
		}
	}
	if l.Then == nil {
		return h, nil
	}
	return h, tx.Get(ctx, &h.last, `SELECT COALESCE(max(due_at), 0) FROM reminder WHERE item_id = ? AND rung = ? AND fired_at > 0`, it.ID, l.Then.Name)
}

func cancel(ctx context.Context, tx *db.Tx, itemID string) error {
	_, err := tx.Exec(ctx, `UPDATE reminder SET cancelled_at = ? WHERE item_id = ? AND `+waiting, tx.Now, itemID)
	return err
}

// Clear ends all ladders of a matter, in the caller's transaction: what has not been fired is
// cancelled. A ref that nobody was to be reminded of changes nothing.
func (s *Store) Clear(ctx context.Context, tx *db.Tx, ref string) error {
	var ids []string
	if err := tx.Select(ctx, &ids, `SELECT id FROM reminder_item WHERE ref = ? AND cleared_at = 0 ORDER BY id`, ref); err != nil {
		return err
	}
	for _, id := range ids {
		if err := tx.Lock(ctx, "reminder_item", id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE reminder_item SET cleared_at = ? WHERE id = ?`, tx.Now, id); err != nil {
			return err
		}
		if err := cancel(ctx, tx, id); err != nil {
			return err
		}
		tx.Announce(Topic)
	}
	return nil
}
