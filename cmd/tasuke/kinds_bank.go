package main

import (
	"context"
	"strings"

	"tasuke/cases/sweep/damage"
	"tasuke/cases/sweep/indicator"
	"tasuke/cases/sweep/rollup"
	"tasuke/contacts/bank"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// bankShapes are what a playbook can have done with the banks.
var bankShapes = map[string]playbooks.Shape{
	"bank.letters.send": {
		Title:         playbooks.Text{JA: "確認済みの依頼書を銀行へ送る", EN: "Send the checked letters to the banks"},
		Output:        map[string]playbooks.FieldType{"sent": playbooks.NumberField},
		NeedsApproval: "bank.letters",
	},
	"bank.requests.draft": {
		Title:  playbooks.Text{JA: "銀行への依頼がない出金ごとに依頼の案を作る", EN: "Draft a request to the bank for each payout that has none"},
		Output: map[string]playbooks.FieldType{"drafted": playbooks.NumberField, "banks": playbooks.NumberField},
	},
}

func (r *rooms) bankKinds() []workflow.Kind {
	return []workflow.Kind{
		inside("bank.letters.send", func(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
			n, err := r.banks.SendChecked(ctx, tx, c.By, c.Subject.ID)
			return output{"sent": int64(n)}, err
		}),
		r.apart("bank.requests.draft", r.playRequests),
	}
}

// playRequests drafts a request for each account that payouts went to, that people have typed as an
// indicator, and that has none. The logs hold destinations as hashes only: a payout to an account that
// nobody has typed stays undrafted, and the story says how many there are.
func (r *rooms) playRequests(ctx context.Context, c workflow.Call) (output, error) {
	a, err := r.affected(ctx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	p, err := damage.ReadPayouts(r.rowsOf(ctx, a), a.since)
	if err != nil {
		return nil, err
	}
	cover, err := r.coverage(ctx, a, rollup.Withdrawal)
	if err != nil {
		return nil, err
	}
	known, asked, err := r.destinationHashes(ctx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	paid, unknown := map[string]*bank.Paid{}, 0
	for _, x := range p.Rows {
		value, ok := known[x.Destination]
		switch {
		case asked[x.Destination]:
			continue
		case x.Destination == "" || !ok:
			unknown++
			continue
		}
		d := paid[value]
		if d == nil {
			part := strings.SplitN(value, "-", 3)
			d = &bank.Paid{Bank: part[0], Branch: part[1], Number: part[2], KnownAt: a.incident.DetectedAt}
			paid[value] = d
		}
		d.Transfers = append(d.Transfers, bank.Transfer{At: x.At, Yen: x.Amount, Ref: x.Ref, CaseID: a.of[x.Customer].CaseID})
	}
	drafted, refused, banks := 0, 0, map[string]bool{}
	for _, value := range sortedKeys(paid) {
		d, fresh := paid[value], false
		err := r.db.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			_, fresh, err = r.banks.Prepare(ctx, tx, c.By, c.Subject.ID, *d)
			return err
		})
		switch {
		case fault.Is(err, fault.Invalid): // a bank that is not in the master, an amount of nothing: people type it
			refused++
		case err != nil:
			return nil, err
		case fresh:
			drafted++
			banks[d.Bank] = true
		}
	}
	if drafted > 0 {
		args := map[string]string{"N": decimal(int64(drafted)), "Banks": decimal(int64(len(banks)))}
		if err := r.telling(ctx, c, "playbook.did.requests", args, "", "", nil); err != nil {
			return nil, err
		}
	}
	if unknown+refused > 0 {
		args := map[string]string{"Unknown": decimal(int64(unknown)), "Refused": decimal(int64(refused))}
		err = r.telling(ctx, c, "playbook.did.unasked", with(args, cover), "", "", nil)
	}
	return output{"drafted": int64(drafted), "banks": int64(len(banks))}, err
}

// destinationHashes are the accounts an incident is known by, and those with a request, as the logs hold them.
func (r *rooms) destinationHashes(ctx context.Context, incidentID string) (known map[rollup.Hash]string, asked map[rollup.Hash]bool, err error) {
	known, asked = map[rollup.Hash]string{}, map[rollup.Hash]bool{}
	hash := func(value string) rollup.Hash {
		for _, p := range r.eventLogs.ProbesOf(indicator.Indicator{Kind: indicator.Destination, Value: value}) {
			return rollup.Hash(p.Low)
		}
		return ""
	}
	err = r.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		typed, err := r.sweeps.Destinations(ctx, tx, incidentID)
		if err != nil {
			return err
		}
		for _, value := range typed {
			known[hash(value)] = value
		}
		have, err := r.banks.Asked(ctx, tx, incidentID)
		for _, value := range have {
			asked[hash(value)] = true
		}
		return err
	})
	return known, asked, err
}
