package police

import (
	"context"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// act is one event that somebody wants to happen to a consultation as they saw it.
type act struct {
	id      string
	rev     int64
	event   Event
	comment string
	args    Args // kept in the history
	do      func(ctx context.Context, tx *db.Tx, r *record) error
}

// told are the lines of the incident's story. What is said there names the consultation and nobody.
var told = map[Event]string{
	Begun: "police.told.begun", Edited: "police.told.edited", ConsentNoted: "police.told.consent_noted", SummaryMade: "police.told.summary_made",
	ConsultationHeld: "police.told.consultation_held", DocsAsked: "police.told.docs_asked", Acceptance: "police.told.acceptance", Refusal: "police.told.refusal",
	ReceiptNoted: "police.told.receipt_noted", InvestigationBegun: "police.told.investigation_begun", WorkEnded: "police.told.work_ended", PlanDropped: "police.told.plan_dropped",
}

// emitted are the events that a run may wait for.
var emitted = map[Event]string{ConsultationHeld: "police.consulted", Acceptance: "police.accepted"}

// act does all that belongs to one event in the caller's transaction: decide by the table on what
// is now so, change the record, write history, story, event and audit entry.
func (s *Store) act(ctx context.Context, tx *db.Tx, by actor.Actor, a act) (Report, error) {
	r, err := s.held(ctx, tx, a.id)
	if err != nil {
		return Report{}, err
	}
	m, err := s.decide(by, r, a)
	if err != nil {
		return Report{}, err
	}
	if known(openStates, m.To) {
		if err := s.opts.Enter(ctx, tx, r.IncidentID); err != nil {
			return Report{}, err
		}
	}
	from := r.State
	if m.To != from {
		r.State, r.StateSince = m.To, tx.Now
	}
	if a.do != nil {
		if err := a.do(ctx, tx, &r); err != nil {
			return Report{}, err
		}
	}
	if err := s.write(ctx, tx, &r); err != nil {
		return Report{}, err
	}
	return r.Report, s.after(ctx, tx, by, &r, a, from)
}

// decide says by the table whether the event may happen to the consultation as the actor saw it.
func (s *Store) decide(by actor.Actor, r record, a act) (Move, error) {
	if r.Rev != a.rev {
		return Move{}, fault.Stale(r.Report)
	}
	m, err := Next(r.State, a.event, by, r.facts())
	if err != nil {
		return Move{}, err
	}
	switch n := utf8.RuneCountInString(strings.TrimSpace(a.comment)); {
	case m.Reason && n == 0:
		return Move{}, fault.Field("reason", "form.required")
	case n > maxComment:
		return Move{}, fault.Field("reason", "form.too_long")
	}
	return m, nil
}

const maxComment = 1000 // characters

func (r record) facts() Facts {
	return Facts{Agency: r.content.Agency != "", Fresh: r.Version > 0 && r.SummaryDigest == r.content.digest(r.named())}
}

// after writes what others read of an act.
func (s *Store) after(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, a act, from State) error {
	if a.args == nil {
		a.args = Args{}
	}
	if err := s.line(ctx, tx, by, r, a.event, from, a.args, strings.TrimSpace(a.comment)); err != nil {
		return err
	}
	if err := s.opts.Tell(ctx, tx, by, r.IncidentID, told[a.event], map[string]string{"No": r.No}); err != nil {
		return err
	}
	if name := emitted[a.event]; name != "" {
		if err := s.opts.Emit(ctx, tx, r.IncidentID, name, Ref(r.ID)); err != nil {
			return err
		}
	}
	return s.record(ctx, tx, by, r, "police.moved", Args{"Event": string(a.event), "From": string(from), "To": string(r.State)})
}
