// Package police keeps the firm's dealings with the police about an incident (警察相談・被害届・告訴,
// operations.md 3.8 and 4): the consultation that is prepared, its summary for the desk of the
// police, the victims who agreed to be named in it, and the number the police gave. A securities
// firm is no 捜査機関等 of 救済法3条, so that the referral runs beside the letters to banks and its
// number is added to them.
package police

import (
	"slices"

	"tasuke/internal/db"
)

// Kind is what is brought to the police.
type Kind string

// The kinds.
const (
	Consult   Kind = "consult"   // 相談
	Damage    Kind = "damage"    // 被害届
	Complaint Kind = "complaint" // 告訴
)

// Kinds lists every kind in the order screens show them.
var Kinds = []Kind{Consult, Damage, Complaint}

// FiledBy is who goes to the police.
type FiledBy string

// Filers lists who may go to the police.
var Filers = []FiledBy{"firm", "customer"}

// Offence is a law that seems to be broken.
type Offence string

// The offences.
const (
	UnauthorizedAccess Offence = "unauthorized_access" // 不正アクセス禁止法
	ComputerFraud      Offence = "computer_fraud"      // 電子計算機使用詐欺 (刑法246条の2)
	MarketAbuse        Offence = "market_abuse"        // 金融商品取引法(相場操縦)
	ProceedsTransfer   Offence = "proceeds_transfer"   // 犯罪収益移転防止法
)

// Offences lists every offence in the order screens show them.
var Offences = []Offence{UnauthorizedAccess, ComputerFraud, MarketAbuse, ProceedsTransfer}

// Report is one consultation, without what is sealed. A moment of zero means "not yet".
type Report struct {
	ID         string     `db:"id"`
	No         string     `db:"no"` // POL-2026-0001
	IncidentID string     `db:"incident_id"`
	Kind       Kind       `db:"kind"`
	FiledBy    FiledBy    `db:"filed_by"`
	State      State      `db:"state"`
	StateSince db.Instant `db:"state_since"`
	Digest     string     `db:"digest"` // of the content and of the consents
	// Version is the newest summary, 0 before the first; SummaryDigest is what it was drawn from.
	Version       int64      `db:"version"`
	SummaryDigest string     `db:"summary_digest"`
	ConsultedAt   db.Instant `db:"consulted_at"`
	AcceptedAt    db.Instant `db:"accepted_at"`
	OpenedBy      string     `db:"opened_by"`
	OpenedName    string     `db:"opened_name"`
	OpenedAt      db.Instant `db:"opened_at"`
	Rev           int64      `db:"rev"`
}

// Outdated reports whether the newest summary says something else than is now on file.
func (r Report) Outdated() bool { return r.Version > 0 && r.SummaryDigest != r.Digest }

// Ref names a consultation to other rooms.
func Ref(id string) string { return "police:" + id }

// Receipt is the number the police gave (受理番号); the last one recorded counts.
type Receipt struct {
	Number string     `db:"number"`
	At     db.Instant `db:"at"`
	ByName string     `db:"by_name"`
}

// Summary is one frozen summary, without its bytes.
type Summary struct {
	ID       string     `db:"id"`
	Version  int64      `db:"version"`
	Digest   string     `db:"digest"`
	SHA256   string     `db:"sha256"`
	Size     int64      `db:"size"`  // bytes
	Named    int64      `db:"named"` // victims it names in full
	MadeBy   string     `db:"made_by"`
	MadeName string     `db:"made_name"`
	MadeAt   db.Instant `db:"made_at"`
}

// Consent says whether a victim agreed that the police are told who they are; the last one of a
// case counts.
type Consent struct {
	ID        string     `db:"id"`
	CaseID    string     `db:"case_id"`
	Given     bool       `db:"-"`
	At        db.Instant `db:"at"` // when it was given or taken back, as stated
	How       string     `db:"-"`  // by telephone, in writing; sealed
	ByID      string     `db:"by_id"`
	ByName    string     `db:"by_name"`
	WrittenAt db.Instant `db:"written_at"`
}

// Args are codes and numbers by name; they hold no personal data.
type Args = db.Args

// Line is one line of a consultation's history.
type Line struct {
	ID        string     `db:"id"`
	Version   int64      `db:"version"`
	At        db.Instant `db:"at"`
	ActorID   string     `db:"actor_id"`
	ActorName string     `db:"actor_name"`
	Event     Event      `db:"event"`
	From      State      `db:"from_state"`
	To        State      `db:"to_state"`
	Args      Args       `db:"args"`
	Comment   string     `db:"-"`
	Erased    bool       `db:"-"`
}

func known[T comparable](all []T, v T) bool { return slices.Contains(all, v) }
