package filing_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/filing"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

func TestIdentifyingAndDrafting(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"an incident whose clock does not ask for a report has none": func(t *testing.T, h *house) {
			_, err := h.incidents.Reclassify(t.Context(), drafter, h.incident.ID, nil, "当社からの漏えいではない")
			must(t, err)
			_, err = h.incidents.UpdateCount(t.Context(), responder, h.incident.ID, 1, h.d.Now(), "台帳")
			must(t, err)
			err = h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := h.Draft(ctx, tx, drafter, h.incident.ID)
				return err
			})
			wants(t, err, fault.Refused, "filing.no_duty")
		},
		"a responder identifies and drafts nothing": func(t *testing.T, h *house) {
			err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := h.Derive(ctx, tx, responder, h.incident.ID)
				return err
			})
			wants(t, err, fault.Forbidden, "actor.denied")
		},
		"identifying twice makes one filing with the limit of the clock and its reminders": func(t *testing.T, h *house) {
			var made []int
			for range 2 {
				must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					n, err := h.Derive(ctx, tx, actor.System("playbook"), h.incident.ID)
					made = append(made, n)
					return err
				}))
			}
			if !slices.Equal(made, []int{1, 0}) || h.openCount() != 1 {
				t.Fatalf("made %v, open %d", made, h.openCount())
			}
			list, _, err := h.List(t.Context(), auditor, filing.Filter{}, filing.Page{})
			must(t, err)
			// 2026-11-04 is day 1, guidance ends on day 5, whose last second is 14:59:59Z.
			due := db.At(time.Date(2026, 11, 8, 14, 59, 59, 0, time.UTC))
			if len(list) != 1 || list[0].No != "FIL-2026-0001" || list[0].DueAt != due || list[0].Force == "" {
				t.Fatalf("%+v", list)
			}
			if len(h.reminded) != 1 || h.reminded[0].Due != due || h.reminded[0].From != db.At(start) || h.reminded[0].Ladder != "filing" {
				t.Fatalf("%+v", h.reminded)
			}
		},
		"a draft has all nine items, and what nobody established is marked as under investigation": func(t *testing.T, h *house) {
			sh := h.draft()
			if sh.Filing.State != filing.Drafting || sh.Filing.Version != 1 || len(sh.Blank) != 0 {
				t.Fatalf("%+v blank %v", sh.Filing, sh.Blank)
			}
			for _, k := range incident.Rule8Items {
				if sh.Payload.Facts.Items[k].Known != incident.FactInvestigating {
					t.Errorf("%s is %q", k, sh.Payload.Facts.Items[k].Known)
				}
			}
			if !strings.Contains(sh.Payload.Facts.Items[incident.FactOutline].Text, "知らない出金") || !slices.Equal(sh.Payload.Rule7, []string{"3"}) {
				t.Errorf("%+v", sh.Payload)
			}
		},
		"a second draft of the same incident is the first one": func(t *testing.T, h *house) {
			if a, b := h.draft().Filing, h.draft().Filing; a.ID != b.ID || a.Rev != b.Rev {
				t.Errorf("%+v, then %+v", a, b)
			}
		},
		"the playbook drafts, and any lawyer but who handed it over reviews": func(t *testing.T, h *house) {
			var id string
			must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
				id, err = h.Draft(ctx, tx, actor.System("playbook"), h.incident.ID)
				return err
			}))
			h.move(drafter, id, filing.ReviewAsked)
			wants(t, h.try(drafter, id, filing.ReviewPassed), fault.Refused, "filing.guard.maker_reviews")
			h.move(reviewer, id, filing.ReviewPassed)
		},
		"a clock that moves takes the limit and the reminders with it": func(t *testing.T, h *house) {
			f := h.draft().Filing
			_, err := h.incidents.RecordAwareness(t.Context(), responder, h.incident.ID, incident.Awareness{
				Kind: incident.BecameAware, At: db.At(start.Add(-48 * time.Hour)), Department: "支店", Evidence: "メール"})
			must(t, err)
			if now := h.sheet(f.ID).Filing; now.DueAt != f.DueAt.Add(-48*time.Hour) || now.Rev != f.Rev || len(h.reminded) != 2 {
				t.Fatalf("due %v, was %v; %d reminders", now.DueAt.Time(), f.DueAt.Time(), len(h.reminded))
			}
		},
		"personal data stands nowhere in plain": func(t *testing.T, h *house) {
			f := h.submitted()
			for _, q := range []string{`SELECT payload FROM filing`, `SELECT base FROM filing`, `SELECT payload FROM filing_submission`, `SELECT pdf FROM filing_submission`} {
				var b []byte
				must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &b, q) }))
				if strings.Contains(string(b), "出金") || strings.Contains(string(b), f.No) {
					t.Errorf("%s is plain", q)
				}
			}
			if n := h.count(`SELECT count(*) FROM audit_entry WHERE detail LIKE '%知らない%'`); n != 0 {
				t.Errorf("%d audit entries hold the text", n)
			}
		},
	})
}

