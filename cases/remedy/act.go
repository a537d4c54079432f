package remedy

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// anyRev lets an act pass whatever revision the assessment has: a transaction has one of its own.
const anyRev = -1

// act is one event that somebody wants to happen to an assessment as they saw it.
type act struct {
	id      string
	rev     int64
	event   Event
	comment string
	args    db.Args // of the history line
	// duty says that the product itself acts, which has no role: a playbook asked for it.
	duty bool
	// do changes the record before it is written.
	do func(ctx context.Context, tx *db.Tx, by actor.Actor, a *Assessment) error
}

// told are the lines of the story. What is said there names the assessment and no amount.
var told = map[Event]string{
	TransactionsChanged: "remedy.told.transactions_changed", FactsEstablished: "remedy.told.facts_established", FactsReopened: "remedy.told.facts_reopened",
	CalculationMade: "remedy.told.calculation_made", CheckPassed: "remedy.told.check_passed", SentBack: "remedy.told.sent_back",
	ApprovalGiven: "remedy.told.approval_given", OfferMade: "remedy.told.offer_made", OfferAccepted: "remedy.told.offer_accepted",
	OfferDeclined: "remedy.told.offer_declined", TimePassed: "remedy.told.time_passed", LateAcceptance: "remedy.told.late_acceptance",
	AgreementReopened: "remedy.told.agreement_reopened", NothingToPay: "remedy.told.nothing_to_pay", TakenUpAgain: "remedy.told.taken_up_again",
}

// act does all that belongs to one event in the caller's transaction: decide by the table on what
// is now so, change the record, write history, story and audit entry.
func (s *Store) act(ctx context.Context, tx *db.Tx, by actor.Actor, x act) (Assessment, error) {
	a, err := s.held(ctx, tx, x.id)
	if err != nil {
		return Assessment{}, err
	}
	if x.rev != anyRev && a.Rev != x.rev {
		return Assessment{}, fault.Stale(a)
	}
	m, err := s.decide(ctx, tx, by, a, x)
	if err != nil {
		return Assessment{}, err
	}
	from := a.State
	if slices.Contains(openStates, m.To) {
		if err := s.opts.Enter(ctx, tx, a.IncidentID); err != nil {
			return Assessment{}, err
		}
	}
	if m.To != from {
		a.State, a.StateSince = m.To, tx.Now
	}
	if slices.Contains([]State{Open, FactsFixed, Calculated, Dropped}, m.To) {
		a.unapproved()
	}
	if x.do != nil {
		if err := x.do(ctx, tx, by, &a); err != nil {
			return Assessment{}, err
		}
	}
	if err := s.write(ctx, tx, &a); err != nil {
		return Assessment{}, err
	}
	return a, s.after(ctx, tx, by, a, x, from)
}

// after writes what others read of an act.
func (s *Store) after(ctx context.Context, tx *db.Tx, by actor.Actor, a Assessment, x act, from State) error {
	if err := s.note(ctx, tx, by, a, x.event, from, x.args, strings.TrimSpace(x.comment)); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, by, a, told[x.event], x.args); err != nil {
		return err
	}
	return s.record(ctx, tx, by, a, "remedy.moved", map[string]string{"Event": string(x.event), "From": string(from), "To": string(a.State)})
}

// held reads the assessment after taking the rows of its case and its incident: everything that a
// guard reads is changed under them, so that whoever decides sees what was written before.
func (s *Store) held(ctx context.Context, tx *db.Tx, id string) (Assessment, error) {
	a, err := s.load(ctx, tx, id)
	if err != nil {
		return Assessment{}, err
	}
	if err := s.hold(ctx, tx, a.CaseID, a.IncidentID); err != nil {
		return Assessment{}, err
	}
	return s.load(ctx, tx, id)
}

func (s *Store) hold(ctx context.Context, tx *db.Tx, caseID, incidentID string) error {
	if err := s.opts.TouchCase(ctx, tx, caseID); err != nil {
		return err
	}
	return s.opts.Touch(ctx, tx, incidentID)
}

