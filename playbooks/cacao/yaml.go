package cacao

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tasuke/playbooks"
)

// Write gives the file of a definition: the same text for the same definition.
func Write(d *playbooks.Definition) []byte {
	var b bytes.Buffer
	writeFields(&b, treeOf(d), 0, false)
	return b.Bytes()
}

func writeFields(b *bytes.Buffer, all fields, deep int, begun bool) {
	for i, f := range all {
		if i > 0 || !begun {
			b.WriteString(strings.Repeat("  ", deep))
		}
		b.WriteString(f.key + ":")
		writeValue(b, f.value, deep)
	}
}

func writeValue(b *bytes.Buffer, value any, deep int) {
	switch v := value.(type) {
	case fields:
		b.WriteByte('\n')
		writeFields(b, v, deep+1, false)
	case []any:
		if words := plainWords(v); words != "" {
			b.WriteString(" [" + words + "]\n")
			return
		}
		b.WriteByte('\n')
		for _, one := range v {
			b.WriteString(strings.Repeat("  ", deep+1) + "-")
			if inner, ok := one.(fields); ok {
				b.WriteByte(' ')
				writeFields(b, inner, deep+2, true)
				continue
			}
			writeValue(b, one, deep+2)
		}
	case string:
		writeText(b, v, deep)
	default:
		fmt.Fprintf(b, " %v\n", v)
	}
}

// writeText writes several lines as a block, and everything that could be read as something else in
// quotes.
func writeText(b *bytes.Buffer, s string, deep int) {
	switch {
	case plainWord.MatchString(s) && !slices.Contains(notPlain, s):
		b.WriteString(" " + s + "\n")
	case strings.Contains(s, "\n") && blockable(s):
		b.WriteString(" |-\n")
		for _, line := range strings.Split(s, "\n") {
			if line != "" {
				b.WriteString(strings.Repeat("  ", deep+1) + line)
			}
			b.WriteByte('\n')
		}
	default:
		b.WriteString(" " + quoted(s) + "\n")
	}
}

// blockable reports whether a text is the same when it is read back from a block.
func blockable(s string) bool {
	for _, line := range strings.Split(s, "\n") {
		if strings.TrimRight(line, " ") != line {
			return false
		}
	}
	return !strings.HasPrefix(s, " ") && !strings.HasPrefix(s, "\n") && !strings.HasSuffix(s, "\n")
}

var (
	plainWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)
	notPlain  = []string{"true", "false", "null", "yes", "no", "on", "off", "True", "False", "Null", "Yes", "No", "On", "Off", "TRUE", "FALSE", "NULL", "YES", "NO", "ON", "OFF", "y", "n", "Y", "N"}
)

// plainWords writes a short list of ids on one line.
func plainWords(list []any) string {
	var out []string
	size := 0
	for _, one := range list {
		s, ok := one.(string)
		if !ok || !plainWord.MatchString(s) || slices.Contains(notPlain, s) {
			return ""
		}
		size += len(s) + 2
		out = append(out, s)
	}
	if size > 110 {
		return ""
	}
	return strings.Join(out, ", ")
}

// quoted writes a text in double quotes; JSON's escapes are YAML's.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""` // no text fails to encode
	}
	return strings.TrimSuffix(b.String(), "\n")
}
