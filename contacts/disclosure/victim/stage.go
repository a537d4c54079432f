package victim

import (
	"context"
	"fmt"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// sizes are how many mails a stage has: the first customer alone, then twenty, then everybody.
var sizes = [...]int{1: 1, 2: 20, 3: 1 << 30}

// chunk is Options.Chunk where nobody says otherwise.
const chunk = 100

// next is the stage that is sent next: the present one while it is not full, which is so after an
// interruption, else the one behind it.
func (m Mailing) next(all []Notice) int64 {
	if m.Stage == 0 {
		return 1
	}
	if m.Stage < 3 && sent(all, m.Stage) >= sizes[m.Stage] {
		return m.Stage + 1
	}
	return m.Stage
}

func sent(all []Notice, stage int64) (n int) {
	for _, x := range all {
		if x.Stage == stage {
			n++
		}
	}
	return n
}

// SendStage puts the mails of the next stage into the outbox: the first customer's, then twenty, then
// the rest. Each leaves at most once, whatever happens meanwhile: one transaction puts a mail and
// says so of its notice. Customers whose address changed since the approval, and cases whose
// damage is not confirmed any more, are left out and say so. It needs notice.write; fault.Conflict with the current Mailing
// when rev is stale, fault.Refused when the table or a guard says no.
func (s *Store) SendStage(ctx context.Context, by actor.Actor, id string, rev int64) (m Mailing, err error) {
	if err := by.Need(actor.NoticeWrite); err != nil {
		return Mailing{}, err
	}
	more := 0
	m, err = s.perform(ctx, by, act{id: id, rev: rev, event: StageSent, do: func(ctx context.Context, tx *db.Tx, r *record) error {
		all, err := notices(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if next := r.next(all); next != r.Stage {
			r.Stage, r.Borne = next, 0
		}
		more, err = s.fill(ctx, tx, by, r)
		return err
	}})
	db.Crash("notice.stage")
	for err == nil && more > 0 {
		err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
			more, err = s.goOn(ctx, tx, by, m)
			return err
		})
		db.Crash("notice.chunk")
	}
	return m, err
}

// goOn puts the next chunk of a stage, unless somebody or something has stopped the sending.
func (s *Store) goOn(ctx context.Context, tx *db.Tx, by actor.Actor, m Mailing) (int, error) {
	r, err := s.held(ctx, tx, m.ID)
	if err != nil || r.State != Sending || r.Stage != m.Stage {
		return 0, err
	}
	more, err := s.fill(ctx, tx, by, &r)
	if err != nil {
		return 0, err
	}
	announce(tx, r.Mailing)
	return more, s.watch(ctx, tx, &r)
}

// fill puts up to a chunk of mails of the present stage and says how many are left of it.
func (s *Store) fill(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (more int, err error) {
	all, err := notices(ctx, tx, r.ID)
	if err != nil {
		return 0, err
	}
	room := sizes[r.Stage] - sent(all, r.Stage)
	batch, err := s.papers(ctx, tx, `mailing_id = ? AND state = ? AND medium = ? ORDER BY pos LIMIT ?`, r.ID, Passed, notice.ByMail, min(room, s.opts.Chunk))
	if err != nil {
		return 0, err
	}
	confirmed, reach, err := s.asOfNow(ctx, tx, r.IncidentID, batch)
	if err != nil {
		return 0, err
	}
	for i := range batch {
		n := &batch[i]
		to, ok := reach[n.CustomerID]
		switch {
		case !confirmed[n.CaseID] || !ok || n.erased:
			err = s.step(ctx, tx, itself, r, &n.Notice, NoticeStep{Event: CaseExcluded})
		case to.Mail != n.paper.Mail:
			err = s.step(ctx, tx, itself, r, &n.Notice, NoticeStep{Event: AddressMoved})
		default:
			room--
			err = s.put(ctx, tx, by, r, n)
		}
		if err != nil {
			return 0, err
		}
	}
	return min(room, count(all, r.Stage).Left-len(batch)), nil
}

// asOfNow reads what may have changed since the approval without anybody touching the mailing.
func (s *Store) asOfNow(ctx context.Context, tx *db.Tx, incidentID string, batch []noticeRecord) (map[string]bool, map[string]Reach, error) {
	known, err := s.opts.Cases(ctx, tx, incidentID)
	if err != nil {
		return nil, nil, err
	}
	confirmed := map[string]bool{}
	for _, c := range known {
		confirmed[c.ID] = c.Confirmed
	}
	ids := make([]string, len(batch))
	for i, n := range batch {
		ids[i] = n.CustomerID
	}
	reach, err := s.opts.Reach(ctx, tx, ids)
	return confirmed, reach, err
}

// put hands one notice to the outbox. What is sealed must be what was approved.
func (s *Store) put(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, n *noticeRecord) (err error) {
	if n.paper.digest(n.CaseID) != n.Digest {
		return fault.New(fault.Refused, "notice.guard.changed", nil)
	}
	key := fmt.Sprintf("notice:%s:%d", r.ID, n.Pos)
	if n.MailID, err = s.opts.Send(ctx, tx, by, Mail{To: n.paper.Mail, Subject: n.paper.Subject, Text: n.paper.Text, About: key, Key: key}); err != nil {
		return fmt.Errorf("put notice %s into the outbox: %w", n.ID, err)
	}
	n.Stage = r.Stage
	return s.step(ctx, tx, by, r, &n.Notice, NoticeStep{Event: MailPut})
}