func TestFourEyes(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"who drafted neither reviews, nor sends back, nor approves": func(t *testing.T, h *house) {
			id := h.draft().Filing.ID
			h.move(third, id, filing.ReviewAsked)
			for _, by := range []actor.Actor{drafter, third} {
				wants(t, h.try(by, id, filing.ReviewPassed), fault.Refused, "filing.guard.maker_reviews")
				wants(t, h.try(by, id, filing.SentBack), fault.Refused, "filing.guard.maker_reviews")
			}
			h.move(reviewer, id, filing.ReviewPassed)
			wants(t, h.try(drafter, id, filing.ApprovalGiven), fault.Refused, "filing.guard.maker_approves")
			wants(t, h.try(reviewer, id, filing.ApprovalGiven), fault.Refused, "filing.guard.reviewer_approves")
			if h.move(executive, id, filing.ApprovalGiven).State != filing.Approved {
				t.Error("a third person may approve")
			}
		},
		"who edited counts as who drafted": func(t *testing.T, h *house) {
			sh := h.draft()
			sh.Payload.Reporter.Person = "担当"
			_, err := h.Edit(t.Context(), third, sh.Filing.ID, sh.Filing.Rev, sh.Payload)
			must(t, err)
			h.move(drafter, sh.Filing.ID, filing.ReviewAsked)
			wants(t, h.try(third, sh.Filing.ID, filing.ReviewPassed), fault.Refused, "filing.guard.maker_reviews")
		},
		"nobody approves what was not reviewed as it now stands": func(t *testing.T, h *house) {
			id := h.draft().Filing.ID
			h.move(drafter, id, filing.ReviewAsked)
			wants(t, h.try(executive, id, filing.ApprovalGiven), fault.Refused, "filing.guard.not_reviewed")
			h.move(reviewer, id, filing.ReviewPassed)
			sh := h.sheet(id)
			sh.Payload.Addressee = "関東財務局長"
			_, err := h.Edit(t.Context(), drafter, id, sh.Filing.Rev, sh.Payload)
			must(t, err)
			h.move(drafter, id, filing.ReviewAsked)
			wants(t, h.try(executive, id, filing.ApprovalGiven), fault.Refused, "filing.guard.not_reviewed")
		},
		"sending back needs a reason, which the drafter reads": func(t *testing.T, h *house) {
			id := h.draft().Filing.ID
			f := h.move(drafter, id, filing.ReviewAsked)
			_, err := h.Move(t.Context(), reviewer, filing.Cause{ID: id, Rev: f.Rev, Event: filing.SentBack, Reason: " "})
			wants(t, err, fault.Invalid, "form.invalid")
			h.move(reviewer, id, filing.SentBack)
			if sh := h.sheet(id); sh.Filing.State != filing.Drafting || sh.Lines[0].Comment != "理由" {
				t.Errorf("%+v %+v", sh.Filing, sh.Lines[0])
			}
		},
		"a report is ruled out by two people with a reason, and can be taken up again": func(t *testing.T, h *house) {
			id := h.draft().Filing.ID
			wants(t, h.try(executive, id, filing.WaiverAgreed), fault.Refused, "filing.guard.waiver_none")
			f := h.sheet(id).Filing
			_, err := h.Move(t.Context(), drafter, filing.Cause{ID: id, Rev: f.Rev, Event: filing.WaiverAsked})
			wants(t, err, fault.Invalid, "form.invalid")
			h.move(drafter, id, filing.WaiverAsked)
			wants(t, h.try(drafter, id, filing.WaiverAgreed), fault.Refused, "filing.guard.waiver_same")
			if h.openCount() != 1 {
				t.Error("asking alone does not close the duty")
			}
			h.move(reviewer, id, filing.WaiverAgreed)
			if h.openCount() != 0 || len(h.cleared) == 0 || h.sheet(id).WaiverReason != "理由" {
				t.Errorf("open %d, cleared %v", h.openCount(), h.cleared)
			}
			h.move(drafter, id, filing.Reconsidered)
			if sh := h.sheet(id); sh.Filing.State != filing.Identified || sh.Filing.DueAt == 0 || h.openCount() != 1 {
				t.Errorf("%+v", sh.Filing)
			}
		},
	})
}

