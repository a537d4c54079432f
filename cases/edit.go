package cases

import (
	"context"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Edit changes what is stated about a case. It fails with fault.Conflict and the current case
// when rev is stale, so that both versions can be shown, and with fault.Refused "case.over" when
// the work has ended.
func (s *Store) Edit(ctx context.Context, by actor.Actor, id string, rev int64, d Details) (c Case, err error) {
	return s.change(ctx, by, id, rev, "case.edited", func(old Case, now db.Instant) (Case, map[string]string, map[string]string) {
		fresh := old
		fresh.Details = d
		return fresh, d.problems(now), map[string]string{"Fields": strings.Join(changed(old.Details, d), ",")}
	})
}

// Assign gives a case to a person, or to nobody. It fails like Edit.
func (s *Store) Assign(ctx context.Context, by actor.Actor, id string, rev int64, assignee string) (Case, error) {
	return s.change(ctx, by, id, rev, "case.assigned", func(old Case, _ db.Instant) (Case, map[string]string, map[string]string) {
		fresh, bad := old, map[string]string{}
		fresh.Assignee = strings.TrimSpace(assignee)
		checkText(bad, "assignee", assignee, 0, 64)
		return fresh, bad, map[string]string{"From": old.Assignee, "To": fresh.Assignee}
	})
}

// change is the common way of people's edits; make gives the case as it is to be, what is wrong
// with it, and the arguments of the timeline line.
func (s *Store) change(ctx context.Context, by actor.Actor, id string, rev int64, action string,
	make func(Case, db.Instant) (Case, map[string]string, map[string]string),
) (c Case, err error) {
	if err := by.Need(actor.CaseWrite); err != nil {
		return Case{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		old, err := s.current(ctx, tx, id, rev)
		if err != nil {
			return err
		}
		if old.Over() {
			return fault.New(fault.Refused, "case.over", nil)
		}
		fresh, bad, args := make(old, tx.Now)
		if len(bad) > 0 {
			return fault.Form(bad)
		}
		if err := s.rewrite(ctx, tx, fresh); err != nil {
			return err
		}
		if c, err = s.load(ctx, tx, id); err != nil {
			return err
		}
		err = s.happened(ctx, tx, by, c, action, args, "")
		db.Crash("case.edit")
		return err
	})
	return c, err
}

func (s *Store) rewrite(ctx context.Context, tx *db.Tx, c Case) error {
	r, err := s.sealed(ctx, tx, c)
	if err != nil {
		return err
	}
	n, err := tx.NamedExec(ctx, `UPDATE victim_case SET claim_source = :claim_source, noticed_at = :noticed_at, reported_at = :reported_at,
		pattern = :pattern, mfa_at_time = :mfa_at_time, phishing_entered = :phishing_entered, loss_claimed_yen = :loss_claimed_yen,
		contact_pref = :contact_pref, summary = :summary, assignee = :assignee, rev = rev + 1 WHERE id = :id AND rev = :rev`, r)
	switch {
	case err != nil:
		return err
	case n == 1:
		return s.texts.Put(ctx, tx, caseText(c))
	}
	return s.stale(ctx, tx, c.ID) // PostgreSQL: another node committed between our read and our write
}

// changed names the fields that differ, for the timeline; it tells no values.
func changed(a, b Details) (fields []string) {
	for _, f := range []struct {
		name   string
		differ bool
	}{
		{"claim_source", a.ClaimSource != b.ClaimSource},
		{"noticed_at", a.NoticedAt != b.NoticedAt},
		{"reported_at", a.ReportedAt != b.ReportedAt},
		{"pattern", a.Pattern != b.Pattern},
		{"mfa_at_time", a.MFAAtTime != b.MFAAtTime},
		{"phishing_entered", a.PhishingEntered != b.PhishingEntered},
		{"loss_claimed_yen", a.LossClaimedYen != b.LossClaimedYen},
		{"contact_pref", a.ContactPref != b.ContactPref},
		{"summary", a.Summary != b.Summary},
	} {
		if f.differ {
			fields = append(fields, f.name)
		}
	}
	return fields
}
