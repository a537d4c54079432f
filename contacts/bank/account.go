package bank

import (
	"errors"
	"strings"
	"unicode/utf8"

	"tasuke/contacts/bank/master"
	"tasuke/internal/db"
	"tasuke/internal/text"
)

// Relation is whose account it is (operations.md 3.6).
type Relation string

// Relations lists every relation in the order screens show them. Often the account was opened in
// the victim's own name.
var Relations = []Relation{"unknown", "own_registered", "changed", "mule_in_victim_name", "third_party"}

// Account is a destination account (出金先口座) in plain text.
type Account struct {
	ID         string
	BankCode   string
	BranchCode string
	Kind       master.Kind
	Number     string // seven digits
	HolderKana string // half-width, as transfer records have it
	HolderName string // as stated; may be empty
	Kigo       string // 記号 and 番号 of ゆうちょ, where they were told
	Bango      string
	Relation   Relation
	// Listed says that the branch stood in the master of MasterDate.
	Listed     bool
	MasterDate string
	CreatedAt  db.Instant
}

// Shown is an account as screens may show one without a purpose.
type Shown struct {
	BankCode, BankName     string
	BranchCode, BranchName string
	Kind                   master.Kind
	Number, Holder         string // masked
	Yucho                  bool   // told as 記号番号
	Relation               Relation
	Listed                 bool
	Erased                 bool
}

func (a Account) masked(m *master.Master) Shown {
	bank, _ := m.Bank(a.BankCode)
	branch, _ := m.Branch(a.BankCode, a.BranchCode)
	return Shown{BankCode: a.BankCode, BankName: bank.Name, BranchCode: a.BranchCode, BranchName: branch.Name, Kind: a.Kind,
		Number: text.MaskAccount(a.Number), Holder: text.MaskName(a.HolderKana), Yucho: a.Kigo != "", Relation: a.Relation, Listed: a.Listed}
}

// key is what an account is known by.
func (a Account) key() string {
	return strings.Join([]string{a.BankCode, a.BranchCode, string(a.Kind), a.Number}, "|")
}

// AccountForm is what people type about an account. For ゆうちょ 記号 and 番号 do instead of branch,
// kind and number. When a request is edited, an empty number and an empty holder stay as they were.
type AccountForm struct {
	BankCode, BranchCode, Kind, Number string
	Kigo, Bango                        string
	HolderKana, HolderName             string
	Relation                           string
	// BranchSeen says that the person knows that the branch is not in the master.
	BranchSeen bool
	// holderLater says that nobody knows the holder yet: a draft may be begun, and no letter is made
	// of it before somebody has typed who it is.
	holderLater bool
}

const maxHolderName = 60 // characters

// account makes an account of what was typed; old fills what was left empty. It names everything
// that is wrong by field.
func (f AccountForm) account(m *master.Master, old *Account) (Account, map[string]string) {
	bad := map[string]string{}
	a := Account{BankCode: master.Digits(f.BankCode), BranchCode: master.Digits(f.BranchCode), Kind: master.Kind(f.Kind),
		Relation: Relation(f.Relation), HolderName: strings.TrimSpace(f.HolderName), MasterDate: m.Date}
	if _, ok := m.Bank(a.BankCode); !ok {
		bad["bank_code"] = "bank.account.no_bank"
	}
	switch {
	case strings.TrimSpace(f.Kigo+f.Bango) != "":
		f.yucho(m, &a, bad)
	case strings.TrimSpace(f.Number) == "" && old != nil:
		a.Number = old.Number
		if a.key() == old.key() {
			a.Kigo, a.Bango = old.Kigo, old.Bango
		}
	default:
		if a.Number = master.Number(f.Number); a.Number == "" {
			bad["number"] = "bank.account.number"
		}
	}
	f.branch(m, &a, bad)
	f.holder(&a, old, bad)
	if !known(Relations, a.Relation) {
		bad["relation"] = "form.choice"
	}
	return a, bad
}

// yucho turns 記号 and 番号 into branch, kind and number; what was typed beside them must agree.
func (f AccountForm) yucho(m *master.Master, a *Account, bad map[string]string) {
	if a.BankCode != master.YuchoCode {
		bad["kigo"] = "bank.account.not_yucho"
		return
	}
	branch, kind, number, err := m.FromYucho(f.Kigo, f.Bango)
	switch {
	case errors.Is(err, master.ErrBango):
		bad["bango"] = "bank.account.bango"
	case errors.Is(err, master.ErrBranch):
		bad["kigo"] = "bank.account.kigo_branch"
	case err != nil:
		bad["kigo"] = "bank.account.kigo"
	case a.BranchCode != "" && a.BranchCode != branch:
		bad["branch_code"] = "bank.account.yucho_differs"
	case f.Number != "" && master.Number(f.Number) != number:
		bad["number"] = "bank.account.yucho_differs"
	default:
		a.BranchCode, a.Kind, a.Number, a.Kigo, a.Bango = branch, kind, number, master.Digits(f.Kigo), master.Digits(f.Bango)
	}
}

// branch: a branch that is not in the master may have been closed, or the master may lack it; it is
// taken when the person says so.
func (f AccountForm) branch(m *master.Master, a *Account, bad map[string]string) {
	_, a.Listed = m.Branch(a.BankCode, a.BranchCode)
	if strings.TrimSpace(f.Kigo+f.Bango) != "" && a.Kigo == "" {
		return // 記号 and 番号 give nothing yet
	}
	if !known(master.Kinds, a.Kind) {
		bad["kind"] = "form.choice"
	}
	switch {
	case bad["bank_code"] != "":
	case len(a.BranchCode) != 3:
		bad["branch_code"] = "bank.account.branch_digits"
	case !a.Listed && !f.BranchSeen:
		bad["branch_code"] = "bank.account.no_branch"
	}
}

func (f AccountForm) holder(a *Account, old *Account, bad map[string]string) {
	if strings.TrimSpace(f.HolderKana) == "" && old != nil {
		a.HolderKana = old.HolderKana
		if a.HolderName == "" {
			a.HolderName = old.HolderName
		}
		return
	}
	var err error
	a.HolderKana, err = master.Holder(f.HolderKana)
	switch {
	case err != nil:
		bad["holder_kana"] = "bank.account.holder_character"
	case a.HolderKana == "" && !f.holderLater:
		bad["holder_kana"] = "form.required"
	case utf8.RuneCountInString(a.HolderKana) > master.MaxHolder:
		bad["holder_kana"] = "form.too_long"
	}
	if utf8.RuneCountInString(a.HolderName) > maxHolderName {
		bad["holder_name"] = "form.too_long"
	}
}

// Unusable is the character of a holder's name that transfer records cannot carry, "" when there
// is none, for the sentence beside the field.
func (f AccountForm) Unusable() string {
	var outside *master.Outside
	if _, err := master.Holder(f.HolderKana); errors.As(err, &outside) {
		return string(outside.Rune)
	}
	return ""
}
