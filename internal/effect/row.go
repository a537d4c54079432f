package effect

import (
	"context"
	"encoding/json"
	"fmt"

	"tasuke/internal/db"
)

// row is an effect as it is stored. owner names one lease, not one process: whoever has lost a
// lease can never be mistaken for the next holder.
type row struct {
	ID         string     `db:"id"`
	Key        string     `db:"idem_key"`
	Kind       string     `db:"kind"`
	Ref        string     `db:"ref"`
	Input      string     `db:"input"`
	State      State      `db:"state"`
	Attempt    int64      `db:"attempt"`
	NotBefore  db.Instant `db:"not_before"`
	Owner      string     `db:"owner"`
	LeaseUntil db.Instant `db:"lease_until"`
	LeavingAt  db.Instant `db:"leaving_at"`
	StartedAt  db.Instant `db:"started_at"`
	EndedAt    db.Instant `db:"ended_at"`
	Output     string     `db:"output"`
	Problem    string     `db:"problem"`
	Rev        int64      `db:"rev"`
}

const columns = `id, idem_key, kind, ref, input, state, attempt, not_before, owner, lease_until,
	leaving_at, started_at, ended_at, output, problem, rev`

func (r row) effect() Effect {
	return Effect{
		ID: r.ID, Key: r.Key, Kind: r.Kind, Ref: r.Ref, Input: json.RawMessage(r.Input), State: r.State,
		Attempt: r.Attempt, NotBefore: r.NotBefore, LeavingAt: r.LeavingAt, StartedAt: r.StartedAt, EndedAt: r.EndedAt,
		Output: json.RawMessage(r.Output), Problem: r.Problem, Rev: r.Rev,
	}
}

// encode is the JSON of an input or output; nothing is an empty object.
func encode(v any) (string, error) {
	if v == nil {
		return "{}", nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	return string(b), nil
}

func load(ctx context.Context, tx *db.Tx, id string) (row, error) {
	var r row
	if err := tx.Get(ctx, &r, `SELECT `+columns+` FROM effect WHERE id = ?`, id); err != nil {
		return row{}, fmt.Errorf("read the effect %s: %w", id, err)
	}
	return r, nil
}

// free reads an effect and holds it, unless somebody else holds it: then it answers how the row
// was, and false. It never waits: whoever performs an effect holds its row and may ask for what
// the caller holds.
func free(ctx context.Context, tx *db.Tx, id string) (row, bool, error) {
	if tx.Dialect == db.Postgres {
		var got []string
		if err := tx.Select(ctx, &got, `SELECT id FROM effect WHERE id = ? FOR UPDATE SKIP LOCKED`, id); err != nil {
			return row{}, false, fmt.Errorf("hold the effect %s: %w", id, err)
		}
		r, err := load(ctx, tx, id)
		return r, len(got) == 1, err
	}
	r, err := load(ctx, tx, id)
	return r, err == nil, err
}

// save writes next over was, if was is still how the row stands: same revision, same lease, and
// nothing has begun to leave meanwhile. False means that somebody else came first, and nothing is
// written.
func save(ctx context.Context, tx *db.Tx, was row, next *row) (bool, error) {
	next.Rev = was.Rev + 1
	n, err := tx.Exec(ctx, `UPDATE effect SET state = ?, attempt = ?, not_before = ?, owner = ?, lease_until = ?, leaving_at = ?,
		started_at = ?, ended_at = ?, output = ?, problem = ?, rev = ? WHERE id = ? AND rev = ? AND state = ? AND owner = ? AND leaving_at = ?`,
		next.State, next.Attempt, next.NotBefore, next.Owner, next.LeaseUntil, next.LeavingAt,
		next.StartedAt, next.EndedAt, next.Output, next.Problem, next.Rev, was.ID, was.Rev, was.State, was.Owner, was.LeavingAt)
	if err != nil {
		return false, fmt.Errorf("write the effect %s: %w", was.ID, err)
	}
	return n == 1, nil
}

// move applies an event to a row: the new state and what always goes with it.
func (r row) move(e Event, now db.Instant) (row, error) {
	to, err := Next(r.State, e)
	if err != nil {
		return row{}, err
	}
	r.State, r.Owner, r.LeaseUntil, r.EndedAt = to, "", 0, 0
	if to.Over() {
		r.EndedAt = now
	}
	return r, nil
}
