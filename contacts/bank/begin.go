package bank

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"tasuke/contacts/bank/master"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/number"
)

// Opened is how a request begins; it leads from nothing to draft and so is no row of the table.
const Opened Event = "opened"

// Form is what people type to make or change a request.
type Form struct {
	Track   Track
	Account AccountForm
	ToBank  string // code; empty for the account's own bank
	Terms   Terms
}

// Begin opens a request of an incident; the clocks of the telephone call and the letter start. It
// needs bank.write. It fails with fault.Invalid and the fields that are wrong, and with
// fault.Refused when the work on the incident has ended.
func (s *Store) Begin(ctx context.Context, by actor.Actor, incidentID string, f Form) (out Request, err error) {
	if err := by.Need(actor.BankWrite); err != nil {
		return Request{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.begin(ctx, tx, by, incidentID, f)
		return err
	})
	return out, err
}

func (s *Store) begin(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string, f Form) (Request, error) {
	if err := s.opts.Enter(ctx, tx, incidentID); err != nil {
		return Request{}, err
	}
	r := &record{Request: Request{ID: tx.NewID(), IncidentID: incidentID, State: Draft, StateSince: tx.Now, Round: 1, FrozenYen: -1, Recovered: -1,
		DecidedAt: tx.Now, OpenedBy: by.ID, OpenedName: by.Name, OpenedAt: tx.Now}}
	if err := s.fill(ctx, tx, by, r, f, nil); err != nil {
		return Request{}, err
	}
	r.setDue(tx.Now)
	var err error
	if r.No, err = number.Next(ctx, tx, "BNK", tx.Now); err != nil {
		return Request{}, err
	}
	if err := s.insert(ctx, tx, r); err != nil {
		return Request{}, err
	}
	if err := s.remind(ctx, tx, r, ""); err != nil {
		return Request{}, err
	}
	return r.Request, s.after(ctx, tx, by, r, act{event: Opened, args: Args{"Track": string(r.Track)}}, "")
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, r *record) error {
	if _, err := tx.NamedExec(ctx, `INSERT INTO bank_request (`+columns+`, terms) VALUES (:`+
		strings.Join(strings.Fields(strings.ReplaceAll(columns, ",", " ")), ", :")+`, :terms)`, r); err != nil {
		return fmt.Errorf("insert a bank request: %w", err)
	}
	return writeTransfers(ctx, tx, r.ID, r.terms.Transfers)
}

// Edit changes a request whose letter has not left. Whatever was checked is no longer: the request
// is a draft again and needs another version of its letter. It needs bank.write and fails with
// fault.Conflict and the current Request when rev is stale.
func (s *Store) Edit(ctx context.Context, by actor.Actor, id string, rev int64, f Form) (out Request, err error) {
	if err := by.Need(actor.BankWrite); err != nil {
		return Request{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.act(ctx, tx, by, act{id: id, rev: rev, event: Edited, do: func(ctx context.Context, tx *db.Tx, r *record) error {
			r.uncheck()
			old, err := s.account(ctx, tx, r.AccountID)
			if err != nil {
				return err
			}
			if err := s.fill(ctx, tx, by, r, f, &old); err != nil {
				return err
			}
			return writeTransfers(ctx, tx, r.ID, r.terms.Transfers)
		}})
		return err
	})
	return out, err
}

// fill checks what was typed and puts it into the record.
func (s *Store) fill(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, f Form, old *Account) error {
	cases, err := s.opts.Cases(ctx, tx, r.IncidentID)
	if err != nil {
		return err
	}
	account, bad := f.Account.account(s.opts.Master, old)
	terms := f.Terms.tidied()
	maps.Copy(bad, terms.problems(tx.Now, cases))
	if !known(Tracks, f.Track) {
		bad["track"] = "form.choice"
	}
	to := master.Digits(f.ToBank)
	if to == "" && f.Track != Recall {
		to = account.BankCode
	}
	if _, ok := s.opts.Master.Bank(to); !ok && bad["bank_code"] == "" {
		bad["to_bank"] = "bank.account.no_bank"
	}
	if len(bad) > 0 {
		return fault.Form(bad)
	}
	if r.AccountID, err = s.keep(ctx, tx, by, r, account); err != nil {
		return err
	}
	r.Track, r.ToBank = f.Track, to
	return s.setTerms(ctx, tx, r, terms)
}

// same reports whether two accounts are stated alike, their identity aside.
func (a Account) same(b Account) bool {
	return a.HolderKana == b.HolderKana && a.HolderName == b.HolderName && a.Relation == b.Relation && a.Kigo == b.Kigo && a.Bango == b.Bango
}

// keep gives the id of the account's row, made when there is none. A row says what is known of an
// account to every request about it, so a holder that differs is refused while other requests
// rely on the one that stands.
func (s *Store) keep(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, a Account) (string, error) {
	blind := s.vault.Blind("bank.account", a.key())
	var id string
	err := tx.Get(ctx, &id, `SELECT id FROM destination_account WHERE bank_code = ? AND branch_code = ? AND kind = ? AND number_blind = ?`,
		a.BankCode, a.BranchCode, a.Kind, blind)
	switch {
	case fault.Is(err, fault.NotFound):
		a.ID, a.CreatedAt = tx.NewID(), tx.Now
		made, err := s.insertAccount(ctx, tx, by, a, blind)
		if err != nil || made {
			return a.ID, err
		}
		return s.keep(ctx, tx, by, r, a) // another incident wrote it down meanwhile
	case err != nil:
		return "", err
	}
	old, err := s.account(ctx, tx, id)
	if err != nil || old.same(a) {
		return id, err
	}
	return id, s.correct(ctx, tx, r, old, a)
}

// correct changes what is known of an account that is already on file.
func (s *Store) correct(ctx context.Context, tx *db.Tx, r *record, old, a Account) error {
	if a.HolderKana == "" { // a draft that does not know the holder says nothing against who stands there
		a.HolderKana, a.HolderName = old.HolderKana, old.HolderName
	}
	if a.HolderName == "" && master.SameHolder(old.HolderKana, a.HolderKana) {
		a.HolderKana, a.HolderName = old.HolderKana, old.HolderName
	}
	if a.Kigo == "" {
		a.Kigo, a.Bango = old.Kigo, old.Bango
	}
	if a.Relation == "unknown" {
		a.Relation = old.Relation
	}
	if old.same(a) {
		return nil
	}
	var others int
	if err := tx.Get(ctx, &others, `SELECT count(*) FROM bank_request WHERE destination_id = ? AND id <> ? AND state <> 'void'`, old.ID, r.ID); err != nil {
		return err
	}
	if others > 0 {
		return fault.Field("holder_kana", "bank.account.other_holder")
	}
	a.ID = old.ID
	row, err := s.sealAccount(ctx, tx, a)
	if err != nil {
		return err
	}
	_, err = tx.NamedExec(ctx, `UPDATE destination_account SET holder_kana = :holder_kana, holder_name = :holder_name, kigo = :kigo, bango = :bango,
		relation = :relation WHERE id = :id`, row)
	return err
}
