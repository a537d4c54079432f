package inquiry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Result is what saving an inquiry led to. It holds no personal data.
type Result struct {
	InquiryID  string     `json:"inquiry_id"`
	InquiryNo  string     `json:"inquiry_no"`
	State      State      `json:"state"`
	IncidentID string     `json:"incident_id,omitempty"`
	IncidentNo string     `json:"incident_no,omitempty"`
	CaseID     string     `json:"case_id,omitempty"`
	CaseNo     string     `json:"case_no,omitempty"`
	CaseNew    bool       `json:"case_new,omitempty"`
	LockAsked  bool       `json:"lock_asked,omitempty"`
	PromiseID  string     `json:"promise_id,omitempty"`
	PromiseDue db.Instant `json:"promise_due,omitempty"`
	// Overridden names the rules of speech that warned and were overridden by saving.
	Overridden []string `json:"overridden,omitempty"`
}

// Submit saves a draft as an inquiry and does what was decided: one transaction holds the
// inquiry, the incident and the case, the request for a lock, the promise, the timeline and the
// audit entry, or nothing of it exists. The same submit again, by the same person, gives the
// same result.
//
// It fails with fault.Invalid and the fields, with fault.Conflict and the record as it is when
// somebody else saved first, and with fault.Refused when a rule says no.
func (s *Store) Submit(ctx context.Context, by actor.Actor, id string, rev int64, f Form, d Decision) (Result, error) {
	if err := by.Need(actor.InquiryWrite); err != nil {
		return Result{}, err
	}
	var out Result
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		if out, err = s.submit(ctx, tx, by, r, rev, f, d); err != nil {
			return err
		}
		db.Crash("inquiry.submit")
		return nil
	})
	return out, s.withCurrent(ctx, by, id, err)
}

// Log is the fast path for a harmless contact: number, form and decision in one go. It is
// idempotent by the client's key like Start.
func (s *Store) Log(ctx context.Context, by actor.Actor, c Channel, key string, f Form) (out Result, err error) {
	err = s.once(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.start(ctx, tx, by, c, key)
		if err != nil {
			return err
		}
		if out, err = s.submit(ctx, tx, by, r, r.Rev, f, Decision{Kind: Inform}); err != nil {
			return err
		}
		db.Crash("inquiry.submit")
		return nil
	})
	return out, err
}

func (s *Store) submit(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, rev int64, f Form, d Decision) (Result, error) {
	mark, err := s.mark(by, f, d)
	if err != nil {
		return Result{}, err
	}
	switch {
	case !r.State.Typing() && bytes.Equal(mark, r.SubmitMark):
		return r.result()
	case !r.State.Typing():
		return Result{}, fault.New(fault.Conflict, "inquiry.draft.submitted", map[string]any{"No": r.No})
	case r.Rev != rev:
		return Result{}, fault.Stale(nil)
	}
	if err := checkSubmit(f, d, tx.Now); err != nil {
		return Result{}, err
	}
	if err := s.registered(ctx, tx, f); err != nil {
		return Result{}, err
	}
	if err := s.resume(ctx, tx, by, r); err != nil {
		return Result{}, err
	}
	if err := s.put(ctx, tx, r, by, f); err != nil {
		return Result{}, err
	}
	if err := s.move(ctx, tx, by, r, Submitted, ""); err != nil {
		return Result{}, err
	}
	r.SubmittedAt, r.SubmitMark = tx.Now, mark
	return s.settle(ctx, tx, by, r, f, d)
}

// mark tells a repeated request from another one. It is keyed, so that it gives no typed text away.
func (s *Store) mark(by actor.Actor, f Form, d Decision) ([]byte, error) {
	all, err := json.Marshal(struct {
		By   string
		Form Form
		To   Decision
	}{by.ID, f, d})
	if err != nil {
		return nil, fmt.Errorf("mark a submit: %w", err)
	}
	return s.vault.Blind("inquiry.submit", string(all)), nil
}

func (r *row) result() (out Result, err error) {
	if err := json.Unmarshal([]byte(r.Result), &out); err != nil {
		return out, fmt.Errorf("read the result of inquiry %s: %w", r.ID, err)
	}
	return out, nil
}

func checkSubmit(f Form, d Decision, now db.Instant) error {
	bad := Check(f, now)
	if d.Kind == CallBack && f.NextContactDue.IsZero() {
		bad["next_contact_due"] = "inquiry.promise.no_due"
	}
	if len(bad) > 0 {
		return fault.Form(bad)
	}
	return d.Check()
}

// registered refuses a chosen customer whom the register does not have, or no longer.
func (s *Store) registered(ctx context.Context, tx *db.Tx, f Form) error {
	if f.CustomerID == "" {
		return nil
	}
	ok, err := s.known(ctx, tx, f.CustomerID)
	if err == nil && !ok {
		err = fault.Field("customer_id", "inquiry.customer.none")
	}
	return err
}

// settle does what was decided, in the order in which each part needs the one before.
func (s *Store) settle(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, f Form, d Decision) (Result, error) {
	out := Result{InquiryID: r.ID, InquiryNo: r.No}
	if err := s.promiseOf(ctx, tx, by, r, f, &out); err != nil {
		return Result{}, err
	}
	if err := s.warned(ctx, tx, by, r, f, &out); err != nil {
		return Result{}, err
	}
	if err := s.decide(ctx, tx, by, r, f, d, &out); err != nil {
		return Result{}, err
	}
	if f.LockAsked {
		if err := s.askLock(ctx, tx, by, r, f); err != nil {
			return Result{}, err
		}
		out.LockAsked = true
	}
	if err := s.keep(ctx, tx, r, &out); err != nil {
		return Result{}, err
	}
	return out, s.recordSubmit(ctx, tx, by, r, d, out)
}

func (s *Store) recordSubmit(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, d Decision, out Result) error {
	sum := sha256.Sum256(r.Sealed)
	return record(ctx, tx, by, audit.Main, "inquiry.submitted", r.ID, struct {
		Decision DecisionKind `json:"decision"`
		Category Category     `json:"category"`
		Result   Result       `json:"result"`
		// Form is the hash of the sealed form.
		Form string `json:"form_sha256"`
	}{d.Kind, r.Category, out, hex.EncodeToString(sum[:])})
}

// warned writes down which warnings about speech were overridden by saving.
func (s *Store) warned(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, f Form, out *Result) error {
	for _, h := range s.Lint(f) {
		if !slices.Contains(out.Overridden, h.Rule) {
			out.Overridden = append(out.Overridden, h.Rule)
		}
	}
	if len(out.Overridden) == 0 {
		return nil
	}
	ref := s.speech.Version + ": " + strings.Join(out.Overridden, " ")
	return s.addLine(ctx, tx, by, Line{InquiryID: r.ID, Kind: LineWarned, Ref: ref}, nil)
}

func (s *Store) askLock(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, f Form) error {
	if err := s.contain(ctx, tx, by, LockRequest{
		InquiryID: r.ID, InquiryNo: r.No, IncidentID: r.IncidentID, CaseID: r.CaseID, CustomerID: f.CustomerID,
		AccountNo: f.AccountNo, Level: f.Identity.Level, AskedAt: tx.Now,
	}); err != nil {
		return err
	}
	return s.addLine(ctx, tx, by, Line{InquiryID: r.ID, Kind: LineLock, Ref: fmt.Sprintf("L1 level %d", f.Identity.Level)}, nil)
}
