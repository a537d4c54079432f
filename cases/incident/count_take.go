package incident

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

const (
	maxCount  = 1_000_000_000_000_000 // a thousand trillion: more yen than there are
	maxSource = 500                   // characters of the reason for a number typed by hand
)

// errFigure is a fault of the wiring: a number that could not be published.
var errFigure = errors.New("a figure has an unknown unit or stage, no source, or is registered twice")

// CountNow counts every registered figure in the caller's transaction, which has to be a View: on
// PostgreSQL only that reads all of them from one snapshot, so that a case that is decided meanwhile
// is in all numbers or in none.
func (s *Store) CountNow(ctx context.Context, tx *db.Tx, incidentID string) ([]Count, error) {
	all := make([]Count, 0, len(s.opts.Figures))
	for _, f := range s.opts.Figures {
		n, err := f.Count(ctx, tx, incidentID)
		if err != nil {
			return nil, fmt.Errorf("count %s %s: %w", f.Stage, f.Unit, err)
		}
		all = append(all, Count{Unit: f.Unit, Stage: f.Stage, N: n, Source: f.Source})
	}
	return ordered(all), nil
}

// Counted reports whether a room counts the number; others may be typed.
func (s *Store) Counted(k CountKey) bool {
	for _, f := range s.opts.Figures {
		if f.Unit == k.Unit && f.Stage == k.Stage {
			return true
		}
	}
	return false
}

// checkFigures refuses figures of which two would be one number, or none.
func checkFigures(all []Figure) error {
	seen := map[CountKey]bool{}
	for _, f := range all {
		k := CountKey{f.Unit, f.Stage}
		if _, known := ParseCountKey(k.String()); !known || seen[k] || f.Source == "" || f.Count == nil {
			return fmt.Errorf("%w: %s", errFigure, k)
		}
		seen[k] = true
	}
	return nil
}

// TakeSnapshot counts every registered figure of an incident as of one moment, and keeps the numbers
// for ever. Numbers that no room counts yet may be typed with the reason. An incident whose work has
// ended can be counted too: what was published may have to be restated. It needs counts.write and
// fails with fault.Invalid and the fields that are wrong ("typed.<unit>.<stage>").
func (s *Store) TakeSnapshot(ctx context.Context, by actor.Actor, incidentID string, typed ...Typed) (snap Snapshot, err error) {
	if err := by.Need(actor.CountsWrite); err != nil {
		return Snapshot{}, err
	}
	if err := errors.Join(checkFigures(s.opts.Figures), s.typedWrong(typed)); err != nil {
		return Snapshot{}, err
	}
	for range tries {
		if snap, err = s.count(ctx, by, incidentID, typed); err != nil {
			return Snapshot{}, err
		}
		if err = s.keepSnapshot(ctx, by, &snap); !errors.Is(err, errNewer) {
			return snap, err
		}
	}
	return Snapshot{}, fault.Wrap(fault.Conflict, "counts.busy", nil, err)
}

// count reads all numbers from one snapshot of the database.
func (s *Store) count(ctx context.Context, by actor.Actor, incidentID string, typed []Typed) (snap Snapshot, err error) {
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.load(ctx, tx, incidentID); err != nil {
			return err
		}
		counts, err := s.CountNow(ctx, tx, incidentID)
		snap = Snapshot{IncidentID: incidentID, AsOf: tx.Now, TakenBy: by.ID, TakenName: by.Name, Counts: counts}
		return err
	})
	for _, t := range typed {
		snap.Counts = append(snap.Counts, Count{Unit: t.Unit, Stage: t.Stage, N: t.N, Source: typedSource,
			TypedBy: by.ID, TypedName: by.Name, Reason: strings.TrimSpace(t.Reason)})
	}
	snap.Counts = ordered(snap.Counts)
	return snap, err
}

// typedSource is the source of a number that a person typed.
const typedSource = "typed"

// errNewer: somebody else's snapshot of the same or a later moment was kept first.
var errNewer = errors.New("a newer snapshot was kept first")

// keepSnapshot writes it. Numbers of an earlier moment are never kept after those of a later one:
// they are counted again.
func (s *Store) keepSnapshot(ctx context.Context, by actor.Actor, snap *Snapshot) error {
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Lock(ctx, "incident", snap.IncidentID); err != nil {
			return err
		}
		var last struct {
			No   int64      `db:"no"`
			AsOf db.Instant `db:"as_of"`
		}
		if err := tx.Get(ctx, &last, `SELECT COALESCE(max(no), 0) AS no, COALESCE(max(as_of), 0) AS as_of FROM count_snapshot WHERE incident_id = ?`, snap.IncidentID); err != nil {
			return err
		}
		if last.AsOf >= snap.AsOf {
			return errNewer
		}
		snap.ID, snap.No = tx.NewID(), last.No+1
		snap.Digest = snap.sum()
		if _, err := tx.NamedExec(ctx, `INSERT INTO count_snapshot (id, incident_id, no, as_of, taken_by, taken_name, digest)
			VALUES (:id, :incident_id, :no, :as_of, :taken_by, :taken_name, :digest)`, snap); err != nil {
			return err
		}
		for _, c := range snap.Counts {
			if err := s.keepCount(ctx, tx, *snap, c); err != nil {
				return err
			}
		}
		i, err := s.load(ctx, tx, snap.IncidentID)
		if err != nil {
			return err
		}
		err = s.happened(ctx, tx, by, i, "counts.taken", map[string]string{
			"N": strconv.FormatInt(snap.No, 10), "Lines": strconv.Itoa(len(snap.Counts)), "Digest": snap.Digest}, "")
		db.Crash("counts.take")
		return err
	})
}

func typedPlace(id string) vault.Place {
	return vault.Place{Table: "count_line", Column: "reason", Row: id}
}

func (s *Store) keepCount(ctx context.Context, tx *db.Tx, snap Snapshot, c Count) error {
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, subject(snap.IncidentID), typedPlace(id), c.Reason)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO count_line (id, snapshot_id, unit, stage, n, source, typed_by, typed_name, reason)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, snap.ID, c.Unit, c.Stage, c.N, c.Source, c.TypedBy, c.TypedName, sealed)
	return err
}

// typedWrong names every fault of what was typed at once.
func (s *Store) typedWrong(all []Typed) error {
	bad, seen := map[string]string{}, map[CountKey]bool{}
	for _, t := range all {
		k := CountKey{t.Unit, t.Stage}
		field := "typed." + k.String()
		_, known := ParseCountKey(k.String())
		switch {
		case !known || seen[k]:
			bad[field] = "form.choice"
		case s.Counted(k):
			bad[field] = "counts.counted"
		case t.N < 0 || t.N > maxCount:
			bad[field] = "form.range"
		default:
			checkText(bad, field, t.Reason, 1, maxSource)
			if bad[field] == "form.required" {
				bad[field] = "counts.reason_missing"
			}
		}
		seen[k] = true
	}
	if len(bad) > 0 {
		return fault.Form(bad)
	}
	return nil
}
