package main

import (
	"context"

	"tasuke/cases"
	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// remedyShapes are what a playbook can have done about compensation.
var remedyShapes = map[string]playbooks.Shape{
	"remedy.assess": {
		Title:  playbooks.Text{JA: "算定のない案件の補償を算定する", EN: "Open and calculate the assessments of the cases that lack one"},
		Output: map[string]playbooks.FieldType{"assessments": playbooks.NumberField, "calculated": playbooks.NumberField, "total": playbooks.YenField},
	},
}

func (r *rooms) remedyKinds() []workflow.Kind {
	return []workflow.Kind{r.apart("remedy.assess", r.playAssess)}
}

func (r *rooms) playAssess(ctx context.Context, c workflow.Call) (output, error) {
	var ids []string
	if err := r.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := r.cases.Victims(ctx, tx, c.Subject.ID)
		for _, v := range all {
			if v.Stage() == cases.StageConfirmed {
				ids = append(ids, v.ID)
			}
		}
		return err
	}); err != nil {
		return nil, err
	}
	a, err := r.remedies.Assess(ctx, c.By, ids)
	if err != nil {
		return nil, err
	}
	args := map[string]string{"N": decimal(a.Assessments), "Calculated": decimal(a.Calculated), "Yen": grouped(a.Total)}
	return output{"assessments": a.Assessments, "calculated": a.Calculated, "total": a.Total}, r.telling(ctx, c, "playbook.did.assess", args, "", "", nil)
}
