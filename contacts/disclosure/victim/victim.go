// Package victim tells the customers hit by an incident (被害通知): a mailing of notices, one to each
// confirmed case, written from one set of facts with what differs per customer, looked through by
// the guards, approved by somebody else, sent in stages, and followed until each customer has it on
// paper or nobody can be reached (operations.md 3.11, 4 and 6 G).
package victim

import (
	"slices"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/db"
)

// Mailing is one round of notices of an incident.
type Mailing struct {
	ID         string     `db:"id"`
	No         string     `db:"no"` // NTC-2026-0001
	IncidentID string     `db:"incident_id"`
	State      State      `db:"state"`
	StateSince db.Instant `db:"state_since"`
	// Stage is how far the sending of mail came: 0 not begun, 1 the first customer, 2 twenty more,
	// 3 everybody.
	Stage int64 `db:"stage"`
	// Borne is how many mails of the stage had come back when a person had the sending go on.
	Borne int64 `db:"borne"`
	// Digest is over all notices as they would leave; empty while one is not written.
	Digest string `db:"digest"`
	// Alone says that its maker released it, which only a small one allows.
	Alone          bool       `db:"alone"`
	ApprovedBy     string     `db:"approved_by"`
	ApprovedName   string     `db:"approved_name"`
	ApprovedAt     db.Instant `db:"approved_at"`
	ApprovalDigest string     `db:"approval_digest"`
	MadeBy         string     `db:"made_by"`
	MadeName       string     `db:"made_name"`
	MadeAt         db.Instant `db:"made_at"`
	Rev            int64      `db:"rev"`
}

// Over reports whether nobody has to act on the mailing any more.
func (m Mailing) Over() bool { return m.State == Finished || m.State == Cancelled }

// Notice is the notice to one customer, without what is sealed.
type Notice struct {
	ID         string          `db:"id"`
	MailingID  string          `db:"mailing_id"`
	IncidentID string          `db:"incident_id"`
	Pos        int64           `db:"pos"`
	CaseID     string          `db:"case_id"`
	CaseNo     string          `db:"case_no"` // the number the customer gives when calling
	CustomerID string          `db:"customer_id"`
	Language   notice.Language `db:"language"`
	Medium     notice.Medium   `db:"medium"`
	State      NoticeState     `db:"state"`
	StateSince db.Instant      `db:"state_since"`
	Stage      int64           `db:"stage"`
	Digest     string          `db:"digest"`
	Blocked    bool            `db:"blocked"`
	MailID     string          `db:"mail_id"`
	Attempts   int64           `db:"attempts"`
	Rev        int64           `db:"rev"`
}

// NeedsLetter reports whether the notice waits to be printed and posted.
func (n Notice) NeedsLetter() bool {
	return n.State == LetterPlanned || n.Medium == notice.ByLetter && n.State == Passed
}

// Settled reports whether nobody has to act on the notice any more.
func (n Notice) Settled() bool { return slices.Contains(settled, n.State) }

// Languages and Media are what a notice may be written in and go by.
var (
	Languages = []notice.Language{notice.Japanese, notice.English}
	Media     = []notice.Medium{notice.ByMail, notice.ByLetter, notice.OnSite}
	Events    = []notice.Event{notice.Login, notice.Trade, notice.Withdrawal, notice.Destination, notice.Profile}
)

// Line is one line of a mailing's history; CaseNo is empty for what concerns all of it.
type Line struct {
	ID        string     `db:"id"`
	MailingID string     `db:"mailing_id"`
	CaseNo    string     `db:"case_no"`
	At        db.Instant `db:"at"`
	ActorID   string     `db:"actor_id"`
	ActorName string     `db:"actor_name"`
	Event     string     `db:"event"`
	From      string     `db:"from_state"`
	To        string     `db:"to_state"`
	Digest    string     `db:"digest"`
	Comment   string     `db:"-"`
	Erased    bool       `db:"-"`
}
