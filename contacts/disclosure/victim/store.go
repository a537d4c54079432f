package victim

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

const columns = `id, COALESCE(no, '') AS no, incident_id, state, state_since, stage, borne, digest, alone, approved_by, approved_name, approved_at,
	approval_digest, made_by, made_name, made_at, rev`

const noticeColumns = `id, mailing_id, incident_id, pos, case_id, case_no, customer_id, language, medium, state, state_since, stage,
	digest, blocked, mail_id, attempts, rev`

// record is a mailing as it is stored, with what is sealed.
type record struct {
	Mailing
	SealedContent []byte `db:"content"`
	content       Content
	erased        bool
}

// noticeRecord is a notice as it is stored.
type noticeRecord struct {
	Notice
	SealedPaper []byte `db:"paper"`
	paper       paper
	erased      bool
}

func ofIncident(id string) string { return "incident:" + id }
func ofCustomer(id string) string { return "customer:" + id }

func place(table, column, id string) vault.Place {
	return vault.Place{Table: table, Column: column, Row: id}
}

// held takes the incident's row and then the mailing's, and reads it: everything that a guard of the
// close or of a mailing reads is changed under them.
func (s *Store) held(ctx context.Context, tx *db.Tx, id string) (record, error) {
	var incidentID string
	if err := tx.Get(ctx, &incidentID, `SELECT incident_id FROM victim_mailing WHERE id = ?`, id); err != nil {
		return record{}, err
	}
	if err := s.opts.Touch(ctx, tx, incidentID); err != nil {
		return record{}, err
	}
	if err := tx.Lock(ctx, "victim_mailing", id); err != nil {
		return record{}, err
	}
	return s.load(ctx, tx, id)
}

// load reads a mailing; fault.NotFound "row.none" when there is none.
func (s *Store) load(ctx context.Context, tx *db.Tx, id string) (r record, err error) {
	if err := tx.Get(ctx, &r, `SELECT `+columns+`, content FROM victim_mailing WHERE id = ?`, id); err != nil {
		return record{}, err
	}
	r.erased, err = s.open(ctx, tx, place("victim_mailing", "content", id), r.SealedContent, &r.content)
	return r, err
}

// notices reads notices of a mailing without what is sealed, in order.
func notices(ctx context.Context, tx *db.Tx, mailingID string) (all []Notice, err error) {
	if err := tx.Select(ctx, &all, `SELECT `+noticeColumns+` FROM victim_notice WHERE mailing_id = ? ORDER BY pos`, mailingID); err != nil {
		return nil, fmt.Errorf("read the notices of %s: %w", mailingID, err)
	}
	return all, nil
}

// papers reads notices with what is sealed. where is a constant of the caller.
func (s *Store) papers(ctx context.Context, tx *db.Tx, where string, args ...any) (all []noticeRecord, err error) {
	if err := tx.Select(ctx, &all, `SELECT `+noticeColumns+`, paper FROM victim_notice WHERE `+where, args...); err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	for i := range all {
		n := &all[i]
		if n.erased, err = s.open(ctx, tx, place("victim_notice", "paper", n.ID), n.SealedPaper, &n.paper); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// one reads a notice by its place in the mailing; fault.NotFound when there is none.
func (s *Store) one(ctx context.Context, tx *db.Tx, mailingID string, pos int64) (noticeRecord, error) {
	all, err := s.papers(ctx, tx, `mailing_id = ? AND pos = ?`, mailingID, pos)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "row.none", nil)
	}
	if err != nil {
		return noticeRecord{}, err
	}
	return all[0], nil
}

// open reads what is sealed, or says that its key was destroyed.
func (s *Store) open(ctx context.Context, tx *db.Tx, p vault.Place, sealed []byte, into any) (erased bool, err error) {
	if len(sealed) == 0 {
		return false, nil
	}
	plain, err := s.vault.Open(ctx, tx, p, sealed)
	if fault.Is(err, fault.NotFound) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("open %s.%s: %w", p.Table, p.Column, err)
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return false, fmt.Errorf("read %s.%s of %s: %w", p.Table, p.Column, p.Row, err)
	}
	return false, nil
}

