package customer

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/text"
)

// Purposes lists why personal data may be shown; the sentence of each is customer.purpose.<it>.
// They are a choice and not free text, because the audit trail keeps them for ever.
var Purposes = []string{
	"identity_check", // 本人確認
	"contact",        // 顧客への連絡
	"containment",    // 口座の保全
	"investigation",  // 調査
	"report",         // 届出・照会への回答
	"compensation",   // 補償
	"audit",          // 監査
}

// Reveal gives a customer in plain text and puts on record, in the access tree of the audit
// log, who saw it and why. It needs actor.CustomerReveal. It fails with a field fault when purpose
// is none of Purposes, fault.NotFound "customer.none" or "vault.erased".
func (s *Store) Reveal(ctx context.Context, by actor.Actor, id, purpose string) (c Customer, err error) {
	err = s.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err = s.RevealIn(ctx, tx, by, id, purpose)
		return err
	})
	if err != nil {
		return Customer{}, err
	}
	return c, nil
}

// RevealIn is Reveal in the caller's transaction: what is shown and that it was shown are one.
func (s *Store) RevealIn(ctx context.Context, tx *db.Tx, by actor.Actor, id, purpose string) (c Customer, err error) {
	if err := by.Need(actor.CustomerReveal); err != nil {
		return c, err
	}
	if purpose == "" {
		return c, fault.Field("purpose", "customer.purpose.required")
	}
	if !slices.Contains(Purposes, purpose) {
		return c, fault.Field("purpose", "customer.purpose.unknown")
	}
	if c, err = s.plain(ctx, tx, id); err != nil {
		return Customer{}, err
	}
	return c, audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Access, Actor: by, Action: "customer.revealed", Object: audit.Ref{Kind: "customer", ID: id},
		Detail: struct {
			Purpose string `json:"purpose"`
		}{purpose},
	})
}

func (s *Store) plain(ctx context.Context, tx *db.Tx, id string) (Customer, error) {
	r, err := s.record(ctx, tx, id)
	if err != nil {
		return Customer{}, err
	}
	if r.ErasedAt != nil {
		return Customer{}, fault.New(fault.NotFound, "vault.erased", nil)
	}
	cs, err := s.openAll(ctx, tx, []record{r})
	if err != nil {
		return Customer{}, err
	}
	cs[0].Past, err = s.past(ctx, tx, id)
	return cs[0], err
}

func (s *Store) record(ctx context.Context, tx *db.Tx, id string) (r record, err error) {
	err = tx.Get(ctx, &r, `SELECT `+recordColumns+` FROM customer WHERE id = ?`, id)
	if fault.Is(err, fault.NotFound) {
		return r, fault.New(fault.NotFound, "customer.none", nil)
	}
	if err != nil {
		return r, fmt.Errorf("read customer %s: %w", id, err)
	}
	return r, nil
}

// Masked gives customers as screens may show them, by id, in the caller's transaction. The caller
// has checked the right to see the case or inquiry they belong to. Unknown ids are left out.
func (s *Store) Masked(ctx context.Context, tx *db.Tx, ids []string) (map[string]Candidate, error) {
	out := make(map[string]Candidate, len(ids))
	for part := range slices.Chunk(ids, 500) {
		var rows []record
		if err := tx.SelectIn(ctx, &rows, `SELECT `+recordColumns+` FROM customer WHERE id IN (?)`, part); err != nil {
			return nil, fmt.Errorf("read customers: %w", err)
		}
		cs, err := s.openAll(ctx, tx, rows)
		if err != nil {
			return nil, err
		}
		for _, c := range cs {
			out[c.ID] = mask(c)
		}
		for _, r := range rows {
			if r.ErasedAt != nil {
				out[r.ID] = Candidate{ID: r.ID, Erased: true}
			}
		}
	}
	return out, nil
}

// ByRef gives the id of a customer by the firm's customer number, exactly; fault.NotFound
// "customer.none" when there is none.
func (s *Store) ByRef(ctx context.Context, tx *db.Tx, ref string) (id string, err error) {
	err = tx.Get(ctx, &id, `SELECT id FROM customer WHERE ref = ? AND erased_at IS NULL`, foldRef(ref))
	if fault.Is(err, fault.NotFound) {
		return "", fault.New(fault.NotFound, "customer.none", nil)
	}
	if err != nil {
		return "", fmt.Errorf("find a customer by number: %w", err)
	}
	return id, nil
}

// ByRefs gives the ids of customers by the firm's customer numbers, exactly; who is not in the
// register is not in the map.
func (s *Store) ByRefs(ctx context.Context, tx *db.Tx, refs []string) (map[string]string, error) {
	written := map[string][]string{} // one customer may be written in several ways
	for _, ref := range refs {
		written[foldRef(ref)] = append(written[foldRef(ref)], ref)
	}
	out := make(map[string]string, len(refs))
	for part := range slices.Chunk(slices.Sorted(maps.Keys(written)), perQuestion) {
		var rows []struct{ ID, Ref string }
		if err := tx.SelectIn(ctx, &rows, `SELECT id, ref FROM customer WHERE erased_at IS NULL AND ref IN (?)`, part); err != nil {
			return nil, fmt.Errorf("find customers by number: %w", err)
		}
		for _, r := range rows {
			for _, ref := range written[r.Ref] {
				out[ref] = r.ID
			}
		}
	}
	return out, nil
}

// ByAccount gives the ids of the customers who have an account number, exactly; usually one.
func (s *Store) ByAccount(ctx context.Context, tx *db.Tx, number string) (ids []string, err error) {
	if err := tx.Select(ctx, &ids, `SELECT DISTINCT customer_id FROM customer_account WHERE account_blind = ? ORDER BY customer_id`,
		s.accountBlind(number)); err != nil {
		return nil, fmt.Errorf("find customers by account: %w", err)
	}
	return ids, nil
}

func (s *Store) accountBlind(number string) []byte {
	return s.v.Blind("customer."+byAccount, text.Account(number))
}
