package bank

import (
	"context"
	"fmt"

	"tasuke/contacts/bank/master"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Paid is an account that money of the victims went to, and the payouts into it as the logs have them.
type Paid struct {
	Bank, Branch, Number string // codes, and seven digits
	KnownAt              db.Instant
	Transfers            []Transfer
}

// Destination is the account as event logs name it.
func (p Paid) Destination() string { return p.Bank + "-" + p.Branch + "-" + p.Number }

// Prepare drafts a request to freeze an account that has none in the incident yet, in the caller's
// transaction, with the payouts into it; ordinary deposits are taken for granted, and the holder is
// left to people, without whom no letter is made. It is false when there is a request already. It
// needs bank.write and fails like Begin.
func (s *Store) Prepare(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string, p Paid) (r Request, fresh bool, err error) {
	if err := by.Need(actor.BankWrite); err != nil {
		return r, false, err
	}
	if err := s.opts.Enter(ctx, tx, incidentID); err != nil {
		return r, false, err
	}
	asked, err := s.Asked(ctx, tx, incidentID)
	if err != nil {
		return r, false, err
	}
	for _, known := range asked {
		if known == p.Destination() {
			return r, false, nil
		}
	}
	t := s.Defaults()
	t.Method, t.KnownAt, t.Transfers = "不正ログイン後の出金", p.KnownAt, p.Transfers
	if len(t.Transfers) > maxTransfers {
		t.Transfers = t.Transfers[:maxTransfers]
	}
	for _, x := range t.Transfers {
		if t.OccurredAt == 0 || x.At < t.OccurredAt {
			t.OccurredAt = x.At
		}
	}
	if t.KnownAt < t.OccurredAt { // money went on leaving after the firm knew: it knew of this one when it left
		t.KnownAt = t.OccurredAt
	}
	r, err = s.begin(ctx, tx, by, incidentID, Form{Track: Freeze, Terms: t, Account: AccountForm{BankCode: p.Bank, BranchCode: p.Branch, Number: p.Number,
		Kind: string(master.Ordinary), Relation: string(Relations[0]), BranchSeen: true, holderLater: true}})
	return r, err == nil, err
}

// Asked lists the accounts of an incident about which there is a request that is not void, as event
// logs name them. Nobody is shown them: they are compared with payouts.
func (s *Store) Asked(ctx context.Context, tx *db.Tx, incidentID string) (out []string, err error) {
	var ids []string
	if err := tx.Select(ctx, &ids, `SELECT DISTINCT destination_id FROM bank_request WHERE incident_id = ? AND state <> 'void' ORDER BY destination_id`, incidentID); err != nil {
		return nil, fmt.Errorf("list the accounts of an incident: %w", err)
	}
	for _, id := range ids {
		a, err := s.account(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if a.Number != "" {
			out = append(out, Paid{Bank: a.BankCode, Branch: a.BranchCode, Number: a.Number}.Destination())
		}
	}
	return out, nil
}

// Standing is what the conditions of a playbook ask of this room.
type Standing struct {
	Requests  int64 `db:"requests"` // that are not void
	Recovered int64 `db:"recovered"`
}

// Standing reads all of it in one query, in the caller's transaction.
func (s *Store) Standing(ctx context.Context, tx *db.Tx, incidentID string) (out Standing, err error) {
	err = tx.Get(ctx, &out, `SELECT count(*) AS requests, CAST(COALESCE(sum(CASE WHEN recovered_yen > 0 THEN recovered_yen ELSE 0 END), 0) AS BIGINT) AS recovered
		FROM bank_request WHERE incident_id = ? AND state <> 'void'`, incidentID)
	return out, err
}
