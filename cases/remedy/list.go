package remedy

import (
	"context"
	"errors"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
)

// Filter narrows the list; empty fields do not.
type Filter struct {
	State      State
	IncidentID string
	Open       bool // only what somebody has to act on
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
		where = append(where, "state IN (?"+strings.Repeat(", ?", len(openStates)-1)+")")
		for _, st := range openStates {
			args = append(args, st)
		}
	}
	return where, args
}

// List reads a page of assessments, the newest first. It needs remedy.read.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p paging.Page) (list []Assessment, next paging.Cursor, err error) {
	if err := by.Need(actor.RemedyRead); err != nil {
		return nil, paging.Cursor{}, err
	}
	where, args := f.where()
	where, args = p.Behind(where, args, "opened_at")
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Select(ctx, &list, `SELECT `+columns+` FROM remedy WHERE `+strings.Join(where, " AND ")+`
			ORDER BY opened_at DESC, id DESC LIMIT ?`, append(args, p.Size()+1)...); err != nil {
			return err
		}
		if n := p.Size(); len(list) > n {
			list = list[:n]
			next = paging.Cursor{At: list[n-1].OpenedAt, ID: list[n-1].ID}
		}
		return nil
	})
	return list, next, err
}

// Spread are the smallest, the middle and the largest of some numbers. The middle of an even
// number of them is the half-way of the two in the middle, a fraction dropped.
type Spread struct{ Min, Median, Max int64 }

// Similar are the assessments of one pattern: what differs among them has to be explained.
type Similar struct {
	Pattern Pattern
	N       int
	Rate    Spread // in ten-thousandths
	Offer   Spread // in yen
}

// Exposure is what the firm owes and offers in an incident, or over all, by the calculations that
// stand.
type Exposure struct {
	N, Calculated, Agreed                  int
	LossYen, OfferYen, OfferedYen, PaidYen int64 // PaidYen is what was agreed
	Patterns                               []Similar
}

// Exposure adds up the assessments of an incident, or of all when incidentID is empty; a dropped
// one is not counted. It needs remedy.read.
func (s *Store) Exposure(ctx context.Context, by actor.Actor, incidentID string) (x Exposure, err error) {
	if err := by.Need(actor.RemedyRead); err != nil {
		return Exposure{}, err
	}
	var list []Assessment
	where, args := Filter{IncidentID: incidentID}.where()
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &list, `SELECT `+columns+` FROM remedy WHERE state <> 'dropped' AND `+strings.Join(where, " AND "), args...)
	}); err != nil {
		return Exposure{}, err
	}
	return Expose(list)
}

// Expose adds up assessments; fault.Refused "remedy.calc.too_large" when they do not fit an int64.
func Expose(list []Assessment) (x Exposure, err error) {
	by := map[Pattern][]Assessment{}
	for _, a := range list {
		x.N++
		if a.Version == 0 {
			continue
		}
		x.Calculated++
		by[a.Pattern] = append(by[a.Pattern], a)
		sum := func(into *int64, n int64) {
			if err == nil {
				*into, err = add(*into, n)
			}
		}
		sum(&x.LossYen, a.LossYen)
		sum(&x.OfferYen, a.OfferYen)
		if a.State == Offered {
			sum(&x.OfferedYen, a.OfferedYen)
		}
		if a.State == Agreed {
			x.Agreed++
			sum(&x.PaidYen, a.AgreedYen)
		}
	}
	for p, same := range by {
		x.Patterns = append(x.Patterns, Similar{p, len(same), spread(same, func(a Assessment) int64 { return a.RateBP }), spread(same, func(a Assessment) int64 { return a.OfferYen })})
	}
	slices.SortFunc(x.Patterns, func(a, b Similar) int { return strings.Compare(string(a.Pattern), string(b.Pattern)) })
	return x, err
}

// spread is over at least one number, none of them negative.
func spread(list []Assessment, of func(Assessment) int64) Spread {
	all := make([]int64, len(list))
	for i, a := range list {
		all[i] = of(a)
	}
	slices.Sort(all)
	n := len(all)
	low, high := all[(n-1)/2], all[n/2]
	return Spread{all[0], low + (high-low)/2, all[n-1]}
}

func asRefused(err error, into **fault.Error) bool {
	return errors.As(err, into) && (*into).Kind == fault.Refused
}
