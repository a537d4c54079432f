package disclosure

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// signing is the event of each step.
var signing = map[Step]Event{FactsStep: FactsSigned, LawStep: LawSigned, ExecutiveStep: ExecutiveSigned}

// Sign is somebody's word for the content that the digest names, which their screen showed. Before the
// facts are signed the text is looked through for customers' data; a refusal is put on record. It fails
// with fault.Conflict when rev or digest is not what now stands there, with fault.Invalid for a step
// there is none of, and with fault.Refused or fault.Forbidden when the table or a guard says no, above
// all "disclosure.leak". It needs disclosure.approve.
func (s *Store) Sign(ctx context.Context, by actor.Actor, id string, rev int64, step Step, digest, comment string) (d Disclosure, err error) {
	if err := by.Need(actor.DisclosureApprove); err != nil {
		return Disclosure{}, err
	}
	event, ok := signing[step]
	if !ok {
		return Disclosure{}, fault.New(fault.Invalid, "form.malformed", nil)
	}
	a := act{id: id, rev: rev, event: event, comment: comment, do: s.signed(step, digest)}
	if _, _, err := s.ready(ctx, by, a, s.db.Now(), step == FactsStep); err != nil {
		return Disclosure{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.act(ctx, tx, by, a)
		d = r.Disclosure
		db.Crash("disclosure.sign")
		return err
	})
	return d, err
}

func (s *Store) signed(step Step, digest string) func(context.Context, *db.Tx, actor.Actor, *record) (db.Args, error) {
	return func(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) (db.Args, error) {
		c, err := s.compose(ctx, tx, *r, tx.Now.Time(), false)
		if err != nil {
			return nil, err
		}
		if c.digest != digest { // what was read is not what would be signed
			return nil, fault.Stale(r.Disclosure)
		}
		r.Digest = c.digest
		_, err = tx.Exec(ctx, `INSERT INTO disclosure_signature (id, disclosure_id, round, step, by_id, by_name, at, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			tx.NewID(), r.ID, r.Round, step, by.ID, by.Name, tx.Now, c.digest)
		return db.Args{"Snapshot": strconv.FormatInt(c.snapshot.No, 10)}, err
	}
}

// ready decides before anything is drawn or written, and looks through the text when it has to be. What
// must not leave is put on record, so that nobody can use the guard for guessing.
func (s *Store) ready(ctx context.Context, by actor.Actor, a act, at db.Instant, leaks bool) (r record, c composed, err error) {
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if r, err = s.load(ctx, tx, a.id); err != nil {
			return err
		}
		if r.Rev != a.rev {
			return fault.Stale(r.Disclosure)
		}
		if _, err := s.decide(ctx, tx, by, r, a); err != nil {
			return err
		}
		c, err = s.compose(ctx, tx, r, at.Time(), leaks)
		return err
	})
	if err != nil || len(c.found) == 0 {
		return r, c, err
	}
	return r, c, s.refuse(ctx, by, r, c.found)
}

// refuse records that a text was held back, by kind and number and without what was found.
func (s *Store) refuse(ctx context.Context, by actor.Actor, r record, found []notice.Finding) error {
	var kinds, masked []string
	for _, f := range found {
		kinds, masked = append(kinds, f.Kind), append(masked, f.Masked)
	}
	slices.Sort(kinds)
	kinds = slices.Compact(kinds)
	if err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := s.held(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		args := db.Args{"N": strconv.Itoa(len(found)), "Kinds": strings.Join(kinds, ", ")}
		err = s.after(ctx, tx, by, &now, LeakFound, now.State, args, "")
		db.Crash("disclosure.refuse")
		return err
	}); err != nil {
		return err
	}
	return fault.New(fault.Refused, "disclosure.leak", map[string]any{"N": len(found), "Kinds": strings.Join(kinds, ", "), "Masked": strings.Join(masked, ", ")})
}
