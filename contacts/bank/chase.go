package bank

import (
	"context"
	"math"
	"slices"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// House targets (operations.md section 4, proposals): the bank is phoned 30 minutes after the
// decision, the letter leaves 2 hours after it, and an answer is asked for 2 hours after the
// letter, 4 hours after that, and then every day at 10:00.
const (
	phoneWithin  = 30 * time.Minute
	letterWithin = 2 * time.Hour
	firstChase   = 2 * time.Hour
	secondChase  = 4 * time.Hour
	chaseHour    = 10
)

// never sorts requests that wait for nothing behind all others.
const never = db.Instant(math.MaxInt64)

// japan is where 10:00 is. Japan has had one offset since 1951.
var japan = time.FixedZone("Asia/Tokyo", 9*60*60)

// NextChase is the first moment after another at which a bank that was written to is asked.
func NextChase(sent, after db.Instant) db.Instant {
	for _, at := range []db.Instant{sent.Add(firstChase), sent.Add(firstChase + secondChase)} {
		if at > after {
			return at
		}
	}
	y, m, d := after.In(japan).Date()
	at := time.Date(y, m, d, chaseHour, 0, 0, 0, japan)
	if db.At(at) <= after {
		at = at.AddDate(0, 0, 1)
	}
	return db.At(at)
}

// setDue says when the firm has to act next. spoken is when the bank was last spoken with or
// answered; asking it again counts from there.
func (r *record) setDue(spoken db.Instant) {
	switch {
	case slices.Contains(unsent, r.State) && r.PhonedAt == 0:
		r.DueWhat, r.DueAt = PhoneDue, r.DecidedAt.Add(phoneWithin)
	case slices.Contains(unsent, r.State):
		r.DueWhat, r.DueAt = LetterDue, r.DecidedAt.Add(letterWithin)
	case slices.Contains(chased, r.State):
		r.DueWhat, r.DueAt = AnswerDue, NextChase(r.SentAt, max(spoken, r.SentAt))
	default:
		r.DueWhat, r.DueAt = "", never
	}
}

// Ref is what a request is called by in other rooms.
func Ref(id string) string { return "bank_request:" + id }

// remind has the funds desk reminded of what is due, after the state was changed. A reminder that
// stands is left alone, so that a rung is not said twice.
func (s *Store) remind(ctx context.Context, tx *db.Tx, r *record, before What) error {
	c := Chase{IncidentID: r.IncidentID, Ref: Ref(r.ID), What: r.DueWhat, Role: actor.Funds, From: r.DecidedAt, Due: r.DueAt,
		Args: map[string]string{"No": r.No}}
	if r.DueWhat == before {
		return nil
	}
	if before != "" {
		if err := s.opts.ClearReminders(ctx, tx, c.Ref); err != nil {
			return err
		}
	}
	switch r.DueWhat {
	case "":
		return nil
	case AnswerDue:
		c.From, c.Due = r.SentAt, 0
	}
	return s.opts.Remind(ctx, tx, c)
}
