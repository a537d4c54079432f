package victim

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

// What becomes of the mails that carry notices.

// mailEvents is what each end of a mail does to its notice.
var mailEvents = map[string]NoticeEvent{"sent": MailTaken, "dead": MailRefused, "cancelled": MailGivenUp, "unknown": MailLost}

var theMailRoom = actor.System("mail")

// about reads "notice:<mailing>:<pos>"; ok is false for mails of other rooms.
func about(s string) (id string, pos int64, ok bool, err error) {
	rest, ok := strings.CutPrefix(s, "notice:")
	if !ok {
		return "", 0, false, nil
	}
	id, n, _ := strings.Cut(rest, ":")
	pos, err = strconv.ParseInt(n, 10, 64)
	if err != nil {
		return "", 0, true, fmt.Errorf("a mail about %q: %w", s, err)
	}
	return id, pos, true, nil
}

// MailEnded is told by the mail room, in its transaction, that a mail was handed over (sent), will
// not be (dead, cancelled), or that nobody can say (unknown). Mails of other rooms, and notices that a
// person has led elsewhere meanwhile, are left alone. Too many refusals stop the mailing.
func (s *Store) MailEnded(ctx context.Context, tx *db.Tx, aboutMail, mailID, state string) error {
	id, pos, mine, err := about(aboutMail)
	if err != nil || !mine {
		return err
	}
	event, known := mailEvents[state]
	if !known {
		return fmt.Errorf("the mail about notice %s %d ended as %q", id, pos, state)
	}
	r, n, err := s.carried(ctx, tx, id, pos)
	if err != nil {
		return err
	}
	if n.MailID != mailID || !slices.Contains([]NoticeState{Queued, Unclear}, n.State) || n.State == Unclear && event == MailLost {
		return nil
	}
	if err := s.step(ctx, tx, theMailRoom, &r, &n, NoticeStep{Event: event}); err != nil {
		return err
	}
	return s.watch(ctx, tx, &r)
}

// MailAgain is asked by the mail room, in its transaction, whether a mail that died, or of which
// nobody knew, may leave once more. It may while nobody has turned to paper or called the mailing
// off; else it is fault.Refused "notice.guard.old_mail", or what Enter says of an incident whose work
// has ended. Mails of other rooms may leave.
func (s *Store) MailAgain(ctx context.Context, tx *db.Tx, aboutMail, mailID string) error {
	id, pos, mine, err := about(aboutMail)
	if err != nil || !mine {
		return err
	}
	r, n, err := s.carried(ctx, tx, id, pos)
	if err != nil {
		return err
	}
	if n.MailID != mailID || r.State == Cancelled || n.State != Bounced && n.State != Unclear {
		return fault.New(fault.Refused, "notice.guard.old_mail", nil)
	}
	if err := s.opts.Enter(ctx, tx, r.IncidentID); err != nil {
		return err
	}
	return s.step(ctx, tx, theMailRoom, &r, &n, NoticeStep{Event: MailRequeued})
}

// carried is the notice that a mail carries, under its mailing's row.
func (s *Store) carried(ctx context.Context, tx *db.Tx, id string, pos int64) (record, Notice, error) {
	r, err := s.held(ctx, tx, id)
	if err != nil {
		return record{}, Notice{}, err
	}
	n, err := s.one(ctx, tx, id, pos)
	return r, n.Notice, err
}
