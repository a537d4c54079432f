// Package cases keeps the customer cases (被害者案件): one affected customer in one incident, with
// the contact log, the containment of the account and the state of the work.
package cases

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/internal/db"
)

// Source is who claimed the damage.
type Source string

// Sources lists every source in the order screens show them.
var Sources = []Source{"customer", "sweep", "bank", "police"}

// Pattern is what the attacker did in the account.
type Pattern string

// Patterns lists every pattern in the order screens show them.
var Patterns = []Pattern{"unknown", "withdrawal", "trade_pump", "sell_only", "access_only", "data_only"}

// MFA is the second factor that was on when it happened.
type MFA string

// MFAs lists every answer in the order screens show them.
var MFAs = []MFA{"unknown", "none", "optional_off", "otp_mail", "otp_sms", "app", "passkey"}

// Answer is yes, no, or not known.
type Answer string

// Answers lists every answer.
var Answers = []Answer{"unknown", "yes", "no"}

// Details is what people state about a case and may edit (operations.md 3.3). ContactPref and
// Summary are sealed under the subject "customer:<id>".
type Details struct {
	ClaimSource     Source     `db:"claim_source"`
	NoticedAt       db.Instant `db:"noticed_at"`  // when the customer noticed; zero while unknown
	ReportedAt      db.Instant `db:"reported_at"` // when the firm was told
	Pattern         Pattern    `db:"pattern"`
	MFAAtTime       MFA        `db:"mfa_at_time"`
	PhishingEntered Answer     `db:"phishing_entered"`
	LossClaimedYen  int64      `db:"loss_claimed_yen"` // as claimed, in yen
	ContactPref     string     `db:"-"`
	Summary         string     `db:"-"`
}

// Case is one affected customer in one incident; there is at most one for the two together.
type Case struct {
	ID         string `db:"id"`
	No         string `db:"no"` // CASE-2026-000123
	IncidentID string `db:"incident_id"`
	CustomerID string `db:"customer_id"`
	State      State  `db:"state"`
	Details
	Assignee   string     `db:"assignee"` // account id; empty while nobody has it
	OpenedBy   string     `db:"opened_by"`
	OpenedAt   db.Instant `db:"opened_at"`
	StateSince db.Instant `db:"state_since"`
	// Rev is raised by people's edits only; a form carries it back.
	Rev int64 `db:"rev"`
	// GuardRev is raised by everything a guard looks at; it is never shown.
	GuardRev int64 `db:"guard_rev"`
	// Erased says that the customer's key was destroyed, and with it what was sealed.
	Erased bool `db:"-"`
}

// Over reports whether the work on the case has ended.
func (c Case) Over() bool { return c.State == Closed || c.State == NotVictim }

// New is what is told when a case is opened. What is left out is taken as unknown.
type New struct {
	IncidentID string
	CustomerID string
	Details
	Assignee string
}

// Limits of what people type, in characters.
const (
	maxSummary = 4000
	maxContact = 500
	maxText    = 2000
	maxReason  = 1000
)

func (n New) filled(now db.Instant) New {
	if n.ReportedAt == 0 {
		n.ReportedAt = now
	}
	if n.Pattern == "" {
		n.Pattern = "unknown"
	}
	if n.MFAAtTime == "" {
		n.MFAAtTime = "unknown"
	}
	if n.PhishingEntered == "" {
		n.PhishingEntered = "unknown"
	}
	return n
}

func (n New) problems(now db.Instant) map[string]string {
	bad := n.Details.problems(now)
	checkText(bad, "incident_id", n.IncidentID, 1, 64)
	checkText(bad, "customer_id", n.CustomerID, 1, 64)
	return bad
}

// problems gives field -> message key for everything that is wrong at once.
func (d Details) problems(now db.Instant) map[string]string {
	bad := map[string]string{}
	choice(bad, "claim_source", Sources, d.ClaimSource)
	choice(bad, "pattern", Patterns, d.Pattern)
	choice(bad, "mfa_at_time", MFAs, d.MFAAtTime)
	choice(bad, "phishing_entered", Answers, d.PhishingEntered)
	checkText(bad, "contact_pref", d.ContactPref, 0, maxContact)
	checkText(bad, "summary", d.Summary, 0, maxSummary)
	if d.LossClaimedYen < 0 {
		bad["loss_claimed_yen"] = "form.choice"
	}
	if d.ReportedAt == 0 {
		bad["reported_at"] = "form.required"
	}
	notFuture(bad, "noticed_at", d.NoticedAt, now)
	notFuture(bad, "reported_at", d.ReportedAt, now)
	if d.NoticedAt > d.ReportedAt && bad["reported_at"] == "" {
		bad["noticed_at"] = "case.noticed_after_reported"
	}
	return bad
}

func checkText(bad map[string]string, field, s string, least, most int) {
	switch n := utf8.RuneCountInString(strings.TrimSpace(s)); {
	case n < least:
		bad[field] = "form.required"
	case n > most:
		bad[field] = "form.too_long"
	}
}

func choice[T comparable](bad map[string]string, field string, all []T, v T) {
	if !slices.Contains(all, v) {
		bad[field] = "form.choice"
	}
}

func notFuture(bad map[string]string, field string, at, now db.Instant) {
	if at > now {
		bad[field] = "form.future"
	}
}
