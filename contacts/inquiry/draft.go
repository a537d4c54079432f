package inquiry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// IdleLimit is how long a draft may lie still before it counts as abandoned (operations.md 4).
const IdleLimit = 30 * time.Minute

// foundFor is how long a person's drafts, abandoned ones too, are offered for going on.
const foundFor = 7 * 24 * time.Hour

// SaveDraft keeps what is typed so far and gives the new revision. rev is the revision the
// typing started from: when another tab or person saved first, it fails with fault.Conflict and
// the draft as it now is. A save whose answer was lost may be sent again. A draft that was
// abandoned meanwhile is taken up again; one that was submitted is a conflict.
//
// Keystrokes are not audited; a change of hands is, and the form as submitted.
func (s *Store) SaveDraft(ctx context.Context, by actor.Actor, id string, rev int64, f Form) (int64, error) {
	if err := by.Need(actor.InquiryWrite); err != nil {
		return 0, err
	}
	if bad := CheckDraft(f); len(bad) > 0 {
		return 0, fault.Form(bad)
	}
	var now int64
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if now, err = s.saveDraft(ctx, tx, by, id, rev, f); err != nil {
			return err
		}
		db.Crash("inquiry.draft")
		return nil
	})
	return now, s.withCurrent(ctx, by, id, err)
}

func (s *Store) saveDraft(ctx context.Context, tx *db.Tx, by actor.Actor, id string, rev int64, f Form) (int64, error) {
	r, err := s.load(ctx, tx, id, true)
	if err != nil {
		return 0, err
	}
	old, err := s.open(ctx, tx, r)
	if err != nil {
		return 0, err
	}
	same, err := equal(old, f)
	if err != nil {
		return 0, err
	}
	switch {
	case !r.State.Typing():
		return 0, fault.New(fault.Conflict, "inquiry.draft.submitted", map[string]any{"No": r.No})
	case r.Rev == rev+1 && r.SavedBy == by.ID && same, r.Rev == rev && same && r.State == Draft:
		return r.Rev, nil
	case r.Rev != rev:
		return 0, fault.Stale(nil)
	}
	if err := s.resume(ctx, tx, by, r); err != nil {
		return 0, err
	}
	if err := s.handOver(ctx, tx, by, r); err != nil {
		return 0, err
	}
	if err := s.put(ctx, tx, r, by, f); err != nil {
		return 0, err
	}
	if err := s.save(ctx, tx, r, true); err != nil {
		return 0, err
	}
	return r.Rev, nil
}

// equal compares forms as they are stored: an empty list and none are the same.
func equal(a, b Form) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("compare drafts: %w", err)
	}
	y, err := json.Marshal(b)
	if err != nil {
		return false, fmt.Errorf("compare drafts: %w", err)
	}
	return bytes.Equal(x, y), nil
}

// handOver records that somebody else than the last person types now.
func (s *Store) handOver(ctx context.Context, tx *db.Tx, by actor.Actor, r *row) error {
	if r.SavedBy == by.ID {
		return nil
	}
	return record(ctx, tx, by, audit.Main, "inquiry.draft_taken_over", r.ID, struct {
		From string `json:"from"`
	}{r.SavedBy})
}

// withCurrent adds to a conflict the record as it now is, read after the rollback so that the
// access entry stays.
func (s *Store) withCurrent(ctx context.Context, by actor.Actor, id string, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Conflict || f.Current != nil {
		return err
	}
	rec, rerr := s.Get(ctx, by, id)
	if rerr != nil {
		return rerr
	}
	return &fault.Error{Kind: f.Kind, Key: f.Key, Args: f.Args, Current: rec, Cause: f.Cause}
}

func keyOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Key
	}
	return ""
}

