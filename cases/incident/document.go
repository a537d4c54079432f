package incident

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/number"
	"tasuke/internal/vault"
)

// PaperKind is what a prepared paper is.
type PaperKind string

// The kinds.
const (
	FSAReport    PaperKind = "fsa_report"    // 金融庁への障害発生等報告
	VendorDemand PaperKind = "vendor_demand" // 委託先報告要求書
)

// PaperKinds lists every kind.
var PaperKinds = []PaperKind{FSAReport, VendorDemand}

// Paper is a paper that the product prepared for an incident, without its bytes. People read it, and
// hand it in; nothing leaves by itself.
type Paper struct {
	ID         string     `db:"id"`
	No         string     `db:"no"` // DOC-2026-0001
	IncidentID string     `db:"incident_id"`
	Kind       PaperKind  `db:"kind"`
	Version    int64      `db:"version"` // 1, 2, ... of its kind within the incident
	Sheet      int64      `db:"sheet"`   // version of the fact sheet it was made from
	Basis      string     `db:"basis"`   // digest of what it says
	SHA256     string     `db:"sha256"`
	Size       int64      `db:"size"` // bytes
	MadeBy     string     `db:"made_by"`
	MadeName   string     `db:"made_name"`
	MadeAt     db.Instant `db:"made_at"`
}

// File is the name a paper is saved under.
func (p Paper) File() string { return fmt.Sprintf("%s-%s-%d.pdf", p.No, p.Kind, p.Version) }

const paperColumns = `id, no, incident_id, kind, version, sheet, basis, sha256, size, made_by, made_name, made_at`

func paperPlace(id string) vault.Place {
	return vault.Place{Table: "incident_document", Column: "pdf", Row: id}
}

// PaperDraft is a paper to be made: what it says, by its digest, and how it is drawn with
// its number, version and date.
type PaperDraft struct {
	Kind  PaperKind
	Sheet int64
	Basis string
	Draw  func(no string, version int64, at db.Instant) ([]byte, error)
}

// Papers lists the papers of an incident, the newest first. It needs facts.read; fault.NotFound
// "row.none" when there is no such incident.
func (s *Store) Papers(ctx context.Context, by actor.Actor, incidentID string) (i Incident, list []Paper, err error) {
	if err := by.Need(actor.FactsRead); err != nil {
		return Incident{}, nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if i, err = s.load(ctx, tx, incidentID); err != nil {
			return err
		}
		return tx.Select(ctx, &list, `SELECT `+paperColumns+` FROM incident_document WHERE incident_id = ? ORDER BY made_at DESC, id DESC LIMIT 200`, incidentID)
	})
	return i, list, err
}

// MakePaper draws a paper and keeps it as the next version of its kind; the newest is given back when
// it says the same. It is drawn outside any transaction, with the number it then gets; when somebody
// else was faster it is drawn again. It needs facts.write; fault.Refused "incident.over" when the work
// has ended.
func (s *Store) MakePaper(ctx context.Context, by actor.Actor, incidentID string, d PaperDraft) (p Paper, fresh bool, err error) {
	if err := by.Need(actor.FactsWrite); err != nil {
		return Paper{}, false, err
	}
	if !slices.Contains(PaperKinds, d.Kind) {
		return Paper{}, false, fault.New(fault.Invalid, "form.malformed", nil)
	}
	for range tries {
		p, err = s.reserve(ctx, by, incidentID, d)
		if err != nil || p.ID != "" {
			return p, false, err
		}
		var pdf []byte
		if pdf, err = d.Draw(p.No, p.Version, p.MadeAt); err != nil {
			return Paper{}, false, err
		}
		if p, err = s.keepPaper(ctx, by, p, pdf); !errors.Is(err, errNewer) {
			return p, err == nil, err
		}
	}
	return Paper{}, false, fault.Wrap(fault.Conflict, "counts.busy", nil, err)
}

