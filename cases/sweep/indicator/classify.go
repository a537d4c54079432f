package indicator

import (
	"regexp"
	"strconv"
	"strings"
)

// class is what a word is; Kind is empty when it is nothing we know.
type class struct {
	Indicator
	label Kind // the word only announces what follows
}

// classify says what a word is. hint is the kind a label announced, alone whether the word is
// all there is on its line.
func classify(word string, hint Kind, alone bool) class {
	for _, w := range trims(word) {
		if k := labelOf(w); k != "" {
			return class{label: k}
		}
		if name, value, ok := cutLabel(w); ok {
			if c := classify(value, labelOf(name), true); c.Kind != "" {
				return c
			}
		}
		if c := value(w, hint, alone); c.Kind != "" {
			c.Written = w
			return c
		}
	}
	return class{}
}

// trims gives a word with less and less punctuation around it: "::1." must lose the point and
// keep the colons.
func trims(word string) []string {
	a := strings.TrimRight(word, ".,!?")
	b := strings.Trim(a, ".,!?*-_=/#+&%~^$")
	c := strings.TrimRight(b, ":")
	d := strings.TrimLeft(c, ":")
	out := []string{a}
	for _, s := range []string{b, c, d, strings.Trim(d, ".,!?*-_=/#+&%~^$:")} {
		if s != out[len(out)-1] {
			out = append(out, s)
		}
	}
	return out
}

// cutLabel cuts "ip=203.0.113.5" and "account:1234567".
func cutLabel(w string) (name, value string, ok bool) {
	i := strings.IndexAny(w, ":=")
	if i < 1 || i == len(w)-1 || labelOf(w[:i]) == "" || strings.HasPrefix(w[i:], "://") {
		return "", "", false
	}
	return w[:i], w[i+1:], true
}

func value(w string, hint Kind, alone bool) class {
	if w == "" || len(w) > 2048 {
		return class{}
	}
	for _, as := range []func(string) class{asURL, asMail, asAddress, asDestination} {
		if c := as(w); c.Kind != "" {
			return c
		}
	}
	if c := asNumber(w, hint, alone); c.Kind != "" {
		return c
	}
	if c := asDevice(w, hint); c.Kind != "" {
		return c
	}
	return asDomain(w, hint)
}

func is(k Kind, v string) class { return class{Indicator: Indicator{Kind: k, Value: v}} }

func asMail(w string) class {
	w = strings.TrimPrefix(w, "mailto:")
	if v, ok := CanonicalMail(w); ok {
		return is(Mail, v)
	}
	return class{}
}

var destination = regexp.MustCompile(`^[0-9]{4}-[0-9]{3}-[0-9]{7}$`)

func asDestination(w string) class {
	if destination.MatchString(w) {
		return is(Destination, w)
	}
	return class{}
}

var (
	branchAccount = regexp.MustCompile(`^[0-9]{3}-[0-9]{6,8}$`)
	digits        = regexp.MustCompile(`^[0-9]{6,10}$`)
)

// asNumber reads an account number: branch and number, or six to ten digits that stand alone or
// behind a label. A day (20250401) and a telephone number are none without a label.
func asNumber(w string, hint Kind, alone bool) class {
	labelled := hint == Account
	switch {
	case branchAccount.MatchString(w):
		return is(Account, CanonicalAccount(w))
	case labelled && digits.MatchString(w):
		return is(Account, w)
	case alone && hint == "" && digits.MatchString(w) && !likeDay(w) && !(len(w) == 10 && w[0] == '0'):
		return is(Account, w)
	}
	return class{}
}

func likeDay(w string) bool {
	if len(w) != 8 {
		return false
	}
	y, _ := strconv.Atoi(w[:4]) // eight digits
	m, _ := strconv.Atoi(w[4:6])
	d, _ := strconv.Atoi(w[6:])
	return y >= 1900 && y < 2100 && m >= 1 && m <= 12 && d >= 1 && d <= 31
}

var (
	uuid       = regexp.MustCompile(`^(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	hexDevice  = regexp.MustCompile(`^(?i)(?:[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$`)
	bareDevice = regexp.MustCompile(`^(?i)(?:dev|device|fp)[-_][0-9a-z][0-9a-z_-]{3,60}$`)
	anyDevice  = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._:-]{4,63}$`)
)

// asDevice reads ids that can be nothing else, and behind a label any token with a digit.
func asDevice(w string, hint Kind) class {
	sure := uuid.MatchString(w) || bareDevice.MatchString(w) ||
		hexDevice.MatchString(w) && strings.ContainsAny(w, "abcdefABCDEF")
	if sure || hint == Device && anyDevice.MatchString(w) && strings.ContainsAny(w, "0123456789") {
		return is(Device, CanonicalDevice(w))
	}
	return class{}
}
