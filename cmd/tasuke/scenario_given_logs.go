package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"golang.org/x/text/encoding/japanese"

	"tasuke/cases/sweep"
	"tasuke/internal/actor"
	"tasuke/playbooks/scenario"
)

// What the attacker did in the accounts of a scenario, as the firm's own logs tell of it.

// paidOut has money leave the accounts of so many cases, ten hours before the scenario begins, ten
// victims for one account of the attacker. Somebody has typed those accounts as indicators.
func (w *rehearsal) paidOut(ctx context.Context, g scenario.Given) error {
	if g.Payouts == 0 {
		return nil
	}
	var log, typed bytes.Buffer
	log.WriteString("受付番号,受付日時,処理区分,顧客コード,変更項目,新メール,新電話番号,銀行コード,支店コード,振込先口座番号,金額,IPアドレス,端末ID\n")
	for n := 1; n <= g.Payouts; n++ {
		at := w.at.Add(-10*time.Hour + time.Duration(n)*time.Second)
		to := 1000001 + (n-1)/10
		fmt.Fprintf(&log, "U%06d,%s,出金指図,%s,,,,0001,001,%07d,%d,%s,fp-attacker\n", n, at.Format("2006/01/02 15:04:05"), scenarioRef(n), to, takenOf(g), scenarioIP(0))
		if n%10 == 1 {
			fmt.Fprintf(&typed, "出金先 0001-001-%07d\n", to)
		}
	}
	file, err := japanese.ShiftJIS.NewEncoder().Bytes(log.Bytes())
	if err != nil {
		return fmt.Errorf("write the log of the back office: %w", err)
	}
	if err := w.takesLog(ctx, "back-office", file); err != nil {
		return err
	}
	_, err = w.sweeps.Add(ctx, w.cast.maker(actor.Responder), sweep.Paste{IncidentID: w.incident, Text: typed.String(), Source: "own", TLP: "amber", Confidence: 80, Note: "出金先", Activate: true})
	return err
}

// traded has the same thin stock bought in the accounts of so many cases, ten hours before the scenario begins.
func (w *rehearsal) traded(ctx context.Context, g scenario.Given) error {
	if g.Trades == 0 {
		return nil
	}
	var log bytes.Buffer
	log.WriteString("exec_id,time,type,customer_no,symbol,side,qty,amount,session_id,src_ip\n")
	for n := 1; n <= g.Trades; n++ {
		at := w.at.Add(-10*time.Hour + time.Duration(n)*time.Second)
		for i, kind := range []string{"NEW", "FILL"} {
			fmt.Fprintf(&log, "E%06d-%d,%s,%s,%s,9901,buy,%d,%d,%08x,%s\n", n, i, at.Add(time.Duration(i)*time.Second).Format("2006-01-02T15:04:05.000-07:00"), kind, scenarioRef(n), 1000, takenOf(g), n, scenarioIP(0))
		}
	}
	return w.takesLog(ctx, "trades", log.Bytes())
}

// takenOf is what was lost in each account, a million where the table does not say.
func takenOf(g scenario.Given) int64 {
	if g.LossYen > 0 {
		return g.LossYen
	}
	return 1_000_000
}
