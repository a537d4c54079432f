package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"tasuke/playbooks"
)

var updateKinds = flag.Bool("update", false, "write docs/playbook-kinds.md again")

const kindsDoc = "../../docs/playbook-kinds.md"

// fieldsOf writes names with their types, in order.
func fieldsOf(m map[string]playbooks.FieldType) string {
	var out []string
	for _, name := range sortedKeys(m) {
		out = append(out, fmt.Sprintf("`%s` %s", name, m[name]))
	}
	return strings.Join(out, ", ")
}

func drawKinds() []byte {
	var b bytes.Buffer
	b.WriteString("# What a playbook can have the product do\n\nDrawn from the shapes in `cmd/tasuke/kinds_*.go` (`go test ./cmd/tasuke -run TestTheTableOfKinds -update`).\n\n" +
		"Every kind works on the incident of its run, as `system:playbook`. Done again it makes nothing twice: it brings up to date or gives what is there. It never takes the place of what a person typed or decided, " +
		"and a draft it makes goes through the room's own checks and approvals. The story of the incident says what was prepared and where to look; kinds that read event logs say which kinds of events the logs do not cover, and until when they reach: a 0 holds for covered time only. " +
		"An output that names a record is its id; no output holds personal data.\n\n" +
		"| name | what | inputs | outputs | approved before |\n| --- | --- | --- | --- | --- |\n")
	for _, name := range sortedKeys(onIncident) {
		x := onIncident[name]
		fmt.Fprintf(&b, "| `%s` | %s<br>%s | %s | %s | %s |\n", name, x.Title.EN, x.Title.JA, fieldsOf(x.Input), fieldsOf(x.Output), x.NeedsApproval)
	}
	b.WriteString("\nWords an input may have: `case.contain` `scope` is `all`, `login` (both stop the account on every channel) or `trade`; `isac.draft` `audience` is `isac`, `jsda` or `peers`. `http.request` takes further inputs, which its texts name as `__name__:value`; its `body` is what the host answered, so a host that answers with customers' data does not belong there ([hosts](cacao.md#requests)).\n")
	b.WriteString("\n## What people can approve\n\n")
	for _, name := range approvable {
		fmt.Fprintf(&b, "- `%s`\n", name)
	}
	b.WriteString("\nAn approval shows what the room has waiting, masked, and is bound to its digest; who wrote it does not approve it. Where a room has signatures of its own they stay needed: the approval shows where they stand.\n")
	b.WriteString("\n## What conditions can ask\n\n| fact | type |\n| --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(schema)) {
		fmt.Fprintf(&b, "| `facts.%s` | %s |\n", name, schema[name])
	}
	b.WriteString("\n`payouts_sent` and `symbols` are what `logs.payouts` and `logs.orders` last found; `my_number` follows from the data inventory in the fact sheet, `data_leaked` from legal's classification under Rule 7 (`yes`, `no`, `unknown`). `loss_yen` is what calculations say that a second person has found as well.\n")
	b.WriteString("\n## What a wait can wait for\n\n`" + strings.Join(awaited, "`, `") + "`\n")
	return b.Bytes()
}

func TestTheTableOfKindsSaysWhatTheShapesSay(t *testing.T) {
	t.Parallel()
	want := drawKinds()
	if *updateKinds {
		must(t, os.WriteFile(kindsDoc, want, 0o644))
	}
	got, err := os.ReadFile(kindsDoc)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Error("docs/playbook-kinds.md is not what the shapes say; run this test with -update")
	}
}
