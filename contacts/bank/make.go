package bank

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/fault"
)

// LetterInfo is one letter that was made, without its text.
type LetterInfo struct {
	Version  int64      `db:"version"`
	Round    int64      `db:"round"`
	SHA256   string     `db:"sha256"`
	Size     int64      `db:"size"` // bytes
	MadeName string     `db:"made_name"`
	MadeAt   db.Instant `db:"made_at"`
}

// MakeLetter draws the letter of a draft as the request now stands and hands it over to be checked.
// The PDF is drawn before the transaction, which keeps it only if nobody changed the request
// meanwhile. It needs bank.write. It fails with fault.Invalid and the fields that a letter cannot
// do without, with fault.Refused "bank.letter.glyphs" for a character that no font has, and with
// fault.Conflict when rev is stale.
func (s *Store) MakeLetter(ctx context.Context, by actor.Actor, id string, rev int64) (out Request, err error) {
	if err := by.Need(actor.BankWrite); err != nil {
		return Request{}, err
	}
	a := act{id: id, rev: rev, event: LetterMade}
	data, err := s.draftOf(ctx, by, a)
	if err != nil {
		return Request{}, err
	}
	pdf, err := s.draw(data)
	if err != nil {
		return Request{}, err
	}
	sum := sha256.Sum256(pdf)
	a.do = func(ctx context.Context, tx *db.Tx, r *record) error {
		return s.keepLetter(ctx, tx, by, r, pdf, hex.EncodeToString(sum[:]))
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.act(ctx, tx, by, a)
		return err
	})
	return out, err
}

// draftOf reads what the next letter of a draft says, if it may be made.
func (s *Store) draftOf(ctx context.Context, by actor.Actor, a act) (data LetterData, err error) {
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, a.id)
		if err != nil {
			return err
		}
		if r.Rev != a.rev {
			return fault.Stale(r.Request)
		}
		if _, err := s.decide(ctx, tx, by, r, a); err != nil {
			return err
		}
		if bad := r.terms.missing(r.Request); len(bad) > 0 {
			return fault.Form(bad)
		}
		data, err = s.letterData(ctx, tx, r)
		data.Version = r.Letter + 1
		return err
	})
	return data, err
}

func (s *Store) letterData(ctx context.Context, tx *db.Tx, r record) (LetterData, error) {
	account, err := s.account(ctx, tx, r.AccountID)
	if err != nil {
		return LetterData{}, err
	}
	switch {
	case r.erased || account.Number == "":
		return LetterData{}, fault.New(fault.Refused, "bank.letter.erased", nil)
	case account.HolderKana == "":
		return LetterData{}, fault.Field("holder_kana", "form.required")
	case s.opts.Firm.Name == "":
		return LetterData{}, fault.New(fault.Refused, "bank.letter.no_firm", nil)
	}
	desk, _, err := s.opts.Desk(ctx, tx, r.ToBank)
	if err != nil {
		return LetterData{}, err
	}
	m := s.opts.Master
	to, _ := m.Bank(r.ToBank)
	bank, _ := m.Bank(account.BankCode)
	branch, _ := m.Branch(account.BankCode, account.BranchCode)
	l := LetterData{Firm: s.opts.Firm, No: r.No, Version: r.Letter, Round: r.Round, Date: tx.Now, Track: r.Track, Addressee: or(desk.Name, to.Formal()),
		Section: desk.Section, Account: account, BankName: bank.Formal(), BranchName: branch.Name, Terms: r.terms}
	if r.Round > 1 {
		l.Previous = r.SentAt
	}
	return l, nil
}

// draw makes the PDF, outside any transaction.
func (s *Store) draw(l LetterData) ([]byte, error) {
	pdf, err := s.opts.Render(l)
	var missing *document.MissingGlyphs
	switch {
	case errors.As(err, &missing):
		return nil, fault.Wrap(fault.Refused, "bank.letter.glyphs", map[string]any{"Characters": missing.Characters()}, err)
	case err != nil:
		return nil, fmt.Errorf("draw the letter of %s: %w", l.No, err)
	}
	return pdf, nil
}

func (s *Store) keepLetter(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, pdf []byte, sum string) error {
	r.uncheck()
	r.Letter, r.SHA256 = r.Letter+1, sum
	id := tx.NewID()
	sealed, err := s.vault.Seal(ctx, tx, destination(r.AccountID), place("bank_letter", "pdf", id), pdf)
	if err != nil {
		return fmt.Errorf("seal a letter: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO bank_letter (id, request_id, version, round, pdf, sha256, size, made_by, made_name, made_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, r.ID, r.Letter, r.Round, sealed, sum, len(pdf), by.ID, by.Name, tx.Now)
	return err
}

func (s *Store) letters(ctx context.Context, tx *db.Tx, id string) (out []LetterInfo, err error) {
	err = tx.Select(ctx, &out, `SELECT version, round, sha256, size, made_name, made_at FROM bank_letter WHERE request_id = ? ORDER BY version DESC`, id)
	return out, err
}

// pdf opens a letter.
func (s *Store) pdf(ctx context.Context, tx *db.Tx, requestID string, version int64) (pdf []byte, sum string, err error) {
	var row struct {
		ID     string `db:"id"`
		PDF    []byte `db:"pdf"`
		SHA256 string `db:"sha256"`
	}
	if err := tx.Get(ctx, &row, `SELECT id, pdf, sha256 FROM bank_letter WHERE request_id = ? AND version = ?`, requestID, version); err != nil {
		return nil, "", err
	}
	pdf, err = s.vault.Open(ctx, tx, place("bank_letter", "pdf", row.ID), row.PDF)
	return pdf, row.SHA256, err
}
