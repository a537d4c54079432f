package remedy

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Cause is one event that a person wants to happen to an assessment as they saw it.
type Cause struct {
	ID     string
	CaseID string // names the assessment by its case, when ID is empty
	Rev    int64  // of the assessment as it was on the person's screen
	Event  Event
	Reason string // sealed; required where the table says so, and for some approvals
}

// Move applies one event that brings no more than a reason. It fails with fault.Conflict and the
// current Assessment when Rev is stale, with fault.Refused or fault.Forbidden when the table or a
// guard says no, and with fault.Invalid when a reason is missing. Who may do what stands in the
// table.
func (s *Store) Move(ctx context.Context, by actor.Actor, c Cause) (a Assessment, err error) {
	if err := by.Need(actor.RemedyRead); err != nil {
		return Assessment{}, err
	}
	if slices.ContainsFunc(Moves, func(m Move) bool { return m.Event == c.Event && m.Form }) {
		return Assessment{}, fault.New(fault.Invalid, "form.malformed", nil)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if c.ID == "" {
			if c.ID, err = s.byCase(ctx, tx, c.CaseID); err != nil {
				return err
			}
		}
		a, err = s.act(ctx, tx, by, act{id: c.ID, rev: c.Rev, event: c.Event, comment: c.Reason, do: s.doing(c.Event)})
		return err
	})
	return a, err
}

// doing is what an event changes beside the state.
func (s *Store) doing(e Event) func(context.Context, *db.Tx, actor.Actor, *Assessment) error {
	switch e {
	case ApprovalGiven:
		return func(_ context.Context, tx *db.Tx, by actor.Actor, a *Assessment) error {
			a.ApprovedBy, a.ApprovedName, a.ApprovedAt, a.ApprovalDigest = by.ID, by.Name, tx.Now, a.Digest
			return nil
		}
	case LateAcceptance:
		return func(ctx context.Context, tx *db.Tx, by actor.Actor, a *Assessment) error {
			return s.agree(ctx, tx, a, tx.Now)
		}
	}
	return nil
}

// Draft is what people add to a calculation.
type Draft struct {
	CaseID string
	Rev    int64    // of the assessment as it was on the person's screen
	RateBP int64    // PolicyRate, or another one, which needs a reason
	Reason string   // sealed
	Factor []Factor // sealed; none of them changes the rate
}

const maxEvidence = 1000 // characters

func (d Draft) problems() map[string]string {
	bad := map[string]string{}
	if d.RateBP != PolicyRate && strings.TrimSpace(d.Reason) == "" {
		bad["reason"] = "form.required"
	}
	if utf8.RuneCountInString(d.Reason) > maxComment {
		bad["reason"] = "form.too_long"
	}
	for i, f := range d.Factor {
		switch {
		case !slices.Contains(Factors, f.Code) || slices.ContainsFunc(d.Factor[:i], func(o Factor) bool { return o.Code == f.Code }):
			bad["factors"] = "form.choice"
		case f.Code == noFactor && len(d.Factor) > 1:
			bad["factors"] = "remedy.factor.none_alone"
		case f.Code != noFactor && strings.TrimSpace(f.Evidence) == "":
			bad["evidence."+string(f.Code)] = "remedy.factor.evidence"
		case utf8.RuneCountInString(f.Evidence) > maxEvidence:
			bad["evidence."+string(f.Code)] = "form.too_long"
		}
	}
	if len(d.Factor) == 0 {
		bad["factors"] = "form.required"
	}
	return bad
}

// Calculate makes the next version of an assessment from the transactions as they now are. What
// was checked or approved before is void. It needs remedy.write. It fails with fault.Conflict and
// the current Assessment when Rev is stale, with fault.Invalid and the fields that are wrong, and
// with fault.Refused and what has to be settled first.
func (s *Store) Calculate(ctx context.Context, by actor.Actor, d Draft) (a Assessment, err error) {
	if err := by.Need(actor.RemedyWrite); err != nil {
		return Assessment{}, err
	}
	if bad := d.problems(); len(bad) > 0 {
		return Assessment{}, fault.Form(bad)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := s.byCase(ctx, tx, d.CaseID)
		if err != nil {
			return err
		}
		a, err = s.act(ctx, tx, by, act{id: id, rev: d.Rev, event: CalculationMade, do: s.calculation(d)})
		return err
	})
	return a, err
}

