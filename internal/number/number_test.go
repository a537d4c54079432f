package number_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/number"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		newYear := time.Date(2026, 12, 31, 15, 0, 0, 0, time.UTC) // 2027-01-01 00:00 in Tokyo
		draw := func(kind string, at time.Time, fail error) (no string) {
			err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
				if no, err = number.Next(ctx, tx, kind, db.At(at)); err != nil {
					return err
				}
				return fail
			})
			if fail == nil && err != nil {
				t.Fatal(err)
			}
			return no
		}
		draw("CASE", newYear.Add(-time.Second), errors.New("rolled back"))
		for _, want := range []string{"CASE-2026-000001", "CASE-2026-000002"} {
			if got := draw("CASE", newYear.Add(-time.Second), nil); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		if got := draw("CASE", newYear, nil); got != "CASE-2027-000001" {
			t.Errorf("the year of Tokyo starts a new count, got %s", got)
		}
		if got := draw("INC", newYear, nil); got != "INC-2027-0001" {
			t.Errorf("each kind counts for itself, got %s", got)
		}
	})
}
