package bank

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tasuke/contacts/bank/master"
	"tasuke/internal/db"
)

// Ask is a box of the letter (依頼事項).
type Ask string

// Asks lists every box in the order of the letter.
var Asks = []Ask{"suspend", "recall", "balance", "related"}

// PoliceState is how far the police were told.
type PoliceState string

// PoliceStates lists every state.
var PoliceStates = []PoliceState{"planned", "consulting", "accepted"}

// Police is the firm's consultation of the police, which goes beside the letter.
type Police struct {
	State       PoliceState
	Station     string // 署・課
	Officer     string
	ConsultedAt db.Instant
	Ref         string // 受理番号
}

// referred reports whether there is something a bank can ask the police about.
func (p Police) referred() bool {
	return p.State == "accepted" && p.Station != "" && p.Ref != "" || p.State == "consulting" && p.Station != "" && p.ConsultedAt != 0
}

// Transfer is one payment into the account (振込明細).
type Transfer struct {
	At     db.Instant `db:"at"`
	Yen    int64      `db:"yen"`
	Ref    string     `db:"ref"`     // 整理番号 of the firm's payout
	CaseID string     `db:"case_id"` // of the customer whose money it was; may be empty
}

// Terms are what people state in a request beside the account. They are sealed, except for the
// transfers, which hold amounts and the firm's own references only.
type Terms struct {
	ToSection   string
	OccurredAt  db.Instant
	KnownAt     db.Instant
	Method      string // 手口, one line
	Outline     string
	Asks        []Ask
	Remitter    string // 依頼人名 in the kana of the transfers
	FromAccount string // 振込元口座
	Police      Police
	Enclosures  string     // 別紙
	Transfers   []Transfer `json:"-"`
}

// Limits of what people type, in characters; yen and number of transfers.
const (
	maxShort     = 80
	maxMethod    = 120
	maxOutline   = 2000
	maxText      = 2000
	maxReason    = 1000
	maxRef       = 40
	maxTransfers = 50
	maxYen       = 1_000_000_000_000
)

// tidied brings what can be written in several ways into one form.
func (t Terms) tidied() Terms {
	for _, s := range []*string{&t.ToSection, &t.Method, &t.Outline, &t.FromAccount, &t.Police.Station, &t.Police.Officer, &t.Police.Ref, &t.Enclosures} {
		*s = strings.TrimSpace(*s)
	}
	if folded, err := master.Holder(t.Remitter); err == nil {
		t.Remitter = folded
	}
	t.Asks = slices.DeleteFunc(slices.Clone(Asks), func(a Ask) bool { return !slices.Contains(t.Asks, a) })
	t.Transfers = slices.Clone(t.Transfers)
	for i := range t.Transfers {
		t.Transfers[i].Ref = strings.TrimSpace(t.Transfers[i].Ref)
	}
	return t
}

// problems gives field -> message key for everything that is wrong at once. A draft may lack
// much; what a letter needs is in missing.
func (t Terms) problems(now db.Instant, cases []CaseRef) map[string]string {
	bad := map[string]string{}
	for field, limit := range map[string]struct {
		text string
		most int
	}{
		"to_section": {t.ToSection, maxShort}, "method": {t.Method, maxMethod}, "outline": {t.Outline, maxOutline},
		"from_account": {t.FromAccount, maxShort}, "police_station": {t.Police.Station, maxShort}, "police_officer": {t.Police.Officer, maxShort},
		"police_ref": {t.Police.Ref, maxRef}, "enclosures": {t.Enclosures, maxMethod}, "remitter": {t.Remitter, maxShort},
	} {
		if utf8.RuneCountInString(limit.text) > limit.most {
			bad[field] = "form.too_long"
		} else if why := spared(limit.text); why != "" {
			bad[field] = why
		}
	}
	if _, err := master.Holder(t.Remitter); err != nil {
		bad["remitter"] = "bank.account.holder_character"
	}
	if !known(PoliceStates, t.Police.State) {
		bad["police_state"] = "form.choice"
	}
	for field, at := range map[string]db.Instant{"occurred_at": t.OccurredAt, "known_at": t.KnownAt, "police_at": t.Police.ConsultedAt} {
		if at > now {
			bad[field] = "form.future"
		}
	}
	if t.OccurredAt > t.KnownAt && t.KnownAt != 0 && bad["occurred_at"] == "" {
		bad["occurred_at"] = "bank.terms.known_first"
	}
	transfers(bad, t.Transfers, now, cases)
	return bad
}

func transfers(bad map[string]string, all []Transfer, now db.Instant, cases []CaseRef) {
	if len(all) > maxTransfers {
		bad["transfers"] = "bank.terms.too_many"
	}
	for i, x := range all {
		field := func(name string) string { return fmt.Sprintf("%s-%d", name, i) }
		switch {
		case x.At == 0:
			bad[field("transfer_at")] = "form.required"
		case x.At > now:
			bad[field("transfer_at")] = "form.future"
		}
		if x.Yen <= 0 || x.Yen > maxYen {
			bad[field("transfer_yen")] = "bank.terms.yen"
		}
		if utf8.RuneCountInString(x.Ref) > maxRef {
			bad[field("transfer_ref")] = "form.too_long"
		}
		if x.CaseID != "" && !slices.ContainsFunc(cases, func(c CaseRef) bool { return c.ID == x.CaseID }) {
			bad[field("transfer_case")] = "form.choice"
		}
	}
}

var (
	postcode = regexp.MustCompile(`〒|(^|[^0-9-])[0-9]{3}-[0-9]{4}($|[^0-9-])`)
	myNumber = regexp.MustCompile(`(^|[^0-9])[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}($|[^0-9])`)
)

// spared refuses what a bank does not need: an address, known by its postcode, and what looks
// like an individual number (operations.md 6: no victim address, no MyNumber).
func spared(s string) string {
	s = norm.NFKC.String(s)
	switch {
	case postcode.MatchString(s):
		return "bank.terms.postcode"
	case myNumber.MatchString(s):
		return "bank.terms.my_number"
	}
	return ""
}

// missing gives what a letter cannot do without: a blank is never sent.
func (t Terms) missing(r Request) map[string]string {
	bad := map[string]string{}
	need := func(field string, there bool) {
		if !there {
			bad[field] = "form.required"
		}
	}
	need("occurred_at", t.OccurredAt != 0)
	need("known_at", t.KnownAt != 0)
	need("method", t.Method != "")
	need("asks", len(t.Asks) > 0)
	need("remitter", t.Remitter != "")
	need("from_account", t.FromAccount != "")
	need("transfers", len(t.Transfers) > 0)
	if r.Round > 1 && r.Answer.wantsPolice() && !t.Police.referred() {
		bad["police_station"] = "bank.terms.police"
	}
	return bad
}

// total is the sum of the transfers in yen.
func (t Terms) total() (yen int64) {
	for _, x := range t.Transfers {
		yen += x.Yen
	}
	return yen
}

// caseIDs are the cases that the transfers name, each once.
func (t Terms) caseIDs() (ids []string) {
	for _, x := range t.Transfers {
		if x.CaseID != "" && !slices.Contains(ids, x.CaseID) {
			ids = append(ids, x.CaseID)
		}
	}
	return ids
}
