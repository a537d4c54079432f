package main

import (
	"context"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Notices to the public in a scenario.

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
