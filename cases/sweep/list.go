package sweep

import (
	"context"
	"strings"

	"tasuke/cases/sweep/indicator"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/paging"
)

// Cursor names the last row of a page of a list.
type Cursor = paging.Cursor

// Page asks for at most Limit rows behind After. A limit outside 1 to 200 is 50.
type Page = paging.Page

// ParseCursor reads a cursor as it stands in an address. Anything else is fault.Invalid.
func ParseCursor(s string) (Cursor, error) { return paging.Parse(s) }

// Filter narrows the list of sweeps; empty fields do not.
type Filter struct {
	State      State
	IncidentID string
	Open       bool // only what somebody has to act on
}

// Entry is one row of the list of sweeps.
type Entry struct {
	Sweep
	Tally Tally // of the last answered round
}

// List reads a page of sweeps, the newest first. It needs sweep.read.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p Page) (list []Entry, next Cursor, err error) {
	if err := by.Need(actor.SweepRead); err != nil {
		return nil, Cursor{}, err
	}
	where, args := f.where()
	where, args = p.Behind(where, args, "opened_at")
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, next = nil, Cursor{}
		if err := tx.Select(ctx, &list, `SELECT `+columns+` FROM sweep WHERE `+strings.Join(where, " AND ")+` ORDER BY opened_at DESC, id DESC LIMIT ?`,
			append(args, p.Size()+1)...); err != nil {
			return err
		}
		if n := p.Size(); len(list) > n {
			list = list[:n]
			next = Cursor{At: list[n-1].OpenedAt, ID: list[n-1].ID}
		}
		for i, e := range list {
			if e.Answered == 0 {
				list[i].Tally.Precision = -1
				continue
			}
			d, err := s.roundOf(ctx, tx, e.ID, e.Answered)
			if err != nil {
				return err
			}
			if list[i].Tally, err = tally(ctx, tx, d); err != nil {
				return err
			}
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
		where = append(where, "state IN (?"+strings.Repeat(", ?", len(open)-1)+")")
		for _, st := range open {
			args = append(args, st)
		}
	}
	return where, args
}

// HitFilter narrows the hits of a round; empty fields do not.
type HitFilter struct {
	Round   int64 // 0: the last answered one
	Verdict Verdict
	Delta   Delta
	Waiting bool // only what somebody has to look at and nobody has judged
}

// Hits reads a page of the hits of a round, the highest score first. It needs sweep.read.
func (s *Store) Hits(ctx context.Context, by actor.Actor, sweepID string, f HitFilter, p Page) (list []Hit, next Cursor, err error) {
	if err := by.Need(actor.SweepRead); err != nil {
		return nil, Cursor{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, next = nil, Cursor{}
		w, err := load(ctx, tx, sweepID)
		if err != nil {
			return err
		}
		n := f.Round
		if n == 0 {
			n = w.Answered
		}
		where, args := f.where(w.ID, n)
		if !p.After.IsZero() {
			where, args = append(where, "(h.score, h.id) < (?, ?)"), append(args, p.After.At, p.After.ID)
		}
		if err := tx.Select(ctx, &list, `SELECT `+hitColumns+` FROM `+hitTables+` JOIN sweep_round r ON r.id = h.round_id WHERE `+strings.Join(where, " AND ")+`
			ORDER BY h.score DESC, h.id DESC LIMIT ?`, append(args, p.Size()+1)...); err != nil {
			return err
		}
		if n := p.Size(); len(list) > n {
			list = list[:n]
			next = Cursor{At: db.Instant(list[n-1].Score), ID: list[n-1].ID}
		}
		return nil
	})
	return list, next, err
}

func (f HitFilter) where(sweepID string, n int64) (where []string, args []any) {
	where, args = []string{"r.sweep_id = ?", "r.n = ?"}, []any{sweepID, n}
	if f.Verdict != "" {
		where, args = append(where, "h.verdict = ?"), append(args, f.Verdict)
	}
	if f.Delta != "" {
		where, args = append(where, "h.delta = ?"), append(args, f.Delta)
	}
	if f.Waiting {
		where = append(where, "h.due = 1 AND h.verdict = 'open'")
	}
	return where, args
}

// IndicatorFilter narrows the indicators of an incident; empty fields do not.
type IndicatorFilter struct {
	IncidentID string
	Status     Status
	Kind       indicator.Kind
	Source     Source
}

// Indicators reads a page of indicators, the newest first. Values that are personal data are masked.
// It needs sweep.read.
func (s *Store) Indicators(ctx context.Context, by actor.Actor, f IndicatorFilter, p Page) (list []Indicator, next Cursor, err error) {
	if err := by.Need(actor.SweepRead); err != nil {
		return nil, Cursor{}, err
	}
	where, args := f.where()
	if !p.After.IsZero() {
		where, args = append(where, "(i.added_at, i.id) < (?, ?)"), append(args, p.After.At, p.After.ID)
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, next = nil, Cursor{}
		if err := tx.Select(ctx, &list, `SELECT `+prefixed("i.", indicatorColumns)+` FROM sweep_indicator i JOIN sweep w ON w.id = i.sweep_id WHERE `+strings.Join(where, " AND ")+`
			ORDER BY i.added_at DESC, i.id DESC LIMIT ?`, append(args, p.Size()+1)...); err != nil {
			return err
		}
		if n := p.Size(); len(list) > n {
			list = list[:n]
			next = Cursor{At: list[n-1].AddedAt, ID: list[n-1].ID}
		}
		return nil
	})
	return list, next, err
}

func (f IndicatorFilter) where() (where []string, args []any) {
	where = []string{"1 = 1"}
	for column, v := range map[string]string{"w.incident_id": f.IncidentID, "i.status": string(f.Status), "i.kind": string(f.Kind), "i.source": string(f.Source)} {
		if v != "" {
			where, args = append(where, column+" = ?"), append(args, v)
		}
	}
	return where, args
}

// prefixed puts the name of a table before each column of a list.
func prefixed(table, list string) string {
	parts := strings.Split(list, ",")
	for i, c := range parts {
		parts[i] = table + strings.TrimSpace(c)
	}
	return strings.Join(parts, ", ")
}
