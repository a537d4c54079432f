package contacts

import (
	"context"
	"fmt"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Store keeps the directory.
type Store struct{ db *db.DB }

// NewStore returns a store on an opened, migrated database.
func NewStore(d *db.DB) *Store { return &Store{db: d} }

// Topic is announced when an entry changed.
const Topic = "directory"

const columns = `id, kind, name, bank_code, section, phone, mail, hours, note, retired, verified_at, verified_by, verified_by_name,
	changed_at, changed_by, changed_by_name, rev`

// Get reads one desk. It needs directory.read; one that does not exist is fault.NotFound.
func (s *Store) Get(ctx context.Context, by actor.Actor, id string) (d Desk, err error) {
	if err := by.Need(actor.DirectoryRead); err != nil {
		return Desk{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = load(ctx, tx, id)
		return err
	})
	return d, err
}

// ByBank gives, in the caller's transaction, the desk of a bank that is in use; of several the one
// that was verified last. False when there is none.
func (s *Store) ByBank(ctx context.Context, tx *db.Tx, code string) (d Desk, found bool, err error) {
	err = tx.Get(ctx, &d, `SELECT `+columns+` FROM desk WHERE kind = 'bank' AND retired = 0 AND bank_code = ?
		ORDER BY verified_at DESC, id LIMIT 1`, code)
	if fault.Is(err, fault.NotFound) {
		return Desk{}, false, nil
	}
	return d, err == nil, err
}

// InUse gives, in the caller's transaction, a desk that is in use; false when there is none.
func (s *Store) InUse(ctx context.Context, tx *db.Tx, id string) (d Desk, found bool, err error) {
	d, err = load(ctx, tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && d.Retired {
		return Desk{}, false, nil
	}
	return d, err == nil, err
}

func load(ctx context.Context, tx *db.Tx, id string) (d Desk, err error) {
	err = tx.Get(ctx, &d, `SELECT `+columns+` FROM desk WHERE id = ?`, id)
	return d, err
}

// Save adds a desk without an id, or changes the one with d.ID if it still has d.Rev. Who it is and
// how it is reached may change only at the price of its verification. It needs directory.write and
// fails with fault.Invalid and the fields that are wrong, with fault.Conflict and the current desk
// when somebody else changed it first, and with fault.Invalid on "name" for a desk that exists.
func (s *Store) Save(ctx context.Context, by actor.Actor, d Desk) (saved Desk, err error) {
	if err := by.Need(actor.DirectoryWrite); err != nil {
		return Desk{}, err
	}
	d.Details = d.tidied()
	if bad := d.problems(); len(bad) > 0 {
		return Desk{}, fault.Form(bad)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		id := d.ID
		if id == "" {
			id, err = add(ctx, tx, by, d.Details)
		} else {
			err = change(ctx, tx, by, d)
		}
		if err != nil {
			return err
		}
		saved, err = load(ctx, tx, id)
		db.Crash("desk.save")
		return err
	})
	return saved, err
}

// row is a desk as it is written.
type row struct {
	Desk
	Unused int    `db:"unused"`
	Sort   string `db:"sort"`
	Search string `db:"search"`
}

func written(d Desk) row {
	r := row{Desk: d, Sort: d.sort(), Search: d.search()}
	if d.Retired {
		r.Unused = 1
	}
	return r
}

func add(ctx context.Context, tx *db.Tx, by actor.Actor, d Details) (string, error) {
	fresh := Desk{ID: tx.NewID(), Details: d, ChangedAt: tx.Now, ChangedBy: by.ID, ChangedByName: by.Name, Rev: 1}
	n, err := tx.NamedExec(ctx, `INSERT INTO desk (`+columns+`, sort, search) VALUES (:id, :kind, :name, :bank_code, :section, :phone, :mail, :hours, :note, :unused,
		:verified_at, :verified_by, :verified_by_name, :changed_at, :changed_by, :changed_by_name, :rev, :sort, :search) ON CONFLICT (sort) DO NOTHING`, written(fresh))
	if err != nil {
		return "", fmt.Errorf("add a desk: %w", err)
	}
	if n == 0 {
		return "", fault.Field("name", "directory.exists")
	}
	return fresh.ID, record(ctx, tx, by, "desk.added", fresh.ID, map[string]string{"kind": string(d.Kind), "bank_code": d.BankCode})
}

func change(ctx context.Context, tx *db.Tx, by actor.Actor, d Desk) error {
	old, err := current(ctx, tx, d.ID, d.Rev)
	if err != nil {
		return err
	}
	fields := old.changed(d.Details)
	if len(fields) == 0 {
		return nil
	}
	fresh := old
	fresh.Details = d.Details
	if !old.sameOffice(d.Details) { // who only adds a note does not take the address of somebody else on
		fresh.ChangedAt, fresh.ChangedBy, fresh.ChangedByName = tx.Now, by.ID, by.Name
		fresh.VerifiedAt, fresh.VerifiedBy, fresh.VerifiedByName = 0, "", ""
	}
	var twin int
	if err := tx.Get(ctx, &twin, `SELECT count(*) FROM desk WHERE sort = ? AND id <> ?`, fresh.sort(), fresh.ID); err != nil {
		return err
	}
	if twin > 0 {
		return fault.Field("name", "directory.exists")
	}
	if err := rewrite(ctx, tx, fresh); err != nil {
		return err
	}
	return record(ctx, tx, by, "desk.edited", d.ID, map[string]any{"fields": strings.Join(fields, ","), "verification_kept": fresh.VerifiedAt == old.VerifiedAt})
}

// Verify says that by has made sure, at a moment that is not in the future, that the entry is
// right; zero is now. It needs directory.write and fails like Save, with fault.Refused
// "actor.four_eyes" for whoever stated last which office it is and how it is reached; a moment that
// would be stale already is fault.Invalid on "verified_at".
func (s *Store) Verify(ctx context.Context, by actor.Actor, id string, rev int64, at db.Instant) (d Desk, err error) {
	if err := by.Need(actor.DirectoryWrite); err != nil {
		return Desk{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if at.IsZero() {
			at = tx.Now
		}
		switch {
		case at > tx.Now:
			return fault.Field("verified_at", "form.future")
		case tx.Now.Sub(at) > StaleAfter:
			return fault.Field("verified_at", "directory.verified_old")
		}
		if d, err = current(ctx, tx, id, rev); err != nil {
			return err
		}
		if err := actor.FourEyes(d.ChangedBy, by); err != nil {
			return err
		}
		d.VerifiedAt, d.VerifiedBy, d.VerifiedByName = at, by.ID, by.Name
		if err := rewrite(ctx, tx, d); err != nil {
			return err
		}
		d.Rev++
		return record(ctx, tx, by, "desk.verified", id, map[string]any{"verified_at": at})
	})
	return d, err
}

// current loads the desk if it still is what the person saw.
func current(ctx context.Context, tx *db.Tx, id string, rev int64) (Desk, error) {
	d, err := load(ctx, tx, id)
	if err == nil && d.Rev != rev {
		err = fault.Stale(d)
	}
	return d, err
}

func rewrite(ctx context.Context, tx *db.Tx, d Desk) error {
	n, err := tx.NamedExec(ctx, `UPDATE desk SET kind = :kind, name = :name, bank_code = :bank_code, section = :section, phone = :phone, mail = :mail,
		hours = :hours, note = :note, retired = :unused, verified_at = :verified_at, verified_by = :verified_by, verified_by_name = :verified_by_name,
		changed_at = :changed_at, changed_by = :changed_by, changed_by_name = :changed_by_name, sort = :sort, search = :search, rev = rev + 1
		WHERE id = :id AND rev = :rev`, written(d))
	if err != nil || n == 1 {
		return err
	}
	now, err := load(ctx, tx, d.ID) // PostgreSQL: another node committed between our read and our write
	if err != nil {
		return err
	}
	return fault.Stale(now)
}

func record(ctx context.Context, tx *db.Tx, by actor.Actor, action, id string, detail any) error {
	tx.Announce(Topic)
	return audit.Append(ctx, tx, audit.Entry{Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: "desk", ID: id}, Detail: detail})
}
