package customer

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tasuke/internal/db"
	"tasuke/internal/vault"
)

// write takes a batch over and answers the rows of customers that were erased.
func (s *Store) write(ctx context.Context, tx *db.Tx, b *batch) (tally, []incoming, error) {
	t := tally{Rejected: b.rejected, FirstLine: b.first, LastLine: b.last}
	last, err := lockRegister(ctx, tx)
	if err != nil {
		return t, nil, err
	}
	known, err := s.known(ctx, tx, b.rows)
	if err != nil {
		return t, nil, err
	}
	gone, err := s.gone(ctx, tx, b.rows)
	if err != nil {
		return t, nil, err
	}
	var fresh, erased []incoming
	for _, row := range b.rows {
		old, found := known[row.c.Ref]
		switch {
		case gone[string(s.tombstone(row.c.Ref))]:
			erased = append(erased, row)
		case !found:
			fresh = append(fresh, row)
		case bytes.Equal(old.Digest, row.digest):
			t.Unchanged++
		default:
			if err := s.replace(ctx, tx, old, row); err != nil {
				return t, nil, err
			}
			t.Changed++
		}
	}
	t.New, t.Rejected = len(fresh), t.Rejected+len(erased)
	return t, erased, s.add(ctx, tx, fresh, last)
}

// lockRegister makes imports on several nodes take turns and gives the highest number so far.
func lockRegister(ctx context.Context, tx *db.Tx) (last int64, err error) {
	if tx.Dialect == db.Postgres {
		if _, err := tx.Exec(ctx, `LOCK TABLE customer IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return 0, fmt.Errorf("lock the register: %w", err)
		}
	}
	if err := tx.Get(ctx, &last, `SELECT COALESCE(MAX(no), 0) FROM customer`); err != nil {
		return 0, fmt.Errorf("read the register: %w", err)
	}
	return last, nil
}

// known gives the customers that are there already, by customer number.
func (s *Store) known(ctx context.Context, tx *db.Tx, rows []incoming) (map[string]record, error) {
	out := map[string]record{}
	if len(rows) == 0 {
		return out, nil
	}
	refs := make([]string, len(rows))
	for i, r := range rows {
		refs[i] = r.c.Ref
	}
	var found []record
	if err := tx.SelectIn(ctx, &found, `SELECT `+recordColumns+` FROM customer WHERE ref IN (?)`, refs); err != nil {
		return nil, fmt.Errorf("read customers: %w", err)
	}
	for _, r := range found {
		out[r.Ref] = r
	}
	return out, nil
}

// gone gives the marks of erased customer numbers among the rows.
func (s *Store) gone(ctx context.Context, tx *db.Tx, rows []incoming) (map[string]bool, error) {
	out := map[string]bool{}
	if len(rows) == 0 {
		return out, nil
	}
	hashes := make([][]byte, len(rows))
	for i, r := range rows {
		hashes[i] = s.tombstone(r.c.Ref)
	}
	var found [][]byte
	if err := tx.SelectIn(ctx, &found, `SELECT hash FROM customer_blind WHERE field = ? AND hash IN (?)`, erasedRef, hashes); err != nil {
		return nil, fmt.Errorf("read erased customers: %w", err)
	}
	for _, h := range found {
		out[string(h)] = true
	}
	return out, nil
}

// add inserts new customers with their accounts and search rows.
func (s *Store) add(ctx context.Context, tx *db.Tx, rows []incoming, last int64) error {
	if len(rows) == 0 {
		return nil
	}
	subjects := make([]string, len(rows))
	for i := range rows {
		rows[i].c.ID = tx.NewID()
		subjects[i] = subject(rows[i].c.ID)
	}
	keys, err := s.v.Keys(ctx, tx, subjects)
	if err != nil {
		return fmt.Errorf("make customer keys: %w", err)
	}
	customers, accounts, found := newInserter("customer", recordColumns), newInserter("customer_account", accountColumns), newPostings()
	for i, row := range rows {
		c, k, no := row.c, keys[subjects[i]], last+int64(i)+1
		c.ImportedAt, c.Rev = tx.Now, 1
		r := seal(k, c)
		customers.add(r.ID, no, r.Ref, r.Name, r.Kana, r.BirthDate, r.Phones, r.Mail, r.Address, r.Flags, r.Segment, row.digest, r.ImportedAt, nil, r.Rev)
		s.addAccounts(tx, accounts, k, c)
		found.add(row.index, no)
	}
	if err := customers.run(ctx, tx); err != nil {
		return err
	}
	if err := accounts.run(ctx, tx); err != nil {
		return err
	}
	return found.insert(ctx, tx)
}

const accountColumns = `id, customer_id, position, account_blind, account_no, opened_on`

func (s *Store) addAccounts(tx *db.Tx, in *inserter, k *vault.Key, c Customer) {
	for i, a := range c.Accounts {
		id := tx.NewID()
		var opened []byte
		if a.OpenedOn != "" {
			opened = k.Seal(accountColumn("opened_on", id), []byte(a.OpenedOn))
		}
		in.add(id, c.ID, i, s.accountBlind(a.Number), k.Seal(accountColumn("account_no", id), []byte(a.Number)), opened)
	}
}

// replace writes the new data of a customer, keeps the contact data that it replaces, and
// exchanges the search rows.
func (s *Store) replace(ctx context.Context, tx *db.Tx, old record, row incoming) error {
	before, err := s.openAll(ctx, tx, []record{old})
	if err != nil {
		return err
	}
	k, err := s.v.Key(ctx, tx, subject(old.ID))
	if err != nil {
		return fmt.Errorf("read the key of customer %s: %w", old.ID, err)
	}
	c := row.c
	c.ID, c.ImportedAt, c.Rev = old.ID, tx.Now, old.Rev+1
	if err := update(ctx, tx, seal(k, c), row.digest); err != nil {
		return err
	}
	if err := keepPast(ctx, tx, k, before[0], c); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM customer_account WHERE customer_id = ?`, c.ID); err != nil {
		return fmt.Errorf("replace accounts: %w", err)
	}
	accounts := newInserter("customer_account", accountColumns)
	s.addAccounts(tx, accounts, k, c)
	if err := accounts.run(ctx, tx); err != nil {
		return err
	}
	if err := remove(ctx, tx, indexOf(s.v, before[0]), old.No); err != nil {
		return err
	}
	found := newPostings()
	found.add(row.index, old.No)
	return found.insert(ctx, tx)
}

func update(ctx context.Context, tx *db.Tx, r record, digest []byte) error {
	n, err := tx.Exec(ctx, `UPDATE customer SET name = ?, kana = ?, birth_date = ?, phones = ?, mail = ?, address = ?,
		flags = ?, segment = ?, digest = ?, imported_at = ?, rev = ? WHERE id = ? AND rev = ? AND erased_at IS NULL`,
		r.Name, r.Kana, r.BirthDate, r.Phones, r.Mail, r.Address, r.Flags, r.Segment, digest, r.ImportedAt, r.Rev, r.ID, r.Rev-1)
	if err == nil && n != 1 {
		err = fmt.Errorf("%d rows instead of one", n)
	}
	if err != nil {
		return fmt.Errorf("replace customer %s: %w", r.ID, err)
	}
	return nil
}

// keepPast keeps contact data that is about to be replaced.
func keepPast(ctx context.Context, tx *db.Tx, k *vault.Key, before, now Customer) error {
	if slices.Equal(before.Phones, now.Phones) && before.Mail == now.Mail && before.Address == now.Address {
		return nil
	}
	b, err := json.Marshal(Contact{before.Phones, before.Mail, before.Address})
	if err != nil {
		return fmt.Errorf("write past contact data: %w", err)
	}
	id := tx.NewID()
	if _, err := tx.Exec(ctx, `INSERT INTO customer_past (id, customer_id, until, contact) VALUES (?, ?, ?, ?)`,
		id, now.ID, tx.Now, k.Seal(vault.Place{Table: "customer_past", Column: "contact", Row: id}, b)); err != nil {
		return fmt.Errorf("keep past contact data: %w", err)
	}
	return nil
}

// remove deletes the search rows of one customer as they were made from its old data.
func remove(ctx context.Context, tx *db.Tx, x index, no int64) error {
	for _, g := range x.grams {
		if _, err := tx.Exec(ctx, `DELETE FROM customer_gram WHERE gram = ? AND no = ?`, g, no); err != nil {
			return fmt.Errorf("remove search rows: %w", err)
		}
	}
	for _, b := range x.blinds {
		if _, err := tx.Exec(ctx, `DELETE FROM customer_blind WHERE field = ? AND hash = ? AND no = ?`, b.field, b.hash, no); err != nil {
			return fmt.Errorf("remove search rows: %w", err)
		}
	}
	return nil
}

// postings gathers the search rows of a batch, so that they can be written in the order of the
// tables' keys: in random order every row touches another page.
type postings struct {
	grams  []posting
	blinds []posting
}

type posting struct {
	field string
	hash  []byte
	no    int64
}

func newPostings() *postings { return &postings{} }

func (p *postings) add(x index, no int64) {
	for _, g := range x.grams {
		p.grams = append(p.grams, posting{"", g, no})
	}
	for _, b := range x.blinds {
		p.blinds = append(p.blinds, posting{b.field, b.hash, no})
	}
}

func (p *postings) insert(ctx context.Context, tx *db.Tx) error {
	order := func(a, b posting) int {
		return cmp.Or(strings.Compare(a.field, b.field), bytes.Compare(a.hash, b.hash), cmp.Compare(a.no, b.no))
	}
	slices.SortFunc(p.grams, order)
	slices.SortFunc(p.blinds, order)
	grams, blinds := newInserter("customer_gram", "gram, no"), newInserter("customer_blind", "field, hash, no")
	for _, g := range p.grams {
		grams.add(g.hash, g.no)
	}
	for _, b := range p.blinds {
		blinds.add(b.field, b.hash, b.no)
	}
	if err := grams.run(ctx, tx); err != nil {
		return err
	}
	return blinds.run(ctx, tx)
}
