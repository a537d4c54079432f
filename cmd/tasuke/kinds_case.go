package main

import "tasuke/playbooks"

// caseShapes are what a playbook can have done with the victim cases.
var caseShapes = map[string]playbooks.Shape{
	"case.contain": {
		Title:  playbooks.Text{JA: "封じ込めのない案件に経路ごとの封じ込めを依頼する", EN: "Request containment, per channel, for every case that lacks it"},
		Input:  map[string]playbooks.FieldType{"scope": playbooks.TextField},
		Output: map[string]playbooks.FieldType{"cases": playbooks.NumberField, "requested": playbooks.NumberField},
	},
	"case.calllist": {
		Title:  playbooks.Text{JA: "まだ連絡していない影響顧客の架電リストを作る", EN: "Make the list of affected customers who are still to be called"},
		Output: map[string]playbooks.FieldType{"customers": playbooks.NumberField, "uncalled": playbooks.NumberField},
	},
	"case.timeline": {
		Title:  playbooks.Text{JA: "影響顧客の口座の時系列をログから案件に書く", EN: "Write the account timeline of each affected customer into the case"},
		Output: map[string]playbooks.FieldType{"cases": playbooks.NumberField, "events": playbooks.NumberField},
	},
}
