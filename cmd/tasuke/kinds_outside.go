package main

import "tasuke/playbooks"

// outsideShapes are what a playbook can have drafted for the police, peers, victims, the public and contractors.
var outsideShapes = map[string]playbooks.Shape{
	"police.draft": {
		Title:  playbooks.Text{JA: "警察相談の概要の案を作る", EN: "Draft the summary for the police"},
		Output: map[string]playbooks.FieldType{"report": playbooks.TextField, "cases": playbooks.NumberField},
	},
	"isac.draft": {
		Title:  playbooks.Text{JA: "情報共有の案を指標から作る", EN: "Draft a share from the indicators"},
		Input:  map[string]playbooks.FieldType{"audience": playbooks.TextField},
		Output: map[string]playbooks.FieldType{"share": playbooks.TextField, "indicators": playbooks.NumberField},
	},
	"victim.draft": {
		Title:  playbooks.Text{JA: "被害通知の案を確定した被害者宛てに作る", EN: "Draft the notices to the confirmed victims"},
		Output: map[string]playbooks.FieldType{"mailing": playbooks.TextField, "customers": playbooks.NumberField},
	},
	"disclosure.draft": {
		Title:  playbooks.Text{JA: "公表文の案を最新の件数断面から作る", EN: "Draft the public notice from the newest snapshot of the counts"},
		Output: map[string]playbooks.FieldType{"disclosure": playbooks.TextField, "snapshot": playbooks.TextField},
	},
	"vendor.demand": {
		Title:  playbooks.Text{JA: "委託先への報告要求書を作る", EN: "Make the demand for a report from the contractor"},
		Output: map[string]playbooks.FieldType{"document": playbooks.TextField},
	},
}
