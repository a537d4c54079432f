package isac

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

const columns = `id, no, incident_id, tlp, channel, state, state_since, digest, version, bundle_sha256, sanitised_by, sanitised_name, sanitised_at,
	approved_by, approved_name, approved_at, approval_digest, mail_id, sendings, sent_at, method, reference, opened_by, opened_name, opened_at, rev`

// record is a share as it is stored, with what is sealed opened.
type record struct {
	Share
	Sealed  []byte `db:"content"`
	content Content
	erased  bool
}

func subject(incidentID string) string { return "incident:" + incidentID }

func place(table, column, id string) vault.Place {
	return vault.Place{Table: table, Column: column, Row: id}
}

// load reads one share with its content; fault.NotFound "row.none" when there is none.
func (s *Store) load(ctx context.Context, tx *db.Tx, id string) (r record, err error) {
	if err := tx.Get(ctx, &r, `SELECT `+columns+`, content FROM share WHERE id = ?`, id); err != nil {
		return record{}, err
	}
	plain, erased, err := s.open(ctx, tx, place("share", "content", id), r.Sealed)
	if r.erased = erased; err != nil || erased {
		return r, err
	}
	if err := json.Unmarshal([]byte(plain), &r.content); err != nil {
		return r, fmt.Errorf("read the content of share %s: %w", id, err)
	}
	return r, nil
}

// held reads the share after taking its incident's row: everything that a guard of the close reads
// is changed under it, so that whoever decides sees what was written before.
func (s *Store) held(ctx context.Context, tx *db.Tx, id string) (record, error) {
	var incidentID string
	if err := tx.Get(ctx, &incidentID, `SELECT incident_id FROM share WHERE id = ?`, id); err != nil {
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

// sealContent seals what the share says for another row.
func (s *Store) sealContent(ctx context.Context, tx *db.Tx, r *record, versionID string) ([]byte, error) {
	plain, err := json.Marshal(r.content)
	if err != nil {
		return nil, fmt.Errorf("write the content of share %s: %w", r.ID, err)
	}
	return s.seal(ctx, tx, r.IncidentID, place("share_version", "content", versionID), plain)
}

// setContent seals what the share says and copies what lists show. What was frozen and approved
// was another content.
func (s *Store) setContent(ctx context.Context, tx *db.Tx, r *record, c Content) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write the content of share %s: %w", r.ID, err)
	}
	r.content, r.Digest, r.TLP, r.Channel = c, c.Digest(), c.TLP, c.Channel
	r.unfrozen()
	r.Sealed, err = s.seal(ctx, tx, r.IncidentID, place("share", "content", r.ID), plain)
	return err
}

// unfrozen takes away what people said about an earlier version.
func (r *record) unfrozen() {
	r.BundleSHA256 = ""
	r.SanitisedBy, r.SanitisedName, r.SanitisedAt = "", "", 0
	r.unapproved()
}

func (r *record) unapproved() {
	r.ApprovedBy, r.ApprovedName, r.ApprovedAt, r.ApprovalDigest = "", "", 0, ""
}

// write keeps the record if nobody changed it since it was read.
func (s *Store) write(ctx context.Context, tx *db.Tx, r *record) error {
	n, err := tx.NamedExec(ctx, `UPDATE share SET tlp = :tlp, channel = :channel, state = :state, state_since = :state_since,
		content = :content, digest = :digest, version = :version, bundle_sha256 = :bundle_sha256,
		sanitised_by = :sanitised_by, sanitised_name = :sanitised_name, sanitised_at = :sanitised_at,
		approved_by = :approved_by, approved_name = :approved_name, approved_at = :approved_at, approval_digest = :approval_digest,
		mail_id = :mail_id, sendings = :sendings, sent_at = :sent_at, method = :method, reference = :reference,
		rev = rev + 1 WHERE id = :id AND rev = :rev`, r)
	if err != nil {
		return err
	}
	if n == 0 { // another node committed between our read and our write
		now, err := s.load(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		return fault.Stale(now.Share)
	}
	r.Rev++
	return nil
}

// line adds to the share's own history; the comment is sealed.
func (s *Store) line(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, e Event, from State, args Args, comment string) error {
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, r.IncidentID, place("share_line", "comment", id), []byte(comment))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO share_line (id, share_id, version, at, actor_id, actor_name, event, from_state, to_state, args, comment)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, r.ID, r.Version, tx.Now, by.ID, by.Name, e, from, r.State, args, sealed)
	return err
}

// record writes the audit entry of an act and tells the screens. It holds ids, states and hashes.
func (s *Store) record(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, action string, detail Args) error {
	tx.Announce("shares")
	tx.Announce("share:" + r.ID)
	detail["No"], detail["IncidentID"], detail["Digest"] = r.No, r.IncidentID, r.Digest
	return audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: "share", ID: r.ID}, Detail: detail,
	})
}

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
