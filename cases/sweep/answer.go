package sweep

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tasuke/cases/sweep/indicator"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/round"
	"tasuke/cases/sweep/score"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
)

// answered writes what a round found, all of it or nothing; once.
func (s *Store) answered(ctx context.Context, tx *db.Tx, sweepID string, n int64, f found) error {
	w, err := s.held(ctx, tx, sweepID)
	if err != nil {
		return err
	}
	d, err := s.roundOf(ctx, tx, sweepID, n)
	if err != nil || d.Stage == RoundComplete {
		return err
	}
	if d.N != w.Round { // it had failed, and people went on with another
		return effect.Permanent(fault.New(fault.Refused, "sweep.guard.old_round", map[string]any{"Round": w.Round}), "sweep.problem.old_round")
	}
	r, err := machine(w.State, RoundAnswered)
	if err != nil {
		return err
	}
	if err := s.measures(ctx, tx, d.ID, f); err != nil {
		return err
	}
	due, err := s.hits(ctx, tx, w, d, f)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE sweep_round SET stage = 'answered', problem = '', answered_at = ?, coverage = ?, manifest = ?, segments = ?, rows_held = ? WHERE id = ?`,
		tx.Now, coverages(f.answer.Coverage), f.manifest, f.segments, f.rows, d.ID); err != nil {
		return fmt.Errorf("answer a round: %w", err)
	}
	w.Answered = n
	by := actor.System("sweep")
	args := db.Args{"Count": strconv.Itoa(len(f.answer.Customers)), "Due": strconv.Itoa(due)}
	if err := s.move(ctx, tx, by, &w, r, Line{Args: args}); err != nil {
		return err
	}
	if err := s.opts.Emit(ctx, tx, w.IncidentID, "sweep.hits_ready", w.ID); err != nil {
		return err
	}
	return s.record(ctx, tx, by, w, "sweep.round_answered", db.Args{"Round": strconv.FormatInt(n, 10), "Hits": args["Count"], "Due": args["Due"], "Manifest": f.manifest})
}

func (s *Store) measures(ctx context.Context, tx *db.Tx, roundID string, f found) error {
	for i, v := range f.answer.Values {
		if _, err := tx.Exec(ctx, `INSERT INTO sweep_measure (id, round_id, indicator_id, pivot, baseline, attack, cap, suppressed, unheld) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			tx.NewID(), roundID, f.asked[i].ID, v.Pivot, v.Baseline, v.Attack, s.opts.Model.Pivots[v.Pivot].Limit, bit(v.Suppressed), bit(v.Unheld)); err != nil {
			return fmt.Errorf("keep a measure: %w", err)
		}
	}
	return nil
}

// before is what earlier rounds of a sweep say of a customer.
type before struct {
	ID          string     `db:"id"`
	CustomerRef string     `db:"customer_ref"`
	N           int64      `db:"n"`
	Score       int64      `db:"score"`
	Proposed    string     `db:"proposed"`
	Classes     Words      `db:"classes"`
	Events      int64      `db:"events"`
	CarriedFrom string     `db:"carried_from"`
	Verdict     Verdict    `db:"verdict"`
	Reason      Clearing   `db:"reason"`
	VerdictBy   string     `db:"verdict_by"`
	VerdictName string     `db:"verdict_name"`
	VerdictAt   db.Instant `db:"verdict_at"`
	Reshown     bool       `db:"reshown"`
	Here        int        `db:"here"` // judgements of this very hit that were not taken back
	// judged are the classes that whoever gave the verdict saw.
	judged Words
}

// earlier gives, for each customer, the last hit before this round.
func earlier(ctx context.Context, tx *db.Tx, sweepID string) (map[string]before, error) {
	var rows []before
	if err := tx.Select(ctx, &rows, `SELECT h.id, h.customer_ref, r.n, h.score, h.proposed, h.classes, h.events, h.carried_from, h.verdict, h.reason,
		h.verdict_by, h.verdict_name, h.verdict_at, h.reshown, (SELECT COALESCE(SUM(CASE v.event WHEN 'verdict_carried' THEN 0 WHEN 'judgement_undone' THEN -1 ELSE 1 END), 0)
		FROM sweep_verdict v WHERE v.hit_id = h.id) AS here FROM sweep_hit h JOIN sweep_round r ON r.id = h.round_id WHERE h.sweep_id = ? ORDER BY r.n`, sweepID); err != nil {
		return nil, err
	}
	out, seen := map[string]before{}, map[string]Words{}
	for _, b := range rows {
		seen[b.ID] = b.Classes
		b.judged = b.Classes
		if b.Here > 0 {
			b.CarriedFrom = "" // somebody has looked again: it is this hit's own verdict
		}
		if b.CarriedFrom != "" {
			b.judged = seen[b.CarriedFrom]
		}
		out[b.CustomerRef] = b
	}
	return out, nil
}

// hits writes the customers and says how many somebody has to look at.
func (s *Store) hits(ctx context.Context, tx *db.Tx, w Sweep, d Round, f found) (due int, err error) {
	past, err := earlier(ctx, tx, w.ID)
	if err != nil {
		return 0, err
	}
	for _, c := range f.answer.Customers {
		h, err := s.hit(ctx, tx, w, d, c, past)
		if err != nil {
			return 0, err
		}
		if err := s.insertHit(ctx, tx, w, h, s.detail(f, c)); err != nil {
			return 0, err
		}
		if h.Due && h.Verdict == Unjudged {
			due++
		}
	}
	return due, nil
}