// Drafts lists what a person started or last typed in and did not submit, the newest first,
// abandoned ones too: this is how work is found again after the browser died.
func (s *Store) Drafts(ctx context.Context, by actor.Actor) (out []Inquiry, err error) {
	if err := by.Need(actor.InquiryWrite); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &out, `SELECT `+shown+` FROM inquiry WHERE state IN ('draft', 'abandoned')
			AND (operator_id = ? OR saved_by = ?) AND touched_at > ? ORDER BY touched_at DESC, id DESC LIMIT 100`,
			by.ID, by.ID, tx.Now.Add(-foundFor))
	})
	return out, err
}

// Draft opens what was typed so far. It fails with fault.Conflict for an inquiry that is no
// longer a draft.
func (s *Store) Draft(ctx context.Context, by actor.Actor, id string) (Record, error) {
	if err := by.Need(actor.InquiryWrite); err != nil {
		return Record{}, err
	}
	rec, err := s.Get(ctx, by, id)
	if err == nil && !rec.State.Typing() {
		err = &fault.Error{Kind: fault.Conflict, Key: "inquiry.draft.submitted", Args: map[string]any{"No": rec.No}, Current: rec}
	}
	return rec, err
}

// Abandon gives a draft up: the number becomes void and stays, the content is kept, and it can
// be taken up again. Giving up twice is once.
func (s *Store) Abandon(ctx context.Context, by actor.Actor, id string) error {
	if err := by.Need(actor.InquiryWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.giveUp(ctx, tx, by, id, tx.Now)
		return err
	})
}

// Resume takes an abandoned draft up again; its number counts again.
func (s *Store) Resume(ctx context.Context, by actor.Actor, id string) error {
	if err := by.Need(actor.InquiryWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id, true)
		if err != nil || r.State == Draft {
			return err
		}
		if r.State != Abandoned {
			return fault.New(fault.Conflict, "inquiry.draft.submitted", map[string]any{"No": r.No})
		}
		if err := s.resume(ctx, tx, by, r); err != nil {
			return err
		}
		r.TouchedAt = tx.Now
		return s.save(ctx, tx, r, false)
	})
}

// AbandonIdle gives up every draft that lay still for IdleLimit and says how many. It asks for
// rows that are due, so what a stopped machine missed is caught up.
func (s *Store) AbandonIdle(ctx context.Context) (n int, err error) {
	var ids []string
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &ids, `SELECT id FROM inquiry WHERE state = 'draft' AND touched_at < ?
			ORDER BY touched_at LIMIT 1000`, tx.Now.Add(-IdleLimit))
	}); err != nil {
		return 0, err
	}
	timer := actor.System("inquiry.idle")
	for _, id := range ids {
		var done bool
		if err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = s.giveUp(ctx, tx, timer, id, tx.Now.Add(-IdleLimit))
			return err
		}); err != nil {
			return n, err
		}
		if done {
			n++
		}
	}
	return n, nil
}

// giveUp abandons a draft; the timer only one that nobody touched since before. It changes no content and so raises
// no revision: a typist who comes back goes on where he was.
func (s *Store) giveUp(ctx context.Context, tx *db.Tx, by actor.Actor, id string, before db.Instant) (bool, error) {
	r, err := s.load(ctx, tx, id, true)
	if err != nil || r.State == Abandoned {
		return false, err
	}
	if by.Kind == actor.Machine && (r.TouchedAt >= before || r.State != Draft) {
		return false, nil // somebody typed or submitted between the look and the act
	}
	if err := s.move(ctx, tx, by, r, GivenUp, ""); err != nil {
		return false, err
	}
	r.Disposition = ByAbandonedIntake
	if err := s.save(ctx, tx, r, false); err != nil {
		return false, err
	}
	return true, record(ctx, tx, by, audit.Main, "inquiry.abandoned", id, nil)
}

// resume takes an abandoned draft up again; any other is left as it is.
func (s *Store) resume(ctx context.Context, tx *db.Tx, by actor.Actor, r *row) error {
	if r.State != Abandoned {
		return nil
	}
	if err := s.move(ctx, tx, by, r, Resumed, ""); err != nil {
		return err
	}
	r.Disposition = NoDisposition
	return record(ctx, tx, by, audit.Main, "inquiry.resumed", r.ID, nil)
}
