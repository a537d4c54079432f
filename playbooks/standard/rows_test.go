package standard_test

import (
	"os"
	"strings"
	"testing"
)

// row is one line of rows.tsv: what section 5 of the operations reference asks of one step.
type row struct {
	playbook, row, text string
	owners, targets     []string
	said                []string // targets that are no length of time, as they are said
	mark                string   // A the program does it, S it prepares and a person confirms, M a person does it
	documents, clauses  []string
}

// whole is the row of what is said of a playbook as a whole.
const whole = "-"

var columns = []string{"playbook", "row", "owners", "targets", "said", "mark", "documents", "clauses", "text"}

func (r row) line() string {
	list := func(s []string) string { return strings.Join(s, " ") }
	return strings.Join([]string{r.playbook, r.row, list(r.owners), list(r.targets), strings.Join(r.said, "; "), r.mark, list(r.documents), list(r.clauses), r.text}, "\t")
}

func rows(t *testing.T) (out []row) {
	t.Helper()
	b, err := os.ReadFile("rows.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")[1:] {
		c := strings.Split(line, "\t")
		out = append(out, row{playbook: c[0], row: c[1], owners: strings.Fields(c[2]), targets: strings.Fields(c[3]), said: strings.Split(c[4], "; "),
			mark: c[5], documents: strings.Fields(c[6]), clauses: strings.Fields(c[7]), text: c[8]})
	}
	return out
}
