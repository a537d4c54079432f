package filing

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

const columns = `id, no, incident_id, regime, state, state_since, due_at, version, payload_digest, sheet_version, sheet_digest,
	stale_version, stale_items, drafted_by, drafted_name, drafted_at, reviewed_by, reviewed_name, reviewed_at, review_digest,
	approved_by, approved_name, approved_at, approval_digest, waiver_by, waiver_name, waiver_at, opened_at, rev`

// never is the key of lists for what has no date: behind everything that has one.
const never = db.Instant(math.MaxInt64)

// record is a filing as it is stored, with what is sealed.
type record struct {
	Filing
	DueKey       db.Instant `db:"due_key"`
	SealedForm   []byte     `db:"payload"`
	SealedBase   []byte     `db:"base"`
	SealedReason []byte     `db:"waiver_reason"`
	// opened
	form   Payload
	base   incident.FactContent
	reason string
	erased bool
}

func subject(incidentID string) string { return "incident:" + incidentID }

func place(column, id string) vault.Place {
	return vault.Place{Table: "filing", Column: column, Row: id}
}

// load reads one filing with what is sealed; fault.NotFound "row.none" when there is none.
func (s *Store) load(ctx context.Context, tx *db.Tx, id string) (r record, err error) {
	if err := tx.Get(ctx, &r, `SELECT `+columns+`, due_key, payload, base, waiver_reason FROM filing WHERE id = ?`, id); err != nil {
		return record{}, err
	}
	return r, s.unseal(ctx, tx, &r)
}

func (s *Store) unseal(ctx context.Context, tx *db.Tx, r *record) (err error) {
	if r.reason, r.erased, err = s.open(ctx, tx, place("waiver_reason", r.ID), r.SealedReason); err != nil || len(r.SealedForm) == 0 {
		return err
	}
	for _, part := range []struct {
		column string
		sealed []byte
		into   any
	}{{"payload", r.SealedForm, &r.form}, {"base", r.SealedBase, &r.base}} {
		plain, erased, err := s.open(ctx, tx, place(part.column, r.ID), part.sealed)
		if err != nil {
			return err
		}
		if r.erased = r.erased || erased; erased {
			continue
		}
		if err := json.Unmarshal([]byte(plain), part.into); err != nil {
			return fmt.Errorf("read the %s of filing %s: %w", part.column, r.ID, err)
		}
	}
	return nil
}

// open gives the text, or says that its key was destroyed.
func (s *Store) open(ctx context.Context, tx *db.Tx, p vault.Place, sealed []byte) (plain string, erased bool, err error) {
	plain, err = s.vault.OpenText(ctx, tx, p, sealed)
	if fault.Is(err, fault.NotFound) {
		return "", true, nil
	}
	return plain, false, err
}

func (s *Store) sealJSON(ctx context.Context, tx *db.Tx, incidentID string, p vault.Place, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write %s.%s: %w", p.Table, p.Column, err)
	}
	return s.seal(ctx, tx, incidentID, p, plain)
}

// seal keeps nothing for nothing, so that an empty column stays empty.
func (s *Store) seal(ctx context.Context, tx *db.Tx, incidentID string, p vault.Place, plain []byte) ([]byte, error) {
	if len(plain) == 0 {
		return nil, nil //nolint:nilnil // no bytes is the stored form of no text
	}
	b, err := s.vault.Seal(ctx, tx, subject(incidentID), p, plain)
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", p.Table, p.Column, err)
	}
	return b, nil
}

// setForm seals a payload and what it was taken from into the record.
func (s *Store) setForm(ctx context.Context, tx *db.Tx, r *record, form Payload, base incident.FactContent) (err error) {
	r.form, r.base, r.PayloadDigest = form, base, form.Digest()
	if r.SealedForm, err = s.sealJSON(ctx, tx, r.IncidentID, place("payload", r.ID), form); err != nil {
		return err
	}
	r.SealedBase, err = s.sealJSON(ctx, tx, r.IncidentID, place("base", r.ID), base)
	return err
}

// write keeps the record if nobody changed it since it was read.
func (s *Store) write(ctx context.Context, tx *db.Tx, r *record) error {
	n, err := tx.NamedExec(ctx, `UPDATE filing SET state = :state, state_since = :state_since, due_at = :due_at, due_key = :due_key,
		version = :version, payload = :payload, payload_digest = :payload_digest, base = :base, sheet_version = :sheet_version,
		sheet_digest = :sheet_digest, stale_version = :stale_version, stale_items = :stale_items,
		drafted_by = :drafted_by, drafted_name = :drafted_name, drafted_at = :drafted_at,
		reviewed_by = :reviewed_by, reviewed_name = :reviewed_name, reviewed_at = :reviewed_at, review_digest = :review_digest,
		approved_by = :approved_by, approved_name = :approved_name, approved_at = :approved_at, approval_digest = :approval_digest,
		waiver_by = :waiver_by, waiver_name = :waiver_name, waiver_at = :waiver_at, waiver_reason = :waiver_reason,
		rev = rev + 1 WHERE id = :id AND rev = :rev`, r)
	if err != nil {
		return err
	}
	if n == 0 { // another node committed between our read and our write
		now, err := s.load(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		return fault.Stale(now.Filing)
	}
	r.Rev++
	return nil
}

// line adds to the filing's own history; the comment is sealed.
func (s *Store) line(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, e Event, from State, items Items, comment string) error {
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, r.IncidentID, vault.Place{Table: "filing_line", Column: "comment", Row: id}, []byte(comment))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO filing_line (id, filing_id, version, at, actor_id, actor_name, event, from_state, to_state, digest, args, comment)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, r.ID, r.Version, tx.Now, by.ID, by.Name, e, from, r.State, r.PayloadDigest, items, sealed)
	return err
}

// record writes the audit entry of an act and tells the screens. It holds ids, states and hashes.
func (s *Store) record(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, action string, detail map[string]string) error {
	tx.Announce("filings")
	tx.Announce("filing:" + r.ID)
	detail["No"], detail["IncidentID"], detail["Digest"] = r.No, r.IncidentID, r.PayloadDigest
	return audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: "filing", ID: r.ID}, Detail: detail,
	})
}
