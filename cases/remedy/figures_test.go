package remedy_test

import (
	"context"
	"testing"
	"time"

	"tasuke/cases/remedy"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// loss is what the ledger would say is the confirmed loss, with the damage of the house's case
// confirmed or not.
func (h *house) loss(confirmed bool) (sum remedy.Sum, c remedy.Counts) {
	h.t.Helper()
	in := map[string]bool{h.victim.ID: confirmed}
	h.view(func(ctx context.Context, tx *db.Tx) (err error) {
		if sum, err = h.Loss(ctx, tx, h.incident.ID, in); err != nil {
			return err
		}
		c, err = h.Transactions(ctx, tx, h.incident.ID, in, remedy.PaidOut)
		return err
	})
	return sum, c
}

func TestALossIsConfirmedByTwoPeopleAndNoLongerThanItsFacts(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"what only its maker has calculated is not confirmed": func(t *testing.T, h *house) {
			h.calculated()
			if sum, c := h.loss(true); sum != (remedy.Sum{}) || c.Confirmed != 1 {
				t.Errorf("%+v %+v", sum, c)
			}
		},
		"what was checked is, until a transaction is found to be the customer's own": func(t *testing.T, h *house) {
			a := h.agreed()
			if sum, _ := h.loss(true); sum != (remedy.Sum{N: 1, Yen: 1_000_000}) {
				t.Errorf("%+v", sum)
			}
			h.move(lawyer, a.ID, remedy.AgreementReopened)
			_, err := h.Judge(t.Context(), analyst, h.victim.ID, []remedy.Judgement{{ID: h.ofCase()[0].ID, Revision: 1, Claim: remedy.Mine, Verdict: remedy.Own}})
			must(t, err)
			if sum, c := h.loss(true); sum != (remedy.Sum{}) || c.Confirmed != 0 {
				t.Errorf("%d withdrawals, %d yen", c.Confirmed, sum.Yen)
			}
		},
		"nothing of a case counts whose damage is not confirmed any more": func(t *testing.T, h *house) {
			h.checked()
			if sum, c := h.loss(false); sum != (remedy.Sum{}) || c != (remedy.Counts{}) {
				t.Errorf("%+v %+v", sum, c)
			}
		},
	})
}

func TestWhoStatedTheFactsIsNotTheSecondPairOfEyes(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"who recorded a transaction or judged it neither checks nor approves what follows from it": func(t *testing.T, h *house) {
			a, err := h.Add(t.Context(), carer2, h.victim.ID, payout("PO-1", 500_000, remedy.Undetermined))
			must(t, err)
			all := person("rm3", actor.Remediation, actor.Legal)
			_, err = h.Judge(t.Context(), all, h.victim.ID, []remedy.Judgement{{ID: h.ofCase()[0].ID, Revision: 1, Claim: remedy.NotMine, Verdict: remedy.Fraud}})
			must(t, err)
			h.move(analyst, a.ID, remedy.FactsEstablished)
			a, err = h.Calculate(t.Context(), carer, remedy.Draft{CaseID: a.CaseID, Rev: h.rev(a.ID), RateBP: remedy.PolicyRate, Factor: none})
			must(t, err)
			for _, by := range []actor.Actor{carer2, all} {
				_, err = h.Check(t.Context(), by, a.ID, a.Rev, a.OfferYen)
				wants(t, err, fault.Refused, "remedy.guard.stated")
			}
			a, err = h.Check(t.Context(), lawyer, a.ID, a.Rev, a.OfferYen)
			must(t, err)
			wants(t, h.try(all, a.ID, remedy.ApprovalGiven), fault.Refused, "remedy.guard.stated")
			h.move(lawyer2, a.ID, remedy.ApprovalGiven)
		},
	})
}

func TestALateAcceptanceIsNotOfWhoIsNoVictim(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a case reopened and found to be no damage": func(t *testing.T, h *house) {
			a := h.offered()
			h.clock.Add(60 * 24 * time.Hour)
			h.move(carer, a.ID, remedy.TimePassed)
			must(t, h.exec(`UPDATE victim_case SET state = 'not_victim' WHERE id = ?`, h.victim.ID))
			wants(t, h.try(lawyer, a.ID, remedy.LateAcceptance), fault.Refused, "remedy.guard.not_confirmed")
			must(t, h.exec(`UPDATE victim_case SET state = 'closed', closed_as = 'confirmed' WHERE id = ?`, h.victim.ID))
			h.move(lawyer, a.ID, remedy.LateAcceptance)
		},
	})
}
