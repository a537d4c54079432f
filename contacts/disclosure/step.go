package disclosure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Told is what the incident's rooms say of it, for a first draft in both languages: no personal data.
type Told struct{ TitleJA, OutlineJA, TitleEN, OutlineEN string }

// Drafted is the notice that a playbook prepared, or found.
type Drafted struct {
	Disclosure
	Snapshot int64 // number of the snapshot it takes its figures from; 0 while none was chosen
}

// Prepare begins the next notice of an incident with the newest snapshot of the counts, in the
// caller's transaction: the first one, or an update when one was published. One that is still at work
// is given back as it is. It needs disclosure.write and fails like Begin.
func (s *Store) Prepare(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string, t Told) (d Drafted, err error) {
	if err := by.Need(actor.DisclosureWrite); err != nil {
		return d, err
	}
	all, err := s.ofIncident(ctx, tx, incidentID)
	if err != nil {
		return d, err
	}
	n := New{IncidentID: incidentID, Kind: notice.First}
	for _, x := range all {
		if x.Open() && x.Kind != notice.Correction {
			d.Disclosure = x
			d.Snapshot, err = s.snapshotNo(ctx, tx, x.SnapshotID)
			return d, err
		}
		if x.Public() && x.State != Withdrawn {
			n.Kind = notice.Update
		}
	}
	newest, err := s.opts.Snapshots(ctx, tx, incidentID, 1)
	if err != nil {
		return d, err
	}
	d.Disclosure, err = s.begin(ctx, tx, by, n, func(r *record) error {
		if len(newest) > 0 {
			r.SnapshotID, d.Snapshot = newest[0].ID, newest[0].No
		}
		return s.setContent(ctx, tx, r, t.onto(r.content, newest))
	})
	return d, err
}

// onto fills what nobody has written, and chooses the confirmed numbers of the snapshot.
func (t Told) onto(c Content, newest []incident.Snapshot) Content {
	for _, x := range []struct {
		into *string
		text string
	}{{&c.JA.Title, t.TitleJA}, {&c.JA.Outline, t.OutlineJA}, {&c.EN.Title, t.TitleEN}, {&c.EN.Outline, t.OutlineEN}} {
		if *x.into == "" {
			*x.into = x.text
		}
	}
	if len(c.Figures) == 0 && len(newest) > 0 {
		for _, n := range newest[0].Counts {
			if n.Stage == incident.CountConfirmed && n.N > 0 && n.Unit != incident.CountYen {
				c.Figures = append(c.Figures, n.Key().String())
			}
		}
	}
	return c.Tidied()
}

func (s *Store) snapshotNo(ctx context.Context, tx *db.Tx, id string) (int64, error) {
	if id == "" {
		return 0, nil
	}
	snap, err := s.opts.Snapshot(ctx, tx, id)
	return snap.No, err
}

// ShownNotice is a notice as who approves it sees it.
type ShownNotice struct {
	ID, No   string
	Kind     Kind
	Ordinal  int64
	State    State
	Digest   string
	Snapshot int64
	Signed   []Signature // those that hold
}

// Digest is over what every notice of an incident that is at work would say; empty when there is none
// or one is not complete.
func (s *Store) Digest(ctx context.Context, tx *db.Tx, incidentID string) (digest string, shown []ShownNotice, err error) {
	all, err := s.ofIncident(ctx, tx, incidentID)
	if err != nil {
		return "", nil, err
	}
	h, complete := sha256.New(), true
	for _, d := range all {
		if !d.Open() {
			continue
		}
		r, err := s.load(ctx, tx, d.ID)
		if err != nil {
			return "", nil, err
		}
		x := ShownNotice{ID: d.ID, No: d.No, Kind: d.Kind, Ordinal: d.Ordinal, State: d.State}
		f, c, err := s.facts(ctx, tx, actor.Actor{}, r)
		if err != nil {
			return "", nil, err
		}
		if x.Digest, x.Snapshot = c.digest, c.snapshot.No; f.Incomplete {
			x.Digest = ""
		}
		complete = complete && x.Digest != ""
		signed, err := s.signatures(ctx, tx, r, x.Digest)
		if err != nil {
			return "", nil, err
		}
		for _, g := range signed {
			if g.Holds {
				x.Signed = append(x.Signed, g)
			}
		}
		if _, err := fmt.Fprintf(h, "%s|%s\n", d.No, x.Digest); err != nil {
			return "", nil, err
		}
		shown = append(shown, x)
	}
	if len(shown) == 0 || !complete {
		return "", shown, nil
	}
	return hex.EncodeToString(h.Sum(nil)), shown, nil
}

// Makers are the accounts that wrote what Digest is over.
func (s *Store) Makers(ctx context.Context, tx *db.Tx, incidentID string) (ids []string, err error) {
	err = tx.Select(ctx, &ids, `SELECT DISTINCT l.actor_id FROM disclosure d JOIN disclosure_line l ON l.disclosure_id = d.id
		WHERE d.incident_id = ? AND d.state IN ('draft', 'fact_checked', 'legal', 'exec', 'scheduled') AND l.event IN ('begun', 'content_edited') ORDER BY l.actor_id`, incidentID)
	return ids, err
}

// CountPublished counts the notices of an incident that the public can read. It is one query of its own, so that the
// conditions of playbooks, which ask in every step, can ask several rooms at once.
const CountPublished = `SELECT count(*) FROM disclosure WHERE incident_id = ? AND published_at > 0 AND state <> 'withdrawn'`

// Published counts the notices of an incident that the public can read, in the caller's transaction.
func (s *Store) Published(ctx context.Context, tx *db.Tx, incidentID string) (n int64, err error) {
	err = tx.Get(ctx, &n, CountPublished, incidentID)
	return n, err
}
