package filing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

// Sheet is everything the page of one filing shows, read from one snapshot.
type Sheet struct {
	Filing       Filing
	IncidentNo   string
	Payload      Payload
	Base         incident.FactContent // what the payload was taken from
	Now          incident.FactContent // what the fact sheet tells now
	Erased       bool                 // the key of the payload was destroyed
	Blank        Items
	WaiverReason string
	Clock        incident.Clock
	Facts        Facts
	Choices      []Choice
	Lines        []Line // the newest first
	Submissions  []Submission
	Receipts     []Receipt // the newest first
}

// Sheet reads one filing. It needs filing.read; fault.NotFound "row.none" when there is none.
func (s *Store) Sheet(ctx context.Context, by actor.Actor, id string) (sh Sheet, err error) {
	if err := by.Need(actor.FilingRead); err != nil {
		return Sheet{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		sh.Filing, sh.Payload, sh.Base, sh.Erased, sh.WaiverReason = r.Filing, r.form, r.base, r.erased, r.reason
		if sh.Facts, err = s.facts(ctx, tx, by, r); err != nil {
			return err
		}
		if r.Version > 0 {
			sh.Blank = r.form.Blank()
		}
		sh.Choices = Choices(r.State, by, sh.Facts)
		return s.around(ctx, tx, &sh)
	})
	return sh, err
}

// around reads what stands beside a filing.
func (s *Store) around(ctx context.Context, tx *db.Tx, sh *Sheet) (err error) {
	f := sh.Filing
	if sh.IncidentNo, err = s.opts.Numbered(ctx, tx, f.IncidentID); err != nil {
		return err
	}
	if sh.Clock, err = s.opts.Clock(ctx, tx, f.IncidentID, f.Regime.Duty()); err != nil {
		return err
	}
	now, err := s.opts.Sheet(ctx, tx, f.IncidentID)
	if err != nil {
		return err
	}
	sh.Now = now.FactContent
	if sh.Lines, err = s.lines(ctx, tx, f.ID); err != nil {
		return err
	}
	if err := tx.Select(ctx, &sh.Receipts, `SELECT version, number, at, by_name FROM filing_receipt WHERE filing_id = ? ORDER BY at DESC, id DESC`, f.ID); err != nil {
		return err
	}
	if err := tx.Select(ctx, &sh.Submissions, `SELECT `+submissionColumns+` FROM filing_submission WHERE filing_id = ? ORDER BY version DESC`, f.ID); err != nil {
		return err
	}
	for i, sub := range sh.Submissions {
		if sh.Submissions[i].Receipt, err = s.lastReceipt(ctx, tx, f.ID, sub.Version); err != nil {
			return err
		}
	}
	return nil
}

const submissionColumns = `id, filing_id, version, channel, submitted_at, recorded_at, by_id, by_name, payload_digest,
	pdf_sha256, pdf_size, sheet_version, sheet_digest, stale_items`

const maxLines = 200

func (s *Store) lines(ctx context.Context, tx *db.Tx, id string) ([]Line, error) {
	var rows []struct {
		Line
		Sealed []byte `db:"comment"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, filing_id, version, at, actor_id, actor_name, event, from_state, to_state, digest, args, comment
		FROM filing_line WHERE filing_id = ? ORDER BY at DESC, id DESC LIMIT ?`, id, maxLines); err != nil {
		return nil, err
	}
	out := make([]Line, len(rows))
	for i, r := range rows {
		var err error
		out[i] = r.Line
		if out[i].Comment, out[i].Erased, err = s.open(ctx, tx, vault.Place{Table: "filing_line", Column: "comment", Row: r.ID}, r.Sealed); err != nil {
			return nil, err
		}
	}
	return out, nil
}

var errChanged = errors.New("the frozen copy is not what its hash says")

// PDF gives the form of a version, 0 for the present one: the frozen copy of what was handed in,
// else a draft drawn now, which says so on every page. It needs filing.read; it fails with
// fault.Refused "filing.glyphs" when the form has a character that no font has, and with
// fault.NotFound when there is no such version.
func (s *Store) PDF(ctx context.Context, by actor.Actor, id string, version int64) (pdf []byte, name string, err error) {
	if err := by.Need(actor.FilingRead); err != nil {
		return nil, "", err
	}
	var form Form
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if version == 0 {
			version = r.Version
		}
		name = fmt.Sprintf("%s-%d.pdf", r.No, version)
		if pdf, _, err = s.Frozen(ctx, tx, id, version); !fault.Is(err, fault.NotFound) || version != r.Version || version == 0 {
			return err
		}
		form, err = s.form(ctx, tx, r)
		return err
	})
	if err == nil && pdf == nil {
		pdf, err = s.draw(form)
	}
	return pdf, name, err
}

// Frozen opens the copy of a version that was handed in, in the caller's transaction, and checks
// both against their hashes. fault.NotFound when that version was not handed in.
func (s *Store) Frozen(ctx context.Context, tx *db.Tx, id string, version int64) (pdf []byte, p Payload, err error) {
	var row struct {
		Submission
		Payload []byte `db:"payload"`
		PDF     []byte `db:"pdf"`
	}
	if err := tx.Get(ctx, &row, `SELECT `+submissionColumns+`, payload, pdf FROM filing_submission WHERE filing_id = ? AND version = ?`, id, version); err != nil {
		return nil, Payload{}, err
	}
	at := func(column string) vault.Place {
		return vault.Place{Table: "filing_submission", Column: column, Row: row.ID}
	}
	if pdf, err = s.vault.Open(ctx, tx, at("pdf"), row.PDF); err != nil {
		return nil, Payload{}, err
	}
	plain, err := s.vault.Open(ctx, tx, at("payload"), row.Payload)
	if err != nil {
		return nil, Payload{}, err
	}
	if err := json.Unmarshal(plain, &p); err != nil {
		return nil, Payload{}, fmt.Errorf("read the frozen payload of filing %s: %w", id, err)
	}
	sum := sha256.Sum256(pdf)
	if hex.EncodeToString(sum[:]) != row.PDFSHA256 || p.Digest() != row.PayloadDigest {
		return nil, Payload{}, fmt.Errorf("filing %s version %d: %w", id, version, errChanged)
	}
	return pdf, p, nil
}
