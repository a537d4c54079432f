package remedy

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Sheet is everything the page of one assessment shows, read from one snapshot.
type Sheet struct {
	Assessment Assessment
	Policy     Policy // of the present version
	Band       Band   // who may approve it
	NeedReason bool   // who approves says why
	Facts      Facts
	Choices    []Choice
	Versions   []Version // the newest first
	Offers     []Offer   // the newest first
	Notes      []Note    // the newest first
}

// Present is the calculation that stands; false before the first, or when its key was destroyed.
func (s Sheet) Present() (Version, bool) {
	if len(s.Versions) == 0 || s.Versions[0].Erased {
		return Version{}, false
	}
	return s.Versions[0], true
}

// Sheet reads one assessment. That somebody opened it is an entry of the access trail. It needs
// remedy.read; fault.NotFound "row.none" when there is none.
func (s *Store) Sheet(ctx context.Context, by actor.Actor, id string) (sh Sheet, err error) {
	if err := by.Need(actor.RemedyRead); err != nil {
		return Sheet{}, err
	}
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if sh.Assessment, err = s.load(ctx, tx, id); err != nil {
			return err
		}
		return s.around(ctx, tx, by, &sh)
	}); err != nil {
		return Sheet{}, err
	}
	return sh, s.accessed(ctx, by, id, "remedy.read")
}

func (s *Store) around(ctx context.Context, tx *db.Tx, by actor.Actor, sh *Sheet) (err error) {
	a := sh.Assessment
	if sh.Facts, err = s.facts(ctx, tx, by, a); err != nil {
		return err
	}
	sh.Choices = Choices(a.State, by, sh.Facts)
	if a.Version > 0 {
		sh.Policy, _ = s.book.Get(a.PolicyID, a.PolicyVersion)
		sh.Band, sh.NeedReason = s.band(a), s.approvalReason(a)
	}
	if sh.Versions, err = s.versions(ctx, tx, a.ID); err != nil {
		return err
	}
	if err := tx.Select(ctx, &sh.Offers, `SELECT id, version, offer_yen, valid_until, sha256, size, by_name, at FROM remedy_offer
		WHERE remedy_id = ? ORDER BY version DESC`, a.ID); err != nil {
		return err
	}
	sh.Notes, err = s.notes(ctx, tx, a.ID)
	return err
}

// accessed records that somebody opened what is known of a customer's loss.
func (s *Store) accessed(ctx context.Context, by actor.Actor, id, action string) error {
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Append(ctx, tx, audit.Entry{Tree: audit.Access, Actor: by, Action: action, Object: audit.Ref{Kind: "remedy", ID: id}})
	})
}

const maxNotes = 200

func (s *Store) notes(ctx context.Context, tx *db.Tx, id string) ([]Note, error) {
	var rows []struct {
		Note
		Sealed []byte `db:"comment"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, version, at, actor_id, actor_name, event, from_state, to_state, args, comment
		FROM remedy_line WHERE remedy_id = ? ORDER BY at DESC, id DESC LIMIT ?`, id, maxNotes); err != nil {
		return nil, err
	}
	out := make([]Note, len(rows))
	for i, r := range rows {
		var err error
		out[i] = r.Note
		if out[i].Comment, out[i].Erased, err = s.open(ctx, tx, place("remedy_line", "comment", r.ID), r.Sealed); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// CaseSheet is everything the page of a case's losses shows, read from one snapshot.
type CaseSheet struct {
	Case         CaseInfo
	Assessment   Assessment // the zero one before there is any
	Transactions []Transaction
	Facts        Facts
	Choices      []Choice
	// Trial is what a calculation would say now; Blocked is why there can be none.
	Trial   Calculation
	Blocked *fault.Error
	// Chosen is the version of the policy for the day of damage, when there is one.
	Chosen  Policy
	History []Revision // of the transaction asked for, the newest first
}

// OfCase reads the losses of a case; history asks for the statements of one transaction. It needs
// remedy.read; fault.NotFound "row.none" when there is no such case or transaction.
func (s *Store) OfCase(ctx context.Context, by actor.Actor, caseID, history string) (sh CaseSheet, err error) {
	if err := by.Need(actor.RemedyRead); err != nil {
		return CaseSheet{}, err
	}
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if sh.Case, err = s.opts.Case(ctx, tx, caseID); err != nil {
			return err
		}
		if sh.Transactions, err = s.transactions(ctx, tx, caseID); err != nil {
			return err
		}
		ok := false
		if sh.Assessment, ok, err = s.of(ctx, tx, caseID); err != nil {
			return err
		}
		if !ok { // the first transaction opens it
			sh.Assessment = Assessment{State: Open, CaseID: caseID, IncidentID: sh.Case.IncidentID}
		}
		return s.aroundCase(ctx, tx, by, &sh, history)
	}); err != nil {
		return CaseSheet{}, err
	}
	return sh, s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Append(ctx, tx, audit.Entry{Tree: audit.Access, Actor: by, Action: "remedy.read", Object: audit.Ref{Kind: "case", ID: caseID}})
	})
}

func (s *Store) aroundCase(ctx context.Context, tx *db.Tx, by actor.Actor, sh *CaseSheet, history string) (err error) {
	if sh.Facts, err = s.facts(ctx, tx, by, sh.Assessment); err != nil {
		return err
	}
	sh.Choices = Choices(sh.Assessment.State, by, sh.Facts)
	sh.Trial, err = s.calculate(ctx, tx, sh.Case, sh.Transactions, PolicyRate)
	switch refused := new(fault.Error); {
	case err == nil:
		sh.Chosen, _ = s.book.Get(sh.Trial.PolicyID, sh.Trial.PolicyVersion)
	case asRefused(err, &refused):
		sh.Blocked = refused
	default:
		return err
	}
	if history == "" {
		return nil
	}
	sh.History, err = s.history(ctx, tx, sh.Case.ID, history)
	return err
}

// history reads every statement of a transaction.
func (s *Store) history(ctx context.Context, tx *db.Tx, caseID, id string) ([]Revision, error) {
	var rows []struct {
		Revision
		Sealed []byte `db:"reason"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id AS row_id, txn_id AS id, case_id, incident_id, revision, kind, occurred_at, external_id, symbol, side,
		qty, price, gross_yen, fee_yen, tax_yen, claim, verdict, reason, by_name, at FROM remedy_txn_revision WHERE txn_id = ? AND case_id = ? ORDER BY revision DESC`, id, caseID); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.New(fault.NotFound, "row.none", nil)
	}
	out := make([]Revision, len(rows))
	for i, r := range rows {
		var err error
		out[i] = r.Revision
		if out[i].Reason, out[i].Erased, err = s.open(ctx, tx, place("remedy_txn_revision", "reason", r.RowID), r.Sealed); err != nil {
			return nil, err
		}
	}
	return out, nil
}
