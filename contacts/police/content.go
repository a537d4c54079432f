package police

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/internal/db"
)

// Seen is one line of the time line (時系列), as the logs have it. Without the source port nobody
// behind a carrier's NAT can be found, so it has a column of its own (operations.md 6 B).
type Seen struct {
	At        db.Instant `json:"at"` // to the second
	Operation string     `json:"operation"`
	IP        string     `json:"ip"`
	Port      int        `json:"port"` // 送信元ポート; 0: not logged
	Agent     string     `json:"agent"`
	Device    string     `json:"device"`
	Case      string     `json:"case"` // number of the case; empty: of the incident
}

// Proof is one piece of evidence that is kept (保全した証拠).
type Proof struct {
	No     string `json:"no"`
	SHA256 string `json:"sha256"`
	Kept   string `json:"kept"` // where, by whom
}

// Damages are the amounts in yen; -1: not known (operations.md 6 B 5).
type Damages struct {
	Sold      int64 `json:"sold"`      // 売却
	Bought    int64 `json:"bought"`    // 買付
	Withdrawn int64 `json:"withdrawn"` // 出金
	Net       int64 `json:"net"`       // 実損
}

// Content is what is brought to the police.
type Content struct {
	Kind        Kind      `json:"kind"`
	FiledBy     FiledBy   `json:"filed_by"`
	Agency      string    `json:"agency"`  // 都道府県警察・署
	Section     string    `json:"section"` // 課・係
	Officer     string    `json:"officer"`
	Phone       string    `json:"phone"`
	Offences    []Offence `json:"offences"`
	Cases       []string  `json:"cases"`       // ids of the cases concerned
	Recognition string    `json:"recognition"` // 3 認知の経緯
	Timeline    []Seen    `json:"timeline"`    // 4, in the order of time
	Damages     Damages   `json:"damages"`     // 5
	Method      string    `json:"method"`      // 7 手口の推定
	Evidence    []Proof   `json:"evidence"`    // 8
	Measures    string    `json:"measures"`    // 9 当社の措置
	Wish        string    `json:"wish"`        // 10 希望
	Person      string    `json:"person"`      // 11 担当
}

// Tidied is the content without blanks around texts, its lists in order.
func (c Content) Tidied() Content {
	for _, s := range []*string{&c.Agency, &c.Section, &c.Officer, &c.Phone, &c.Recognition, &c.Method, &c.Measures, &c.Wish, &c.Person} {
		*s = strings.TrimSpace(*s)
	}
	c.Offences = slices.DeleteFunc(slices.Clone(Offences), func(o Offence) bool { return !known(c.Offences, o) })
	c.Cases = slices.Compact(slices.Sorted(slices.Values(c.Cases)))
	c.Timeline = slices.Clone(c.Timeline)
	slices.SortStableFunc(c.Timeline, func(a, b Seen) int { return int(min(max(a.At-b.At, -1), 1)) })
	return c
}

const (
	maxLine     = 200 // characters
	maxText     = 4000
	maxSeen     = 500 // lines
	maxEvidence = 200
)

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

// problems gives field -> message key for everything that is wrong at once.
func (c Content) problems(now db.Instant) map[string]string {
	bad := map[string]string{}
	for field, ok := range map[string]bool{"kind": known(Kinds, c.Kind), "filed_by": known(Filers, c.FiledBy)} {
		if !ok {
			bad[field] = "form.choice"
		}
	}
	for field, s := range map[string]string{"agency": c.Agency, "section": c.Section, "officer": c.Officer, "phone": c.Phone, "person": c.Person} {
		if utf8.RuneCountInString(s) > maxLine {
			bad[field] = "form.too_long"
		}
	}
	for field, s := range map[string]string{"recognition": c.Recognition, "method": c.Method, "measures": c.Measures, "wish": c.Wish} {
		if utf8.RuneCountInString(s) > maxText {
			bad[field] = "form.too_long"
		}
	}
	for field, n := range map[string]int64{"sold": c.Damages.Sold, "bought": c.Damages.Bought, "withdrawn": c.Damages.Withdrawn, "net": c.Damages.Net} {
		if n < -1 {
			bad[field] = "form.yen"
		}
	}
	if len(c.WrongLines(now)) > 0 {
		bad["timeline"] = "police.timeline.wrong"
	}
	if len(c.Timeline) > maxSeen {
		bad["timeline"] = "police.timeline.many"
	}
	if len(c.WrongProofs()) > 0 || len(c.Evidence) > maxEvidence {
		bad["evidence"] = "police.evidence.wrong"
	}
	return bad
}

// WrongLine says what is wrong with one line of the time line or of the evidence.
type WrongLine struct {
	N   int    // from 1
	Key string // of the sentence
}

// WrongLines lists what is wrong with the time line.
func (c Content) WrongLines(now db.Instant) (out []WrongLine) {
	for n, e := range c.Timeline {
		if key := e.wrong(now); key != "" {
			out = append(out, WrongLine{n + 1, key})
		}
	}
	return out
}

func (e Seen) wrong(now db.Instant) string {
	_, err := netip.ParseAddr(e.IP)
	switch {
	case e.At <= 0:
		return "police.timeline.at"
	case e.At > now:
		return "form.future"
	case e.Operation == "":
		return "police.timeline.operation"
	case e.IP != "" && err != nil:
		return "police.timeline.ip"
	case e.Port < 0 || e.Port > 65535:
		return "police.timeline.port"
	case utf8.RuneCountInString(e.Operation) > maxLine || utf8.RuneCountInString(e.Agent) > 2*maxLine || utf8.RuneCountInString(e.Device) > maxLine || utf8.RuneCountInString(e.Case) > maxLine:
		return "form.too_long"
	}
	return ""
}

// WrongProofs lists what is wrong with the evidence.
func (c Content) WrongProofs() (out []WrongLine) {
	for n, p := range c.Evidence {
		switch {
		case p.No == "":
			out = append(out, WrongLine{n + 1, "police.evidence.no"})
		case !sha256Hex.MatchString(p.SHA256):
			out = append(out, WrongLine{n + 1, "police.evidence.sha256"})
		case utf8.RuneCountInString(p.No) > maxLine || utf8.RuneCountInString(p.Kept) > maxLine:
			out = append(out, WrongLine{n + 1, "form.too_long"})
		}
	}
	return out
}

// digest identifies what a summary is drawn from: the content and the cases that may be named.
func (c Content) digest(named []string) string {
	b, err := json.Marshal(struct {
		Content Content  `json:"content"`
		Named   []string `json:"named"`
	}{c, named})
	if err != nil { // texts, numbers and lists of them always have a JSON form
		panic(fmt.Errorf("write a consultation: %w", err))
	}
	return sha(b)
}
