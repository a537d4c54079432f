package isac

import (
	"context"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
)

// Sheet is everything the page of one share shows, read from one snapshot.
type Sheet struct {
	Share      Share
	IncidentNo string
	Content    Content
	Erased     bool // the key of the content was destroyed
	Desk       Desk
	HasDesk    bool
	Facts      Facts
	Choices    []Choice
	Lines      []Line    // the newest first, like all that follows
	Versions   []Version // every one that was frozen
}

// Sheet reads one share. It needs share.read; fault.NotFound "row.none" when there is none.
func (s *Store) Sheet(ctx context.Context, by actor.Actor, id string) (sh Sheet, err error) {
	if err := by.Need(actor.ShareRead); err != nil {
		return Sheet{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		sh.Share, sh.Content, sh.Erased = r.Share, r.content, r.erased
		if sh.IncidentNo, err = s.opts.Numbered(ctx, tx, r.IncidentID); err != nil {
			return err
		}
		if sh.Desk, sh.HasDesk, err = s.desk(ctx, tx, r); err != nil {
			return err
		}
		if sh.Facts, err = s.facts(ctx, tx, by, r); err != nil {
			return err
		}
		sh.Choices = Choices(r.State, by, sh.Facts)
		if err := tx.Select(ctx, &sh.Versions, `SELECT `+versionColumns+` FROM share_version WHERE share_id = ? ORDER BY version DESC`, id); err != nil {
			return err
		}
		sh.Lines, err = s.lines(ctx, tx, id)
		return err
	})
	return sh, err
}

const maxLines = 200

func (s *Store) lines(ctx context.Context, tx *db.Tx, id string) ([]Line, error) {
	var rows []struct {
		Line
		Sealed []byte `db:"comment"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, version, at, actor_id, actor_name, event, from_state, to_state, args, comment
		FROM share_line WHERE share_id = ? ORDER BY at DESC, id DESC LIMIT ?`, id, maxLines); err != nil {
		return nil, err
	}
	out := make([]Line, len(rows))
	for i, r := range rows {
		var err error
		out[i] = r.Line
		if out[i].Comment, out[i].Erased, err = s.open(ctx, tx, place("share_line", "comment", r.ID), r.Sealed); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Bundle gives the STIX bundle of a version, 0 for the newest, and the name of its file. It needs
// share.read; fault.NotFound when no such version was frozen.
func (s *Store) Bundle(ctx context.Context, by actor.Actor, id string, version int64) (bundle []byte, name string, err error) {
	bundle, _, sh, n, err := s.files(ctx, by, id, version)
	return bundle, fileName(sh, n, "json"), err
}

// PDF gives the sheet of a version, 0 for the newest, and the name of its file. It needs
// share.read; fault.NotFound when no such version was frozen.
func (s *Store) PDF(ctx context.Context, by actor.Actor, id string, version int64) (pdf []byte, name string, err error) {
	_, pdf, sh, n, err := s.files(ctx, by, id, version)
	return pdf, fileName(sh, n, "pdf"), err
}

func (s *Store) files(ctx context.Context, by actor.Actor, id string, version int64) (bundle, pdf []byte, sh Share, n int64, err error) {
	if err := by.Need(actor.ShareRead); err != nil {
		return nil, nil, Share{}, 0, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if sh, n = r.Share, version; n == 0 {
			n = r.Version
		}
		_, bundle, pdf, err = s.frozen(ctx, tx, id, n)
		return err
	})
	return bundle, pdf, sh, n, err
}

// Open counts the shares that hold back the close of an incident: it is not settled whether they
// leave.
func (s *Store) Open(ctx context.Context, tx *db.Tx, incidentID string) (n int, err error) {
	err = tx.Get(ctx, &n, `SELECT count(*) FROM share WHERE incident_id = ? AND state IN (`+quoted(openStates)+`)`, incidentID)
	return n, err
}

// quoted writes states as a list of SQL; they are constants of this package, never input.
func quoted(states []State) (list string) {
	for i, st := range states {
		if i > 0 {
			list += ", "
		}
		list += "'" + string(st) + "'"
	}
	return list
}

// Cursor names the last row of a page of the list.
type Cursor = paging.Cursor

// Page asks for at most Limit rows behind After. A limit outside 1 to 200 is 50.
type Page = paging.Page

// ParseCursor reads a cursor as it stands in an address. Anything else is fault.Invalid.
func ParseCursor(s string) (Cursor, error) { return paging.Parse(s) }

// Filter narrows the list; empty fields do not.
type Filter struct {
	State      State
	IncidentID string
	Open       bool // only what is not settled
}

// Entry is one row of the list.
type Entry struct {
	Share
	Title  string
	Erased bool
}

// List reads a page of shares, the newest first. It needs share.read.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p Page) (list []Entry, next Cursor, err error) {
	if err := by.Need(actor.ShareRead); err != nil {
		return nil, Cursor{}, err
	}
	if f.State != "" && !known(States, f.State) {
		return nil, Cursor{}, fault.Field("state", "form.choice")
	}
	where, args := f.where()
	if !p.After.IsZero() {
		where, args = append(where, "(opened_at, id) < (?, ?)"), append(args, p.After.At, p.After.ID)
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		var ids []string
		if err := tx.Select(ctx, &ids, `SELECT id FROM share WHERE `+strings.Join(where, " AND ")+` ORDER BY opened_at DESC, id DESC LIMIT ?`, append(args, p.Size()+1)...); err != nil {
			return err
		}
		for _, id := range ids {
			r, err := s.load(ctx, tx, id)
			if err != nil {
				return err
			}
			list = append(list, Entry{r.Share, r.content.Title, r.erased})
		}
		if n := p.Size(); len(list) > n {
			list = list[:n]
			next = Cursor{At: list[n-1].OpenedAt, ID: list[n-1].ID}
		}
		return nil
	})
	return list, next, err
}

func (f Filter) where() (where []string, args []any) {
	where = []string{"1 = 1"}
	if f.State != "" {
		where, args = append(where, "state = ?"), append(args, f.State)
	}
	if f.IncidentID != "" {
		where, args = append(where, "incident_id = ?"), append(args, f.IncidentID)
	}
	if f.Open {
		where = append(where, "state IN ("+quoted(openStates)+")")
	}
	return where, args
}
