package disclosure

import (
	"cmp"
	"context"
	"slices"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/number"
)

// New says which notice is begun.
type New struct {
	IncidentID string
	Kind       Kind
	CorrectsID string // of a correction: the notice that was wrong
}

// Begin begins a notice of an incident with what the one before said. It fails with fault.Invalid for an
// unknown kind, with fault.Refused "disclosure.begin.*" when it is not its turn, and "incident.over"
// when the work on the incident has ended. It needs disclosure.write.
func (s *Store) Begin(ctx context.Context, by actor.Actor, n New) (d Disclosure, err error) {
	if err := by.Need(actor.DisclosureWrite); err != nil {
		return Disclosure{}, err
	}
	if !slices.Contains(Kinds, n.Kind) {
		return Disclosure{}, fault.Field("kind", "form.choice")
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err = s.begin(ctx, tx, by, n, func(*record) error { return nil })
		db.Crash("disclosure.begin")
		return err
	})
	return d, err
}

// begin writes a new notice down; fill changes what it says at first.
func (s *Store) begin(ctx context.Context, tx *db.Tx, by actor.Actor, n New, fill func(*record) error) (Disclosure, error) {
	// Entering takes the incident's row: of two that begin at once, one sees the other's.
	if err := s.opts.Enter(ctx, tx, n.IncidentID); err != nil {
		return Disclosure{}, err
	}
	r, err := s.fresh(ctx, tx, by, n)
	if err == nil {
		err = fill(&r)
	}
	if err != nil {
		return Disclosure{}, err
	}
	if r.No, err = number.Next(ctx, tx, "DIS", tx.Now); err != nil {
		return Disclosure{}, err
	}
	if err := s.insert(ctx, tx, r); err != nil {
		return Disclosure{}, err
	}
	if err := s.line(ctx, tx, by, &r, Begun, "", nil, ""); err != nil {
		return Disclosure{}, err
	}
	if err := s.opts.Tell(ctx, tx, by, r.IncidentID, story[Begun], db.Args{"No": r.No}); err != nil {
		return Disclosure{}, err
	}
	return r.Disclosure, s.record(ctx, tx, by, &r, "disclosure.begun", map[string]string{"Kind": string(r.Kind)})
}

// fresh is the new notice: of a correction the text that was wrong, else that of the last one.
func (s *Store) fresh(ctx context.Context, tx *db.Tx, by actor.Actor, n New) (r record, err error) {
	all, err := s.ofIncident(ctx, tx, n.IncidentID)
	if err != nil {
		return record{}, err
	}
	r.Disclosure = Disclosure{ID: tx.NewID(), IncidentID: n.IncidentID, Kind: n.Kind, Ordinal: 1, State: Draft, StateSince: tx.Now, Round: 1,
		MadeBy: by.ID, MadeName: by.Name, MadeAt: tx.Now, OpenedAt: tx.Now, Rev: 1}
	before, err := turn(all, n)
	if err != nil {
		return record{}, err
	}
	r.content = Content{JA: Text{DeskName: s.opts.Desk.Name, DeskHours: s.opts.Desk.Hours}, EN: Text{DeskHours: "24 hours"}, DeskPhone: s.opts.Desk.Phone}
	if before != "" {
		last, err := s.load(ctx, tx, before)
		if err != nil {
			return record{}, err
		}
		r.content, r.SnapshotID = last.content, ""
		r.content.Next, r.content.JA.Changes, r.content.EN.Changes, r.content.JA.Reason, r.content.EN.Reason = 0, "", "", "", ""
		if r.Ordinal = highest(all) + 1; n.Kind == notice.Correction {
			r.Ordinal, r.CorrectsID, r.SnapshotID, r.content.Next = last.Ordinal, last.ID, last.SnapshotID, last.content.Next
		}
	}
	return r, s.setContent(ctx, tx, &r, r.content)
}

// turn says whether it is the turn of a notice, and after which one.
func turn(all []Disclosure, n New) (before string, err error) {
	refuse := func(key, no string) error { return fault.New(fault.Refused, key, map[string]any{"No": no}) }
	var last Disclosure
	for _, d := range all {
		if d.Open() && (n.Kind != notice.Correction || d.Kind == notice.Correction && d.CorrectsID == n.CorrectsID) {
			return "", refuse("disclosure.begin.open", d.No)
		}
		if d.Public() && d.State != Withdrawn && (last.ID == "" || newer(d, last)) {
			last = d
		}
		if n.Kind == notice.Correction && d.ID == n.CorrectsID {
			if d.State != Published && d.State != Superseded {
				return "", refuse("disclosure.begin.not_correctable", d.No)
			}
			return d.ID, nil
		}
	}
	switch {
	case n.Kind == notice.Correction:
		return "", fault.Field("corrects_id", "form.choice")
	case n.Kind == notice.First && last.ID != "":
		return "", refuse("disclosure.begin.not_first", last.No)
	case n.Kind != notice.First && last.ID == "":
		return "", refuse("disclosure.begin.no_first", "")
	}
	return last.ID, nil
}

// newer reports whether a notice says more than another: a correction takes the place of what it
// corrects, and not of the notices that came after that.
func newer(a, b Disclosure) bool {
	return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.PublishedAt, b.PublishedAt)) > 0
}

// highest is the last number the public has read; that of a withdrawn notice still stands on its page.
func highest(all []Disclosure) (n int64) {
	for _, d := range all {
		if d.Public() {
			n = max(n, d.Ordinal)
		}
	}
	return n
}

// ofIncident reads every notice of an incident, the oldest first, without what is sealed.
func (s *Store) ofIncident(ctx context.Context, tx *db.Tx, incidentID string) (all []Disclosure, err error) {
	err = tx.Select(ctx, &all, `SELECT `+columns+` FROM disclosure WHERE incident_id = ? ORDER BY opened_at, id`, incidentID)
	return all, err
}
