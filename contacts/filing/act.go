package filing

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// act is one event that somebody wants to happen to a filing as they saw it.
type act struct {
	id      string
	rev     int64
	event   Event
	comment string
	// duty says that the product itself acts, which has no role: the playbook asked for it.
	duty bool
	// staleSeen says that the actor hands in what the fact sheet tells otherwise.
	staleSeen bool
	// do changes the record before it is written and names the items that changed.
	do func(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (Items, error)
}

// told are the lines of the incident's story. What is said there names the filing and no content.
var told = map[Event]string{
	DraftStarted: "filing.told.draft_started", PayloadEdited: "filing.told.payload_edited", SheetTaken: "filing.told.sheet_taken",
	ReviewAsked: "filing.told.review_asked", SentBack: "filing.told.sent_back", ReviewPassed: "filing.told.review_passed",
	ApprovalGiven: "filing.told.approval_given", HandedIn: "filing.told.handed_in", ReceiptNoted: "filing.told.receipt_noted",
	AmendmentStarted: "filing.told.amendment_started", WorkFinished: "filing.told.work_finished", WaiverAsked: "filing.told.waiver_asked",
	WaiverAgreed: "filing.told.waiver_agreed", WaiverWithdrawn: "filing.told.waiver_withdrawn", Reconsidered: "filing.told.reconsidered",
}

// act does all that belongs to one event in the caller's transaction: decide by the table on what
// is now so, change the record, write history, story and audit entry.
func (s *Store) act(ctx context.Context, tx *db.Tx, by actor.Actor, a act) (Filing, error) {
	r, err := s.held(ctx, tx, a.id)
	if err != nil {
		return Filing{}, err
	}
	if r.Rev != a.rev {
		return Filing{}, fault.Stale(r.Filing)
	}
	m, err := s.decide(ctx, tx, by, r, a)
	if err != nil {
		return Filing{}, err
	}
	from := r.State
	if slices.Contains(openStates, m.To) {
		if err := s.opts.Enter(ctx, tx, r.IncidentID); err != nil {
			return Filing{}, err
		}
	}
	r.State, r.StateSince = m.To, tx.Now
	var items Items
	if a.do != nil {
		if items, err = a.do(ctx, tx, by, &r); err != nil {
			return Filing{}, err
		}
	}
	if err := s.write(ctx, tx, &r); err != nil {
		return Filing{}, err
	}
	return r.Filing, s.after(ctx, tx, by, &r, a, from, items)
}

// held reads the filing after taking its incident's row: everything that a guard of the close or
// of a filing reads is changed under it, so that whoever decides sees what was written before.
func (s *Store) held(ctx context.Context, tx *db.Tx, id string) (record, error) {
	var incidentID string
	if err := tx.Get(ctx, &incidentID, `SELECT incident_id FROM filing WHERE id = ?`, id); err != nil {
		return record{}, err
	}
	if err := s.opts.Touch(ctx, tx, incidentID); err != nil {
		return record{}, err
	}
	return s.load(ctx, tx, id)
}

func (s *Store) decide(ctx context.Context, tx *db.Tx, by actor.Actor, r record, a act) (Move, error) {
	f, err := s.facts(ctx, tx, by, r)
	if err != nil {
		return Move{}, err
	}
	f.StaleAccepted = a.staleSeen
	m, err := row(r.State, a.event)
	switch {
	case err != nil:
	case a.duty:
		err = m.check(f)
	default:
		m, err = Next(r.State, a.event, by, f)
	}
	if err != nil {
		return Move{}, err
	}
	return m, reasoned(m.Reason, a.comment)
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

// after writes what others read of an act.
func (s *Store) after(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, a act, from State, items Items) error {
	if err := s.line(ctx, tx, by, r, a.event, from, items, strings.TrimSpace(a.comment)); err != nil {
		return err
	}
	if slices.Contains(answering, a.event) {
		if err := s.opts.Answer(ctx, tx, by, r.IncidentID); err != nil {
			return err
		}
	}
	if err := s.opts.Tell(ctx, tx, by, r.IncidentID, told[a.event], map[string]string{"No": r.No}); err != nil {
		return err
	}
	return s.record(ctx, tx, by, r, "filing.moved", map[string]string{
		"Event": string(a.event), "From": string(from), "To": string(r.State), "Items": strings.Join(items, ","),
	})
}

// facts reads what the guards of a filing look at. The digest is computed from the payload itself:
// a payload that was changed past the program does not pass for the one that was approved.
func (s *Store) facts(ctx context.Context, tx *db.Tx, by actor.Actor, r record) (Facts, error) {
	var counts struct {
		Made    int `db:"made"`
		Handing int `db:"handing"`
	}
	if err := tx.Get(ctx, &counts, `SELECT (SELECT count(*) FROM filing_line WHERE filing_id = ? AND version = ? AND actor_id = ?
		AND event IN ('draft_started', 'payload_edited', 'sheet_taken', 'review_asked', 'amendment_started')) AS made,
		(SELECT count(*) FROM filing_submission WHERE filing_id = ?) AS handing`, r.ID, r.Version, by.ID, r.ID); err != nil {
		return Facts{}, err
	}
	f := Facts{
		Maker: counts.Made > 0, HandedIn: counts.Handing > 0, Stale: r.Stale(),
		WaiverAsked: r.WaiverBy != "", WaiverMine: r.WaiverBy == by.ID,
	}
	if r.Version > 0 {
		digest := r.form.Digest()
		f.Blank = len(r.form.Blank())
		f.Reviewer = r.ReviewedBy == by.ID
		f.Reviewed = r.ReviewedBy != "" && r.ReviewDigest == digest
		f.ApprovalHolds = r.ApprovedBy != "" && r.ApprovalDigest == digest
	}
	return f, nil
}

// unapproved takes away what people said about an earlier payload.
func (r *record) unapproved() {
	r.ReviewedBy, r.ReviewedName, r.ReviewedAt, r.ReviewDigest = "", "", 0, ""
	r.ApprovedBy, r.ApprovedName, r.ApprovedAt, r.ApprovalDigest = "", "", 0, ""
}

// take draws the form from the fact sheet as it now is.
func (s *Store) take(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (Items, error) {
	sheet, err := s.opts.Sheet(ctx, tx, r.IncidentID)
	if err != nil {
		return nil, err
	}
	form, items := r.form, Items(nil)
	if r.Version == 0 {
		if form, err = s.firstForm(ctx, tx, r, sheet); err != nil {
			return nil, err
		}
		r.Version = 1
	} else {
		items = factItems(incident.FactDiff(r.base, sheet.FactContent))
		form = form.Forward(r.base, sheet.FactContent)
	}
	r.DraftedBy, r.DraftedName, r.DraftedAt = by.ID, by.Name, tx.Now
	r.SheetVersion, r.SheetDigest, r.StaleVersion, r.StaleItems = sheet.Version, sheet.Digest, 0, nil
	r.withdrawn()
	r.unapproved()
	return items, s.setForm(ctx, tx, r, form, sheet.FactContent)
}

func (s *Store) firstForm(ctx context.Context, tx *db.Tx, r *record, sheet incident.FactSheet) (Payload, error) {
	items, _, err := s.opts.Rule7(ctx, tx, r.IncidentID)
	if err != nil {
		return Payload{}, err
	}
	clock, err := s.opts.Clock(ctx, tx, r.IncidentID, r.Regime.Duty())
	if err != nil {
		return Payload{}, err
	}
	p := Payload{Facts: sheet.FactContent, Rule7: items, Bases: slices.Clone(Bases), Addressee: clock.Rule.Addressee.JA, Reporter: s.opts.Reporter}
	return p.Tidied(), nil
}

// withdrawn takes away the word that the report is not required.
func (r *record) withdrawn() {
	r.WaiverBy, r.WaiverName, r.WaiverAt, r.SealedReason, r.reason = "", "", 0, nil, ""
}
