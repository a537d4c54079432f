package mail_test

import (
	"slices"
	"testing"

	"tasuke/contacts/mail"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

func TestWhatAPersonDecidesAboutALetter(t *testing.T) {
	each(t, map[string]func(*testing.T, *world, *peer){
		"a decision on an older view is a conflict that shows the letter as it now is": func(t *testing.T, w *world, p *peer) {
			p.follow(script{drop: "end"})
			id := w.put(letter())
			r := w.perform(id)
			w.decide(id, mail.Arrived)
			_, err := w.Decide(t.Context(), funds, mail.Decision{ID: id, Rev: r.Rev, Event: mail.NotArrived, Reason: "x"})
			f := kind(t, err, fault.Conflict, "row.stale")
			if now, ok := f.Current.(mail.Message); !ok || now.State != mail.Sent {
				t.Fatal(f.Current)
			}
			if r := w.perform(id); r.State != mail.Sent || len(p.mails()) != 1 {
				t.Fatal(r.State, len(p.mails()))
			}
		},
		"without a reason nothing is decided": func(t *testing.T, w *world, _ *peer) {
			id := w.put(letter())
			_, err := w.Decide(t.Context(), legal, mail.Decision{ID: id, Event: mail.GivenUp, Reason: " "})
			field(t, err, "reason", "mail.reason.missing")
		},
		"who only reads mail decides nothing": func(t *testing.T, w *world, _ *peer) {
			id := w.put(letter())
			for _, by := range []actor.Actor{pr, operator, actor.System("x")} {
				_, err := w.Decide(t.Context(), by, mail.Decision{ID: id, Event: mail.GivenUp, Reason: "x"})
				kind(t, err, fault.Forbidden, "")
			}
		},
		"what certainly arrived, or is not known, is not simply sent again": func(t *testing.T, w *world, p *peer) {
			sent := w.put(letter())
			w.perform(sent)
			p.follow(script{drop: "end"})
			unknown := w.put(numbered(letter(), 2))
			w.perform(unknown)
			for _, id := range []string{sent, unknown} {
				_, err := w.Decide(t.Context(), legal, mail.Decision{ID: id, Rev: w.get(id).Rev, Event: mail.TriedAgain, Reason: "x"})
				kind(t, err, fault.Refused, "mail.move.unknown")
			}
			_, err := w.Decide(t.Context(), legal, mail.Decision{ID: unknown, Rev: w.get(unknown).Rev, Event: mail.ArrivedPartly, Reason: "x"})
			kind(t, err, fault.Refused, "mail.move.unknown")
		},
		"a letter that is given up before its turn never leaves": func(t *testing.T, w *world, p *peer) {
			queued, deferred := w.put(letter()), w.put(numbered(letter(), 2))
			p.follow(answers("mail", no(451, 4, 3, 0)))
			w.perform(deferred)
			p.follow(script{})
			w.decide(queued, mail.GivenUp)
			w.decide(deferred, mail.GivenUp)
			w.clock.Add(1e14)
			for _, id := range []string{queued, deferred} {
				w.is(w.perform(id), mail.Cancelled, w.get(id).Code, w.get(id).Problem)
			}
			if len(p.mails()) != 0 || !slices.Equal(w.ended, []string{"bank_request:b1 cancelled", "bank_request:b2 cancelled"}) {
				t.Fatal(len(p.mails()), w.ended)
			}
		},
		"a dead letter that is given up needs nobody any more": func(t *testing.T, w *world, p *peer) {
			p.follow(answers("rcpt", no(550, 5, 1, 1)))
			id := w.put(letter())
			w.perform(id)
			if w.list(mail.Filter{}).Waiting() != 1 {
				t.Fatal("it does not wait for a person")
			}
			w.decide(id, mail.GivenUp)
			if l := w.list(mail.Filter{}); l.Waiting() != 0 || l.Counts[mail.Cancelled] != 1 {
				t.Fatal(l.Counts)
			}
		},
		"an unknown one may be given up without sending it again": func(t *testing.T, w *world, p *peer) {
			p.follow(script{drop: "body"})
			id := w.put(letter())
			w.perform(id)
			w.decide(id, mail.GivenUp)
			if r := w.perform(id); r.State != mail.Cancelled || len(p.mails()) != 0 || reaches(r) != "unknown" {
				t.Fatal(r.State, len(p.mails()), reaches(r))
			}
		},
		"the room a letter is of is asked before it leaves again, and its no leaves everything as it was": func(t *testing.T, w *world, p *peer) {
			p.follow(answers("rcpt", no(550, 5, 1, 1)))
			dead := w.put(letter())
			w.perform(dead)
			p.follow(script{drop: "body"})
			unknown := w.put(numbered(letter(), 2))
			w.perform(unknown)
			p.follow(script{})
			w.again = fault.New(fault.Refused, "bank.guard.old_mail", nil)
			for id, event := range map[string]mail.Event{dead: mail.TriedAgain, unknown: mail.NotArrived} {
				was := w.get(id)
				_, err := w.Decide(t.Context(), legal, mail.Decision{ID: id, Rev: was.Rev, Event: event, Reason: "x"})
				kind(t, err, fault.Refused, "bank.guard.old_mail")
				if now := w.perform(id); now.State != was.State || now.Rev != was.Rev || reaches(now) != reaches(was) || len(now.Decisions) != 0 {
					t.Error(now.State, reaches(now), now.Decisions)
				}
			}
			if len(p.mails()) != 0 || len(w.asked) != 2 {
				t.Fatal(len(p.mails()), w.asked)
			}
			w.asked, w.again = nil, nil
			w.decide(dead, mail.TriedAgain)
			w.decide(unknown, mail.GivenUp)
			if !slices.Equal(w.asked, []string{"bank_request:b1 dead"}) {
				t.Error(w.asked)
			}
			w.is(w.perform(dead), mail.Sent, 250, "")
		},
		"who decided what and why is kept, and is in the audit trail": func(t *testing.T, w *world, p *peer) {
			p.follow(script{drop: "end"})
			id := w.put(letter())
			w.perform(id)
			w.decide(id, mail.Arrived)
			r := w.get(id)
			if len(r.Decisions) != 1 || r.Decisions[0].Reason != "電話で確認した" || r.Decisions[0].ActorName != "田中" || r.Decisions[0].Event != mail.Arrived {
				t.Fatal(r.Decisions)
			}
			for action, n := range map[string]int{"mail.put": 1, "mail.lost_track": 1, "mail.arrived": 1} {
				if got := w.count(`SELECT count(*) FROM audit_entry WHERE action = ? AND object_id = ?`, action, id); got != n {
					t.Error(action, got)
				}
			}
			if !slices.Equal(w.told, []string{"i1 mail.put", "i1 mail.unknown", "i1 mail.arrived"}) {
				t.Error(w.told)
			}
		},
	})
}
