package mail

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
)

// Decision is a person's word about a message: TriedAgain, GivenUp, Arrived or NotArrived. Rev is
// that of the message the person was looking at.
type Decision struct {
	ID     string
	Rev    int64
	Event  Event
	Reason string
}

// maxReason is in characters.
const maxReason = 500

// Decide carries out what a person decided. It needs mail.manage. It fails with fault.Conflict and the
// message as it now is when Rev is stale, fault.Refused when the table of moves says no or the
// message is just being sent, with what the room it is of says when it may not leave again, and a
// field fault without a reason.
func (s *Store) Decide(ctx context.Context, by actor.Actor, d Decision) (m Message, err error) {
	if err := by.Need(actor.MailManage); err != nil {
		return m, err
	}
	d.Reason = strings.TrimSpace(d.Reason)
	if n := utf8.RuneCountInString(d.Reason); n == 0 || n > maxReason || !utf8.ValidString(d.Reason) {
		return m, fault.Field("reason", "mail.reason.missing")
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.decide(ctx, tx, by, d)
		if err != nil {
			return err
		}
		m = r.Message
		db.Crash("mail.decide")
		return nil
	})
	return m, err
}

func (s *Store) decide(ctx context.Context, tx *db.Tx, by actor.Actor, d Decision) (*row, error) {
	r, err := s.withdrawn(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	if r.Rev != d.Rev {
		return nil, fault.Stale(r.Message)
	}
	if d.Event == ArrivedPartly { // follows from what the server said, and is nobody's choice
		return nil, fault.New(fault.Refused, "mail.move.unknown", map[string]any{"State": string(r.State), "Event": string(d.Event)})
	}
	from := r.State
	to, err := Next(from, d.Event, by)
	if err != nil {
		return nil, err
	}
	if to == Queued && s.options.Again != nil {
		if err := s.options.Again(ctx, tx, r.Message); err != nil {
			return nil, err
		}
	}
	if d.Event, err = s.reach(ctx, tx, r, d.Event); err != nil {
		return nil, err
	}
	if err := r.move(tx, by, d.Event); err != nil {
		return nil, err
	}
	if r.State == Sent || r.State == Queued {
		r.Problem = ""
	}
	if err := s.save(ctx, tx, r); err != nil {
		return nil, err
	}
	if err := s.resolve(ctx, tx, by, r, from, d); err != nil {
		return nil, err
	}
	return r, s.decided(ctx, tx, by, r, from, d)
}

// withdrawn loads the message to be decided on. One that still waits for its turn is taken out of
// it first: the effect is asked before the message is held, in the order in which a delivery
// writes them.
func (s *Store) withdrawn(ctx context.Context, tx *db.Tx, d Decision) (*row, error) {
	r, err := s.load(ctx, tx, d.ID, false)
	if err != nil {
		return nil, err
	}
	if d.Event == GivenUp && (r.State == Queued || r.State == Deferred) && r.EffectID != "" {
		ok, err := s.effects.Cancel(ctx, tx, r.EffectID)
		if err != nil {
			return nil, fmt.Errorf("withdraw mail %s: %w", r.ID, err)
		}
		if !ok {
			return nil, fault.New(fault.Refused, "mail.move.under_way", nil)
		}
	}
	return s.load(ctx, tx, d.ID, true)
}

// reach carries the decision to the recipients it is about.
func (s *Store) reach(ctx context.Context, tx *db.Tx, r *row, e Event) (Event, error) {
	var from, to Reach
	switch e {
	case Arrived:
		from, to = UnknownWhether, AcceptedFor
	case NotArrived:
		from, to = UnknownWhether, Pending
	case TriedAgain:
		from, to = RefusedFor, Pending
	default: // given up: what is known of them stays
		return e, nil
	}
	if _, err := tx.Exec(ctx, `UPDATE mail_recipient SET state = ?, at = ? WHERE mail_id = ? AND state = ?`, to, tx.Now, r.ID, from); err != nil {
		return e, fmt.Errorf("decide on the recipients of mail %s: %w", r.ID, err)
	}
	if e != Arrived {
		return e, nil
	}
	var left int
	if err := tx.Get(ctx, &left, `SELECT count(*) FROM mail_recipient WHERE mail_id = ? AND state <> ?`, r.ID, AcceptedFor); err != nil {
		return e, fmt.Errorf("count recipients of mail %s: %w", r.ID, err)
	}
	if left > 0 {
		r.Problem = "mail.problem.partly"
		return ArrivedPartly, nil
	}
	return e, nil
}

// resolve tells the effect; what was withdrawn, or had failed before, has nothing to be told.
func (s *Store) resolve(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, from State, d Decision) error {
	how, ok := map[Event]effect.How{Arrived: effect.HappenedByHand, NotArrived: effect.Again, TriedAgain: effect.Again,
		ArrivedPartly: effect.GiveUp, GivenUp: effect.GiveUp}[d.Event]
	if !ok || d.Event == GivenUp && from != Unknown {
		return nil
	}
	e, err := s.effects.Get(ctx, tx, r.EffectID)
	if err != nil {
		return fmt.Errorf("read the delivery of mail %s: %w", r.ID, err)
	}
	if _, err := s.effects.Resolve(ctx, tx, by, e.ID, e.Rev, how, "mail."+string(d.Event)); err != nil {
		return fmt.Errorf("resolve the delivery of mail %s: %w", r.ID, err)
	}
	return nil
}

// decided keeps who decided what and why, and tells whom it concerns.
func (s *Store) decided(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, from State, d Decision) error {
	id := tx.NewID()
	sealed, err := s.vault.SealText(ctx, tx, subjectOf(r.ID), place("mail_decision", "reason", id), d.Reason)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO mail_decision (id, mail_id, at, actor_id, actor_name, event, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		id, r.ID, tx.Now, by.ID, by.Name, d.Event, sealed); err != nil {
		return fmt.Errorf("keep a decision on mail %s: %w", r.ID, err)
	}
	if err := record(ctx, tx, by, audit.Main, "mail."+string(d.Event), r.ID, struct {
		From State `json:"from"`
		To   State `json:"to"`
	}{from, r.State}); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, by, r.Message, "mail."+string(d.Event)); err != nil {
		return err
	}
	if r.State == Queued {
		return nil
	}
	return s.out(ctx, tx, r.Message)
}
