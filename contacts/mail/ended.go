package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/effect"
)

// ended writes where a message stands, in the transaction that writes its effect's final state:
// one is never kept without the other. What a person has decided already stands.
func (s *Store) ended(ctx context.Context, tx *db.Tx, e effect.Effect) error {
	r, err := s.load(ctx, tx, strings.TrimPrefix(e.Ref, "mail:"), true)
	if err != nil {
		return err
	}
	if r.State.Ended() {
		return nil
	}
	switch e.State {
	case effect.Done:
		return s.handedOver(ctx, tx, r, e)
	case effect.Unknown:
		return s.lostTrack(ctx, tx, r)
	case effect.Failed, effect.TimedOut:
		return s.failed(ctx, tx, r, e)
	}
	return nil // cancelled: by give up, which moves the message itself
}

// handedOver: the server took it for everybody.
func (s *Store) handedOver(ctx context.Context, tx *db.Tx, r *row, e effect.Effect) error {
	var out handed
	if err := json.Unmarshal(e.Output, &out); err != nil {
		return fmt.Errorf("read what became of mail %s: %w", r.ID, err)
	}
	o := outcome{Result: HandedOver, reply: reply{Stage: AtEnd, Code: out.Code, Enhanced: out.Enhanced}}
	if err := closeAttempt(ctx, tx, r.ID, out.Attempt, o); err != nil {
		return err
	}
	if err := keepReached(ctx, tx, r.ID, out.Reached); err != nil {
		return err
	}
	r.Code, r.Enhanced, r.Problem = out.Code, out.Enhanced, ""
	return s.settle(ctx, tx, r, Accepted)
}

// lostTrack: it may have left. Where the attempt was not even noted, nobody knows of any of its
// recipients.
func (s *Store) lostTrack(ctx context.Context, tx *db.Tx, r *row) error {
	open, err := running(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	if open {
		if _, err := tx.Exec(ctx, `UPDATE mail_recipient SET state = ?, code = 0, enhanced = '', at = ? WHERE mail_id = ? AND state IN (?, ?)`,
			UnknownWhether, tx.Now, r.ID, Pending, PutOffFor); err != nil {
			return fmt.Errorf("mark recipients of mail %s: %w", r.ID, err)
		}
		if err := cutOff(ctx, tx, r.ID); err != nil {
			return err
		}
		r.Code, r.Enhanced, r.Problem = 0, "", "mail.problem.uncertain"
	}
	return s.settle(ctx, tx, r, LostTrack)
}

// failed: refused for good, or put off for three days.
func (s *Store) failed(ctx context.Context, tx *db.Tx, r *row, e effect.Effect) error {
	if err := cutOff(ctx, tx, r.ID); err != nil {
		return err
	}
	accepted, err := count(ctx, tx, r.ID, AcceptedFor)
	if err != nil {
		return err
	}
	if accepted > 0 {
		r.Problem = "mail.problem.partly"
	} else if r.Problem == "" {
		r.Problem = e.Problem
	}
	if r.State == Sending && e.State == effect.Failed {
		return s.settle(ctx, tx, r, Refused)
	}
	return s.settle(ctx, tx, r, Expired)
}

// settle moves a message to where it stays, tells the room it is of and writes it down.
func (s *Store) settle(ctx context.Context, tx *db.Tx, r *row, event Event) error {
	if err := r.move(tx, itself, event); err != nil {
		return err
	}
	if err := s.save(ctx, tx, r); err != nil {
		return err
	}
	if err := record(ctx, tx, itself, audit.Main, "mail."+string(event), r.ID, struct {
		State   State `json:"state"`
		Attempt int64 `json:"attempt"`
		Code    int64 `json:"code,omitempty"`
	}{r.State, r.Attempts, r.Code}); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, itself, r.Message, "mail."+string(r.State)); err != nil {
		return err
	}
	return s.out(ctx, tx, r.Message)
}

func (s *Store) out(ctx context.Context, tx *db.Tx, m Message) error {
	if s.options.Ended == nil {
		return nil
	}
	return s.options.Ended(ctx, tx, m)
}

func count(ctx context.Context, tx *db.Tx, id string, reach Reach) (n int, err error) {
	if err := tx.Get(ctx, &n, `SELECT count(*) FROM mail_recipient WHERE mail_id = ? AND state = ?`, id, reach); err != nil {
		return 0, fmt.Errorf("count recipients of mail %s: %w", id, err)
	}
	return n, nil
}

// running says that an attempt was begun and not ended.
func running(ctx context.Context, tx *db.Tx, id string) (bool, error) {
	var n int
	if err := tx.Get(ctx, &n, `SELECT count(*) FROM mail_attempt WHERE mail_id = ? AND result = ?`, id, Running); err != nil {
		return false, fmt.Errorf("look for an open attempt of mail %s: %w", id, err)
	}
	return n > 0, nil
}