// reserve gives the newest paper when it says the same, else the next one without an id; its number is
// drawn and kept, so that it can stand on the paper.
func (s *Store) reserve(ctx context.Context, by actor.Actor, incidentID string, d PaperDraft) (p Paper, err error) {
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.Enter(ctx, tx, incidentID); err != nil {
			return err
		}
		var last []Paper
		if err := tx.Select(ctx, &last, `SELECT `+paperColumns+` FROM incident_document WHERE incident_id = ? AND kind = ? ORDER BY version DESC LIMIT 1`, incidentID, d.Kind); err != nil {
			return err
		}
		if len(last) > 0 && last[0].Basis == d.Basis {
			p = last[0]
			return nil
		}
		p = Paper{IncidentID: incidentID, Kind: d.Kind, Version: 1, Sheet: d.Sheet, Basis: d.Basis, MadeBy: by.ID, MadeName: by.Name, MadeAt: tx.Now}
		if len(last) > 0 {
			p.Version = last[0].Version + 1
		}
		p.No, err = number.Next(ctx, tx, "DOC", tx.Now)
		return err
	})
	return p, err
}

func (s *Store) keepPaper(ctx context.Context, by actor.Actor, p Paper, pdf []byte) (Paper, error) {
	sum := sha256.Sum256(pdf)
	p.SHA256, p.Size = hex.EncodeToString(sum[:]), int64(len(pdf))
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.Enter(ctx, tx, p.IncidentID); err != nil {
			return err
		}
		var have int64
		if err := tx.Get(ctx, &have, `SELECT COALESCE(max(version), 0) FROM incident_document WHERE incident_id = ? AND kind = ?`, p.IncidentID, p.Kind); err != nil {
			return err
		}
		if have >= p.Version {
			return errNewer
		}
		p.ID = tx.NewID()
		sealed, err := s.vault.Seal(ctx, tx, subject(p.IncidentID), paperPlace(p.ID), pdf)
		if err != nil {
			return fmt.Errorf("seal paper %s: %w", p.No, err)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO incident_document (`+paperColumns+`, pdf) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			p.ID, p.No, p.IncidentID, p.Kind, p.Version, p.Sheet, p.Basis, p.SHA256, p.Size, p.MadeBy, p.MadeName, p.MadeAt, sealed); err != nil {
			return err
		}
		i, err := s.load(ctx, tx, p.IncidentID)
		if err != nil {
			return err
		}
		return s.happened(ctx, tx, by, i, "paper.made", map[string]string{"No": p.No, "Paper": string(p.Kind), "Version": strconv.FormatInt(p.Version, 10), "Sheet": strconv.FormatInt(p.Sheet, 10), "SHA256": p.SHA256}, "")
	})
	if err != nil {
		return Paper{}, err
	}
	return p, nil
}

var errPaper = errors.New("the kept paper is not what its hash says")

// PaperPDF opens a paper and puts on record who did. It needs facts.read; fault.NotFound
// "row.none" when there is no such paper.
func (s *Store) PaperPDF(ctx context.Context, by actor.Actor, id string) (pdf []byte, p Paper, err error) {
	if err := by.Need(actor.FactsRead); err != nil {
		return nil, Paper{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		var row struct {
			Paper
			PDF []byte `db:"pdf"`
		}
		if err := tx.Get(ctx, &row, `SELECT `+paperColumns+`, pdf FROM incident_document WHERE id = ?`, id); err != nil {
			return err
		}
		p = row.Paper
		if pdf, err = s.vault.Open(ctx, tx, paperPlace(id), row.PDF); err != nil {
			return err
		}
		if sum := sha256.Sum256(pdf); hex.EncodeToString(sum[:]) != p.SHA256 {
			return fmt.Errorf("paper %s: %w", p.No, errPaper)
		}
		return audit.Append(ctx, tx, audit.Entry{Tree: audit.Access, Actor: by, Action: "paper.opened",
			Object: audit.Ref{Kind: "incident", ID: p.IncidentID}, Detail: map[string]string{"No": p.No}})
	})
	if err != nil {
		return nil, Paper{}, err
	}
	return pdf, p, nil
}
