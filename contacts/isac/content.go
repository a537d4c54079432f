package isac

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/contacts/isac/stix"
	"tasuke/internal/db"
)

// Languages are the languages a share is written in.
var Languages = []string{"ja", "en"}

// Own marks a value that the firm saw itself; every other Label is the one under which somebody
// else gave it. An empty one means that nobody said how far it may travel: it counts as TLP:RED.
const Own = "own"

// Indicator is one value that tells of the attack.
type Indicator struct {
	Kind  stix.Kind  `json:"kind"`
	Value string     `json:"value"`
	From  db.Instant `json:"from"`  // when it told of the attack; zero: from the beginning of the observation
	Until db.Instant `json:"until"` // zero: no end is known
	Seen  int        `json:"seen"`  // how often it was met; 0: not told
	Label string     `json:"label"` // Own, or a label of TLP 2.0
	Note  string     `json:"note"`
}

// Content is what a share says. Its JSON form is what is sealed, hashed and approved.
type Content struct {
	Title          string      `json:"title"`
	TLP            stix.TLP    `json:"tlp"`
	Channel        Channel     `json:"channel"`
	DeskID         string      `json:"desk"`           // of the directory; empty: handed in on a portal
	AttackOrigin   string      `json:"attack_origin"`  // 攻撃元
	Method         string      `json:"method"`         // 手口
	Purpose        string      `json:"purpose"`        // 目的
	Countermeasure string      `json:"countermeasure"` // 対策と結果
	ObservedFrom   db.Instant  `json:"observed_from"`
	ObservedTo     db.Instant  `json:"observed_to"` // zero: it goes on
	Confidence     int         `json:"confidence"`  // 確度, 0 to 100
	Language       string      `json:"language"`
	Indicators     []Indicator `json:"indicators"`
}

