package incident

import (
	"context"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Edit changes what is stated about an incident. It fails with fault.Conflict and the current
// incident when rev is stale, so that both versions can be shown, and with fault.Refused
// "incident.over" when the work has ended.
func (s *Store) Edit(ctx context.Context, by actor.Actor, id string, rev int64, d Details) (i Incident, err error) {
	if err := by.Need(actor.IncidentWrite); err != nil {
		return Incident{}, err
	}
	d.Title = strings.TrimSpace(d.Title)
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if bad := d.problems(tx.Now); len(bad) > 0 {
			return fault.Form(bad)
		}
		old, err := s.current(ctx, tx, id, rev)
		if err != nil {
			return err
		}
		if old.Over() {
			return fault.New(fault.Refused, "incident.over", nil)
		}
		if err := s.rewrite(ctx, tx, old, d); err != nil {
			return err
		}
		if i, err = s.load(ctx, tx, id); err != nil {
			return err
		}
		if err := s.refresh(ctx, tx, by, i, "", ""); err != nil { // another kind may propose other items
			return err
		}
		err = s.happened(ctx, tx, by, i, "incident.edited", map[string]string{"Fields": strings.Join(changed(old.Details, d), ",")}, "")
		db.Crash("incident.edit")
		return err
	})
	return i, err
}

func (s *Store) rewrite(ctx context.Context, tx *db.Tx, old Incident, d Details) error {
	sealed, err := s.seal(ctx, tx, subject(old.ID), summaryPlace(old.ID), d.Summary)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE incident SET title = ?, kind = ?, severity = ?, occurred_from = ?, occurred_to = ?, detected_by = ?,
		summary = ?, vectors = ?, system_breach = ?, commander = ?, rev = rev + 1 WHERE id = ? AND rev = ?`,
		d.Title, d.Kind, d.Severity, d.OccurredFrom, d.OccurredTo, d.DetectedBy, sealed, d.Vectors, d.SystemBreach, d.Commander, old.ID, old.Rev)
	if err != nil {
		return err
	}
	if n == 1 {
		old.Details = d
		return s.texts.Put(ctx, tx, text(old))
	}
	i, err := s.load(ctx, tx, old.ID) // PostgreSQL: another node committed between our read and our write
	if err != nil {
		return err
	}
	return fault.Stale(i)
}

// changed names the fields that differ, for the timeline; it tells no values.
func changed(a, b Details) (fields []string) {
	for _, f := range []struct {
		name   string
		differ bool
	}{
		{"title", a.Title != b.Title},
		{"kind", a.Kind != b.Kind},
		{"severity", a.Severity != b.Severity},
		{"occurred", a.OccurredFrom != b.OccurredFrom || a.OccurredTo != b.OccurredTo},
		{"detected_by", a.DetectedBy != b.DetectedBy},
		{"summary", a.Summary != b.Summary},
		{"vectors", !slices.Equal(a.Vectors, b.Vectors)},
		{"system_breach", a.SystemBreach != b.SystemBreach},
		{"commander", a.Commander != b.Commander},
	} {
		if f.differ {
			fields = append(fields, f.name)
		}
	}
	return fields
}
