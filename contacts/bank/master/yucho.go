package master

import (
	"errors"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// YuchoCode is the bank code of ゆうちょ銀行.
const YuchoCode = "9900"

// Kind is the type of a deposit (種別) as transfer records number it.
type Kind string

// The kinds of deposit.
const (
	Ordinary Kind = "1" // 普通
	Current  Kind = "2" // 当座
	Savings  Kind = "4" // 貯蓄
	Other    Kind = "9" // その他
)

// Kinds lists every kind in the order screens show them.
var Kinds = []Kind{Ordinary, Current, Savings, Other}

// Why a ゆうちょ 記号番号 cannot be one.
var (
	ErrKigo   = errors.New("the 記号 is not five digits beginning with 1 or 0")
	ErrBango  = errors.New("the 番号 does not fit the 記号")
	ErrBranch = errors.New("no branch of the master belongs to the 記号")
)

// FromYucho turns 記号 and 番号, as they are printed in a passbook, into branch, kind and number
// of a transfer (operations.md 3.6). 総合口座, 記号 1XY..: branch XY8, ordinary, the number without
// its last digit, which is 1. 振替口座, 記号 0XY..: branch XY9, current, the number as it is. Both
// are filled with zeros to seven digits. It fails with ErrKigo, ErrBango, or ErrBranch when the
// master has no such branch: a third of the hundred possible ones do not exist.
func (m *Master) FromYucho(kigo, bango string) (branch string, kind Kind, number string, err error) {
	k, b := Digits(kigo), Digits(bango)
	if len(k) != 5 || k[0] != '0' && k[0] != '1' {
		return "", "", "", ErrKigo
	}
	branch, kind, number = k[1:3]+"9", Current, b
	if k[0] == '1' {
		var ends bool
		if number, ends = strings.CutSuffix(b, "1"); !ends {
			return "", "", "", ErrBango
		}
		branch, kind = k[1:3]+"8", Ordinary
	}
	if number == "" || len(number) > 7 {
		return "", "", "", ErrBango
	}
	if _, ok := m.Branch(YuchoCode, branch); !ok {
		return "", "", "", ErrBranch
	}
	return branch, kind, strings.Repeat("0", 7-len(number)) + number, nil
}

// Digits takes a number out of what was typed: any width, with spaces and hyphens. Anything else
// in it gives "".
func Digits(s string) string {
	s = strings.NewReplacer(" ", "", "-", "", "‐", "", "−", "", "ー", "", "–", "", "―", "").Replace(norm.NFKC.String(strings.TrimSpace(s)))
	if strings.Trim(s, "0123456789") != "" {
		return ""
	}
	return s
}

// Number is an account number as records carry it: seven digits, of which banks print fewer with
// zeros left out. It gives "" for what is none.
func Number(s string) string {
	d := Digits(s)
	if len(d) < 4 || len(d) > 7 {
		return ""
	}
	return strings.Repeat("0", 7-len(d)) + d
}
