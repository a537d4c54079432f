package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"tasuke/cases"
	"tasuke/cases/remedy"
	"tasuke/cases/sweep"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/world"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/playbooks/scenario"
)

// victimCases opens the cases of different customers and takes some of them to their verdict.
func (w *rehearsal) victimCases(ctx context.Context, g scenario.Given) error {
	for n := range g.Cases {
		id, err := w.openCase(ctx, n+1, g)
		if err != nil {
			return err
		}
		switch {
		case n < g.Confirmed:
			err = w.confirms(ctx, id)
			if err == nil && g.LossYen > 0 {
				err = w.lost(ctx, id, n+1, g.LossYen)
			}
		case n < g.Confirmed+g.Excluded:
			err = w.excludes(ctx, id)
		}
		if err != nil {
			return fmt.Errorf("case %d: %w", n+1, err)
		}
	}
	return nil
}

func (w *rehearsal) openCase(ctx context.Context, n int, g scenario.Given) (id string, err error) {
	err = w.inside(ctx, func(ctx context.Context, tx *db.Tx) error {
		customer, err := w.customers.ByRef(ctx, tx, scenarioRef(n))
		if err != nil {
			return err
		}
		c, _, err := w.cases.Open(ctx, tx, w.cast.maker(actor.Operator), cases.New{IncidentID: w.incident, CustomerID: customer,
			Details: cases.Details{ClaimSource: "customer", Pattern: cases.Pattern(remedy.Withdrawal), LossClaimedYen: g.LossYen}})
		id = c.ID
		return err
	})
	return id, err
}

// scenarioRef is the customer number of the nth customer in the register.
func scenarioRef(n int) string { return fmt.Sprintf("H%07d", n) }

// moved takes a case a step on.
func (w *rehearsal) moved(ctx context.Context, id string, by actor.Actor, e cases.Event, why string) error {
	c, err := w.caseNow(ctx, id)
	if err == nil {
		_, err = w.cases.Move(ctx, by, cases.Cause{ID: id, Rev: c.Rev, Event: e, Reason: why})
	}
	return err
}

func (w *rehearsal) caseNow(ctx context.Context, id string) (c cases.Case, err error) {
	err = w.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err = w.cases.Get(ctx, tx, id)
		return err
	})
	return c, err
}

// locked stops the account on every channel, verified by another person than who asked.
func (w *rehearsal) locked(ctx context.Context, id string) error {
	k, err := w.cases.RequestStop(ctx, w.cast.maker(actor.Operator), id, cases.Stop{Scope: cases.Account})
	if err != nil {
		return err
	}
	for _, ch := range k.Channels {
		if _, err := w.cases.VerifyChannel(ctx, w.cast.maker(actor.Responder), id, k.ID, ch.Channel, true, ""); err != nil {
			return err
		}
	}
	return w.moved(ctx, id, w.cast.maker(actor.Supervisor), cases.AccountLocked, "")
}

// confirms takes a case to its confirmed damage.
func (w *rehearsal) confirms(ctx context.Context, id string) error {
	if err := w.locked(ctx, id); err != nil {
		return err
	}
	if err := w.moved(ctx, id, w.cast.maker(actor.Responder), cases.CheckStarted, ""); err != nil {
		return err
	}
	return w.moved(ctx, id, w.cast.maker(actor.FraudAnalyst), cases.DamageConfirmed, "")
}

// confirmsMore takes the oldest cases that nobody has begun with to their confirmed damage.
func (w *rehearsal) confirmsMore(ctx context.Context, n int) error {
	ids, err := w.records(ctx, "victim_case", string(cases.Received))
	if err == nil && len(ids) < n {
		err = fmt.Errorf("%d cases are to be confirmed, and %d are left", n, len(ids))
	}
	for i := 0; i < n && err == nil; i++ {
		err = w.confirms(ctx, ids[i])
	}
	return err
}

