package victim

import (
	"context"
	"maps"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// NoticeStep is one event of a notice and what was said with it.
type NoticeStep struct {
	Event  NoticeEvent
	Reason string
}

// logged are the events that stand in the contact log of the case: the words are the log's.
var logged = map[NoticeEvent]struct {
	medium, text string
	failed       bool
}{
	MailTaken:      {"mail", "被害通知をメールで送付した。", false},
	MailRefused:    {"mail", "被害通知のメールが届かなかった。", true},
	BounceNoted:    {"mail", "被害通知のメールが届かなかったことを確認した。", true},
	SitePosted:     {"site_message", "被害通知を会員サイトに掲示した。", false},
	LetterPosted:   {"letter", "被害通知を書面で発送した。", false},
	LetterReturned: {"letter", "被害通知の書面が返戻された。", true},
	GivenUp:        {"none", "被害通知を届ける手段がないと判断した。", true},
}

// Logged lists the events of a notice that stand in its case's contact log and story.
func Logged() []NoticeEvent { return slices.Sorted(maps.Keys(logged)) }

// step takes one event of a notice through the table, in a transaction that holds the mailing, and
// writes history, contact log, story and audit entry.
func (s *Store) step(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, n *Notice, x NoticeStep) error {
	m, err := NextNotice(*n, x.Event, by)
	if err != nil {
		return err
	}
	if err := reasoned(m.Reason, x.Reason); err != nil {
		return err
	}
	n.State, n.StateSince = m.To, tx.Now
	if slices.Contains(attempted, x.Event) {
		n.Attempts++
	}
	if err := saveNotice(ctx, tx, n); err != nil {
		return err
	}
	announce(tx, r.Mailing)
	reason := strings.TrimSpace(x.Reason)
	if err := s.line(ctx, tx, by, r.Mailing, Line{CaseNo: n.CaseNo, Event: string(x.Event), From: string(m.From), To: string(m.To), Digest: n.Digest, Comment: reason}); err != nil {
		return err
	}
	if err := s.contacted(ctx, tx, by, r, n, x.Event, reason); err != nil {
		return err
	}
	return s.record(ctx, tx, by, audit.Main, r.Mailing, "notice.one_moved", map[string]string{
		"Case": n.CaseID, "Event": string(x.Event), "From": string(m.From), "To": string(m.To), "Digest": n.Digest})
}

// contacted writes what concerns the customer into the case: its contact log and its story.
func (s *Store) contacted(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, n *Notice, e NoticeEvent, reason string) error {
	l, ok := logged[e]
	if !ok {
		return nil
	}
	text := l.text + "（" + r.No + "）"
	if reason != "" {
		text += "\n" + reason
	}
	if err := s.opts.Log(ctx, tx, by, n.CaseID, Contacted{Medium: l.medium, Failed: l.failed, Text: text}); err != nil {
		return err
	}
	return s.opts.Tell(ctx, tx, by, r.IncidentID, n.CaseID, "notice.told."+string(e), map[string]string{"No": r.No, "CaseNo": n.CaseNo})
}

// Mark is what a person says of one notice, as they saw it.
type Mark struct {
	MailingID string
	Pos       int64
	Rev       int64 // of the notice
	NoticeStep
}

// Mark applies what a person says of one notice: that a letter was posted, came back, arrived, that
// mail bounced, that paper is to be tried, or that nothing is left to try. It needs notice.write. It
// fails with fault.Conflict and the current Notice when Rev is stale, with fault.Refused when the
// table says no, and with a field fault when a reason is missing.
func (s *Store) Mark(ctx context.Context, by actor.Actor, a Mark) (n Notice, err error) {
	if err := by.Need(actor.NoticeWrite); err != nil {
		return Notice{}, err
	}
	if !bySomebody(a.Event) {
		return Notice{}, fault.New(fault.Invalid, "form.malformed", nil)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.held(ctx, tx, a.MailingID)
		if err != nil {
			return err
		}
		x, err := s.one(ctx, tx, a.MailingID, a.Pos)
		if err != nil {
			return err
		}
		if x.Rev != a.Rev {
			return fault.Stale(x.Notice)
		}
		n = x.Notice
		if err := s.mark(ctx, tx, by, &r, &n, a.NoticeStep); err != nil {
			return err
		}
		return s.watch(ctx, tx, &r)
	})
	return n, err
}

func bySomebody(e NoticeEvent) bool {
	return slices.ContainsFunc(NoticeMoves, func(m NoticeMove) bool { return m.Person && m.Event == e })
}

// mark is the step of a person. What is posted must be what was approved.
func (s *Store) mark(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, n *Notice, x NoticeStep) error {
	if x.Event == LetterPosted || x.Event == SitePosted {
		all, err := notices(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if r.ApprovalDigest == "" || together(all) != r.ApprovalDigest {
			return fault.New(fault.Refused, "notice.guard.changed", nil)
		}
	}
	return s.step(ctx, tx, by, r, n, x)
}

// PostLetters says of all letters of a mailing that wait that they were posted; reason may name the
// batch. It gives how many. fault.Refused "notice.letters.none" when none waits. It needs notice.write.
func (s *Store) PostLetters(ctx context.Context, by actor.Actor, id string, rev int64, reason string) (posted int, err error) {
	if err := by.Need(actor.NoticeWrite); err != nil {
		return 0, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.held(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.Rev != rev {
			return fault.Stale(r.Mailing)
		}
		all, err := notices(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, n := range all {
			if !n.NeedsLetter() {
				continue
			}
			if err := s.mark(ctx, tx, by, &r, &n, NoticeStep{LetterPosted, reason}); err != nil {
				return err
			}
			posted++
		}
		if posted == 0 {
			return fault.New(fault.Refused, "notice.letters.none", nil)
		}
		return s.watch(ctx, tx, &r)
	})
	return posted, err
}

// watch notes what follows for the mailing: too much mail came back, everybody is told, or somebody
// turns out not to be.
func (s *Store) watch(ctx context.Context, tx *db.Tx, r *record) error {
	all, err := notices(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	f := count(all, r.Stage)
	if r.State == Approved && slices.ContainsFunc(all, func(n Notice) bool { return n.Attempts > 0 || n.State == Withdrawn }) {
		if err := s.lead(ctx, tx, itself, r, act{event: PostBegun}); err != nil {
			return err
		}
	}
	switch {
	case r.State == Finished && f.Unsettled > 0:
		return s.lead(ctx, tx, itself, r, act{event: TroubleNoted})
	case r.State == Sending && f.Left > 0 && f.Bounced-int(r.Borne) >= tolerable(r.Stage):
		return s.lead(ctx, tx, itself, r, act{event: Bouncing})
	case (r.State == Sending || r.State == Stopped) && f.Unsettled == 0:
		return s.lead(ctx, tx, itself, r, act{event: AllSettled})
	}
	return nil
}

// tolerable is how many mails of a stage that come back stop the sending: two, and the only one of
// the first stage.
func tolerable(stage int64) int {
	if stage <= 1 {
		return 1
	}
	return 2
}
