// Package bank keeps the requests to banks about accounts that stolen money was paid into
// (口座凍結等依頼, operations.md 3.6, 3.7 and 4): the destination account, the letter with the eyes
// that checked it, the telephone log, what the bank answered, and when to ask again. A securities
// firm is not on the list of 救済法3条, so a letter asks and never orders.
package bank

import (
	"slices"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Track is what is asked of the bank.
type Track string

// The tracks. A payout that has not left the firm is cancelled in the firm's own system and needs
// no letter, so it is none of them.
const (
	Freeze Track = "freeze" // 受取側凍結: to the bank the money went to
	Recall Track = "recall" // 組戻し: to the bank that sent it; without consent only before 入金記帳
	Info   Track = "info"   // 情報照会
)

// Tracks lists every track in the order screens show them.
var Tracks = []Track{Freeze, Recall, Info}

// Method is the way a letter was delivered.
type Method string

// The methods. Mail is the program's; the others are recorded by a person.
const (
	ByMail   Method = "mail"
	ByFax    Method = "fax"
	ByHand   Method = "hand"
	ByPost   Method = "post"
	ByPortal Method = "portal"
)

// Methods lists the ways that a person records.
var Methods = []Method{ByFax, ByHand, ByPost, ByPortal}

// Route is how money came back (refund_route).
type Route string

// The routes.
const (
	ByRecall       Route = "recall"       // 組戻し
	ByDistribution Route = "distribution" // 被害回復分配金 (救済法)
	ByConsent      Route = "voluntary"    // 任意返還
)

// Routes lists every route.
var Routes = []Route{ByRecall, ByDistribution, ByConsent}

// What is the reason why the firm has to act.
type What string

// The reasons, in the order they come.
const (
	PhoneDue  What = "phone"  // the bank was not spoken with yet: 30 min from the decision
	LetterDue What = "letter" // the letter has not left: 2 h from the decision
	AnswerDue What = "answer" // the bank has not answered: 2 h, 4 h after that, then daily at 10:00
)

// Request is one request to a bank, without what is sealed. A moment of zero means "not yet".
type Request struct {
	ID         string     `db:"id"`
	No         string     `db:"no"` // BNK-2026-0001
	IncidentID string     `db:"incident_id"`
	AccountID  string     `db:"destination_id"`
	Track      Track      `db:"track"`
	ToBank     string     `db:"to_bank"` // code of the bank that is written to
	State      State      `db:"state"`
	StateSince db.Instant `db:"state_since"`
	TotalYen   int64      `db:"total_yen"` // of the transfers
	// Round is 1, and one more for each time the request was made again after an answer.
	Round int64 `db:"round"`
	// Letter is the version of the newest letter, 0 before the first. SHA256 is empty while no
	// letter stands: any edit takes it away.
	Letter      int64      `db:"letter_version"`
	SHA256      string     `db:"letter_sha256"`
	Mismatches  int64      `db:"mismatches"` // wrong retypes of this letter's account number
	CheckedBy   string     `db:"checked_by"`
	CheckedName string     `db:"checked_name"`
	CheckedAt   db.Instant `db:"checked_at"`
	MailID      string     `db:"mail_id"` // of the last sending by mail
	Sendings    int64      `db:"sendings"`
	SentAt      db.Instant `db:"sent_at"`
	Method      Method     `db:"method"`
	PhonedAt    db.Instant `db:"phoned_at"` // when the bank was first spoken with
	AckedAt     db.Instant `db:"acknowledged_at"`
	Answer      Answer     `db:"answer"` // the last one
	AnsweredAt  db.Instant `db:"answered_at"`
	FrozenYen   int64      `db:"frozen_yen"`    // -1 while the bank told none
	Recovered   int64      `db:"recovered_yen"` // -1 while nothing is told to have come back
	Route       Route      `db:"route"`
	DueWhat     What       `db:"due_what"`
	DueAt       db.Instant `db:"due_at"`
	DecidedAt   db.Instant `db:"decided_at"` // when the present round was decided on
	OpenedBy    string     `db:"opened_by"`
	OpenedName  string     `db:"opened_name"`
	OpenedAt    db.Instant `db:"opened_at"`
	Rev         int64      `db:"rev"`
}

// Over reports whether the work on the request has ended.
func (r Request) Over() bool { return r.State == Closed || r.State == Void }

// Due is when the firm has to act next; zero when it waits for nothing.
func (r Request) Due() db.Instant {
	if r.DueWhat == "" {
		return 0
	}
	return r.DueAt
}

// CaseRef is a customer case of the incident, by number only.
type CaseRef struct{ ID, No string }

// DeskInfo is the office of a bank as the directory has it.
type DeskInfo struct {
	Name, Section, Phone, Mail, Hours string
	// Stale entries were not verified for 180 days.
	Stale bool
}

// Purposes lists why an account may be shown; the sentence of each is customer.purpose.<it>.
var Purposes = []string{"containment", "investigation", "report", "compensation", "audit"}

func known[T comparable](all []T, v T) bool { return slices.Contains(all, v) }

// may reports whether an actor has one of the roles.
func may(by actor.Actor, roles []actor.Role) bool { return slices.ContainsFunc(roles, by.Has) }

// toMinute drops what a form cannot say: people state moments to the minute.
func toMinute(i db.Instant) db.Instant { return i - i%db.Instant(time.Minute.Microseconds()) }
