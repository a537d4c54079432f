package leak

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"tasuke/internal/text"
)

// hidden masks what shows nothing of itself.
func hidden(string) string { return "＊＊" }

// links finds links on which somebody would be asked to sign in: a notice must not have one, since
// that is what phishing mail looks like (operations.md 6 G).
func (s *scan) links(hosts []string) {
	for _, m := range link.FindAllStringSubmatchIndex(s.s, -1) {
		if m[0] > 0 && strings.HasSuffix(s.s[:m[0]], "@") {
			continue
		}
		scheme, host, rest := piece(s.s, m, 1), piece(s.s, m, 2), piece(s.s, m, 3)
		asks := signInWord.MatchString(rest) ||
			(scheme != "" || rest != "" || strings.HasPrefix(host, "www.")) && signInWord.MatchString("/"+host) ||
			slices.ContainsFunc(hosts, func(h string) bool { h = text.Fold(h); return host == h || strings.HasSuffix(host, "."+h) }) ||
			scheme != "" && askedToSignIn.MatchString(s.before(s.at[m[0]], 40)+" "+s.after(s.at[m[1]], 20))
		if asks {
			s.add(SignIn, s.at[m[0]], s.at[m[1]], func(string) string { return host }, nil)
		}
	}
}

func piece(s string, m []int, n int) string {
	if m[2*n] < 0 {
		return ""
	}
	return s[m[2*n]:m[2*n+1]]
}

var (
	link          = regexp.MustCompile(`(https?://)?((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24})(?::\d{1,5})?((?:[/?#][^\s<>"')」』】、。,]*)?)`)
	signInWord    = regexp.MustCompile(`[/._\-?=&#](?:log[-_]?(?:in|on)|sign[-_]?(?:in|on)|auth|oauth2?|sso|otp|verify|verification|passw(?:or)?d|reset|my[-_]?page|member|kaiin)(?:[/._\-?=&#]|$|[a-z]*\.)`)
	askedToSignIn = regexp.MustCompile(`ログイン(?:して|し、|のうえ|の上|ください|はこちら|画面)|サインイン(?:して|のうえ|ください|はこちら)|(?:より|から)(?:ログイン|サインイン)|(?:please|to|and|must) (?:log|sign) ?in\b|(?:log|sign) ?in (?:at|to|here|via)\b`)
)

// numbersByShape finds what needs no register: mobile numbers, My Numbers, cards.
func (s *scan) numbersByShape() {
	for _, by := range []struct {
		kind  Kind
		shape *regexp.Regexp
		is    func(digits, raw, before string) bool
		mask  func(string) string
	}{
		{Phone, mobile, func(string, string, string) bool { return true }, text.MaskPhone},
		{MyNumber, twelve, isMyNumber, hidden},
		{Card, cards, isCard, text.MaskAccount},
	} {
		for _, m := range by.shape.FindAllStringIndex(s.s, -1) {
			raw, from, to := s.s[m[0]:m[1]], s.at[m[0]], s.at[m[1]]
			if inWord(s.rune(from-1)) || inWord(s.rune(to)) || s.goesOn(to) || !by.is(text.Phone(raw), raw, s.before(from, 1)) {
				continue
			}
			s.add(by.kind, from, to, by.mask, nil)
		}
	}
}

// goesOn: another group of digits follows.
func (s *scan) goesOn(to int) bool { return s.rune(to) == '-' && unicode.IsDigit(s.rune(to+1)) }

// inWord: the number goes on, or is a piece of a hash.
func inWord(r rune) bool { return isASCII(r) }

var (
	mobile = regexp.MustCompile(`(?:\+81[- ]?(?:\(0\)[- ]?)?|\(?0)[789]0[-‐‑–—−ー .)]{0,2}\d{4}[-‐‑–—−ー .]?\d{4}`)
	// Groups are parted all in one way: the number of a document and the year behind it are no My Number.
	twelve = regexp.MustCompile(`\d{4}-\d{4}-\d{4}|\d{4} \d{4} \d{4}|\d{12}`)
	cards  = regexp.MustCompile(`\d{4}[- ]\d{4}[- ]\d{4}[- ]\d{4}|\d{4}[- ]\d{6}[- ]\d{4,5}|\d{14,19}`)
	moment = regexp.MustCompile(`^20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d$`)
)

// isMyNumber checks the last digit (行政手続における特定の個人を識別するための番号の利用等に関する法律
// 施行令8条, 総務省令5条). A moment written as twelve digits is none, nor is a number after +.
func isMyNumber(digits, raw, before string) bool {
	if len(digits) != 12 || moment.MatchString(raw) || before == "+" {
		return false
	}
	sum := 0
	for n := 1; n <= 11; n++ { // from the lowest digit before the check digit
		q := n + 1
		if n > 6 {
			q = n - 5
		}
		sum += int(digits[11-n]-'0') * q
	}
	check := 0
	if r := sum % 11; r > 1 {
		check = 11 - r
	}
	return int(digits[11]-'0') == check
}

// isCard checks the issuer's range and the last digit (ISO/IEC 7812, Luhn).
func isCard(digits, _, _ string) bool {
	if len(digits) < 14 || len(digits) > 19 || !isIssuer(digits) {
		return false
	}
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func isIssuer(digits string) bool {
	four, err := strconv.Atoi(digits[:4])
	if err != nil {
		return false
	}
	two := four / 100
	switch n := len(digits); {
	case n == 14:
		return two == 36 || two == 38 || two == 39 || four >= 3000 && four <= 3059
	case n == 15:
		return two == 34 || two == 37
	}
	return two/10 == 4 || two >= 51 && two <= 55 || two == 35 || two == 62 || two == 65 || four == 6011 || four >= 2221 && four <= 2720
}
