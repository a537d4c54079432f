// Package inquiry is the call desk's record 問い合わせ: one contact from outside, taken by a
// script, before or without a case (operations.md 2.1, 3.2 and 4). It suggests what the contact
// may belong to and opens or joins a case only when a person decides so; it never merges.
package inquiry

import (
	"database/sql/driver"
	"fmt"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Flag is a truth value that both databases store as 0 or 1.
type Flag bool

// Value gives the stored form.
func (f Flag) Value() (driver.Value, error) {
	if f {
		return int64(1), nil
	}
	return int64(0), nil
}

// Channel is the way a contact came in.
type Channel string

// The channels (operations.md 3.2).
const (
	Phone   Channel = "phone"
	WebForm Channel = "web_form"
	Mail    Channel = "mail"
	Branch  Channel = "branch"
	SNS     Channel = "sns"
	Letter  Channel = "letter"
	Bank    Channel = "bank"
	Police  Channel = "police"
)

// Channels lists the channels in the order screens show them.
var Channels = []Channel{Phone, WebForm, Mail, Branch, SNS, Letter, Bank, Police}

// Disposition is what became of an inquiry; it is set before the inquiry closes.
type Disposition string

// The dispositions (operations.md 3.2). An abandoned draft has a state of its own.
const (
	NoDisposition     Disposition = ""
	ByCaseCreated     Disposition = "case_created"
	ByLinking         Disposition = "linked"
	ByInformation     Disposition = "info_only"
	ByFalsePositive   Disposition = "false_positive"
	ByTransfer        Disposition = "transferred"
	ByAbandonedIntake Disposition = "abandoned"
)

// Dispositions lists every disposition.
var Dispositions = []Disposition{
	ByCaseCreated, ByLinking, ByInformation, ByFalsePositive, ByTransfer, ByAbandonedIntake,
}

// Scan reads the stored form.
func (f *Flag) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a truth value is stored as %T", src)
	}
	*f = n != 0
	return nil
}

// Inquiry is one contact as lists and pages may show it without opening what is sealed.
type Inquiry struct {
	ID string `db:"id"`
	// No is the receipt number 受付番号, told to the caller at once.
	No         string     `db:"no"`
	Channel    Channel    `db:"channel"`
	State      State      `db:"state"`
	ReceivedAt db.Instant `db:"received_at"`
	// TouchedAt is when somebody last typed in it or spoke with the caller.
	TouchedAt    db.Instant  `db:"touched_at"`
	SubmittedAt  db.Instant  `db:"submitted_at"`
	ClosedAt     db.Instant  `db:"closed_at"`
	OperatorID   string      `db:"operator_id"`
	OperatorName string      `db:"operator_name"`
	SavedBy      string      `db:"saved_by"`
	Category     Category    `db:"category"`
	Urgency      Urgency     `db:"urgency"`
	Language     Language    `db:"language"`
	CustomerID   string      `db:"customer_id"`
	IncidentID   string      `db:"incident_id"`
	CaseID       string      `db:"case_id"`
	CaseNo       string      `db:"case_no"`
	Disposition  Disposition `db:"disposition"`
	LockAsked    Flag        `db:"lock_asked"`
	// Rev is raised by people's edits only.
	Rev int64 `db:"rev"`
}

// Void says that the number is that of a draft given up: it stays, and counts for nothing.
func (q Inquiry) Void() bool { return q.State == Abandoned }

// Record is an opened inquiry: the whole typed form and its timeline. Opening one is an entry
// in the access log.
type Record struct {
	Inquiry
	Form Form
	// Masked says that the personal fields of Form are masked for this reader.
	Masked   bool
	Lines    []Line
	Promises []Promise
}

// Allows says whether by may cause an event now; the page draws its buttons from it.
func (r Record) Allows(by actor.Actor, e Event) bool {
	f := Facts{Fraud: r.Category.Fraud(), Disposition: r.Disposition}
	for _, p := range r.Promises {
		if p.KeptAt.IsZero() {
			f.OpenPromises++
		}
	}
	return slices.Contains(Allowed(r.State, by, f), e)
}
