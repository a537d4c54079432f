// Package incident keeps the firm-level event (インシデント): what is known of it, its state, the
// typed events that start the clocks of law, and the story of it and of the cases in it.
package incident

import (
	"database/sql/driver"
	"errors"
	"strings"

	"tasuke/internal/db"
)

// Kind is 種別 (operations.md 3.1).
type Kind string

// The kinds.
const (
	AccountWithdrawal Kind = "ato_withdrawal" // 口座乗っ取り・不正出金 (2020)
	AccountTrade      Kind = "ato_trade"      // 口座乗っ取り・不正売買 (2025)
	MassLogin         Kind = "mass_login"     // 大量ログイン攻撃
	Phishing          Kind = "phishing"       // フィッシングサイト
	OwnLeak           Kind = "own_leak"       // 自社からの漏えい
	VendorLeak        Kind = "vendor_leak"    // 委託先からの漏えい
	Other             Kind = "other"
)

// Kinds lists every kind in the order screens show them. 内部者 is none of them yet: such an
// incident must be hidden from all but a need-to-know group, and until there are groups nobody
// can open one here.
var Kinds = []Kind{AccountWithdrawal, AccountTrade, MassLogin, Phishing, OwnLeak, VendorLeak, Other}

// Severity is 重大度, S1 the gravest.
type Severity string

// Severities lists every severity, the gravest first.
var Severities = []Severity{"S1", "S2", "S3", "S4"}

// Source is 端緒: who or what made the firm aware.
type Source string

// Sources lists every source in the order screens show them.
var Sources = []Source{"customer", "monitoring", "bank", "police", "isac", "jsda", "fsa", "media", "vendor"}

// Vector is a way in for the attacker.
type Vector string

// Vectors lists every vector in the order screens show them.
var Vectors = []Vector{"phishing", "realtime_phishing", "infostealer", "reuse", "vuln", "session_theft", "insider", "unknown"}

// Breach is 自社システム侵害; it decides which authority is told what.
type Breach string

// Breaches lists every answer.
var Breaches = []Breach{"none_confirmed", "suspected", "confirmed"}

// VectorSet is stored as words with commas between them.
type VectorSet []Vector

// Value gives the stored form.
func (v VectorSet) Value() (driver.Value, error) {
	words := make([]string, len(v))
	for i, w := range v {
		words[i] = string(w)
	}
	return strings.Join(words, ","), nil
}

// Scan reads the stored form.
func (v *VectorSet) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return errors.New("attack vectors are not stored as text")
	}
	*v = nil
	for w := range strings.SplitSeq(text, ",") {
		if w != "" {
			*v = append(*v, Vector(w))
		}
	}
	return nil
}

// Details is what people state about an incident and may edit.
type Details struct {
	Title        string     `db:"title"` // 件名, at most 120 characters, no personal data
	Kind         Kind       `db:"kind"`
	Severity     Severity   `db:"severity"`
	OccurredFrom db.Instant `db:"occurred_from"` // 発生期間; zero while unknown
	OccurredTo   db.Instant `db:"occurred_to"`
	DetectedBy   Source     `db:"detected_by"`
	Summary      string     `db:"-"` // sealed under the subject "incident:<id>"
	Vectors      VectorSet  `db:"vectors"`
	SystemBreach Breach     `db:"system_breach"`
	Commander    string     `db:"commander"` // account id of 指揮者; empty until somebody takes the triage
}

// Incident is one firm-level event.
type Incident struct {
	ID string `db:"id"`
	No string `db:"no"` // INC-2026-0007
	Details
	State State `db:"state"`
	// DetectedAt is T0, the first awareness by anybody at the firm as it was stated at the opening.
	// It is never edited: a correction is a clock event.
	DetectedAt db.Instant `db:"detected_at"`
	OpenedBy   string     `db:"opened_by"`
	OpenedAt   db.Instant `db:"opened_at"`
	StateSince db.Instant `db:"state_since"`
	ClosedAt   db.Instant `db:"closed_at"` // zero while open
	// Rev is raised by people's edits only; a form carries it back.
	Rev int64 `db:"rev"`
	// GuardRev is raised by everything a guard looks at; it is never shown.
	GuardRev int64 `db:"guard_rev"`
}

// Over reports whether the work on the incident has ended.
func (i Incident) Over() bool { return i.State == Closed || i.State == NotIncident }

// New is what is told when an incident is opened.
type New struct {
	Details
	DetectedAt db.Instant
	// Department is where the firm first knew; Evidence is how it is known. Both go into the first
	// clock event. Left out, they say the source and the title.
	Department string
	Evidence   string
	// Key is the client's own key of this opening, at most 64 characters, or empty: the same opener
	// with the same key gets the incident there is.
	Key string
}
