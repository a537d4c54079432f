package victim_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/cases/customer/leak/plant"
	"tasuke/contacts/disclosure/victim"
	"tasuke/contacts/mail"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

func mailed(t *testing.T, n int, tests map[string]func(*testing.T, *house, *peer)) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				p := newPeer(t)
				test(t, newHouse(t, d, p.settings(), n), p)
			})
		})
	}
}

func TestNoticesLeaveInStages(t *testing.T) {
	t.Parallel()
	mailed(t, 26, map[string]func(*testing.T, *house, *peer){
		"one, twenty, the rest, each once, and the cases say so": func(t *testing.T, h *house, p *peer) {
			m := h.approved()
			h.send(m.ID)
			h.is(m.ID, victim.Sending, map[victim.NoticeState]int{victim.Queued: 1, victim.Passed: 25})
			_, err := h.SendStage(t.Context(), writer, m.ID, h.sheet(m.ID).Mailing.Rev)
			wants(t, err, fault.Refused, "notice.guard.waiting")
			h.deliver()
			if got := h.send(m.ID); got.Stage != 2 {
				t.Errorf("stage %d", got.Stage)
			}
			h.is(m.ID, victim.Sending, map[victim.NoticeState]int{victim.Sent: 1, victim.Queued: 20, victim.Passed: 5})
			h.deliver()
			h.send(m.ID)
			h.deliver()
			h.is(m.ID, victim.Finished, map[victim.NoticeState]int{victim.Sent: 26})
			arrived := p.arrived()
			for i := range 26 {
				if arrived[everybody[30+i].Mail] != 1 {
					t.Errorf("%s got %d", everybody[30+i].Mail, arrived[everybody[30+i].Mail])
				}
			}
			if len(h.emitted) != 1 || h.emitted[0] != "notice.sent "+m.ID {
				t.Errorf("%v", h.emitted)
			}
			notes, _, err := h.cases.Notes(t.Context(), auditor, h.victims[7].ID, cases.Page{})
			must(t, err)
			if len(notes) != 1 || notes[0].Medium != "mail" || !strings.Contains(notes[0].Text, m.No) {
				t.Errorf("%+v", notes)
			}
			must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				all, done, err := h.Notified(ctx, tx, h.incident.ID)
				if all != 26 || done != 26 {
					t.Errorf("%d of %d", done, all)
				}
				return err
			}))
		},
		"the test notice comes back, and nobody else is written to": func(t *testing.T, h *house, p *peer) {
			p.refuse(everybody[30].Mail)
			m := h.approved()
			h.send(m.ID)
			h.deliver()
			h.is(m.ID, victim.Stopped, map[victim.NoticeState]int{victim.Bounced: 1, victim.Passed: 25})
			must(t, h.try(writer, m.ID, victim.Resumed))
			h.send(m.ID)
			h.deliver()
			h.is(m.ID, victim.Sending, map[victim.NoticeState]int{victim.Bounced: 1, victim.Passed: 5, victim.Sent: 20})
		},
		"two of twenty come back: it stops by itself, a person goes on, paper follows": func(t *testing.T, h *house, p *peer) {
			p.refuse(everybody[33].Mail, everybody[37].Mail)
			m := h.approved()
			h.send(m.ID)
			h.deliver()
			h.send(m.ID)
			h.deliver()
			h.is(m.ID, victim.Stopped, map[victim.NoticeState]int{victim.Sent: 19, victim.Bounced: 2, victim.Passed: 5})
			_, err := h.SendStage(t.Context(), writer, m.ID, h.sheet(m.ID).Mailing.Rev)
			wants(t, err, fault.Refused, "notice.move.unknown")
			must(t, h.try(writer, m.ID, victim.Resumed))
			h.send(m.ID)
			h.deliver()
			h.is(m.ID, victim.Sending, map[victim.NoticeState]int{victim.Sent: 24, victim.Bounced: 2})
			must(t, h.mark(m, 3, victim.LetterChosen, ""), h.mark(m, 7, victim.LetterChosen, ""))
			pdf, _, err := h.Letters(t.Context(), writer, m.ID, victim.AllLetters)
			must(t, err)
			if !strings.Contains(string(pdf), everybody[33].Address) || strings.Contains(string(pdf), everybody[34].Address) || strings.HasPrefix(string(pdf), "true") {
				t.Errorf("%s", pdf)
			}
			n, err := h.PostLetters(t.Context(), writer, m.ID, h.sheet(m.ID).Mailing.Rev, "書留 123")
			if must(t, err); n != 2 {
				t.Errorf("%d posted", n)
			}
			h.is(m.ID, victim.Finished, map[victim.NoticeState]int{victim.Sent: 24, victim.LetterSent: 2})
			must(t, h.mark(m, 3, victim.LetterReturned, "宛所不明"))
			h.is(m.ID, victim.Sending, map[victim.NoticeState]int{victim.Sent: 24, victim.LetterSent: 1, victim.Returned: 1})
			wants(t, h.mark(m, 3, victim.GivenUp, ""), fault.Invalid, "form.invalid")
			must(t, h.mark(m, 3, victim.GivenUp, "転居先不明、電話不通"))
			h.is(m.ID, victim.Finished, map[victim.NoticeState]int{victim.Sent: 24, victim.LetterSent: 1, victim.Unreachable: 1})
		},
		"a mail that nobody knows of is not repeated silently": func(t *testing.T, h *house, p *peer) {
			m := h.approved()
			p.mu.Lock()
			p.cut = true
			p.mu.Unlock()
			h.send(m.ID)
			h.deliver()
			h.is(m.ID, victim.Sending, map[victim.NoticeState]int{victim.Unclear: 1, victim.Passed: 25})
			_, err := h.SendStage(t.Context(), writer, m.ID, h.sheet(m.ID).Mailing.Rev)
			wants(t, err, fault.Refused, "notice.guard.waiting")
			p.mu.Lock()
			p.cut = false
			p.mu.Unlock()
			h.open(p.settings())
			h.deliver()
			if n := p.arrived()[everybody[30].Mail]; n != 1 {
				t.Errorf("%d arrived", n)
			}
			rec, err := h.mail.Get(t.Context(), postroom, h.sheet(m.ID).Items[0].MailID)
			must(t, err)
			_, err = h.mail.Decide(t.Context(), postroom, mail.Decision{ID: rec.ID, Rev: rec.Rev, Event: mail.NotArrived, Reason: "相手に確認した"})
			must(t, err)
			h.is(m.ID, victim.Sending, map[victim.NoticeState]int{victim.Queued: 1, victim.Passed: 25})
			h.deliver()
			h.is(m.ID, victim.Sending, map[victim.NoticeState]int{victim.Sent: 1, victim.Passed: 25})
		},
		"a dead mail is not tried again once paper was chosen": func(t *testing.T, h *house, p *peer) {
			p.refuse(everybody[30].Mail)
			m := h.approved()
			h.send(m.ID)
			h.deliver()
			must(t, h.mark(m, 0, victim.LetterChosen, ""))
			rec, err := h.mail.Get(t.Context(), postroom, h.sheet(m.ID).Items[0].MailID)
			must(t, err)
			_, err = h.mail.Decide(t.Context(), postroom, mail.Decision{ID: rec.ID, Rev: rec.Rev, Event: mail.TriedAgain, Reason: "もう一度"})
			wants(t, err, fault.Refused, "notice.guard.old_mail")
		},
		"what is called off leaves nobody half told": func(t *testing.T, h *house, _ *peer) {
			m := h.approved()
			h.send(m.ID)
			must(t, h.try(writer, m.ID, victim.Halted))
			wants(t, h.try(writer, m.ID, victim.CalledOff), fault.Refused, "notice.guard.waiting")
			h.deliver()
			must(t, h.try(writer, m.ID, victim.CalledOff))
			h.is(m.ID, victim.Cancelled, map[victim.NoticeState]int{victim.Sent: 1, victim.Withdrawn: 25})
		},
	})
}

