package remedy_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"tasuke/cases"
	"tasuke/cases/remedy"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
)

func TestFourEyesAndLimitsOfAnOffer(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"who calculated does not check, and neither of both approves": func(t *testing.T, h *house) {
			a := h.calculated()
			_, err := h.Check(t.Context(), carer, a.ID, a.Rev, a.OfferYen)
			wants(t, err, fault.Refused, "remedy.guard.maker_checks")
			a, err = h.Check(t.Context(), lawyer, a.ID, a.Rev, a.OfferYen)
			must(t, err)
			wants(t, h.try(lawyer, a.ID, remedy.ApprovalGiven), fault.Refused, "remedy.guard.checker_approves")
		},
		"a checker who finds another total does not pass it": func(t *testing.T, h *house) {
			a := h.calculated()
			_, err := h.Check(t.Context(), lawyer, a.ID, a.Rev, a.OfferYen-1)
			wantsField(t, err, "total", "remedy.check.differs")
			if now := h.sheet(a.ID).Assessment; now.State != remedy.Calculated || now.CheckedBy != "" || now.Rev != a.Rev {
				t.Errorf("something was kept: %+v", now)
			}
		},
		"more than a million yen is not legal's to approve": func(t *testing.T, h *house) {
			a := h.checked() // 1,000,330 yen
			wants(t, h.try(lawyer2, a.ID, remedy.ApprovalGiven), fault.Refused, "remedy.guard.limit")
			h.move(executive, a.ID, remedy.ApprovalGiven)
		},
		"up to a million yen is": func(t *testing.T, h *house) {
			a := h.add(h.victim.ID, payout("PO-1", 999_670, remedy.Fraud))
			h.move(analyst, a.ID, remedy.FactsEstablished)
			a, err := h.Calculate(t.Context(), carer, remedy.Draft{CaseID: a.CaseID, Rev: h.rev(a.ID), RateBP: remedy.PolicyRate, Factor: none})
			must(t, err)
			a, err = h.Check(t.Context(), carer2, a.ID, a.Rev, 1_000_000)
			must(t, err)
			h.move(lawyer, a.ID, remedy.ApprovalGiven)
		},
		"a version that leaves room for judgement is approved with a reason": func(t *testing.T, h *house) {
			a := h.checked()
			_, err := h.Move(t.Context(), executive, remedy.Cause{ID: a.ID, Rev: a.Rev, Event: remedy.ApprovalGiven})
			wantsField(t, err, "reason", "form.required")
		},
		"another rate than the policy's needs a reason and an executive": func(t *testing.T, h *house) {
			a := h.add(h.victim.ID, payout("PO-1", 500_000, remedy.Fraud))
			h.move(analyst, a.ID, remedy.FactsEstablished)
			d := remedy.Draft{CaseID: a.CaseID, Rev: h.rev(a.ID), RateBP: 8000, Factor: []remedy.Factor{{Code: "N2", Evidence: "通話録音 12:03"}}}
			_, err := h.Calculate(t.Context(), carer, d)
			wantsField(t, err, "reason", "form.required")
			d.Reason = "認証コードを電話で伝えている"
			a, err = h.Calculate(t.Context(), carer, d)
			must(t, err)
			if a.OfferYen != 400_330 || !a.Deviates() {
				t.Errorf("%d yen, %+v", a.OfferYen, a)
			}
			a, err = h.Check(t.Context(), carer2, a.ID, a.Rev, 400_330)
			must(t, err)
			wants(t, h.try(lawyer, a.ID, remedy.ApprovalGiven), fault.Refused, "remedy.guard.limit")
			h.move(executive, a.ID, remedy.ApprovalGiven)
		},
		"a circumstance alone changes no amount": func(t *testing.T, h *house) {
			plain := h.calculated()
			a, err := h.Calculate(t.Context(), carer, remedy.Draft{CaseID: plain.CaseID, Rev: plain.Rev, RateBP: remedy.PolicyRate, Factor: []remedy.Factor{{Code: "N1", Evidence: "偽サイトのログ"}, {Code: "N5", Evidence: "設定履歴"}}})
			must(t, err)
			if a.OfferYen != plain.OfferYen || a.Digest != plain.Digest {
				t.Errorf("%d, then %d yen", plain.OfferYen, a.OfferYen)
			}
			if v := h.sheet(a.ID).Versions[0]; len(v.Factors) != 2 || v.Factors[0].Evidence != "偽サイトのログ" {
				t.Errorf("%+v", v.Factors)
			}
		},
		"a circumstance without evidence is no circumstance": func(t *testing.T, h *house) {
			a := h.calculated()
			for field, list := range map[string][]remedy.Factor{"evidence.N3": {{Code: "N3"}}, "factors": {{Code: "N0"}, {Code: "N3", Evidence: "x"}}} {
				_, err := h.Calculate(t.Context(), carer, remedy.Draft{CaseID: a.CaseID, Rev: a.Rev, RateBP: remedy.PolicyRate, Factor: list})
				var f *fault.Error
				if !errors.As(err, &f) || f.Fields[field] == "" {
					t.Errorf("%s: %v", field, err)
				}
			}
		},
	})
}

