package bank

import (
	"context"
	"crypto/subtle"
	"strconv"
	"strings"

	"tasuke/contacts/bank/master"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// maxMismatches is how often an account number may be retyped wrongly before the letter is taken
// back: then the number in the letter is more likely wrong than the eyes (a house rule).
const maxMismatches = 3

// Check lets the letter pass when somebody who did not write the request retypes the account
// number from the payout records (operations.md 2.2, 4-eyes). It needs bank.check. A wrong number
// is fault.Invalid "bank.check.mismatch" with the tries left, and is kept on record; with the third
// the request is a draft again, "bank.check.failed".
func (s *Store) Check(ctx context.Context, by actor.Actor, id string, rev int64, retyped string) (out Request, err error) {
	if err := by.Need(actor.BankCheck); err != nil {
		return Request{}, err
	}
	if strings.TrimSpace(retyped) == "" {
		return Request{}, fault.Field("retyped", "form.required")
	}
	var wrong error
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, wrong, err = s.check(ctx, tx, by, act{id: id, rev: rev, event: LetterPassed}, master.Number(retyped))
		return err
	})
	if err != nil {
		return Request{}, err
	}
	return out, wrong
}

// check decides on a retyped number. What was wrong is answered beside the error, because the
// record of it has to be kept.
func (s *Store) check(ctx context.Context, tx *db.Tx, by actor.Actor, a act, retyped string) (out Request, wrong, err error) {
	r, err := s.held(ctx, tx, a.id)
	if err != nil {
		return Request{}, nil, err
	}
	if r.Rev != a.rev {
		return Request{}, nil, fault.Stale(r.Request)
	}
	m, err := s.decide(ctx, tx, by, r, a)
	if err != nil {
		return Request{}, nil, err
	}
	account, err := s.account(ctx, tx, r.AccountID)
	if err != nil {
		return Request{}, nil, err
	}
	if account.Number == "" || subtle.ConstantTimeCompare([]byte(account.Number), []byte(retyped)) != 1 {
		return s.mismatch(ctx, tx, by, r)
	}
	a.args = Args{"Version": strconv.FormatInt(r.Letter, 10)}
	a.do = func(_ context.Context, tx *db.Tx, r *record) error {
		r.CheckedBy, r.CheckedName, r.CheckedAt = by.ID, by.Name, tx.Now
		return nil
	}
	out, err = s.step(ctx, tx, by, &r, m, a)
	return out, nil, err
}

// mismatch keeps a wrong retype on record.
func (s *Store) mismatch(ctx context.Context, tx *db.Tx, by actor.Actor, r record) (Request, error, error) {
	r.Mismatches++
	tries := strconv.FormatInt(r.Mismatches, 10)
	if err := s.record(ctx, tx, by, &r, "bank.check_mismatch", Args{"Try": tries, "Version": strconv.FormatInt(r.Letter, 10)}); err != nil {
		return Request{}, nil, err
	}
	if r.Mismatches < maxMismatches {
		if err := s.write(ctx, tx, &r); err != nil {
			return Request{}, nil, err
		}
		wrong := &fault.Error{Kind: fault.Invalid, Key: "bank.check.mismatch", Args: map[string]any{"Left": maxMismatches - r.Mismatches},
			Fields: map[string]string{"retyped": "bank.check.differs"}}
		return r.Request, wrong, nil
	}
	m, err := s.decide(ctx, tx, by, r, act{event: CheckFailed})
	if err != nil {
		return Request{}, nil, err
	}
	out, err := s.step(ctx, tx, by, &r, m, act{event: CheckFailed, args: Args{"Tries": tries}, do: func(_ context.Context, _ *db.Tx, r *record) error {
		r.uncheck()
		return nil
	}})
	return out, fault.New(fault.Refused, "bank.check.failed", nil), err
}
