package remedy

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// tokyo is the zone in which days of damage are counted; it has had no daylight saving time since 1951.
var tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

// day is the date of a moment in Tokyo.
func day(i db.Instant) string { return i.In(tokyo).Format(time.DateOnly) }

// PolicyRate asks for the rate that the policy says.
const PolicyRate int64 = -1

// Input is everything that a calculation looks at.
type Input struct {
	Pattern      Pattern
	Transactions []Transaction
	RecoveredYen int64 // what came back from banks, as told now
	RateBP       int64 // PolicyRate, or another one
}

// Why says what a transaction does to the loss.
type Why string

// The reasons.
const (
	Lost        Why = "lost"          // adds to the loss
	Brought     Why = "brought"       // what a sale brought is taken off
	NotFraud    Why = "not_fraud"     // the firm found that it is the customer's own
	NotUnder    Why = "not_under"     // this basis does not count its kind
	NotBoughtBy Why = "not_bought_by" // a sale of what the attacker did not buy
)

// Whys lists every reason.
var Whys = []Why{Lost, Brought, NotFraud, NotUnder, NotBoughtBy}

// Item is what one transaction does to the loss, in yen; a minus takes off.
type Item struct {
	TransactionID string
	Revision      int64
	Kind          Kind
	ExternalID    string
	OccurredAt    db.Instant
	Symbol        string
	Side          Side
	Qty           string
	Why           Why
	Yen           int64
	FeeYen        int64 // of a fraudulent transaction
}

// Step is one line of the account that leads from the loss to the offer.
type Step string

// The steps. Those up to Offset add up to the amount that is shared; the others to the offer.
const (
	StepItems       Step = "items"       // the transactions together
	StepGain        Step = "gain"        // a gain is no loss: back to zero
	StepOffset      Step = "offset"      // what came back from banks
	StepShare       Step = "share"       // the part of the loss that is paid
	StepFees        Step = "fees"        // fees of the fraudulent transactions
	StepConsolation Step = "consolation" // 見舞金
	StepCap         Step = "cap"         // what is above the upper limit
)

// Steps lists every step in its order.
var Steps = []Step{StepItems, StepGain, StepOffset, StepShare, StepFees, StepConsolation, StepCap}

// Line is one step with its amount.
type Line struct {
	Step Step
	Yen  int64
}

// Calculation is a loss and an offer with every line that leads there. It is a pure function of
// its Input and the policy, so that a second person gets the same.
type Calculation struct {
	PolicyID      string
	PolicyVersion int64
	DamageDay     string // of the first fraudulent transaction: it chose the version
	LastDay       string // of the last one
	SpansVersions bool   // LastDay falls under another version
	Pattern       Pattern
	Basis         Basis
	Rounding      Rounding
	RateBP        int64
	PolicyRateBP  int64
	CapYen        int64
	Items         []Item
	Lines         []Line
	LossYen       int64 // before what came back
	RecoveredYen  int64 // as told by the banks' answers
	BaseYen       int64 // the loss less what came back, never below zero
	OfferYen      int64
}

// Deviates reports whether the rate is not the policy's.
func (c Calculation) Deviates() bool { return c.RateBP != c.PolicyRateBP }

