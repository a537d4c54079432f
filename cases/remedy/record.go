package remedy

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

const txnColumns = `id, case_id, incident_id, revision, kind, occurred_at, external_id, symbol, side, qty, price, gross_yen, fee_yen, tax_yen, claim, verdict, by_name, at`

// transactions reads what is now stated of a case, in the order it happened.
func (s *Store) transactions(ctx context.Context, tx *db.Tx, caseID string) (list []Transaction, err error) {
	err = tx.Select(ctx, &list, `SELECT `+txnColumns+` FROM remedy_txn WHERE case_id = ? ORDER BY occurred_at, id`, caseID)
	return list, err
}

// Add records transactions of a case, all of them or none. The first one opens the case's
// assessment; later ones lead it back to where the amount has to be calculated again. It needs
// remedy.write; fault.NotFound for an unknown case, fault.Invalid and the fields that are wrong
// ("external_id" for one that is recorded already), fault.Refused when what was agreed, or the
// work on the case or the incident, has ended.
func (s *Store) Add(ctx context.Context, by actor.Actor, caseID string, entries ...Entry) (a Assessment, err error) {
	if err := by.Need(actor.RemedyWrite); err != nil {
		return Assessment{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if a, err = s.entered(ctx, tx, by, caseID); err != nil {
			return err
		}
		a, err = s.act(ctx, tx, by, act{id: a.ID, rev: anyRev, event: TransactionsChanged, args: db.Args{"N": strconv.Itoa(len(entries))},
			do: func(ctx context.Context, tx *db.Tx, by actor.Actor, a *Assessment) error {
				for _, e := range entries {
					if err := s.insert(ctx, tx, by, a, e.Tidied()); err != nil {
						return err
					}
				}
				return nil
			}})
		return err
	})
	return a, err
}

// entered is the assessment of a case, opened if there was none.
func (s *Store) entered(ctx context.Context, tx *db.Tx, by actor.Actor, caseID string) (Assessment, error) {
	c, err := s.opts.Case(ctx, tx, caseID)
	if err != nil {
		return Assessment{}, err
	}
	if err := s.hold(ctx, tx, c.ID, c.IncidentID); err != nil {
		return Assessment{}, err
	}
	a, ok, err := s.of(ctx, tx, caseID)
	if err != nil || ok {
		return a, err
	}
	if err := s.opts.Enter(ctx, tx, c.IncidentID); err != nil {
		return Assessment{}, err
	}
	return s.begin(ctx, tx, by, c)
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, by actor.Actor, a *Assessment, e Entry) error {
	if bad := e.Problems(tx.Now); len(bad) > 0 {
		return fault.Form(bad)
	}
	t := Transaction{ID: tx.NewID(), CaseID: a.CaseID, IncidentID: a.IncidentID, Revision: 1, Entry: e, ByName: by.Name, At: tx.Now}
	n, err := tx.NamedExec(ctx, `INSERT INTO remedy_txn (`+txnColumns+`) VALUES (`+named(txnColumns)+`) ON CONFLICT DO NOTHING`, t)
	if err != nil {
		return fmt.Errorf("record a transaction: %w", err)
	}
	if n == 0 {
		return fault.Field("external_id", "remedy.txn.known")
	}
	return s.revise(ctx, tx, by, a.CustomerID, t, "")
}

// named are columns as the parameters of a named statement.
func named(columns string) string {
	fields := strings.FieldsFunc(columns, func(r rune) bool { return strings.ContainsRune(", \n\t", r) })
	return ":" + strings.Join(fields, ", :")
}

// revise keeps one statement of a transaction for ever.
func (s *Store) revise(ctx context.Context, tx *db.Tx, by actor.Actor, customerID string, t Transaction, reason string) error {
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, customerID, place("remedy_txn_revision", "reason", id), []byte(strings.TrimSpace(reason)))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO remedy_txn_revision (id, txn_id, case_id, incident_id, revision, kind, occurred_at, external_id, symbol, side,
		qty, price, gross_yen, fee_yen, tax_yen, claim, verdict, reason, by_id, by_name, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, t.ID, t.CaseID, t.IncidentID, t.Revision, t.Kind, t.OccurredAt, t.ExternalID,
		t.Symbol, t.Side, t.Qty, t.Price, t.GrossYen, t.FeeYen, t.TaxYen, t.Claim, t.Verdict, sealed, by.ID, by.Name, tx.Now)
	return err
}

// Paste records every row of a pasted text, or none. It gives what the text says; when a row is
// wrong, or is recorded already, it fails with fault.Invalid "remedy.paste.rejected" and the rows
// that were rejected. It needs remedy.write.
func (s *Store) Paste(ctx context.Context, by actor.Actor, caseID, input string) (Preview, error) {
	p, err := s.Preview(ctx, by, caseID, input)
	if err != nil {
		return p, err
	}
	if !p.Good() {
		return p, fault.New(fault.Invalid, "remedy.paste.rejected", map[string]any{"N": p.Rejected})
	}
	entries := make([]Entry, len(p.Rows))
	for i, r := range p.Rows {
		entries[i] = r.Entry
	}
	_, err = s.Add(ctx, by, caseID, entries...)
	return p, err
}

// Preview says what pasted rows would record, and names those that are rejected. It needs
// remedy.write and changes nothing.
func (s *Store) Preview(ctx context.Context, by actor.Actor, caseID, input string) (p Preview, err error) {
	if err := by.Need(actor.RemedyWrite); err != nil {
		return Preview{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		p = Parse(input, tx.Now)
		if _, err := s.opts.Case(ctx, tx, caseID); err != nil {
			return err
		}
		known, err := s.transactions(ctx, tx, caseID)
		if err != nil {
			return err
		}
		for i, r := range p.Rows {
			if len(r.Bad) == 0 && slices.ContainsFunc(known, func(t Transaction) bool { return t.Kind == r.Entry.Kind && t.ExternalID == r.Entry.ExternalID }) {
				p.Rows[i].Bad = map[string]string{"external_id": "remedy.txn.known"}
				p.Rejected++
			}
		}
		return nil
	})
	return p, err
}

