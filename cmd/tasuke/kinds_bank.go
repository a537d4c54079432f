package main

import "tasuke/playbooks"

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
