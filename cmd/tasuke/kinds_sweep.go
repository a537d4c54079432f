package main

import "tasuke/playbooks"

// sweepShapes are what a playbook can have done with the impact sweep and its indicators.
var sweepShapes = map[string]playbooks.Shape{
	"sweep.round": {
		Title:  playbooks.Text{JA: "有効な指標で影響調査の回を始める", EN: "Start a round of the sweep with the active indicators"},
		Output: map[string]playbooks.FieldType{"sweep": playbooks.TextField, "round": playbooks.NumberField, "indicators": playbooks.NumberField},
	},
	"sweep.cases": {
		Title:  playbooks.Text{JA: "確定した影響口座の案件を作る", EN: "Make cases of the confirmed accounts"},
		Output: map[string]playbooks.FieldType{"made": playbooks.NumberField, "linked": playbooks.NumberField},
	},
	"sweep.expire": {
		Title:  playbooks.Text{JA: "失効させる指標と無害とみられる指標を挙げる", EN: "Propose indicators to retire and those that look harmless"},
		Output: map[string]playbooks.FieldType{"indicators": playbooks.NumberField, "benign": playbooks.NumberField},
	},
	"phishing.collect": {
		Title:  playbooks.Text{JA: "問い合わせと指標からフィッシングのURLを集める", EN: "Collect phishing addresses from inquiries and indicators"},
		Output: map[string]playbooks.FieldType{"urls": playbooks.NumberField, "new": playbooks.NumberField},
	},
}
