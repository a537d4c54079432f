package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"tasuke/internal/db"
)

// Known says how far a fact is established (operations.md 6 D).
type Known string

// The marks. An item of the form is never simply left empty: it carries one of them.
const (
	FactConfirmed     Known = "confirmed"           // 確認済み
	FactInvestigating Known = "under_investigation" // 調査中
	FactNotApplicable Known = "not_applicable"      // 該当なし
)

// Knowns lists every mark in the order screens show them.
var Knowns = []Known{FactConfirmed, FactInvestigating, FactNotApplicable}

// FactItem names an item of the fact sheet (事実確認書).
type FactItem string

// The items. The last nine are those of APPI Enforcement Rules 8(1), in their order.
const (
	FactDiscovered  FactItem = "discovered"  // 発覚日
	FactOccurred    FactItem = "occurred"    // 発生日
	FactEntrusted   FactItem = "entrusted"   // 委託の有無
	FactOutline     FactItem = "outline"     // 1号 概要
	FactData        FactItem = "data"        // 2号 個人データの項目
	FactPersons     FactItem = "persons"     // 3号 本人の数
	FactCause       FactItem = "cause"       // 4号 原因
	FactSecondary   FactItem = "secondary"   // 5号 二次被害又はそのおそれの有無及び内容
	FactResponse    FactItem = "response"    // 6号 本人への対応の実施状況
	FactPublication FactItem = "publication" // 7号 公表の実施状況
	FactPrevention  FactItem = "prevention"  // 8号 再発防止のための措置
	FactOther       FactItem = "other"       // 9号 その他参考となる事項
)

// FactItems lists every item in the order of the form.
var FactItems = []FactItem{
	FactDiscovered, FactOccurred, FactEntrusted, FactOutline, FactData, FactPersons, FactCause, FactSecondary,
	FactResponse, FactPublication, FactPrevention, FactOther,
}

// Rule8Items are the nine items of APPI Enforcement Rules 8(1), in their order.
var Rule8Items = FactItems[3:]

// Entrusted is 委託の有無: whether the data was in somebody else's hands, or ours for somebody else.
type Entrusted string

// The answers; the empty one is "not known yet".
const (
	EntrustedUnknown Entrusted = ""
	NotEntrusted     Entrusted = "none"       // 委託なし
	AtProcessor      Entrusted = "processor"  // 委託先で発生
	ForPrincipal     Entrusted = "contracted" // 受託した業務で発生
)

// Entrustments lists every answer.
var Entrustments = []Entrusted{EntrustedUnknown, NotEntrusted, AtProcessor, ForPrincipal}

// Fact is one item: what is stated and how far it is known.
type Fact struct {
	Text  string `json:"text"`
	Known Known  `json:"known"`
}

// FactContent is what a fact sheet states. Its JSON form is what is sealed and hashed.
type FactContent struct {
	Items        map[FactItem]Fact `json:"items"`
	Discovered   db.Instant        `json:"discovered"`
	OccurredFrom db.Instant        `json:"occurred_from"`
	OccurredTo   db.Instant        `json:"occurred_to"`
	Entrusted    Entrusted         `json:"entrusted"`
	// Persons is 本人の数 as it was known at PersonsAsOf; without that moment there is no number yet.
	Persons     int64      `json:"persons"`
	PersonsAsOf db.Instant `json:"persons_as_of"`
}

// FactSheet is one version of the fact sheet. Version 0 is what the incident itself knows, before
// anybody has saved a version.
type FactSheet struct {
	FactContent
	IncidentID string
	Version    int64
	Digest     string // sha256 of the content, in hex
	SavedBy    string
	SavedName  string
	SavedAt    db.Instant
	Erased     bool // the key of the content was destroyed
}

// Limits of what people type, in characters.
const (
	maxFact    = 4000
	maxPersons = 200_000_000 // more people than the country has
)

// Digest identifies a content: sha256 over its JSON form, whose keys are sorted.
func (c FactContent) Digest() string {
	b, err := json.Marshal(c)
	if err != nil { // texts, numbers and a map of them always have a JSON form
		panic(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Tidied is the content without blanks around texts and with an entry for every item and no other.
func (c FactContent) Tidied() FactContent {
	items := make(map[FactItem]Fact, len(FactItems))
	for _, k := range FactItems {
		f := c.Items[k]
		items[k] = Fact{Text: strings.TrimSpace(f.Text), Known: f.Known}
	}
	c.Items = items
	if c.PersonsAsOf == 0 {
		c.Persons = 0
	}
	return c
}

// Stated reports whether something stands in an item: a text, a date, a choice or a number.
func (c FactContent) Stated(k FactItem) bool {
	switch {
	case c.Items[k].Text != "":
		return true
	case k == FactDiscovered:
		return c.Discovered != 0
	case k == FactOccurred:
		return c.OccurredFrom != 0
	case k == FactEntrusted:
		return c.Entrusted != EntrustedUnknown
	case k == FactPersons:
		return c.PersonsAsOf != 0
	}
	return false
}

// Blank lists the items that could not stand in a form: nothing is stated and no mark says that
// it is under investigation or does not apply, or no mark is set at all.
func (c FactContent) Blank() (out []FactItem) {
	for _, k := range FactItems {
		if known := c.Items[k].Known; !slices.Contains(Knowns, known) || known == FactConfirmed && !c.Stated(k) {
			out = append(out, k)
		}
	}
	return out
}

// FactDiff lists the items in which two contents differ, in the order of the form.
func FactDiff(a, b FactContent) (out []FactItem) {
	a, b = a.Tidied(), b.Tidied()
	for _, k := range FactItems {
		differ := a.Items[k] != b.Items[k]
		switch k {
		case FactDiscovered:
			differ = differ || a.Discovered != b.Discovered
		case FactOccurred:
			differ = differ || a.OccurredFrom != b.OccurredFrom || a.OccurredTo != b.OccurredTo
		case FactEntrusted:
			differ = differ || a.Entrusted != b.Entrusted
		case FactPersons:
			differ = differ || a.Persons != b.Persons || a.PersonsAsOf != b.PersonsAsOf
		}
		if differ {
			out = append(out, k)
		}
	}
	return out
}

// Problems gives field -> message key for everything that is wrong at once. A sheet may be
// incomplete: only a report may not.
func (c FactContent) Problems(now db.Instant) map[string]string {
	bad := map[string]string{}
	for _, k := range FactItems {
		checkText(bad, string(k), c.Items[k].Text, 0, maxFact)
		choice(bad, "known-"+string(k), Knowns, c.Items[k].Known)
	}
	for _, k := range c.Blank() {
		if bad["known-"+string(k)] == "" {
			bad["known-"+string(k)] = "factsheet.confirmed_empty"
		}
	}
	choice(bad, "entrusted_choice", Entrustments, c.Entrusted)
	notFuture(bad, "discovered_at", c.Discovered, now)
	notFuture(bad, "occurred_from", c.OccurredFrom, now)
	notFuture(bad, "occurred_to", c.OccurredTo, now)
	notFuture(bad, "persons_as_of", c.PersonsAsOf, now)
	if c.OccurredTo != 0 && c.OccurredFrom > c.OccurredTo {
		bad["occurred_to"] = "form.before_start"
	}
	if c.OccurredTo != 0 && c.OccurredFrom == 0 {
		bad["occurred_from"] = "form.required"
	}
	if c.Persons < 0 || c.Persons > maxPersons {
		bad["persons_number"] = "form.range"
	}
	if c.PersonsAsOf == 0 && c.Persons != 0 {
		bad["persons_as_of"] = "form.required"
	}
	return bad
}