func (s *Store) decide(ctx context.Context, tx *db.Tx, by actor.Actor, a Assessment, x act) (Move, error) {
	f, err := s.facts(ctx, tx, by, a)
	if err != nil {
		return Move{}, err
	}
	next := Next
	if x.duty {
		next = due
	}
	m, err := next(a.State, x.event, by, f)
	if err != nil {
		return Move{}, err
	}
	return m, reasoned(m.Reason || x.event == ApprovalGiven && s.approvalReason(a), x.comment)
}

const maxComment = 1000 // characters

func reasoned(required bool, text string) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(text)); {
	case required && n == 0:
		return fault.Field("reason", "form.required")
	case n > maxComment:
		return fault.Field("reason", "form.too_long")
	}
	return nil
}

// band is who may approve the present version.
func (s *Store) band(a Assessment) Band { return s.book.Limits.Of(a.OfferYen, a.Deviates()) }

// approvalReason reports whether who approves the present version has to say why.
func (s *Store) approvalReason(a Assessment) bool {
	p, _ := s.book.Get(a.PolicyID, a.PolicyVersion)
	return s.band(a).Reason || p.ReviewRequired
}

// facts reads what the guards of an assessment look at.
func (s *Store) facts(ctx context.Context, tx *db.Tx, by actor.Actor, a Assessment) (f Facts, err error) {
	c, err := s.opts.Case(ctx, tx, a.CaseID)
	if err != nil {
		return Facts{}, err
	}
	list, err := s.transactions(ctx, tx, a.CaseID)
	if err != nil {
		return Facts{}, err
	}
	f.Confirmed, f.CaseOver = c.Confirmed, c.Over
	for _, t := range list {
		switch t.Verdict {
		case Fraud:
			f.Fraud++
		case Undetermined:
			f.Undetermined++
		}
	}
	f.Expired = a.ValidUntil != "" && day(tx.Now) > a.ValidUntil
	if a.Version == 0 {
		return f, nil
	}
	var stated int
	if err := tx.Get(ctx, &stated, `SELECT count(*) FROM remedy_txn_revision v JOIN remedy_txn t ON t.id = v.txn_id WHERE t.case_id = ? AND v.by_id = ?`, a.CaseID, by.ID); err != nil {
		return Facts{}, err
	}
	f.Stated = stated > 0
	f.Maker, f.Checker = a.MadeBy == by.ID, a.CheckedBy == by.ID
	f.Within = slices.ContainsFunc(s.band(a).Roles, by.Has)
	f.SentBefore = a.OfferVersion == a.Version
	f.ApprovalHolds = a.ApprovedBy != "" && a.ApprovalDigest == a.Digest
	f.Stale, err = s.stale(ctx, tx, a, c, list)
	return f, err
}

// stale calculates again from what is now so. What can no longer be calculated is not the present
// version either.
func (s *Store) stale(ctx context.Context, tx *db.Tx, a Assessment, c CaseInfo, list []Transaction) (bool, error) {
	rate := PolicyRate
	if a.Deviates() {
		rate = a.RateBP
	}
	now, err := s.calculate(ctx, tx, c, list, rate)
	if fault.Is(err, fault.Refused) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	digest, err := now.Digest()
	return digest != a.Digest, err
}

// calculate is the pure calculation over what the rooms say now.
func (s *Store) calculate(ctx context.Context, tx *db.Tx, c CaseInfo, list []Transaction, rate int64) (Calculation, error) {
	in := Input{Pattern: c.Pattern, Transactions: list, RateBP: rate}
	if s.opts.Recovered != nil {
		var err error
		if in.RecoveredYen, err = s.opts.Recovered(ctx, tx, c.ID); err != nil {
			return Calculation{}, err
		}
	}
	return s.book.Calculate(in)
}

// unapproved takes away what people said about an earlier calculation, and what was agreed on it.
func (a *Assessment) unapproved() {
	a.CheckedBy, a.CheckedName, a.CheckedAt = "", "", 0
	a.ApprovedBy, a.ApprovedName, a.ApprovedAt, a.ApprovalDigest = "", "", 0, ""
	a.AgreedYen, a.AnsweredAt = 0, 0
}
