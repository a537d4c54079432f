package remedy

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tasuke/internal/db"
	"tasuke/internal/text"
)

// Kind is what happened in the account (operations.md 3.5).
type Kind string

// The kinds. Of these, executions, disposals and withdrawals carry a loss; the others are kept
// because they belong to the story, and their fees may be refunded.
const (
	Login           Kind = "login"
	Order           Kind = "order"
	Execution       Kind = "execution" // 約定
	Cancel          Kind = "cancel"
	Disposal        Kind = "disposal"   // 処分: the sale of what the attacker bought, by the customer or the firm
	PaidOut         Kind = "withdrawal" // 出金
	InstantDeposit  Kind = "instant_deposit"
	TransferOut     Kind = "transfer_out"
	Exchange        Kind = "fx"
	MarginOpen      Kind = "margin_open"
	FundSell        Kind = "fund_sell"
	ProfileChange   Kind = "profile_change"
	DestinationSet  Kind = "dest_change"
	SecondFactorSet Kind = "mfa_change"
)

// Kinds lists every kind in the order screens show them.
var Kinds = []Kind{Execution, Disposal, PaidOut, Login, Order, Cancel, InstantDeposit, TransferOut, Exchange, MarginOpen, FundSell, ProfileChange, DestinationSet, SecondFactorSet}

// losing are the kinds that a loss is counted from: without an amount they say nothing.
var losing = []Kind{Execution, Disposal, PaidOut}

// Side is the direction of a trade; empty where there is none.
type Side string

// The sides.
const (
	Buy  Side = "buy"
	Sell Side = "sell"
)

// Sides lists every side; the empty one is for what is no trade.
var Sides = []Side{"", Buy, Sell}

// Claim is what the customer says of a transaction.
type Claim string

// The claims.
const (
	Unsure  Claim = "unsure"
	NotMine Claim = "not_mine"
	Mine    Claim = "own"
)

// Claims lists every claim in the order screens show them.
var Claims = []Claim{Unsure, NotMine, Mine}

// Verdict is what the firm found a transaction to be. Only what is fraud counts for the loss.
type Verdict string

// The verdicts.
const (
	Undetermined Verdict = "undetermined"
	Fraud        Verdict = "fraud"
	Own          Verdict = "own"
)

// Verdicts lists every verdict in the order screens show them.
var Verdicts = []Verdict{Undetermined, Fraud, Own}

// Entry is what people state about one transaction. Amounts are whole yen; quantity and price are
// decimals as text, since a fund has fractions and a foreign price has four places.
type Entry struct {
	Kind       Kind       `db:"kind"`
	OccurredAt db.Instant `db:"occurred_at"`
	ExternalID string     `db:"external_id"` // number of the order, execution or payout; unique with Kind in a case
	Symbol     string     `db:"symbol"`
	Side       Side       `db:"side"`
	Qty        string     `db:"qty"`
	Price      string     `db:"price"`
	GrossYen   int64      `db:"gross_yen"` // before fees and tax
	FeeYen     int64      `db:"fee_yen"`
	TaxYen     int64      `db:"tax_yen"` // withheld at source; kept for the correction of the tax papers
	Claim      Claim      `db:"claim"`
	Verdict    Verdict    `db:"verdict"`
}

// Transaction is one transaction of a case as it now stands (不正取引).
type Transaction struct {
	ID         string `db:"id"`
	CaseID     string `db:"case_id"`
	IncidentID string `db:"incident_id"`
	Revision   int64  `db:"revision"` // 1 is the first statement
	Entry
	ByName string     `db:"by_name"` // who stated this revision
	At     db.Instant `db:"at"`
}

// Revision is one statement of a transaction; none is ever changed or removed.
type Revision struct {
	Transaction
	RowID  string `db:"row_id"`
	Reason string `db:"-"` // why it was corrected
	Erased bool   `db:"-"`
}

const (
	maxExternal = 60
	maxSymbol   = 20
)

var (
	externalID = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._:/#-]*$`)
	symbols    = regexp.MustCompile(`^[0-9A-Z][0-9A-Z._:-]*$`)
)

// Tidied is the entry as it is kept.
func (e Entry) Tidied() Entry {
	e.ExternalID = strings.TrimSpace(e.ExternalID)
	e.Symbol = strings.ToUpper(strings.TrimSpace(text.Fold(e.Symbol)))
	e.Qty, e.Price = plainDecimal(e.Qty), plainDecimal(e.Price)
	if e.Claim == "" {
		e.Claim = Unsure
	}
	if e.Verdict == "" {
		e.Verdict = Undetermined
	}
	return e
}

func plainDecimal(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ',' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text.Fold(s))
}

// Problems gives field -> message key for everything that is wrong with a tidied entry.
func (e Entry) Problems(now db.Instant) map[string]string {
	bad := map[string]string{}
	mark := func(wrong bool, field, key string) {
		if wrong && bad[field] == "" {
			bad[field] = key
		}
	}
	mark(!slices.Contains(Kinds, e.Kind), "kind", "form.choice")
	mark(!slices.Contains(Sides, e.Side), "side", "form.choice")
	mark(!slices.Contains(Claims, e.Claim), "claim", "form.choice")
	mark(!slices.Contains(Verdicts, e.Verdict), "verdict", "form.choice")
	mark(e.OccurredAt <= 0, "occurred_at", "form.required")
	mark(e.OccurredAt > now, "occurred_at", "form.future")
	mark(e.ExternalID == "", "external_id", "form.required")
	mark(utf8.RuneCountInString(e.ExternalID) > maxExternal, "external_id", "form.too_long")
	mark(e.ExternalID != "" && !externalID.MatchString(e.ExternalID), "external_id", "remedy.txn.bad_id")
	mark(len(e.Symbol) > maxSymbol, "symbol", "form.too_long")
	mark(e.Symbol != "" && !symbols.MatchString(e.Symbol), "symbol", "remedy.txn.bad_symbol")
	mark(e.Qty != "" && !decimal.MatchString(e.Qty), "qty", "remedy.txn.bad_decimal")
	mark(e.Price != "" && !decimal.MatchString(e.Price), "price", "remedy.txn.bad_decimal")
	for field, yen := range map[string]int64{"gross_yen": e.GrossYen, "fee_yen": e.FeeYen, "tax_yen": e.TaxYen} {
		mark(yen < 0 || yen > MaxYen, field, "remedy.txn.bad_yen")
	}
	mark(slices.Contains(losing, e.Kind) && e.GrossYen == 0, "gross_yen", "form.required")
	trade := e.Kind == Execution || e.Kind == Disposal
	mark(trade && e.Side == "", "side", "form.required")
	mark(e.Kind == Disposal && e.Side == Buy, "side", "remedy.txn.disposal_sells")
	mark(e.Kind == PaidOut && e.Side != "", "side", "remedy.txn.no_side")
	mark(trade && e.Symbol == "", "symbol", "form.required")
	mark(trade && ratio(e.Qty).Sign() <= 0, "qty", "form.required")
	return bad
}
