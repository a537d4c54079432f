package main

import (
	"context"
	"path/filepath"

	"tasuke/cases"
	"tasuke/cases/customer/leak"
	"tasuke/cases/incident"
	"tasuke/cases/remedy"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
	sheets "tasuke/contacts/disclosure/page"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/vault"
)

// figures are the numbers that rooms count for the ledger. A room that counts more adds a line here.
func (r *rooms) figures() []incident.Figure {
	accounts := func(at cases.Stage) incident.Figure {
		return counted(incident.CountAccounts, incident.CountStage(at), "cases", func(ctx context.Context, tx *db.Tx, id string) (int64, error) {
			return r.cases.Accounts(ctx, tx, id, at)
		})
	}
	persons := func(at cases.Stage) incident.Figure {
		return counted(incident.CountPersons, incident.CountStage(at), "cases", func(ctx context.Context, tx *db.Tx, id string) (int64, error) {
			return r.cases.Persons(ctx, tx, id, at)
		})
	}
	moved := func(u incident.CountUnit, st incident.CountStage, of func(remedy.Counts) int, kinds ...remedy.Kind) incident.Figure {
		return counted(u, st, "remedy", func(ctx context.Context, tx *db.Tx, id string) (int64, error) {
			c, err := r.remedies.Transactions(ctx, tx, id, kinds...)
			return int64(of(c)), err
		})
	}
	yen := func(st incident.CountStage, of func(context.Context, *db.Tx, string) (remedy.Sum, error)) incident.Figure {
		return counted(incident.CountYen, st, "remedy", func(ctx context.Context, tx *db.Tx, id string) (int64, error) {
			sum, err := of(ctx, tx, id)
			return sum.Yen, err
		})
	}
	return []incident.Figure{
		moved(incident.CountTrades, incident.CountConfirmed, func(c remedy.Counts) int { return c.Confirmed }, remedy.Execution, remedy.FundSell, remedy.MarginOpen, remedy.Exchange),
		moved(incident.CountWithdrawals, incident.CountConfirmed, func(c remedy.Counts) int { return c.Confirmed }, remedy.PaidOut),
		yen(incident.CountConfirmed, func(ctx context.Context, tx *db.Tx, id string) (remedy.Sum, error) {
			return r.remedies.Loss(ctx, tx, id)
		}),
		yen(incident.CountCompensated, func(ctx context.Context, tx *db.Tx, id string) (remedy.Sum, error) {
			return r.remedies.Compensated(ctx, tx, id)
		}),
		counted(incident.CountAccounts, incident.CountCompensated, "remedy", func(ctx context.Context, tx *db.Tx, id string) (int64, error) {
			sum, err := r.remedies.Compensated(ctx, tx, id)
			return int64(sum.N), err
		}),
		accounts(cases.StageClaimed), accounts(cases.StageSuspected), accounts(cases.StageConfirmed), accounts(cases.StageExcluded),
		persons(cases.StageClaimed), persons(cases.StageSuspected), persons(cases.StageConfirmed), persons(cases.StageExcluded),
	}
}

// counted is one number of one room.
func counted(u incident.CountUnit, st incident.CountStage, source string, count func(context.Context, *db.Tx, string) (int64, error)) incident.Figure {
	return incident.Figure{Unit: u, Stage: st, Source: source, Count: count}
}

// publicRoom opens the room of public notices.
func (r *rooms) publicRoom(v *vault.Vault, cfg Config, fonts func() (document.Fonts, error)) (err error) {
	guard := leak.New(r.customers)
	o := disclosure.Options{
		Firm: cfg.Firm.Name, Desk: notice.Desk{Name: cfg.Firm.Section, Phone: cfg.Firm.Phone, Hours: "24時間"}, Dir: filepath.Join(cfg.Dir, "public"),
		Leaks: func(ctx context.Context, tx *db.Tx, text string, allowed []string) ([]notice.Finding, error) {
			found, err := guard.Check(ctx, tx, text, leak.Options{Allow: append(allowed, cfg.Firm.Name, cfg.Firm.Address, cfg.Firm.Phone, cfg.Firm.Mail)})
			out := make([]notice.Finding, len(found))
			for i, f := range found {
				out[i] = notice.Finding{From: f.From, To: f.To, Kind: string(f.Kind), Masked: f.Masked}
			}
			return out, err
		},
		Paper: func(d notice.Document, l sheets.Look) ([]byte, error) {
			faces, err := fonts()
			if err != nil {
				return nil, err
			}
			return sheets.PDF(faces, d, l)
		},
		Emit: emit, Effects: r.effects, Notified: r.victims.Notified,
	}
	if r.disclosures, err = disclosure.NewStore(r.db, v, o.On(r.incidents)); err != nil {
		return err
	}
	for _, h := range r.disclosures.Handlers() {
		r.effects.Handle(h)
	}
	return nil
}
