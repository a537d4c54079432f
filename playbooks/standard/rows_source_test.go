package standard_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// source is the operations reference beside the project. It is no part of it: rows.tsv keeps the
// facts of its section 5 that the playbooks are held to.
const source = "../../../shared/domain/operations.md"

var update = flag.Bool("update", false, "write rows.tsv from the operations reference again")

// TestTheTableIsThatOfTheOperationsReference makes the table again and compares.
func TestTheTableIsThatOfTheOperationsReference(t *testing.T) {
	src, err := os.ReadFile(source)
	if os.IsNotExist(err) {
		t.Skip("the operations reference is not here; rows.tsv is taken as it is")
	}
	if err != nil {
		t.Fatal(err)
	}
	want := tableOf(t, string(src))
	if *update {
		if err := os.WriteFile("rows.tsv", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("rows.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatal("rows.tsv is not what section 5 says; go test ./playbooks/standard -run TheTable -update")
	}
}

// tableOf writes section 5 as one line for each row.
func tableOf(t *testing.T, text string) []byte {
	t.Helper()
	_, section, _ := strings.Cut(text, "\n## 5. ")
	section, _, _ = strings.Cut(section, "\n## ")
	var out bytes.Buffer
	fmt.Fprintln(&out, strings.Join(columns, "\t"))
	for _, part := range regexp.MustCompile(`\*\*([HZ])\. [^*]*\*\*: (.*)`).FindAllStringSubmatch(section, -1) {
		written(t, &out, part[1], part[2], regexp.MustCompile(`(?:^|\. )`+part[1]+`(\d+) `), part[1])
	}
	parts := regexp.MustCompile(`(?m)^### (PB-\d+) .*$`).FindAllStringSubmatchIndex(section, -1)
	for i, at := range parts {
		end := len(section)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		slug, body := section[at[2]:at[3]], strings.TrimSpace(section[at[1]:end])
		switch {
		case strings.HasPrefix(body, "|"):
			tabled(t, &out, slug, body)
		case strings.HasPrefix(body, "As PB-05 with: "):
			varied(t, &out, slug, strings.TrimPrefix(body, "As PB-05 with: "))
		default:
			written(t, &out, slug, body, regexp.MustCompile(`(?:^|→ )(\d+|Z)(?: |\. )`), "")
		}
	}
	return out.Bytes()
}

// tabled reads a playbook that stands as a table.
func tabled(t *testing.T, out *bytes.Buffer, slug, body string) {
	t.Helper()
	for _, line := range strings.Split(body, "\n")[2:] {
		c := strings.Split(strings.Trim(line, "|"), "|")
		for i := range c {
			c[i] = tidy(c[i])
		}
		r := row{playbook: slug, row: c[0], text: c[1], owners: owners(c[2]), mark: strings.Trim(c[4], "–"), documents: documents(c[5]), clauses: clauseIDs(c[6])}
		r.targets, r.said = targets(t, slug, c[3])
		fmt.Fprintln(out, r.line())
	}
}

// written reads a playbook that stands as prose: its rows, then the clauses of the whole.
func written(t *testing.T, out *bytes.Buffer, slug, body string, begins *regexp.Regexp, prefix string) {
	t.Helper()
	body, clauses, _ := strings.Cut(body, "Clauses ")
	fmt.Fprintln(out, row{playbook: slug, row: whole, clauses: clauseIDs(clauses)}.line())
	at := begins.FindAllStringSubmatchIndex(body, -1)
	for i, m := range at {
		end := len(body)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		number, text := prefix+body[m[2]:m[3]], body[m[1]:end]
		// What is said after the last row is a row of its own when it asks for something.
		text, kept, _ := strings.Cut(text, ". Reopen path kept")
		fmt.Fprintln(out, sentence(slug, number, text).line())
		if strings.HasPrefix(kept, ".") {
			fmt.Fprintln(out, sentence(slug, fmt.Sprint(i+2), "Reopen path kept").line())
		}
	}
}

// varied reads a playbook that stands as another one with changes: row 0 is the other one.
func varied(t *testing.T, out *bytes.Buffer, slug, body string) {
	t.Helper()
	body, clauses, _ := strings.Cut(body, "Clauses ")
	body, outputs, _ := strings.Cut(body, " Outputs ")
	fmt.Fprintln(out, row{playbook: slug, row: whole, clauses: clauseIDs(clauses), documents: documents(outputs)}.line())
	fmt.Fprintln(out, row{playbook: slug, row: "0", text: "As PB-05"}.line())
	for i, text := range strings.Split(body, "; ") {
		fmt.Fprintln(out, sentence(slug, fmt.Sprint(i+1), text).line())
	}
}

// notTargets are lengths in the prose that are no time by which something is done.
var notTargets = map[string]string{"PB-03 6": "how far back the logs are searched", "PB-05 10": "how long the change of destination stays closed"}

// sentence reads one row of prose, with the owner, target and mark that stand in it.
func sentence(slug, number, text string) row {
	r := row{playbook: slug, row: number, text: strings.Trim(tidy(text), ". ")}
	if number == "Z" {
		r.text = "Z"
	}
	r.owners = owners(r.text)
	if m := regexp.MustCompile(`(?:^|[^0-9] |[0-9] (?:m|h|d) |\()([ASM])(?: |$)`).FindStringSubmatch(r.text); m != nil {
		r.mark = m[1]
	}
	if notTargets[slug+" "+number] == "" {
		r.targets = durations(r.text)
	}
	r.documents = documents(strings.Join(regexp.MustCompile(`(?:→|\b[ASM]|[0-9] [mh]) (\p{Han}[\p{Han}\p{Hiragana}\p{Katakana}ー]*)`).FindAllString(r.text, -1), " "))
	return r
}

func tidy(s string) string {
	s = regexp.MustCompile(`\s*\[[^\]]*\]`).ReplaceAllString(s, "")
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "**", "")), " ")
}

