package round_test

import (
	"fmt"
	"testing"

	"tasuke/cases/sweep/round"
	"tasuke/cases/sweep/score"
)

// One round over 100,000 rows of 2,000 customers, two segments.
func BenchmarkRound(b *testing.B) {
	rows := make([]string, 100_000)
	for i := range rows {
		c := i * 7919 % 2000
		rows[i] = fmt.Sprintf("%d,login,C%d,100.%d.%d.%d,dev-%d", i/70-1300, c, c%3+1, c/250, c%250, c)
	}
	s := logsOf(b, 1<<16, rows...)
	for _, n := range []int{10, 1000} {
		var list []round.Sought
		for c := range n {
			list = append(list, ip(fmt.Sprintf("100.%d.%d.%d", c%3+1, c/250, c%250)))
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				a, err := round.Ask(b.Context(), s, round.Question{Sought: list, Attack: attack, Model: score.Standard()})
				if err != nil || len(a.Customers) == 0 {
					b.Fatal(err, len(a.Customers))
				}
			}
		})
	}
}
