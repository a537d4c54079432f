package disclosure

import (
	"context"
	"strings"
	"unicode/utf8"

	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/page"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Withdrawal takes back what was published. The page stays and says so, with the reason.
type Withdrawal struct {
	ID     string
	Rev    int64  // of the notice as it was on the person's screen
	JA, EN string // the reason, for the public; the English one is needed where there is an English page
}

func (w Withdrawal) problems(english bool) map[string]string {
	bad := map[string]string{}
	for field, text := range map[string]string{"reason_ja": w.JA, "reason_en": w.EN} {
		n := utf8.RuneCountInString(text)
		switch key := notice.Unsayable(text); {
		case n == 0 && (field == "reason_ja" || english):
			bad[field] = "form.required"
		case n > maxComment:
			bad[field] = "form.too_long"
		case key != "":
			bad[field] = key
		}
	}
	return bad
}

// Withdraw takes a published notice back: a note above it says when and why, and what it said stays
// readable. It fails with fault.Conflict and the current Disclosure when Rev is stale, with
// fault.Invalid and the fields that are wrong, with fault.Refused "disclosure.leak" for a reason with
// customers' data, and with fault.Refused or fault.Forbidden when the table says no. It needs
// disclosure.approve.
func (s *Store) Withdraw(ctx context.Context, by actor.Actor, w Withdrawal) (d Disclosure, err error) {
	if err := by.Need(actor.DisclosureApprove); err != nil {
		return Disclosure{}, err
	}
	w.JA, w.EN = strings.TrimSpace(w.JA), strings.TrimSpace(w.EN)
	a := act{id: w.ID, rev: w.Rev, event: TakenBack, comment: w.JA, do: s.takeBack(w)}
	if err := s.sayable(ctx, by, a, w); err != nil {
		return Disclosure{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.act(ctx, tx, by, a)
		if err != nil {
			return err
		}
		d = r.Disclosure
		err = s.toFiles(ctx, tx, r, r.Rev)
		db.Crash("disclosure.withdraw")
		return err
	})
	return d, err
}

// sayable looks through the reason as through a notice.
func (s *Store) sayable(ctx context.Context, by actor.Actor, a act, w Withdrawal) error {
	var r record
	var found []notice.Finding
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if r, err = s.load(ctx, tx, a.id); err != nil {
			return err
		}
		if r.Rev != a.rev {
			return fault.Stale(r.Disclosure)
		}
		if _, err := s.decide(ctx, tx, by, r, a); err != nil {
			return err
		}
		if bad := w.problems(r.content.English); len(bad) > 0 {
			return fault.Form(bad)
		}
		found, err = s.opts.Leaks(ctx, tx, w.JA+"\n"+w.EN, s.own(r.No))
		return err
	}); err != nil || len(found) == 0 {
		return err
	}
	return s.refuse(ctx, by, r, found)
}

func (s *Store) takeBack(w Withdrawal) func(context.Context, *db.Tx, actor.Actor, *record) (db.Args, error) {
	return func(ctx context.Context, tx *db.Tx, _ actor.Actor, r *record) (db.Args, error) {
		return nil, s.noted(ctx, tx, r.Disclosure, Withdrawn, func(l notice.Language) page.Note {
			reason := w.JA
			if l == notice.English {
				reason = w.EN
			}
			return page.Note{Status: string(Withdrawn), At: tx.Now.Time(), Reason: reason}
		})
	}
}
