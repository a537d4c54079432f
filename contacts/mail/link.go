package mail

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// link finds what mail programs make clickable: with a scheme, or a bare www.
var link = regexp.MustCompile(`(?i)(?:https?://|\bwww\.)[^\s<>"'「」『』（）()【】、。]+`)

// entry are the words of an address that leads to where a password or code is typed.
var entry = regexp.MustCompile(`(?i)log-?_?[io]n|sign-?_?in|passw|パスワード|ログイン|暗証|認証|\bpwd\b|\botp\b|\bmfa\b|2fa|one-?time|credential|unlock|verif|\bauth|oauth|\bsso\b|reset`)

// asks are the words around a link by which a reader is sent to type a password or code.
var asks = regexp.MustCompile(`(?i)ログイン|ログオン|サインイン|パスワード|暗証番号|認証コード|認証番号|ワンタイム|確認コード|本人認証|log[ -]?[io]n|sign[ -]?in|password|passcode|one-time code|verification code|security code`)

// LeadsToPassword says that a text has a link that leads to the entry of a login name, password or
// code: by the words of its address, or by what stands on its line or the lines beside it. The
// supervisory guideline of 15 October 2025 bans such mail in principle (金融庁 監督指針), so that
// customers learn that no real mail has one. A text that only speaks of passwords has no link and
// may be sent.
func LeadsToPassword(text string) bool {
	lines := strings.Split(norm.NFKC.String(text), "\n")
	for i, line := range lines {
		for _, l := range link.FindAllString(line, -1) {
			if entry.MatchString(unescaped(l)) || asks.MatchString(around(lines, i)) {
				return true
			}
		}
	}
	return false
}

// unescaped also reads what an address hides behind percent signs.
func unescaped(l string) string {
	if plain, err := url.QueryUnescape(l); err == nil {
		return l + " " + plain
	}
	return l
}

// around is a line with the ones before and after it.
func around(lines []string, i int) string {
	return strings.Join(lines[max(0, i-1):min(len(lines), i+2)], "\n")
}
