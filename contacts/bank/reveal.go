package bank

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Reveal gives the account of a request in plain text and puts on record, in the access tree of
// the audit log, who saw it and why. It needs bank.read and customer.reveal. It fails with a field
// fault when purpose is none of Purposes, and with fault.NotFound "vault.erased".
func (s *Store) Reveal(ctx context.Context, by actor.Actor, id, purpose string) (a Account, err error) {
	if err := by.Need(actor.BankRead); err != nil {
		return Account{}, err
	}
	if err := by.Need(actor.CustomerReveal); err != nil {
		return Account{}, err
	}
	switch {
	case purpose == "":
		return Account{}, fault.Field("purpose", "customer.purpose.required")
	case !slices.Contains(Purposes, purpose):
		return Account{}, fault.Field("purpose", "customer.purpose.unknown")
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if a, err = s.account(ctx, tx, r.AccountID); err != nil {
			return err
		}
		if a.Number == "" {
			return fault.New(fault.NotFound, "vault.erased", nil)
		}
		return accessed(ctx, tx, by, "bank.account_revealed", id, Args{"Purpose": purpose})
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// Letter gives the PDF of a version, 0 for the newest, and puts on record who opened it: it has
// the account in full. It needs bank.letter; fault.NotFound when there is no such letter. Whoever
// may check the request now is refused "bank.letter.checking": a number is not retyped from the
// letter that is to be checked by it.
func (s *Store) Letter(ctx context.Context, by actor.Actor, id string, version int64) (pdf []byte, name string, err error) {
	if err := by.Need(actor.BankLetter); err != nil {
		return nil, "", err
	}
	var want string
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := s.decide(ctx, tx, by, r, act{event: LetterPassed}); err == nil {
			return fault.New(fault.Refused, "bank.letter.checking", nil)
		}
		if version == 0 {
			version = r.Request.Letter
		}
		if pdf, want, err = s.pdf(ctx, tx, id, version); err != nil {
			return err
		}
		name = fileName(r.Request, version)
		return accessed(ctx, tx, by, "bank.letter_opened", id, Args{"Version": strconv.FormatInt(version, 10)})
	})
	if err != nil {
		return nil, "", err
	}
	if sum := sha256.Sum256(pdf); hex.EncodeToString(sum[:]) != want {
		return nil, "", fmt.Errorf("letter %d of bank request %s is not what its hash says", version, id)
	}
	return pdf, name, nil
}
