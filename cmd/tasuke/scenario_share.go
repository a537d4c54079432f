package main

import (
	"context"

	"tasuke/contacts/isac"
	"tasuke/contacts/police"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Sharing, and the police, in a scenario.

// frozen has a responder read every share that is drafted and freeze it.
func (w *rehearsal) frozen(ctx context.Context) error {
	by := w.cast.maker(actor.Responder)
	return w.each(ctx, "share", func(id string) error {
		sh, err := w.shares.Sheet(ctx, by, id)
		if err == nil {
			_, _, err = w.shares.Freeze(ctx, by, id, sh.Share.Rev, true)
		}
		return err
	}, "draft")
}

// shared has legal approve in the room what is frozen, and the analyst hand it in.
func (w *rehearsal) shared(ctx context.Context) error {
	legal, analyst := w.cast.maker(actor.Legal), w.cast.maker(actor.FraudAnalyst)
	if err := w.each(ctx, "share", func(id string) error {
		sh, err := w.shares.Sheet(ctx, legal, id)
		if err == nil {
			_, err = w.shares.Move(ctx, legal, isac.Cause{ID: id, Rev: sh.Share.Rev, Event: isac.ApprovalGiven})
		}
		return err
	}, "sanitised"); err != nil {
		return err
	}
	return w.each(ctx, "share", func(id string) error {
		sh, err := w.shares.Sheet(ctx, analyst, id)
		if err == nil {
			_, _, err = w.shares.HandIn(ctx, analyst, isac.Handover{ID: id, Rev: sh.Share.Rev, At: db.At(w.at), Reference: "受付 " + sh.Share.No})
		}
		return err
	}, "approved")
}

// summarised names the office and draws the summary of what is planned.
func (w *rehearsal) summarised(ctx context.Context) error {
	by := w.cast.maker(actor.Legal)
	return w.each(ctx, "police_report", func(id string) error {
		sh, err := w.polices.Sheet(ctx, by, id)
		if err != nil {
			return err
		}
		if sh.Content.Agency == "" {
			c := sh.Content
			c.Agency, c.Section, c.Person = "架空県警察 見本警察署", "生活安全課", "法務"
			if sh.Report, err = w.polices.Edit(ctx, by, id, sh.Report.Rev, c); err != nil {
				return err
			}
		}
		if sh.Report.Version > 0 && !sh.Report.Outdated() {
			return nil
		}
		_, err = w.polices.MakeSummary(ctx, by, id, sh.Report.Rev)
		return err
	}, "planned", "pending_docs")
}

// consulted records that the police were seen, planned or not.
func (w *rehearsal) consulted(ctx context.Context) error {
	by := w.cast.maker(actor.Legal)
	there, err := w.records(ctx, "police_report", "planned", "consulted", "pending_docs", "accepted", "declined", "investigating", "concluded")
	if err == nil && len(there) == 0 {
		c, _, derr := w.polices.Defaults(ctx, by, w.incident)
		if err = derr; err == nil {
			_, err = w.polices.Begin(ctx, by, w.incident, c)
		}
	}
	if err == nil {
		err = w.summarised(ctx)
	}
	if err != nil {
		return err
	}
	return w.each(ctx, "police_report", func(id string) error {
		sh, err := w.polices.Sheet(ctx, by, id)
		if err == nil {
			_, err = w.polices.Hold(ctx, by, police.Held{ID: id, Rev: sh.Report.Rev, At: db.At(w.at), Note: onRecord})
		}
		return err
	}, "planned")
}

// accepted records that the police took the report.
func (w *rehearsal) accepted(ctx context.Context) error {
	if err := w.consulted(ctx); err != nil {
		return err
	}
	by := w.cast.maker(actor.Legal)
	return w.each(ctx, "police_report", func(id string) error {
		sh, err := w.polices.Sheet(ctx, by, id)
		if err == nil {
			_, err = w.polices.Accept(ctx, by, police.Taken{ID: id, Rev: sh.Report.Rev, At: db.At(w.at), Number: "受理第1号"})
		}
		return err
	}, "consulted", "pending_docs")
}
