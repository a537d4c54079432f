package draft

import (
	"context"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

const maxReason = 2000 // characters

// Cause is one event that a person wants to happen to a draft as they saw it.
type Cause struct {
	ID     string
	Rev    int64 // of the draft as it was on the person's screen
	Event  Event
	Reason string // required where the table says so
}

// Move applies one event. Publishing keeps the text as the newest version in the same transaction:
// what was read under Rev is what becomes the version. It fails with fault.Conflict and the Draft
// as it now is when Rev is stale, with fault.Refused or fault.Forbidden when the table or a guard
// says no, and with fault.Invalid when a reason is missing or cannot be kept.
func (s *Store) Move(ctx context.Context, by actor.Actor, c Cause) (d Draft, err error) {
	if err := by.Need(actor.PlaybookDraft); err != nil {
		return Draft{}, err
	}
	if c.Event == Edited {
		return Draft{}, fault.New(fault.Invalid, "form.malformed", nil)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if d, err = s.at(ctx, tx, c.ID, c.Rev); err != nil {
			return err
		}
		return s.move(ctx, tx, by, &d, c)
	})
	return d, err
}

func (s *Store) move(ctx context.Context, tx *db.Tx, by actor.Actor, d *Draft, c Cause) error {
	facts, err := s.facts(ctx, tx, by, *d)
	if err != nil {
		return err
	}
	to, err := Moves.Next(d.State, c.Event, by, facts)
	if err != nil {
		return err
	}
	why, err := reason(c.Reason, to.Reason)
	if err != nil {
		return err
	}
	if c.Event == Publication {
		v, err := s.opts.Publish(ctx, tx, by, []byte(d.Body))
		if err != nil {
			return err
		}
		d.Version = v.ID
	}
	d.State, d.StateSince, d.EditedAt = to.To, tx.Now, tx.Now
	if err := s.save(ctx, tx, by, d, Line{Event: c.Event, Reason: why}); err != nil {
		return err
	}
	db.Crash("draft.moved")
	return nil
}

// reason trims what a person typed and refuses what cannot be kept.
func reason(raw string, needed bool) (string, error) {
	why := strings.TrimSpace(raw)
	switch {
	case !utf8.ValidString(why) || strings.ContainsRune(why, 0):
		return "", fault.Field("reason", "workflow.comment.text")
	case utf8.RuneCountInString(why) > maxReason:
		return "", fault.Field("reason", "workflow.comment.long")
	case why == "" && needed:
		return "", fault.Field("reason", "workflow.comment.needed")
	}
	return why, nil
}
