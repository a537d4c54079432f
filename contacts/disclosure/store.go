package disclosure

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

const columns = `id, no, incident_id, kind, ordinal, corrects_id, state, state_since, round, snapshot_id, digest, made_by, made_name, made_at,
	override_by, override_name, override_at, override_digest, publish_at, published_at, published_by, published_name, opened_at, rev`

// record is a disclosure as it is stored, with what is sealed.
type record struct {
	Disclosure
	SealedContent []byte `db:"content"`
	SealedReason  []byte `db:"override_reason"`
	// opened
	content  Content
	override string
	erased   bool
}

func subject(incidentID string) string { return "incident:" + incidentID }

func place(column, id string) vault.Place {
	return vault.Place{Table: "disclosure", Column: column, Row: id}
}

// load reads one disclosure with what is sealed; fault.NotFound "row.none" when there is none.
func (s *Store) load(ctx context.Context, tx *db.Tx, id string) (r record, err error) {
	if err := tx.Get(ctx, &r, `SELECT `+columns+`, content, override_reason FROM disclosure WHERE id = ?`, id); err != nil {
		return record{}, err
	}
	plain, erased, err := s.open(ctx, tx, place("content", id), r.SealedContent)
	if err != nil {
		return record{}, err
	}
	if r.erased = erased; !erased {
		if err := json.Unmarshal([]byte(plain), &r.content); err != nil {
			return record{}, fmt.Errorf("read the content of disclosure %s: %w", id, err)
		}
	}
	r.override, _, err = s.open(ctx, tx, place("override_reason", id), r.SealedReason)
	return r, err
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

// setContent seals what people wrote into the record.
func (s *Store) setContent(ctx context.Context, tx *db.Tx, r *record, c Content) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write the content of disclosure %s: %w", r.ID, err)
	}
	r.content = c
	r.SealedContent, err = s.seal(ctx, tx, r.IncidentID, place("content", r.ID), plain)
	return err
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, r record) error {
	names := strings.FieldsFunc(columns, func(r rune) bool { return strings.ContainsRune(", \n\t", r) })
	_, err := tx.NamedExec(ctx, `INSERT INTO disclosure (`+columns+`, content, override_reason) VALUES (:`+strings.Join(names, ", :")+`, :content, :override_reason)`, r)
	if err != nil {
		return fmt.Errorf("begin a disclosure of incident %s: %w", r.IncidentID, err)
	}
	return nil
}

// write keeps the record if nobody changed it since it was read.
func (s *Store) write(ctx context.Context, tx *db.Tx, r *record) error {
	n, err := tx.NamedExec(ctx, `UPDATE disclosure SET state = :state, state_since = :state_since, round = :round, snapshot_id = :snapshot_id,
		content = :content, digest = :digest, made_by = :made_by, made_name = :made_name, made_at = :made_at,
		override_by = :override_by, override_name = :override_name, override_at = :override_at, override_digest = :override_digest,
		override_reason = :override_reason, publish_at = :publish_at, published_at = :published_at, published_by = :published_by,
		published_name = :published_name, rev = rev + 1 WHERE id = :id AND rev = :rev`, r)
	if err != nil {
		return err
	}
	if n == 0 { // another node committed between our read and our write
		now, err := s.load(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		return fault.Stale(now.Disclosure)
	}
	r.Rev++
	return nil
}

// line adds to the history; the comment is sealed.
func (s *Store) line(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, e Event, from State, args db.Args, comment string) error {
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, r.IncidentID, vault.Place{Table: "disclosure_line", Column: "comment", Row: id}, []byte(comment))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO disclosure_line (id, disclosure_id, round, at, actor_id, actor_name, event, from_state, to_state, digest, args, comment)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, r.ID, r.Round, tx.Now, by.ID, by.Name, e, from, r.State, r.Digest, args, sealed)
	return err
}

// record writes the audit entry of an act and tells the screens. It holds ids, states and hashes.
func (s *Store) record(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, action string, detail map[string]string) error {
	tx.Announce("disclosures")
	tx.Announce("disclosure:" + r.ID)
	detail["No"], detail["IncidentID"], detail["Digest"] = r.No, r.IncidentID, r.Digest
	return audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: "disclosure", ID: r.ID}, Detail: detail,
	})
}

// Open counts, in the caller's transaction, the public notices that hold back the close of an incident:
// begun, and neither published nor given up.
func (s *Store) Open(ctx context.Context, tx *db.Tx, incidentID string) (n int, err error) {
	states := make([]string, len(openStates))
	for i, st := range openStates {
		states[i] = string(st)
	}
	var rows []int
	if err := tx.SelectIn(ctx, &rows, `SELECT count(*) FROM disclosure WHERE incident_id = ? AND state IN (?)`, incidentID, states); err != nil {
		return 0, err
	}
	return rows[0], nil
}