// byCase names the assessment of a case; without a transaction there is none.
func (s *Store) byCase(ctx context.Context, tx *db.Tx, caseID string) (string, error) {
	a, ok, err := s.of(ctx, tx, caseID)
	switch {
	case err != nil:
		return "", err
	case ok:
		return a.ID, nil
	}
	if _, err := s.opts.Case(ctx, tx, caseID); err != nil {
		return "", err
	}
	return "", fault.New(fault.Refused, "remedy.guard.no_fraud", nil)
}

func (s *Store) calculation(d Draft) func(context.Context, *db.Tx, actor.Actor, *Assessment) error {
	return func(ctx context.Context, tx *db.Tx, by actor.Actor, a *Assessment) error {
		info, err := s.opts.Case(ctx, tx, a.CaseID)
		if err != nil {
			return err
		}
		list, err := s.transactions(ctx, tx, a.CaseID)
		if err != nil {
			return err
		}
		c, err := s.calculate(ctx, tx, info, list, d.RateBP)
		if err != nil {
			return err
		}
		if a.Digest, err = c.Digest(); err != nil {
			return err
		}
		a.Version++
		a.Pattern, a.PolicyID, a.PolicyVersion = c.Pattern, c.PolicyID, c.PolicyVersion
		a.RateBP, a.PolicyRateBP, a.LossYen, a.OfferYen = c.RateBP, c.PolicyRateBP, c.LossYen, c.OfferYen
		a.MadeBy, a.MadeName, a.MadeAt = by.ID, by.Name, tx.Now
		return s.addVersion(ctx, tx, *a, sealedVersion{Calculation: c, Factors: d.Factor, Reason: strings.TrimSpace(d.Reason)})
	}
}

// Check is a second person's calculation: they bring the total they found, which must be the
// maker's. It needs remedy.check. It fails with fault.Invalid "total" when the two differ, with
// fault.Refused when the checker is the maker or the facts have changed, and like Move.
func (s *Store) Check(ctx context.Context, by actor.Actor, id string, rev, total int64) (a Assessment, err error) {
	if err := by.Need(actor.RemedyCheck); err != nil {
		return Assessment{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.act(ctx, tx, by, act{id: id, rev: rev, event: CheckPassed, do: func(_ context.Context, tx *db.Tx, by actor.Actor, a *Assessment) error {
			if total != a.OfferYen {
				return fault.Field("total", "remedy.check.differs")
			}
			a.CheckedBy, a.CheckedName, a.CheckedAt = by.ID, by.Name, tx.Now
			return nil
		}})
		return err
	})
	return a, err
}

// Answer is what the customer answered to an offer.
type Answer struct {
	ID    string
	Rev   int64
	Event Event // OfferAccepted or OfferDeclined
	At    db.Instant
	Note  string // sealed
}

// Answer records the customer's answer. It needs remedy.read and a role of the table. It fails
// like Move, and with fault.Invalid for a moment before the offer or ahead.
func (s *Store) Answer(ctx context.Context, by actor.Actor, w Answer) (a Assessment, err error) {
	if err := by.Need(actor.RemedyRead); err != nil {
		return Assessment{}, err
	}
	if w.Event != OfferAccepted && w.Event != OfferDeclined {
		return Assessment{}, fault.Field("event", "form.choice")
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.act(ctx, tx, by, act{id: w.ID, rev: w.Rev, event: w.Event, comment: w.Note, do: func(ctx context.Context, tx *db.Tx, _ actor.Actor, a *Assessment) error {
			switch minute := db.Instant(time.Minute.Microseconds()); {
			case w.At == 0:
				return fault.Field("at", "form.required")
			case w.At > tx.Now:
				return fault.Field("at", "form.future")
			case w.At < a.OfferedAt-a.OfferedAt%minute: // people state moments to the minute
				return fault.Field("at", "remedy.answer.before")
			}
			if a.AnsweredAt = w.At; w.Event == OfferDeclined {
				return nil
			}
			return s.agree(ctx, tx, a, w.At)
		}})
		return err
	})
	return a, err
}

// agree keeps what was agreed: the amount of the letter, not of a later calculation.
func (s *Store) agree(ctx context.Context, tx *db.Tx, a *Assessment, at db.Instant) error {
	a.AgreedYen, a.AnsweredAt = a.OfferedYen, at
	return s.emit(ctx, tx, *a, "remedy.agreed")
}

func (s *Store) emit(ctx context.Context, tx *db.Tx, a Assessment, name string) error {
	if s.opts.Emit == nil {
		return nil
	}
	return s.opts.Emit(ctx, tx, a.IncidentID, name, a.ID)
}