// excludes takes a case to "no victim", by the word of two.
func (w *rehearsal) excludes(ctx context.Context, id string) error {
	if err := w.locked(ctx, id); err != nil {
		return err
	}
	if err := w.moved(ctx, id, w.cast.maker(actor.Responder), cases.CheckStarted, ""); err != nil {
		return err
	}
	c, err := w.caseNow(ctx, id)
	if err != nil {
		return err
	}
	if err := w.cases.Agree(ctx, w.cast.maker(actor.FraudAnalyst), cases.Cause{ID: id, Rev: c.Rev, Event: cases.DamageExcluded}); err != nil {
		return err
	}
	return w.moved(ctx, id, w.cast.maker(actor.Responder), cases.DamageExcluded, "本人の操作と確認")
}

// lost records a fraudulent payout and fixes the facts of the case's compensation.
func (w *rehearsal) lost(ctx context.Context, id string, n int, yen int64) error {
	by := w.cast.maker(actor.FraudAnalyst)
	a, err := w.remedies.Add(ctx, by, id, remedy.Entry{Kind: remedy.PaidOut, OccurredAt: db.At(w.at.Add(-10 * time.Hour)), ExternalID: fmt.Sprintf("PO-%05d", n),
		GrossYen: yen, Claim: remedy.NotMine, Verdict: remedy.Fraud})
	if err == nil {
		_, err = w.remedies.Move(ctx, by, remedy.Cause{ID: a.ID, Rev: a.Rev, Event: remedy.FactsEstablished})
	}
	return err
}

// scenarioIP is the address of the nth indicator.
func scenarioIP(n int) string { return fmt.Sprintf("203.0.113.%d", n%250+1) }

// indicated puts active indicators into the sweep, each seen in the logs of one case, and imports the
// logs of the firm: what customers usually do, and what the attacker did.
func (w *rehearsal) indicated(ctx context.Context, g scenario.Given) error {
	var text, web bytes.Buffer
	web.WriteString("日時,会員番号,認証結果,画面,接続元,端末ID,セッション,遷移元\n")
	row := func(at time.Time, n int, ip, device string) {
		fmt.Fprintf(&web, "%s,%s,成功,TOP,%s,%s,%08x,\n", at.Format("2006/01/02 15:04:05.000"), scenarioRef(n), ip, device, web.Len())
	}
	for n := 1; n <= max(g.Cases, 20); n++ { // those without a case have logs too
		for day := range 3 {
			row(w.at.AddDate(0, 0, -20+7*day).Add(time.Duration(n)*time.Second), n, fmt.Sprintf("198.51.100.%d", n%250+1), fmt.Sprintf("dev-%05d", n))
		}
	}
	for n := range g.Indicators {
		fmt.Fprintln(&text, scenarioIP(n))
		if g.Cases > 0 {
			row(w.at.Add(-11*time.Hour+time.Duration(n)*time.Minute), n%g.Cases+1, scenarioIP(n), "fp-attacker")
		}
	}
	if err := w.takesLog(ctx, "web-login", web.Bytes()); err != nil {
		return err
	}
	if g.Indicators == 0 {
		return nil
	}
	_, err := w.sweeps.Add(ctx, w.cast.maker(actor.Responder), sweep.Paste{IncidentID: w.incident, Text: text.String(), Source: "own", TLP: "amber", Confidence: 80, Note: "想定表の指標", Activate: true})
	return err
}

// takesLog imports the log of one of the firm's systems, as "tasuke import events" does.
func (w *rehearsal) takesLog(ctx context.Context, system string, file []byte) error {
	for _, s := range world.Systems() {
		if s.Name != system {
			continue
		}
		m, err := rollup.ReadMapping([]byte(s.Mapping))
		if err != nil {
			return err
		}
		rep, err := w.eventLogs.Import(ctx, w.cast.maker(actor.SystemOperations), bytes.NewReader(file), rollup.Import{Source: system, Mapping: m, Size: int64(len(file)), Rejected: func(rollup.Rejected) error { return nil }})
		if err == nil && rep.Rejected > 0 {
			err = fmt.Errorf("%d rows of the log %s were not taken", rep.Rejected, system)
		}
		return err
	}
	return fmt.Errorf("the firm has no system %s", system)
}
