package playbooks

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The tree that a definition is written from. A branch is a line "name: value"; a sheet holds
// branches in their order; a row is a list; a leaf is one value.
type (
	branch struct {
		name  string
		value any // sheet, row, leaf or text
	}
	sheet []branch
	row   []any
	leaf  string // as it stands in the file: a number, true, or a text that is already quoted
	text  string // a text that is quoted where it must be
)

// lineLength is how long a line in brackets may be, in half-width characters.
const lineLength = 150

// yamlWriter writes a tree as people write it: short things on one line, long ones below each other.
type yamlWriter struct{ b strings.Builder }

func (w *yamlWriter) sheet(s sheet, indent int) {
	for _, one := range s {
		w.b.WriteString(strings.Repeat(" ", indent))
		w.branch(one, indent)
	}
}

// branch writes "name: value" where the line has begun.
func (w *yamlWriter) branch(one branch, indent int) {
	w.b.WriteString(quoted(one.name, true) + ":")
	switch v := one.value.(type) {
	case text:
		w.text(string(v), indent)
	case row:
		w.row(v, indent)
	case sheet:
		if flow, short := inBrackets(v, indent+len(one.name)); short {
			w.b.WriteString(" " + flow + "\n")
			return
		}
		w.b.WriteString("\n")
		w.sheet(v, indent+2)
	default:
		fmt.Fprintf(&w.b, " %v\n", v)
	}
}

// row writes a list: in brackets when it holds words only and is short, and else line by line.
func (w *yamlWriter) row(r row, indent int) {
	words := true
	for _, one := range r {
		_, word := one.(text)
		words = words && word
	}
	if flow, short := inBrackets(r, indent+10); words && short {
		w.b.WriteString(" " + flow + "\n")
		return
	}
	w.b.WriteString("\n")
	for _, one := range r {
		w.b.WriteString(strings.Repeat(" ", indent+2) + "- ")
		w.entry(one, indent+4)
	}
}

func (w *yamlWriter) entry(one any, indent int) {
	s, block := one.(sheet)
	if flow, short := inBrackets(one, indent); !block || short && !s.has("kind") {
		w.b.WriteString(flow + "\n")
		return
	}
	w.branch(s[0], indent)
	w.sheet(s[1:], indent)
}

func (out sheet) has(name string) bool {
	for _, one := range out {
		if one.name == name {
			return true
		}
	}
	return false
}

// text writes a text behind its colon; one of several lines as a block when that keeps it exactly.
func (w *yamlWriter) text(s string, indent int) {
	if block, exact := asBlock(s, indent+2); exact {
		w.b.WriteString(" " + block)
		return
	}
	w.b.WriteString(" " + quoted(s, false) + "\n")
}

// asBlock writes a text as a literal block, if it has lines and every character of it survives.
func asBlock(s string, indent int) (string, bool) {
	body, closed := strings.CutSuffix(s, "\n")
	if !strings.Contains(body, "\n") && !closed || body == "" || strings.ContainsFunc(s, control) || strings.ContainsRune(s, '\t') {
		return "", false
	}
	lines := strings.Split(body, "\n")
	for i, line := range lines {
		if strings.TrimSpace(line) != line && strings.TrimRight(line, " ") != line || i == 0 && strings.HasPrefix(line, " ") || strings.TrimSpace(line) == "" {
			return "", false // spaces at the edges and empty lines are where readers differ
		}
	}
	mark := "|-\n"
	if closed {
		mark = "|\n"
	}
	pad := strings.Repeat(" ", indent)
	return mark + pad + strings.Join(lines, "\n"+pad) + "\n", true
}

// inBrackets writes a value on one line, and answers whether it is short enough for it.
func inBrackets(v any, used int) (string, bool) {
	var parts []string
	open, end, deep := "", "", false
	switch v := v.(type) {
	case text:
		return quoted(string(v), true), !strings.Contains(string(v), "\n")
	case sheet:
		open, end = "{", "}"
		for _, one := range v {
			inner, short := inBrackets(one.value, 0)
			parts, deep = append(parts, quoted(one.name, true)+": "+inner), deep || !short
		}
	case row:
		open, end = "[", "]"
		for _, one := range v {
			inner, short := inBrackets(one, 0)
			parts, deep = append(parts, inner), deep || !short
		}
	default:
		return fmt.Sprint(v), true
	}
	out := open + strings.Join(parts, ", ") + end
	return out, !deep && used+width(out) <= lineLength && depth(v) <= maxFlow
}

// depth is how many brackets stand in each other.
func depth(v any) (n int) {
	switch v := v.(type) {
	case sheet:
		for _, one := range v {
			n = max(n, depth(one.value))
		}
	case row:
		for _, one := range v {
			n = max(n, depth(one))
		}
	default:
		return 0
	}
	return n + 1
}

// width counts a Japanese character as two.
func width(s string) (n int) {
	for _, r := range s {
		if n++; r >= 0x1100 {
			n++
		}
	}
	return n
}

var (
	lengthForm = regexp.MustCompile(`^(0|[1-9][0-9]*)(s|m|h|d|bd)$`)
	fromForm   = regexp.MustCompile(`^\$\{[a-z0-9_.]+\}$`)
)

// quoted writes a text so that it is read as the same text: bare where nobody can take it for
// something else.
func quoted(s string, brackets bool) string {
	switch {
	case bare(s, brackets), lengthForm.MatchString(s), !brackets && fromForm.MatchString(s):
		return s
	case strings.ContainsAny(s, `"\`) && !strings.Contains(s, "'") && printable(s):
		return "'" + s + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case control(r) && r > 0xff:
			fmt.Fprintf(&b, `\u%04x`, r)
		case control(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return control(r) || r == '\n' || r == '\t' })
}

// notText are the words that YAML, old or new, takes for something else than a text.
var notText = strings.Fields("true false null yes no on off y n inf nan")

// bare reports whether a text can stand without quotes.
func bare(s string, brackets bool) bool {
	first, _ := utf8.DecodeRuneInString(s)
	if !unicode.IsLetter(first) && first < 0x3000 || first == utf8.RuneError || has(notText, strings.ToLower(s)) || strings.TrimSpace(s) != s {
		return false
	}
	also := " _-./+()=<>?!;%&*@'\""
	if !brackets {
		also += ","
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(also, r) && (r < 0x3001 || r == 0xfeff || unicode.IsControl(r))
	})
}

// literalLeaf writes a number, a yes or no, or a text.
func literalLeaf(v any) any {
	switch v := v.(type) {
	case int64:
		return leaf(strconv.FormatInt(v, 10))
	case bool:
		return leaf(strconv.FormatBool(v))
	case string:
		return text(v)
	}
	return text("")
}
