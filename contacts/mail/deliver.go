package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
)

// waits are the pauses after the first attempts; then it is every four hours.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

const (
	usualWait = 4 * time.Hour
	// longestTry is how long a message that certainly did not leave is tried, from its first attempt.
	longestTry = 72 * time.Hour
)

// Backoff is the pause after an attempt (counted from one) that certainly left nothing with the
// server; false when three days are over and the message is a dead letter.
func Backoff(attempt int64) (time.Duration, bool) {
	var total, wait time.Duration
	for i := range attempt {
		wait = usualWait
		if i < int64(len(waits)) {
			wait = waits[i]
		}
		if total += wait; total > longestTry {
			return 0, false
		}
	}
	return wait, true
}

// Handler is the delivery of a message as an effect; cmd hands it to the effects before they run.
// It is not repeatable: what may have left is never sent again by itself.
func (s *Store) Handler() effect.Handler {
	return effect.Handler{
		Kind:    EffectKind,
		Timeout: s.options.Patience + 30*time.Second, // ours ends first, so that the outcome is ours to name
		Backoff: Backoff,
		Do:      s.deliver,
		Ended:   s.ended,
	}
}

var (
	errNotSetUp   = errors.New("no mail server is set")
	errPutOff     = errors.New("the mail was put off")
	errRefused    = errors.New("the mail was refused")
	errUncertain  = errors.New("the mail may have arrived")
	errSuperseded = errors.New("another attempt has begun")
)

// handed is the output of a delivery that the server took; it names recipients by place only.
type handed struct {
	Attempt  int64     `json:"attempt"`
	Code     int64     `json:"code"`
	Enhanced string    `json:"enhanced,omitempty"`
	Reached  []reached `json:"reached"`
}

// deliver makes one attempt. A success is written together with the effect's result, by ended;
// everything else is noted before it is answered, so that the next attempt knows it.
func (s *Store) deliver(ctx context.Context, e effect.Effect, leaving func(context.Context) error) (any, error) {
	if !s.SetUp() {
		return nil, effect.Temporary(errNotSetUp, "mail.problem.not_set_up")
	}
	t, err := s.begin(ctx, strings.TrimPrefix(e.Ref, "mail:"))
	if fault.Is(err, fault.Refused) { // a person has decided otherwise
		return nil, effect.Permanent(err, "mail.move.unknown")
	}
	if err != nil {
		return nil, err
	}
	o, err := s.attempt(ctx, t, leaving)
	if err != nil {
		return nil, err
	}
	if o.Result == HandedOver && t.refused == 0 {
		return handed{t.no, o.Code, o.Enhanced, o.Reached}, nil
	}
	if o.Result == HandedOver { // somebody was refused before and did not get it: a person has to know
		o.Result, o.Problem = WasRefused, "mail.problem.partly"
	}
	// The attempt's own time may be over; what it came to must still be kept.
	if err := s.note(context.WithoutCancel(ctx), t, o); err != nil {
		return nil, err
	}
	db.Crash("mail.noted")
	return nil, o.fault()
}

// try is one attempt: its letter, opened, and whom it goes to.
type try struct {
	mailID  string
	no      int64
	letter  parcel
	to      []target
	refused int // recipients that were refused before
}

func (s *Store) attempt(ctx context.Context, t try, leaving func(context.Context) error) (outcome, error) {
	env := envelope{to: t.to}
	if len(t.to) == 0 { // everybody has it, or was refused
		return env.all(HandedOver, AcceptedFor, reply{}, nil), nil
	}
	from, err := s.sender.sender()
	if err == nil {
		env.from = from.Address
		env.raw, err = s.sender.compose(t.letter)
	}
	if err != nil {
		return env.all(WasPutOff, PutOffFor, reply{Problem: "mail.problem.settings"}, err), nil
	}
	limited, cancel := context.WithTimeout(ctx, s.options.Patience)
	defer cancel()
	return s.sender.send(limited, env, leaving)
}

