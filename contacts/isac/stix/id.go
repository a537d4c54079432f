package stix

import (
	"strings"

	"github.com/google/uuid"
)

var (
	// observables is the namespace of ids of cyber observables (STIX 2.1 section 2.9).
	observables = uuid.MustParse("00abedb4-aa42-466c-9c01-fed23315a9b7")
	// ours is the namespace of everything else we make; the standard asks for another one.
	ours = uuid.MustParse("5b6c1c0e-3f0e-4b0a-9d6b-2f5d3a7e8c41")
)

// observableID is the id of a cyber observable: UUIDv5 over the canonical JSON of what
// identifies it, which is its value for all kinds we write.
func observableID(typ, value string) string {
	return typ + "--" + uuid.NewSHA1(observables, []byte(`{"value":`+quote(value)+`}`)).String()
}

// ownID is the id of an object we make, the same for the same parts.
func ownID(typ string, parts ...string) string {
	return typ + "--" + uuid.NewSHA1(ours, []byte(typ+"\x00"+strings.Join(parts, "\x00"))).String()
}

// quote writes a JSON string as RFC 8785 section 3.2.2.2 says.
func quote(s string) string {
	const hex = "0123456789abcdef"
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch e, ok := short[r]; {
		case ok:
			b.WriteString(e)
		case r < 0x20:
			b.WriteString(`\u00` + string(hex[r>>4]) + string(hex[r&15]))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
