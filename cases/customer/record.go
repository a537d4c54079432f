package customer

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tasuke/internal/db"
	"tasuke/internal/text"
	"tasuke/internal/vault"
)

// record is a row of table customer.
type record struct {
	ID         string
	No         int64
	Ref        string
	Name       []byte
	Kana       []byte
	BirthDate  []byte `db:"birth_date"`
	Phones     []byte
	Mail       []byte
	Address    []byte
	Flags      []byte
	Segment    string
	Digest     []byte
	ImportedAt db.Instant  `db:"imported_at"`
	ErasedAt   *db.Instant `db:"erased_at"`
	Rev        int64
}

const recordColumns = `id, no, ref, name, kana, birth_date, phones, mail, address, flags, segment, digest, imported_at, erased_at, rev`

// accountRecord is a row of table customer_account.
type accountRecord struct {
	ID         string
	CustomerID string `db:"customer_id"`
	Position   int64
	Blind      []byte `db:"account_blind"`
	Number     []byte `db:"account_no"`
	OpenedOn   []byte `db:"opened_on"`
}

func column(name, id string) vault.Place {
	return vault.Place{Table: "customer", Column: name, Row: id}
}

func accountColumn(name, id string) vault.Place {
	return vault.Place{Table: "customer_account", Column: name, Row: id}
}

// list is how several values lie in one sealed column.
func list(values []string) string { return strings.Join(values, "\n") }

func unlist(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// seal gives the row of a customer; empty values stay empty columns.
func seal(k *vault.Key, c Customer) record {
	put := func(name, plain string) []byte {
		if plain == "" {
			return nil
		}
		return k.Seal(column(name, c.ID), []byte(plain))
	}
	return record{
		ID: c.ID, Ref: c.Ref, Segment: c.Segment, ImportedAt: c.ImportedAt, Rev: c.Rev,
		Name: put("name", c.Name), Kana: put("kana", c.Kana), BirthDate: put("birth_date", c.BirthDate),
		Phones: put("phones", list(c.Phones)), Mail: put("mail", c.Mail),
		Address: put("address", c.Address), Flags: put("flags", list(c.Flags)),
	}
}

// open gives the plain customer of a row, without accounts and past.
func (s *Store) open(ctx context.Context, tx *db.Tx, r record) (Customer, error) {
	c := Customer{ID: r.ID, Ref: r.Ref, Segment: r.Segment, ImportedAt: r.ImportedAt, Rev: r.Rev}
	var phones, flags string
	for _, f := range []struct {
		name   string
		sealed []byte
		into   *string
	}{
		{"name", r.Name, &c.Name}, {"kana", r.Kana, &c.Kana}, {"birth_date", r.BirthDate, &c.BirthDate},
		{"phones", r.Phones, &phones}, {"mail", r.Mail, &c.Mail}, {"address", r.Address, &c.Address}, {"flags", r.Flags, &flags},
	} {
		var err error
		if *f.into, err = s.v.OpenText(ctx, tx, column(f.name, r.ID), f.sealed); err != nil {
			return Customer{}, fmt.Errorf("open customer %s: %w", r.ID, err)
		}
	}
	c.Phones, c.Flags = unlist(phones), unlist(flags)
	return c, nil
}

// openAll opens customers with their accounts, in the order of the rows, and leaves out those
// that were erased. Keys and accounts are read in one query each.
func (s *Store) openAll(ctx context.Context, tx *db.Tx, rows []record) ([]Customer, error) {
	subjects, ids, at := make([]string, 0, len(rows)), make([]string, 0, len(rows)), map[string]int{}
	for _, r := range rows {
		if r.ErasedAt == nil {
			subjects, ids = append(subjects, subject(r.ID)), append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	if err := s.v.Warm(ctx, tx, subjects); err != nil {
		return nil, fmt.Errorf("open customers: %w", err)
	}
	out := make([]Customer, 0, len(ids))
	for _, r := range rows {
		if r.ErasedAt != nil {
			continue
		}
		c, err := s.open(ctx, tx, r)
		if err != nil {
			return nil, err
		}
		at[r.ID] = len(out)
		out = append(out, c)
	}
	var accounts []accountRecord
	if err := tx.SelectIn(ctx, &accounts, `SELECT id, customer_id, position, account_blind, account_no, opened_on
		FROM customer_account WHERE customer_id IN (?) ORDER BY customer_id, position`, ids); err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	for _, a := range accounts {
		plain, err := s.openAccount(ctx, tx, a)
		if err != nil {
			return nil, err
		}
		c := &out[at[a.CustomerID]]
		c.Accounts = append(c.Accounts, plain)
	}
	return out, nil
}

func (s *Store) openAccount(ctx context.Context, tx *db.Tx, a accountRecord) (Account, error) {
	number, err := s.v.OpenText(ctx, tx, accountColumn("account_no", a.ID), a.Number)
	if err != nil {
		return Account{}, fmt.Errorf("open account %s: %w", a.ID, err)
	}
	opened, err := s.v.OpenText(ctx, tx, accountColumn("opened_on", a.ID), a.OpenedOn)
	if err != nil {
		return Account{}, fmt.Errorf("open account %s: %w", a.ID, err)
	}
	return Account{Number: number, OpenedOn: opened}, nil
}

// past reads the contact data that later imports replaced, the newest first.
func (s *Store) past(ctx context.Context, tx *db.Tx, id string) ([]Past, error) {
	var rows []struct {
		ID      string
		Until   db.Instant
		Contact []byte
	}
	if err := tx.Select(ctx, &rows, `SELECT id, until, contact FROM customer_past WHERE customer_id = ? ORDER BY until DESC, id DESC`, id); err != nil {
		return nil, fmt.Errorf("read past contact data: %w", err)
	}
	out := make([]Past, len(rows))
	for i, r := range rows {
		plain, err := s.v.Open(ctx, tx, vault.Place{Table: "customer_past", Column: "contact", Row: r.ID}, r.Contact)
		if err != nil {
			return nil, fmt.Errorf("open past contact data %s: %w", r.ID, err)
		}
		out[i].Until = r.Until
		if err := json.Unmarshal(plain, &out[i].Contact); err != nil {
			return nil, fmt.Errorf("read past contact data %s: %w", r.ID, err)
		}
	}
	return out, nil
}

// mask gives what screens may show.
func mask(c Customer) Candidate {
	m := Candidate{
		ID: c.ID, Ref: c.Ref, Segment: c.Segment, Flags: c.Flags,
		MaskedName: text.MaskName(c.Name), MaskedKana: text.MaskName(c.Kana),
	}
	if len(c.Accounts) > 0 {
		m.MaskedAccount = text.MaskAccount(c.Accounts[0].Number)
	}
	if len(c.Phones) > 0 {
		m.MaskedPhone = text.MaskPhone(c.Phones[0])
	}
	return m
}
