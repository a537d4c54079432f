package cases

import (
	"context"
	"fmt"

	"tasuke/internal/db"
)

// Numbered is a case by its number only: it holds nothing about the customer.
type Numbered struct {
	ID string `db:"id"`
	No string `db:"no"` // CASE-2026-000123
}

// Numbers lists the cases of an incident by number, the oldest first, in the caller's transaction,
// which has asked for the permission.
func (s *Store) Numbers(ctx context.Context, tx *db.Tx, incidentID string) (all []Numbered, err error) {
	if err = tx.Select(ctx, &all, `SELECT id, no FROM victim_case WHERE incident_id = ? AND no IS NOT NULL ORDER BY id`, incidentID); err != nil {
		return nil, fmt.Errorf("list the numbers of an incident's cases: %w", err)
	}
	return all, nil
}

// Victim is a case as those who tell customers need it.
type Victim struct {
	ID         string `db:"id"`
	No         string `db:"no"`
	CustomerID string `db:"customer_id"`
	State      State  `db:"state"`
	ClosedAs   State  `db:"closed_as"` // what a closed case was
}

// Stage is how sure the damage is, as the case is counted: never StageClaimed, which every case is.
func (v Victim) Stage() Stage {
	s := v.State
	if s == Closed {
		s = v.ClosedAs
	}
	switch s {
	case Confirmed:
		return StageConfirmed
	case NotVictim:
		return StageExcluded
	}
	return StageSuspected
}

// Stage says how a case is counted, in the caller's transaction, which has asked for the permission;
// fault.NotFound "row.none" when there is none.
func (s *Store) Stage(ctx context.Context, tx *db.Tx, id string) (Stage, error) {
	var v Victim
	err := tx.Get(ctx, &v, `SELECT state, closed_as FROM victim_case WHERE id = ?`, id)
	return v.Stage(), err
}

// Victims lists the cases of an incident with where each stands, the oldest first, in the caller's
// transaction, which has asked for the permission.
func (s *Store) Victims(ctx context.Context, tx *db.Tx, incidentID string) (all []Victim, err error) {
	if err = tx.Select(ctx, &all, `SELECT id, no, customer_id, state, closed_as FROM victim_case WHERE incident_id = ? AND no IS NOT NULL ORDER BY id`, incidentID); err != nil {
		return nil, fmt.Errorf("list an incident's cases: %w", err)
	}
	return all, nil
}
