package oncall

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

// Kind says what hours are.
type Kind string

// The kinds of hours.
const (
	Duty  Kind = "on_call" // 当番
	Quiet Kind = "quiet"   // 静穏時間
)

// Rule is hours that are in force: of a person on call for a role, or quiet hours of a role or of a
// person.
type Rule struct {
	ID       string     `db:"id"`
	Kind     Kind       `db:"kind"`
	Role     actor.Role `db:"role"`
	PersonID string     `db:"person_id"`
	Hours
	AddedAt     db.Instant `db:"added_at"`
	AddedBy     string     `db:"added_by"`
	AddedByName string     `db:"added_by_name"`
}

const columns = `id, kind, role, person_id, days, from_min, until_min, added_at, added_by, added_by_name`

// Topic is announced when hours or addresses changed.
const Topic = "on_call"

// Options are what cmd hands in.
type Options struct {
	// Staff lists who may come in.
	Staff func(ctx context.Context, tx *db.Tx) ([]Member, error)
	Seal  func(ctx context.Context, tx *db.Tx, subject string, p vault.Place, plain string) ([]byte, error)
	Open  func(ctx context.Context, tx *db.Tx, p vault.Place, sealed []byte) (string, error)
}

// Store keeps the hours of the staff.
type Store struct {
	db *db.DB
	o  Options
}

// NewStore returns a store on an opened, migrated database.
func NewStore(d *db.DB, o Options) *Store { return &Store{d, o} }

// Add puts hours in force. It needs directory.write; quiet hours of one's own need directory.read. It
// fails with fault.Invalid and the fields that are wrong.
func (s *Store) Add(ctx context.Context, by actor.Actor, r Rule) error {
	if err := may(by, r.Kind == Quiet && r.Role == "" && r.PersonID == by.ID); err != nil {
		return err
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		members, err := s.o.Staff(ctx, tx)
		if err != nil {
			return fmt.Errorf("list the staff: %w", err)
		}
		if r, err = r.checked(members); err != nil {
			return err
		}
		r.ID, r.AddedAt, r.AddedBy, r.AddedByName = tx.NewID(), tx.Now, by.ID, by.Name
		if _, err := tx.NamedExec(ctx, `INSERT INTO duty_hours (`+columns+`) VALUES (:id, :kind, :role, :person_id, :days, :from_min, :until_min,
			:added_at, :added_by, :added_by_name)`, r); err != nil {
			return fmt.Errorf("add hours: %w", err)
		}
		return record(ctx, tx, by, "on_call.added", r)
	})
}

// checked is a rule that can be kept.
func (r Rule) checked(members []Member) (Rule, error) {
	wrong := map[string]string{}
	hours, right := r.Hours.tidy()
	if !right {
		wrong["days"] = "on_call.hours"
	}
	r.Hours = hours
	who := slices.IndexFunc(members, func(m Member) bool { return m.ID == r.PersonID })
	if r.PersonID != "" && who < 0 {
		wrong["person"] = "form.choice"
	}
	if r.Role != "" && !slices.Contains(actor.Roles, r.Role) {
		wrong["role"] = "form.choice"
	}
	switch {
	case r.Kind == Duty && (r.PersonID == "" || r.Role == ""):
		wrong["person"] = "form.choice"
	case r.Kind == Duty && who >= 0 && !slices.Contains(members[who].Roles, r.Role):
		wrong["person"] = "on_call.not_of_role"
	case r.Kind == Quiet && (r.PersonID == "") == (r.Role == ""), r.Kind != Duty && r.Kind != Quiet:
		wrong["role"] = "form.choice"
	}
	if len(wrong) > 0 {
		return r, fault.Form(wrong)
	}
	return r, nil
}

