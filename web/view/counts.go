package view

import (
	"fmt"
	"slices"

	"tasuke/cases/incident"
)

// CountsPage is the number ledger of an incident.
type CountsPage struct {
	incident.CountBoard
	Typed map[string]TypedCount // by "unit.stage", as typed
	Edit  bool
	More  string
}

// TypedCount is a number typed by hand, as typed.
type TypedCount struct{ N, Reason string }

// TypedOf fills the form with what was typed for the newest snapshot.
func TypedOf(b incident.CountBoard) map[string]TypedCount {
	out := map[string]TypedCount{}
	for _, c := range b.Last.Counts {
		if c.TypedBy != "" {
			out[c.Key().String()] = TypedCount{fmt.Sprint(c.N), c.Reason}
		}
	}
	return out
}

func (p CountsPage) path(rest string) string { return "/incidents/" + p.Incident.ID + "/counts" + rest }

// units are those of which the board has a number, each a column of its own.
func (p CountsPage) units() (out []incident.CountUnit) {
	for _, u := range incident.CountUnits {
		if slices.ContainsFunc(slices.Concat(p.Now, p.Last.Counts), func(c incident.Count) bool { return c.Unit == u }) {
			out = append(out, u)
		}
	}
	return out
}

// typeable are the units of which something may be typed.
func (p CountsPage) typeable() (out []incident.CountUnit) {
	for _, k := range p.Typeable {
		if !slices.Contains(out, k.Unit) {
			out = append(out, k.Unit)
		}
	}
	return out
}

// typedStages are the stages of a unit that may be typed.
func (p CountsPage) typedStages(u incident.CountUnit) (out []incident.CountKey) {
	for _, k := range p.Typeable {
		if k.Unit == u {
			out = append(out, k)
		}
	}
	return out
}

// cell is a number of the board: the newest snapshot's, with what changed and what stands elsewhere.
type cell struct {
	incident.Count
	Has, Since, SincePublic, Live bool
	Delta, PublicDelta, Now       int64
}

func (p CountsPage) cell(u incident.CountUnit, st incident.CountStage) (c cell) {
	k := incident.CountKey{Unit: u, Stage: st}
	c.Count, c.Has = p.Last.Count(k)
	if !c.Has {
		now, ok := incident.Snapshot{Counts: p.Now}.Count(k)
		c.Now, c.Live = now.N, ok
		return c
	}
	if was, ok := p.Before.Count(k); ok {
		c.Since, c.Delta = true, c.N-was.N
	}
	if was, ok := p.Said.Count(k); ok && slices.ContainsFunc(p.Said.Published, func(x incident.Publication) bool { return slices.Contains(x.Keys(), k) }) {
		c.SincePublic, c.PublicDelta = true, c.N-was.N
	}
	if now, ok := (incident.Snapshot{Counts: p.Now}).Count(k); ok && now.N != c.N {
		c.Live, c.Now = true, now.N
	}
	return c
}

// countN is a number with its unit.
func countN(s Shell, u incident.CountUnit, n int64) string {
	if u == incident.CountYen {
		return s.Yen(n)
	}
	return s.Count(n)
}

// signed is a difference with its sign.
func signed(s Shell, u incident.CountUnit, n int64) string {
	if n < 0 {
		return "−" + countN(s, u, -n)
	}
	if n == 0 {
		return "±0"
	}
	return "+" + countN(s, u, n)
}

func countName(s Shell, k incident.CountKey) string {
	return s.T("counts.unit."+string(k.Unit)) + " " + s.T("counts.stage."+string(k.Stage))
}