func TestAChangeOfFactsMakesWhatWasSaidVoid(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"another transaction takes an approval away": func(t *testing.T, h *house) {
			a := h.approved()
			h.add(h.victim.ID, payout("PO-2", 5_000, remedy.Undetermined))
			now := h.sheet(a.ID).Assessment
			if now.State != remedy.Calculated || now.ApprovedBy != "" || now.CheckedBy != "" || now.ApprovalDigest != "" {
				t.Errorf("%+v", now)
			}
			_, err := h.Check(t.Context(), lawyer, a.ID, now.Rev, now.OfferYen)
			wants(t, err, fault.Refused, "remedy.guard.stale")
			_, err = h.Calculate(t.Context(), carer, remedy.Draft{CaseID: a.CaseID, Rev: now.Rev, RateBP: remedy.PolicyRate, Factor: none})
			wants(t, err, fault.Refused, "remedy.guard.undetermined")
		},
		"another verdict takes an offer back to be calculated, and the letter stays": func(t *testing.T, h *house) {
			a := h.offered()
			list := h.ofCase()
			_, err := h.Judge(t.Context(), analyst, h.victim.ID, []remedy.Judgement{{ID: list[0].ID, Revision: 1, Claim: remedy.Mine, Verdict: remedy.Own}})
			must(t, err)
			sh := h.sheet(a.ID)
			if sh.Assessment.State != remedy.Calculated || len(sh.Offers) != 1 || sh.Assessment.OfferVersion != 1 {
				t.Errorf("%+v", sh.Assessment)
			}
		},
		"money that comes back after the approval stops the offer": func(t *testing.T, h *house) {
			a := h.approved()
			h.recovered = 300_000
			_, err := h.Offer(t.Context(), carer, a.ID, a.Rev, "2026-12-04")
			wants(t, err, fault.Refused, "remedy.guard.stale")
			a, err = h.Calculate(t.Context(), carer, remedy.Draft{CaseID: a.CaseID, Rev: a.Rev, RateBP: remedy.PolicyRate, Factor: none})
			must(t, err)
			if a.OfferYen != 700_330 || a.LossYen != 1_000_000 || a.State != remedy.Calculated {
				t.Errorf("%+v", a)
			}
		},
		"what was agreed is not changed by a transaction": func(t *testing.T, h *house) {
			a := h.agreed()
			_, err := h.Add(t.Context(), analyst, h.victim.ID, payout("PO-9", 1, remedy.Fraud))
			wants(t, err, fault.Refused, "remedy.move.unknown")
			h.move(lawyer, a.ID, remedy.AgreementReopened)
			if now := h.sheet(a.ID).Assessment; now.AgreedYen != 0 || now.State != remedy.Calculated {
				t.Errorf("%+v", now)
			}
			h.add(h.victim.ID, payout("PO-9", 1, remedy.Fraud))
		},
		"a letter of one version goes out once": func(t *testing.T, h *house) {
			a := h.agreed()
			a = h.move(lawyer, a.ID, remedy.AgreementReopened)
			a, err := h.Check(t.Context(), lawyer2, a.ID, a.Rev, a.OfferYen)
			must(t, err)
			a = h.move(executive, a.ID, remedy.ApprovalGiven)
			_, err = h.Offer(t.Context(), carer, a.ID, a.Rev, "2026-12-04")
			wants(t, err, fault.Refused, "remedy.guard.sent_before")
		},
		"an approval that was changed past the program does not pass": func(t *testing.T, h *house) {
			a := h.approved()
			must(t, h.exec(`UPDATE remedy SET digest = 'f00' WHERE id = ?`, a.ID))
			_, err := h.Offer(t.Context(), carer, a.ID, a.Rev, "2026-12-04")
			wants(t, err, fault.Refused, "remedy.guard.approval_void")
		},
	})
}

