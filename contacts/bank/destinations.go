package bank

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Destination is an account of a request that is not void, in plain text, as the police are told it.
type Destination struct {
	Account
	BankName, BranchName string
	RequestNo            string
	TotalYen             int64
}

// Destinations gives the accounts that an incident's money went to, in the caller's transaction, and
// puts on record, in the access tree of the audit log, that each was shown and why. It needs
// customer.reveal. An account whose key was destroyed has no number.
func (s *Store) Destinations(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, purpose string) ([]Destination, error) {
	if err := by.Need(actor.CustomerReveal); err != nil {
		return nil, err
	}
	var rows []Request
	if err := tx.Select(ctx, &rows, `SELECT `+columns+` FROM bank_request WHERE incident_id = ? AND state <> 'void' ORDER BY no`, incidentID); err != nil {
		return nil, err
	}
	out := make([]Destination, len(rows))
	for i, r := range rows {
		a, err := s.account(ctx, tx, r.AccountID)
		if err != nil {
			return nil, err
		}
		bank, _ := s.opts.Master.Bank(a.BankCode)
		branch, _ := s.opts.Master.Branch(a.BankCode, a.BranchCode)
		out[i] = Destination{Account: a, BankName: bank.Name, BranchName: branch.Name, RequestNo: r.No, TotalYen: r.TotalYen}
		if err := accessed(ctx, tx, by, "bank.account_revealed", r.ID, Args{"Purpose": purpose}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// KindName is how a kind of account is written in letters to banks and to the police.
func (d Destination) KindName() string { return kinds[d.Kind] }
