package filing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

// Handover is what a person states who handed a report in.
type Handover struct {
	ID      string
	Rev     int64 // of the filing as it was on the person's screen
	Channel Channel
	At      db.Instant
	Receipt string // the authority's number; may come later
	// StaleSeen says that the person knows that the fact sheet tells some items otherwise.
	StaleSeen bool
}

const maxReceipt = 80 // characters

func (h Handover) problems(now db.Instant) map[string]string {
	bad := map[string]string{}
	if !slices.Contains(Channels, h.Channel) {
		bad["channel"] = "form.choice"
	}
	if h.At <= 0 {
		bad["at"] = "form.required"
	}
	if h.At > now {
		bad["at"] = "form.future"
	}
	if utf8.RuneCountInString(strings.TrimSpace(h.Receipt)) > maxReceipt {
		bad["receipt"] = "form.too_long"
	}
	return bad
}

// Submit records that the approved form was handed in, and freezes it: the payload, the PDF and
// their hashes. The PDF is drawn before the transaction, from the very payload that is then
// recorded. It fails with fault.Conflict and the current Filing when Rev is stale, with
// fault.Invalid and the fields that are wrong, with fault.Refused when the table or a guard says
// no, above all "filing.guard.approval_void" for a payload that is not the one approved, and
// "filing.glyphs" when the form has a character that no font has. It needs filing.write.
func (s *Store) Submit(ctx context.Context, by actor.Actor, h Handover) (f Filing, err error) {
	if err := by.Need(actor.FilingWrite); err != nil {
		return Filing{}, err
	}
	if bad := h.problems(s.db.Now()); len(bad) > 0 {
		return Filing{}, fault.Form(bad)
	}
	a := act{id: h.ID, rev: h.Rev, event: HandedIn, staleSeen: h.StaleSeen}
	form, err := s.ready(ctx, by, a)
	if err != nil {
		return Filing{}, err
	}
	form.SubmittedAt = h.At
	pdf, err := s.draw(form)
	if err != nil {
		return Filing{}, err
	}
	sum := sha256.Sum256(pdf)
	a.do = s.freeze(h, form.Digest, pdf, hex.EncodeToString(sum[:]))
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if f, err = s.act(ctx, tx, by, a); err != nil {
			return err
		}
		if strings.TrimSpace(h.Receipt) != "" {
			f, err = s.act(ctx, tx, by, act{id: f.ID, rev: f.Rev, event: ReceiptNoted, do: s.receipt(h.Receipt)})
		}
		db.Crash("filing.submit")
		return err
	})
	return f, err
}

// ready decides before the form is drawn, so that nobody waits for a PDF that will be refused,
// and gives what is drawn.
func (s *Store) ready(ctx context.Context, by actor.Actor, a act) (form Form, err error) {
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, a.id)
		if err != nil {
			return err
		}
		if r.Rev != a.rev {
			return fault.Stale(r.Filing)
		}
		if _, err := s.decide(ctx, tx, by, r, a); err != nil {
			return err
		}
		form, err = s.form(ctx, tx, r)
		return err
	})
	return form, err
}

// form puts together what the PDF is drawn from.
func (s *Store) form(ctx context.Context, tx *db.Tx, r record) (f Form, err error) {
	f = Form{Payload: r.form, No: r.No, Version: r.Version, Digest: r.form.Digest(), Sheet: r.SheetVersion, Approver: r.ApprovedName}
	if f.IncidentNo, err = s.opts.Numbered(ctx, tx, r.IncidentID); err != nil {
		return Form{}, err
	}
	f.Before, err = s.lastReceipt(ctx, tx, r.ID, r.Version-1)
	return f, err
}

// draw says in the reader's words what cannot be drawn.
func (s *Store) draw(f Form) ([]byte, error) {
	if s.opts.Render == nil {
		return nil, fault.New(fault.Refused, "filing.no_fonts", nil)
	}
	pdf, err := s.opts.Render(f)
	var missing *document.MissingGlyphs
	if errors.As(err, &missing) {
		return nil, fault.Wrap(fault.Refused, "filing.glyphs", map[string]any{"Glyphs": missing.Characters()}, err)
	}
	return pdf, err
}

