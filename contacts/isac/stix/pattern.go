package stix

import (
	"regexp"
	"strings"
)

// pattern is the STIX pattern that a value is met.
func pattern(object, value string) string {
	return `[` + object + `:value = '` + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + `']`
}

// valueOf is what a pattern compares with.
type valueOf struct {
	Kind  Kind
	Value string
}

// comparison is one "object:value = 'literal'" at the beginning of the rest of a pattern. The path may
// name the value of what an observable refers to: network-traffic:dst_ref.value says an address.
var comparison = regexp.MustCompile(`^\s*([a-z0-9-]+):([A-Za-z_.]+)\s*=\s*'((?:[^'\\]|\\.)*)'\s*`)

// values reads a pattern that says no more than "one of these values is met": comparisons of values
// joined by OR, within one observation or between several. Anything else (AND, FOLLOWEDBY,
// qualifiers, NOT, LIKE, MATCHES) means more than a list of values, and is not ours to simplify.
func values(p string) (out []valueOf, ok bool) {
	rest := strings.TrimSpace(p)
	for {
		if !strings.HasPrefix(rest, "[") {
			return nil, false
		}
		rest = rest[1:]
		for {
			m := comparison.FindStringSubmatch(rest)
			if m == nil {
				return nil, false
			}
			v, ok := literal(m[1], m[2], m[3])
			if !ok {
				return nil, false
			}
			out, rest = append(out, v), rest[len(m[0]):]
			if strings.HasPrefix(rest, "]") {
				rest = strings.TrimSpace(rest[1:])
				break
			}
			if rest, ok = or(rest); !ok {
				return nil, false
			}
		}
		if rest == "" {
			return out, true
		}
		if rest, ok = or(rest); !ok {
			return nil, false
		}
		rest = strings.TrimSpace(rest)
	}
}

func or(rest string) (string, bool) {
	after, ok := strings.CutPrefix(rest, "OR")
	return after, ok && (strings.HasPrefix(after, " ") || strings.HasPrefix(after, "[") || strings.HasPrefix(after, "\n"))
}

// literal reads one comparison: a kind we know, a value of that kind.
func literal(object, path, raw string) (valueOf, bool) {
	k, ok := kindOf(object)
	if !ok || path != "value" {
		return valueOf{}, false
	}
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' {
			if i++; raw[i] != '\\' && raw[i] != '\'' {
				return valueOf{}, false
			}
		}
		b.WriteByte(raw[i])
	}
	v, ok := Normal(k, b.String())
	return valueOf{k, v}, ok
}