// Digest names the calculation: two that say the same have the same.
func (c Calculation) Digest() (string, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("write a calculation: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Calculate counts the loss of a case and what the firm offers. The version of the policy follows
// from the day of the first fraudulent transaction. It fails with fault.Refused and a key that
// says what people have to settle first: nothing is fraud, a verdict is missing, the policy says
// nothing of the day or the pattern, or what the attacker bought is not wholly sold.
func (b *Book) Calculate(in Input) (Calculation, error) {
	all := slices.Clone(in.Transactions)
	slices.SortFunc(all, func(x, y Transaction) int {
		return cmp.Or(cmp.Compare(x.OccurredAt, y.OccurredAt), cmp.Compare(x.ID, y.ID))
	})
	first, last, err := damage(all)
	if err != nil {
		return Calculation{}, err
	}
	policy, ok := b.For(first)
	if !ok {
		return Calculation{}, fault.New(fault.Refused, "remedy.calc.no_policy", map[string]any{"Day": first})
	}
	term, ok := policy.term(in.Pattern)
	if !ok {
		return Calculation{}, fault.New(fault.Refused, "remedy.calc.no_terms", map[string]any{"Pattern": string(in.Pattern), "Version": policy.Version})
	}
	other, known := b.For(last)
	c := Calculation{
		PolicyID: policy.ID, PolicyVersion: policy.Version, DamageDay: first, LastDay: last, SpansVersions: !known || other.Version != policy.Version,
		Pattern: in.Pattern, Basis: term.Basis, Rounding: policy.Rounding, PolicyRateBP: int64(term.RateBP), RateBP: in.RateBP, CapYen: int64(term.CapYen),
		RecoveredYen: max(0, in.RecoveredYen),
	}
	if in.RateBP == PolicyRate {
		c.RateBP = int64(term.RateBP)
	}
	if c.RateBP < 0 || c.RateBP > fullBP {
		return Calculation{}, fault.Field("rate", "form.range")
	}
	if c.Items, err = items(term.Basis, all); err != nil {
		return Calculation{}, err
	}
	return c, c.account(term)
}

// damage is the first and the last day of what is fraud.
func damage(all []Transaction) (first, last string, err error) {
	open := 0
	for _, t := range all {
		switch t.Verdict {
		case Undetermined:
			open++
		case Fraud:
			if first == "" {
				first = day(t.OccurredAt)
			}
			last = day(t.OccurredAt)
		}
	}
	switch {
	case first == "":
		return "", "", fault.New(fault.Refused, "remedy.guard.no_fraud", nil)
	case open > 0:
		return "", "", fault.New(fault.Refused, "remedy.guard.undetermined", map[string]any{"N": open})
	}
	return first, last, nil
}

// items says of each transaction what it does to the loss.
func items(basis Basis, all []Transaction) ([]Item, error) {
	bought := map[string]*big.Rat{} // symbol -> what the attacker bought and nobody has sold
	for _, t := range all {
		if t.Verdict == Fraud && t.Kind == Execution && t.Side == Buy && bought[t.Symbol] == nil {
			bought[t.Symbol] = new(big.Rat)
		}
	}
	out := make([]Item, len(all))
	for i, t := range all {
		out[i] = Item{TransactionID: t.ID, Revision: t.Revision, Kind: t.Kind, ExternalID: t.ExternalID, OccurredAt: t.OccurredAt, Symbol: t.Symbol, Side: t.Side, Qty: t.Qty, Why: why(basis, t, bought)}
		if t.Verdict == Fraud {
			out[i].FeeYen = t.FeeYen
		}
		switch out[i].Why {
		case Lost:
			out[i].Yen = t.GrossYen
		case Brought:
			out[i].Yen = -t.GrossYen
		}
	}
	if basis != BuyMinusSell {
		return out, nil
	}
	return out, balanced(all, out, bought)
}

func why(basis Basis, t Transaction, bought map[string]*big.Rat) Why {
	switch {
	case t.Verdict != Fraud:
		return NotFraud
	case basis == WithdrawnAmount && t.Kind == PaidOut:
		return Lost
	case basis == BuyMinusSell && (t.Kind == Execution || t.Kind == Disposal):
		switch {
		case t.Side == Buy:
			return Lost
		case bought[t.Symbol] != nil:
			return Brought
		}
		return NotBoughtBy
	}
	return NotUnder
}

// balanced refuses a loss that is not finished: as long as stock is held, its price is part of the
// loss and nobody knows it.
func balanced(all []Transaction, list []Item, bought map[string]*big.Rat) error {
	var order []string
	for i, t := range all {
		if list[i].Why != Lost && list[i].Why != Brought {
			continue
		}
		n := ratio(t.Qty)
		if list[i].Why == Brought {
			n.Neg(n)
		}
		bought[t.Symbol].Add(bought[t.Symbol], n)
		order = append(order, t.Symbol)
	}
	slices.Sort(order)
	for _, symbol := range slices.Compact(order) {
		if left := bought[symbol]; left.Sign() != 0 {
			key := "remedy.calc.unsold"
			if left.Sign() < 0 {
				key = "remedy.calc.oversold"
			}
			return fault.New(fault.Refused, key, map[string]any{"Symbol": symbol, "Qty": trimmed(new(big.Rat).Abs(left))})
		}
	}
	return nil
}

func trimmed(n *big.Rat) string {
	if n.IsInt() {
		return n.Num().String()
	}
	return n.FloatString(8)
}

// account leads from the items to the offer.
func (c *Calculation) account(t Term) (err error) {
	var sum, fees int64
	for _, i := range c.Items {
		if sum, err = add(sum, i.Yen); err != nil {
			return err
		}
		if fees, err = add(fees, i.FeeYen); err != nil {
			return err
		}
	}
	c.line(StepItems, sum)
	if sum < 0 {
		c.line(StepGain, -sum)
	}
	c.LossYen = max(0, sum)
	offset := min(c.RecoveredYen, c.LossYen)
	if offset > 0 {
		c.line(StepOffset, -offset)
	}
	c.BaseYen = c.LossYen - offset
	share := portion(c.BaseYen, c.RateBP, fullBP, c.Rounding)
	c.line(StepShare, share)
	offer := share
	if t.FeesRefund && fees > 0 {
		c.line(StepFees, fees)
		if offer, err = add(offer, fees); err != nil {
			return err
		}
	}
	if consolation := int64(t.ConsolationYen); consolation > 0 {
		c.line(StepConsolation, consolation)
		if offer, err = add(offer, consolation); err != nil {
			return err
		}
	}
	if c.CapYen > 0 && offer > c.CapYen {
		c.line(StepCap, c.CapYen-offer)
		offer = c.CapYen
	}
	c.OfferYen = offer
	return nil
}

func (c *Calculation) line(s Step, yen int64) { c.Lines = append(c.Lines, Line{s, yen}) }