// End takes hours out of force, as who may add them; hours that ended already stay as they are. It
// fails with fault.NotFound for hours that do not exist.
func (s *Store) End(ctx context.Context, by actor.Actor, id string) error {
	if err := by.Need(actor.DirectoryRead); err != nil {
		return err
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		var r Rule
		if err := tx.Get(ctx, &r, `SELECT `+columns+` FROM duty_hours WHERE id = ?`, id); err != nil {
			return err
		}
		if err := may(by, r.Kind == Quiet && r.Role == "" && r.PersonID == by.ID); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE duty_hours SET ended_at = ?, ended_by = ? WHERE id = ? AND ended_at = 0`, tx.Now, by.ID, id)
		if err != nil || n == 0 {
			return err
		}
		return record(ctx, tx, by, "on_call.ended", r)
	})
}

// Reach says where somebody gets mail.
type Reach struct {
	PersonID string
	Mail     string // empty: nowhere
	Rev      int64  // 0: never said
}

// SetMail says where somebody gets mail, if the reach is still the one that was read; an empty address
// is nowhere. It needs directory.write, for one's own address directory.read.
func (s *Store) SetMail(ctx context.Context, by actor.Actor, r Reach) error {
	if err := may(by, r.PersonID == by.ID); err != nil {
		return err
	}
	r.Mail = strings.TrimSpace(r.Mail)
	if a, err := mail.ParseAddress(r.Mail); r.Mail != "" && (err != nil || a.Name != "" || a.Address != r.Mail || len(r.Mail) > 254) {
		return fault.Field("mail", "directory.mail")
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		members, err := s.o.Staff(ctx, tx)
		if err != nil {
			return fmt.Errorf("list the staff: %w", err)
		}
		if !slices.ContainsFunc(members, func(m Member) bool { return m.ID == r.PersonID }) {
			return fault.Field("person", "form.choice")
		}
		sealed, err := s.seal(ctx, tx, r)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `INSERT INTO staff_mail (person_id, address, changed_at, changed_by, changed_by_name, rev) VALUES (?, ?, ?, ?, ?, 1)
			ON CONFLICT (person_id) DO UPDATE SET address = excluded.address, changed_at = excluded.changed_at, changed_by = excluded.changed_by,
			changed_by_name = excluded.changed_by_name, rev = staff_mail.rev + 1 WHERE staff_mail.rev = ?`,
			r.PersonID, sealed, tx.Now, by.ID, by.Name, r.Rev)
		if err != nil {
			return fmt.Errorf("keep an address: %w", err)
		}
		if n == 0 {
			return fault.Stale(nil)
		}
		tx.Announce(Topic)
		return audit.Append(ctx, tx, audit.Entry{Tree: audit.Main, Actor: by, Action: "on_call.mail_set", Object: audit.Ref{Kind: "account", ID: r.PersonID},
			Detail: map[string]bool{"reached": r.Mail != ""}})
	})
}

func (s *Store) seal(ctx context.Context, tx *db.Tx, r Reach) ([]byte, error) {
	if r.Mail == "" {
		return nil, nil
	}
	sealed, err := s.o.Seal(ctx, tx, "staff:"+r.PersonID, place(r.PersonID), r.Mail)
	if err != nil {
		return nil, fmt.Errorf("seal an address: %w", err)
	}
	return sealed, nil
}

func place(personID string) vault.Place {
	return vault.Place{Table: "staff_mail", Column: "address", Row: personID}
}

// may asks for the right to change the hours and addresses of others, or of oneself.
func may(by actor.Actor, own bool) error {
	if own {
		return by.Need(actor.DirectoryRead)
	}
	return by.Need(actor.DirectoryWrite)
}

func record(ctx context.Context, tx *db.Tx, by actor.Actor, action string, r Rule) error {
	tx.Announce(Topic)
	return audit.Append(ctx, tx, audit.Entry{Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: "duty_hours", ID: r.ID},
		Detail: map[string]any{"kind": r.Kind, "role": r.Role, "person": r.PersonID, "days": r.Days, "from": r.From, "until": r.Until}})
}
