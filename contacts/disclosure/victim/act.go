package victim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// act is one event that somebody wants to happen to a mailing as they saw it.
type act struct {
	id      string
	rev     int64
	event   Event
	comment string
	// do changes the record before it is written.
	do func(ctx context.Context, tx *db.Tx, r *record) error
}

// perform does all that belongs to a person's event in one transaction.
func (s *Store) perform(ctx context.Context, by actor.Actor, a act) (m Mailing, err error) {
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.held(ctx, tx, a.id)
		if err != nil {
			return err
		}
		if r.Rev != a.rev {
			return fault.Stale(r.Mailing)
		}
		if err := s.lead(ctx, tx, by, &r, a); err != nil {
			return err
		}
		if r.State == Sending {
			if err := s.watch(ctx, tx, &r); err != nil {
				return err
			}
		}
		m = r.Mailing
		db.Crash("notice.move")
		return nil
	})
	return m, err
}

// Cause is an event that a person wants to happen to a mailing as they saw it.
type Cause struct {
	ID     string
	Rev    int64 // of the mailing as it was on the person's screen
	Event  Event
	Reason string // sealed; required where the table says so
}

// Move applies one event that brings no more than a reason. Before approval is asked for, or a small
// mailing released, the notices are written once more from what is now known. It fails with
// fault.Conflict and the current Mailing when Rev is stale, with fault.Refused or fault.Forbidden when
// the table or a guard says no, and with fault.Invalid when a reason is missing.
func (s *Store) Move(ctx context.Context, by actor.Actor, c Cause) (Mailing, error) {
	if err := by.Need(actor.NoticeRead); err != nil {
		return Mailing{}, err
	}
	if slices.ContainsFunc(Moves, func(m Move) bool { return m.Event == c.Event && m.Form }) {
		return Mailing{}, fault.New(fault.Invalid, "form.malformed", nil)
	}
	if c.Event == ApprovalAsked || c.Event == Released {
		if err := by.Need(actor.NoticeWrite); err != nil {
			return Mailing{}, err
		}
		if m, err := s.compose(ctx, by, c.ID); err != nil {
			return m, err
		}
	}
	return s.perform(ctx, by, act{id: c.ID, rev: c.Rev, event: c.Event, comment: c.Reason})
}

// lead decides by the table on what is now so, changes a held mailing and writes history, story and
// audit entry.
func (s *Store) lead(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, a act) error {
	f, err := s.facts(ctx, tx, by, r)
	if err != nil {
		return err
	}
	m, err := row(r.State, a.event)
	switch {
	case err != nil:
	case by.Kind == actor.Machine && m.Need == "":
		err = m.check(f)
	default:
		m, err = Next(r.State, a.event, by, f)
	}
	if err == nil {
		err = reasoned(m.Reason, a.comment)
	}
	if err != nil {
		return err
	}
	if m.Need != "" && m.To != Cancelled {
		if err := s.opts.Enter(ctx, tx, r.IncidentID); err != nil {
			return err
		}
	}
	return s.make(ctx, tx, by, r, m, a)
}

// make carries out a row of the table. Only what people do raises the revision.
func (s *Store) make(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, m Move, a act) error {
	from := r.State
	r.State = m.To
	if from != m.To {
		r.StateSince = tx.Now
	}
	if by.Kind != actor.Machine {
		r.Rev++
	}
	if err := s.signed(ctx, tx, by, r, a.event); err != nil {
		return err
	}
	if a.do != nil {
		if err := a.do(ctx, tx, r); err != nil {
			return err
		}
	}
	if err := s.save(ctx, tx, r); err != nil {
		return err
	}
	return s.happened(ctx, tx, by, r.Mailing, a.event, from, a.comment)
}

// signed keeps who said yes and to what, or takes it away, and has the notices follow.
func (s *Store) signed(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, e Event) error {
	switch e {
	case Released, ApprovalGiven:
		r.Alone, r.ApprovedBy, r.ApprovedName, r.ApprovedAt, r.ApprovalDigest = e == Released, by.ID, by.Name, tx.Now, r.Digest
		return s.each(ctx, tx, by, r, NoticePassed, Drafted)
	case ContentEdited, SentBack:
		r.Alone, r.ApprovedBy, r.ApprovedName, r.ApprovedAt, r.ApprovalDigest = false, "", "", 0, ""
		return s.each(ctx, tx, by, r, NoticeRevoked, Passed)
	case Resumed:
		all, err := notices(ctx, tx, r.ID)
		r.Borne = int64(count(all, r.Stage).Bounced)
		return err
	case CalledOff:
		return s.each(ctx, tx, by, r, NoticeDropped, Drafted, Passed, LetterPlanned)
	}
	return nil
}

