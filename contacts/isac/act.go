package isac

import (
	"context"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// act is one event that somebody wants to happen to a share as they saw it.
type act struct {
	id      string
	rev     int64
	event   Event
	comment string
	machine bool // the mail room acts, and no revision was seen
	do      func(ctx context.Context, tx *db.Tx, r *record) error
}

// told are the lines of the incident's story. What is said there names the share and no content.
var told = map[Event]string{
	Begun: "share.told.begun", Edited: "share.told.edited", Frozen: "share.told.frozen", SentBack: "share.told.sent_back",
	ApprovalGiven: "share.told.approval_given", MailQueued: "share.told.mail_queued", MailRequeued: "share.told.mail_requeued",
	MailLeft: "share.told.mail_left", MailDied: "share.told.mail_died", MailLost: "share.told.mail_lost", HandedIn: "share.told.handed_in",
	FeedbackNoted: "share.told.feedback_noted", Finished: "share.told.finished", CorrectionBegun: "share.told.correction_begun", PutAway: "share.told.put_away",
}

// act does all that belongs to one event in the caller's transaction: decide by the table on what
// is now so, change the record, write history, story and audit entry.
func (s *Store) act(ctx context.Context, tx *db.Tx, by actor.Actor, a act) (Share, error) {
	r, err := s.held(ctx, tx, a.id)
	if err != nil {
		return Share{}, err
	}
	m, err := s.decide(ctx, tx, by, r, a)
	if err != nil {
		return Share{}, err
	}
	return s.step(ctx, tx, by, &r, m, a)
}

// decide says by the table whether the event may happen to the share as the actor saw it.
func (s *Store) decide(ctx context.Context, tx *db.Tx, by actor.Actor, r record, a act) (Move, error) {
	if !a.machine && r.Rev != a.rev {
		return Move{}, fault.Stale(r.Share)
	}
	f, err := s.facts(ctx, tx, by, r)
	if err != nil {
		return Move{}, err
	}
	f.Machine = a.machine
	m, err := Next(r.State, a.event, by, f)
	if err != nil {
		return Move{}, err
	}
	return m, reasoned(m.Reason, a.comment)
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

// step does what was decided.
func (s *Store) step(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, m Move, a act) (Share, error) {
	if known(openStates, m.To) && a.event != MailDied && a.event != MailLost {
		if err := s.opts.Enter(ctx, tx, r.IncidentID); err != nil {
			return Share{}, err
		}
	}
	from := r.State
	r.State, r.StateSince = m.To, tx.Now
	if a.do != nil {
		if err := a.do(ctx, tx, r); err != nil {
			return Share{}, err
		}
	}
	if err := s.write(ctx, tx, r); err != nil {
		return Share{}, err
	}
	if err := s.line(ctx, tx, by, r, a.event, from, Args{}, strings.TrimSpace(a.comment)); err != nil {
		return Share{}, err
	}
	if err := s.opts.Tell(ctx, tx, by, r.IncidentID, told[a.event], map[string]string{"No": r.No}); err != nil {
		return Share{}, err
	}
	if r.State == Sent && from != Sent {
		if err := s.opts.Emit(ctx, tx, r.IncidentID, "share.sent", Ref(r.ID)); err != nil {
			return Share{}, err
		}
	}
	return r.Share, s.record(ctx, tx, by, r, "share.moved", Args{"Event": string(a.event), "From": string(from), "To": string(r.State)})
}

// facts reads what the guards of a share look at. The digests are computed from what is stored: a
// content or a version that was changed past the program does not pass for the one approved.
func (s *Store) facts(ctx context.Context, tx *db.Tx, by actor.Actor, r record) (f Facts, err error) {
	wrote, err := s.wrote(ctx, tx, r.ID, by)
	if err != nil {
		return Facts{}, err
	}
	f = Facts{Maker: wrote || r.SanitisedBy == by.ID, Wide: r.content.wide(), Community: r.content.community()}
	desk, found, err := s.desk(ctx, tx, r)
	if err != nil {
		return Facts{}, err
	}
	f.Mail, f.Stale = found && desk.Mail != "", desk.Stale
	if r.BundleSHA256 == "" {
		return f, nil
	}
	digest, err := s.standing(ctx, tx, r, desk.Mail)
	f.Standing = digest != ""
	f.ApprovalHolds = f.Standing && r.ApprovedBy != "" && r.ApprovalDigest == digest
	return f, err
}

func (s *Store) desk(ctx context.Context, tx *db.Tx, r record) (Desk, bool, error) {
	if r.content.DeskID == "" {
		return Desk{}, false, nil
	}
	return s.opts.Desk(ctx, tx, r.content.DeskID)
}
