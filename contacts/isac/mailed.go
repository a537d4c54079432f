package isac

import (
	"context"
	"fmt"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// What becomes of the mails that carry shares.

// mailEvents is what each end of a mail does to its share.
var mailEvents = map[string]Event{"sent": MailLeft, "left": MailLeft, "dead": MailDied, "cancelled": MailDied, "unknown": MailLost}

var theMailRoom = actor.System("mail")

// MailEnded is told by the mail room, in its transaction, that a mail was handed over (sent), will
// not be (dead, cancelled), or that nobody can say (unknown). Mails of other rooms, earlier mails of
// a share and shares that a person has settled meanwhile are left alone.
func (s *Store) MailEnded(ctx context.Context, tx *db.Tx, about, mailID, state string) error {
	id, ours := strings.CutPrefix(about, "share:")
	if !ours {
		return nil
	}
	event, known := mailEvents[state]
	if !known {
		return fmt.Errorf("a mail about share %s ended as %q", id, state)
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
// nobody knew, may leave once more. It may while the version in it is the one that was approved,
// nobody has sent or handed in another, and the guard still finds nothing in it. Else it is
// fault.Refused: "share.guard.old_mail", "share.guard.leak_again", or what the table says.
func (s *Store) MailAgain(ctx context.Context, tx *db.Tx, about, mailID string) error {
	id, ours := strings.CutPrefix(about, "share:")
	if !ours {
		return nil
	}
	r, err := s.held(ctx, tx, id)
	if err != nil {
		return err
	}
	within, err := s.mailed(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	if r.MailID != mailID || within != r.Version || r.State != Approved && r.State != Unclear {
		return fault.New(fault.Refused, "share.guard.old_mail", nil)
	}
	found, err := s.search(ctx, tx, r.content)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return fault.New(fault.Refused, "share.guard.leak_again", map[string]any{"No": r.No})
	}
	_, err = s.act(ctx, tx, theMailRoom, act{id: id, event: MailRequeued, machine: true})
	return err
}

// mailed is the version that went into the last mail.
func (s *Store) mailed(ctx context.Context, tx *db.Tx, id string) (n int64, err error) {
	err = tx.Get(ctx, &n, `SELECT version FROM share_line WHERE share_id = ? AND event = ? ORDER BY at DESC, id DESC LIMIT 1`, id, MailQueued)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return n, err
}
