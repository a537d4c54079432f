package main

import "tasuke/playbooks"

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