// each has the notices of a mailing that are in the given states follow it.
func (s *Store) each(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, e NoticeEvent, from ...NoticeState) error {
	all, err := notices(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	for _, n := range all {
		if !slices.Contains(from, n.State) {
			continue
		}
		m, err := NextNotice(n, e, by)
		if err != nil {
			return err
		}
		n.State, n.StateSince = m.To, tx.Now
		if err := saveNotice(ctx, tx, &n); err != nil {
			return err
		}
	}
	return nil
}

const maxComment = 1000 // characters

func reasoned(required bool, text string) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(text)); {
	case required && n == 0:
		return fault.Field("reason", "form.required")
	case n > maxComment:
		return fault.Field("reason", "form.too_long")
	}
	return nil
}

// happened writes history, story and audit entry of an event of a mailing.
func (s *Store) happened(ctx context.Context, tx *db.Tx, by actor.Actor, m Mailing, e Event, from State, comment string) error {
	if err := s.line(ctx, tx, by, m, Line{Event: string(e), From: string(from), To: string(m.State), Digest: m.Digest, Comment: strings.TrimSpace(comment)}); err != nil {
		return err
	}
	if err := s.opts.Tell(ctx, tx, by, m.IncidentID, "", "notice.told."+string(e), map[string]string{"No": m.No, "Stage": fmt.Sprint(m.Stage)}); err != nil {
		return err
	}
	if e == AllSettled && s.opts.Emit != nil {
		if err := s.opts.Emit(ctx, tx, m.IncidentID, "notice.sent", m.ID); err != nil {
			return err
		}
	}
	return s.record(ctx, tx, by, audit.Main, m, "notice.moved", map[string]string{
		"Event": string(e), "From": string(from), "To": string(m.State), "Digest": m.Digest, "Stage": fmt.Sprint(m.Stage)})
}

// makers are the events by which somebody has a hand in what a mailing says.
const makers = `('draft_begun', 'content_edited', 'approval_asked')`

// facts reads what the guards of a mailing look at.
func (s *Store) facts(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (f Facts, err error) {
	all, err := notices(ctx, tx, r.ID)
	if err != nil {
		return f, err
	}
	f = count(all, r.Stage)
	f.Stage = r.next(all)
	f.Holds = r.ApprovalDigest != "" && r.ApprovalDigest == together(all)
	f.NextPassed = r.content.Next != 0 && r.content.Next <= tx.Now
	var made int
	if err := tx.Get(ctx, &made, `SELECT count(*) FROM victim_line WHERE mailing_id = ? AND actor_id = ? AND event IN `+makers, r.ID, by.ID); err != nil {
		return f, fmt.Errorf("ask who made mailing %s: %w", r.ID, err)
	}
	f.Maker = made > 0
	if err := tx.Get(ctx, &f.Alone, `SELECT count(*) FROM victim_notice n JOIN victim_mailing m ON m.id = n.mailing_id
		WHERE m.incident_id = ? AND m.id <> ? AND m.alone = 1 AND n.state <> 'withdrawn'`, r.IncidentID, r.ID); err != nil {
		return f, fmt.Errorf("count what was released alone: %w", err)
	}
	return f, nil
}

// count is what the notices themselves say; they were read under the mailing's row.
func count(all []Notice, stage int64) (f Facts) {
	for _, n := range all {
		f.Recipients++
		if n.Blocked {
			f.Blocked++
		}
		if !n.Settled() {
			f.Unsettled++
		}
		switch {
		case n.State == Queued || n.State == Unclear:
			f.Waiting++
		case n.State == Passed && n.Medium == notice.ByMail:
			f.Left++
		case n.State == Bounced && n.Stage == stage && stage > 0:
			f.Bounced++
		}
	}
	return f
}
