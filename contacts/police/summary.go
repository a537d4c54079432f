package police

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/fault"
)

// Paper is what the summary (警察相談概要, operations.md 6 B) is drawn from.
type Paper struct {
	Content
	Firm         Firm
	No           string
	Version      int64
	At           db.Instant
	Incident     Incident
	Cases        []Victimised // those concerned, in the order of their numbers
	Destinations []Destination
	Receipt      string // empty while there is none
	ConsultedAt  db.Instant
	Digest       string
}

// Victimised is a case in the summary: masked, and in full where the victim agreed.
type Victimised struct {
	Case
	Consent *Consent
	Victim  *Victim
}

// MakeSummary draws the summary and freezes it. Victims who agreed are named in full, all others
// stay masked; who was named is on record before the paper is drawn, outside any transaction, and
// it is kept only if nobody changed the consultation meanwhile. It needs police.write and, where
// somebody is named, customer.reveal. It fails with fault.Conflict when rev is stale, with
// fault.Refused "police.guard.fresh" when it would say the same again, with "police.leaks" when a
// text names a customer who has not agreed, and "police.glyphs" for a character that no font has.
func (s *Store) MakeSummary(ctx context.Context, by actor.Actor, id string, rev int64) (out Report, err error) {
	if err := by.Need(actor.PoliceWrite); err != nil {
		return Report{}, err
	}
	a := act{id: id, rev: rev, event: SummaryMade}
	p, err := s.gather(ctx, by, a)
	if err != nil {
		return Report{}, err
	}
	pdf, err := s.draw(p)
	if err != nil {
		return Report{}, err
	}
	a.args = Args{"Version": strconv.FormatInt(p.Version, 10), "Named": strconv.Itoa(p.named())}
	a.do = func(ctx context.Context, tx *db.Tx, r *record) error { return s.keep(ctx, tx, by, r, p, pdf) }
	return s.done(ctx, by, a)
}

func (p Paper) named() (n int) {
	for _, c := range p.Cases {
		if c.Victim != nil {
			n++
		}
	}
	return n
}

// gather reads what the paper says. It writes, because naming a victim is put on record, and so is
// a refusal of the guard.
func (s *Store) gather(ctx context.Context, by actor.Actor, a act) (p Paper, err error) {
	var fields []string
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, a.id)
		if err != nil {
			return err
		}
		if _, err := s.decide(by, r, a); err != nil {
			return err
		}
		if r.erased {
			return fault.New(fault.Refused, "police.erased", nil)
		}
		p = Paper{Content: r.content, Firm: s.opts.Firm, No: r.No, Version: r.Version + 1, At: tx.Now, ConsultedAt: r.ConsultedAt, Digest: r.Digest}
		if p.Incident, err = s.opts.Incident(ctx, tx, r.IncidentID); err != nil {
			return err
		}
		if p.Destinations, err = s.opts.Destinations(ctx, tx, by, r.IncidentID); err != nil {
			return err
		}
		if p.Receipt, err = s.receipt(ctx, tx, r.ID); err != nil {
			return err
		}
		if p.Cases, err = s.victims(ctx, tx, by, r); err != nil {
			return err
		}
		if fields, err = s.strangers(ctx, tx, p); err != nil || len(fields) == 0 {
			return err
		}
		return s.refuse(ctx, tx, by, &r, fields)
	})
	if err == nil && len(fields) > 0 {
		err = refusal(fields)
	}
	return p, err
}

// victims are the cases concerned. Nobody is named without their consent.
func (s *Store) victims(ctx context.Context, tx *db.Tx, by actor.Actor, r record) (out []Victimised, err error) {
	all, err := s.opts.Cases(ctx, tx, r.IncidentID)
	if err != nil {
		return nil, err
	}
	named := r.named()
	for _, c := range all {
		if !known(r.content.Cases, c.ID) {
			continue
		}
		v := Victimised{Case: c}
		if i := slices.IndexFunc(r.consents, func(k Consent) bool { return k.CaseID == c.ID }); i >= 0 {
			v.Consent = &r.consents[i]
		}
		if known(named, c.ID) {
			full, err := s.opts.Victim(ctx, tx, by, c.ID)
			if err != nil {
				return nil, err
			}
			v.Victim = &full
			if err := accessed(ctx, tx, by, "police.victim_named", r.ID, Args{"Case": c.ID}); err != nil {
				return nil, err
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// draw says in the reader's words what cannot be drawn.
func (s *Store) draw(p Paper) ([]byte, error) {
	pdf, err := s.opts.Render(p)
	var missing *document.MissingGlyphs
	if errors.As(err, &missing) {
		return nil, fault.Wrap(fault.Refused, "police.glyphs", map[string]any{"Glyphs": missing.Characters()}, err)
	}
	return pdf, err
}

func (s *Store) keep(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, p Paper, pdf []byte) error {
	if r.Digest != p.Digest || r.Version+1 != p.Version {
		return fault.Stale(r.Report)
	}
	r.Version, r.SummaryDigest = p.Version, p.Digest
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, r.IncidentID, place("police_summary", "pdf", id), pdf)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO police_summary (id, report_id, version, digest, pdf, sha256, size, named, made_by, made_name, made_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, r.ID, r.Version, p.Digest, sealed, sha(pdf), len(pdf), p.named(), by.ID, by.Name, p.At)
	return err
}

const summaryColumns = `id, version, digest, sha256, size, named, made_by, made_name, made_at`

// PDF gives the summary of a version, 0 for the newest, and puts on record who opened it. It needs
// police.read and, for one that names victims or accounts, customer.reveal; fault.NotFound when no
// such version was drawn.
func (s *Store) PDF(ctx context.Context, by actor.Actor, id string, version int64) (pdf []byte, name string, err error) {
	for _, need := range []actor.Permission{actor.PoliceRead, actor.CustomerReveal} {
		if err := by.Need(need); err != nil {
			return nil, "", err
		}
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if version == 0 {
			version = r.Version
		}
		name = fmt.Sprintf("%s-%d.pdf", r.No, version)
		if pdf, err = s.frozen(ctx, tx, id, version); err != nil {
			return err
		}
		return accessed(ctx, tx, by, "police.summary_opened", id, Args{"Version": strconv.FormatInt(version, 10)})
	})
	if err != nil {
		return nil, "", err
	}
	return pdf, name, nil
}

var errChanged = errors.New("the frozen summary is not what its hash says")

func (s *Store) frozen(ctx context.Context, tx *db.Tx, id string, version int64) ([]byte, error) {
	var row struct {
		Summary
		PDF []byte `db:"pdf"`
	}
	if err := tx.Get(ctx, &row, `SELECT `+summaryColumns+`, pdf FROM police_summary WHERE report_id = ? AND version = ?`, id, version); err != nil {
		return nil, err
	}
	pdf, err := s.vault.Open(ctx, tx, place("police_summary", "pdf", row.ID), row.PDF)
	if err == nil && sha(pdf) != row.SHA256 {
		err = fmt.Errorf("consultation %s version %d: %w", id, version, errChanged)
	}
	return pdf, err
}
