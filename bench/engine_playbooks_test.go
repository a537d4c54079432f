package bench

import (
	"fmt"
	"strings"
)

const (
	blocks  = 8  // of a run of people's steps: six steps each, about as many as PB-01 has
	actions = 48 // of a run of actions
)

// people is a playbook of tasks, decisions, forks and joins.
func people() string {
	var b strings.Builder
	b.WriteString("playbook: PB-80\ntitle: {ja: 人手, en: People}\nsteps:\n")
	after := ""
	for n := range blocks {
		fmt.Fprintf(&b, "  - {id: call%d, kind: task,%s title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator, target: 2h}\n", n, after)
		fmt.Fprintf(&b, "  - {id: sent%d, kind: decision, after: [call%d], title: {ja: あ, en: a}, question: {ja: あ, en: a}, role: operator, outcomes: [{id: \"yes\", text: {ja: あ, en: a}, goes_on: true}, {id: \"no\", text: {ja: あ, en: a}, goes_on: true}]}\n", n, n)
		fmt.Fprintf(&b, "  - {id: fork%d, kind: parallel, after: [sent%d], title: {ja: あ, en: a}}\n", n, n)
		for _, way := range []string{"bank", "police"} {
			fmt.Fprintf(&b, "  - {id: %s%d, kind: task, after: [fork%d], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator, target: 1d}\n", way, n, n)
		}
		fmt.Fprintf(&b, "  - {id: met%d, kind: join, after: [bank%d, police%d], title: {ja: あ, en: a}}\n", n, n, n)
		after = fmt.Sprintf(" after: [met%d],", n)
	}
	fmt.Fprintf(&b, "  - {id: finished, kind: end,%s title: {ja: あ, en: a}}\n", after)
	return b.String()
}

// machine is a playbook of one task and actions in a row.
func machine(slug, do string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "playbook: %s\ntitle: {ja: 自動, en: Machine}\nsteps:\n", slug)
	b.WriteString("  - {id: s0, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator}\n")
	for n := range actions {
		fmt.Fprintf(&b, "  - {id: s%d, kind: action, after: [s%d], title: {ja: あ, en: a}, role: operator, do: %s}\n", n+1, n, do)
	}
	fmt.Fprintf(&b, "  - {id: finished, kind: end, after: [s%d], title: {ja: あ, en: a}}\n", actions)
	return b.String()
}
