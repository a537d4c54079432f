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
// full. Before the approval every page says that it is a draft. It needs notice.read and
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
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		name, draft = r.No+".pdf", r.ApprovalDigest == ""
		if all, err = s.onPaper(ctx, tx, r, pos); err != nil {
			return err
		}
		return s.record(ctx, tx, by, audit.Access, r.Mailing, "notice.printed", map[string]string{"purpose": "delivery"})
	})
	if err != nil {
		return nil, "", err
	}
	pdf, err = s.opts.Render(all, draft)
	var missing *document.MissingGlyphs
	if errors.As(err, &missing) {
		return nil, "", fault.Wrap(fault.Refused, "notice.glyphs", map[string]any{"Glyphs": missing.Characters()}, err)
	}
	return pdf, name, err
}

func (s *Store) onPaper(ctx context.Context, tx *db.Tx, r record, pos int64) (all []Letter, err error) {
	found, err := s.papers(ctx, tx, `mailing_id = ? AND (pos = ? OR ? = -1) ORDER BY pos`, r.ID, pos, pos)
	if err != nil {
		return nil, err
	}
	for _, n := range found {
		if pos == AllLetters && !n.NeedsLetter() && (r.ApprovalDigest != "" || n.Medium != notice.ByLetter) {
			continue
		}
		if n.erased || n.paper.Letter == "" || len(n.paper.Findings) > 0 { // nothing is printed that a guard refused
			continue
		}
		all = append(all, Letter{No: r.No, Name: n.paper.Name, Postal: n.paper.Postal, Language: n.Language, Subject: n.paper.Subject, Body: n.paper.Letter})
	}
	if len(all) == 0 {
		return nil, fault.New(fault.NotFound, "row.none", nil)
	}
	return all, nil
}
