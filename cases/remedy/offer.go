package remedy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/fault"
)

// LongestOffer is the farthest last day of an offer, in days from its making.
const LongestOffer = 180

var errChanged = errors.New("the frozen letter is not what its hash says")

// Offer makes the offer that was approved: the letter is drawn before the transaction, from the
// very calculation that was approved, and kept with its hash for ever. validUntil is the last day
// for an answer (YYYY-MM-DD in Tokyo). It needs remedy.write. It fails with fault.Conflict when rev
// is stale, with fault.Invalid for a day that is past or too far, and with fault.Refused when the
// approval is void, the customer's record was erased ("remedy.letter.erased"), the firm has no name
// ("remedy.letter.no_firm") or a character is in no font ("remedy.letter.glyphs").
func (s *Store) Offer(ctx context.Context, by actor.Actor, id string, rev int64, validUntil string) (a Assessment, err error) {
	if err := by.Need(actor.RemedyWrite); err != nil {
		return Assessment{}, err
	}
	x := act{id: id, rev: rev, event: OfferMade, args: db.Args{"Until": validUntil}}
	letter, err := s.ready(ctx, by, x, validUntil)
	if err != nil {
		return Assessment{}, err
	}
	pdf, err := s.draw(letter)
	if err != nil {
		return Assessment{}, err
	}
	sum := sha256.Sum256(pdf)
	x.do = func(ctx context.Context, tx *db.Tx, by actor.Actor, a *Assessment) error {
		if a.Digest != letter.Digest { // what was drawn is not what would be offered
			return fault.Stale(*a)
		}
		if err := s.freeze(ctx, tx, by, a, validUntil, pdf, hex.EncodeToString(sum[:])); err != nil {
			return err
		}
		return s.emit(ctx, tx, *a, "remedy.offered")
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.act(ctx, tx, by, x)
		return err
	})
	return a, err
}

// ready decides before the letter is drawn, so that nobody waits for a PDF that will be refused.
func (s *Store) ready(ctx context.Context, by actor.Actor, x act, validUntil string) (l Letter, err error) {
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.load(ctx, tx, x.id)
		if err != nil {
			return err
		}
		if a.Rev != x.rev {
			return fault.Stale(a)
		}
		if _, err := s.decide(ctx, tx, by, a, x); err != nil {
			return err
		}
		if !isDay(validUntil) {
			return fault.Field("valid_until", "form.date")
		}
		if today := day(tx.Now); validUntil <= today || validUntil > day(tx.Now.Add(LongestOffer*24*time.Hour)) {
			return fault.Field("valid_until", "remedy.offer.until")
		}
		l, err = s.letter(ctx, tx, a)
		l.ValidUntil, l.Date = validUntil, tx.Now
		return err
	})
	return l, err
}

// letter puts together what the letter of the present version says.
func (s *Store) letter(ctx context.Context, tx *db.Tx, a Assessment) (Letter, error) {
	c, err := s.opts.Case(ctx, tx, a.CaseID)
	if err != nil {
		return Letter{}, err
	}
	versions, err := s.versions(ctx, tx, a.ID)
	if err != nil {
		return Letter{}, err
	}
	switch {
	case len(versions) == 0:
		return Letter{}, fault.New(fault.NotFound, "row.none", nil)
	case versions[0].Erased || c.CustomerRef == "":
		return Letter{}, fault.New(fault.Refused, "remedy.letter.erased", nil)
	case s.opts.Firm.Name == "":
		return Letter{}, fault.New(fault.Refused, "remedy.letter.no_firm", nil)
	}
	p, _ := s.book.Get(a.PolicyID, a.PolicyVersion)
	return Letter{Firm: s.opts.Firm, No: a.No, CaseNo: a.CaseNo, CustomerRef: c.CustomerRef, Version: a.Version, Digest: a.Digest,
		PolicyTitle: p.Title.JA, Calculation: versions[0].Calculation}, nil
}

// draw says in the reader's words what cannot be drawn.
func (s *Store) draw(l Letter) ([]byte, error) {
	if s.opts.Render == nil {
		return nil, fault.New(fault.Refused, "document.fonts_missing", nil)
	}
	pdf, err := s.opts.Render(l)
	var missing *document.MissingGlyphs
	switch {
	case errors.As(err, &missing):
		return nil, fault.Wrap(fault.Refused, "remedy.letter.glyphs", map[string]any{"Glyphs": missing.Characters()}, err)
	case err != nil:
		return nil, fmt.Errorf("draw the letter of %s: %w", l.No, err)
	}
	return pdf, nil
}

// freeze keeps what was offered, for ever.
func (s *Store) freeze(ctx context.Context, tx *db.Tx, by actor.Actor, a *Assessment, validUntil string, pdf []byte, sum string) error {
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, a.CustomerID, place("remedy_offer", "pdf", id), pdf)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO remedy_offer (id, remedy_id, version, offer_yen, digest, valid_until, pdf, sha256, size, by_id, by_name, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, a.ID, a.Version, a.OfferYen, a.Digest, validUntil, sealed, sum, len(pdf), by.ID, by.Name, tx.Now); err != nil {
		return err
	}
	a.OfferVersion, a.OfferedYen, a.OfferedAt, a.ValidUntil, a.AnsweredAt = a.Version, a.OfferYen, tx.Now, validUntil, 0
	return s.record(ctx, tx, by, *a, "remedy.frozen", map[string]string{"PDF": sum, "Until": validUntil})
}

// PDF gives the letter of a version: the frozen copy of what went out, else, for the present
// version (0), a draft drawn now, which says so on every page. That it was opened is an entry of
// the access trail. It needs remedy.read; fault.NotFound when there is no such letter.
func (s *Store) PDF(ctx context.Context, by actor.Actor, id string, version int64) (pdf []byte, name string, err error) {
	if err := by.Need(actor.RemedyRead); err != nil {
		return nil, "", err
	}
	var l Letter
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		wanted := version
		if wanted == 0 {
			wanted = a.Version
		}
		name = fmt.Sprintf("%s-%d.pdf", a.No, wanted)
		if pdf, err = s.frozen(ctx, tx, id, wanted); !fault.Is(err, fault.NotFound) || wanted != a.Version || wanted == 0 {
			return err
		}
		l, err = s.letter(ctx, tx, a)
		l.Date, l.Draft = tx.Now, true
		return err
	})
	if err != nil {
		return nil, "", err
	}
	if pdf == nil {
		if pdf, err = s.draw(l); err != nil {
			return nil, "", err
		}
	}
	return pdf, name, s.accessed(ctx, by, id, "remedy.letter_read")
}

// frozen opens a letter that went out and checks it against its hash.
func (s *Store) frozen(ctx context.Context, tx *db.Tx, id string, version int64) ([]byte, error) {
	var row struct {
		ID     string `db:"id"`
		PDF    []byte `db:"pdf"`
		SHA256 string `db:"sha256"`
	}
	if err := tx.Get(ctx, &row, `SELECT id, pdf, sha256 FROM remedy_offer WHERE remedy_id = ? AND version = ?`, id, version); err != nil {
		return nil, err
	}
	pdf, err := s.vault.Open(ctx, tx, place("remedy_offer", "pdf", row.ID), row.PDF)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(pdf); hex.EncodeToString(sum[:]) != row.SHA256 {
		return nil, fmt.Errorf("assessment %s version %d: %w", id, version, errChanged)
	}
	return pdf, nil
}
