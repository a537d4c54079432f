package main

import (
	"context"
	"time"

	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/victim"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Notices to victims in a scenario.

// asked completes every mailing to victims and asks for its approval.
func (w *rehearsal) asked(ctx context.Context) error {
	by := w.cast.maker(actor.Remediation)
	return w.each(ctx, "victim_mailing", func(id string) error {
		sh, err := w.victims.Sheet(ctx, by, id, 0)
		if err != nil {
			return err
		}
		of, err := w.victims.Choosable(ctx, by, w.incident, id)
		if err != nil {
			return err
		}
		f := victim.Form{Content: w.toVictims(sh.Content)}
		for _, c := range of {
			if !c.Erased {
				f.Cases = append(f.Cases, c.ID)
			}
		}
		m, err := w.victims.Edit(ctx, by, id, sh.Mailing.Rev, f)
		if err == nil {
			_, err = w.victims.Move(ctx, by, victim.Cause{ID: id, Rev: m.Rev, Event: victim.ApprovalAsked})
		}
		return err
	}, "drafting")
}

// toVictims keeps what is written and fills the rest.
func (w *rehearsal) toVictims(c victim.Content) victim.Content {
	if len(c.Facts) == 0 {
		c.Facts = []victim.Fact{{At: db.At(w.at.Add(-12 * time.Hour)), What: notice.Login}}
	}
	if len(c.Measures) == 0 {
		c.Measures = []victim.Measure{{At: db.At(w.at), JA: "影響を確認し、口座を見守っています。", EN: "We established the effects and watch your account."}}
	}
	for said, plain := range map[*victim.Said]victim.Said{&c.JA: {Plan: "調査の結果を個別にご連絡いたします。", Desk: "不正取引対応室", Hours: "24時間"},
		&c.EN: {Plan: "We will tell you the result.", Desk: "Fraud response desk", Hours: "24 hours"}} {
		for into, text := range map[*string]string{&said.Plan: plain.Plan, &said.Desk: plain.Desk, &said.Hours: plain.Hours} {
			if *into == "" {
				*into = text
			}
		}
	}
	if c.Phone == "" {
		c.Phone = demoFirm.Phone
	}
	c.Next = db.At(w.at.Add(nextWord))
	return c
}

// posted has legal approve in the room what waits, and every stage sent: mail leaves, letters are
// posted.
func (w *rehearsal) posted(ctx context.Context) error {
	legal, by := w.cast.maker(actor.Legal), w.cast.maker(actor.Remediation)
	if err := w.asked(ctx); err != nil {
		return err
	}
	if err := w.each(ctx, "victim_mailing", func(id string) error {
		sh, err := w.victims.Sheet(ctx, legal, id, 0)
		if err == nil {
			_, err = w.victims.Move(ctx, legal, victim.Cause{ID: id, Rev: sh.Mailing.Rev, Event: victim.ApprovalGiven})
		}
		return err
	}, "review"); err != nil {
		return err
	}
	return w.each(ctx, "victim_mailing", func(id string) error { return w.leaves(ctx, id, by) }, "approved", "sending")
}

// leaves sends a mailing stage by stage, each after what went wrong in the one before is known.
func (w *rehearsal) leaves(ctx context.Context, id string, by actor.Actor) error {
	for range 4 {
		sh, err := w.victims.Sheet(ctx, by, id, 0)
		if err != nil || sh.Mailing.Over() {
			return err
		}
		switch {
		case sh.Facts.Left > 0:
			_, err = w.victims.SendStage(ctx, by, id, sh.Mailing.Rev)
		case sh.Letters > 0:
			_, err = w.victims.PostLetters(ctx, by, id, sh.Mailing.Rev, "簡易書留")
		}
		if err == nil {
			err = w.settle(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
