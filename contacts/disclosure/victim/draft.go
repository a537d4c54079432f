package victim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/number"
)

// Form is what is typed about a mailing: whom it is for and what it says to everybody.
type Form struct {
	Cases []string // ids
	Content
}

// suspicious is how recently an address must not have been replaced: an attacker replaces it, so the
// notice goes on paper unless a person decides otherwise.
const suspicious = 90 * 24 * time.Hour

// Begin starts a mailing for confirmed cases of an incident that no other mailing tells. The draft is
// kept whatever the guards say of its texts: the page shows what they found. It needs notice.write
// and fails with fault.Invalid and the fields that are wrong, fault.Conflict "notice.case.taken", or
// what Enter says of an incident whose work has ended.
func (s *Store) Begin(ctx context.Context, by actor.Actor, incidentID string, f Form) (m Mailing, err error) {
	if err := by.Need(actor.NoticeWrite); err != nil {
		return Mailing{}, err
	}
	f.Content = f.Content.Tidied()
	if err := f.check(); err != nil {
		return Mailing{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err = s.begin(ctx, tx, by, incidentID, f)
		return err
	})
	if err != nil {
		return Mailing{}, taken(err)
	}
	return s.compose(ctx, by, m.ID)
}

func (f Form) check() error {
	bad := f.problems()
	if len(f.Cases) == 0 {
		bad["cases"] = "notice.cases.none"
	}
	return form(bad)
}

// taken says of a case that another mailing has it, which only the database can know for sure.
func taken(err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.Wrap(fault.Conflict, "notice.case.taken", nil, err)
	}
	return err
}

func (s *Store) begin(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string, f Form) (Mailing, error) {
	if err := s.opts.Enter(ctx, tx, incidentID); err != nil {
		return Mailing{}, err
	}
	r := record{Mailing: Mailing{ID: tx.NewID(), IncidentID: incidentID, State: Drafting, StateSince: tx.Now, MadeBy: by.ID, MadeName: by.Name, MadeAt: tx.Now, Rev: 1}}
	if err := s.setContent(ctx, tx, &r, f.Content); err != nil {
		return Mailing{}, err
	}
	if _, err := tx.NamedExec(ctx, `INSERT INTO victim_mailing (id, incident_id, state, state_since, stage, borne, content, digest, alone, approved_by,
		approved_name, approved_at, approval_digest, made_by, made_name, made_at, rev) VALUES (:id, :incident_id, :state, :state_since, :stage, :borne,
		:content, :digest, CASE WHEN :alone THEN 1 ELSE 0 END, :approved_by, :approved_name, :approved_at, :approval_digest, :made_by, :made_name, :made_at, :rev)`, r); err != nil {
		return Mailing{}, fmt.Errorf("begin a mailing: %w", err)
	}
	if err := s.choose(ctx, tx, &r, f.Cases); err != nil {
		return Mailing{}, err
	}
	var err error
	if r.No, err = number.Next(ctx, tx, "NTC", tx.Now); err != nil {
		return Mailing{}, err
	}
	if _, err := tx.Exec(ctx, `UPDATE victim_mailing SET no = ? WHERE id = ?`, r.No, r.ID); err != nil {
		return Mailing{}, fmt.Errorf("number a mailing: %w", err)
	}
	announce(tx, r.Mailing)
	return r.Mailing, s.happened(ctx, tx, by, r.Mailing, DraftBegun, "", "")
}

// choose makes the rows of a draft those of the chosen cases: others go, new ones come behind.
func (s *Store) choose(ctx context.Context, tx *db.Tx, r *record, ids []string) error {
	known, err := s.opts.Cases(ctx, tx, r.IncidentID)
	if err != nil {
		return err
	}
	have, err := notices(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	next := int64(0)
	for _, n := range have {
		next = max(next, n.Pos+1)
		if slices.Contains(ids, n.CaseID) {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM victim_notice WHERE id = ? AND state = ?`, n.ID, Drafted); err != nil {
			return fmt.Errorf("take a case out of a mailing: %w", err)
		}
	}
	for _, id := range ids {
		if slices.ContainsFunc(have, func(n Notice) bool { return n.CaseID == id }) {
			continue
		}
		i := slices.IndexFunc(known, func(c CaseRef) bool { return c.ID == id })
		if i < 0 || !known[i].Confirmed {
			return fault.Field("cases", "notice.cases.unconfirmed")
		}
		if err := s.add(ctx, tx, r, known[i], next); err != nil {
			return err
		}
		next++
	}
	return nil
}

func (s *Store) add(ctx context.Context, tx *db.Tx, r *record, c CaseRef, pos int64) error {
	if _, err := tx.Exec(ctx, `INSERT INTO victim_notice (id, mailing_id, incident_id, pos, case_id, case_no, customer_id, language, medium, state,
		state_since, stage, digest, blocked, mail_id, attempts, rev) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', 1, '', 0, 1)`,
		tx.NewID(), r.ID, r.IncidentID, pos, c.ID, c.No, c.CustomerID, notice.Japanese, notice.ByMail, Drafted, tx.Now); err != nil {
		return fmt.Errorf("add a case to a mailing: %w", err)
	}
	return nil
}

// Edit replaces what a mailing says to everybody and whom it is for. It makes an approval void. It
// fails with fault.Conflict and the current Mailing when rev is stale, with fault.Invalid, and with
// fault.Refused when something has left already. It needs notice.write.
func (s *Store) Edit(ctx context.Context, by actor.Actor, id string, rev int64, f Form) (Mailing, error) {
	if err := by.Need(actor.NoticeWrite); err != nil {
		return Mailing{}, err
	}
	f.Content = f.Content.Tidied()
	if err := f.check(); err != nil {
		return Mailing{}, err
	}
	_, err := s.perform(ctx, by, act{id: id, rev: rev, event: ContentEdited, do: func(ctx context.Context, tx *db.Tx, r *record) error {
		if err := s.setContent(ctx, tx, r, f.Content); err != nil {
			return err
		}
		return taken(s.choose(ctx, tx, r, f.Cases))
	}})
	if err != nil {
		return Mailing{}, err
	}
	return s.compose(ctx, by, id)
}

// EditOwn replaces what differs for one customer; rev is the mailing's. Otherwise as Edit.
func (s *Store) EditOwn(ctx context.Context, by actor.Actor, id string, rev, pos int64, o Own) (Mailing, error) {
	if err := by.Need(actor.NoticeWrite); err != nil {
		return Mailing{}, err
	}
	o = o.tidied()
	if err := o.check(); err != nil {
		return Mailing{}, err
	}
	_, err := s.perform(ctx, by, act{id: id, rev: rev, event: ContentEdited, do: func(ctx context.Context, tx *db.Tx, _ *record) error {
		n, err := s.one(ctx, tx, id, pos)
		if err != nil {
			return err
		}
		n.paper.Own = o
		n.paper.Subject = "" // written anew below
		return s.savePaper(ctx, tx, &n)
	}})
	if err != nil {
		return Mailing{}, err
	}
	return s.compose(ctx, by, id)
}