// roleOf names the owners of section 5.
var roleOf = map[string]string{
	"OP": "operator", "SV": "supervisor", "IR": "responder", "FR": "fraud_analyst", "FN": "funds", "TR": "trade_surveillance",
	"LG": "legal", "PR": "pr", "CS": "remediation", "EX": "executive", "exec": "executive", "SY": "sysops", "audit": "auditor",
}

func owners(s string) (out []string) {
	for _, m := range regexp.MustCompile(`(?:^|[ /→(])(LG\+audit|OP|SV|IR|FR|FN|TR|LG|PR|CS|EX|SY|exec closes)(?:$|[ /→)])`).FindAllStringSubmatch(spaced(s), -1) {
		name, more, _ := strings.Cut(strings.TrimSuffix(m[1], " closes"), "+")
		out = append(out, roleOf[name])
		if more != "" {
			out = append(out, roleOf[more])
		}
	}
	return slices.Compact(out)
}

// spaced keeps two owners side by side from sharing the sign between them.
func spaced(s string) string {
	return strings.NewReplacer("/", " / ", "→", " → ").Replace(s)
}

// saidOnly are targets of the tables that are no lengths of time.
var saidOnly = []string{"", "–", "call", "after 20 or on request", "before 15:00 next day", "monthly"}

// targets reads a cell of the target column: lengths, and what is said instead of one.
func targets(t *testing.T, slug, cell string) (lengths, said []string) {
	t.Helper()
	cell = regexp.MustCompile(`\((?:S1 )?([^)]*)\)`).ReplaceAllStringFunc(cell, func(s string) string {
		if strings.HasPrefix(s, "(S1 ") {
			return "; " + strings.Trim(s, "()")
		}
		return "" // how long others took
	})
	for _, one := range regexp.MustCompile(`[;,]| / `).Split(cell, -1) {
		one = strings.TrimSpace(one)
		switch got := durations(one); {
		case len(got) > 0:
			lengths = append(lengths, got...)
		case !slices.Contains(saidOnly, one):
			t.Errorf("%s: the target %q is no length of time; list it as such", slug, one)
		case one != "" && one != "–":
			said = append(said, one)
		}
	}
	return lengths, said
}

var lengthForm = regexp.MustCompile(`(\d+)(?:–\d+)? (m|h|d|BD)(?:\W|$)|D\+(\d+)|(same day|first-day)`)

// durations finds "15 m", "2 h", "1 BD", "D+3", "same day"; of "3–5 d" the first day.
func durations(s string) (out []string) {
	for _, m := range lengthForm.FindAllStringSubmatch(s, -1) {
		switch {
		case m[1] != "":
			out = append(out, m[1]+strings.ToLower(m[2]))
		case m[3] != "":
			out = append(out, m[3]+"d")
		default:
			out = append(out, "0d")
		}
	}
	return out
}

// documents finds the names of what is produced; they are Japanese.
func documents(s string) []string {
	s = strings.ReplaceAll(s, "番号法", "") // a law
	return regexp.MustCompile(`[A-Z]*[\p{Han}\p{Katakana}][\p{Han}\p{Hiragana}\p{Katakana}ー]*`).FindAllString(s, -1)
}

// clauseIDs finds the clauses; "4(2)S1–4(2)S7" is every one between.
func clauseIDs(s string) (out []string) {
	s = regexp.MustCompile(`4\(2\)S1–4\(2\)S7`).ReplaceAllString(s, "4(2)S1 4(2)S2 4(2)S3 4(2)S4 4(2)S5 4(2)S6 4(2)S7")
	return regexp.MustCompile(`\d(?:\(\d\))?[SB]\d?`).FindAllString(s, -1)
}