// freeze keeps what was handed in, for ever.
func (s *Store) freeze(h Handover, digest string, pdf []byte, sum string) func(context.Context, *db.Tx, actor.Actor, *record) (Items, error) {
	return func(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (Items, error) {
		if r.form.Digest() != digest { // what was drawn is not what would be recorded
			return nil, fault.Stale(r.Filing)
		}
		if h.At < r.ApprovedAt-r.ApprovedAt%db.Instant(time.Minute.Microseconds()) { // people state moments to the minute
			return nil, fault.Field("at", "filing.before_approval")
		}
		id := tx.NewID()
		at := func(column string) vault.Place {
			return vault.Place{Table: "filing_submission", Column: column, Row: id}
		}
		payload, err := s.sealJSON(ctx, tx, r.IncidentID, at("payload"), r.form)
		if err != nil {
			return nil, err
		}
		sealed, err := s.seal(ctx, tx, r.IncidentID, at("pdf"), pdf)
		if err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO filing_submission (id, filing_id, version, channel, submitted_at, recorded_at, by_id, by_name,
			payload, payload_digest, pdf, pdf_sha256, pdf_size, sheet_version, sheet_digest, stale_items)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, r.ID, r.Version, h.Channel, h.At, tx.Now, by.ID, by.Name,
			payload, digest, sealed, sum, len(pdf), r.SheetVersion, r.SheetDigest, r.StaleItems); err != nil {
			return nil, err
		}
		r.DueKey = never
		if err := s.clear(ctx, tx, r); err != nil {
			return nil, err
		}
		if err := s.record(ctx, tx, by, r, "filing.frozen", map[string]string{"Channel": string(h.Channel), "PDF": sum}); err != nil {
			return nil, err
		}
		return nil, s.emit(ctx, tx, r)
	}
}

func (s *Store) emit(ctx context.Context, tx *db.Tx, r *record) error {
	if s.opts.Emit == nil {
		return nil
	}
	return s.opts.Emit(ctx, tx, r.IncidentID, "filing.submitted", r.ID)
}

// Receipt records the authority's number of the present version; another one recorded later
// counts instead of it. It fails like Move, and with fault.Invalid for no number. It needs
// filing.write.
func (s *Store) Receipt(ctx context.Context, by actor.Actor, id string, rev int64, no string) (f Filing, err error) {
	if err := by.Need(actor.FilingWrite); err != nil {
		return Filing{}, err
	}
	switch n := utf8.RuneCountInString(strings.TrimSpace(no)); {
	case n == 0:
		return Filing{}, fault.Field("receipt", "form.required")
	case n > maxReceipt:
		return Filing{}, fault.Field("receipt", "form.too_long")
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err = s.act(ctx, tx, by, act{id: id, rev: rev, event: ReceiptNoted, do: s.receipt(no)})
		db.Crash("filing.receipt")
		return err
	})
	return f, err
}

func (s *Store) receipt(no string) func(context.Context, *db.Tx, actor.Actor, *record) (Items, error) {
	return func(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (Items, error) {
		_, err := tx.Exec(ctx, `INSERT INTO filing_receipt (id, filing_id, version, number, at, by_id, by_name) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			tx.NewID(), r.ID, r.Version, strings.TrimSpace(no), tx.Now, by.ID, by.Name)
		return nil, err
	}
}

// lastReceipt is the number that counts for a version; empty for none.
func (s *Store) lastReceipt(ctx context.Context, tx *db.Tx, id string, version int64) (no string, err error) {
	err = tx.Get(ctx, &no, `SELECT number FROM filing_receipt WHERE filing_id = ? AND version = ? ORDER BY at DESC, id DESC LIMIT 1`, id, version)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return no, err
}
