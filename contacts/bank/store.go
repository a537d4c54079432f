package bank

import (
	"context"
	"encoding/json"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

const columns = `id, no, incident_id, destination_id, track, to_bank, state, state_since, total_yen, round, letter_version,
	letter_sha256, mismatches, checked_by, checked_name, checked_at, mail_id, sendings, sent_at, method, phoned_at,
	acknowledged_at, answer, answered_at, frozen_yen, recovered_yen, route, due_what, due_at, decided_at, opened_by, opened_name, opened_at, rev`

// record is a request as it is stored, with what is sealed opened.
type record struct {
	Request
	Sealed []byte `db:"terms"`
	terms  Terms
	erased bool
}

func subject(incidentID string) string { return "incident:" + incidentID }

func place(table, column, id string) vault.Place {
	return vault.Place{Table: table, Column: column, Row: id}
}

// load reads a request with its terms and transfers; fault.NotFound "row.none" when there is none.
func (s *Store) load(ctx context.Context, tx *db.Tx, id string) (r record, err error) {
	if err := tx.Get(ctx, &r, `SELECT `+columns+`, terms FROM bank_request WHERE id = ?`, id); err != nil {
		return record{}, err
	}
	return r, s.unseal(ctx, tx, &r)
}

func (s *Store) unseal(ctx context.Context, tx *db.Tx, r *record) error {
	plain, erased, err := s.open(ctx, tx, place("bank_request", "terms", r.ID), r.Sealed)
	if err != nil {
		return err
	}
	if r.erased = erased; !erased {
		if err := json.Unmarshal([]byte(plain), &r.terms); err != nil {
			return fmt.Errorf("read the terms of bank request %s: %w", r.ID, err)
		}
	}
	return tx.Select(ctx, &r.terms.Transfers, `SELECT at, yen, ref, case_id FROM bank_transfer WHERE request_id = ? ORDER BY position`, r.ID)
}

// held reads the request after taking its incident's row: everything that a guard of the close, an
// approval or an event of the incident's requests reads is changed under it, so that whoever
// decides sees what was written before.
func (s *Store) held(ctx context.Context, tx *db.Tx, id string) (record, error) {
	var incidentID string
	if err := tx.Get(ctx, &incidentID, `SELECT incident_id FROM bank_request WHERE id = ?`, id); err != nil {
		return record{}, err
	}
	if err := s.opts.Touch(ctx, tx, incidentID); err != nil {
		return record{}, err
	}
	return s.load(ctx, tx, id)
}

// open gives the text, or says that its key was destroyed.
func (s *Store) open(ctx context.Context, tx *db.Tx, p vault.Place, sealed []byte) (plain string, erased bool, err error) {
	plain, err = s.vault.OpenText(ctx, tx, p, sealed)
	if fault.Is(err, fault.NotFound) {
		return "", true, nil
	}
	return plain, false, err
}

// seal keeps nothing for nothing, so that an empty column stays empty.
func (s *Store) seal(ctx context.Context, tx *db.Tx, subject string, p vault.Place, plain string) ([]byte, error) {
	if plain == "" {
		return nil, nil //nolint:nilnil // no bytes is the stored form of no text
	}
	b, err := s.vault.SealText(ctx, tx, subject, p, plain)
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", p.Table, p.Column, err)
	}
	return b, nil
}

func (s *Store) sealJSON(ctx context.Context, tx *db.Tx, subject string, p vault.Place, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write %s.%s: %w", p.Table, p.Column, err)
	}
	return s.seal(ctx, tx, subject, p, string(plain))
}

// setTerms seals terms into the record and writes its transfers.
func (s *Store) setTerms(ctx context.Context, tx *db.Tx, r *record, t Terms) (err error) {
	r.terms, r.TotalYen = t, t.total()
	r.Sealed, err = s.sealJSON(ctx, tx, subject(r.IncidentID), place("bank_request", "terms", r.ID), t)
	return err
}

func writeTransfers(ctx context.Context, tx *db.Tx, requestID string, all []Transfer) error {
	if _, err := tx.Exec(ctx, `DELETE FROM bank_transfer WHERE request_id = ?`, requestID); err != nil {
		return err
	}
	for i, x := range all {
		if _, err := tx.Exec(ctx, `INSERT INTO bank_transfer (request_id, position, at, yen, ref, case_id) VALUES (?, ?, ?, ?, ?, ?)`,
			requestID, i, x.At, x.Yen, x.Ref, x.CaseID); err != nil {
			return err
		}
	}
	return nil
}

// write keeps the record if nobody changed it since it was read.
func (s *Store) write(ctx context.Context, tx *db.Tx, r *record) error {
	n, err := tx.NamedExec(ctx, `UPDATE bank_request SET destination_id = :destination_id, track = :track, to_bank = :to_bank,
		state = :state, state_since = :state_since, terms = :terms, total_yen = :total_yen, round = :round,
		letter_version = :letter_version, letter_sha256 = :letter_sha256, mismatches = :mismatches,
		checked_by = :checked_by, checked_name = :checked_name, checked_at = :checked_at, mail_id = :mail_id, sendings = :sendings,
		sent_at = :sent_at, method = :method, phoned_at = :phoned_at, acknowledged_at = :acknowledged_at, answer = :answer,
		answered_at = :answered_at, frozen_yen = :frozen_yen, recovered_yen = :recovered_yen, route = :route,
		due_what = :due_what, due_at = :due_at, decided_at = :decided_at, rev = rev + 1 WHERE id = :id AND rev = :rev`, r)
	if err != nil {
		return err
	}
	if n == 0 { // another node committed between our read and our write
		now, err := s.load(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		return fault.Stale(now.Request)
	}
	r.Rev++
	return nil
}

// line adds to the request's own history; the comment is sealed.
func (s *Store) line(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, e Event, from State, args Args, comment string) error {
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, subject(r.IncidentID), place("bank_line", "comment", id), comment)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO bank_line (id, request_id, round, version, at, actor_id, actor_name, event, from_state, to_state, args, comment)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, r.ID, r.Round, r.Letter, tx.Now, by.ID, by.Name, e, from, r.State, args, sealed)
	return err
}

// record writes an audit entry and tells the screens. It holds ids, states, amounts and hashes.
func (s *Store) record(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, action string, detail Args) error {
	tx.Announce("banks")
	tx.Announce("bank:" + r.ID)
	detail["No"], detail["IncidentID"] = r.No, r.IncidentID
	return audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: "bank_request", ID: r.ID}, Detail: detail,
	})
}
