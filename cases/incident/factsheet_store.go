package incident

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

func factPlace(id string) vault.Place {
	return vault.Place{Table: "fact_sheet", Column: "content", Row: id}
}

type factRow struct {
	ID         string     `db:"id"`
	IncidentID string     `db:"incident_id"`
	Version    int64      `db:"version"`
	Content    []byte     `db:"content"`
	Digest     string     `db:"digest"`
	SavedBy    string     `db:"saved_by"`
	SavedName  string     `db:"saved_name"`
	SavedAt    db.Instant `db:"saved_at"`
}

const factColumns = `id, incident_id, version, content, digest, saved_by, saved_name, saved_at`

// opened gives the sheet of a row; of one whose key was destroyed only who saved it and when.
func (s *Store) opened(ctx context.Context, tx *db.Tx, r factRow) (FactSheet, error) {
	f := FactSheet{IncidentID: r.IncidentID, Version: r.Version, Digest: r.Digest, SavedBy: r.SavedBy, SavedName: r.SavedName, SavedAt: r.SavedAt}
	plain, erased, err := s.open(ctx, tx, factPlace(r.ID), r.Content)
	if err != nil || erased {
		f.Erased = erased
		f.FactContent = f.Tidied()
		return f, err
	}
	if err := json.Unmarshal([]byte(plain), &f.FactContent); err != nil {
		return FactSheet{}, fmt.Errorf("read version %d of the fact sheet of %s: %w", r.Version, r.IncidentID, err)
	}
	return f, nil
}

// FactSheet reads the newest version in the caller's transaction, which has asked for the
// permission. Before the first one it gives version 0: what the incident itself knows.
// fault.NotFound "row.none" when there is no such incident.
func (s *Store) FactSheet(ctx context.Context, tx *db.Tx, incidentID string) (FactSheet, error) {
	var r factRow
	err := tx.Get(ctx, &r, `SELECT `+factColumns+` FROM fact_sheet WHERE incident_id = ? ORDER BY version DESC LIMIT 1`, incidentID)
	if fault.Is(err, fault.NotFound) {
		return s.prefilled(ctx, tx, incidentID)
	}
	if err != nil {
		return FactSheet{}, err
	}
	return s.opened(ctx, tx, r)
}

// FactSheetAt reads one version in the caller's transaction; fault.NotFound "row.none" for none.
func (s *Store) FactSheetAt(ctx context.Context, tx *db.Tx, incidentID string, version int64) (FactSheet, error) {
	var r factRow
	if err := tx.Get(ctx, &r, `SELECT `+factColumns+` FROM fact_sheet WHERE incident_id = ? AND version = ?`, incidentID, version); err != nil {
		return FactSheet{}, err
	}
	return s.opened(ctx, tx, r)
}

// FactsDigest gives the digest and the number of the newest version, in the caller's transaction;
// version 0 and the digest of what the incident itself knows before the first.
func (s *Store) FactsDigest(ctx context.Context, tx *db.Tx, incidentID string) (digest string, version int64, err error) {
	f, err := s.FactSheet(ctx, tx, incidentID)
	return f.Digest, f.Version, err
}

// FactVersion is a line of the list of versions.
type FactVersion struct {
	Version   int64      `db:"version"`
	Digest    string     `db:"digest"`
	SavedName string     `db:"saved_name"`
	SavedAt   db.Instant `db:"saved_at"`
}

// FactsPage is what the screen of the fact sheet shows, read from one snapshot.
type FactsPage struct {
	Incident Incident
	Sheet    FactSheet
	// Before is the version that Sheet is compared with, and Changed the items that differ.
	Before   FactSheet
	Changed  []FactItem
	Versions []FactVersion // the newest first, at most 200
}

// ReadFacts reads a version of the fact sheet of an incident, 0 for the newest, compared with the
// one before it. It needs facts.read; fault.NotFound "row.none" when there is no such version.
func (s *Store) ReadFacts(ctx context.Context, by actor.Actor, incidentID string, version int64) (p FactsPage, err error) {
	if err := by.Need(actor.FactsRead); err != nil {
		return FactsPage{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if p.Incident, err = s.load(ctx, tx, incidentID); err != nil {
			return err
		}
		if version == 0 {
			p.Sheet, err = s.FactSheet(ctx, tx, incidentID)
		} else {
			p.Sheet, err = s.FactSheetAt(ctx, tx, incidentID, version)
		}
		if err != nil {
			return err
		}
		if p.Sheet.Version > 1 {
			if p.Before, err = s.FactSheetAt(ctx, tx, incidentID, p.Sheet.Version-1); err != nil {
				return err
			}
			p.Changed = FactDiff(p.Before.FactContent, p.Sheet.FactContent)
		}
		return tx.Select(ctx, &p.Versions, `SELECT version, digest, saved_name, saved_at FROM fact_sheet
			WHERE incident_id = ? ORDER BY version DESC LIMIT 200`, incidentID)
	})
	return p, err
}

