package bank

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"tasuke/internal/db"
)

// milestones are what a run may wait for, and the states that every request has to leave for it.
var milestones = []struct {
	name string
	none []State
}{{"bank.checked", unchecked}, {"bank.sent", unsent}, {"bank.answered", unanswered}}

// emit says what is now true of every request of the incident that is not void, when a request
// left the states that stood against it. The incident's row is held, so that two last requests
// cannot each miss the other.
func (s *Store) emit(ctx context.Context, tx *db.Tx, r Request, from State) error {
	for _, m := range milestones {
		if !slices.Contains(m.none, from) || slices.Contains(m.none, r.State) {
			continue
		}
		reached, err := passed(ctx, tx, r.IncidentID, m.none)
		if err != nil {
			return err
		}
		if reached {
			if err := s.opts.Emit(ctx, tx, r.IncidentID, m.name, Ref(r.ID)); err != nil {
				return err
			}
		}
	}
	return nil
}

// passed reports whether an incident has requests that are not void, and none of them is in one of
// the states.
func passed(ctx context.Context, tx *db.Tx, incidentID string, none []State) (bool, error) {
	var n struct {
		All  int `db:"n"`
		Left int `db:"waiting"`
	}
	err := tx.Get(ctx, &n, `SELECT count(*) AS n, count(CASE WHEN state IN (`+quoted(none)+`) THEN 1 END) AS waiting
		FROM bank_request WHERE incident_id = ? AND state <> 'void'`, incidentID)
	return n.All > 0 && n.Left == 0, err
}

// Still reports, in the caller's transaction, whether what an event said is true now: "bank.checked",
// "bank.sent" or "bank.answered" of every request of the incident that is not void, and there is one.
// An edit and a new request make untrue what was emitted before. Another name is an error.
func (s *Store) Still(ctx context.Context, tx *db.Tx, incidentID, event string) (bool, error) {
	for _, m := range milestones {
		if m.name == event {
			return passed(ctx, tx, incidentID, m.none)
		}
	}
	return false, fmt.Errorf("requests to banks know no event %q", event)
}

// quoted writes states as a list of SQL; they are constants of this file's neighbours, never input.
func quoted(states []State) (list string) {
	for i, st := range states {
		if i > 0 {
			list += ", "
		}
		list += "'" + string(st) + "'"
	}
	return list
}

// Open counts the requests that hold back the close of an incident: neither closed nor void.
func (s *Store) Open(ctx context.Context, tx *db.Tx, incidentID string) (n int, err error) {
	err = tx.Get(ctx, &n, `SELECT count(*) FROM bank_request WHERE incident_id = ? AND state NOT IN (`+quoted(over)+`)`, incidentID)
	return n, err
}

// Count counts the requests of an incident that are not void.
func (s *Store) Count(ctx context.Context, tx *db.Tx, incidentID string) (n int, err error) {
	err = tx.Get(ctx, &n, `SELECT count(*) FROM bank_request WHERE incident_id = ? AND state <> 'void'`, incidentID)
	return n, err
}

// ShownLine is one letter as who approves it sees it.
type ShownLine struct {
	ID, No   string
	Track    Track
	BankName string
	Account  string // masked
	TotalYen int64
	Version  int64
	SHA256   string
	Mail     string // address that the letter goes to; empty: this one has to be delivered by hand
	Stale    bool   // nobody has made sure of that address: this one stays until somebody does
}

// Digest is over every checked letter of an incident that has not left: number, bank, the letter's
// hash and the address that the directory has for it. Whoever approves it approves these letters to
// these addresses and no others. It is empty, and nothing can be approved by it, when there is no
// such letter or a request is still unchecked: then what would leave is not what is shown.
func (s *Store) Digest(ctx context.Context, tx *db.Tx, incidentID string) (digest string, shown []ShownLine, err error) {
	rows, err := s.checked(ctx, tx, incidentID)
	if err != nil {
		return "", nil, err
	}
	waiting := 0
	if err := tx.Get(ctx, &waiting, `SELECT count(*) FROM bank_request WHERE incident_id = ? AND state IN (`+quoted(unchecked)+`)`, incidentID); err != nil {
		return "", nil, err
	}
	h := sha256.New()
	for _, r := range rows {
		line, err := s.shown(ctx, tx, r)
		if err != nil {
			return "", nil, err
		}
		if _, err := fmt.Fprintf(h, "%s|%s|%d|%s|%s\n", r.No, r.ToBank, r.Letter, r.SHA256, line.Mail); err != nil {
			return "", nil, err
		}
		shown = append(shown, line)
	}
	if len(rows) == 0 || waiting > 0 {
		return "", shown, nil
	}
	return hex.EncodeToString(h.Sum(nil)), shown, nil
}

func (s *Store) shown(ctx context.Context, tx *db.Tx, r Request) (ShownLine, error) {
	account, err := s.account(ctx, tx, r.AccountID)
	if err != nil {
		return ShownLine{}, err
	}
	desk, found, err := s.opts.Desk(ctx, tx, r.ToBank)
	if err != nil {
		return ShownLine{}, err
	}
	if !found {
		desk = DeskInfo{}
	}
	bank, _ := s.opts.Master.Bank(r.ToBank)
	return ShownLine{ID: r.ID, No: r.No, Track: r.Track, BankName: bank.Name, Account: account.masked(s.opts.Master).Number,
		TotalYen: r.TotalYen, Version: r.Letter, SHA256: r.SHA256, Mail: desk.Mail, Stale: desk.Mail != "" && desk.Stale}, nil
}

// checked reads the requests whose letters may leave, in the order of their numbers.
func (s *Store) checked(ctx context.Context, tx *db.Tx, incidentID string) (rows []Request, err error) {
	err = tx.Select(ctx, &rows, `SELECT `+columns+` FROM bank_request WHERE incident_id = ? AND state = 'checked' ORDER BY no`, incidentID)
	return rows, err
}
