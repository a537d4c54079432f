// Package leak finds customers' data in a text that is about to leave the house: a share with
// other firms, a public notice, a letter to somebody else. Names, telephone and account numbers,
// mail addresses, birth dates and customer numbers are looked for in the register by sliding
// windows over the folded text (names also in Latin letters, through their kana), by its keyed
// hashes, so that hardly anybody is opened;
// postal addresses, mobile numbers, My Numbers, cards and links to sign in are known by shape.
//
// What it does not see: a family name alone, a postal address without a number of a house, contact
// data from before the last import other than mobile numbers, pictures, and anything spelled out
// in words. A person still reads the text.
package leak

import (
	"cmp"
	"context"
	"slices"
	"unicode/utf8"

	"tasuke/cases/customer"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// MaxText is the longest text that is checked, in characters.
const MaxText = 100_000

// Kind is what was found.
type Kind string

// The kinds. The word of each for the reader is leak.kind.<it>.
const (
	Name     Kind = "name"
	Kana     Kind = "kana"
	Birth    Kind = "birth_date"
	Phone    Kind = "phone"
	Mail     Kind = "mail"
	Account  Kind = "account"
	Ref      Kind = "ref"
	Address  Kind = "address"
	SignIn   Kind = "sign_in"
	MyNumber Kind = "my_number"
	Card     Kind = "card"
)

// Kinds lists all of them.
var Kinds = []Kind{Name, Kana, Birth, Phone, Mail, Account, Ref, Address, SignIn, MyNumber, Card}

// Finding is one piece of a text that must not leave.
type Finding struct {
	From, To int // bytes of the text as it was given: text[From:To]
	Kind     Kind
	Masked   string // as screens may show it
	// Registered says that the register has it; otherwise its shape gave it away.
	Registered bool
}

// Options is what the text is for.
type Options struct {
	// Allow lists what may stand in the text: the firm's own address and numbers, the desk that
	// answers, the recipient's own name. Spelling and spaces do not matter.
	Allow []string
	// SignInHosts are hosts of the firm on which any link asks for a password.
	SignInHosts []string
	// Without leaves kinds out, for instance Name in a text that only the customer will read.
	Without []Kind
}

// Register is what the guard asks of the register of customers; *customer.Store is one.
type Register interface {
	Holds(ctx context.Context, tx *db.Tx, field string, values []string) (map[string][]int64, error)
	HoldsRuns(ctx context.Context, tx *db.Tx, field string, runs []string) (map[string]bool, error)
	AccountsEnding(ctx context.Context, tx *db.Tx, ending string) ([]int64, error)
	NamesOf(ctx context.Context, tx *db.Tx, nos []int64) (map[int64]customer.Names, error)
}

// Guard checks texts against a register.
type Guard struct{ register Register }

// New makes a guard.
func New(r Register) *Guard { return &Guard{r} }

// Check gives what must not leave with the text, in order; none for a clean text. It reads in the
// caller's transaction; View is enough. It asks for no right, because who writes a notice need not
// be allowed to search the register: the findings repeat, masked, what that person typed. Callers
// put a refusal on record, so that nobody can use it for guessing. A text of more than MaxText
// characters is a field fault "leak.long" on "text".
func (g *Guard) Check(ctx context.Context, tx *db.Tx, text string, o Options) ([]Finding, error) {
	if utf8.RuneCountInString(text) > MaxText {
		return nil, fault.Field("text", "leak.long")
	}
	s := &scan{Guard: g, ctx: ctx, tx: tx, folded: fold(text), seen: map[int64]bool{}}
	s.links(o.SignInHosts)
	s.addresses()
	s.numbersByShape()
	for _, look := range []func() error{s.names, s.numbers, s.mails, s.births} {
		if err := look(); err != nil {
			return nil, err
		}
	}
	return tidy(s.found, s.allowed(o)), nil
}

// Refuse is the answer to a text with findings: fault.Refused "leak.found", nil where there are none.
func Refuse(found []Finding) error {
	if len(found) == 0 {
		return nil
	}
	return fault.New(fault.Refused, "leak.found", map[string]any{"N": len(found)})
}

// scan is one text being checked.
type scan struct {
	*Guard
	folded
	ctx   context.Context
	tx    *db.Tx
	found []Finding
	seen  map[int64]bool // register numbers of customers with a finding
}

// add notes a finding in cells from to to (not included).
func (s *scan) add(k Kind, from, to int, mask func(string) string, nos []int64) {
	for _, no := range nos {
		s.seen[no] = true
	}
	a, b := s.cells[from].from, s.cells[to-1].to
	s.found = append(s.found, Finding{From: a, To: b, Kind: k, Masked: mask(s.text[a:b]), Registered: nos != nil})
}

// allowed tells which findings may stand after all.
func (s *scan) allowed(o Options) func(Finding) bool {
	may := make([]string, len(o.Allow))
	for i, a := range o.Allow {
		may[i] = squeeze(a)
	}
	return func(f Finding) bool {
		if slices.Contains(o.Without, f.Kind) {
			return true
		}
		piece := squeeze(s.text[f.From:f.To])
		return slices.ContainsFunc(may, func(a string) bool { return contains(a, piece) })
	}
}

// tidy puts findings in order and leaves out what may stand and what lies within a longer finding
// of the same kind.
func tidy(all []Finding, allowed func(Finding) bool) (out []Finding) {
	slices.SortFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(b.To, a.To), cmp.Compare(a.Kind, b.Kind), cmp.Compare(btoi(b.Registered), btoi(a.Registered)))
	})
	end := map[Kind]int{} // twelve digits of a card are no My Number
	for _, f := range all {
		if f.To <= end[f.Kind] || f.Kind == MyNumber && f.To <= end[Card] || allowed(f) {
			continue
		}
		end[f.Kind] = f.To
		out = append(out, f)
	}
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
