package victim_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tasuke/cases/customer"
	"tasuke/cases/customer/leak/plant"
	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/victim"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func TestADraftIsKeptAndSaysWhatTheGuardsFound(t *testing.T) {
	t.Parallel()
	other := everybody[80]
	each(t, 3, map[string]func(*testing.T, *house){
		"another customer's name, telephone and account in the plan": func(t *testing.T, h *house) {
			f := h.form()
			f.JA.Plan += other.Family + other.Given + "様（" + other.Phone + "、口座" + other.Branch + "-" + other.Account + "）の件も調査します。"
			m := h.begin(f)
			sh := h.sheet(m.ID)
			for _, i := range sh.Items {
				kinds := ""
				for _, x := range i.Findings {
					kinds += x.Kind + " "
					if strings.Contains(x.Masked, other.Account) || strings.Contains(x.Masked, other.Phone) {
						t.Errorf("not masked: %+v", x)
					}
				}
				if !strings.Contains(kinds, "name") || !strings.Contains(kinds, "phone") || !strings.Contains(kinds, "account") || !i.Blocked || i.Digest != "" {
					t.Errorf("%s: %s %v %q", i.CaseNo, kinds, i.Blocked, i.Digest)
				}
			}
			wants(t, h.try(writer, m.ID, victim.ApprovalAsked), fault.Refused, "notice.guard.blocked")
			wants(t, h.try(writer, m.ID, victim.Released), fault.Refused, "notice.guard.blocked")
			if n := h.count(`SELECT count(*) FROM audit_entry WHERE action = 'notice.refused'`); n < 3 {
				t.Errorf("%d refusals on record", n)
			}
			if got := h.sheet(m.ID).Content.JA.Plan; got != f.JA.Plan {
				t.Errorf("what was typed is lost: %q", got)
			}
		},
		"another victim of the same mailing": func(t *testing.T, h *house) {
			m := h.begin(h.form())
			p := everybody[31]
			m, err := h.EditOwn(t.Context(), writer, m.ID, m.Rev, 0, victim.Own{Language: notice.Japanese, Medium: notice.ByMail, Facts: []victim.Fact{{At: h.d.Now().Add(-25 * time.Hour), What: notice.Withdrawal, Yen: 1_500_000, Detail: p.Family + "　" + p.Given + "様名義の口座へ"}}})
			must(t, err)
			sh := h.sheet(m.ID)
			if len(sh.Items[0].Findings) != 1 || len(sh.Items[1].Findings) != 0 || m.Digest != "" {
				t.Errorf("%+v %+v", sh.Items[0].Findings, sh.Items[1].Findings)
			}
		},
		"the customer's own account number in full": func(t *testing.T, h *house) {
			m := h.begin(h.form())
			p := everybody[30]
			m, err := h.EditOwn(t.Context(), writer, m.ID, m.Rev, 0, victim.Own{Language: notice.Japanese, Medium: notice.ByMail, Facts: []victim.Fact{{At: h.d.Now().Add(-25 * time.Hour), What: notice.Withdrawal, Detail: "口座" + p.Account}}})
			must(t, err)
			if f := h.sheet(m.ID).Items[0].Findings; len(f) == 0 || f[0].Kind != "account" {
				t.Errorf("%+v", f)
			}
		},
		"a link, a promise and the secret report": func(t *testing.T, h *house) {
			for words, key := range map[string]string{"https://firm.example/login をご覧ください。": "notice.link", "全額補償いたします。": "notice.word", "疑わしい取引の届出を行いました。": "notice.word", "": "notice.blank"} {
				f := h.form()
				f.JA.Plan = words
				m := h.begin(f)
				if got := h.sheet(m.ID).Items[0].Problems["plan"]; got != key {
					t.Errorf("%q: %q", words, got)
				}
				wants(t, h.try(writer, m.ID, victim.Released), fault.Refused, "notice.guard.blocked")
				must(t, h.try(writer, m.ID, victim.CalledOff))
			}
		},
	})
}

