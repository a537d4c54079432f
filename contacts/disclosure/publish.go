package disclosure

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/page"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
)

// Publish makes a notice public: its pages and papers are kept byte by byte, what it follows or corrects
// gets its note, and the files are written after the commit. The text is looked through once more. It
// fails with fault.Conflict and the current Disclosure when rev is stale, and with fault.Refused when a
// guard says no, above all "disclosure.guard.approval_void", "disclosure.guard.untold" and
// "disclosure.leak". It needs disclosure.write.
func (s *Store) Publish(ctx context.Context, by actor.Actor, id string, rev int64) (Disclosure, error) {
	if err := by.Need(actor.DisclosureWrite); err != nil {
		return Disclosure{}, err
	}
	return s.publish(ctx, by, act{id: id, rev: rev, event: MadePublic})
}

func (s *Store) publish(ctx context.Context, by actor.Actor, a act) (d Disclosure, err error) {
	at := s.db.Now()
	_, c, err := s.ready(ctx, by, a, at, true)
	if err != nil {
		return Disclosure{}, err
	}
	papers := make([][]byte, len(c.docs)) // a PDF is never drawn inside a transaction
	for i, doc := range c.docs {
		if papers[i], err = s.paper(doc, page.Look{}); err != nil {
			return Disclosure{}, err
		}
	}
	a.do = s.reveal(at, c.digest, papers)
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.act(ctx, tx, by, a)
		if err != nil {
			return err
		}
		d = r.Disclosure
		if err := s.replaces(ctx, tx, by, r); err != nil {
			return err
		}
		if err := s.toFiles(ctx, tx, r, 1); err != nil {
			return err
		}
		if s.opts.Emit != nil {
			err = s.opts.Emit(ctx, tx, r.IncidentID, "disclosure.published", r.ID)
		}
		db.Crash("disclosure.publish")
		return err
	})
	return d, err
}

// paper says in the reader's words what cannot be drawn.
func (s *Store) paper(d notice.Document, l page.Look) ([]byte, error) {
	pdf, err := s.opts.Paper(d, l)
	var missing *document.MissingGlyphs
	if errors.As(err, &missing) {
		return nil, fault.Wrap(fault.Refused, "disclosure.glyphs", map[string]any{"Glyphs": missing.Characters()}, err)
	}
	return pdf, err
}

// reveal keeps what the public reads from now on.
func (s *Store) reveal(at db.Instant, digest string, papers [][]byte) func(context.Context, *db.Tx, actor.Actor, *record) (db.Args, error) {
	return func(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (db.Args, error) {
		c, err := s.compose(ctx, tx, *r, at.Time(), false)
		if err != nil {
			return nil, err
		}
		if c.digest != digest || len(c.docs) != len(papers) { // what was drawn is not what would be recorded
			return nil, fault.Stale(r.Disclosure)
		}
		r.PublishedAt, r.PublishedBy, r.PublishedName, r.Digest = at, by.ID, by.Name, digest
		for i, doc := range c.docs {
			e := Edition{DisclosureID: r.ID, Name: r.Page(doc.Language), Edition: 1, Lang: doc.Language, Media: mediaHTML, Status: Published, Title: doc.Title, Doc: doc}
			look := page.Look{}
			if len(c.docs) > 1 {
				look.Other = r.Page(c.docs[1-i].Language)
			}
			if e.Body, err = page.HTML(doc, look); err != nil {
				return nil, err
			}
			paper := e
			paper.Name, paper.Media, paper.Body = r.paper(doc.Language), mediaPDF, papers[i]
			for _, e := range []Edition{e, paper} {
				if err := s.keep(ctx, tx, e); err != nil {
					return nil, err
				}
			}
		}
		return nil, s.opts.Mark(ctx, tx, incident.Publication{SnapshotID: r.SnapshotID, Ref: ref(r.ID), No: r.No, Figures: strings.Join(r.content.Figures, ",")})
	}
}

func ref(id string) string { return "disclosure:" + id }

// replaces moves what the notice follows or corrects: it gets a note above it and is never taken away.
func (s *Store) replaces(ctx context.Context, tx *db.Tx, by actor.Actor, r record) error {
	all, err := s.ofIncident(ctx, tx, r.IncidentID)
	if err != nil {
		return err
	}
	for _, d := range all {
		a := act{id: d.ID, rev: d.Rev, duty: true}
		switch {
		case d.ID == r.ID:
			continue
		case r.Kind == notice.Correction && d.ID == r.CorrectsID:
			a.event, a.do = PutRight, s.under(r, Corrected)
		case r.Kind != notice.Correction && d.State == Published:
			a.event, a.do = FollowedUp, s.under(r, Superseded)
		default:
			continue
		}
		if _, err := s.act(ctx, tx, by, a); err != nil {
			return err
		}
	}
	return nil
}

// under notes on a notice that r has taken its place.
func (s *Store) under(r record, status State) func(context.Context, *db.Tx, actor.Actor, *record) (db.Args, error) {
	return func(ctx context.Context, tx *db.Tx, _ actor.Actor, old *record) (db.Args, error) {
		return db.Args{"By": r.No}, s.noted(ctx, tx, old.Disclosure, status, func(l notice.Language) page.Note {
			name := r.Page(notice.Japanese)
			if r.content.English {
				name = r.Page(l)
			}
			return page.Note{Status: string(status), At: r.PublishedAt.Time(), No: r.No, Name: name}
		})
	}
}

const (
	writeKind   = "disclosure.write"
	publishKind = "disclosure.publish"
)

// toFiles has the files written after the commit. n tells the acts on one notice apart.
func (s *Store) toFiles(ctx context.Context, tx *db.Tx, r record, n int64) error {
	_, _, err := s.opts.Effects.Enqueue(ctx, tx, effect.Spec{Kind: writeKind, Key: fmt.Sprintf("%s:%s:%d", writeKind, r.ID, n), Ref: ref(r.ID)})
	return err
}
