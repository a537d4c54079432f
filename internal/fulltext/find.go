package fulltext

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

const (
	// usual and most are how many texts a page shows.
	usual = 20
	most  = 100
	// maxOpened bounds how many candidates one search opens, and maxLooked how many numbers of the
	// rarest gram it compares with the others. A search that stops there says so and can go on.
	maxOpened = 200
	maxLooked = 4096
	// rare is as far as the texts of a gram are counted to find the rarest.
	rare = 256
)

// Place is where a page begins: behind this text. The zero Place is the newest.
type Place int64

// String is the place as a form carries it; empty for the zero Place.
func (p Place) String() string {
	if p == 0 {
		return ""
	}
	return strconv.FormatInt(int64(p), 10)
}

// ParsePlace reads String's form. Anything else is fault.Invalid.
func ParsePlace(s string) (Place, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.Field("after", "form.choice")
	}
	return Place(n), nil
}

// Page asks for at most Limit texts behind After. A limit outside 1 to 100 is 20.
type Page struct {
	After Place
	Limit int
}

func (p Page) size() int {
	if p.Limit < 1 || p.Limit > most {
		return usual
	}
	return p.Limit
}

// Hit is a text that has what was looked for.
type Hit struct {
	ID      string // of the row
	At      db.Instant
	Snippet []Piece
	no      int64
}

// Found is a page of hits, the newest first.
type Found struct {
	Hits []Hit
	Next Place // zero when there is nothing more
	// Unfinished says that Next is where the search stopped, not where a full page ended: older
	// texts were not looked at yet.
	Unfinished bool
}

// Reader opens texts by the ids of their rows. One that is gone, or whose key was destroyed, is
// left out.
type Reader func(ctx context.Context, tx *db.Tx, ids []string) (map[string][]string, error)

// Find looks for texts of one kind in the caller's snapshot. The caller has asked for the
// permission to read this kind; read opens the candidates.
func (x *Index) Find(ctx context.Context, tx *db.Tx, kind string, q Query, p Page, read Reader) (f Found, err error) {
	s := &scan{tx: tx, before: int64(p.After)}
	if err := s.begin(ctx, x.wanted(kind, q)); err != nil {
		return f, err
	}
	for opened := 0; !s.over; {
		nos, err := s.next(ctx)
		if err != nil {
			return f, err
		}
		for part := range slices.Chunk(nos, usual) {
			hits, err := hitsOf(ctx, tx, q, part, read)
			if err != nil {
				return f, err
			}
			if f.Hits = append(f.Hits, hits...); len(f.Hits) > p.size() {
				f.Hits = f.Hits[:p.size()]
				f.Next = Place(f.Hits[p.size()-1].no)
				return f, nil
			}
			if opened += len(part); opened >= maxOpened {
				f.Next, f.Unfinished = Place(part[len(part)-1]), true
				return f, nil
			}
		}
		if s.looked >= maxLooked && !s.over {
			f.Next, f.Unfinished = Place(s.before), true
			return f, nil
		}
	}
	return f, nil
}

// hitsOf opens candidates and keeps those that have what was looked for.
func hitsOf(ctx context.Context, tx *db.Tx, q Query, nos []int64, read Reader) (out []Hit, err error) {
	var docs []doc
	if err := tx.SelectIn(ctx, &docs, `SELECT no, kind, ref, subject FROM text_doc WHERE no IN (?) ORDER BY no DESC`, nos); err != nil {
		return nil, fmt.Errorf("read candidates: %w", err)
	}
	ids := make([]string, len(docs))
	for i, d := range docs {
		ids[i] = d.Ref
	}
	texts, err := read(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		if parts := texts[d.Ref]; q.in(parts) {
			out = append(out, Hit{ID: d.Ref, At: moment(d.No), Snippet: q.snippet(parts), no: d.No})
		}
	}
	return out, nil
}
