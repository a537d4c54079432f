package remedy

import (
	"context"
	"encoding/json"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/number"
	"tasuke/internal/vault"
)

const columns = `id, no, case_id, case_no, incident_id, customer_id, state, state_since, version, pattern, policy_id, policy_version,
	rate_bp, policy_rate_bp, loss_yen, offer_yen, digest, made_by, made_name, made_at, checked_by, checked_name, checked_at,
	approved_by, approved_name, approved_at, approval_digest, offer_version, offered_yen, offered_at, valid_until, answered_at,
	agreed_yen, opened_at, rev`

// load reads one assessment; fault.NotFound "row.none" when there is none.
func (s *Store) load(ctx context.Context, tx *db.Tx, id string) (a Assessment, err error) {
	err = tx.Get(ctx, &a, `SELECT `+columns+` FROM remedy WHERE id = ?`, id)
	return a, err
}

// of reads the assessment of a case; false when there is none yet.
func (s *Store) of(ctx context.Context, tx *db.Tx, caseID string) (a Assessment, ok bool, err error) {
	err = tx.Get(ctx, &a, `SELECT `+columns+` FROM remedy WHERE case_id = ?`, caseID)
	if fault.Is(err, fault.NotFound) {
		return Assessment{}, false, nil
	}
	return a, err == nil, err
}

// begin opens the assessment of a case with its first transaction.
func (s *Store) begin(ctx context.Context, tx *db.Tx, by actor.Actor, c CaseInfo) (a Assessment, err error) {
	a = Assessment{ID: tx.NewID(), CaseID: c.ID, CaseNo: c.No, IncidentID: c.IncidentID, CustomerID: c.CustomerID, State: Open, StateSince: tx.Now, Pattern: c.Pattern, OpenedAt: tx.Now, Rev: 1}
	if a.No, err = number.Next(ctx, tx, "RMD", tx.Now); err != nil {
		return Assessment{}, err
	}
	if _, err := tx.NamedExec(ctx, `INSERT INTO remedy (`+columns+`) VALUES (:id, :no, :case_id, :case_no, :incident_id, :customer_id, :state,
		:state_since, :version, :pattern, :policy_id, :policy_version, :rate_bp, :policy_rate_bp, :loss_yen, :offer_yen, :digest, :made_by,
		:made_name, :made_at, :checked_by, :checked_name, :checked_at, :approved_by, :approved_name, :approved_at, :approval_digest,
		:offer_version, :offered_yen, :offered_at, :valid_until, :answered_at, :agreed_yen, :opened_at, :rev)`, a); err != nil {
		return Assessment{}, fmt.Errorf("open the assessment of case %s: %w", c.ID, err)
	}
	if err := s.tell(ctx, tx, by, a, "remedy.opened", nil); err != nil {
		return Assessment{}, err
	}
	return a, s.record(ctx, tx, by, a, "remedy.opened", map[string]string{})
}

// write keeps the record if nobody changed it since it was read.
func (s *Store) write(ctx context.Context, tx *db.Tx, a *Assessment) error {
	n, err := tx.NamedExec(ctx, `UPDATE remedy SET state = :state, state_since = :state_since, version = :version, pattern = :pattern,
		policy_id = :policy_id, policy_version = :policy_version, rate_bp = :rate_bp, policy_rate_bp = :policy_rate_bp,
		loss_yen = :loss_yen, offer_yen = :offer_yen, digest = :digest, made_by = :made_by, made_name = :made_name, made_at = :made_at,
		checked_by = :checked_by, checked_name = :checked_name, checked_at = :checked_at, approved_by = :approved_by,
		approved_name = :approved_name, approved_at = :approved_at, approval_digest = :approval_digest,
		offer_version = :offer_version, offered_yen = :offered_yen, offered_at = :offered_at, valid_until = :valid_until,
		answered_at = :answered_at, agreed_yen = :agreed_yen, rev = rev + 1 WHERE id = :id AND rev = :rev`, a)
	if err != nil {
		return err
	}
	if n == 0 { // another node committed between our read and our write
		now, err := s.load(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		return fault.Stale(now)
	}
	a.Rev++
	return nil
}

func subject(customerID string) string { return "customer:" + customerID }

func place(table, column, id string) vault.Place {
	return vault.Place{Table: table, Column: column, Row: id}
}

// seal keeps nothing for nothing, so that an empty column stays empty.
func (s *Store) seal(ctx context.Context, tx *db.Tx, customerID string, p vault.Place, plain []byte) ([]byte, error) {
	if len(plain) == 0 {
		return nil, nil //nolint:nilnil // no bytes is the stored form of no text
	}
	b, err := s.vault.Seal(ctx, tx, subject(customerID), p, plain)
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", p.Table, p.Column, err)
	}
	return b, nil
}

