package bank

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Send puts a checked letter into the outbox, in one transaction with the request's state. It
// needs bank.send. It fails with fault.Refused "bank.guard.no_mail" when the directory has no mail
// address of the bank and "bank.guard.stale_desk" when nobody has made sure of it, and with
// fault.Conflict when rev is stale.
func (s *Store) Send(ctx context.Context, by actor.Actor, id string, rev int64) (out Request, err error) {
	if err := by.Need(actor.BankSend); err != nil {
		return Request{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.act(ctx, tx, by, act{id: id, rev: rev, event: MailQueued, do: s.post(by)})
		return err
	})
	return out, err
}

// SendChecked puts every checked letter of an incident into the outbox and says how many, in the
// caller's transaction: what a playbook does after its approval. A bank without a mail address, or
// with one that nobody has made sure of, is left out; its letter stays checked until somebody
// verifies the desk and sends it, or delivers it. Said again it sends nothing more, because what was
// put into the outbox is no longer checked. In an incident whose work has ended it is refused.
func (s *Store) SendChecked(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) (sent int, err error) {
	if err := by.Need(actor.BankSend); err != nil {
		return 0, err
	}
	if err := s.opts.Enter(ctx, tx, incidentID); err != nil {
		return 0, err
	}
	rows, err := s.checked(ctx, tx, incidentID)
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		desk, found, err := s.opts.Desk(ctx, tx, r.ToBank)
		if err != nil {
			return sent, err
		}
		if !found || desk.Mail == "" || desk.Stale {
			continue
		}
		if _, err := s.act(ctx, tx, by, act{id: r.ID, rev: r.Rev, event: MailQueued, machine: by.Kind == actor.Machine, do: s.post(by)}); err != nil {
			return sent, err
		}
		sent++
	}
	return sent, nil
}

// post hands the standing letter to the mail room. The key is the same for one sending however
// often it is attempted; a letter that is sent again after it died has another.
func (s *Store) post(by actor.Actor) func(context.Context, *db.Tx, *record) error {
	return func(ctx context.Context, tx *db.Tx, r *record) error {
		desk, _, err := s.opts.Desk(ctx, tx, r.ToBank)
		if err != nil {
			return err
		}
		pdf, sum, err := s.pdf(ctx, tx, r.ID, r.Letter)
		if err != nil {
			return err
		}
		if sum != r.SHA256 {
			return fmt.Errorf("bank request %s: the letter is not the one that was checked", r.ID)
		}
		l, err := s.letterData(ctx, tx, *r)
		if err != nil {
			return err
		}
		r.Sendings++
		subject, text := l.covering()
		r.MailID, err = s.opts.Send(ctx, tx, by, Mail{To: []string{desk.Mail}, Subject: subject, Text: text, File: fileName(r.Request, r.Letter), PDF: pdf,
			About: Ref(r.ID), IncidentID: r.IncidentID, Key: fmt.Sprintf("bank:%s:%d:%d", r.ID, r.Letter, r.Sendings)})
		return err
	}
}

func fileName(r Request, version int64) string {
	return r.No + "-" + strconv.FormatInt(version, 10) + ".pdf"
}

// Handover is what a person states who delivered a letter in another way than by the program's mail.
type Handover struct {
	ID     string
	Rev    int64
	Method Method
	At     db.Instant
	Note   string // to whom; sealed
}

// HandOver records that a checked letter was delivered by fax, by hand, by post or on a bank's
// portal. It needs bank.send. It fails like Send, and with fault.Invalid and the fields that are
// wrong: a letter is not delivered before it was checked, nor in the future.
func (s *Store) HandOver(ctx context.Context, by actor.Actor, h Handover) (out Request, err error) {
	if err := by.Need(actor.BankSend); err != nil {
		return Request{}, err
	}
	if !slices.Contains(Methods, h.Method) {
		return Request{}, fault.Field("method", "form.choice")
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.act(ctx, tx, by, act{id: h.ID, rev: h.Rev, event: HandedOver, comment: h.Note, args: Args{"Method": string(h.Method)},
			do: func(_ context.Context, tx *db.Tx, r *record) error {
				switch {
				case h.At > tx.Now:
					return fault.Field("sent_at", "form.future")
				case h.At < toMinute(r.CheckedAt):
					return fault.Field("sent_at", "bank.hand.before_check")
				}
				r.SentAt, r.Method = h.At, h.Method
				return nil
			}})
		return err
	})
	return out, renamedReason(err, "hand_note")
}