// Correct states a transaction of a case anew; the statement of before stays in its history. It fails with
// fault.Conflict and the current Transaction when revision is not the present one, with
// fault.Invalid and the fields that are wrong, "reason" among them, and like Add. It needs
// remedy.write.
func (s *Store) Correct(ctx context.Context, by actor.Actor, caseID, id string, revision int64, e Entry, reason string) (t Transaction, err error) {
	if err := by.Need(actor.RemedyWrite); err != nil {
		return Transaction{}, err
	}
	if err := reasoned(true, reason); err != nil {
		return Transaction{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Get(ctx, &t, `SELECT `+txnColumns+` FROM remedy_txn WHERE id = ? AND case_id = ?`, id, caseID); err != nil {
			return err
		}
		a, err := s.entered(ctx, tx, by, t.CaseID)
		if err != nil {
			return err
		}
		_, err = s.act(ctx, tx, by, act{id: a.ID, rev: anyRev, event: TransactionsChanged, args: db.Args{"N": "1"},
			do: func(ctx context.Context, tx *db.Tx, by actor.Actor, a *Assessment) error {
				t, err = s.restate(ctx, tx, by, a, id, revision, func(Entry) Entry { return e.Tidied() }, reason)
				return err
			}})
		return err
	})
	return t, err
}

// restate adds the next revision of a transaction.
func (s *Store) restate(ctx context.Context, tx *db.Tx, by actor.Actor, a *Assessment, id string, revision int64, change func(Entry) Entry, reason string) (t Transaction, err error) {
	if err := tx.Get(ctx, &t, `SELECT `+txnColumns+` FROM remedy_txn WHERE id = ? AND case_id = ?`, id, a.CaseID); err != nil {
		return t, err
	}
	if t.Revision != revision {
		return t, fault.Stale(t)
	}
	was := t.Entry
	if t.Entry = change(was); t.Entry == was {
		return t, fault.New(fault.Refused, "remedy.txn.unchanged", nil)
	}
	if bad := t.Entry.Problems(tx.Now); len(bad) > 0 {
		return t, fault.Form(bad)
	}
	t.Revision, t.ByName, t.At = revision+1, by.Name, tx.Now
	n, err := tx.NamedExec(ctx, `UPDATE remedy_txn SET revision = :revision, kind = :kind, occurred_at = :occurred_at, external_id = :external_id, symbol = :symbol,
		side = :side, qty = :qty, price = :price, gross_yen = :gross_yen, fee_yen = :fee_yen, tax_yen = :tax_yen, claim = :claim, verdict = :verdict,
		by_name = :by_name, at = :at WHERE id = :id AND revision = :revision - 1`, t)
	switch {
	case fault.Is(err, fault.Conflict):
		return t, fault.Field("external_id", "remedy.txn.known")
	case err != nil:
		return t, err
	case n == 0:
		return t, fault.Stale(t)
	}
	return t, s.revise(ctx, tx, by, a.CustomerID, t, reason)
}

// Judgement is what the customer says of a transaction and what the firm found.
type Judgement struct {
	ID       string
	Revision int64 // of the transaction as it was on the person's screen
	Claim    Claim
	Verdict  Verdict
}

// Judge records claims and verdicts on transactions of a case, all of them or none; those that say
// what is already so are passed over. It fails like Correct, and with fault.Refused
// "remedy.txn.unchanged" when nothing is new. It needs remedy.write.
func (s *Store) Judge(ctx context.Context, by actor.Actor, caseID string, all []Judgement) (a Assessment, err error) {
	if err := by.Need(actor.RemedyWrite); err != nil {
		return Assessment{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.opts.Case(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if err := s.hold(ctx, tx, caseID, c.IncidentID); err != nil {
			return err
		}
		news, err := s.news(ctx, tx, caseID, all)
		if err != nil {
			return err
		}
		a, _, err = s.of(ctx, tx, caseID)
		if err != nil {
			return err
		}
		a, err = s.act(ctx, tx, by, act{id: a.ID, rev: anyRev, event: TransactionsChanged, args: db.Args{"N": strconv.Itoa(len(news))}, do: s.judged(news)})
		return err
	})
	return a, err
}

// news are the judgements that say something new.
func (s *Store) news(ctx context.Context, tx *db.Tx, caseID string, all []Judgement) (out []Judgement, err error) {
	list, err := s.transactions(ctx, tx, caseID)
	if err != nil {
		return nil, err
	}
	for _, j := range all {
		i := slices.IndexFunc(list, func(t Transaction) bool { return t.ID == j.ID })
		if i < 0 {
			return nil, fault.New(fault.NotFound, "row.none", nil)
		}
		if list[i].Revision != j.Revision {
			return nil, fault.Stale(list[i])
		}
		if list[i].Claim != j.Claim || list[i].Verdict != j.Verdict {
			out = append(out, j)
		}
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Refused, "remedy.txn.unchanged", nil)
	}
	return out, nil
}

func (s *Store) judged(news []Judgement) func(context.Context, *db.Tx, actor.Actor, *Assessment) error {
	return func(ctx context.Context, tx *db.Tx, by actor.Actor, a *Assessment) error {
		for _, j := range news {
			if _, err := s.restate(ctx, tx, by, a, j.ID, j.Revision, func(e Entry) Entry {
				e.Claim, e.Verdict = j.Claim, j.Verdict
				return e
			}, ""); err != nil {
				return err
			}
		}
		return nil
	}
}