func TestSubmitting(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"an item that is empty and unmarked cannot be handed over or handed in": func(t *testing.T, h *house) {
			sh := h.draft()
			sh.Payload.Addressee = ""
			_, err := h.Edit(t.Context(), drafter, sh.Filing.ID, sh.Filing.Rev, sh.Payload)
			must(t, err)
			wants(t, h.try(drafter, sh.Filing.ID, filing.ReviewAsked), fault.Refused, "filing.guard.blank")
			p := sh.Payload
			p.Facts.Items[incident.FactCause] = incident.Fact{Known: incident.FactConfirmed}
			_, err = h.Edit(t.Context(), drafter, sh.Filing.ID, h.sheet(sh.Filing.ID).Filing.Rev, p)
			wants(t, err, fault.Invalid, "form.invalid")
		},
		"an edit after the approval makes it void": func(t *testing.T, h *house) {
			f := h.approved()
			sh := h.sheet(f.ID)
			sh.Payload.Facts.Items[incident.FactCause] = incident.Fact{Text: "別の原因", Known: incident.FactConfirmed}
			edited, err := h.Edit(t.Context(), drafter, f.ID, f.Rev, sh.Payload)
			must(t, err)
			if edited.State != filing.Drafting || edited.ApprovedBy != "" || edited.ReviewedBy != "" {
				t.Fatalf("%+v", edited)
			}
			_, err = h.Submit(t.Context(), drafter, h.handover(edited))
			wants(t, err, fault.Refused, "filing.move.unknown")
			_, err = h.Submit(t.Context(), drafter, h.handover(f)) // as it was on an old screen
			wants(t, err, fault.Conflict, "row.stale")
		},
		"a payload that was changed past the program is not the one approved": func(t *testing.T, h *house) {
			f := h.approved()
			sh := h.sheet(f.ID)
			sh.Payload.Facts.Items[incident.FactCause] = incident.Fact{Text: "すり替え", Known: incident.FactConfirmed}
			must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				plain, err := json.Marshal(sh.Payload)
				if err != nil {
					return err
				}
				sealed, err := h.vault.Seal(ctx, tx, "incident:"+h.incident.ID, vault.Place{Table: "filing", Column: "payload", Row: f.ID}, plain)
				if err != nil {
					return err
				}
				_, err = tx.Exec(ctx, `UPDATE filing SET payload = ? WHERE id = ?`, sealed, f.ID)
				return err
			}))
			_, err := h.Submit(t.Context(), drafter, h.handover(f))
			wants(t, err, fault.Refused, "filing.guard.approval_void")
			if h.count(`SELECT count(*) FROM filing_submission`) != 0 || len(h.emitted) != 0 {
				t.Error("something was handed in")
			}
		},
		"a payload that changes while the form is drawn is not recorded": func(t *testing.T, h *house) {
			f := h.approved()
			draw := h.render
			h.render = func(form filing.Form) ([]byte, error) { // a colleague edits meanwhile
				p := form.Payload.Tidied()
				p.Reporter.Person = "別人"
				_, err := h.Edit(t.Context(), third, f.ID, f.Rev, p)
				must(t, err)
				return draw(form)
			}
			_, err := h.Submit(t.Context(), drafter, h.handover(f))
			wants(t, err, fault.Conflict, "row.stale")
			if n := h.count(`SELECT count(*) FROM filing_submission`); n != 0 {
				t.Errorf("%d frozen copies", n)
			}
		},
		"a missing glyph refuses the form by name and keeps the state": func(t *testing.T, h *house) {
			f := h.approved()
			h.render = func(filing.Form) ([]byte, error) { return nil, &document.MissingGlyphs{Clusters: []string{"𪚥"}} }
			_, err := h.Submit(t.Context(), drafter, h.handover(f))
			wants(t, err, fault.Refused, "filing.glyphs")
			var said *fault.Error
			if !errors.As(err, &said) || !strings.Contains(said.Args["Glyphs"].(string), "𪚥") {
				t.Errorf("says %v", said)
			}
			if _, _, err := h.PDF(t.Context(), auditor, f.ID, 0); !fault.Is(err, fault.Refused) {
				t.Errorf("the preview: %v", err)
			}
			if now := h.sheet(f.ID).Filing; now.Rev != f.Rev || now.State != filing.Approved || now.ApprovalDigest != f.ApprovalDigest {
				t.Errorf("%+v, was %+v", now, f)
			}
		},
		"the future, an unknown channel and a number without end are named by field": func(t *testing.T, h *house) {
			f := h.approved()
			_, err := h.Submit(t.Context(), drafter, filing.Handover{ID: f.ID, Rev: f.Rev, Channel: "pigeon", At: h.d.Now().Add(time.Hour), Receipt: strings.Repeat("1", 81)})
			var said *fault.Error
			if !errors.As(err, &said) || said.Fields["channel"] == "" || said.Fields["at"] != "form.future" || said.Fields["receipt"] == "" {
				t.Errorf("got %v", err)
			}
		},
		"what was handed in is frozen with its hashes, and the duty is done": func(t *testing.T, h *house) {
			f := h.submitted()
			sh := h.sheet(f.ID)
			if f.State != filing.Submitted || len(sh.Submissions) != 1 || sh.Submissions[0].PDFSHA256 == "" || sh.Submissions[0].PayloadDigest != f.PayloadDigest {
				t.Fatalf("%+v %+v", f, sh.Submissions)
			}
			pdf, name, err := h.PDF(t.Context(), auditor, f.ID, 0)
			must(t, err)
			if !strings.HasPrefix(string(pdf), "%PDF FIL-2026-0001 1 ") || name != "FIL-2026-0001-1.pdf" {
				t.Errorf("%s %s", name, pdf)
			}
			if h.openCount() != 0 || !slices.Equal(h.emitted, []string{"filing.submitted " + h.incident.ID + " " + f.ID}) || !slices.Contains(h.cleared, "filing:"+f.ID) {
				t.Errorf("open %d, emitted %v, cleared %v", h.openCount(), h.emitted, h.cleared)
			}
		},
		"the frozen copy cannot be changed, replaced or taken away": func(t *testing.T, h *house) {
			h.submitted()
			for _, q := range []string{
				`UPDATE filing_submission SET pdf_sha256 = 'x'`, `DELETE FROM filing_submission`, `UPDATE filing_receipt SET number = 'x'`,
				`UPDATE filing_line SET comment = NULL`, `DELETE FROM filing_line`,
			} {
				if strings.Contains(q, "receipt") && h.d.Dialect == db.SQLite {
					continue // a trigger for each row has no row to fire on
				}
				if err := h.exec(q); err == nil {
					t.Errorf("%s passed", q)
				}
			}
			if h.d.Dialect == db.SQLite {
				if err := h.exec(`INSERT OR REPLACE INTO filing_submission SELECT * FROM filing_submission`); err == nil {
					t.Error("a frozen copy was replaced")
				}
			}
		},
		"a receipt number may come with it, later, and be corrected": func(t *testing.T, h *house) {
			f := h.submitted()
			_, err := h.Receipt(t.Context(), drafter, f.ID, f.Rev, " ")
			wants(t, err, fault.Invalid, "form.invalid")
			f, err = h.Receipt(t.Context(), drafter, f.ID, f.Rev, "20261105-001")
			must(t, err)
			h.clock.Add(time.Minute)
			f, err = h.Receipt(t.Context(), drafter, f.ID, f.Rev, "20261105-011")
			must(t, err)
			sh := h.sheet(f.ID)
			if f.State != filing.Receipted || sh.Submissions[0].Receipt != "20261105-011" || len(sh.Receipts) != 2 {
				t.Errorf("%+v %+v", sh.Submissions, sh.Receipts)
			}
		},
		"with the number at once it is receipted in the same transaction": func(t *testing.T, h *house) {
			o := h.handover(h.approved())
			o.Receipt = "P-1"
			f, err := h.Submit(t.Context(), third, o)
			must(t, err)
			if f.State != filing.Receipted || h.sheet(f.ID).Submissions[0].Receipt != "P-1" {
				t.Errorf("%+v", f)
			}
		},
	})
}

