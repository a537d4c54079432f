package indicator

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// refang undoes the ways by which people make a value unclickable, and full width: hxxp, [.], （at）.
func refang(line string) string {
	line = norm.NFKC.String(strings.ToValidUTF8(line, "\ufffd"))
	line = strange.Replace(line)
	for _, d := range defanged {
		line = d.is.ReplaceAllString(line, d.was)
		line = d.is.ReplaceAllString(line, d.was) // a digit between two points belongs to one match only
	}
	return line
}

// strange are characters that look like others or like nothing.
var strange = strings.NewReplacer(
	"\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "", "\u00ad", "",
	"\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-", "\u2212", "-",
	"【", "[", "】", "]", "〔", "[", "〕", "]", "「", "[", "」", "]", "『", "[", "』", "]",
)

var defanged = []struct {
	is  *regexp.Regexp
	was string
}{
	{regexp.MustCompile(`(?i)\bh(?:xx|tt|\*\*|__)p(s?)\s*[\[({]?\s*:\s*[\])}]?\s*[\[({]?\s*//\s*[\])}]?\s*`), "http$1://"},
	{regexp.MustCompile(`(?i)\bh(?:xx|tt|\*\*|__)p(s?)\s*[\[({]\s*://\s*[\])}]\s*`), "http$1://"},
	{regexp.MustCompile(`(?i)\s*[\[({]\s*(?:\.|dot|ドット)\s*[\])}]\s*`), "."},
	{regexp.MustCompile(`(?i)\s*[\[({]\s*(?:@|at|アットマーク|アット)\s*[\])}]\s*`), "@"},
	{regexp.MustCompile(`[\[({]:[\])}]`), ":"},
	{regexp.MustCompile(`[\[({]/[\])}]`), "/"},
	{regexp.MustCompile(`([0-9A-Za-z])[\[({]\.([0-9A-Za-z])`), "$1.$2"},
	{regexp.MustCompile(`([0-9A-Za-z])\.[\])}]([0-9A-Za-z])`), "$1.$2"},
	{regexp.MustCompile(`([0-9A-Za-z])\\\.([0-9A-Za-z])`), "$1.$2"},
	{regexp.MustCompile(`([0-9A-Za-z])。([0-9A-Za-z])`), "$1.$2"},
}
