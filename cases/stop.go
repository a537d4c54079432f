package cases

import (
	"context"
	"strconv"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Contain asks for a stop in the caller's transaction. A stop of the same scope and target that
// has not been released is given back instead of a second one. It fails with fault.Invalid and
// the fields that are wrong.
func (s *Store) Contain(ctx context.Context, tx *db.Tx, by actor.Actor, caseID string, stop Stop) (Containment, error) {
	if err := by.Need(actor.CaseWrite); err != nil {
		return Containment{}, err
	}
	stop = stop.filled()
	if bad := stop.problems(); len(bad) > 0 {
		return Containment{}, fault.Form(bad)
	}
	c, err := s.touched(ctx, tx, caseID)
	if err != nil {
		return Containment{}, err
	}
	held, err := s.containments(ctx, tx, caseID)
	if err != nil {
		return Containment{}, err
	}
	for _, h := range held {
		if h.State != Released && h.Scope == stop.Scope && h.Target == stop.Target {
			return h, nil
		}
	}
	k := Containment{
		ID: tx.NewID(), CaseID: caseID, Scope: stop.Scope, Target: stop.Target, State: StopRequested,
		RequestedBy: by.ID, RequestedName: by.Name, RequestedAt: tx.Now,
	}
	if err := insertStop(ctx, tx, by, &k, stop.Channels); err != nil {
		return Containment{}, err
	}
	err = s.happened(ctx, tx, by, c, "containment.requested", map[string]string{
		"Scope": string(k.Scope), "Target": string(k.Target), "Channels": strconv.Itoa(len(k.Channels)),
	}, "")
	db.Crash("containment.request")
	return k, err
}

func insertStop(ctx context.Context, tx *db.Tx, by actor.Actor, k *Containment, channels []Channel) error {
	if _, err := tx.NamedExec(ctx, `INSERT INTO containment (id, case_id, scope, target, state, requested_by, requested_name, requested_at,
		active_at, idv_level, release_requested_by, release_requested_at, released_by, released_at)
		VALUES (:id, :case_id, :scope, :target, :state, :requested_by, :requested_name, :requested_at,
		:active_at, :idv_level, :release_requested_by, :release_requested_at, :released_by, :released_at)`, k); err != nil {
		return err
	}
	for _, ch := range channels {
		c := ChannelStop{k.ID, ch, true, ChannelRequested, by.ID, by.Name, tx.Now}
		if _, err := tx.Exec(ctx, `INSERT INTO containment_channel (containment_id, channel, required, state, by_id, by_name, at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, c.ContainmentID, c.Channel, bit(c.Required), c.State, c.ByID, c.ByName, c.At); err != nil {
			return err
		}
		k.Channels = append(k.Channels, c)
	}
	return nil
}

// RequestStop is Contain in a transaction of its own.
func (s *Store) RequestStop(ctx context.Context, by actor.Actor, caseID string, stop Stop) (k Containment, err error) {
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		k, err = s.Contain(ctx, tx, by, caseID, stop)
		return err
	})
	return k, err
}

// VerifyChannel writes down what a person saw on a channel: stopped, or not. The state of the
// containment follows from all of its channels; a channel that turns out open makes it failed.
func (s *Store) VerifyChannel(ctx context.Context, by actor.Actor, caseID, id string, ch Channel, stopped bool, note string) (Containment, error) {
	return s.onStop(ctx, by, caseID, id, note, func(ctx context.Context, tx *db.Tx, k *Containment) (string, map[string]string, error) {
		state := ChannelNotOK
		if stopped {
			state = ChannelVerified
		}
		if k.State == Released {
			return "", nil, fault.New(fault.Refused, "containment.over", nil)
		}
		n, err := tx.Exec(ctx, `UPDATE containment_channel SET state = ?, by_id = ?, by_name = ?, at = ? WHERE containment_id = ? AND channel = ?`,
			state, by.ID, by.Name, tx.Now, id, ch)
		if err != nil {
			return "", nil, err
		}
		if n == 0 {
			return "", nil, fault.Field("channel", "form.choice")
		}
		if k.Channels, err = channels(ctx, tx, id); err != nil {
			return "", nil, err
		}
		args := map[string]string{"Channel": string(ch), "Result": string(state), "Scope": string(k.Scope), "Target": string(k.Target)}
		return "containment.channel", args, k.follow(by, tx.Now)
	})
}

// follow brings the state in line with the channels, if that is a move at all.
func (k *Containment) follow(by actor.Actor, now db.Instant) error {
	e := seen(k.Channels)
	for _, r := range Stops {
		if r.From != k.State || r.Event != e {
			continue
		}
		m, err := Stops.Next(k.State, e, by, StopFacts{})
		if err != nil {
			return err
		}
		if k.State = m.To; k.State == Active {
			k.ActiveAt = now
		}
	}
	return nil
}

// AskRelease asks to give the account back to a caller who was identified at a level (3 is
// needed). It fails with fault.Refused "containment.guard.identity" below it.
func (s *Store) AskRelease(ctx context.Context, by actor.Actor, caseID, id string, identityLevel int, why string) (Containment, error) {
	return s.onStop(ctx, by, caseID, id, why, func(_ context.Context, tx *db.Tx, k *Containment) (string, map[string]string, error) {
		k.IdentityLevel, k.ReleaseRequestedBy, k.ReleaseRequestedAt = identityLevel, by.ID, tx.Now
		args, err := k.step(by, ReleaseAsked, why, StopFacts{IdentityLevel: identityLevel})
		return "containment.release_asked", args, err
	})
}

// Release gives the account back. It fails with fault.Refused "actor.four_eyes" for the person
// who asked.
func (s *Store) Release(ctx context.Context, by actor.Actor, caseID, id, why string) (Containment, error) {
	return s.onStop(ctx, by, caseID, id, why, func(_ context.Context, tx *db.Tx, k *Containment) (string, map[string]string, error) {
		args, err := k.step(by, ReleaseAgreed, why, StopFacts{OwnRequest: k.ReleaseRequestedBy == by.ID})
		k.ReleasedBy, k.ReleasedAt = by.ID, tx.Now
		return "containment.released", args, err
	})
}

// RefuseRelease leaves the account stopped. It fails like Release, and without a reason.
func (s *Store) RefuseRelease(ctx context.Context, by actor.Actor, caseID, id, why string) (Containment, error) {
	return s.onStop(ctx, by, caseID, id, why, func(_ context.Context, _ *db.Tx, k *Containment) (string, map[string]string, error) {
		args, err := k.step(by, ReleaseRefused, why, StopFacts{OwnRequest: k.ReleaseRequestedBy == by.ID})
		return "containment.release_refused", args, err
	})
}

func (k *Containment) step(by actor.Actor, e StopEvent, why string, f StopFacts) (map[string]string, error) {
	m, err := Stops.Next(k.State, e, by, f)
	if err != nil {
		return nil, err
	}
	if err := reason(m.Reason, why); err != nil {
		return nil, err
	}
	k.State = m.To
	return map[string]string{"Scope": string(k.Scope), "Target": string(k.Target), "Level": strconv.Itoa(k.IdentityLevel)}, nil
}

// onStop changes one containment of a case while it holds the case's row, so that two persons
// take turns. It fails with fault.NotFound "row.none" when the case has no such containment.
func (s *Store) onStop(ctx context.Context, by actor.Actor, caseID, id, note string,
	change func(context.Context, *db.Tx, *Containment) (action string, args map[string]string, err error),
) (k Containment, err error) {
	if err := by.Need(actor.CaseWrite); err != nil {
		return Containment{}, err
	}
	if err := reason(false, note); err != nil {
		return Containment{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.touched(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if k, err = one(ctx, tx, caseID, id); err != nil {
			return err
		}
		action, args, err := change(ctx, tx, &k)
		if err != nil {
			return err
		}
		if _, err := tx.NamedExec(ctx, `UPDATE containment SET state = :state, active_at = :active_at, idv_level = :idv_level,
			release_requested_by = :release_requested_by, release_requested_at = :release_requested_at,
			released_by = :released_by, released_at = :released_at WHERE id = :id`, k); err != nil {
			return err
		}
		err = s.happened(ctx, tx, by, c, action, args, strings.TrimSpace(note))
		db.Crash("containment.change")
		return err
	})
	return k, err
}

const stopColumns = `id, case_id, scope, target, state, requested_by, requested_name, requested_at, active_at, idv_level,
	release_requested_by, release_requested_at, released_by, released_at`

func one(ctx context.Context, tx *db.Tx, caseID, id string) (k Containment, err error) {
	if err := tx.Get(ctx, &k, `SELECT `+stopColumns+` FROM containment WHERE id = ? AND case_id = ?`, id, caseID); err != nil {
		return Containment{}, err
	}
	k.Channels, err = channels(ctx, tx, id)
	return k, err
}

func channels(ctx context.Context, tx *db.Tx, id string) (list []ChannelStop, err error) {
	err = tx.Select(ctx, &list, `SELECT containment_id, channel, required, state, by_id, by_name, at FROM containment_channel
		WHERE containment_id = ? ORDER BY channel`, id)
	return list, err
}

// containments reads every stop of a case with its channels, the oldest first.
func (s *Store) containments(ctx context.Context, tx *db.Tx, caseID string) (list []Containment, err error) {
	if err := tx.Select(ctx, &list, `SELECT `+stopColumns+` FROM containment WHERE case_id = ? ORDER BY requested_at, id`, caseID); err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Channels, err = channels(ctx, tx, list[i].ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}