func TestLettersForWhoHasNoMailAddress(t *testing.T) {
	t.Parallel()
	each(t, 3, map[string]func(*testing.T, *house){
		"are printed, marked as a draft before the approval, and posted": func(t *testing.T, h *house) {
			people := append([]plant.Person{}, everybody...)
			for i := range 3 {
				people[30+i].Mail = ""
			}
			_, err := h.customers.Import(t.Context(), actor.System("import"), strings.NewReader(plant.CSV(people)), customer.DefaultMapping(), customer.Options{Rejected: func(customer.Rejected) error { return nil }})
			must(t, err)
			m := h.begin(h.form())
			if pdf, _, err := h.Letters(t.Context(), writer, m.ID, victim.AllLetters); err != nil || !strings.HasPrefix(string(pdf), "true") {
				t.Errorf("%v %s", err, pdf)
			}
			_, err = h.PostLetters(t.Context(), writer, m.ID, m.Rev, "")
			wants(t, err, fault.Refused, "notice.letters.none")
			must(t, h.try(writer, m.ID, victim.Released))
			if sh := h.sheet(m.ID); sh.Letters != 3 {
				t.Errorf("%d letters", sh.Letters)
			}
			_, err = h.SendStage(t.Context(), writer, m.ID, h.sheet(m.ID).Mailing.Rev)
			wants(t, err, fault.Refused, "notice.guard.no_mail")
			_, err = h.PostLetters(t.Context(), writer, m.ID, h.sheet(m.ID).Mailing.Rev, "")
			must(t, err)
			h.is(m.ID, victim.Finished, map[victim.NoticeState]int{victim.LetterSent: 3})
			if n := h.count(`SELECT count(*) FROM audit_entry WHERE action = 'notice.printed' AND tree = 'access'`); n != 1 {
				t.Errorf("%d entries", n)
			}
		},
		"an erased customer keeps the rest readable": func(t *testing.T, h *house) {
			m := h.begin(h.form())
			must(t, h.try(writer, m.ID, victim.Released), h.customers.Erase(t.Context(), person("sys", actor.SystemOperations), h.victims[1].CustomerID))
			sh := h.sheet(m.ID)
			if !sh.Items[1].Erased || sh.Items[1].Text != "" || sh.Items[0].Text == "" {
				t.Errorf("%+v", sh.Items[1])
			}
			h.send(m.ID)
			if got := h.sheet(m.ID).Counts; got[victim.Queued] != 1 {
				t.Errorf("%v", got)
			}
		},
	})
}