// fault tells the effects what an attempt came to. The cause is left out where the server's text,
// which may name a recipient, is in it.
func (o outcome) fault() error {
	switch o.Result {
	case WasRefused:
		return effect.Permanent(fmt.Errorf("%w at %s: %d %s", errRefused, o.Stage, o.Code, o.Enhanced), o.Problem)
	case IsUncertain:
		return effect.Uncertain(fmt.Errorf("%w: no answer at %s", errUncertain, o.Stage), o.Problem)
	}
	if o.Code != 0 || o.cause == nil {
		return effect.Temporary(fmt.Errorf("%w at %s: %d %s", errPutOff, o.Stage, o.Code, o.Enhanced), o.Problem)
	}
	return effect.Temporary(fmt.Errorf("%w at %s: %w", errPutOff, o.Stage, o.cause), o.Problem)
}

// begin writes down that an attempt is under way and opens the letter for it. The Message-ID is
// made here, once: it is durable before anything leaves.
func (s *Store) begin(ctx context.Context, id string) (t try, err error) {
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		if err := r.move(tx, itself, Begun); err != nil {
			return err
		}
		if r.MessageID == "" {
			r.MessageID = uuid.NewString() + "@" + s.sender.domain()
		}
		if err := cutOff(ctx, tx, id); err != nil {
			return err
		}
		r.Attempts++
		t = try{mailID: id, no: r.Attempts}
		if _, err := tx.Exec(ctx, `INSERT INTO mail_attempt (id, mail_id, no, started_at, result) VALUES (?, ?, ?, ?, ?)`,
			tx.NewID(), id, t.no, tx.Now, Running); err != nil {
			return fmt.Errorf("begin an attempt: %w", err)
		}
		if err := s.save(ctx, tx, r); err != nil {
			return err
		}
		return s.pack(ctx, tx, r, &t)
	})
	return t, err
}

// cutOff closes an attempt that its process did not live to end.
func cutOff(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE mail_attempt SET result = ?, ended_at = ? WHERE mail_id = ? AND result = ?`, CutOff, tx.Now, id, Running)
	if err != nil {
		return fmt.Errorf("close an attempt: %w", err)
	}
	return nil
}

// note keeps what an attempt came to that did not end in success for everybody.
func (s *Store) note(ctx context.Context, t try, o outcome) error {
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, t.mailID, true)
		if err != nil {
			return err
		}
		if err := closeAttempt(ctx, tx, t.mailID, t.no, o); err != nil {
			return err
		}
		if err := keepReached(ctx, tx, t.mailID, o.Reached); err != nil {
			return err
		}
		r.Code, r.Enhanced, r.Problem = o.Code, o.Enhanced, o.Problem
		if o.Result == WasPutOff {
			if err := r.move(tx, itself, PutOff); err != nil {
				return err
			}
		}
		db.Crash("mail.note")
		return s.save(ctx, tx, r)
	})
}

// closeAttempt writes the end of an attempt, unless another has begun meanwhile.
func closeAttempt(ctx context.Context, tx *db.Tx, id string, no int64, o outcome) error {
	n, err := tx.Exec(ctx, `UPDATE mail_attempt SET ended_at = ?, result = ?, stage = ?, code = ?, enhanced = ?, problem = ?
		WHERE mail_id = ? AND no = ? AND result = ?`, tx.Now, o.Result, o.Stage, o.Code, o.Enhanced, o.Problem, id, no, Running)
	if err != nil {
		return fmt.Errorf("end an attempt: %w", err)
	}
	if n == 0 {
		return errSuperseded
	}
	return nil
}

func keepReached(ctx context.Context, tx *db.Tx, id string, all []reached) error {
	for _, r := range all {
		if _, err := tx.Exec(ctx, `UPDATE mail_recipient SET state = ?, code = ?, enhanced = ?, at = ? WHERE mail_id = ? AND pos = ?`,
			r.State, r.Code, r.Enhanced, tx.Now, id, r.Pos); err != nil {
			return fmt.Errorf("keep what became of a recipient: %w", err)
		}
	}
	return nil
}
