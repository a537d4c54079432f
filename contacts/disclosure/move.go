package disclosure

import (
	"context"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Cause is one event that a person wants to happen to a notice as they saw it.
type Cause struct {
	ID     string
	Rev    int64 // of the notice as it was on the person's screen
	Event  Event
	Reason string // sealed; required where the table says so
}

// Move applies one event that brings no more than a reason. It fails with fault.Conflict and the
// current Disclosure when Rev is stale, with fault.Refused or fault.Forbidden when the table or a
// guard says no, and with fault.Invalid when a reason is missing. Who may do what stands in the table.
func (s *Store) Move(ctx context.Context, by actor.Actor, c Cause) (d Disclosure, err error) {
	if err := by.Need(actor.DisclosureRead); err != nil {
		return Disclosure{}, err
	}
	if slices.ContainsFunc(Moves, func(m Move) bool { return m.Event == c.Event && m.Form }) {
		return Disclosure{}, fault.New(fault.Invalid, "form.malformed", nil)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.act(ctx, tx, by, act{id: c.ID, rev: c.Rev, event: c.Event, comment: c.Reason, do: s.doing(c)})
		d = r.Disclosure
		db.Crash("disclosure.move")
		return err
	})
	return d, err
}

// doing is what an event changes beside the state.
func (s *Store) doing(c Cause) func(context.Context, *db.Tx, actor.Actor, *record) (db.Args, error) {
	switch c.Event {
	case SentBack, Dropped:
		return func(_ context.Context, _ *db.Tx, _ actor.Actor, r *record) (db.Args, error) {
			r.unsigned()
			return nil, nil
		}
	case TimeTakenBack:
		return func(_ context.Context, _ *db.Tx, _ actor.Actor, r *record) (db.Args, error) {
			r.PublishAt = 0
			return nil, nil
		}
	case OverrideGiven:
		return func(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (_ db.Args, err error) {
			r.OverrideBy, r.OverrideName, r.OverrideAt, r.OverrideDigest = by.ID, by.Name, tx.Now, r.Digest
			r.SealedReason, err = s.seal(ctx, tx, r.IncidentID, place("override_reason", r.ID), []byte(strings.TrimSpace(c.Reason)))
			return nil, err
		}
	}
	return nil
}

// unsigned takes away what people said about an earlier content.
func (r *record) unsigned() {
	r.Round++
	r.OverrideBy, r.OverrideName, r.OverrideAt, r.OverrideDigest, r.SealedReason = "", "", 0, "", nil
	r.PublishAt = 0
}

// Edit replaces what was written and chosen. It makes every signature void. An incomplete text is kept
// as it is. It fails with fault.Conflict and the current Disclosure when rev is stale, with
// fault.Invalid and the fields that cannot be kept, and with fault.Refused when it can no longer be
// changed or nothing differs. It needs disclosure.write.
func (s *Store) Edit(ctx context.Context, by actor.Actor, id string, rev int64, snapshotID string, c Content) (d Disclosure, err error) {
	if err := by.Need(actor.DisclosureWrite); err != nil {
		return Disclosure{}, err
	}
	c = c.Tidied()
	if bad := c.Problems(); len(bad) > 0 {
		return Disclosure{}, fault.Form(bad)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.act(ctx, tx, by, act{id: id, rev: rev, event: ContentEdited, do: s.edit(snapshotID, c)})
		d = r.Disclosure
		db.Crash("disclosure.edit")
		return err
	})
	return d, err
}

func (s *Store) edit(snapshotID string, c Content) func(context.Context, *db.Tx, actor.Actor, *record) (db.Args, error) {
	return func(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (db.Args, error) {
		if snapshotID != "" {
			snap, err := s.opts.Snapshot(ctx, tx, snapshotID)
			if fault.Is(err, fault.NotFound) || err == nil && snap.IncidentID != r.IncidentID {
				return nil, fault.Field("snapshot", "form.choice")
			}
			if err != nil {
				return nil, err
			}
		}
		if same(r.content, c) && r.SnapshotID == snapshotID {
			return nil, fault.New(fault.Refused, "disclosure.unchanged", nil)
		}
		r.SnapshotID, r.MadeBy, r.MadeName, r.MadeAt = snapshotID, by.ID, by.Name, tx.Now
		r.unsigned()
		if err := s.setContent(ctx, tx, r, c); err != nil {
			return nil, err
		}
		done, err := s.compose(ctx, tx, *r, tx.Now.Time(), false)
		if err != nil && !fault.Is(err, fault.Invalid) {
			return nil, err
		}
		r.Digest = done.digest
		return nil, nil
	}
}

// same reports whether two contents say the same.
func same(a, b Content) bool {
	a, b = a.Tidied(), b.Tidied()
	return a.JA == b.JA && a.EN == b.EN && a.English == b.English && a.DeskPhone == b.DeskPhone && a.Next == b.Next &&
		slices.Equal(a.Measures, b.Measures) && slices.Equal(a.Figures, b.Figures)
}
