package main

import (
	"context"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/web/words"
	"tasuke/workflow"
)

// incidentShapes are what a playbook can have done with the incident itself.
var incidentShapes = map[string]playbooks.Shape{
	"incident.clocks": {
		Title:  playbooks.Text{JA: "時計を始め、届出の要否の候補を洗い出す", EN: "Start the clocks and list the reports that may be due"},
		Output: map[string]playbooks.FieldType{"duties": playbooks.NumberField, "next_due": playbooks.TextField, "clocks": playbooks.NumberField},
	},
	"incident.facts.draft": {
		Title:  playbooks.Text{JA: "事実確認書の次の版を各記録の数字から用意する", EN: "Prepare the next version of the fact sheet from the records"},
		Output: map[string]playbooks.FieldType{"version": playbooks.NumberField, "cases": playbooks.NumberField, "loss": playbooks.YenField},
	},
	"incident.facts.freeze": {
		Title:         playbooks.Text{JA: "事実確認書の版を確定する", EN: "Fix the version of the fact sheet"},
		Output:        map[string]playbooks.FieldType{"version": playbooks.NumberField},
		NeedsApproval: "incident.facts",
	},
	"incident.counts.snapshot": {
		Title:  playbooks.Text{JA: "件数断面を取る", EN: "Take a snapshot of the counts"},
		Output: map[string]playbooks.FieldType{"snapshot": playbooks.TextField, "claimed": playbooks.NumberField, "confirmed": playbooks.NumberField, "excluded": playbooks.NumberField},
	},
	"incident.severity.propose": {
		Title:  playbooks.Text{JA: "記録の数字から重大度を提案する", EN: "Propose a severity from the figures on record"},
		Output: map[string]playbooks.FieldType{"severity": playbooks.TextField, "victims": playbooks.NumberField, "loss": playbooks.YenField, "reason": playbooks.TextField},
	},
	"incident.preserve": {
		Title:  playbooks.Text{JA: "影響顧客のログを保全対象として記録する", EN: "Mark the logs of the affected customers for preservation"},
		Output: map[string]playbooks.FieldType{"segments": playbooks.NumberField, "customers": playbooks.NumberField, "first_day": playbooks.TextField, "last_day": playbooks.TextField},
	},
	"data.inventory": {
		Title:  playbooks.Text{JA: "漏えいした項目と人数の確認票を用意する", EN: "Prepare the inventory of leaked items and persons"},
		Output: map[string]playbooks.FieldType{"items": playbooks.NumberField, "persons": playbooks.NumberField, "my_number": playbooks.YesNoField},
	},
}

func (r *rooms) incidentKinds() []workflow.Kind {
	return []workflow.Kind{
		inside("incident.clocks", r.playClocks), inside("incident.facts.draft", r.playFacts),
		inside("incident.facts.freeze", func(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
			n, err := r.incidents.FreezeFacts(ctx, tx, c.By, c.Subject.ID)
			return output{"version": n}, err
		}),
		r.apart("incident.counts.snapshot", r.playSnapshot), inside("incident.severity.propose", r.playSeverity),
		r.apart("incident.preserve", r.playPreserve), inside("data.inventory", r.playInventory),
	}
}

