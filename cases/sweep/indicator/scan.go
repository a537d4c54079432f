package indicator

import (
	"strings"
	"unicode"
)

// scan goes through a text line by line.
type scan struct {
	reader Reader
	out    Reading
	at     map[string]int // kind and value -> place in out.Found
	block  Kind           // what a line of labels says of the lines under it
}

func (s *scan) text(text string) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n").Replace(text)
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		s.line(n, line)
	}
}

// bullets are what stands before or behind the one value of a line in a list.
const bullets = " \t・･•●○◆◇■□-*,;、。"

// line reads one line. A label on it ("口座番号:") says what the numbers after it are; a line of
// labels alone says it for the lines below, up to an empty one.
func (s *scan) line(n int, raw string) {
	line := refang(raw)
	if strings.TrimSpace(line) == "" {
		s.block = ""
		return
	}
	before := len(s.out.Refused)
	hint, last, hits := s.block, 0, 0
	var rest []Leftover
	alone := strings.Trim(line, bullets)
	for _, w := range words(line) {
		if h := labelBefore(line[last:w.from]); h != "" {
			hint = h
		}
		last = w.to
		c := classify(w.text, hint, w.text == alone)
		switch {
		case c.label != "":
			hint = c.label
		case c.Kind != "":
			hits++
			s.keep(n, c)
		case looksLikeValue(w.text):
			rest = append(rest, Leftover{n, w.text})
		}
	}
	if h := labelBefore(line[last:]); h != "" {
		hint = h
	}
	switch {
	case hits > 0 || len(s.out.Refused) > before:
		s.out.Unknown = append(s.out.Unknown, rest...)
	case onlyLabels(line):
		s.block = hint
	default:
		s.out.Unknown = append(s.out.Unknown, Leftover{n, strings.TrimSpace(strings.ToValidUTF8(raw, "\ufffd"))})
	}
}

func (s *scan) keep(n int, c class) {
	if reason := s.reader.refuse(c); reason != "" {
		s.out.Refused = append(s.out.Refused, Refusal{n, c.Written, reason})
		return
	}
	key := string(c.Kind) + " " + c.Value
	i, known := s.at[key]
	if !known {
		s.at[key] = len(s.out.Found)
		c.Lines = []int{n}
		s.out.Found = append(s.out.Found, c.Indicator)
		return
	}
	if f := &s.out.Found[i]; f.Lines[len(f.Lines)-1] != n {
		f.Lines = append(f.Lines, n)
	}
}

// word is a run of characters that can be part of a value.
type word struct {
	text     string
	from, to int // in bytes of the line
}

// words cuts a line where no value goes on: at spaces, quotation marks, separators and
// characters outside ASCII, which stand right beside values in Japanese. Brackets are kept where
// they hold an IPv6 address.
func words(line string) (out []word) {
	from := -1
	end := func(to int) {
		if from >= 0 {
			out = append(out, word{line[from:to], from, to})
		}
		from = -1
	}
	for i, r := range line {
		if valueRune(r) || r == '[' && v6Bracket(line[i:]) || r == ']' && from >= 0 && strings.ContainsRune(line[from:i], '[') ||
			unicode.IsLetter(r) && from >= 0 && inHost(line[from:i]) {
			if from < 0 {
				from = i
			}
			continue
		}
		end(i)
	}
	end(len(line))
	return out
}

func valueRune(r rune) bool {
	return r > ' ' && r < 0x7f && !strings.ContainsRune("\"'`<>()[]{},;|", r)
}

// v6Bracket reports whether "[2001:db8::1]" begins here.
func v6Bracket(s string) bool {
	inner, _, ok := strings.Cut(s[1:min(len(s), 64)], "]")
	return ok && strings.Count(inner, ":") > 1 && strings.Trim(inner, "0123456789abcdefABCDEF:.") == ""
}

// inHost reports whether a URL's host is being read: there letters of any script belong to it.
func inHost(s string) bool {
	if len(s) > 512 {
		return false // longer than any host
	}
	_, host, ok := strings.Cut(s, "://")
	return ok && !strings.ContainsAny(host, "/?#")
}

// looksLikeValue tells fragments that somebody may have meant as a value from prose.
func looksLikeValue(s string) bool {
	s = strings.Trim(s, ".,:;!?-_/*#")
	return len(s) > 2 && (strings.ContainsAny(s, "0123456789@") || strings.Contains(s, ".") || strings.Contains(s, "://"))
}
