package cases_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"tasuke/cases"
	"tasuke/internal/db"
)

// numbers counts everything of the house's incident at once: claimed, suspected, confirmed, excluded.
func (h *house) numbers(t *testing.T) string {
	t.Helper()
	var n, people [4]int64
	if err := h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		for i, at := range cases.Stages {
			if n[i], err = h.Accounts(ctx, tx, h.incident.ID, at); err != nil {
				return err
			}
			if people[i], err = h.Persons(ctx, tx, h.incident.ID, at); err != nil {
				return err
			}
		}
		all, err := h.Victims(ctx, tx, h.incident.ID)
		listed := [4]int64{int64(len(all))}
		for _, v := range all {
			listed[slices.Index(cases.Stages, v.Stage())]++
		}
		if listed != n {
			t.Errorf("%v are counted, %v listed", n, listed)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if n != people || n[0] != n[1]+n[2]+n[3] {
		t.Errorf("accounts %v, persons %v", n, people)
	}
	return fmt.Sprint(n)
}

func TestCounting(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"a closed case stays in the counts as what it was closed as": func(t *testing.T, h *house) {
			if got := h.numbers(t); got != "[0 0 0 0]" {
				t.Fatal(got)
			}
			hit, spared := h.open(t, "c1"), h.open(t, "c2")
			h.open(t, "c3")
			for _, id := range []string{hit.ID, spared.ID} {
				h.locked(t, id)
				h.move(t, operator, id, cases.AccountLocked)
				h.move(t, responder, id, cases.CheckStarted)
			}
			if got := h.numbers(t); got != "[3 3 0 0]" {
				t.Fatal(got)
			}
			h.move(t, responder, hit.ID, cases.DamageConfirmed)
			cause := cases.Cause{ID: spared.ID, Rev: h.sheet(t, spared.ID).Case.Rev, Event: cases.DamageExcluded, Reason: "本人取引"}
			if err := h.Agree(t.Context(), analyst, cause); err != nil {
				t.Fatal(err)
			}
			h.move(t, responder, spared.ID, cases.DamageExcluded)
			if got := h.numbers(t); got != "[3 1 1 1]" {
				t.Fatal(got)
			}
			h.move(t, supervisor, hit.ID, cases.WorkFinished)
			if got := h.numbers(t); got != "[3 1 1 1]" {
				t.Fatalf("after the close: %s", got)
			}
			h.move(t, operator, hit.ID, cases.ReopenedForCause)
			if got := h.numbers(t); got != "[3 2 0 1]" {
				t.Fatalf("reopened: %s", got)
			}
		},
	})
}