func (s *Store) seal(ctx context.Context, tx *db.Tx, subject string, p vault.Place, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write %s.%s: %w", p.Table, p.Column, err)
	}
	b, err := s.vault.Seal(ctx, tx, subject, p, plain)
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", p.Table, p.Column, err)
	}
	return b, nil
}

// setContent seals what is said to everybody into the record.
func (s *Store) setContent(ctx context.Context, tx *db.Tx, r *record, c Content) (err error) {
	r.content = c
	r.SealedContent, err = s.seal(ctx, tx, ofIncident(r.IncidentID), place("victim_mailing", "content", r.ID), c)
	return err
}

// save writes a mailing whose row is held.
func (s *Store) save(ctx context.Context, tx *db.Tx, r *record) error {
	if _, err := tx.NamedExec(ctx, `UPDATE victim_mailing SET state = :state, state_since = :state_since, stage = :stage, borne = :borne, content = :content,
		digest = :digest, alone = CASE WHEN :alone THEN 1 ELSE 0 END, approved_by = :approved_by, approved_name = :approved_name, approved_at = :approved_at,
		approval_digest = :approval_digest, rev = :rev WHERE id = :id`, r); err != nil {
		return fmt.Errorf("save mailing %s: %w", r.ID, err)
	}
	announce(tx, r.Mailing)
	return nil
}

// saveNotice writes where a notice of a held mailing stands; its text has a way of its own.
func saveNotice(ctx context.Context, tx *db.Tx, n *Notice) error {
	n.Rev++
	if _, err := tx.NamedExec(ctx, `UPDATE victim_notice SET state = :state, state_since = :state_since, stage = :stage, mail_id = :mail_id,
		attempts = :attempts, rev = :rev WHERE id = :id`, n); err != nil {
		return fmt.Errorf("save notice %s: %w", n.ID, err)
	}
	return nil
}

// savePaper writes what a notice of a draft says.
func (s *Store) savePaper(ctx context.Context, tx *db.Tx, n *noticeRecord) (err error) {
	n.Language, n.Medium, n.Digest = n.paper.Language, n.paper.Medium, n.paper.digest(n.CaseID)
	n.Blocked = !n.paper.written()
	if n.SealedPaper, err = s.seal(ctx, tx, ofCustomer(n.CustomerID), place("victim_notice", "paper", n.ID), n.paper); err != nil {
		return err
	}
	n.Rev++
	if _, err := tx.NamedExec(ctx, `UPDATE victim_notice SET language = :language, medium = :medium, digest = :digest, blocked = CASE WHEN :blocked THEN 1 ELSE 0 END,
		paper = :paper, rev = :rev WHERE id = :id`, n); err != nil {
		return fmt.Errorf("save the text of notice %s: %w", n.ID, err)
	}
	return nil
}

// line adds to the history; the comment is sealed.
func (s *Store) line(ctx context.Context, tx *db.Tx, by actor.Actor, m Mailing, l Line) (err error) {
	l.ID, l.MailingID, l.At, l.ActorID, l.ActorName = tx.NewID(), m.ID, tx.Now, by.ID, by.Name
	var sealed []byte
	if l.Comment != "" {
		if sealed, err = s.vault.Seal(ctx, tx, ofIncident(m.IncidentID), place("victim_line", "comment", l.ID), []byte(l.Comment)); err != nil {
			return fmt.Errorf("seal a comment: %w", err)
		}
	}
	_, err = tx.Exec(ctx, `INSERT INTO victim_line (id, mailing_id, case_no, at, actor_id, actor_name, event, from_state, to_state, digest, comment)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, l.ID, m.ID, l.CaseNo, l.At, l.ActorID, l.ActorName, l.Event, l.From, l.To, l.Digest, sealed)
	return err
}

func announce(tx *db.Tx, m Mailing) {
	tx.Announce("notices")
	tx.Announce("notice:" + m.ID)
}

// record writes an audit entry: ids, states and hashes.
func (s *Store) record(ctx context.Context, tx *db.Tx, by actor.Actor, tree audit.Tree, m Mailing, action string, detail map[string]string) error {
	if detail == nil {
		detail = map[string]string{}
	}
	detail["No"], detail["IncidentID"] = m.No, m.IncidentID
	return audit.Append(ctx, tx, audit.Entry{Tree: tree, Actor: by, Action: action, Object: audit.Ref{Kind: "notice", ID: m.ID}, Detail: detail})
}
