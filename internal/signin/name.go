package signin

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Colleague is somebody work can be given to.
type Colleague struct {
	ID    string `db:"id"`
	Name  string `db:"display_name"`
	Roles Roles  `db:"roles"`
}

// Actor is the colleague as somebody who acts, to ask what they may do.
func (c Colleague) Actor() actor.Actor {
	return actor.Actor{ID: c.ID, Name: c.Name, Kind: actor.Person, Roles: c.Roles}
}

// Able reports whether an account is active and has a permission; false for an id that is no account's.
func (s *Service) Able(ctx context.Context, id string, need actor.Permission) (bool, error) {
	all, err := view(ctx, s.d, func(ctx context.Context, tx *db.Tx) (out []Colleague, err error) {
		err = tx.Select(ctx, &out, `SELECT id, display_name, roles FROM account WHERE id = ? AND state = 'active'`, id)
		return out, err
	})
	return len(all) == 1 && all[0].Actor().May(need), err
}

// Name is the shown name of an account, disabled ones too; "" for an id that is no account's.
func (s *Service) Name(ctx context.Context, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	a, err := view(ctx, s.d, func(ctx context.Context, tx *db.Tx) (Account, error) { return byID(ctx, tx, id) })
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return a.DisplayName, err
}

// Colleagues lists the active accounts by name.
func (s *Service) Colleagues(ctx context.Context) ([]Colleague, error) {
	return view(ctx, s.d, func(ctx context.Context, tx *db.Tx) (out []Colleague, err error) {
		err = tx.Select(ctx, &out, `SELECT id, display_name, roles FROM account WHERE state = 'active' ORDER BY display_name, id LIMIT 1000`)
		return out, err
	})
}
