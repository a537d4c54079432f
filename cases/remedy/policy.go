package remedy

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"tasuke/cases/deadline"
	"tasuke/internal/actor"
)

//go:embed policies/*.yaml
var standard embed.FS

// Text is a sentence or a title in both languages.
type Text struct {
	JA string `yaml:"ja"`
	EN string `yaml:"en"`
}

// In is the text in a language.
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.JA
}

// Pattern is what the attacker did in the account, as the case says it.
type Pattern string

// The patterns that a policy can have terms for. Any other is compensated by people alone.
const (
	Withdrawal Pattern = "withdrawal" // 不正出金
	TradePump  Pattern = "trade_pump" // 不正売買
)

// Basis is how the loss is counted.
type Basis string

// The bases (operations.md 3.12).
const (
	WithdrawnAmount Basis = "withdrawn_amount" // what left the account
	BuyMinusSell    Basis = "buy_minus_sell"   // what was paid for the stock, less what it brought
)

// Bases lists every basis.
var Bases = []Basis{WithdrawnAmount, BuyMinusSell}

// Rounding says what becomes of a fraction of a yen.
type Rounding string

// The rounding rules.
const (
	Floor Rounding = "floor" // 切捨て
	Ceil  Rounding = "ceil"  // 切上げ
)

// Whole is a whole number of a policy file, yen or ten-thousandths. The YAML reader would cut the
// fraction off a number without a word; here a fraction is an error.
type Whole int64

// UnmarshalYAML reads digits and nothing else.
func (w *Whole) UnmarshalYAML(b []byte) error {
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not a whole number", b)
	}
	*w = Whole(n)
	return nil
}

// Term is what a version of the policy pays for one pattern. Amounts are in yen.
type Term struct {
	Pattern        Pattern `yaml:"pattern"`
	Basis          Basis   `yaml:"basis"`
	RateBP         Whole   `yaml:"rate_bp"` // of the loss, in ten-thousandths
	ConsolationYen Whole   `yaml:"consolation_yen"`
	FeesRefund     bool    `yaml:"fees_refund"`
	CapYen         Whole   `yaml:"cap_yen"` // of the offer; 0 is none
}

// Span are the days of damage that a version is for, in Tokyo; both belong to it. An empty To is
// open.
type Span struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

func (s Span) has(day string) bool { return s.From <= day && (s.To == "" || day <= s.To) }

// Policy is one version of the rules by which the firm compensates.
type Policy struct {
	ID         string   `yaml:"id"`
	Version    int64    `yaml:"version"`
	Title      Text     `yaml:"title"`
	Damage     Span     `yaml:"damage"`
	Rounding   Rounding `yaml:"rounding"`
	Terms      []Term   `yaml:"terms"`
	Sources    []Text   `yaml:"sources"`
	Confidence string   `yaml:"confidence"` // P, Q, S, M or U, as the rules of deadlines are marked
	// ReviewRequired versions leave room for judgement: who approves says why.
	ReviewRequired bool `yaml:"review_required"`
}

// term is what the version says of a pattern; false when it says nothing.
func (p Policy) term(x Pattern) (Term, bool) {
	i := slices.IndexFunc(p.Terms, func(t Term) bool { return t.Pattern == x })
	if i < 0 {
		return Term{}, false
	}
	return p.Terms[i], true
}

// Band says who may approve offers up to an amount.
type Band struct {
	UpToYen Whole        `yaml:"up_to_yen"` // 0 is no end
	Roles   []actor.Role `yaml:"roles"`
	Title   Text         `yaml:"title"`
	Reason  bool         `yaml:"reason"` // who approves says why
}

// Limits is the matrix of approvals.
type Limits struct {
	Schema    int    `yaml:"schema"`
	ID        string `yaml:"id"`
	Version   int64  `yaml:"version"`
	Bands     []Band `yaml:"bands"`
	Deviation Band   `yaml:"deviation"`
}

// Of is the band of an offer. An offer at another rate than the policy's needs both the band of
// deviations and a rank that may approve the amount.
func (l Limits) Of(yen int64, deviates bool) Band {
	i := slices.IndexFunc(l.Bands, func(b Band) bool { return b.UpToYen == 0 || yen <= int64(b.UpToYen) })
	b := l.Bands[i]
	if !deviates {
		return b
	}
	d := l.Deviation
	d.Roles = slices.DeleteFunc(slices.Clone(d.Roles), func(r actor.Role) bool { return !slices.Contains(b.Roles, r) })
	return d
}

// Book holds every version of the policy and the matrix of approvals.
type Book struct {
	Policies []Policy
	Limits   Limits
}

// Standard reads the files that are part of the product.
func Standard() (*Book, error) {
	files, err := fs.Sub(standard, "policies")
	if err != nil {
		return nil, err
	}
	return Load(files)
}

