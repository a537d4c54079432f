package main

import (
	"context"
	"fmt"

	"tasuke/internal/db"
)

// What people of a scenario do in the rooms, so that something can be approved, and so that an event
// is told of. All of it are acts of production; nothing is written beside them.

// sideOf is who has to answer before an event is told of; what the firm does alone has no side.
var sideOf = map[string]string{
	"bank.answered": "bank", "filing.submitted": "authority", "disclosure.published": "public", "share.sent": "isac",
	"police.consulted": "police", "police.accepted": "police", "notice.sent": "post", "remedy.offered": "post", "remedy.agreed": "customer",
}

// bring takes a room to where what it has can be approved.
func (w *rehearsal) bring(ctx context.Context, of string) error {
	ready := map[string]func(context.Context) error{
		"filing.report": w.reviewed, "isac.share": w.frozen, "police.summary": w.summarised, "disclosure.notice": w.signed,
		"victim.notice": w.asked, "remedy.offer": w.checked, "bank.letters": w.lettersChecked,
	}[of]
	if ready == nil { // incident.facts is approved as it stands
		return nil
	}
	if err := ready(ctx); err != nil {
		return fmt.Errorf("%s: %w", of, err)
	}
	return nil
}

// tell has a room's own acts done that tell of an event. Nothing happens where the room has nothing.
func (w *rehearsal) tell(ctx context.Context, name string) error {
	acts := map[string]func(context.Context) error{
		"filing.submitted": w.submitted, "share.sent": w.shared, "police.consulted": w.consulted, "police.accepted": w.accepted,
		"disclosure.published": w.published, "notice.sent": w.posted, "remedy.offered": w.offered, "remedy.agreed": w.agreed,
		"bank.checked": w.lettersChecked, "bank.sent": w.lettersSent, "bank.answered": w.banksAnswered, "sweep.concluded": w.concludedSweep,
	}[name]
	if acts == nil { // sweep.hits_ready: the program answers by itself
		return nil
	}
	if err := acts(ctx); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return w.settle(ctx)
}

// ids of records of the incident in one of these states.
func (w *rehearsal) records(ctx context.Context, table string, states ...string) (out []string, err error) {
	err = w.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.SelectIn(ctx, &out, `SELECT id FROM `+table+` WHERE incident_id = ? AND state IN (?) ORDER BY id`, w.incident, states)
	})
	return out, err
}

// each goes through records; the first that fails ends it.
func (w *rehearsal) each(ctx context.Context, table string, act func(id string) error, states ...string) error {
	ids, err := w.records(ctx, table, states...)
	for _, id := range ids {
		if err == nil {
			err = act(id)
		}
	}
	return err
}
