package cacao

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Plain gives a document without white space between its parts and with the characters escaped that
// a playbook file may not hold. Names, their order, numbers and texts stay as they came, so that the
// canonical form, and with it every signature, is the same.
func Plain(src []byte) string {
	var b bytes.Buffer
	if err := json.Compact(&b, src); err != nil {
		return string(src) // nothing that was read by Read
	}
	var out bytes.Buffer
	for _, r := range b.String() {
		if r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff {
			fmt.Fprintf(&out, `\u%04x`, r)
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}
