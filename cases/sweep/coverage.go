package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/score"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// manifest names the logs that a round asked: a hash over the hashes of the segments, in order.
func manifest(list []rollup.Segment) (digest string, segments, rows int64) {
	h := sha256.New()
	for _, g := range list {
		_, _ = fmt.Fprintf(h, "%s %s\n", g.Chunk, g.SHA256) // a hash never fails
		rows += int64(g.Kept)
	}
	return hex.EncodeToString(h.Sum(nil)), int64(len(list)), rows
}

// Lack is something a round could not see: "nobody else" does not hold there.
type Lack struct {
	// Key is a message key "sweep.lack.*"; From and Until and Count are its arguments.
	Key         string
	Source      string
	Kind        rollup.Kind
	From, Until db.Instant
	Count       int
}

// Lacks says what a round did not cover, of the time from the begin of the attack to the moment it
// was asked, and of the days before that its baselines rest on.
func (d Round) Lacks() (out []Lack) {
	if len(d.Coverage) == 0 {
		return []Lack{{Key: "sweep.lack.no_log", From: d.Since, Until: d.StartedAt}}
	}
	first, _ := rollup.Before(d.AttackAt, score.BaselineDays)
	for _, k := range rollup.Kinds {
		if !slices.ContainsFunc(d.Coverage, func(c rollup.Coverage) bool { return slices.Contains(c.Kinds, k) }) {
			out = append(out, Lack{Key: "sweep.lack.kind", Kind: k})
		}
	}
	for _, c := range d.Coverage {
		out = append(out, d.lacksOf(c, first.Start())...)
	}
	return out
}

func (d Round) lacksOf(c rollup.Coverage, baseline db.Instant) (out []Lack) {
	add := func(key string, from, until db.Instant, n int) {
		out = append(out, Lack{Key: key, Source: c.Source, From: from, Until: until, Count: n})
	}
	switch {
	case c.From.IsZero() || c.Until < d.Since:
		add("sweep.lack.none", d.Since, d.StartedAt, 0)
	case c.From > d.Since:
		add("sweep.lack.begin", d.Since, c.From, 0)
	case c.From > baseline:
		add("sweep.lack.baseline", baseline, c.From, 0)
	}
	if c.Until >= d.Since && d.StartedAt.Sub(c.Until) > c.Quiet {
		add("sweep.lack.end", c.Until, d.StartedAt, 0)
	}
	for _, g := range c.Gaps {
		if g.Until > min(baseline, d.Since) && g.From < d.StartedAt {
			add("sweep.lack.gap", g.From, g.Until, 0)
		}
	}
	if c.Rejected > 0 {
		add("sweep.lack.rejected", 0, 0, c.Rejected)
	}
	if c.Unknown > 0 {
		add("sweep.lack.unknown", 0, 0, c.Unknown)
	}
	if c.Unfinished > 0 {
		add("sweep.lack.unfinished", 0, 0, c.Unfinished)
	}
	return out
}

// Statement is the hash of what is signed: the time that was asked for, and what was and was not covered.
func (d Round) Statement() (string, error) {
	b, err := json.Marshal(struct {
		Since, Asked db.Instant
		Manifest     string
		Coverage     []rollup.Coverage
		Lacks        []Lack
	}{d.Since, d.StartedAt, d.Manifest, d.Coverage, d.Lacks()})
	if err != nil {
		return "", fmt.Errorf("write the coverage statement: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// sign puts a name under the coverage statement of the answered round.
func (s *Store) sign(ctx context.Context, tx *db.Tx, by actor.Actor, w Sweep, remark string) error {
	d, err := s.roundOf(ctx, tx, w.ID, w.Answered)
	if err != nil {
		return err
	}
	digest, err := d.Statement()
	if err != nil {
		return err
	}
	sealed, err := s.seal(ctx, tx, subject(w.IncidentID), place("sweep_round", "remark", d.ID), remark)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE sweep_round SET signed_by = ?, signed_name = ?, signed_at = ?, signed_digest = ?, remark = ? WHERE id = ?`,
		by.ID, by.Name, tx.Now, digest, sealed, d.ID)
	return err
}
