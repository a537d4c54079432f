package notice

import (
	"slices"
	"time"
)

// Unit is what a figure counts; accounts and persons are never the same number.
type Unit string

// The units.
const (
	Accounts    Unit = "accounts"            // 口座
	Persons     Unit = "persons"             // 人
	Access      Unit = "unauthorised_access" // 不正アクセス 件
	Trades      Unit = "fraudulent_trades"   // 不正取引 件
	Withdrawals Unit = "withdrawals"         // 不正出金 件
	Yen         Unit = "yen"                 // 円
)

// Units lists all of them.
var Units = []Unit{Accounts, Persons, Access, Trades, Withdrawals, Yen}

// Stage is how sure a figure is.
type Stage string

// The stages.
const (
	Claimed     Stage = "claimed"     // 申出
	Suspected   Stage = "suspected"   // 疑い
	Confirmed   Stage = "confirmed"   // 確認済み
	Excluded    Stage = "excluded"    // 被害なしと確認
	Compensated Stage = "compensated" // 補償に合意: agreed with the customer, which is not yet paid
)

// Stages lists all of them.
var Stages = []Stage{Claimed, Suspected, Confirmed, Excluded, Compensated}

// Figure is a count as it was at a moment 件数断面. It never changes; a later count is another figure.
type Figure struct {
	Unit   Unit
	Stage  Stage
	N      int64
	AsOf   time.Time
	Source string // of the number: the record it was counted from
}

// checkFigures finds what keeps figures from being published side by side: an unknown unit or stage,
// a number below zero, no source, one thing counted twice, a moment after the notice, or two moments,
// since figures of two moments do not add up.
func checkFigures(all []Figure, date time.Time) string {
	seen := map[Figure]bool{}
	for _, f := range all {
		key := Figure{Unit: f.Unit, Stage: f.Stage}
		switch {
		case !slices.Contains(Units, f.Unit) || !slices.Contains(Stages, f.Stage) || f.N < 0 || f.Source == "" || f.AsOf.IsZero():
			return "notice.figures.wrong"
		case seen[key]:
			return "notice.figures.twice"
		case f.AsOf.After(date):
			return "notice.figures.later"
		case !f.AsOf.Equal(all[0].AsOf):
			return "notice.figures.moments"
		}
		seen[key] = true
	}
	return ""
}
