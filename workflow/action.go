package workflow

import (
	"context"
	"errors"
	"fmt"

	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// The kinds of effect that carry actions out.
const (
	effectTx   = "workflow.step"      // work and result in one transaction
	effectDo   = "workflow.step.do"   // outside, and harmless when it is done again
	effectOnce = "workflow.step.once" // outside, and never done again by itself
)

// problemVoid is what an effect ends with when the approval it rests on no longer holds.
const problemVoid = "workflow.approval.void"

var (
	errVoid = errors.New("the approval does not hold any more")
	errOver = errors.New("it is no longer this step's turn")
	errKind = errors.New("this program does not know the kind of action")
)

// handlers is what the engine does when an effect's turn comes.
func (s *Store) handlers() []effect.Handler {
	return []effect.Handler{
		{Kind: effectTx, Repeatable: true, Backoff: backoff, Own: ownPauses, Tx: s.actInside, Ended: s.ended},
		{Kind: effectDo, Repeatable: true, Backoff: backoff, Own: ownPauses, Do: s.actOutside, Leaving: s.leaving, Ended: s.ended},
		{Kind: effectOnce, Backoff: backoff, Own: ownPauses, Do: s.actOutside, Leaving: s.leaving, Ended: s.ended},
	}
}

// give hands an action, or what is prepared for a person, to the effects, in the transaction in which its turn comes. The key is
// the same on every attempt and new with each iteration. What it needs it reads when it acts.
func (t *turn) give(row *StepRun, step *playbooks.Step) error {
	do, _ := t.does(row, step)
	id, created, err := t.s.opts.Effects.Enqueue(t.ctx, t.tx, effect.Spec{
		Kind: t.s.effectKind(do), Key: keyOf(row), Ref: refOf(row), Input: instructions{Retry: policyOf(step)}, At: t.tx.Now,
	})
	if err != nil {
		return fmt.Errorf("give out step %s: %w", row.StepID, err)
	}
	if !created {
		return fmt.Errorf("step %s was given out before under the key %s", row.StepID, keyOf(row))
	}
	row.EffectID = id
	return nil
}

func keyOf(row *StepRun) string {
	return fmt.Sprintf("step:%s:%s:%d", row.RunID, row.StepID, row.Iteration)
}

func (s *Store) effectKind(do string) string {
	switch k := s.kinds[do]; {
	case k.Do == nil: // also a kind that is not known any more: it fails when it acts
		return effectTx
	case k.Repeatable:
		return effectDo
	}
	return effectOnce
}

// actInside does an action of a Tx kind. The subject and the run are locked, so the approval it
// rests on is checked in the very transaction that acts.
func (s *Store) actInside(ctx context.Context, tx *db.Tx, e effect.Effect) (any, error) {
	t, row, err := s.held(ctx, tx, stepOf(e.Ref))
	if err != nil {
		return nil, err
	}
	call, kind, err := t.call(row)
	if err != nil {
		return nil, err
	}
	if kind.Tx == nil {
		return nil, effect.Permanent(errKind, "workflow.kind.unknown")
	}
	got, err := kind.Tx(ctx, tx, call)
	if err != nil {
		return nil, verdict(err)
	}
	db.Crash("step.action")
	out, err := output(s.opts.Rules.Actions[kind.Name], got)
	if err != nil {
		return nil, effect.Permanent(err, "workflow.output.wrong")
	}
	return out, nil
}

// actOutside does an action of a Do kind. Its approval is checked before it begins and once more
// in the transaction that notes that it leaves.
func (s *Store) actOutside(ctx context.Context, e effect.Effect, leaving func(context.Context) error) (any, error) {
	call, kind, err := s.look(ctx, e)
	if err != nil {
		return nil, err
	}
	if kind.Do == nil {
		return nil, effect.Permanent(errKind, "workflow.kind.unknown")
	}
	got, err := kind.Do(ctx, call, leaving)
	if err != nil {
		return nil, verdict(err)
	}
	db.Crash("step.action")
	out, err := output(s.opts.Rules.Actions[kind.Name], got)
	if err != nil { // it was done: somebody must see what came of it
		return nil, effect.Uncertain(err, "workflow.output.wrong")
	}
	return out, nil
}

// leaving checks, with the subject and the run locked, that it is still this step's turn and that
// its approval holds. After this what is approved can change, but it has left.
func (s *Store) leaving(ctx context.Context, tx *db.Tx, e effect.Effect) error {
	t, row, err := s.held(ctx, tx, stepOf(e.Ref))
	if err != nil {
		return err
	}
	if _, _, err := t.call(row); err != nil {
		return err
	}
	db.Crash("step.leaving")
	return nil
}

// look reads what an action is given, in a snapshot.
func (s *Store) look(ctx context.Context, e effect.Effect) (call Call, kind Kind, err error) {
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		runID, err := runOf(ctx, tx, stepOf(e.Ref))
		if err != nil {
			return err
		}
		t, err := s.turn(ctx, tx, player, runID)
		if err != nil {
			return err
		}
		row, err := t.row(stepOf(e.Ref))
		if err != nil {
			return err
		}
		call, kind, err = t.call(row)
		return err
	})
	return call, kind, err
}

// call prepares an action whose turn it still is.
func (t *turn) call(row *StepRun) (Call, Kind, error) {
	step, ok := t.def.Step(row.StepID)
	if !ok {
		return Call{}, Kind{}, effect.Permanent(errOver, "workflow.step.over")
	}
	do, open := t.does(row, step)
	if !open {
		return Call{}, Kind{}, effect.Permanent(errOver, "workflow.step.over")
	}
	if t.paused() {
		return Call{}, Kind{}, effect.Early(errPaused, lookAgain)
	}
	kind, ok := t.s.kinds[do]
	if !ok {
		return Call{}, Kind{}, effect.Permanent(errKind, "workflow.kind.unknown")
	}
	approver, err := t.approved(step)
	if errors.Is(err, errVoid) {
		return Call{}, Kind{}, effect.Permanent(err, problemVoid)
	} else if err != nil {
		return Call{}, Kind{}, err
	}
	in, err := t.input(step)
	if errors.Is(err, errInput) {
		return Call{}, Kind{}, effect.Permanent(err, "workflow.input.missing")
	} else if err != nil {
		return Call{}, Kind{}, err
	}
	return Call{
		Key: keyOf(row), Subject: t.run.Subject, StepRunID: row.ID, Input: in, By: player, Approver: approver,
	}, kind, nil
}

// verdict classifies what a kind said: a rule that says no will say so again; the rest is left
// to the effects.
func verdict(err error) error {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Refused, fault.NotFound, fault.Forbidden:
		var f *fault.Error
		if errors.As(err, &f) {
			return effect.Permanent(err, f.Key)
		}
	}
	return err
}
