package cacao

import (
	"slices"
	"testing"
	"time"
)

func TestAnImportSaysWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	steps := o{id("action", 1): manual("call", next(id("end", 0xe)))}
	times := o{"valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-06-01T00:00:00Z"}
	for name, test := range map[string]struct {
		more o
		at   string
		said bool
	}{
		"before it begins":     {times, "2025-12-31T23:59:59Z", true},
		"while it holds":       {times, "2026-01-01T00:00:00Z", false},
		"from its end on":      {times, "2026-06-01T00:00:00Z", true},
		"without any, forever": {nil, "2036-06-01T00:00:00Z", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := take(t, book(steps, test.more))
			at, err := time.Parse(time.RFC3339, test.at)
			if err != nil {
				t.Fatal(err)
			}
			verdict := got.Verdict()
			got.At(at)
			said := slices.ContainsFunc(got.Findings, func(f Finding) bool { return f.Rule == "validity" })
			if said != test.said || got.Verdict() != verdict || got.Definition == nil {
				t.Errorf("%v, %s, %+v", said, got.Verdict(), got.Findings)
			}
		})
	}
}
