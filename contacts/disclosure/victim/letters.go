package victim

import (
	"context"
	"errors"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/fault"
)

// AllLetters asks Letters for every letter that waits.
const AllLetters = -1

// Letters draws the notice at a place on paper, or all that wait to be posted as one PDF, a letter a
// part with pages of its own, and puts on record who printed them: they have names and addresses in
// full. Before the approval every page says that it is a draft; after it, letters to customers whose
// damage is not confirmed any more, or who were erased, are left out and say so. It needs notice.read and
// customer.reveal. fault.NotFound when there is nothing to print, fault.Refused "notice.glyphs" when a
// name has a character that no font has.
func (s *Store) Letters(ctx context.Context, by actor.Actor, id string, pos int64) (pdf []byte, name string, err error) {
	for _, p := range []actor.Permission{actor.NoticeRead, actor.CustomerReveal} {
		if err := by.Need(p); err != nil {
			return nil, "", err
		}
	}
	var all []Letter
	draft := false
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.held(ctx, tx, id)
		if err != nil {
			return err
		}
		name, draft = r.No+".pdf", r.ApprovalDigest == ""
		if !draft {
			if err := s.leaveOut(ctx, tx, &r, pos); err != nil {
				return err
			}
		}
		if all, err = s.onPaper(ctx, tx, r, pos); err != nil || len(all) == 0 {
			return err
		}
		return s.record(ctx, tx, by, audit.Access, r.Mailing, "notice.printed", map[string]string{"purpose": "delivery"})
	})
	if err != nil {
		return nil, "", err
	}
	if len(all) == 0 {
		return nil, "", fault.New(fault.NotFound, "row.none", nil)
	}
	pdf, err = s.opts.Render(all, draft)
	var missing *document.MissingGlyphs
	if errors.As(err, &missing) {
		return nil, "", fault.Wrap(fault.Refused, "notice.glyphs", map[string]any{"Glyphs": missing.Characters()}, err)
	}
	return pdf, name, err
}

// leaveOut takes back letters that wait and must not be posted any more: the damage of the case is not
// confirmed now, or the customer was erased, so that there is nothing to print.
func (s *Store) leaveOut(ctx context.Context, tx *db.Tx, r *record, pos int64) error {
	waiting, err := s.papers(ctx, tx, ofPlace, r.ID, pos, pos)
	if err != nil {
		return err
	}
	confirmed, reach, err := s.asOfNow(ctx, tx, r.IncidentID, waiting)
	if err != nil {
		return err
	}
	for _, n := range waiting {
		if _, known := reach[n.CustomerID]; !n.NeedsLetter() || confirmed[n.CaseID] && known && !n.erased {
			continue
		}
		if err := s.step(ctx, tx, itself, r, &n.Notice, NoticeStep{Event: CaseExcluded}); err != nil {
			return err
		}
	}
	return s.watch(ctx, tx, r)
}

// ofPlace are the notices of a mailing at a place, or all of them.
const ofPlace = `mailing_id = ? AND (pos = ? OR ? = -1) ORDER BY pos`

func (s *Store) onPaper(ctx context.Context, tx *db.Tx, r record, pos int64) (all []Letter, err error) {
	found, err := s.papers(ctx, tx, ofPlace, r.ID, pos, pos)
	if err != nil {
		return nil, err
	}
	for _, n := range found {
		if pos == AllLetters && !n.NeedsLetter() && (r.ApprovalDigest != "" || n.Medium != notice.ByLetter) {
			continue
		}
		if n.erased || n.State == Withdrawn || n.paper.Letter == "" || len(n.paper.Findings) > 0 { // nothing is printed that a guard refused
			continue
		}
		all = append(all, Letter{No: r.No, Name: n.paper.Name, Postal: n.paper.Postal, Language: n.Language, Subject: n.paper.Subject, Body: n.paper.Letter})
	}
	return all, nil
}
