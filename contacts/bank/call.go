package bank

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Directions and Results of a telephone call, in the order screens show them.
var (
	Directions = []string{"out", "in"}
	Results    = []string{"talked", "no_answer", "closed", "voicemail"}
)

// Spoken is who was spoken with at a bank and what was said. It is sealed.
type Spoken struct {
	Person, Section string
	Ref             string // the bank's own number
	Text            string
}

// Call is one entry of the telephone log. Entries are only ever added; Corrects names the one that
// it takes the place of.
type Call struct {
	ID          string     `db:"id"`
	At          db.Instant `db:"at"`
	Direction   string     `db:"direction"`
	Result      string     `db:"result"`
	Corrects    string     `db:"corrects"`
	ByID        string     `db:"by_id"`
	ByName      string     `db:"by_name"`
	WrittenAt   db.Instant `db:"written_at"`
	Spoken      `db:"-"`
	CorrectedBy string `db:"-"`
	Erased      bool   `db:"-"`
}

func (c Call) problems(now db.Instant) map[string]string {
	bad := map[string]string{}
	if !slices.Contains(Directions, c.Direction) {
		bad["direction"] = "form.choice"
	}
	if !slices.Contains(Results, c.Result) {
		bad["result"] = "form.choice"
	}
	switch {
	case c.At == 0:
		bad["call_at"] = "form.required"
	case c.At > now:
		bad["call_at"] = "form.future"
	}
	if c.Result == "talked" && c.Text == "" {
		bad["call_text"] = "form.required"
	}
	c.Spoken.problems("call_", bad)
	return bad
}

// tidied takes the blanks around what was typed away.
func (p Spoken) tidied() Spoken {
	for _, s := range []*string{&p.Person, &p.Section, &p.Ref, &p.Text} {
		*s = strings.TrimSpace(*s)
	}
	return p
}

func (p Spoken) problems(prefix string, bad map[string]string) {
	for _, f := range []struct {
		name, text string
		most       int
	}{{"person", p.Person, maxShort}, {"section", p.Section, maxShort}, {"ref", p.Ref, maxRef}, {"text", p.Text, maxText}} {
		if utf8.RuneCountInString(f.text) > f.most {
			bad[prefix+f.name] = "form.too_long"
		}
	}
}

// LogCall adds to the telephone log. The first call in which somebody was spoken with ends the
// clock of the call; while an answer is awaited, the next question counts from the last talk. It
// needs bank.write and raises no revision: nobody's form is stale by it.
func (s *Store) LogCall(ctx context.Context, by actor.Actor, id string, c Call) error {
	if err := by.Need(actor.BankWrite); err != nil {
		return err
	}
	c.Spoken = c.Spoken.tidied()
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.held(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.State == Void {
			return fault.New(fault.Refused, "bank.void", nil)
		}
		if bad := c.problems(tx.Now); len(bad) > 0 {
			return fault.Form(bad)
		}
		if err := s.corrects(ctx, tx, id, c.Corrects); err != nil {
			return err
		}
		if err := s.insertCall(ctx, tx, by, r, c); err != nil {
			return err
		}
		if err := s.spoken(ctx, tx, &r, c); err != nil {
			return err
		}
		args := Args{"Direction": c.Direction, "Result": c.Result}
		if err := s.tell(ctx, tx, by, &r, "bank.told.called", args); err != nil {
			return err
		}
		return s.record(ctx, tx, by, &r, "bank.call_logged", args)
	})
}

// corrects refuses a correction of what is not there, or was corrected already.
func (s *Store) corrects(ctx context.Context, tx *db.Tx, id, old string) error {
	if old == "" {
		return nil
	}
	var n struct {
		There int `db:"there"`
		Again int `db:"again"`
	}
	if err := tx.Get(ctx, &n, `SELECT count(CASE WHEN id = ? THEN 1 END) AS there, count(CASE WHEN corrects = ? THEN 1 END) AS again
		FROM bank_call WHERE request_id = ?`, old, old, id); err != nil {
		return err
	}
	switch {
	case n.There == 0:
		return fault.Field("corrects", "form.choice")
	case n.Again > 0:
		return fault.New(fault.Conflict, "bank.call.corrected", nil)
	}
	return nil
}

func (s *Store) insertCall(ctx context.Context, tx *db.Tx, by actor.Actor, r record, c Call) error {
	c.ID, c.ByID, c.ByName, c.WrittenAt = tx.NewID(), by.ID, by.Name, tx.Now
	sealed, err := s.sealJSON(ctx, tx, subject(r.IncidentID), place("bank_call", "detail", c.ID), c.Spoken)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO bank_call (id, request_id, at, direction, result, detail, corrects, by_id, by_name, written_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.ID, r.ID, c.At, c.Direction, c.Result, sealed, c.Corrects, c.ByID, c.ByName, c.WrittenAt)
	return err
}

// spoken moves the clocks after a talk.
func (s *Store) spoken(ctx context.Context, tx *db.Tx, r *record, c Call) error {
	if c.Result != "talked" {
		return nil
	}
	before := r.DueWhat
	if r.PhonedAt == 0 || c.At < r.PhonedAt {
		r.PhonedAt = c.At
	}
	r.setDue(c.At)
	if _, err := tx.Exec(ctx, `UPDATE bank_request SET phoned_at = ?, due_what = ?, due_at = ? WHERE id = ?`, r.PhonedAt, r.DueWhat, r.DueAt, r.ID); err != nil {
		return err
	}
	return s.remind(ctx, tx, r, before)
}

// calls reads the telephone log, the newest first.
func (s *Store) calls(ctx context.Context, tx *db.Tx, id string) ([]Call, error) {
	var rows []struct {
		Call
		Sealed []byte `db:"detail"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, at, direction, result, detail, corrects, by_id, by_name, written_at FROM bank_call
		WHERE request_id = ? ORDER BY at DESC, id DESC LIMIT ?`, id, maxLines); err != nil {
		return nil, err
	}
	out, by := make([]Call, len(rows)), map[string]string{}
	for i, r := range rows {
		out[i] = r.Call
		by[r.Corrects] = r.ID
		erased, err := s.openSpoken(ctx, tx, place("bank_call", "detail", r.ID), r.Sealed, &out[i].Spoken)
		if err != nil {
			return nil, err
		}
		out[i].Erased = erased
	}
	for i := range out {
		out[i].CorrectedBy = by[out[i].ID]
	}
	return out, nil
}
