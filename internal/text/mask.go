package text

import (
	"strings"
	"unicode"
)

// masked has one length always: the length of what is hidden is not shown.
const masked = "＊＊"

// MaskName shows the first character of a name in kanji or kana: 髙＊＊. Nothing stays nothing.
func MaskName(s string) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) == 0 {
		return ""
	}
	n := 1
	for n < len(r) && (unicode.IsMark(r[n]) || unicode.Is(unicode.Variation_Selector, r[n])) {
		n++ // a voice mark or variation selector belongs to the first character
	}
	return string(r[:n]) + masked
}

// MaskAccount shows the last four characters of an account number: ＊＊4567. A number of less
// than six shows none of them.
func MaskAccount(s string) string { return last4(Account(s)) }

// MaskPhone shows the last four digits of a telephone number: ＊＊5678.
func MaskPhone(s string) string { return last4(Phone(s)) }

// MaskMail shows the first character and the domain: t＊＊@example.jp.
func MaskMail(s string) string {
	s = Mail(s)
	if s == "" {
		return ""
	}
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" {
		return masked
	}
	return MaskName(local) + "@" + domain
}

func last4(s string) string {
	switch {
	case s == "":
		return ""
	case len(s) < 6:
		return masked
	}
	return masked + s[len(s)-4:]
}