func (h *house) ofCase() []remedy.Transaction {
	h.t.Helper()
	sh, err := h.OfCase(h.t.Context(), auditor, h.victim.ID, "")
	must(h.t, err)
	return sh.Transactions
}

func TestTransactionsAreCorrectedAndNeverRemoved(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a correction is another revision with its reason": func(t *testing.T, h *house) {
			h.add(h.victim.ID, payout("PO-1", 10_000, remedy.Fraud))
			x := h.ofCase()[0]
			_, err := h.Correct(t.Context(), analyst, h.victim.ID, x.ID, 1, payout("PO-1", 12_000, remedy.Fraud), "")
			wantsField(t, err, "reason", "form.required")
			_, err = h.Correct(t.Context(), analyst, h.victim.ID, x.ID, 1, payout("PO-1", 12_000, remedy.Fraud), "通帳と照合")
			must(t, err)
			_, err = h.Correct(t.Context(), analyst, h.victim.ID, x.ID, 1, payout("PO-1", 13_000, remedy.Fraud), "別の画面から")
			wants(t, err, fault.Conflict, "row.stale")
			sh, err := h.OfCase(t.Context(), auditor, h.victim.ID, x.ID)
			must(t, err)
			if len(sh.History) != 2 || sh.History[0].GrossYen != 12_000 || sh.History[0].Reason != "通帳と照合" || sh.History[1].GrossYen != 10_000 {
				t.Errorf("%+v", sh.History)
			}
		},
		"the same number of the same kind is in a case once": func(t *testing.T, h *house) {
			h.add(h.victim.ID, payout("PO-1", 10_000, remedy.Fraud))
			_, err := h.Add(t.Context(), analyst, h.victim.ID, payout("PO-2", 1, remedy.Fraud), payout("PO-1", 1, remedy.Fraud))
			wantsField(t, err, "external_id", "remedy.txn.known")
			if n := len(h.ofCase()); n != 1 {
				t.Errorf("%d transactions are there", n)
			}
			h.add(h.victim.ID, payout("PO-2", 1, remedy.Fraud))
			x := h.ofCase()[1]
			_, err = h.Correct(t.Context(), analyst, h.victim.ID, x.ID, 1, payout("PO-1", 1, remedy.Fraud), "番号の誤り")
			wantsField(t, err, "external_id", "remedy.txn.known")
		},
		"nothing is deleted and no statement is changed": func(t *testing.T, h *house) {
			h.agreed()
			for _, table := range []string{"remedy_txn_revision", "remedy_version", "remedy_offer", "remedy_line", "remedy_txn"} {
				if err := h.exec(`DELETE FROM ` + table); err == nil {
					t.Errorf("rows of %s were removed", table)
				}
			}
			for table, column := range map[string]string{"remedy_txn_revision": "gross_yen", "remedy_version": "offer_yen", "remedy_offer": "offer_yen", "remedy_line": "version"} {
				if err := h.exec(`UPDATE ` + table + ` SET ` + column + ` = 1`); err == nil {
					t.Errorf("rows of %s were changed", table)
				}
			}
		},
		"pasted rows are kept all or none": func(t *testing.T, h *house) {
			text := lines("kind,occurred_at,external_id,symbol,side,qty,price,gross_yen", "出金,2026-10-01 09:00,PO-1,,,,,\"1,200,000\",330,0,覚えなし,不正", "出金,2026-10-01 09:10,PO-1,,,,,1", "約定,きのう,EX-1,7203,買,100,12.5,1250")
			p, err := h.Paste(t.Context(), analyst, h.victim.ID, text)
			wants(t, err, fault.Invalid, "remedy.paste.rejected")
			if p.Rejected != 2 || p.Rows[1].Bad["external_id"] != "remedy.paste.twice" || p.Rows[2].Bad["occurred_at"] != "form.time" || len(h.ofCase()) != 0 {
				t.Errorf("%+v", p)
			}
			_, err = h.Paste(t.Context(), analyst, h.victim.ID, lines("出金\t2026/10/1 9:00\tPO-1\t\t\t\t\t１，２００，０００円\t330\t\t覚えなし\t不正", "", "ログイン,2026-10-01 08:55,S-77,,,,,0"))
			must(t, err)
			list := h.ofCase()
			if len(list) != 2 || list[1].GrossYen != 1_200_000 || list[1].Verdict != remedy.Fraud || list[1].Claim != remedy.NotMine || list[0].Kind != remedy.Login {
				t.Errorf("%+v", list)
			}
			p, err = h.Preview(t.Context(), analyst, h.victim.ID, "出金,2026-10-01 09:00,PO-1,,,,,1")
			must(t, err)
			if p.Rejected != 1 || p.Rows[0].Bad["external_id"] != "remedy.txn.known" {
				t.Errorf("%+v", p)
			}
		},
	})
}

