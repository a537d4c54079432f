package main

import (
	"context"

	"tasuke/cases/incident"
	"tasuke/contacts/filing"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// The room of filings in a scenario: one lawyer writes, a second reads, an executive approves, and the
// authority gives a number.

// filed moves a filing on by an event that brings no more than a reason.
func (w *rehearsal) filed(ctx context.Context, id string, by actor.Actor, e filing.Event) error {
	sh, err := w.filings.Sheet(ctx, by, id)
	if err == nil {
		_, err = w.filings.Move(ctx, by, filing.Cause{ID: id, Rev: sh.Filing.Rev, Event: e, Reason: onRecord})
	}
	return err
}

// reviewed brings the report of the incident through legal review. Where one was handed in, the next
// version is begun: the final report follows the preliminary one.
func (w *rehearsal) reviewed(ctx context.Context) error {
	open, err := w.records(ctx, "filing", "drafting", "legal_review", "approved")
	if err != nil {
		return err
	}
	if len(open) == 0 {
		writer := w.cast.maker(actor.Legal)
		if err := w.each(ctx, "filing", func(id string) error { return w.filed(ctx, id, writer, filing.DraftStarted) }, "identified"); err != nil {
			return err
		}
		if err := w.each(ctx, "filing", func(id string) error { return w.filed(ctx, id, writer, filing.AmendmentStarted) }, "submitted", "receipted", "final"); err != nil {
			return err
		}
	}
	return w.each(ctx, "filing", func(id string) error { return w.written(ctx, id) }, "drafting")
}

// written fills what the draft lacks and has it read by another lawyer.
func (w *rehearsal) written(ctx context.Context, id string) error {
	writer := w.cast.maker(actor.Legal)
	sh, err := w.filings.Sheet(ctx, writer, id)
	if err != nil {
		return err
	}
	if sh.Facts.Stale {
		if err := w.filed(ctx, id, writer, filing.SheetTaken); err != nil {
			return err
		}
		if sh, err = w.filings.Sheet(ctx, writer, id); err != nil {
			return err
		}
	}
	p := filledReport(sh.Payload)
	if len(filing.Differ(sh.Payload, p)) > 0 {
		if _, err := w.filings.Edit(ctx, writer, id, sh.Filing.Rev, p); err != nil {
			return err
		}
	}
	if err := w.filed(ctx, id, writer, filing.ReviewAsked); err != nil {
		return err
	}
	return w.filed(ctx, id, w.cast.reader(actor.Legal), filing.ReviewPassed)
}

// filledReport is a payload without blanks.
func filledReport(p filing.Payload) filing.Payload {
	p = p.Tidied()
	if p.Addressee == "" {
		p.Addressee = "個人情報保護委員会"
	}
	p.Bases = append(p.Bases, filing.BasisAPPI)
	p.Reporter.Representative, p.Reporter.Person = "代表取締役", "法務"
	for _, k := range p.Facts.Blank() {
		f := p.Facts.Items[k]
		f.Known = incident.FactInvestigating
		p.Facts.Items[k] = f
	}
	return p.Tidied()
}

// submitted hands in what was approved, after an executive's word in the room.
func (w *rehearsal) submitted(ctx context.Context) error {
	if err := w.each(ctx, "filing", func(id string) error {
		return w.filed(ctx, id, w.cast.maker(actor.Executive), filing.ApprovalGiven)
	}, "legal_review"); err != nil {
		return err
	}
	writer := w.cast.maker(actor.Legal)
	return w.each(ctx, "filing", func(id string) error {
		sh, err := w.filings.Sheet(ctx, writer, id)
		if err == nil {
			_, err = w.filings.Submit(ctx, writer, filing.Handover{ID: id, Rev: sh.Filing.Rev, Channel: filing.PPCForm, At: db.At(w.at), Receipt: "PPC-" + sh.Filing.No, StaleSeen: true})
		}
		return err
	}, "approved")
}
