package bank

import (
	"context"
	"fmt"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// What becomes of the mails that carry letters.

// mailEvents is what each end of a mail does to its request.
var mailEvents = map[string]Event{"sent": MailLeft, "left": MailLeft, "dead": MailDied, "cancelled": MailDied, "unknown": MailLost}

// MailEnded is told by the mail room, in its transaction, that a mail was handed over (sent), will
// not be (dead, cancelled), or that nobody can say (unknown). Mails of other rooms, earlier mails
// of a request and requests that a person has settled meanwhile are left alone.
func (s *Store) MailEnded(ctx context.Context, tx *db.Tx, about, mailID, state string) error {
	id, ours := strings.CutPrefix(about, "bank_request:")
	if !ours {
		return nil
	}
	event, known := mailEvents[state]
	if !known {
		return fmt.Errorf("a mail about bank request %s ended as %q", id, state)
	}
	r, err := s.held(ctx, tx, id)
	if err != nil {
		return err
	}
	if r.MailID != mailID || r.State != Sending && r.State != Unclear {
		return nil
	}
	_, err = s.act(ctx, tx, theMailRoom, act{id: id, event: event, machine: true, do: func(_ context.Context, tx *db.Tx, r *record) error {
		if event == MailLeft {
			r.SentAt, r.Method = tx.Now, ByMail
		}
		return nil
	}})
	return err
}

// MailAgain is asked by the mail room, in its transaction, whether a mail that died, or of which
// nobody knew, may leave once more. It may while the letter in it is the one that was checked and
// nobody has sent or delivered another; then the request is being sent again, so that the mail's
// end is its own. Else it is fault.Refused "bank.guard.old_mail", or what Enter says of an incident
// whose work has ended. Mails of other rooms may leave.
func (s *Store) MailAgain(ctx context.Context, tx *db.Tx, about, mailID string) error {
	id, ours := strings.CutPrefix(about, "bank_request:")
	if !ours {
		return nil
	}
	r, err := s.held(ctx, tx, id)
	if err != nil {
		return err
	}
	if r.MailID != mailID || r.State != Checked && r.State != Unclear {
		return fault.New(fault.Refused, "bank.guard.old_mail", nil)
	}
	_, err = s.act(ctx, tx, theMailRoom, act{id: id, event: MailRequeued, machine: true})
	return err
}

var theMailRoom = actor.System("mail")
