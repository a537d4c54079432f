package victim

import (
	"context"
	"slices"
	"strings"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// compose writes the notices of a draft from what is now known: it reads and looks in one snapshot,
// since the guards take their time, and keeps the texts if nobody changed the draft meanwhile.
func (s *Store) compose(ctx context.Context, by actor.Actor, id string) (m Mailing, err error) {
	var seen record
	var made []noticeRecord
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if seen, err = s.load(ctx, tx, id); err != nil {
			return err
		}
		made, err = s.writeAll(ctx, tx, seen)
		return err
	}); err != nil {
		return Mailing{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.held(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.Rev != seen.Rev || r.State != Drafting {
			return fault.Stale(r.Mailing)
		}
		m, err = s.keep(ctx, tx, by, &r, made)
		return err
	})
	return m, err
}

func (s *Store) writeAll(ctx context.Context, tx *db.Tx, r record) ([]noticeRecord, error) {
	all, err := s.papers(ctx, tx, `mailing_id = ? ORDER BY pos`, r.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(all))
	for i, n := range all {
		ids[i] = n.CustomerID
	}
	reach, err := s.opts.Reach(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for i := range all {
		n := &all[i]
		to, ok := reach[n.CustomerID]
		if !ok {
			n.erased = true
			continue
		}
		if n.paper.Language == "" {
			n.paper.Own = first(n.Notice, to, tx.Now)
		}
		n.paper.Reach = to
		if n.paper, err = s.write(ctx, tx, r.Mailing, r.content, n.Notice, n.paper); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// first is how a customer is told unless a person says otherwise: by mail, on paper where there is no
// address or it was replaced lately.
func first(n Notice, to Reach, now db.Instant) Own {
	o := Own{Language: n.Language, Medium: notice.ByMail}
	if to.Mail == "" || to.Changed != 0 && now.Sub(to.Changed) < suspicious {
		o.Medium = notice.ByLetter
	}
	return o
}

// keep stores the texts, and on record that addresses were read and what was refused.
func (s *Store) keep(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, made []noticeRecord) (Mailing, error) {
	for i := range made {
		n := &made[i]
		if n.erased { // nobody is left to be told
			continue
		}
		if err := s.savePaper(ctx, tx, n); err != nil {
			return Mailing{}, err
		}
		if kinds := n.paper.kinds(); len(kinds) > 0 {
			if err := s.record(ctx, tx, by, audit.Main, r.Mailing, "notice.refused", map[string]string{"Case": n.CaseID, "Kinds": strings.Join(kinds, ",")}); err != nil {
				return Mailing{}, err
			}
		}
	}
	now := make([]Notice, len(made))
	for i, n := range made {
		now[i] = n.Notice
	}
	r.Digest = together(slices.DeleteFunc(now, func(n Notice) bool { return n.State != Drafted }))
	if err := s.save(ctx, tx, r); err != nil {
		return Mailing{}, err
	}
	return r.Mailing, s.record(ctx, tx, by, audit.Access, r.Mailing, "notice.written", nil)
}
