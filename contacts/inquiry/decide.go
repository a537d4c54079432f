package inquiry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Decide settles an inquiry that is open, waits, is linked or was reopened, in the way of Submit,
// with the form as it is kept. rev is the revision the person saw. The same decision sent twice
// gives the same result.
func (s *Store) Decide(ctx context.Context, by actor.Actor, id string, rev int64, d Decision) (Result, error) {
	if err := by.Need(actor.InquiryWrite); err != nil {
		return Result{}, err
	}
	if err := d.Check(); err != nil {
		return Result{}, err
	}
	var out Result
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		out, err = s.decideAgain(ctx, tx, by, r, rev, d)
		return err
	})
	return out, s.withCurrent(ctx, by, id, err)
}

func (s *Store) decideAgain(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, rev int64, d Decision) (Result, error) {
	f, err := s.open(ctx, tx, r)
	if err != nil {
		return Result{}, err
	}
	mark, err := s.mark(by, f, d)
	if err != nil {
		return Result{}, err
	}
	switch {
	case r.Rev == rev+1 && bytes.Equal(mark, r.SubmitMark):
		return r.result()
	case r.Rev != rev:
		return Result{}, fault.Stale(nil)
	}
	out := Result{InquiryID: r.ID, InquiryNo: r.No}
	if err := s.decide(ctx, tx, by, r, f, d, &out); err != nil {
		return Result{}, err
	}
	r.SubmitMark = mark
	if err := s.keep(ctx, tx, r, &out); err != nil {
		return Result{}, err
	}
	return out, s.recordDecision(ctx, tx, by, d, out)
}

// keep saves the inquiry with what the decision led to, for the same request sent again.
func (s *Store) keep(ctx context.Context, tx *db.Tx, r *row, out *Result) error {
	out.State = r.State
	kept, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("keep the result of inquiry %s: %w", r.ID, err)
	}
	r.Result = string(kept)
	return s.save(ctx, tx, r, true)
}

func (s *Store) recordDecision(ctx context.Context, tx *db.Tx, by actor.Actor, d Decision, out Result) error {
	return record(ctx, tx, by, audit.Main, "inquiry.decided", out.InquiryID, struct {
		Decision DecisionKind `json:"decision"`
		Result   Result       `json:"result"`
	}{d.Kind, out})
}

// decide brings the inquiry to where the person said it belongs and moves it.
func (s *Store) decide(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, f Form, d Decision, out *Result) error {
	switch d.Kind {
	case OpenNew:
		inc, err := s.incidents.OpenIncident(ctx, tx, by, r.newIncident(f, d))
		if err != nil {
			return err
		}
		return s.attach(ctx, tx, by, r, f, inc, out)
	case Join:
		inc, err := s.incidents.IncidentToJoin(ctx, tx, by, d.IncidentID)
		if err != nil {
			return err
		}
		return s.attach(ctx, tx, by, r, f, inc, out)
	case LinkCase:
		return s.link(ctx, tx, by, r, f, d.CaseID, out)
	case Inform:
		r.Disposition = ByInformation
		return s.move(ctx, tx, by, r, Informed, "")
	case CallBack:
		return s.move(ctx, tx, by, r, CallbackPromised, "")
	}
	return fault.Field("decision", "inquiry.decision.missing")
}

// attach puts the inquiry into an incident and opens or joins the customer's case there. With no
// customer known it is linked to the incident alone.
func (s *Store) attach(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, f Form, inc IncidentRef, out *Result) error {
	r.IncidentID, out.IncidentID, out.IncidentNo = inc.ID, inc.ID, inc.No
	if f.CustomerID == "" {
		r.Disposition = ByLinking
		return s.move(ctx, tx, by, r, WasLinked, inc.No)
	}
	c, created, err := s.cases.OpenCase(ctx, tx, by, r.newCase(f, inc.ID))
	if err != nil {
		return err
	}
	r.inCase(c, out)
	out.CaseNew = created
	if created {
		r.Disposition = ByCaseCreated
		return s.move(ctx, tx, by, r, CaseOpened, c.No)
	}
	r.Disposition = ByLinking
	return s.move(ctx, tx, by, r, WasLinked, c.No)
}

// link ties the inquiry to a case that exists. The case of another customer is refused: that is
// a slip of the hand, and a wrong link shows one customer's data under another's name. A case that
// was over is reopened by the same door as joining its incident: a call about it is news.
func (s *Store) link(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, f Form, caseID string, out *Result) error {
	c, err := s.cases.CaseToLink(ctx, tx, by, caseID)
	if err != nil {
		return err
	}
	if f.CustomerID != "" && f.CustomerID != c.CustomerID {
		return fault.New(fault.Refused, "inquiry.link.other_customer", map[string]any{"Case": c.No})
	}
	f.CustomerID = c.CustomerID
	if c, _, err = s.cases.OpenCase(ctx, tx, by, r.newCase(f, c.IncidentID)); err != nil {
		return err
	}
	r.IncidentID, out.IncidentID = c.IncidentID, c.IncidentID
	r.CustomerID = c.CustomerID
	r.inCase(c, out)
	r.Disposition = ByLinking
	return s.move(ctx, tx, by, r, WasLinked, c.No)
}

func (r *row) inCase(c CaseRef, out *Result) {
	r.CaseID, r.CaseNo = c.ID, c.No
	out.CaseID, out.CaseNo = c.ID, c.No
}
