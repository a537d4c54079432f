package evaluate

import (
	"slices"

	"tasuke/cases/sweep/score"
	"tasuke/cases/sweep/world"
)

// compare says how good the proposals were.
func (d *desk) compare(called []world.Victim) {
	known := map[string]bool{}
	for _, v := range called {
		known[v.Customer] = true
	}
	tried := map[string]bool{}
	for _, v := range d.truth.Tried {
		tried[v.Customer] = true
	}
	r, mine := &d.result, d.truth.Campaigns[d.campaign].Victims
	for c, verdict := range d.best {
		if known[c] {
			continue
		}
		_, guilty := d.victims[c]
		if !guilty && tried[c] {
			r.Tried++
		}
		r.Suspect.count(guilty)
		if verdict == score.Probable {
			r.Probable.count(guilty)
		}
	}
	for _, v := range mine {
		if known[v.Customer] {
			continue
		}
		verdict := d.best[v.Customer]
		r.Suspect.victim(verdict != "")
		r.Probable.victim(verdict == score.Probable)
		for _, kind := range []string{v.Way, v.Loss, "device " + v.Device} {
			r.kind(kind, verdict != "")
		}
	}
}

func (r *Rate) count(guilty bool) {
	r.Proposed++
	if guilty {
		r.Right++
	}
}

func (r *Rate) victim(found bool) {
	r.Of++
	if found {
		r.Found++
	}
}

// kinds in the order they are shown in.
var kinds = []string{"vpn", "cgn", "residential", "access", "withdrawal", "trade", "device reused", "device fresh", "device mimic", "device own"}

func (r *Result) kind(name string, found bool) {
	at, there := slices.BinarySearchFunc(r.Kinds, name, func(k Kind, name string) int {
		return slices.Index(kinds, k.Name) - slices.Index(kinds, name)
	})
	if !there {
		r.Kinds = slices.Insert(r.Kinds, at, Kind{Name: name})
	}
	r.Kinds[at].Of++
	if found {
		r.Kinds[at].Found++
	}
}

// TooEasy reports whether everything was found and nothing else: such a world shows nothing.
func (r Result) TooEasy() bool {
	return r.Suspect.Of > 0 && r.Suspect.Precision() == 1 && r.Suspect.Recall() == 1
}
