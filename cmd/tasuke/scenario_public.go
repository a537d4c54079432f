package main

import (
	"context"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/victim"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Notices, to the public and to victims, in a scenario.

// nextWord is how long from now the firm says that it will speak next.
const nextWord = 14 * 24 * time.Hour

// signed completes every public notice that is drafted and has facts and law signed.
func (w *rehearsal) signed(ctx context.Context) error {
	if err := w.each(ctx, "disclosure", func(id string) error { return w.completed(ctx, id) }, "draft"); err != nil {
		return err
	}
	for _, s := range []struct {
		state string
		by    actor.Actor
		step  disclosure.Step
	}{{"draft", w.cast.maker(actor.Responder), disclosure.FactsStep}, {"fact_checked", w.cast.maker(actor.Legal), disclosure.LawStep}} {
		if err := w.each(ctx, "disclosure", func(id string) error { return w.signs(ctx, id, s.by, s.step) }, s.state); err != nil {
			return err
		}
	}
	return nil
}

func (w *rehearsal) signs(ctx context.Context, id string, by actor.Actor, step disclosure.Step) error {
	sh, err := w.disclosures.Sheet(ctx, by, id)
	if err == nil {
		_, err = w.disclosures.Sign(ctx, by, id, sh.Disclosure.Rev, step, sh.Now, onRecord)
	}
	return err
}

// completed writes what a public notice lacks, with the newest numbers.
func (w *rehearsal) completed(ctx context.Context, id string) error {
	by := w.cast.maker(actor.PR)
	sh, err := w.disclosures.Sheet(ctx, by, id)
	if err != nil || len(sh.Missing) == 0 && sh.Now != "" {
		return err
	}
	if len(sh.Snapshots) == 0 {
		snap, err := w.incidents.TakeSnapshot(ctx, w.cast.maker(actor.Responder), w.incident)
		if err != nil {
			return err
		}
		sh.Snapshots = []incident.Snapshot{snap}
	}
	_, err = w.disclosures.Edit(ctx, by, id, sh.Disclosure.Rev, sh.Snapshots[0].ID, w.wholeNotice(sh))
	return err
}

// wholeNotice keeps what is written and fills the rest.
func (w *rehearsal) wholeNotice(sh disclosure.Sheet) disclosure.Content {
	c := sh.Content
	for _, t := range []*disclosure.Text{&c.JA, &c.EN} {
		for _, x := range []*string{&t.Title, &t.Changes, &t.Outline, &t.Cause, &t.Compensation, &t.Prevention, &t.DeskName, &t.DeskHours} {
			if *x == "" {
				*x = "調査の結果を順次お知らせします。"
			}
		}
	}
	if c.DeskPhone == "" {
		c.DeskPhone = demoFirm.Phone
	}
	if len(c.Measures) == 0 {
		c.Measures = []disclosure.Measure{{At: db.At(w.at), JA: "影響を確認し、関係先に連絡しました。", EN: "We established the effects and told those concerned."}}
	}
	if c.Next <= db.At(w.at) && sh.Disclosure.Kind != notice.Correction {
		c.Next = db.At(w.at.Add(nextWord))
	}
	if len(c.Figures) == 0 {
		for _, n := range sh.Snapshots[0].Counts {
			if n.Stage == incident.CountConfirmed && n.Unit != incident.CountYen {
				c.Figures = append(c.Figures, n.Key().String())
			}
		}
	}
	return c
}

// published has an executive sign in the room and PR let it out, before every victim was told where
// that is so.
func (w *rehearsal) published(ctx context.Context) error {
	if err := w.signed(ctx); err != nil {
		return err
	}
	exec, pr := w.cast.maker(actor.Executive), w.cast.maker(actor.PR)
	if err := w.each(ctx, "disclosure", func(id string) error { return w.signs(ctx, id, exec, disclosure.ExecutiveStep) }, "legal"); err != nil {
		return err
	}
	return w.each(ctx, "disclosure", func(id string) error {
		sh, err := w.disclosures.Sheet(ctx, exec, id)
		if err != nil {
			return err
		}
		d := sh.Disclosure
		if f := sh.Facts; !f.Override && (!f.ToldKnown || f.Untold > 0) {
			if d, err = w.disclosures.Move(ctx, exec, disclosure.Cause{ID: id, Rev: d.Rev, Event: disclosure.OverrideGiven, Reason: onRecord}); err != nil {
				return err
			}
		}
		_, err = w.disclosures.Publish(ctx, pr, id, d.Rev)
		return err
	}, "exec")
}

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