func TestTheOfferAndItsAnswer(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"the letter is frozen with its hash and says what was approved": func(t *testing.T, h *house) {
			a := h.offered()
			pdf, name, err := h.PDF(t.Context(), lawyer, a.ID, 0)
			must(t, err)
			if want := "%PDF " + a.No + " 1 1000330 2026-12-04 false"; string(pdf) != want || name != a.No+"-1.pdf" {
				t.Errorf("%s: %s", name, pdf)
			}
			if o := h.sheet(a.ID).Offers; len(o) != 1 || o[0].OfferYen != 1_000_330 || len(o[0].SHA256) != 64 || o[0].ValidUntil != "2026-12-04" {
				t.Errorf("%+v", o)
			}
			if len(h.emitted) != 1 || h.emitted[0] != "remedy.offered "+h.incident.ID {
				t.Errorf("%v", h.emitted)
			}
		},
		"a letter before the offer is a draft": func(t *testing.T, h *house) {
			pdf, _, err := h.PDF(t.Context(), lawyer, h.calculated().ID, 0)
			must(t, err)
			if !h.letters[0].Draft || len(pdf) == 0 || h.letters[0].CustomerRef != "H0001204" {
				t.Errorf("%+v", h.letters[0])
			}
			_, _, err = h.PDF(t.Context(), lawyer, h.ofAssessment(), 7)
			wants(t, err, fault.NotFound, "row.none")
		},
		"an offer ends on a day ahead, and not too far": func(t *testing.T, h *house) {
			a := h.approved()
			for _, until := range []string{"2026-11-04", "2026-10-01", "2027-11-04"} {
				_, err := h.Offer(t.Context(), carer, a.ID, a.Rev, until)
				wantsField(t, err, "valid_until", "remedy.offer.until")
			}
			_, err := h.Offer(t.Context(), carer, a.ID, a.Rev, "soon")
			wantsField(t, err, "valid_until", "form.date")
		},
		"what is drawn is what is offered": func(t *testing.T, h *house) {
			a := h.approved()
			draw := h.render
			h.render = func(l remedy.Letter) ([]byte, error) { // a colleague while the letter is drawn
				h.render = draw
				h.add(h.victim.ID, payout("PO-7", 1, remedy.Fraud))
				return draw(l)
			}
			_, err := h.Offer(t.Context(), carer, a.ID, a.Rev, "2026-12-04")
			wants(t, err, fault.Conflict, "row.stale")
			if len(h.sheet(a.ID).Offers) != 0 || len(h.emitted) != 0 {
				t.Error("an offer was kept")
			}
		},
		"an acceptance within the time is an agreement over the letter's amount": func(t *testing.T, h *house) {
			a := h.agreed()
			if a.State != remedy.Agreed || a.AgreedYen != 1_000_330 || !slices.Contains(h.emitted, "remedy.agreed "+h.incident.ID) {
				t.Errorf("%+v %v", a, h.emitted)
			}
		},
		"after the last day an acceptance is legal's to judge": func(t *testing.T, h *house) {
			a := h.offered()
			wants(t, h.try(carer, a.ID, remedy.TimePassed), fault.Refused, "remedy.guard.not_expired")
			h.clock.Add(31 * 24 * time.Hour)
			_, err := h.Answer(t.Context(), carer, remedy.Answer{ID: a.ID, Rev: a.Rev, Event: remedy.OfferAccepted, At: h.d.Now()})
			wants(t, err, fault.Refused, "remedy.guard.expired")
			h.move(carer, a.ID, remedy.TimePassed)
			wants(t, h.try(carer, a.ID, remedy.LateAcceptance), fault.Forbidden, "remedy.move.role")
			if a = h.move(lawyer, a.ID, remedy.LateAcceptance); a.AgreedYen != 1_000_330 || a.State != remedy.Agreed {
				t.Errorf("%+v", a)
			}
		},
		"an answer before the offer is none": func(t *testing.T, h *house) {
			a := h.offered()
			_, err := h.Answer(t.Context(), carer, remedy.Answer{ID: a.ID, Rev: a.Rev, Event: remedy.OfferDeclined, At: h.d.Now().Add(-time.Hour)})
			wantsField(t, err, "at", "remedy.answer.before")
			a, err = h.Answer(t.Context(), carer, remedy.Answer{ID: a.ID, Rev: a.Rev, Event: remedy.OfferDeclined, At: h.d.Now()})
			must(t, err)
			if a.State != remedy.Rejected || a.AgreedYen != 0 {
				t.Errorf("%+v", a)
			}
		},
		"of two who act on one revision one sees the conflict": func(t *testing.T, h *house) {
			a := h.calculated()
			_, err := h.Check(t.Context(), lawyer, a.ID, a.Rev, a.OfferYen)
			must(t, err)
			_, err = h.Check(t.Context(), lawyer2, a.ID, a.Rev, a.OfferYen)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Conflict || f.Current.(remedy.Assessment).CheckedBy != lawyer.ID {
				t.Errorf("%v", err)
			}
		},
	})
}