// Load reads standard.yaml and approval.yaml of a folder. An unknown field, overlapping dates, a
// rate above 100 % and a matrix that leaves an amount without approver are errors.
func Load(files fs.FS) (*Book, error) {
	var file struct {
		Schema   int      `yaml:"schema"`
		Policies []Policy `yaml:"policies"`
	}
	b := &Book{}
	for name, into := range map[string]any{"standard.yaml": &file, "approval.yaml": &b.Limits} {
		if err := decode(files, name, into); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	if file.Schema != 1 || b.Limits.Schema != 1 {
		return nil, errors.New("the policy files are not of schema 1")
	}
	b.Policies = file.Policies
	return b, errors.Join(b.problems()...)
}

func decode(files fs.FS, name string, into any) (err error) {
	f, err := files.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return deadline.Decode(f, into)
}

// For is the version for a day of damage (YYYY-MM-DD in Tokyo); false when there is none.
func (b *Book) For(day string) (Policy, bool) {
	i := slices.IndexFunc(b.Policies, func(p Policy) bool { return p.Damage.has(day) })
	if i < 0 {
		return Policy{}, false
	}
	return b.Policies[i], true
}

// Get is a version by its name; false when there is none.
func (b *Book) Get(id string, version int64) (Policy, bool) {
	i := slices.IndexFunc(b.Policies, func(p Policy) bool { return p.ID == id && p.Version == version })
	if i < 0 {
		return Policy{}, false
	}
	return b.Policies[i], true
}

func (b *Book) problems() (bad []error) {
	for i, p := range b.Policies {
		bad = append(bad, p.problems()...)
		for _, q := range b.Policies[:i] {
			if p.ID != q.ID {
				bad = append(bad, fmt.Errorf("%s stands beside %s: the firm has one policy", p.ID, q.ID))
			}
			if p.Version <= q.Version || p.Damage.From <= q.Damage.To || q.Damage.To == "" {
				bad = append(bad, fmt.Errorf("%s versions %d and %d are out of order or overlap", p.ID, q.Version, p.Version))
			}
		}
	}
	if len(b.Policies) == 0 {
		bad = append(bad, errors.New("there is no policy"))
	}
	return append(bad, b.Limits.problems()...)
}

func (p Policy) problems() (bad []error) {
	say := func(wrong bool, what string) {
		if wrong {
			bad = append(bad, fmt.Errorf("%s version %d: %s", p.ID, p.Version, what))
		}
	}
	say(p.ID == "" || p.Version < 1 || p.Title.JA == "" || p.Title.EN == "", "needs an id, a version and a title in both languages")
	say(!isDay(p.Damage.From) || p.Damage.To != "" && (!isDay(p.Damage.To) || p.Damage.To < p.Damage.From), "has no proper dates of damage")
	say(p.Rounding != Floor && p.Rounding != Ceil, "has no rounding rule")
	say(!slices.Contains([]string{"P", "Q", "S", "M", "U"}, p.Confidence) || len(p.Sources) == 0, "names no source or no confidence")
	for i, t := range p.Terms {
		say(t.Pattern == "" || !slices.Contains(Bases, t.Basis), "has terms without a pattern or a basis")
		say(t.RateBP < 0 || t.RateBP > fullBP, "has a rate outside 0 to 10000")
		say(t.ConsolationYen < 0 || t.ConsolationYen > Whole(MaxYen) || t.CapYen < 0 || t.CapYen > Whole(MaxYen), "has an amount out of range")
		say(slices.ContainsFunc(p.Terms[:i], func(o Term) bool { return o.Pattern == t.Pattern }), "speaks twice of one pattern")
	}
	return bad
}

func (l Limits) problems() (bad []error) {
	last := Whole(-1)
	for i, b := range append(slices.Clone(l.Bands), l.Deviation) {
		if len(b.Roles) == 0 || b.Title.JA == "" || b.Title.EN == "" || slices.ContainsFunc(b.Roles, func(r actor.Role) bool { return !slices.Contains(actor.Holders(actor.RemedyApprove), r) }) {
			bad = append(bad, fmt.Errorf("%s: band %d has no title, or approvers who may not approve", l.ID, i+1))
		}
		if i >= len(l.Bands)-1 {
			continue
		}
		if b.UpToYen <= last {
			bad = append(bad, fmt.Errorf("%s: the bands are not in rising order", l.ID))
		}
		last = b.UpToYen
	}
	if n := len(l.Bands); n == 0 || l.Bands[n-1].UpToYen != 0 {
		return append(bad, fmt.Errorf("%s: the last band must have no end", l.ID))
	}
	for i, b := range l.Bands {
		if !slices.ContainsFunc(l.Deviation.Roles, func(r actor.Role) bool { return slices.Contains(b.Roles, r) }) {
			bad = append(bad, fmt.Errorf("%s: nobody could approve another rate in band %d", l.ID, i+1))
		}
	}
	return bad
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