func (r *rooms) playClocks(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
	if _, err := r.filings.Derive(ctx, tx, c.By, c.Subject.ID); err != nil {
		return nil, err
	}
	now, err := r.incidents.RefreshClocks(ctx, tx, c.By, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	due := minute(now.NextDue)
	return output{"duties": int64(now.Open), "next_due": due, "clocks": int64(now.Clocks)},
		r.told(ctx, tx, c, "playbook.did.clocks", map[string]string{"N": decimal(int64(now.Clocks)), "Open": decimal(int64(now.Open)), "Due": due}, "")
}

// minute is a moment as the story says it, in Tokyo; "" for none.
func minute(at db.Instant) string {
	if at == 0 {
		return ""
	}
	return at.In(words.Tokyo).Format("2006-01-02 15:04")
}

// figuresOf reads what the rooms say of an incident.
func (r *rooms) figuresOf(ctx context.Context, tx *db.Tx, id string) (f incident.Figures, err error) {
	for st, into := range map[cases.Stage]*int64{cases.StageClaimed: &f.Claimed, cases.StageSuspected: &f.Suspected, cases.StageConfirmed: &f.Confirmed, cases.StageExcluded: &f.Excluded} {
		if *into, err = r.cases.Persons(ctx, tx, id, st); err != nil {
			return f, err
		}
	}
	if f.LossYen, err = r.loss(ctx, tx, id); err != nil {
		return f, err
	}
	b, err := r.banks.Standing(ctx, tx, id)
	if err != nil {
		return f, err
	}
	all, done, err := r.victims.Notified(ctx, tx, id)
	if err != nil {
		return f, err
	}
	f.RecoveredYen, f.Notifiable, f.Notified = b.Recovered, int64(all), int64(done)
	if f.Published, err = r.disclosures.Published(ctx, tx, id); err != nil {
		return f, err
	}
	f.Contained, err = r.cases.Contained(ctx, tx, id)
	return f, err
}

func (r *rooms) playFacts(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
	f, err := r.figuresOf(ctx, tx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	version, err := r.incidents.DraftFacts(ctx, tx, c.By, c.Subject.ID, f)
	if err != nil {
		return nil, err
	}
	n, err := r.cases.Accounts(ctx, tx, c.Subject.ID, cases.StageClaimed)
	if err != nil {
		return nil, err
	}
	return output{"version": version, "cases": n, "loss": f.LossYen},
		r.told(ctx, tx, c, "playbook.did.facts", map[string]string{"Version": decimal(version)}, "")
}

func (r *rooms) playSnapshot(ctx context.Context, c workflow.Call) (output, error) {
	snap, _, err := r.incidents.SnapshotOnce(ctx, c.By, c.Subject.ID)
	n := snap.Accounts()
	return output{"snapshot": decimal(snap.No), "claimed": n.Claimed, "confirmed": n.Confirmed, "excluded": n.Excluded}, err
}

func (r *rooms) playSeverity(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
	i, err := r.incidents.Get(ctx, tx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	x := incident.Extent{Kind: i.Kind, SystemBreach: i.SystemBreach}
	claimed, err := r.cases.Persons(ctx, tx, i.ID, cases.StageClaimed)
	if err != nil {
		return nil, err
	}
	excluded, err := r.cases.Persons(ctx, tx, i.ID, cases.StageExcluded)
	if err != nil {
		return nil, err
	}
	yen, err := r.cases.ClaimedYen(ctx, tx, i.ID)
	if err != nil {
		return nil, err
	}
	found, err := r.loss(ctx, tx, i.ID)
	if err != nil {
		return nil, err
	}
	x.Victims, x.LossYen = claimed-excluded, max(yen, found)
	s, reason := incident.ProposeSeverity(x)
	return output{"severity": string(s), "victims": x.Victims, "loss": x.LossYen, "reason": reason},
		r.told(ctx, tx, c, "playbook.did.severity", map[string]string{"Proposed": string(s), "Reason": reason}, "")
}

func (r *rooms) playInventory(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
	v, err := r.incidents.Inventory(ctx, tx, c.By, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	out := output{"items": int64(len(v.Items)), "persons": v.Persons, "my_number": v.MyNumber}
	if !v.There { // what people wrote stays, and nothing is read out of their words
		return out, r.told(ctx, tx, c, "playbook.did.no_inventory", map[string]string{}, "")
	}
	return out, r.told(ctx, tx, c, "playbook.did.inventory", map[string]string{"N": decimal(int64(len(v.Items))), "Persons": grouped(v.Persons)}, "")
}
