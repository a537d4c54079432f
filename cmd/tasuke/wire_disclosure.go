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
	// Transactions and losses count while the damage of their case is confirmed, as accounts and persons do.
	fraud := func(u incident.CountUnit, kinds ...remedy.Kind) incident.Figure {
		return counted(u, incident.CountConfirmed, "remedy", func(ctx context.Context, tx *db.Tx, id string) (int64, error) {
			in, err := r.damaged(ctx, tx, id)
			if err != nil {
				return 0, err
			}
			c, err := r.remedies.Transactions(ctx, tx, id, in, kinds...)
			return int64(c.Confirmed), err
		})
	}
	return []incident.Figure{
		fraud(incident.CountTrades, remedy.Execution, remedy.FundSell, remedy.MarginOpen, remedy.Exchange),
		fraud(incident.CountWithdrawals, remedy.PaidOut),
		counted(incident.CountYen, incident.CountConfirmed, "remedy", func(ctx context.Context, tx *db.Tx, id string) (int64, error) {
			in, err := r.damaged(ctx, tx, id)
			if err != nil {
				return 0, err
			}
			sum, err := r.remedies.Loss(ctx, tx, id, in)
			return sum.Yen, err
		}),
		counted(incident.CountYen, incident.CountCompensated, "remedy", func(ctx context.Context, tx *db.Tx, id string) (int64, error) {
			sum, err := r.remedies.Compensated(ctx, tx, id)
			return sum.Yen, err
		}),
		counted(incident.CountAccounts, incident.CountCompensated, "remedy", func(ctx context.Context, tx *db.Tx, id string) (int64, error) {
			sum, err := r.remedies.Compensated(ctx, tx, id)
			return int64(sum.N), err
		}),
		accounts(cases.StageClaimed), accounts(cases.StageSuspected), accounts(cases.StageConfirmed), accounts(cases.StageExcluded),
		persons(cases.StageClaimed), persons(cases.StageSuspected), persons(cases.StageConfirmed), persons(cases.StageExcluded),
	}
}

// damaged are the cases of an incident whose damage is confirmed.
func (r *rooms) damaged(ctx context.Context, tx *db.Tx, incidentID string) (map[string]bool, error) {
	all, err := r.cases.Victims(ctx, tx, incidentID)
	out := make(map[string]bool, len(all))
	for _, c := range all {
		out[c.ID] = c.Stage() == cases.StageConfirmed
	}
	return out, err
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
