package bank

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

// Reply is what a bank answered, as a person writes it down. Amounts are in yen; -1 is "not told".
type Reply struct {
	Answer  Answer     `db:"answer"`
	At      db.Instant `db:"at"`
	Yen     int64      `db:"yen"`         // frozen, or returned
	Balance int64      `db:"balance_yen"` // of the account when it was looked at
	Spoken  `db:"-"`

	Round     int64      `db:"round"`
	ByName    string     `db:"by_name"`
	WrittenAt db.Instant `db:"written_at"`
	Erased    bool       `db:"-"`
}

func (p Reply) problems(now db.Instant, r Request) map[string]string {
	bad := map[string]string{}
	if _, ok := events[p.Answer]; !ok {
		bad["answer"] = "form.choice"
	}
	switch {
	case p.At == 0:
		bad["answer_at"] = "form.required"
	case p.At > now:
		bad["answer_at"] = "form.future"
	case p.At < toMinute(r.OpenedAt):
		bad["answer_at"] = "bank.answer.too_early"
	}
	switch {
	case p.Answer.Amount() && p.Yen < 0:
		bad["answer_yen"] = "form.required"
	case !p.Answer.Amount() && p.Yen >= 0:
		bad["answer_yen"] = "bank.answer.no_amount"
	case p.Yen > maxYen || p.Answer == FundsReturned && p.Yen == 0:
		bad["answer_yen"] = "bank.terms.yen"
	}
	if p.Balance > maxYen {
		bad["answer_balance"] = "bank.terms.yen"
	}
	p.Spoken.problems("answer_", bad)
	return bad
}

// RecordAnswer keeps what a bank answered and moves the request by it; a later answer takes the
// place of an earlier one. It needs bank.write. It fails with fault.Conflict when rev is stale,
// fault.Invalid with the fields that are wrong, and fault.Refused when no letter has left.
func (s *Store) RecordAnswer(ctx context.Context, by actor.Actor, id string, rev int64, p Reply) (out Request, err error) {
	if err := by.Need(actor.BankWrite); err != nil {
		return Request{}, err
	}
	event, ok := events[p.Answer]
	if !ok {
		return Request{}, fault.Field("answer", "form.choice")
	}
	p.Spoken = p.Spoken.tidied()
	args := Args{"Answer": string(p.Answer)}
	if p.Yen >= 0 {
		args["Yen"] = strconv.FormatInt(p.Yen, 10)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.act(ctx, tx, by, act{id: id, rev: rev, event: event, args: args, do: func(ctx context.Context, tx *db.Tx, r *record) error {
			if bad := p.problems(tx.Now, r.Request); len(bad) > 0 {
				return fault.Form(bad)
			}
			r.reply(p)
			return s.insertReply(ctx, tx, by, r, p)
		}})
		return err
	})
	return out, err
}

// reply puts an answer into the request. An answer to a mail of which nobody knew whether it left
// shows that it did. People state to the minute when a letter was delivered.
func (r *record) reply(p Reply) {
	r.Answer, r.AnsweredAt = p.Answer, p.At
	if r.SentAt < toMinute(r.DecidedAt) {
		r.SentAt, r.Method = p.At, ByMail
	}
	r.FrozenYen = -1
	switch p.Answer {
	case WasFrozen:
		r.FrozenYen = p.Yen
	case FundsReturned:
		r.Recovered = p.Yen
		if r.Track == Recall {
			r.Route = ByRecall
		}
	}
}

func (s *Store) insertReply(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, p Reply) error {
	id := tx.NewID()
	sealed, err := s.sealJSON(ctx, tx, subject(r.IncidentID), place("bank_answer", "detail", id), p.Spoken)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO bank_answer (id, request_id, round, answer, at, yen, balance_yen, detail, by_id, by_name, written_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, r.ID, r.Round, p.Answer, p.At, max(p.Yen, -1), max(p.Balance, -1), sealed, by.ID, by.Name, tx.Now)
	return err
}

// replies reads the answers, the newest first.
func (s *Store) replies(ctx context.Context, tx *db.Tx, id string) ([]Reply, error) {
	var rows []struct {
		ID string `db:"id"`
		Reply
		Sealed []byte `db:"detail"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, round, answer, at, yen, balance_yen, detail, by_name, written_at FROM bank_answer
		WHERE request_id = ? ORDER BY written_at DESC, id DESC LIMIT ?`, id, maxLines); err != nil {
		return nil, err
	}
	out := make([]Reply, len(rows))
	for i, r := range rows {
		out[i] = r.Reply
		erased, err := s.openSpoken(ctx, tx, place("bank_answer", "detail", r.ID), r.Sealed, &out[i].Spoken)
		if err != nil {
			return nil, err
		}
		out[i].Erased = erased
	}
	return out, nil
}

// openSpoken opens who was spoken with; it says when the key of it was destroyed.
func (s *Store) openSpoken(ctx context.Context, tx *db.Tx, p vault.Place, sealed []byte, into *Spoken) (erased bool, err error) {
	plain, erased, err := s.open(ctx, tx, p, sealed)
	if err != nil || erased || plain == "" {
		return erased, err
	}
	if err := json.Unmarshal([]byte(plain), into); err != nil {
		return false, fmt.Errorf("read %s.%s: %w", p.Table, p.Column, err)
	}
	return false, nil
}
