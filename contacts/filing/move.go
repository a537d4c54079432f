package filing

import (
	"context"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Cause is one event that a person wants to happen to a filing as they saw it.
type Cause struct {
	ID     string
	Rev    int64 // of the filing as it was on the person's screen
	Event  Event
	Reason string // sealed; required where the table says so
}

// Move applies one event that brings no more than a reason. It fails with fault.Conflict and the
// current Filing when Rev is stale, with fault.Refused or fault.Forbidden when the table or a
// guard says no, and with fault.Invalid when a reason is missing. Who may do what stands in the
// table.
func (s *Store) Move(ctx context.Context, by actor.Actor, c Cause) (f Filing, err error) {
	if err := by.Need(actor.FilingRead); err != nil {
		return Filing{}, err
	}
	if slices.ContainsFunc(Moves, func(m Move) bool { return m.Event == c.Event && m.Form }) {
		return Filing{}, fault.New(fault.Invalid, "form.malformed", nil)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err = s.act(ctx, tx, by, act{id: c.ID, rev: c.Rev, event: c.Event, comment: c.Reason, do: s.doing(c)})
		db.Crash("filing.move")
		return err
	})
	return f, err
}

// doing is what an event changes beside the state.
func (s *Store) doing(c Cause) func(context.Context, *db.Tx, actor.Actor, *record) (Items, error) {
	switch c.Event {
	case DraftStarted, SheetTaken:
		return s.take
	case AmendmentStarted:
		return s.amend
	case ReviewPassed, ApprovalGiven:
		return signed(c.Event)
	case SentBack:
		return func(_ context.Context, _ *db.Tx, _ actor.Actor, r *record) (Items, error) {
			r.unapproved()
			return nil, nil
		}
	case WaiverAsked:
		return s.waive(c.Reason)
	case WaiverWithdrawn:
		return func(_ context.Context, _ *db.Tx, _ actor.Actor, r *record) (Items, error) {
			r.withdrawn()
			return nil, nil
		}
	case WaiverAgreed:
		return func(ctx context.Context, tx *db.Tx, _ actor.Actor, r *record) (Items, error) {
			r.DueKey = never
			return nil, s.clear(ctx, tx, r)
		}
	case Reconsidered:
		return s.reconsider
	}
	return nil
}

// signed keeps who said yes, and to which payload.
func signed(e Event) func(context.Context, *db.Tx, actor.Actor, *record) (Items, error) {
	return func(_ context.Context, tx *db.Tx, by actor.Actor, r *record) (Items, error) {
		digest := r.form.Digest()
		if e == ReviewPassed {
			r.ReviewedBy, r.ReviewedName, r.ReviewedAt, r.ReviewDigest = by.ID, by.Name, tx.Now, digest
		} else {
			r.ApprovedBy, r.ApprovedName, r.ApprovedAt, r.ApprovalDigest = by.ID, by.Name, tx.Now, digest
		}
		return nil, nil
	}
}

// amend begins the next version: what the fact sheet tells otherwise than the version that was
// handed in is copied, the rest stays as it was worded.
func (s *Store) amend(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (Items, error) {
	r.Version++
	r.DueKey = tx.Now // what was reported wrongly is corrected without delay
	return s.take(ctx, tx, by, r)
}

func (s *Store) waive(reason string) func(context.Context, *db.Tx, actor.Actor, *record) (Items, error) {
	return func(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (_ Items, err error) {
		r.WaiverBy, r.WaiverName, r.WaiverAt, r.reason = by.ID, by.Name, tx.Now, strings.TrimSpace(reason)
		r.SealedReason, err = s.seal(ctx, tx, r.IncidentID, place("waiver_reason", r.ID), []byte(r.reason))
		return nil, err
	}
}

// reconsider begins anew: the limit counts from the same awareness as before.
func (s *Store) reconsider(ctx context.Context, tx *db.Tx, _ actor.Actor, r *record) (Items, error) {
	r.withdrawn()
	r.unapproved()
	r.Version, r.SealedForm, r.SealedBase, r.PayloadDigest = 0, nil, nil, ""
	r.SheetVersion, r.SheetDigest, r.StaleVersion, r.StaleItems = 0, "", 0, nil
	return nil, s.retime(ctx, tx, r)
}

// Edit replaces what the form says. It makes a review and an approval void. It fails with
// fault.Conflict and the current Filing when rev is stale, with fault.Invalid and the fields that
// are wrong, and with fault.Refused when the form can no longer be changed. It needs filing.write.
func (s *Store) Edit(ctx context.Context, by actor.Actor, id string, rev int64, p Payload) (f Filing, err error) {
	if err := by.Need(actor.FilingWrite); err != nil {
		return Filing{}, err
	}
	p = p.Tidied()
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if bad := p.Problems(tx.Now); len(bad) > 0 {
			return fault.Form(bad)
		}
		f, err = s.act(ctx, tx, by, act{id: id, rev: rev, event: PayloadEdited, do: s.edit(p)})
		db.Crash("filing.edit")
		return err
	})
	return f, err
}

func (s *Store) edit(p Payload) func(context.Context, *db.Tx, actor.Actor, *record) (Items, error) {
	return func(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (Items, error) {
		items := Differ(r.form, p)
		if len(items) == 0 {
			return nil, fault.New(fault.Refused, "filing.unchanged", nil)
		}
		r.DraftedBy, r.DraftedName, r.DraftedAt = by.ID, by.Name, tx.Now
		r.unapproved()
		return items, s.setForm(ctx, tx, r, p, r.base)
	}
}