func TestAChangedFact(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"marks the draft with the items that differ, and unmarks it when it is as before": func(t *testing.T, h *house) {
			f := h.draft().Filing
			before := h.sheet(f.ID).Base.Items[incident.FactCause]
			h.facts(incident.FactCause, "フィッシングによる認証情報の窃取")
			now := h.sheet(f.ID).Filing
			if !now.Stale() || !slices.Equal(now.StaleItems, filing.Items{"cause"}) || now.Rev != f.Rev {
				t.Fatalf("%+v", now)
			}
			p, err := h.incidents.ReadFacts(t.Context(), responder, h.incident.ID, 0)
			must(t, err)
			c := p.Sheet.Tidied()
			c.Items[incident.FactCause] = before
			_, err = h.incidents.SaveFacts(t.Context(), responder, h.incident.ID, p.Sheet.Version, c)
			must(t, err)
			if now := h.sheet(f.ID).Filing; now.Stale() || len(now.StaleItems) != 0 {
				t.Errorf("%+v", now)
			}
		},
		"holds back the submission until somebody says that he knows": func(t *testing.T, h *house) {
			f := h.approved()
			h.facts(incident.FactCause, "判明")
			_, err := h.Submit(t.Context(), drafter, h.handover(f))
			wants(t, err, fault.Refused, "filing.guard.stale")
			o := h.handover(f)
			o.StaleSeen = true
			_, err = h.Submit(t.Context(), drafter, o)
			must(t, err)
			if sub := h.sheet(f.ID).Submissions[0]; !slices.Equal(sub.StaleItems, filing.Items{"cause"}) {
				t.Errorf("%+v", sub)
			}
		},
		"is taken over item by item, and other wording stays": func(t *testing.T, h *house) {
			sh := h.draft()
			wants(t, h.try(drafter, sh.Filing.ID, filing.SheetTaken), fault.Refused, "filing.guard.not_stale")
			sh.Payload.Facts.Items[incident.FactOutline] = incident.Fact{Text: "法務の書きぶり", Known: incident.FactConfirmed}
			_, err := h.Edit(t.Context(), drafter, sh.Filing.ID, sh.Filing.Rev, sh.Payload)
			must(t, err)
			h.facts(incident.FactCause, "判明した原因")
			h.move(drafter, sh.Filing.ID, filing.SheetTaken)
			now := h.sheet(sh.Filing.ID)
			if now.Payload.Facts.Items[incident.FactOutline].Text != "法務の書きぶり" || now.Payload.Facts.Items[incident.FactCause].Text != "判明した原因" || now.Filing.Stale() {
				t.Errorf("%+v", now.Payload.Facts.Items)
			}
		},
		"after the submission asks for an amendment, and the frozen copy stays": func(t *testing.T, h *house) {
			f := h.submitted()
			first, _, err := h.PDF(t.Context(), auditor, f.ID, 1)
			must(t, err)
			f, err = h.Receipt(t.Context(), drafter, f.ID, f.Rev, "R-1")
			must(t, err)
			h.facts(incident.FactPersons, "3人")
			wants(t, h.try(drafter, f.ID, filing.WorkFinished), fault.Refused, "filing.guard.stale_final")
			f = h.move(drafter, f.ID, filing.AmendmentStarted)
			if f.Version != 2 || f.State != filing.Drafting || f.Stale() || h.openCount() != 1 || f.ApprovedBy != "" {
				t.Fatalf("%+v", f)
			}
			wants(t, h.try(drafter, f.ID, filing.WaiverAsked), fault.Refused, "filing.guard.handed_in")
			h.move(drafter, f.ID, filing.ReviewAsked)
			h.move(reviewer, f.ID, filing.ReviewPassed)
			f = h.move(executive, f.ID, filing.ApprovalGiven)
			var form filing.Form
			draw := h.render
			h.render = func(f filing.Form) ([]byte, error) { form = f; return draw(f) }
			_, err = h.Submit(t.Context(), drafter, h.handover(f))
			must(t, err)
			again, _, err := h.PDF(t.Context(), auditor, f.ID, 1)
			must(t, err)
			if string(first) != string(again) || len(h.sheet(f.ID).Submissions) != 2 || form.Before != "R-1" || form.Version != 2 {
				t.Errorf("before %q; %+v", form.Before, h.sheet(f.ID).Submissions)
			}
		},
		"a saving that comes while somebody submits is seen or comes after": func(t *testing.T, h *house) {
			f := h.approved()
			draw := h.render
			h.render = func(form filing.Form) ([]byte, error) {
				h.facts(incident.FactCause, "間に合った訂正")
				return draw(form)
			}
			_, err := h.Submit(t.Context(), drafter, h.handover(f))
			wants(t, err, fault.Refused, "filing.guard.stale")
		},
	})
}
