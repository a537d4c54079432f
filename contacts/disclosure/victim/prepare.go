package victim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Prepared is the mailing that a playbook prepared, or found.
type Prepared struct {
	Mailing
	Customers int64 // it is for
}

// Prepare begins a mailing for the confirmed cases of an incident that no mailing tells, saying what
// the settings and the caller say to everybody; people add the facts. When all are told or about to
// be, the newest mailing is given back as it is, and its texts are written when an earlier attempt did
// not come to it. The zero Prepared says that there is nobody to tell. It needs notice.write and fails
// like Begin. It writes in transactions of its own, because the guards take their time.
func (s *Store) Prepare(ctx context.Context, by actor.Actor, incidentID string, measures []Measure) (d Prepared, err error) {
	if err := by.Need(actor.NoticeWrite); err != nil {
		return d, err
	}
	c := s.Defaults()
	c.Measures = measures
	c = c.Tidied()
	write := false
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.opts.Enter(ctx, tx, incidentID); err != nil {
			return err
		}
		ids, err := s.untold(ctx, tx, incidentID)
		if err != nil {
			return err
		}
		if len(ids) > 0 {
			d.Customers, write = int64(len(ids)), true
			d.Mailing, err = s.begin(ctx, tx, by, incidentID, Form{Cases: ids, Content: c})
			return err
		}
		if d, err = s.newest(ctx, tx, incidentID); err == nil && d.ID != "" {
			write = d.State == Drafting && d.MadeBy == by.ID && d.Digest == ""
		}
		return err
	})
	if err != nil || !write {
		return d, taken(err)
	}
	d.Mailing, err = s.compose(ctx, by, d.ID)
	return d, err
}

// untold are the confirmed cases that no mailing tells.
func (s *Store) untold(ctx context.Context, tx *db.Tx, incidentID string) (ids []string, err error) {
	known, err := s.opts.Cases(ctx, tx, incidentID)
	if err != nil {
		return nil, err
	}
	var told []string
	if err := tx.Select(ctx, &told, `SELECT n.case_id FROM victim_notice n JOIN victim_mailing m ON m.id = n.mailing_id
		WHERE m.incident_id = ? AND m.state <> 'cancelled' AND n.state <> 'withdrawn'`, incidentID); err != nil {
		return nil, fmt.Errorf("look who is told: %w", err)
	}
	has := map[string]bool{}
	for _, id := range told {
		has[id] = true
	}
	for _, c := range known {
		if c.Confirmed && !has[c.ID] {
			ids = append(ids, c.ID)
		}
	}
	return ids, nil
}

// newest is the last mailing that was not called off, the zero one when there is none.
func (s *Store) newest(ctx context.Context, tx *db.Tx, incidentID string) (d Prepared, err error) {
	var all []Mailing
	if err := tx.Select(ctx, &all, `SELECT `+columns+` FROM victim_mailing WHERE incident_id = ? AND state <> 'cancelled' ORDER BY made_at DESC, id DESC LIMIT 1`, incidentID); err != nil || len(all) == 0 {
		return d, err
	}
	d.Mailing = all[0]
	err = tx.Get(ctx, &d.Customers, `SELECT count(*) FROM victim_notice WHERE mailing_id = ? AND state <> 'withdrawn'`, d.ID)
	return d, err
}

// ShownMailing is a mailing as who approves it sees it.
type ShownMailing struct {
	ID, No     string
	State      State
	Customers  int
	Blocked    int // notices a guard refuses or whose blanks are empty
	Digest     string
	ApprovedBy string
}

// Digest is over every mailing of an incident that nothing has left of; empty when there is none, or
// a notice of one is not complete.
func (s *Store) Digest(ctx context.Context, tx *db.Tx, incidentID string) (digest string, shown []ShownMailing, err error) {
	var all []Mailing
	if err := tx.Select(ctx, &all, `SELECT `+columns+` FROM victim_mailing WHERE incident_id = ? AND state IN ('drafting', 'review', 'approved') ORDER BY no`, incidentID); err != nil {
		return "", nil, err
	}
	h, complete := sha256.New(), true
	for _, m := range all {
		list, err := notices(ctx, tx, m.ID)
		if err != nil {
			return "", nil, err
		}
		f := count(list, m.Stage)
		complete = complete && f.Blocked == 0 && m.Digest != ""
		if _, err := fmt.Fprintf(h, "%s|%s\n", m.No, m.Digest); err != nil {
			return "", nil, err
		}
		shown = append(shown, ShownMailing{m.ID, m.No, m.State, f.Recipients, f.Blocked, m.Digest, m.ApprovedName})
	}
	if len(shown) == 0 || !complete {
		return "", shown, nil
	}
	return hex.EncodeToString(h.Sum(nil)), shown, nil
}

// Makers are the accounts that have a hand in what Digest is over.
func (s *Store) Makers(ctx context.Context, tx *db.Tx, incidentID string) (ids []string, err error) {
	err = tx.Select(ctx, &ids, `SELECT DISTINCT l.actor_id FROM victim_mailing m JOIN victim_line l ON l.mailing_id = m.id
		WHERE m.incident_id = ? AND m.state IN ('drafting', 'review', 'approved') AND l.event IN `+makers+` ORDER BY l.actor_id`, incidentID)
	return ids, err
}

// CountTold counts the notices of an incident that left or were tried. It is one query of its own, so that the
// conditions of playbooks, which ask in every step, can ask several rooms at once.
const CountTold = `SELECT count(*) FROM victim_notice WHERE incident_id = ? AND attempts > 0`

// NoticesSent counts the notices of an incident that left or were tried, in the caller's transaction.
func (s *Store) NoticesSent(ctx context.Context, tx *db.Tx, incidentID string) (n int64, err error) {
	err = tx.Get(ctx, &n, CountTold, incidentID)
	return n, err
}
