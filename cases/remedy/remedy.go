// Package remedy keeps what a victim lost and what the firm offers for it (補償): the unauthorized
// transactions of a case and the firm's verdict on each, the loss under one policy in versions by
// the date of damage, the eyes that calculated it again and approved it, and the letter in which it
// was offered. Money is whole yen in int64; nothing here is a float.
package remedy

import (
	"slices"

	"tasuke/internal/db"
)

// Assessment is the compensation of one case and where the work on it stands (補償算定).
type Assessment struct {
	ID         string     `db:"id"`
	No         string     `db:"no"` // RMD-2026-0001
	CaseID     string     `db:"case_id"`
	CaseNo     string     `db:"case_no"`
	IncidentID string     `db:"incident_id"`
	CustomerID string     `db:"customer_id"`
	State      State      `db:"state"`
	StateSince db.Instant `db:"state_since"`
	// Version counts the calculations; 0 before the first. What follows is of that version.
	Version       int64      `db:"version"`
	Pattern       Pattern    `db:"pattern"`
	PolicyID      string     `db:"policy_id"`
	PolicyVersion int64      `db:"policy_version"`
	RateBP        int64      `db:"rate_bp"`
	PolicyRateBP  int64      `db:"policy_rate_bp"`
	LossYen       int64      `db:"loss_yen"`
	OfferYen      int64      `db:"offer_yen"`
	Digest        string     `db:"digest"`
	MadeBy        string     `db:"made_by"`
	MadeName      string     `db:"made_name"`
	MadeAt        db.Instant `db:"made_at"`
	CheckedBy     string     `db:"checked_by"`
	CheckedName   string     `db:"checked_name"`
	CheckedAt     db.Instant `db:"checked_at"`
	ApprovedBy    string     `db:"approved_by"`
	ApprovedName  string     `db:"approved_name"`
	ApprovedAt    db.Instant `db:"approved_at"`
	// ApprovalDigest is of the calculation that was approved; empty when none stands approved.
	ApprovalDigest string `db:"approval_digest"`
	// OfferVersion is the version of the last letter that went out; 0 before there is one.
	OfferVersion int64      `db:"offer_version"`
	OfferedYen   int64      `db:"offered_yen"`
	OfferedAt    db.Instant `db:"offered_at"`
	ValidUntil   string     `db:"valid_until"` // last day of the offer, YYYY-MM-DD in Tokyo
	AnsweredAt   db.Instant `db:"answered_at"`
	AgreedYen    int64      `db:"agreed_yen"` // of what was agreed; 0 before
	OpenedAt     db.Instant `db:"opened_at"`
	Rev          int64      `db:"rev"`
}

// Open reports whether somebody of the firm still has to act: it holds back the close of the case
// and of the incident.
func (a Assessment) Open() bool { return slices.Contains(openStates, a.State) }

// Deviates reports whether the present version has another rate than the policy's.
func (a Assessment) Deviates() bool { return a.Version > 0 && a.RateBP != a.PolicyRateBP }

// FactorCode is a circumstance on the customer's side that firms look at (過失要素).
type FactorCode string

// Factors lists every code; N0 is that none was found (operations.md 3.12).
var Factors = []FactorCode{"N0", "N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9", "N10"}

// noFactor says that nothing was found.
const noFactor FactorCode = "N0"

// Factor is a circumstance with the evidence for it. It carries no weight: the rate is the
// policy's, and another one needs a reason and an approval.
type Factor struct {
	Code     FactorCode
	Evidence string
}

// Version is one calculation as it was made. It never changes.
type Version struct {
	ID          string     `db:"id"`
	Version     int64      `db:"version"`
	Digest      string     `db:"digest"`
	LossYen     int64      `db:"loss_yen"`
	OfferYen    int64      `db:"offer_yen"`
	RateBP      int64      `db:"rate_bp"`
	MadeBy      string     `db:"made_by"`
	MadeName    string     `db:"made_name"`
	MadeAt      db.Instant `db:"made_at"`
	Calculation `db:"-"`
	Factors     []Factor `db:"-"`
	Reason      string   `db:"-"` // why the rate is not the policy's
	Erased      bool     `db:"-"`
}

// Offer is a letter that went out, frozen.
type Offer struct {
	ID         string     `db:"id"`
	Version    int64      `db:"version"`
	OfferYen   int64      `db:"offer_yen"`
	ValidUntil string     `db:"valid_until"`
	SHA256     string     `db:"sha256"`
	Size       int64      `db:"size"` // bytes
	ByName     string     `db:"by_name"`
	At         db.Instant `db:"at"`
}

// Note is one line of an assessment's history.
type Note struct {
	ID        string     `db:"id"`
	Version   int64      `db:"version"`
	At        db.Instant `db:"at"`
	ActorID   string     `db:"actor_id"`
	ActorName string     `db:"actor_name"`
	Event     Event      `db:"event"`
	From      State      `db:"from_state"`
	To        State      `db:"to_state"`
	Args      db.Args    `db:"args"`
	Comment   string     `db:"-"`
	Erased    bool       `db:"-"`
}