// hit says what is kept of a customer: what was found, how it stands to the round before, and the
// verdict that is carried. One that was cleared is shown again only when a new class of trace came.
func (s *Store) hit(ctx context.Context, tx *db.Tx, w Sweep, d Round, c round.Customer, past map[string]before) (h Hit, err error) {
	h = Hit{
		ID: tx.NewID(), SweepID: w.ID, RoundID: d.ID, CustomerRef: c.Hit.Customer, Score: int64(c.Proposal.Score), Proposed: c.Proposal.Verdict,
		Hard: c.Proposal.Hard, Classes: classes(c.Proposal.Classes), Events: int64(c.Hit.N), FirstAt: c.Hit.First, LastAt: c.Hit.Last,
		Delta: NewHit, Due: c.Proposal.Verdict == score.Probable || c.Proposal.Verdict == score.Suspect, Verdict: Unjudged, Rev: 1,
	}
	if h.CustomerID, err = notFound(s.opts.Customer(ctx, tx, h.CustomerRef)); err != nil {
		return h, err
	}
	b, ok := past[h.CustomerRef]
	if !ok {
		return h, nil
	}
	if b.N == w.Answered {
		h.Delta = SameHit
		if b.Score != h.Score || b.Proposed != string(h.Proposed) || b.Events != h.Events || b.Classes.Text() != h.Classes.Text() {
			h.Delta = ChangedHit
		}
	}
	fresh := slices.ContainsFunc(h.Classes, func(c string) bool { return !slices.Contains(b.judged, c) })
	switch {
	case b.Verdict == Unjudged: // shown again, and still nobody has looked
		h.Reshown, h.Due = b.Reshown, h.Due || b.Reshown
	case b.Verdict == Cleared && fresh:
		h.Reshown, h.Due = true, true
	default:
		h.CarriedFrom = b.ID
		if b.CarriedFrom != "" {
			h.CarriedFrom = b.CarriedFrom
		}
		h.Verdict, h.Reason, h.VerdictBy, h.VerdictName, h.VerdictAt = b.Verdict, b.Reason, b.VerdictBy, b.VerdictName, b.VerdictAt
	}
	return h, nil
}

func classes(list []score.Class) (out Words) {
	for _, c := range list {
		out = append(out, string(c))
	}
	slices.Sort(out)
	return out
}

func (s *Store) insertHit(ctx context.Context, tx *db.Tx, w Sweep, h Hit, detail Detail) error {
	b, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("write why a customer was found: %w", err)
	}
	sealed, err := s.seal(ctx, tx, h.subject(w), place("sweep_hit", "detail", h.ID), string(b))
	if err != nil && !fault.Is(err, fault.NotFound) { // erased while the round ran: nothing is kept of it
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO sweep_hit (id, sweep_id, round_id, customer_ref, customer_id, score, proposed, hard, classes, events, first_at, last_at,
		delta, due, reshown, carried_from, detail, verdict, reason, verdict_by, verdict_name, verdict_at, rev)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
		h.ID, h.SweepID, h.RoundID, h.CustomerRef, h.CustomerID, h.Score, h.Proposed, bit(h.Hard), h.Classes, h.Events, h.FirstAt, h.LastAt,
		h.Delta, bit(h.Due), bit(h.Reshown), h.CarriedFrom, sealed, h.Verdict, h.Reason, h.VerdictBy, h.VerdictName, h.VerdictAt); err != nil {
		return fmt.Errorf("keep a hit: %w", err)
	}
	if h.CarriedFrom == "" {
		return nil
	}
	return s.say(ctx, tx, actor.Actor{ID: h.VerdictBy, Name: h.VerdictName}, w, h, VerdictCarried, false, "")
}

// subject is whose key seals what is known of a hit.
func (h Hit) subject(w Sweep) string {
	if h.Registered() {
		return "customer:" + h.CustomerID
	}
	return subject(w.IncidentID)
}

// detail makes reasons and rows of what was found. Values are left out of the reasons: they stand
// with the indicator.
func (s *Store) detail(f found, c round.Customer) Detail {
	d := Detail{Usual: f.usual[c.Hit.Customer]}
	for _, r := range c.Proposal.Reasons {
		out := Reason{Pivot: r.Pivot, Key: r.Key, Points: r.Points, Used: r.Used, Args: map[string]int{}}
		for k, v := range r.Args {
			if n, ok := v.(int); ok {
				out.Args[k] = n
			}
		}
		if i := slices.IndexFunc(f.asked, func(a asked) bool { return r.Value != "" && a.Value == r.Value && samePivot(a.Kind, r.Pivot) }); i >= 0 {
			out.IndicatorID = f.asked[i].ID
		}
		d.Reasons = append(d.Reasons, out)
	}
	for _, r := range c.Hit.Rows {
		d.Rows = append(d.Rows, shown(r))
	}
	return d
}

// samePivot: a URL counts as the address or the domain it is on.
func samePivot(k indicator.Kind, pivot string) bool {
	return string(k) == pivot || k == indicator.URL && (pivot == string(indicator.IP) || pivot == string(indicator.Domain))
}

// shown is a row as evidence: with its place, without the account number.
func shown(r rollup.Row) Shown {
	out := Shown{At: r.At, Kind: r.Kind, Source: r.Source, Segment: r.Chunk, Line: r.Line, Result: r.Result, Channel: r.Channel, IP: addr(r),
		Device: r.Device, Agent: r.Agent, Domain: r.Domain, Branch: r.Branch, Symbol: r.Symbol, Amount: r.Amount, Change: r.Change, Ref: r.Ref}
	var held []string
	for name, h := range map[string]rollup.Hash{"destination": r.Destination, "mail": r.Mail, "phone": r.Phone} {
		if h != "" {
			held = append(held, name)
		}
	}
	slices.Sort(held)
	out.Contacts = strings.Join(held, ",")
	return out
}