// Digest identifies a content: sha256 over its JSON form.
func (c Content) Digest() string {
	b, err := json.Marshal(c)
	if err != nil { // texts and numbers always have a JSON form
		panic(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Prose is one field that people write, by the name forms know it by.
type Prose struct {
	Field, Text string
}

// prose lists every text that leaves with the share.
func (c Content) prose() (out []Prose) {
	out = []Prose{{"title", c.Title}, {"attack_origin", c.AttackOrigin}, {"method", c.Method}, {"purpose", c.Purpose}, {"countermeasure", c.Countermeasure}}
	for n, i := range c.Indicators {
		if i.Note != "" {
			out = append(out, Prose{fmt.Sprintf("note-%d", n+1), i.Note})
		}
	}
	return out
}

// Tidied is the content without blanks around texts, its values in the form of comparison, each once.
func (c Content) Tidied() Content {
	for _, s := range []*string{&c.Title, &c.AttackOrigin, &c.Method, &c.Purpose, &c.Countermeasure} {
		*s = strings.TrimSpace(*s)
	}
	var list []Indicator
	for _, i := range c.Indicators {
		if v, ok := stix.Normal(i.Kind, i.Value); ok {
			i.Value = v
		}
		i.Note = strings.TrimSpace(i.Note)
		if !slices.ContainsFunc(list, func(j Indicator) bool { return j.Kind == i.Kind && j.Value == i.Value }) {
			list = append(list, i)
		}
	}
	c.Indicators = list
	return c
}

const (
	maxTitle = 120  // characters
	maxProse = 4000 // characters
	maxNote  = 200  // characters
)

// problems gives field -> message key for everything that is wrong at once; what is wrong with the
// values is on "indicators", and by line in wrongLines.
func (c Content) problems(now db.Instant) map[string]string {
	bad := map[string]string{}
	length(bad, "title", c.Title, 1, maxTitle)
	for field, s := range map[string]string{"attack_origin": c.AttackOrigin, "method": c.Method, "purpose": c.Purpose, "countermeasure": c.Countermeasure} {
		length(bad, field, s, 1, maxProse)
	}
	for field, ok := range map[string]bool{"tlp": known(stix.TLPs, c.TLP), "channel": known(Channels, c.Channel), "language": known(Languages, c.Language)} {
		if !ok {
			bad[field] = "form.choice"
		}
	}
	if c.Confidence < 0 || c.Confidence > 100 {
		bad["confidence"] = "stix.indicator.confidence"
	}
	switch {
	case c.ObservedFrom <= 0:
		bad["observed_from"] = "form.required"
	case c.ObservedFrom > now:
		bad["observed_from"] = "form.future"
	}
	switch {
	case c.ObservedTo > now:
		bad["observed_to"] = "form.future"
	case c.ObservedTo != 0 && c.ObservedTo < c.ObservedFrom:
		bad["observed_to"] = "share.period"
	}
	switch {
	case len(c.Indicators) == 0:
		bad["indicators"] = "stix.share.empty"
	case len(c.Indicators) > maxIndicators:
		bad["indicators"] = "share.indicators.many"
	case len(c.WrongLines()) > 0:
		bad["indicators"] = "share.indicators.wrong"
	}
	return bad
}

// maxIndicators is how many values one share may have: a person has to read them.
const maxIndicators = 1000

func length(bad map[string]string, field, s string, least, most int) {
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		bad[field] = "form.required"
	case n > most:
		bad[field] = "form.too_long"
	}
}

// WrongLine says what is wrong with one value.
type WrongLine struct {
	N   int    // from 1, in the order of the values
	Key string // of the sentence
}

// WrongLines lists the values that are none, or that must not be shared whatever they tell.
func (c Content) WrongLines() (out []WrongLine) {
	for n, i := range c.Indicators {
		if key := i.wrong(); key != "" {
			out = append(out, WrongLine{n + 1, key})
		}
	}
	return out
}

// accountLike is what an account number of a firm or of a bank looks like.
var accountLike = regexp.MustCompile(`^(?:[0-9]{4}-)?[0-9]{3}-?[0-9]{6,8}$|^[0-9]{6,12}$`)

func (i Indicator) wrong() string {
	v, ok := stix.Normal(i.Kind, i.Value)
	switch {
	case accountLike.MatchString(strings.TrimSpace(i.Value)):
		return "share.indicator.account"
	case !ok:
		return "stix.indicator.value"
	case i.Kind == stix.IP && ours(v):
		return "share.indicator.private"
	case i.Until != 0 && i.Until <= i.From:
		return "stix.indicator.times"
	case i.Seen < 0 || i.Seen > 999_999_999:
		return "stix.indicator.seen"
	case utf8.RuneCountInString(i.Note) > maxNote:
		return "form.too_long"
	case i.Label != Own && i.Label != "" && !known(stix.TLPs, stix.TLP(i.Label)):
		return "share.indicator.label"
	}
	return ""
}

// ours reports whether an address or range is one that everybody has inside the house.
func ours(v string) bool {
	a, err := netip.ParseAddr(v)
	if p, perr := netip.ParsePrefix(v); perr == nil {
		a, err = p.Addr(), nil
	}
	return err == nil && (a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified())
}

// label is how far the value may travel: without a limit for what the firm saw itself, and for
// nobody else where the source did not say.
func (i Indicator) label() stix.TLP {
	switch i.Label {
	case Own:
		return stix.Clear
	case "":
		return stix.Red
	}
	return stix.TLP(i.Label)
}

// wide reports whether a value of others would travel further than they allowed. What came under
// TLP:RED does not travel at all.
func (c Content) wide() bool {
	return slices.ContainsFunc(c.Indicators, func(i Indicator) bool {
		l := i.label()
		return l == stix.Red || slices.Index(stix.TLPs, l) > slices.Index(stix.TLPs, c.TLP)
	})
}

// community reports TLP:RED on a channel that a community reads.
func (c Content) community() bool { return c.TLP == stix.Red && !known(named, c.Channel) }