const (
	childDSN, childKeys, childMailing = "VICTIM_TEST_DSN", "VICTIM_TEST_KEYS", "VICTIM_TEST_MAILING"
)

// TestStageChild is not a test: it is the process that TestAKilledStageIsNotRepeated kills.
func TestStageChild(t *testing.T) {
	if os.Getenv(childDSN) == "" {
		t.Skip("runs as a child only")
	}
	d, err := db.Open(t.Context(), os.Getenv(childDSN))
	must(t, err)
	h := &house{t: t, d: d, clock: dbtest.Clock(d, start), vault: keysOf(t, os.Getenv(childKeys))}
	h.open(nil)
	h.send(os.Getenv(childMailing))
}

func keysOf(t *testing.T, file string) *vault.Vault {
	t.Helper()
	ring, err := vault.LoadKeys(file)
	must(t, err)
	v, err := vault.New(ring)
	must(t, err)
	return v
}

func TestAKilledStageIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"notice.move", "notice.stage", "notice.chunk", "notice.chunk@3", "tx.after_commit@2"} {
		for dialect, dsn := range map[string]func(testing.TB) string{
			"sqlite": func(t testing.TB) string { return filepath.Join(t.TempDir(), "t.db") }, "postgres": dbtest.PostgresDSN,
		} {
			t.Run(point+" "+dialect, func(t *testing.T) {
				t.Parallel()
				at := dsn(t)
				keys := filepath.Join(t.TempDir(), "keys")
				must(t, vault.CreateKeyFile(keys))
				h := houseAt(t, at, keys)
				m := h.approved()
				stage(t, h, m.ID) // the first customer
				cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestStageChild$")
				cmd.Env = append(os.Environ(), childDSN+"="+at, childKeys+"="+keys, childMailing+"="+m.ID, db.CrashEnv+"="+point)
				if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), db.CrashLine) {
					t.Fatalf("was not killed: %v\n%s", err, out)
				}
				for h.sheet(m.ID).Facts.Left > 0 || h.sheet(m.ID).Facts.Waiting > 0 {
					stage(t, h, m.ID)
				}
				h.is(m.ID, victim.Finished, map[victim.NoticeState]int{victim.Sent: 26})
				if n, keys := h.count(`SELECT count(*) FROM mail_message`), h.count(`SELECT count(DISTINCT key) FROM mail_message`); n != 26 || keys != 26 {
					t.Errorf("%d mails, %d keys", n, keys)
				}
				if n := h.count(`SELECT count(*) FROM victim_notice WHERE stage = 2`); n != 20 {
					t.Errorf("the second stage has %d", n)
				}
			})
		}
	}
}

// stage sends what may be sent and has the server take everything that waits.
func stage(t *testing.T, h *house, id string) {
	t.Helper()
	if sh := h.sheet(id); sh.Facts.Waiting == 0 {
		h.send(id)
	}
	must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		var all []struct{ ID, About string }
		if err := tx.Select(ctx, &all, `SELECT id, about FROM mail_message ORDER BY id`); err != nil {
			return err
		}
		for _, m := range all {
			if err := h.MailEnded(ctx, tx, m.About, m.ID, "sent"); err != nil {
				return err
			}
		}
		return nil
	}))
}
