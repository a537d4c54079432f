package police

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

const columns = `id, no, incident_id, kind, filed_by, state, state_since, digest, version, summary_digest, consulted_at, accepted_at,
	opened_by, opened_name, opened_at, rev`

// record is a consultation as it is stored, with what is sealed opened.
type record struct {
	Report
	Sealed   []byte `db:"content"`
	content  Content
	erased   bool
	consents []Consent // the newest first
}

func subject(incidentID string) string { return "incident:" + incidentID }

func place(table, column, id string) vault.Place {
	return vault.Place{Table: table, Column: column, Row: id}
}

// load reads one consultation with its content and consents; fault.NotFound "row.none" when there
// is none.
func (s *Store) load(ctx context.Context, tx *db.Tx, id string) (r record, err error) {
	if err := tx.Get(ctx, &r, `SELECT `+columns+`, content FROM police_report WHERE id = ?`, id); err != nil {
		return record{}, err
	}
	if r.consents, err = s.consents(ctx, tx, id); err != nil {
		return record{}, err
	}
	plain, erased, err := s.open(ctx, tx, place("police_report", "content", id), r.Sealed)
	if r.erased = erased; err != nil || erased {
		return r, err
	}
	if err := json.Unmarshal([]byte(plain), &r.content); err != nil {
		return r, fmt.Errorf("read the content of consultation %s: %w", id, err)
	}
	return r, nil
}

func (s *Store) consents(ctx context.Context, tx *db.Tx, id string) (out []Consent, err error) {
	var rows []struct {
		Consent
		Given  int64  `db:"given"`
		Sealed []byte `db:"how"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, case_id, given, at, how, by_id, by_name, written_at FROM police_consent WHERE report_id = ?
		ORDER BY written_at DESC, id DESC`, id); err != nil {
		return nil, err
	}
	for _, r := range rows {
		c := r.Consent
		c.Given = r.Given == 1
		if c.How, _, err = s.open(ctx, tx, place("police_consent", "how", c.ID), r.Sealed); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// named are the cases concerned whose victims agreed to be named, in the order of the content.
func (r record) named() (out []string) {
	for _, id := range r.content.Cases {
		for _, c := range r.consents {
			if c.CaseID == id {
				if c.Given {
					out = append(out, id)
				}
				break
			}
		}
	}
	return out
}

// held reads the consultation after taking its incident's row: everything that a guard of the close
// reads is changed under it, so that whoever decides sees what was written before.
func (s *Store) held(ctx context.Context, tx *db.Tx, id string) (record, error) {
	var incidentID string
	if err := tx.Get(ctx, &incidentID, `SELECT incident_id FROM police_report WHERE id = ?`, id); err != nil {
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

// setContent seals what was typed and copies what lists show.
func (s *Store) setContent(ctx context.Context, tx *db.Tx, r *record, c Content) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write the content of consultation %s: %w", r.ID, err)
	}
	r.content, r.Kind, r.FiledBy = c, c.Kind, c.FiledBy
	r.Digest = c.digest(r.named())
	r.Sealed, err = s.seal(ctx, tx, r.IncidentID, place("police_report", "content", r.ID), plain)
	return err
}

// write keeps the record if nobody changed it since it was read.
func (s *Store) write(ctx context.Context, tx *db.Tx, r *record) error {
	n, err := tx.NamedExec(ctx, `UPDATE police_report SET kind = :kind, filed_by = :filed_by, state = :state, state_since = :state_since,
		content = :content, digest = :digest, version = :version, summary_digest = :summary_digest,
		consulted_at = :consulted_at, accepted_at = :accepted_at, rev = rev + 1 WHERE id = :id AND rev = :rev`, r)
	if err != nil {
		return err
	}
	if n == 0 { // another node committed between our read and our write
		now, err := s.load(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		return fault.Stale(now.Report)
	}
	r.Rev++
	return nil
}

// line adds to the consultation's own history; the comment is sealed.
func (s *Store) line(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, e Event, from State, args Args, comment string) error {
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, r.IncidentID, place("police_line", "comment", id), []byte(comment))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO police_line (id, report_id, version, at, actor_id, actor_name, event, from_state, to_state, args, comment)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, r.ID, r.Version, tx.Now, by.ID, by.Name, e, from, r.State, args, sealed)
	return err
}

// record writes the audit entry of an act and tells the screens. It holds ids, states and hashes.
func (s *Store) record(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, action string, detail Args) error {
	tx.Announce("polices")
	tx.Announce("police:" + r.ID)
	detail["No"], detail["IncidentID"], detail["Digest"] = r.No, r.IncidentID, r.Digest
	return audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: "police", ID: r.ID}, Detail: detail,
	})
}

func accessed(ctx context.Context, tx *db.Tx, by actor.Actor, action, id string, detail Args) error {
	return audit.Append(ctx, tx, audit.Entry{Tree: audit.Access, Actor: by, Action: action, Object: audit.Ref{Kind: "police", ID: id}, Detail: detail})
}

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