// open gives the text, or says that its key was destroyed.
func (s *Store) open(ctx context.Context, tx *db.Tx, p vault.Place, sealed []byte) (plain string, erased bool, err error) {
	plain, err = s.vault.OpenText(ctx, tx, p, sealed)
	if fault.Is(err, fault.NotFound) {
		return "", true, nil
	}
	return plain, false, err
}

// sealedVersion is what of a version is sealed.
type sealedVersion struct {
	Calculation Calculation
	Factors     []Factor
	Reason      string
}

func (s *Store) addVersion(ctx context.Context, tx *db.Tx, a Assessment, v sealedVersion) error {
	plain, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write version %d of %s: %w", a.Version, a.No, err)
	}
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, a.CustomerID, place("remedy_version", "content", id), plain)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO remedy_version (id, remedy_id, version, policy_id, policy_version, rate_bp, loss_yen, offer_yen, digest, content, made_by, made_name, made_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, a.ID, a.Version, a.PolicyID, a.PolicyVersion, a.RateBP, a.LossYen, a.OfferYen, a.Digest, sealed, a.MadeBy, a.MadeName, a.MadeAt)
	return err
}

// versions reads every calculation, the newest first.
func (s *Store) versions(ctx context.Context, tx *db.Tx, remedyID string) ([]Version, error) {
	var rows []struct {
		Version
		Content []byte `db:"content"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, version, digest, loss_yen, offer_yen, rate_bp, made_by, made_name, made_at, content
		FROM remedy_version WHERE remedy_id = ? ORDER BY version DESC`, remedyID); err != nil {
		return nil, err
	}
	out := make([]Version, len(rows))
	for i, r := range rows {
		out[i] = r.Version
		plain, erased, err := s.open(ctx, tx, place("remedy_version", "content", r.ID), r.Content)
		if err != nil {
			return nil, err
		}
		if out[i].Erased = erased; erased {
			continue
		}
		var v sealedVersion
		if err := json.Unmarshal([]byte(plain), &v); err != nil {
			return nil, fmt.Errorf("read version %d of assessment %s: %w", r.Version.Version, remedyID, err)
		}
		out[i].Calculation, out[i].Factors, out[i].Reason = v.Calculation, v.Factors, v.Reason
	}
	return out, nil
}

// note adds to the assessment's own history; the comment is sealed.
func (s *Store) note(ctx context.Context, tx *db.Tx, by actor.Actor, a Assessment, e Event, from State, args db.Args, comment string) error {
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, a.CustomerID, place("remedy_line", "comment", id), []byte(comment))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO remedy_line (id, remedy_id, version, at, actor_id, actor_name, event, from_state, to_state, args, comment)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, a.ID, a.Version, tx.Now, by.ID, by.Name, e, from, a.State, args, sealed)
	return err
}

func (s *Store) tell(ctx context.Context, tx *db.Tx, by actor.Actor, a Assessment, kind string, more db.Args) error {
	args := map[string]string{"No": a.No}
	for k, v := range more {
		args[k] = v
	}
	return s.opts.Tell(ctx, tx, by, StoryLine{IncidentID: a.IncidentID, CaseID: a.CaseID, CustomerID: a.CustomerID, Kind: kind, Args: args})
}

// record writes the audit entry of an act and tells the screens. It holds ids, states, amounts and
// hashes.
func (s *Store) record(ctx context.Context, tx *db.Tx, by actor.Actor, a Assessment, action string, detail map[string]string) error {
	tx.Announce("remedies")
	tx.Announce("remedy:" + a.ID)
	detail["No"], detail["CaseID"], detail["IncidentID"], detail["Digest"] = a.No, a.CaseID, a.IncidentID, a.Digest
	return audit.Append(ctx, tx, audit.Entry{Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: "remedy", ID: a.ID}, Detail: detail})
}
