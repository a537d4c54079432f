package main

import "tasuke/playbooks"

// filingShapes are what a playbook can have done for the authorities.
var filingShapes = map[string]playbooks.Shape{
	"filing.appi.derive": {
		Title:  playbooks.Text{JA: "個人情報保護法の届出の要否を時計から洗い出す", EN: "Derive the filings under the APPI from the clocks"},
		Output: map[string]playbooks.FieldType{"created": playbooks.NumberField},
	},
	"filing.appi.draft": {
		Title:  playbooks.Text{JA: "速報の案を事実確認書から作る", EN: "Draft the preliminary report from the fact sheet"},
		Output: map[string]playbooks.FieldType{"filing": playbooks.TextField},
	},
	"filing.fsa.draft": {
		Title:  playbooks.Text{JA: "金融庁への報告書の案を事実確認書から作る", EN: "Make the report to the Financial Services Agency from the fact sheet"},
		Output: map[string]playbooks.FieldType{"document": playbooks.TextField, "version": playbooks.NumberField},
	},
	"filing.monthly": {
		Title:  playbooks.Text{JA: "金融庁に報告する月次の件数と金額を集計する", EN: "Count the monthly figures for the Financial Services Agency"},
		Output: map[string]playbooks.FieldType{"accesses": playbooks.NumberField, "trades": playbooks.NumberField, "sold": playbooks.YenField, "bought": playbooks.YenField},
	},
}
