package incident

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// CountBoard is what the screen of the ledger shows, read from one snapshot of the database.
type CountBoard struct {
	Incident Incident
	Now      []Count    // as rooms would count them now
	AsOf     db.Instant // of Now
	// Newest first; at most one page.
	Snapshots []Snapshot
	Next      Cursor
	// Last is the newest snapshot, and Before the one before it; Said is the newest one of which
	// something was published. Each has no ID when there is none.
	Last, Before, Said Snapshot
	Typeable           []CountKey // what no room counts yet
}

// Differs are the published numbers that would be counted differently now.
func (b CountBoard) Differs() (out []CountDiff) {
	for _, p := range b.Said.Published {
		for _, k := range p.Keys() {
			was, _ := b.Said.Count(k)
			now, counted := Snapshot{Counts: b.Now}.Count(k)
			if counted && now.N != was.N {
				out = append(out, CountDiff{CountKey: k, Was: was.N, Now: now.N, No: p.No})
			}
		}
	}
	return out
}

// CountDiff is a number that was published and would be counted differently now.
type CountDiff struct {
	CountKey
	Was, Now int64
	No       string // of the document it stands in
}

// Counts reads the ledger of an incident. It needs counts.read; fault.NotFound "row.none" when there
// is no such incident.
func (s *Store) Counts(ctx context.Context, by actor.Actor, incidentID string, p Page) (b CountBoard, err error) {
	if err := by.Need(actor.CountsRead); err != nil {
		return CountBoard{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if b.Incident, err = s.load(ctx, tx, incidentID); err != nil {
			return err
		}
		b.AsOf = tx.Now
		if b.Now, err = s.CountNow(ctx, tx, incidentID); err != nil {
			return err
		}
		if b.Snapshots, b.Next, err = s.snapshots(ctx, tx, incidentID, p); err != nil {
			return err
		}
		newest, _, err := s.snapshots(ctx, tx, incidentID, Page{Limit: 2})
		if err != nil {
			return err
		}
		if len(newest) > 0 {
			b.Last = newest[0]
		}
		if len(newest) > 1 {
			b.Before = newest[1]
		}
		b.Said, err = s.LastPublished(ctx, tx, incidentID)
		return err
	})
	for _, u := range CountUnits {
		for _, st := range CountStages {
			if k := (CountKey{u, st}); !s.Counted(k) {
				b.Typeable = append(b.Typeable, k)
			}
		}
	}
	return b, err
}

const snapshotColumns = `id, incident_id, no, as_of, taken_by, taken_name, digest`

// Snapshot reads one snapshot with its numbers in the caller's transaction, which has asked for the
// permission; fault.NotFound "row.none" when there is none.
func (s *Store) Snapshot(ctx context.Context, tx *db.Tx, id string) (snap Snapshot, err error) {
	if err := tx.Get(ctx, &snap, `SELECT `+snapshotColumns+` FROM count_snapshot WHERE id = ?`, id); err != nil {
		return Snapshot{}, err
	}
	return snap, s.lines(ctx, tx, &snap)
}

// Snapshots reads the newest snapshots of an incident in the caller's transaction, which has asked
// for the permission.
func (s *Store) Snapshots(ctx context.Context, tx *db.Tx, incidentID string, limit int) ([]Snapshot, error) {
	list, _, err := s.snapshots(ctx, tx, incidentID, Page{Limit: limit})
	return list, err
}

func (s *Store) snapshots(ctx context.Context, tx *db.Tx, incidentID string, p Page) (list []Snapshot, next Cursor, err error) {
	where, args := p.Behind([]string{"incident_id = ?"}, []any{incidentID}, "as_of")
	query := `SELECT ` + snapshotColumns + ` FROM count_snapshot WHERE ` + where[0]
	if len(where) > 1 {
		query += ` AND ` + where[1]
	}
	if err := tx.Select(ctx, &list, query+` ORDER BY as_of DESC, id DESC LIMIT ?`, append(args, p.Size()+1)...); err != nil {
		return nil, Cursor{}, err
	}
	if n := p.Size(); len(list) > n {
		list = list[:n]
		next = Cursor{At: list[n-1].AsOf, ID: list[n-1].ID}
	}
	for i := range list {
		if err := s.lines(ctx, tx, &list[i]); err != nil {
			return nil, Cursor{}, err
		}
	}
	return list, next, nil
}

// lines reads the numbers of a snapshot and where they were published.
func (s *Store) lines(ctx context.Context, tx *db.Tx, snap *Snapshot) error {
	var rows []struct {
		Count
		ID     string `db:"id"`
		Sealed []byte `db:"reason"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, unit, stage, n, source, typed_by, typed_name, reason FROM count_line WHERE snapshot_id = ?`, snap.ID); err != nil {
		return err
	}
	snap.Counts = make([]Count, len(rows))
	for i, r := range rows {
		var err error
		if r.Count.Reason, r.Erased, err = s.open(ctx, tx, typedPlace(r.ID), r.Sealed); err != nil {
			return err
		}
		snap.Counts[i] = r.Count
	}
	ordered(snap.Counts)
	return tx.Select(ctx, &snap.Published, `SELECT snapshot_id, ref, no, figures, at FROM count_published WHERE snapshot_id = ? ORDER BY at, id`, snap.ID)
}

// LastPublished is the snapshot of an incident that was published last, in the caller's transaction;
// without an ID when none was.
func (s *Store) LastPublished(ctx context.Context, tx *db.Tx, incidentID string) (Snapshot, error) {
	var ids []string
	if err := tx.Select(ctx, &ids, `SELECT p.snapshot_id FROM count_published p JOIN count_snapshot c ON c.id = p.snapshot_id
		WHERE c.incident_id = ? ORDER BY p.at DESC, p.id DESC LIMIT 1`, incidentID); err != nil || len(ids) == 0 {
		return Snapshot{}, err
	}
	return s.Snapshot(ctx, tx, ids[0])
}

// MarkPublished records, in the caller's transaction, that numbers of a snapshot stand in a published
// document. The same again changes nothing.
func (s *Store) MarkPublished(ctx context.Context, tx *db.Tx, p Publication) error {
	var known int
	if err := tx.Get(ctx, &known, `SELECT count(*) FROM count_published WHERE snapshot_id = ? AND ref = ?`, p.SnapshotID, p.Ref); err != nil || known > 0 {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO count_published (id, snapshot_id, ref, no, figures, at) VALUES (?, ?, ?, ?, ?, ?)`,
		tx.NewID(), p.SnapshotID, p.Ref, p.No, p.Figures, tx.Now)
	return err
}
