package disclosure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/page"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

// Sheet is everything the page of one notice shows, read from one snapshot.
type Sheet struct {
	Disclosure     Disclosure
	IncidentNo     string
	IncidentTitle  string
	Content        Content
	Erased         bool // the key of the content was destroyed
	OverrideReason string
	// Docs is how it would be read, Japanese first; empty while it is incomplete, and then Missing names
	// the fields. Now is the digest that a signature would be bound to.
	Docs      []notice.Document
	Missing   map[string]string
	Now       string
	Snapshot  incident.Snapshot // chosen; no ID while none is
	Snapshots []incident.Snapshot
	Differs   []incident.CountDiff // numbers of it that would be counted differently now
	Corrects  Disclosure           // of a correction
	Facts     Facts
	Victims   int // of ToldKnown
	Told      int
	Choices   []Choice
	Signed    []Signature
	Lines     []Line // the newest first
	Editions  []Edition
}

const offered = 20 // snapshots to choose from, the newest

// Sheet reads one notice. It needs disclosure.read; fault.NotFound "row.none" when there is none.
func (s *Store) Sheet(ctx context.Context, by actor.Actor, id string) (sh Sheet, err error) {
	if err := by.Need(actor.DisclosureRead); err != nil {
		return Sheet{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		sh.Disclosure, sh.Content, sh.Erased, sh.OverrideReason = r.Disclosure, r.content, r.erased, r.override
		if err := s.composedInto(ctx, tx, by, r, &sh); err != nil {
			return err
		}
		return s.around(ctx, tx, r, &sh)
	})
	return sh, err
}

// composedInto says how the notice would be read and what its guards see.
func (s *Store) composedInto(ctx context.Context, tx *db.Tx, by actor.Actor, r record, sh *Sheet) error {
	c, err := s.compose(ctx, tx, r, tx.Now.Time(), false)
	var f *fault.Error
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		sh.Missing, err = f.Fields, nil
	}
	if err != nil {
		return err
	}
	sh.Docs, sh.Now = c.docs, c.digest
	if len(sh.Missing) > 0 {
		sh.Docs = nil
	}
	if sh.Facts, _, err = s.facts(ctx, tx, by, r); err != nil {
		return err
	}
	sh.Choices = Choices(r.State, by, sh.Facts)
	if sh.Signed, err = s.signatures(ctx, tx, r, c.digest); err != nil || s.opts.Notified == nil {
		return err
	}
	sh.Victims, sh.Told, err = s.opts.Notified(ctx, tx, r.IncidentID)
	return err
}

// around reads what stands beside a notice.
func (s *Store) around(ctx context.Context, tx *db.Tx, r record, sh *Sheet) (err error) {
	if sh.IncidentNo, sh.IncidentTitle, err = s.opts.Numbered(ctx, tx, r.IncidentID); err != nil {
		return err
	}
	if sh.Snapshots, err = s.opts.Snapshots(ctx, tx, r.IncidentID, offered); err != nil {
		return err
	}
	if r.SnapshotID != "" {
		if sh.Snapshot, err = s.opts.Snapshot(ctx, tx, r.SnapshotID); err != nil {
			return err
		}
		if sh.Differs, err = s.differs(ctx, tx, r, sh.Snapshot); err != nil {
			return err
		}
	}
	if r.CorrectsID != "" {
		was, err := s.load(ctx, tx, r.CorrectsID)
		if err != nil {
			return err
		}
		sh.Corrects = was.Disclosure
	}
	if sh.Lines, err = s.lines(ctx, tx, r.ID); err != nil {
		return err
	}
	sh.Editions, err = s.editions(ctx, tx, r.ID)
	return err
}

// differs are the chosen numbers that rooms would count differently now.
func (s *Store) differs(ctx context.Context, tx *db.Tx, r record, snap incident.Snapshot) (out []incident.CountDiff, err error) {
	counts, err := s.opts.CountNow(ctx, tx, r.IncidentID)
	if err != nil {
		return nil, err
	}
	now := incident.Snapshot{Counts: counts}
	for _, k := range r.content.Keys() {
		was, said := snap.Count(k)
		n, counted := now.Count(k)
		if said && counted && n.N != was.N {
			out = append(out, incident.CountDiff{CountKey: k, Was: was.N, Now: n.N, No: r.No})
		}
	}
	return out, nil
}

const maxLines = 200

func (s *Store) lines(ctx context.Context, tx *db.Tx, id string) ([]Line, error) {
	var rows []struct {
		Line
		Sealed []byte `db:"comment"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, round, at, actor_id, actor_name, event, from_state, to_state, digest, args, comment
		FROM disclosure_line WHERE disclosure_id = ? ORDER BY at DESC, id DESC LIMIT ?`, id, maxLines); err != nil {
		return nil, err
	}
	out := make([]Line, len(rows))
	for i, r := range rows {
		var err error
		out[i] = r.Line
		if out[i].Comment, out[i].Erased, err = s.open(ctx, tx, vault.Place{Table: "disclosure_line", Column: "comment", Row: r.ID}, r.Sealed); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Preview draws the page of a notice in a language as the public would read it, marked as a draft as
// long as it is none that they read. It needs disclosure.read; fault.Invalid with the fields that are
// missing while it is incomplete, fault.NotFound for a language it has not.
func (s *Store) Preview(ctx context.Context, by actor.Actor, id string, l notice.Language, root string) ([]byte, error) {
	doc, look, err := s.shown(ctx, by, id, l)
	if err != nil {
		return nil, err
	}
	look.Root = root
	return page.HTML(doc, look)
}

// Paper gives the PDF for the press: of a published notice the copy that was kept, of one that does not
// stand any more one that says so on every sheet, else a draft drawn now. It needs disclosure.read and
// fails like Preview, and with fault.Refused "disclosure.glyphs" for a character that no font has.
func (s *Store) Paper(ctx context.Context, by actor.Actor, id string, l notice.Language) (pdf []byte, name string, err error) {
	doc, look, err := s.shown(ctx, by, id, l)
	if err != nil {
		return nil, "", err
	}
	name = doc.No + "." + string(l) + ".pdf"
	if look.Draft || look.Note.Status != "" {
		pdf, err = s.paper(doc, look)
		return pdf, name, err
	}
	var e Edition
	if err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = s.latest(ctx, tx, name)
		return err
	}); err != nil {
		return nil, "", err
	}
	if sum(e.Body) != e.SHA256 {
		return nil, "", fmt.Errorf("%s: %w", name, errChanged)
	}
	return e.Body, name, nil
}

var errChanged = errors.New("the kept copy is not what its hash says")

// shown is the notice in a language: as the public reads it, or as it would be read.
func (s *Store) shown(ctx context.Context, by actor.Actor, id string, l notice.Language) (doc notice.Document, look page.Look, err error) {
	if err := by.Need(actor.DisclosureRead); err != nil {
		return doc, look, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.Public() {
			e, err := s.latest(ctx, tx, r.Page(l))
			doc, look = e.Doc, page.Look{Note: e.Noted}
			return err
		}
		c, err := s.compose(ctx, tx, r, tx.Now.Time(), false)
		if err != nil {
			return err
		}
		for _, d := range c.docs {
			if d.Language == l {
				doc, look = d, page.Look{Draft: true}
				return nil
			}
		}
		return fault.New(fault.NotFound, "row.none", nil)
	})
	return doc, look, err
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