// SaveFacts adds a version of the fact sheet after the one the person saw. It fails with
// fault.Conflict and the present FactSheet when another version was saved first, with
// fault.Invalid and the fields that are wrong, with fault.Refused "incident.over" when the work
// has ended and with fault.Refused "factsheet.unchanged" when nothing differs.
func (s *Store) SaveFacts(ctx context.Context, by actor.Actor, incidentID string, seen int64, c FactContent) (f FactSheet, err error) {
	if err := by.Need(actor.FactsWrite); err != nil {
		return FactSheet{}, err
	}
	c = c.Tidied()
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if bad := c.Problems(tx.Now); len(bad) > 0 {
			return fault.Form(bad)
		}
		// Entering takes the incident's row, so that of two savings one sees the other.
		if err := s.Enter(ctx, tx, incidentID); err != nil {
			return err
		}
		f, err = s.addFacts(ctx, tx, by, incidentID, seen, c)
		db.Crash("facts.save")
		return err
	})
	return f, err
}

func (s *Store) addFacts(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string, seen int64, c FactContent) (FactSheet, error) {
	old, err := s.FactSheet(ctx, tx, incidentID)
	if err != nil {
		return FactSheet{}, err
	}
	if old.Version != seen {
		return FactSheet{}, fault.Stale(old)
	}
	if old.Version > 0 && len(FactDiff(old.FactContent, c)) == 0 {
		return FactSheet{}, fault.New(fault.Refused, "factsheet.unchanged", nil)
	}
	f := FactSheet{FactContent: c, IncidentID: incidentID, Version: old.Version + 1, Digest: c.Digest(), SavedBy: by.ID, SavedName: by.Name, SavedAt: tx.Now}
	if err := s.insertFacts(ctx, tx, f); err != nil {
		return FactSheet{}, err
	}
	i, err := s.load(ctx, tx, incidentID)
	if err != nil {
		return FactSheet{}, err
	}
	if err := s.happened(ctx, tx, by, i, "factsheet.saved", map[string]string{
		"Version": strconv.FormatInt(f.Version, 10), "Items": joined(FactDiff(old.FactContent, c)), "Digest": f.Digest,
	}, ""); err != nil || s.opts.FactsChanged == nil {
		return f, err
	}
	return f, s.opts.FactsChanged(ctx, tx, by, f)
}

func (s *Store) insertFacts(ctx context.Context, tx *db.Tx, f FactSheet) error {
	plain, err := json.Marshal(f.FactContent)
	if err != nil {
		return fmt.Errorf("write version %d of the fact sheet of %s: %w", f.Version, f.IncidentID, err)
	}
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, subject(f.IncidentID), factPlace(id), string(plain))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO fact_sheet (`+factColumns+`, marks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, f.IncidentID, f.Version, sealed, f.Digest, f.SavedBy, f.SavedName, f.SavedAt, f.marks())
	return err
}

func joined(items []FactItem) string {
	words := make([]string, len(items))
	for i, k := range items {
		words[i] = string(k)
	}
	return strings.Join(words, ",")
}

// FreezeFacts gives the number of the newest version in the caller's transaction, and saves what
// the incident itself knows as version 1 when nobody has saved one: what is approved or filed next
// rests on a version that exists. It needs facts.write.
func (s *Store) FreezeFacts(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) (int64, error) {
	if err := by.Need(actor.FactsWrite); err != nil {
		return 0, err
	}
	if err := s.Enter(ctx, tx, incidentID); err != nil {
		return 0, err
	}
	f, err := s.FactSheet(ctx, tx, incidentID)
	if err != nil || f.Version > 0 {
		return f.Version, err
	}
	f, err = s.addFacts(ctx, tx, by, incidentID, 0, f.FactContent)
	return f.Version, err
}