func TestACleanNoticeHasTheCustomersOwnNameAndNothingElse(t *testing.T) {
	t.Parallel()
	each(t, 3, map[string]func(*testing.T, *house){
		"in both languages, masked on the screen and revealed on record": func(t *testing.T, h *house) {
			m := h.begin(h.form())
			m, err := h.EditOwn(t.Context(), writer, m.ID, m.Rev, 1, victim.Own{Language: notice.English, Medium: notice.ByLetter, Facts: []victim.Fact{{At: h.d.Now().Add(-25 * time.Hour), What: notice.Withdrawal, Yen: 1_500_000}}})
			must(t, err)
			sh := h.sheet(m.ID)
			if m.No != "NTC-2026-0001" || m.Digest == "" || sh.Facts.Blocked != 0 {
				t.Fatalf("%+v %+v %+v", m, sh.Facts, sh.Items)
			}
			p := everybody[31]
			name := p.Family + "　" + p.Given
			i := sh.Items[1]
			if strings.Contains(i.Text, p.Given) || !strings.Contains(i.Text, "1,500,000 yen") || !strings.Contains(i.Text, i.CaseNo) || strings.Contains(sh.Items[0].Text, "1,500,000") {
				t.Errorf("%s", i.Text)
			}
			full, err := h.Reveal(t.Context(), writer, m.ID, 1, "delivery")
			must(t, err)
			if !strings.Contains(full.Text, name) || full.Postal != p.Address {
				t.Errorf("%+v", full)
			}
			if n := h.count(`SELECT count(*) FROM audit_entry WHERE action = 'notice.revealed' AND tree = 'access'`); n != 1 {
				t.Errorf("%d entries", n)
			}
			_, err = h.Reveal(t.Context(), writer, m.ID, 1, "curiosity")
			wants(t, err, fault.Invalid, "form.invalid")
		},
		"who has no right makes, sends and reads none": func(t *testing.T, h *house) {
			m := h.begin(h.form())
			_, err := h.Begin(t.Context(), approver, h.incident.ID, h.form())
			wants(t, err, fault.Forbidden, "actor.denied")
			_, err = h.SendStage(t.Context(), approver, m.ID, m.Rev)
			wants(t, err, fault.Forbidden, "actor.denied")
			_, err = h.Sheet(t.Context(), operator, m.ID, 0)
			wants(t, err, fault.Forbidden, "actor.denied")
			_, err = h.Mark(t.Context(), approver, victim.Mark{MailingID: m.ID})
			wants(t, err, fault.Forbidden, "actor.denied")
			_, err = h.Mark(t.Context(), writer, victim.Mark{MailingID: m.ID, NoticeStep: victim.NoticeStep{Event: victim.MailTaken}})
			wants(t, err, fault.Invalid, "form.malformed")
		},
		"nobody is told by two mailings": func(t *testing.T, h *house) {
			h.begin(h.form())
			_, err := h.Begin(t.Context(), second, h.incident.ID, h.form())
			wants(t, err, fault.Conflict, "notice.case.taken")
			if left, err := h.Choosable(t.Context(), writer, h.incident.ID, ""); err != nil || len(left) != 0 {
				t.Errorf("%v %v", left, err)
			}
		},
		"only confirmed cases": func(t *testing.T, h *house) {
			must(t, h.exec(`UPDATE victim_case SET state = 'verifying' WHERE id = ?`, h.victims[0].ID))
			_, err := h.Begin(t.Context(), writer, h.incident.ID, h.form())
			wants(t, err, fault.Invalid, "form.invalid")
		},
		"an address replaced lately goes on paper": func(t *testing.T, h *house) {
			people := append([]plant.Person{}, everybody...)
			people[30].Mail, people[31].Mail = "somebody.else@mail.example", ""
			_, err := h.customers.Import(t.Context(), actor.System("import"), strings.NewReader(plant.CSV(people)), customer.DefaultMapping(), customer.Options{Rejected: func(customer.Rejected) error { return nil }})
			must(t, err)
			sh := h.sheet(h.begin(h.form()).ID)
			if sh.Items[0].Medium != notice.ByLetter || sh.Items[0].Changed == 0 || sh.Items[1].Medium != notice.ByLetter || sh.Items[2].Medium != notice.ByMail {
				t.Errorf("%+v", sh.Items)
			}
		},
		"a stale form gives the record as it now is": func(t *testing.T, h *house) {
			m := h.begin(h.form())
			_, err := h.Edit(t.Context(), second, m.ID, m.Rev, h.form())
			must(t, err)
			_, err = h.Edit(t.Context(), writer, m.ID, m.Rev, h.form())
			wants(t, err, fault.Conflict, "row.stale")
		},
	})
}