func (h *house) ofAssessment() string {
	h.t.Helper()
	list, _, err := h.List(h.t.Context(), auditor, remedy.Filter{}, paging.Page{})
	must(h.t, err)
	return list[0].ID
}

func TestTheCaseAndTheIncidentWaitForTheRemedy(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a case is not put away while its compensation is open": func(t *testing.T, h *house) {
			a := h.offered()
			close := func() error {
				var c cases.Case
				h.view(func(ctx context.Context, tx *db.Tx) (err error) {
					c, err = h.cases.Get(ctx, tx, h.victim.ID)
					return err
				})
				_, err := h.cases.Move(t.Context(), carer, cases.Cause{ID: c.ID, Rev: c.Rev, Event: cases.WorkFinished, Reason: "完了"})
				return err
			}
			wants(t, close(), fault.Refused, "case.guard.remedy_open")
			_, err := h.Answer(t.Context(), carer, remedy.Answer{ID: a.ID, Rev: a.Rev, Event: remedy.OfferAccepted, At: h.d.Now()})
			must(t, err)
			must(t, close())
			wants(t, h.try(lawyer, a.ID, remedy.AgreementReopened), fault.Refused, "remedy.guard.case_over")
		},
		"facts are established of a confirmed case only": func(t *testing.T, h *house) {
			must(t, h.exec(`UPDATE victim_case SET state = 'verifying' WHERE id = ?`, h.victim.ID))
			a := h.add(h.victim.ID, payout("PO-1", 1, remedy.Fraud))
			wants(t, h.try(analyst, a.ID, remedy.FactsEstablished), fault.Refused, "remedy.guard.not_confirmed")
		},
		"a dismissed incident gets no transaction": func(t *testing.T, h *house) {
			must(t, h.exec(`UPDATE incident SET state = 'closed' WHERE id = ?`, h.incident.ID))
			_, err := h.Add(t.Context(), analyst, h.victim.ID, payout("PO-1", 1, remedy.Fraud))
			wants(t, err, fault.Refused, "incident.over")
		},
		"nothing to pay is said where nothing is fraud": func(t *testing.T, h *house) {
			a := h.add(h.victim.ID, payout("PO-1", 1, remedy.Fraud))
			wants(t, h.try(carer, a.ID, remedy.NothingToPay), fault.Refused, "remedy.guard.fraud_there")
			x := h.ofCase()[0]
			_, err := h.Judge(t.Context(), analyst, h.victim.ID, []remedy.Judgement{{ID: x.ID, Revision: 1, Claim: remedy.Mine, Verdict: remedy.Own}})
			must(t, err)
			h.move(carer, a.ID, remedy.NothingToPay)
			h.view(func(ctx context.Context, tx *db.Tx) error {
				if n, err := h.Open(ctx, tx, h.incident.ID); n != 0 || err != nil {
					t.Errorf("%d open: %v", n, err)
				}
				return nil
			})
		},
		"an operator sees no loss and does nothing": func(t *testing.T, h *house) {
			a := h.offered()
			_, err := h.Sheet(t.Context(), operator, a.ID)
			wants(t, err, fault.Forbidden, "actor.denied")
			_, err = h.OfCase(t.Context(), operator, h.victim.ID, "")
			wants(t, err, fault.Forbidden, "actor.denied")
			_, _, err = h.PDF(t.Context(), operator, a.ID, 0)
			wants(t, err, fault.Forbidden, "actor.denied")
			_, err = h.Exposure(t.Context(), operator, "")
			wants(t, err, fault.Forbidden, "actor.denied")
			_, err = h.Add(t.Context(), operator, h.victim.ID, payout("PO-8", 1, remedy.Fraud))
			wants(t, err, fault.Forbidden, "actor.denied")
			_, err = h.Calculate(t.Context(), executive, remedy.Draft{CaseID: a.CaseID, Rev: a.Rev, RateBP: remedy.PolicyRate, Factor: none})
			wants(t, err, fault.Forbidden, "actor.denied")
		},
	})
}

