package oncall

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Board is the hours in force and where people get mail, for the screen.
type Board struct {
	Rules []Rule
	Staff []Member
	// Reach is by person; addresses are there for who may change them.
	Reach map[string]Reach
	// Now are those who are on call at this moment, by role.
	Now map[actor.Role][]Person
}

// Name is how somebody is called; empty for who may no longer come in.
func (b Board) Name(personID string) string {
	if i := slices.IndexFunc(b.Staff, func(m Member) bool { return m.ID == personID }); i >= 0 {
		return b.Staff[i].Name
	}
	return ""
}

// List reads all that is in force. It needs directory.read.
func (s *Store) List(ctx context.Context, by actor.Actor) (b Board, err error) {
	if err := by.Need(actor.DirectoryRead); err != nil {
		return Board{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err := s.rota(ctx, tx, &b.Rules)
		if err != nil {
			return err
		}
		b.Staff, b.Now = r.members, map[actor.Role][]Person{}
		for role := range r.onCall {
			b.Now[role] = r.called(role, tx.Now.Time())
		}
		b.Reach, err = s.reach(ctx, tx, func(id string) bool { return may(by, id == by.ID) == nil })
		return err
	})
	if err != nil {
		return Board{}, fmt.Errorf("read who is on call: %w", err)
	}
	return b, nil
}

// reach reads where people get mail; addresses of those whom open leaves out stay sealed.
func (s *Store) reach(ctx context.Context, tx *db.Tx, open func(personID string) bool) (map[string]Reach, error) {
	var rows []struct {
		PersonID string `db:"person_id"`
		Address  []byte `db:"address"`
		Rev      int64  `db:"rev"`
	}
	if err := tx.Select(ctx, &rows, `SELECT person_id, address, rev FROM staff_mail`); err != nil {
		return nil, err
	}
	out := map[string]Reach{}
	for _, r := range rows {
		at := Reach{PersonID: r.PersonID, Rev: r.Rev}
		if open(r.PersonID) {
			var err error
			if at.Mail, err = s.o.Open(ctx, tx, place(r.PersonID), r.Address); err != nil {
				return nil, fmt.Errorf("open an address: %w", err)
			}
		}
		out[r.PersonID] = at
	}
	return out, nil
}

// rota reads the hours in force, and gives the rules themselves too if they are wanted.
func (s *Store) rota(ctx context.Context, tx *db.Tx, rules *[]Rule) (r rota, err error) {
	if r.members, err = s.o.Staff(ctx, tx); err != nil {
		return r, fmt.Errorf("list the staff: %w", err)
	}
	slices.SortFunc(r.members, func(a, b Member) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	if rules == nil {
		rules = new([]Rule)
	}
	if err := tx.Select(ctx, rules, `SELECT `+columns+` FROM duty_hours WHERE ended_at = 0 ORDER BY kind, role, id`); err != nil {
		return r, err
	}
	r.onCall, r.roles, r.people = map[actor.Role]map[string][]Hours{}, map[actor.Role][]Hours{}, map[string][]Hours{}
	for _, x := range *rules {
		switch {
		case x.Kind == Duty:
			if r.onCall[x.Role] == nil {
				r.onCall[x.Role] = map[string][]Hours{}
			}
			r.onCall[x.Role][x.PersonID] = append(r.onCall[x.Role][x.PersonID], x.Hours)
		case x.Role != "":
			r.roles[x.Role] = append(r.roles[x.Role], x.Hours)
		default:
			r.people[x.PersonID] = append(r.people[x.PersonID], x.Hours)
		}
	}
	return r, nil
}

// Told is somebody whom a matter reaches, and the address if there is one.
type Told struct {
	Person
	Mail string
}

// Concerned says, in the caller's transaction, whom a matter reaches at its moment.
func (s *Store) Concerned(ctx context.Context, tx *db.Tx, m Matter) ([]Told, error) {
	r, err := s.rota(ctx, tx, nil)
	if err != nil {
		return nil, fmt.Errorf("read who is on call: %w", err)
	}
	people := r.choose(m, tx.Now.Time())
	reach, err := s.reach(ctx, tx, func(id string) bool {
		return slices.ContainsFunc(people, func(p Person) bool { return p.ID == id })
	})
	if err != nil {
		return nil, err
	}
	out := make([]Told, len(people))
	for i, p := range people {
		out[i] = Told{p, reach[p.ID].Mail}
	}
	return out, nil
}
