package main

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/cases/sweep/damage"
	"tasuke/cases/sweep/rollup"
	"tasuke/internal/db"
)

// affected are the customers of an incident whose damage was not excluded, as the event logs know them.
type affected struct {
	incident incident.Incident
	since    damage.Since              // by customer number
	of       map[string]cases.Affected // by customer number
}

// beforeKnown is how long before the firm knew the attack on a customer is taken to have begun when
// neither the sweep nor anybody has said so.
const beforeKnown = 7 * 24 * time.Hour

// affected reads them in one snapshot. The attack on a customer begins with the first trace that the
// sweep found, else when the damage of the incident did, else a week before the firm knew.
func (r *rooms) affected(ctx context.Context, incidentID string) (a affected, err error) {
	a.since, a.of = damage.Since{}, map[string]cases.Affected{}
	err = r.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if a.incident, err = r.incidents.Get(ctx, tx, incidentID); err != nil {
			return err
		}
		list, err := r.cases.Affected(ctx, tx, incidentID)
		if err != nil {
			return err
		}
		ids := make([]string, len(list))
		for i, x := range list {
			ids[i] = x.CustomerID
		}
		known, err := r.customers.Masked(ctx, tx, ids)
		if err != nil {
			return err
		}
		seen, err := r.sweeps.Seen(ctx, tx, incidentID)
		if err != nil {
			return err
		}
		for _, x := range list {
			if ref := known[x.CustomerID].Ref; ref != "" {
				a.of[ref], a.since[ref] = x, a.begin()
			}
		}
		for _, s := range seen {
			if _, ours := a.since[s.Ref]; ours && s.First > 0 {
				a.since[s.Ref] = s.First
			}
		}
		return nil
	})
	return a, err
}

func (a affected) begin() db.Instant {
	if a.incident.OccurredFrom > 0 {
		return a.incident.OccurredFrom
	}
	return a.incident.DetectedAt.Add(-beforeKnown)
}

// gap is what the sources cover of one kind of event.
type gap struct {
	never       bool
	from, until db.Instant // what the sources cover
	holes       int        // stretches without an event inside
}

// coverage says for a line of the story which of the kinds of events the logs do not cover since the
// attack began: "none" holds for covered time only.
func (r *rooms) coverage(ctx context.Context, a affected, kinds ...rollup.Kind) (map[string]string, error) {
	sources, err := r.eventLogs.Coverage(ctx)
	if err != nil {
		return nil, err
	}
	var never, partly []rollup.Kind
	until := db.Instant(0)
	for _, k := range kinds {
		switch g := covered(sources, k, a.since.First()); {
		case g.never:
			never = append(never, k)
		default:
			if g.from > a.since.First() || g.holes > 0 {
				partly = append(partly, k)
			}
			if until == 0 || g.until < until {
				until = g.until
			}
		}
	}
	return map[string]string{"Missing": kindList(never), "Partly": kindList(partly), "Until": cmp.Or(minute(until), "―")}, nil
}

// with joins the arguments of a line with what the logs cover.
func with(args, cover map[string]string) map[string]string {
	out := maps.Clone(args)
	maps.Copy(out, cover)
	return out
}

// covered joins what the sources say of one kind of event.
func covered(sources []rollup.Coverage, k rollup.Kind, since db.Instant) gap {
	g := gap{never: true}
	for _, s := range sources {
		if !slices.Contains(s.Kinds, k) || s.Until == 0 {
			continue
		}
		if g.never || s.From < g.from {
			g.from = s.From
		}
		g.never, g.until = false, max(g.until, s.Until)
		for _, x := range s.Gaps {
			if x.Until > since {
				g.holes++
			}
		}
	}
	return g
}

// kindNames are the kinds of events in both languages, as a list in a sentence says them.
var kindNames = map[rollup.Kind]string{rollup.Login: "ログイン login", rollup.Order: "注文 order", rollup.Execution: "約定 execution", rollup.Withdrawal: "出金 withdrawal",
	rollup.DestinationChange: "出金先変更 destination change", rollup.ProfileChange: "属性変更 profile change"}

func kindList(kinds []rollup.Kind) string {
	if len(kinds) == 0 {
		return "―"
	}
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = kindNames[k]
	}
	return strings.Join(out, ", ")
}
