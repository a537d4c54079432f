package inquiry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"tasuke/contacts/inquiry/speech"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/fulltext"
	"tasuke/internal/text"
	"tasuke/internal/vault"
)

// Store keeps inquiries in SQLite or PostgreSQL.
type Store struct {
	db        *db.DB
	vault     *vault.Vault
	incidents Incidents
	cases     Cases
	contain   Contain
	known     Known
	speech    *speech.Speech
	texts     *fulltext.Index
}

// Rooms is what cmd hands in: the rooms below and the way to ask for a lock.
type Rooms struct {
	Incidents Incidents
	Cases     Cases
	Contain   Contain
	Known     Known
}

// NewStore makes a store on an opened, migrated database. It fails when a room is missing or
// the rules of speech are broken.
func NewStore(d *db.DB, v *vault.Vault, r Rooms) (*Store, error) {
	if r.Incidents == nil || r.Cases == nil || r.Contain == nil || r.Known == nil {
		return nil, errors.New("the call desk needs incidents, cases, containment and the customer register")
	}
	rules, err := speech.Standard()
	if err != nil {
		return nil, err
	}
	return &Store{db: d, vault: v, incidents: r.Incidents, cases: r.Cases, contain: r.Contain, known: r.Known, speech: rules, texts: fulltext.New(v)}, nil
}

// Speech gives the rules of what the desk says, for the panel and for warnings while typing.
func (s *Store) Speech() *speech.Speech { return s.speech }

// shown are the columns of Inquiry.
const shown = `id, no, channel, state, received_at, touched_at, submitted_at, closed_at, operator_id,
	operator_name, saved_by, category, urgency, language, disposition, customer_id, incident_id, case_id, case_no,
	lock_asked, rev`

// row is an inquiry with what is sealed and hidden.
type row struct {
	Inquiry
	Sealed       []byte `db:"form"`
	PhoneBlind   []byte `db:"phone_blind"`
	AccountBlind []byte `db:"account_blind"`
	SubmitMark   []byte `db:"submit_mark"`
	Result       string `db:"result"`
	GuardRev     int64  `db:"guard_rev"`
}

// load reads an inquiry and, for a change, holds it until the transaction ends: whoever adds a
// promise or a contact and whoever closes it take turns.
func (s *Store) load(ctx context.Context, tx *db.Tx, id string, change bool) (*row, error) {
	if change {
		if err := tx.Lock(ctx, "inquiry", id); err != nil {
			return nil, err
		}
	}
	r := &row{}
	err := tx.Get(ctx, r, `SELECT `+shown+`, form, phone_blind, account_blind, submit_mark, result, guard_rev
		FROM inquiry WHERE id = ?`, id)
	return r, err
}

// save writes everything that may change, if the revision is still the one that was read.
// by people's edits pass edit: they raise rev.
func (s *Store) save(ctx context.Context, tx *db.Tx, r *row, edit bool) error {
	q := `UPDATE inquiry SET state = :state, touched_at = :touched_at,
		submitted_at = :submitted_at, closed_at = :closed_at, saved_by = :saved_by, category = :category,
		urgency = :urgency, language = :language, disposition = :disposition, customer_id = :customer_id,
		incident_id = :incident_id, case_id = :case_id, case_no = :case_no, lock_asked = :lock_asked, form = :form,
		phone_blind = :phone_blind, account_blind = :account_blind, submit_mark = :submit_mark, result = :result,
		guard_rev = guard_rev + 1`
	if edit {
		q += `, rev = rev + 1`
	}
	n, err := tx.NamedExec(ctx, q+` WHERE id = :id AND rev = :rev AND guard_rev = :guard_rev`, r)
	switch {
	case err != nil:
		return err
	case n == 0:
		return fault.Stale(nil)
	}
	r.GuardRev++
	if edit {
		r.Rev++
	}
	if err := s.findable(ctx, tx, r); err != nil {
		return err
	}
	tx.Announce("inquiries")
	tx.Announce("inquiry:" + r.ID)
	return nil
}

func place(id string) vault.Place { return vault.Place{Table: "inquiry", Column: "form", Row: id} }

func subject(id string) string { return "inquiry:" + id }

// open gives the form of an inquiry; one that was never typed in has an empty form.
func (s *Store) open(ctx context.Context, tx *db.Tx, r *row) (f Form, err error) {
	if r.Sealed == nil {
		return f, nil
	}
	plain, err := s.vault.Open(ctx, tx, place(r.ID), r.Sealed)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(plain, &f); err != nil {
		return f, fmt.Errorf("read the form of inquiry %s: %w", r.ID, err)
	}
	return f, nil
}

// put seals a form into the row and sets what is searched by.
func (s *Store) put(ctx context.Context, tx *db.Tx, r *row, by actor.Actor, f Form) error {
	plain, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("write the form of inquiry %s: %w", r.ID, err)
	}
	if r.Sealed, err = s.vault.Seal(ctx, tx, subject(r.ID), place(r.ID), plain); err != nil {
		return err
	}
	r.Category, r.Urgency, r.Language = f.Category, f.Urgency, f.Language
	r.CustomerID, r.LockAsked = f.CustomerID, Flag(f.LockAsked)
	r.SavedBy, r.TouchedAt = by.ID, tx.Now
	r.AccountBlind = s.blind(accountField, text.Account(f.AccountNo))
	phone := s.blind(phoneField, text.Phone(f.CallbackPhone))
	if bytes.Equal(phone, r.PhoneBlind) {
		return nil
	}
	r.PhoneBlind = phone
	return s.index(ctx, tx, r.ID, text.Phone(f.CallbackPhone))
}

const (
	phoneField   = "inquiry.callback_phone"
	accountField = "inquiry.account_no"
	gramSize     = 4
)

// blind is nil for nothing, so that two empty fields never match.
func (s *Store) blind(field, normalized string) []byte {
	if normalized == "" {
		return nil
	}
	return s.vault.Blind(field, normalized)
}

func (s *Store) index(ctx context.Context, tx *db.Tx, id, phone string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM inquiry_gram WHERE inquiry_id = ?`, id); err != nil {
		return err
	}
	for _, g := range s.vault.Grams(phoneField, phone, gramSize) {
		if _, err := tx.Exec(ctx, `INSERT INTO inquiry_gram (gram, inquiry_id) VALUES (?, ?)`, g, id); err != nil {
			return err
		}
	}
	return nil
}

// move takes one event through the table and writes the line of it. The row is saved by the caller.
func (s *Store) move(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, e Event, ref string) error {
	f, err := s.facts(ctx, tx, r)
	if err != nil {
		return err
	}
	to, err := Next(r.State, e, by, f)
	if err != nil {
		return err
	}
	from := r.State
	r.State = to
	return s.addLine(ctx, tx, by, Line{InquiryID: r.ID, Kind: LineMoved, Event: e, From: from, To: to, Ref: ref}, nil)
}

func (s *Store) facts(ctx context.Context, tx *db.Tx, r *row) (f Facts, err error) {
	f = Facts{Fraud: r.Category.Fraud(), Disposition: r.Disposition}
	err = tx.Get(ctx, &f.OpenPromises, `SELECT count(*) FROM inquiry_promise WHERE inquiry_id = ? AND kept_at = 0`, r.ID)
	return f, err
}

func record(ctx context.Context, tx *db.Tx, by actor.Actor, tree audit.Tree, action, id string, detail any) error {
	return audit.Append(ctx, tx, audit.Entry{
		Tree: tree, Actor: by, Action: action, Object: audit.Ref{Kind: "inquiry", ID: id}, Detail: detail,
	})
}
