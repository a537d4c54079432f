package disclosure

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// act is one event that somebody wants to happen to a notice as they saw it.
type act struct {
	id      string
	rev     int64
	event   Event
	comment string
	// duty says that the product itself acts, which has no role: the moment has come, or another
	// notice takes its place.
	duty bool
	// do changes the record before it is written and says what stands in the history.
	do func(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (db.Args, error)
}

// story are the lines of the incident's story. What is said there names the notice and no content.
var story = map[Event]string{
	Begun: "disclosure.told.begun", ContentEdited: "disclosure.told.content_edited", FactsSigned: "disclosure.told.facts_signed", LawSigned: "disclosure.told.law_signed",
	ExecutiveSigned: "disclosure.told.executive_signed", SentBack: "disclosure.told.sent_back", Dropped: "disclosure.told.dropped",
	OverrideGiven: "disclosure.told.override_given", TimeSet: "disclosure.told.time_set", TimeTakenBack: "disclosure.told.time_taken_back",
	PublishingFailed: "disclosure.told.publishing_failed", MadePublic: "disclosure.told.made_public", FollowedUp: "disclosure.told.followed_up",
	PutRight: "disclosure.told.put_right", TakenBack: "disclosure.told.taken_back", LeakFound: "disclosure.told.leak_found",
}

// act does all that belongs to one event in the caller's transaction: decide by the table on what
// is now so, change the record, write history, story and audit entry.
func (s *Store) act(ctx context.Context, tx *db.Tx, by actor.Actor, a act) (record, error) {
	r, err := s.held(ctx, tx, a.id)
	if err != nil {
		return record{}, err
	}
	if r.Rev != a.rev {
		return record{}, fault.Stale(r.Disclosure)
	}
	m, err := s.decide(ctx, tx, by, r, a)
	if err != nil {
		return record{}, err
	}
	from := r.State
	if slices.Contains(openStates, m.To) {
		if err := s.opts.Enter(ctx, tx, r.IncidentID); err != nil {
			return record{}, err
		}
	}
	r.State, r.StateSince = m.To, tx.Now
	var args db.Args
	if a.do != nil {
		if args, err = a.do(ctx, tx, by, &r); err != nil {
			return record{}, err
		}
	}
	if err := s.write(ctx, tx, &r); err != nil {
		return record{}, err
	}
	return r, s.after(ctx, tx, by, &r, a.event, from, args, strings.TrimSpace(a.comment))
}

// held reads the notice after taking its incident's row: everything that a guard of the close or of a
// notice reads is changed under it, so that whoever decides sees what was written before.
func (s *Store) held(ctx context.Context, tx *db.Tx, id string) (record, error) {
	var incidentID string
	if err := tx.Get(ctx, &incidentID, `SELECT incident_id FROM disclosure WHERE id = ?`, id); err != nil {
		return record{}, err
	}
	if err := s.opts.Touch(ctx, tx, incidentID); err != nil {
		return record{}, err
	}
	return s.load(ctx, tx, id)
}

func (s *Store) decide(ctx context.Context, tx *db.Tx, by actor.Actor, r record, a act) (Move, error) {
	f, _, err := s.facts(ctx, tx, by, r)
	if err != nil {
		return Move{}, err
	}
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
func (s *Store) after(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, e Event, from State, args db.Args, comment string) error {
	if err := s.line(ctx, tx, by, r, e, from, args, comment); err != nil {
		return err
	}
	if err := s.opts.Tell(ctx, tx, by, r.IncidentID, story[e], map[string]string{"No": r.No}); err != nil {
		return err
	}
	return s.record(ctx, tx, by, r, "disclosure.moved", map[string]string{"Event": string(e), "From": string(from), "To": string(r.State)})
}

// facts reads what the guards look at. The digest is computed from the content itself: one that was
// changed past the program does not pass for the one that was signed.
func (s *Store) facts(ctx context.Context, tx *db.Tx, by actor.Actor, r record) (f Facts, c composed, err error) {
	var made int
	if err := tx.Get(ctx, &made, `SELECT count(*) FROM disclosure_line WHERE disclosure_id = ? AND actor_id = ? AND event IN ('begun', 'content_edited')`, r.ID, by.ID); err != nil {
		return f, c, err
	}
	f.Maker = made > 0
	c, err = s.compose(ctx, tx, r, tx.Now.Time(), false)
	if f.Incomplete = fault.Is(err, fault.Invalid); err != nil && !f.Incomplete {
		return f, c, err
	}
	signed, err := s.signatures(ctx, tx, r, c.digest)
	if err != nil {
		return f, c, err
	}
	for _, g := range signed {
		f.Signer = f.Signer || g.Holds && g.ByID == by.ID
		f.FactsHold = f.FactsHold || g.Holds && g.Step == FactsStep
		f.LawHolds = f.LawHolds || g.Holds && g.Step == LawStep
		f.ExecHolds = f.ExecHolds || g.Holds && g.Step == ExecutiveStep
	}
	f.Override = r.OverrideBy != "" && c.digest != "" && r.OverrideDigest == c.digest
	if f.ToldKnown = s.opts.Notified != nil; f.ToldKnown {
		all, done, err := s.opts.Notified(ctx, tx, r.IncidentID)
		if err != nil {
			return f, c, err
		}
		f.Untold = max(0, all-done)
	}
	return f, c, nil
}

// signatures reads every signature, the newest round first, and which of them hold.
func (s *Store) signatures(ctx context.Context, tx *db.Tx, r record, digest string) (all []Signature, err error) {
	if err := tx.Select(ctx, &all, `SELECT step, round, by_id, by_name, at, digest FROM disclosure_signature WHERE disclosure_id = ? ORDER BY at DESC, id DESC`, r.ID); err != nil {
		return nil, err
	}
	for i, g := range all {
		all[i].Holds = g.Round == r.Round && digest != "" && g.Digest == digest
	}
	return all, nil
}