func TestWhatTheLedgerCounts(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"yen and transactions by stage": func(t *testing.T, h *house) {
			h.agreed()
			second := h.newCase("c2", remedy.TradePump)
			h.add(second.ID, trade("EX-1", remedy.Buy, "100", 900_000), remedy.Entry{Kind: remedy.Login, OccurredAt: db.At(start.Add(-50 * time.Hour)), ExternalID: "S-1", Verdict: remedy.Own})
			h.view(func(ctx context.Context, tx *db.Tx) error {
				in := map[string]bool{h.victim.ID: true, second.ID: true}
				loss, err := h.Loss(ctx, tx, h.incident.ID, in)
				must(t, err)
				paid, err := h.Compensated(ctx, tx, h.incident.ID)
				must(t, err)
				all, err := h.Transactions(ctx, tx, h.incident.ID, in)
				must(t, err)
				out, err := h.Transactions(ctx, tx, h.incident.ID, in, remedy.PaidOut)
				must(t, err)
				open, err := h.Open(ctx, tx, h.incident.ID)
				must(t, err)
				if loss != (remedy.Sum{N: 1, Yen: 1_000_000}) || paid != (remedy.Sum{N: 1, Yen: 1_000_330}) || open != 1 {
					t.Errorf("loss %+v, compensated %+v, open %d", loss, paid, open)
				}
				if all != (remedy.Counts{Claimed: 2, Confirmed: 2, Excluded: 1, Compensated: 1}) || out != (remedy.Counts{Claimed: 1, Confirmed: 1, Compensated: 1}) {
					t.Errorf("all %+v, withdrawals %+v", all, out)
				}
				return nil
			})
			x, err := h.Exposure(t.Context(), auditor, h.incident.ID)
			must(t, err)
			if x.N != 2 || x.Calculated != 1 || x.PaidYen != 1_000_330 || len(x.Patterns) != 1 || x.Patterns[0].Offer != (remedy.Spread{Min: 1_000_330, Median: 1_000_330, Max: 1_000_330}) {
				t.Errorf("%+v", x)
			}
		},
		"a long list is read page by page": func(t *testing.T, h *house) {
			var want []string
			for _, c := range []string{"d1", "d2", "d3"} {
				h.clock.Add(time.Minute)
				a := h.add(h.newCase(c, remedy.Withdrawal).ID, payout("PO-1", 1, remedy.Fraud))
				want = append([]string{a.ID}, want...)
			}
			var got []string
			var after paging.Cursor
			for range 3 {
				list, next, err := h.List(t.Context(), auditor, remedy.Filter{IncidentID: h.incident.ID, Open: true, State: remedy.Open}, paging.Page{After: after, Limit: 2})
				must(t, err)
				for _, a := range list {
					got = append(got, a.ID)
				}
				if after = next; next.IsZero() {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		},
		"what people typed is sealed": func(t *testing.T, h *house) {
			a := h.checked()
			_, err := h.Move(t.Context(), executive, remedy.Cause{ID: a.ID, Rev: a.Rev, Event: remedy.ApprovalGiven, Reason: "秘密の理由"})
			must(t, err)
			h.view(func(ctx context.Context, tx *db.Tx) error {
				var stored [][]byte
				must(t, tx.Select(ctx, &stored, `SELECT comment FROM remedy_line WHERE comment IS NOT NULL UNION ALL SELECT content FROM remedy_version`))
				for _, b := range stored {
					if len(b) == 0 || bytes.Contains(b, []byte("秘密")) || bytes.Contains(b, []byte("PO-1")) {
						t.Errorf("stored in plain: %q", b)
					}
				}
				return nil
			})
			if n := h.sheet(a.ID).Notes[0]; n.Comment != "秘密の理由" || n.Event != remedy.ApprovalGiven {
				t.Errorf("%+v", n)
			}
		},
	})
}

func TestTheProductItselfHasNoRole(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a machine does not approve": func(t *testing.T, h *house) {
			a := h.checked()
			_, err := h.Move(t.Context(), actor.System("x"), remedy.Cause{ID: a.ID, Rev: a.Rev, Event: remedy.ApprovalGiven, Reason: "x"})
			wants(t, err, fault.Forbidden, "remedy.move.role")
		},
	})
}
