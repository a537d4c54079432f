package mail

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tasuke/internal/fault"
)

// The limits of a letter. Attachments are counted before they grow by a third on the wire; most
// banks take 10 MB.
const (
	maxRecipients  = 20
	maxSubject     = 150
	maxText        = 100_000
	maxAttachments = 10
	maxName        = 120
	maxSize        = 7 << 20
)

// tidy folds what has more than one spelling: line ends, and addresses named twice.
func (l Letter) tidy() Letter {
	l.Subject = strings.TrimSpace(l.Subject)
	l.Text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(l.Text)
	var to []string
	seen := map[string]bool{}
	for _, a := range l.To {
		a = strings.TrimSpace(a)
		if k := strings.ToLower(a); !seen[k] {
			seen[k] = true
			to = append(to, a)
		}
	}
	l.To = to
	return l
}

// Check names everything that keeps a letter from being sent, by field; nil when nothing does.
func (l Letter) Check() error {
	l = l.tidy()
	wrong := map[string]string{}
	if k := checkTo(l.To); k != "" {
		wrong["to"] = k
	}
	if k := checkSubject(l.Subject); k != "" {
		wrong["subject"] = k
	}
	if k := checkText(l.Subject, l.Text); k != "" {
		wrong["text"] = k
	}
	if k := checkFiles(l.Attachments); k != "" {
		wrong["attachments"] = k
	}
	if l.Key == "" || len(l.Key) > 200 || strings.ContainsFunc(l.Key, unicode.IsControl) {
		wrong["key"] = "mail.key.missing"
	}
	if len(wrong) > 0 {
		return fault.Form(wrong)
	}
	return nil
}

// plainAddress is an address that every server takes: ASCII, and a domain with a dot.
var plainAddress = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$`)

func checkTo(to []string) string {
	switch {
	case len(to) == 0:
		return "mail.to.none"
	case len(to) > maxRecipients:
		return "mail.to.many"
	case slices.ContainsFunc(to, func(a string) bool { return !goodAddress(a) }):
		return "mail.to.bad"
	}
	return ""
}

func goodAddress(a string) bool {
	p, err := mail.ParseAddress(a)
	return err == nil && p.Name == "" && p.Address == a && len(a) <= 254 && plainAddress.MatchString(a)
}

// numbers are what an account or telephone number looks like; servers on the way read subjects.
var numbers = regexp.MustCompile(`[0-9]{7}|0[0-9]{1,4}[-‐−ー ][0-9]{1,4}[-‐−ー ][0-9]{3,4}`)

func checkSubject(s string) string {
	switch {
	case s == "":
		return "mail.subject.none"
	case !oneLine(s, maxSubject):
		return "mail.subject.bad"
	case numbers.MatchString(norm.NFKC.String(s)):
		return "mail.subject.number"
	}
	return ""
}

// oneLine says that a value may stand in a header: nothing in it ends the line.
func oneLine(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, breaks)
}

// breaks is what ends a line or turns the reading direction of a name.
func breaks(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
}

func checkText(subject, s string) string {
	switch {
	case strings.TrimSpace(s) == "":
		return "mail.text.none"
	case len(s) > maxText || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return "mail.text.bad"
	case LeadsToPassword(s) || LeadsToPassword(subject):
		return "mail.text.login_link"
	}
	return ""
}

var mediaType = regexp.MustCompile(`^[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}$`)

func checkFiles(files []Attachment) string {
	size := 0
	for _, f := range files {
		size += len(f.Body)
		if strings.TrimSpace(f.Name) == "" || !oneLine(f.Name, maxName) || strings.ContainsAny(f.Name, `/\":*?<>|`) {
			return "mail.file.name"
		}
		if !mediaType.MatchString(f.Type) || len(f.Body) == 0 {
			return "mail.file.bad"
		}
	}
	if len(files) > maxAttachments || size > maxSize {
		return "mail.file.size"
	}
	return ""
}