func TestFourEyes(t *testing.T) {
	t.Parallel()
	each(t, 12, map[string]func(*testing.T, *house){
		"more than ten need somebody else": func(t *testing.T, h *house) {
			m := h.begin(h.form())
			wants(t, h.try(writer, m.ID, victim.Released), fault.Refused, "notice.guard.four_eyes")
			must(t, h.try(writer, m.ID, victim.ApprovalAsked))
			wants(t, h.try(writer, m.ID, victim.ApprovalGiven), fault.Forbidden, "actor.denied")
			must(t, h.try(approver, m.ID, victim.ApprovalGiven))
			if sh := h.sheet(m.ID); !sh.Facts.Holds || sh.Mailing.ApprovedBy != approver.ID || sh.Mailing.ApprovalDigest != sh.Mailing.Digest {
				t.Errorf("%+v", sh.Mailing)
			}
		},
		"who changed it does not approve it": func(t *testing.T, h *house) {
			m := h.begin(h.form())
			_, err := h.Edit(t.Context(), both, m.ID, m.Rev, h.form())
			must(t, err, h.try(writer, m.ID, victim.ApprovalAsked))
			wants(t, h.try(both, m.ID, victim.ApprovalGiven), fault.Refused, "notice.guard.maker")
		},
		"small ones do not add up to a large one": func(t *testing.T, h *house) {
			f := h.form()
			f.Cases = f.Cases[:8]
			m := h.begin(f)
			must(t, h.try(writer, m.ID, victim.Released))
			f = h.form()
			f.Cases = f.Cases[8:]
			wants(t, h.try(writer, h.begin(f).ID, victim.Released), fault.Refused, "notice.guard.four_eyes")
		},
		"a change makes the approval void": func(t *testing.T, h *house) {
			m := h.approved()
			m, err := h.EditOwn(t.Context(), writer, m.ID, m.Rev, 3, victim.Own{Language: notice.English, Medium: notice.ByMail})
			must(t, err)
			if m.State != victim.Drafting || m.ApprovalDigest != "" {
				t.Errorf("%+v", m)
			}
			h.is(m.ID, victim.Drafting, map[victim.NoticeState]int{victim.Drafted: 12})
			_, err = h.SendStage(t.Context(), writer, m.ID, m.Rev)
			wants(t, err, fault.Refused, "notice.move.unknown")
		},
		"a text changed past the program is not sent": func(t *testing.T, h *house) {
			m := h.approved()
			if err := h.exec(`UPDATE victim_notice SET digest = 'x' WHERE mailing_id = ?`, m.ID); err == nil {
				t.Error("the database lets an approved notice be changed")
			}
			must(t, h.exec(`UPDATE victim_mailing SET approval_digest = 'x' WHERE id = ?`, m.ID))
			_, err := h.SendStage(t.Context(), writer, m.ID, m.Rev)
			wants(t, err, fault.Refused, "notice.guard.changed")
		},
		"what is approved stands though the register moves on": func(t *testing.T, h *house) {
			m := h.approved()
			people := append([]plant.Person{}, everybody...)
			people[30].Mail = "somebody.else@mail.example"
			_, err := h.customers.Import(t.Context(), actor.System("import"), strings.NewReader(plant.CSV(people)), customer.DefaultMapping(), customer.Options{Rejected: func(customer.Rejected) error { return nil }})
			must(t, err, h.exec(`UPDATE victim_case SET state = 'not_victim' WHERE id = ?`, h.victims[1].ID))
			h.send(m.ID)
			h.is(m.ID, victim.Sending, map[victim.NoticeState]int{victim.LetterPlanned: 1, victim.Withdrawn: 1, victim.Queued: 1, victim.Passed: 9})
		},
		"an incident with an open mailing counts it": func(t *testing.T, h *house) {
			m := h.begin(h.form())
			must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				n, err := h.Open(ctx, tx, h.incident.ID)
				if n != 1 {
					t.Errorf("%d open", n)
				}
				return err
			}), h.try(writer, m.ID, victim.CalledOff))
			h.is(m.ID, victim.Cancelled, map[victim.NoticeState]int{victim.Withdrawn: 12})
			h.begin(h.form()) // and its cases are free again
		},
	})
}
