package bank

import (
	"context"
	"fmt"

	"tasuke/contacts/bank/master"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// accountRow is an account as it is stored.
type accountRow struct {
	ID         string      `db:"id"`
	BankCode   string      `db:"bank_code"`
	BranchCode string      `db:"branch_code"`
	Kind       master.Kind `db:"kind"`
	Number     []byte      `db:"number"`
	Blind      []byte      `db:"number_blind"`
	HolderKana []byte      `db:"holder_kana"`
	HolderName []byte      `db:"holder_name"`
	Kigo       []byte      `db:"kigo"`
	Bango      []byte      `db:"bango"`
	Relation   Relation    `db:"relation"`
	Listed     int64       `db:"listed"`
	MasterDate string      `db:"master_date"`
	CreatedBy  string      `db:"created_by"`
	CreatedAt  db.Instant  `db:"created_at"`
}

func destination(id string) string { return "destination:" + id }

// insertAccount writes an account down, unless somebody else just did.
func (s *Store) insertAccount(ctx context.Context, tx *db.Tx, by actor.Actor, a Account, blind []byte) (made bool, err error) {
	row, err := s.sealAccount(ctx, tx, a)
	if err != nil {
		return false, err
	}
	row.Blind, row.CreatedBy = blind, by.ID
	n, err := tx.NamedExec(ctx, `INSERT INTO destination_account (id, bank_code, branch_code, kind, number, number_blind, holder_kana, holder_name,
		kigo, bango, relation, listed, master_date, created_by, created_at) VALUES (:id, :bank_code, :branch_code, :kind, :number, :number_blind,
		:holder_kana, :holder_name, :kigo, :bango, :relation, :listed, :master_date, :created_by, :created_at) ON CONFLICT DO NOTHING`, row)
	return n == 1, err
}

func (s *Store) sealAccount(ctx context.Context, tx *db.Tx, a Account) (accountRow, error) {
	row := accountRow{ID: a.ID, BankCode: a.BankCode, BranchCode: a.BranchCode, Kind: a.Kind, Relation: a.Relation, MasterDate: a.MasterDate, CreatedAt: a.CreatedAt}
	if a.Listed {
		row.Listed = 1
	}
	for _, f := range []struct {
		column, plain string
		into          *[]byte
	}{{"number", a.Number, &row.Number}, {"holder_kana", a.HolderKana, &row.HolderKana}, {"holder_name", a.HolderName, &row.HolderName}, {"kigo", a.Kigo, &row.Kigo}, {"bango", a.Bango, &row.Bango}} {
		var err error
		if *f.into, err = s.seal(ctx, tx, destination(a.ID), place("destination_account", f.column, a.ID), f.plain); err != nil {
			return accountRow{}, err
		}
	}
	return row, nil
}

// account opens an account; of one whose key was destroyed nothing sealed is left.
func (s *Store) account(ctx context.Context, tx *db.Tx, id string) (Account, error) {
	var row accountRow
	if err := tx.Get(ctx, &row, `SELECT id, bank_code, branch_code, kind, number, holder_kana, holder_name, kigo, bango, relation, listed, master_date, created_at
		FROM destination_account WHERE id = ?`, id); err != nil {
		return Account{}, fmt.Errorf("read destination account %s: %w", id, err)
	}
	a := Account{ID: row.ID, BankCode: row.BankCode, BranchCode: row.BranchCode, Kind: row.Kind, Relation: row.Relation, Listed: row.Listed == 1,
		MasterDate: row.MasterDate, CreatedAt: row.CreatedAt}
	for _, f := range []struct {
		column string
		sealed []byte
		into   *string
	}{{"number", row.Number, &a.Number}, {"holder_kana", row.HolderKana, &a.HolderKana}, {"holder_name", row.HolderName, &a.HolderName}, {"kigo", row.Kigo, &a.Kigo}, {"bango", row.Bango, &a.Bango}} {
		plain, _, err := s.open(ctx, tx, place("destination_account", f.column, id), f.sealed)
		if err != nil {
			return Account{}, err
		}
		*f.into = plain
	}
	return a, nil
}
