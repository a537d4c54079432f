package sweep

import (
	"context"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Judging is what somebody says of a hit as they saw it.
type Judging struct {
	SweepID, HitID string
	Rev            int64
	Event          Judgement
	// Reason is needed to clear. Stated says that the customer told the firm it was not them.
	Reason  Clearing
	Stated  bool
	Comment string
}

const hitColumns = `h.id, h.sweep_id, h.round_id, h.customer_ref, h.customer_id, h.score, h.proposed, h.hard, h.classes, h.events, h.first_at, h.last_at,
	h.delta, h.due, h.reshown, h.carried_from, h.verdict, h.reason, h.verdict_by, h.verdict_name, h.verdict_at, h.rev,
	COALESCE(c.case_id, '') AS case_id, COALESCE(c.case_no, '') AS case_no`

const hitTables = `sweep_hit h LEFT JOIN sweep_case c ON c.sweep_id = h.sweep_id AND c.customer_id = h.customer_id AND h.customer_id <> ''`

func loadHit(ctx context.Context, tx *db.Tx, sweepID, id string) (h Hit, err error) {
	err = tx.Get(ctx, &h, `SELECT `+hitColumns+` FROM `+hitTables+` WHERE h.id = ? AND h.sweep_id = ?`, id, sweepID)
	return h, err
}

// Judge says of a hit what it is, or takes the last word back. It needs sweep.review, and fails with
// fault.Conflict and the hit as it now is when somebody was faster, with fault.Refused as HitMoves
// say, and for a hit of a customer whom a later round found again.
func (s *Store) Judge(ctx context.Context, by actor.Actor, j Judging) (h Hit, err error) {
	if err := by.Need(actor.SweepReview); err != nil {
		return Hit{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		w, err := touched(ctx, tx, j.SweepID)
		if err != nil {
			return err
		}
		if h, err = s.judged(ctx, tx, by, w, j); err != nil {
			return err
		}
		return s.reviewing(ctx, tx, by, w)
	})
	return h, err
}

// judged decides and writes one verdict.
func (s *Store) judged(ctx context.Context, tx *db.Tx, by actor.Actor, w Sweep, j Judging) (Hit, error) {
	h, err := loadHit(ctx, tx, w.ID, j.HitID)
	if err != nil {
		return Hit{}, err
	}
	if h.Rev != j.Rev {
		return Hit{}, fault.Stale(h)
	}
	if err := judgeable(ctx, tx, w, h); err != nil {
		return Hit{}, err
	}
	stack, err := s.stack(ctx, tx, h)
	if err != nil {
		return Hit{}, err
	}
	f := h.facts(stack)
	f.Stated = j.Stated
	r, err := HitMoves.Next(h.Verdict, j.Event, by, f)
	if err != nil {
		return Hit{}, err
	}
	if err := j.check(); err != nil {
		return Hit{}, err
	}
	if j.Event == JudgementUndone {
		h.undo(stack)
	} else {
		h.Verdict, h.Reason, h.VerdictBy, h.VerdictName, h.VerdictAt = r.To, j.Reason, by.ID, by.Name, tx.Now
	}
	return s.writeVerdict(ctx, tx, by, w, h, j)
}

func (j Judging) check() error {
	bad := map[string]string{}
	if (j.Event == ClearedSaid) != slices.Contains(Clearings, j.Reason) {
		bad["clearing"] = "sweep.clearing.required"
		if j.Event != ClearedSaid {
			bad["clearing"] = "sweep.clearing.only"
		}
	}
	if err := reasoned(false, j.Comment); err != nil {
		bad["comment"] = "form.too_long"
	}
	if len(bad) > 0 {
		return fault.Form(bad)
	}
	return nil
}

func (s *Store) writeVerdict(ctx context.Context, tx *db.Tx, by actor.Actor, w Sweep, h Hit, j Judging) (Hit, error) {
	n, err := tx.Exec(ctx, `UPDATE sweep_hit SET verdict = ?, reason = ?, verdict_by = ?, verdict_name = ?, verdict_at = ?, rev = rev + 1 WHERE id = ? AND rev = ?`,
		h.Verdict, h.Reason, h.VerdictBy, h.VerdictName, h.VerdictAt, h.ID, h.Rev)
	if err != nil {
		return Hit{}, err
	}
	if n == 0 { // cannot be: the row of the sweep is ours
		return Hit{}, fault.Stale(h)
	}
	h.Rev++
	if err := s.say(ctx, tx, by, w, h, j.Event, j.Stated, strings.TrimSpace(j.Comment)); err != nil {
		return Hit{}, err
	}
	tx.Announce("sweep:" + w.ID)
	return h, audit.Append(ctx, tx, audit.Entry{Tree: audit.Main, Actor: by, Action: "sweep.judged", Object: audit.Ref{Kind: "sweep_hit", ID: h.ID},
		Detail: map[string]string{"No": w.No, "Event": string(j.Event), "To": string(h.Verdict), "Reason": string(h.Reason)}})
}

// say adds to the history of a verdict.
func (s *Store) say(ctx context.Context, tx *db.Tx, by actor.Actor, w Sweep, h Hit, e Judgement, stated bool, comment string) error {
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, h.subject(w), place("sweep_verdict", "comment", id), comment)
	if fault.Is(err, fault.NotFound) {
		return fault.Field("comment", "sweep.comment_erased")
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO sweep_verdict (id, hit_id, at, actor_id, actor_name, event, verdict, reason, stated, comment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, h.ID, tx.Now, by.ID, by.Name, e, h.Verdict, h.Reason, bit(stated), sealed)
	return err
}

// judgeable: verdicts are given to the last hit of a customer, while the sweep is in work.
func judgeable(ctx context.Context, tx *db.Tx, w Sweep, h Hit) error {
	if !slices.Contains(open, w.State) {
		return fault.New(fault.Refused, "sweep.guard.over", nil)
	}
	var last int
	if err := tx.Get(ctx, &last, `SELECT count(*) FROM sweep_hit h JOIN sweep_round r ON r.id = h.round_id WHERE h.id = ? AND `+lastOfCustomer, h.ID); err != nil {
		return err
	}
	if last == 0 {
		return fault.New(fault.Refused, "sweep.guard.old_round", map[string]any{"Round": w.Answered})
	}
	return nil
}

// facts are what the guards of the hit look at, given what was said of it so far.
func (h Hit) facts(stack []Said) HitFacts {
	return HitFacts{Classes: len(h.Classes), Hard: h.Hard, Cased: h.CaseID != "",
		Judged: len(stack) > 0 && stack[len(stack)-1].Event != VerdictCarried}
}

// undo puts back what stood before the last word.
func (h *Hit) undo(stack []Said) {
	h.Verdict, h.Reason, h.VerdictBy, h.VerdictName, h.VerdictAt = Unjudged, "", "", "", 0
	if n := len(stack); n > 1 {
		p := stack[n-2]
		h.Verdict, h.Reason, h.VerdictBy, h.VerdictName, h.VerdictAt = p.Verdict, p.Reason, p.ActorID, p.ActorName, p.At
	}
}

const saidColumns = `id, hit_id, at, actor_id, actor_name, event, verdict, reason, stated`

// stack gives what was said of a hit and not taken back.
func (s *Store) stack(ctx context.Context, tx *db.Tx, h Hit) (out []Said, err error) {
	var all []Said
	if err := tx.Select(ctx, &all, `SELECT `+saidColumns+` FROM sweep_verdict WHERE hit_id = ? ORDER BY at, id`, h.ID); err != nil {
		return nil, err
	}
	for _, x := range all {
		if x.Event == JudgementUndone && len(out) > 0 {
			out = out[:len(out)-1]
			continue
		}
		out = append(out, x)
	}
	return out, nil
}

// reviewing moves the sweep on with the first verdict.
func (s *Store) reviewing(ctx context.Context, tx *db.Tx, by actor.Actor, w Sweep) error {
	r, err := Moves.Next(w.State, ReviewStarted, by, Facts{})
	if err != nil {
		return nil //nolint:nilerr // not in the table: the review has begun
	}
	return s.move(ctx, tx, by, &w, r, Line{})
}
