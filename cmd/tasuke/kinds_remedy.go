package main

import "tasuke/playbooks"

// remedyShapes are what a playbook can have done about compensation.
var remedyShapes = map[string]playbooks.Shape{
	"remedy.assess": {
		Title:  playbooks.Text{JA: "算定のない案件の補償を算定する", EN: "Open and calculate the assessments of the cases that lack one"},
		Output: map[string]playbooks.FieldType{"assessments": playbooks.NumberField, "calculated": playbooks.NumberField, "total": playbooks.YenField},
	},
}
