// Package mail sends the firm's letters through its own mail server and keeps where each one
// stands: handed over, put off, refused, or not known. It never says "sent" without the server's
// word, and never sends a second time what may have arrived; then a person confirms by hand.
package mail

import (
	"tasuke/internal/db"
)

// Attachment is a file of a letter. Name may be Japanese; Type is a media type such as application/pdf.
type Attachment struct {
	Name, Type string
	Body       []byte
}

// Letter is a mail to be sent. Everything in it is sealed at rest. The subject is readable by
// every server on the way, so it holds no personal data; no link in it leads to where a password
// is asked for (金融庁監督指針 2025-10-15).
type Letter struct {
	To            []string
	Subject, Text string
	Attachments   []Attachment
	// About is the record the letter belongs to, e.g. "bank_request:<id>".
	About string
	// IncidentID has the letter told in the incident's story; it may be empty.
	IncidentID string
	// Key makes Put idempotent: one key is one letter, for ever.
	Key string
}

// Message is a letter on its way, without what is sealed but its masked recipients.
type Message struct {
	ID         string `db:"id"`
	State      State  `db:"state"`
	About      string `db:"about"`
	IncidentID string `db:"incident_id"`
	// MessageID is the mail's own identifier, without angle brackets; empty until the first attempt.
	MessageID   string     `db:"message_id"`
	CreatedBy   string     `db:"created_by"`
	CreatedName string     `db:"created_name"`
	CreatedAt   db.Instant `db:"created_at"`
	Attempts    int64      `db:"attempts"`
	// Code and Enhanced are the last reply of the server (RFC 5321, RFC 3463): 550 and 5.1.1; 0 for none.
	Code     int64  `db:"code"`
	Enhanced string `db:"enhanced"`
	// Problem is the key of the sentence that says what went wrong last; empty when nothing did.
	Problem  string     `db:"problem"`
	EndedAt  db.Instant `db:"ended_at"`
	EffectID string     `db:"effect_id"`
	Rev      int64      `db:"rev"`
}

// Reach is what became of one recipient.
type Reach string

// The states of a recipient. Deferred ones are tried again, refused ones only when a person says so.
const (
	Pending        Reach = "pending"
	PutOffFor      Reach = "deferred"
	AcceptedFor    Reach = "accepted"
	RefusedFor     Reach = "refused"
	UnknownWhether Reach = "unknown"
)

// Reaches lists the states of a recipient; the database repeats the list in a CHECK.
var Reaches = []Reach{Pending, PutOffFor, AcceptedFor, RefusedFor, UnknownWhether}

// Recipient is one addressee. Address is masked unless it was revealed.
type Recipient struct {
	Pos      int64
	Address  string
	State    Reach
	Code     int64
	Enhanced string
	At       db.Instant
}

// Result is how an attempt ended.
type Result string

// The results. CutOff is an attempt that the process did not live to end.
const (
	Running     Result = "open"
	HandedOver  Result = "accepted"
	WasPutOff   Result = "put_off"
	WasRefused  Result = "refused"
	IsUncertain Result = "uncertain"
	CutOff      Result = "cut_off"
)

// Results lists the results of an attempt; the database repeats the list in a CHECK.
var Results = []Result{Running, HandedOver, WasPutOff, WasRefused, IsUncertain, CutOff}

// Attempt is one try to hand a message over to the mail server.
type Attempt struct {
	No        int64      `db:"no"`
	StartedAt db.Instant `db:"started_at"`
	EndedAt   db.Instant `db:"ended_at"`
	Result    Result     `db:"result"`
	Stage     Stage      `db:"stage"`
	Code      int64      `db:"code"`
	Enhanced  string     `db:"enhanced"`
	Problem   string     `db:"problem"`
}

// Stage is how far an attempt came; from End on it cannot be taken back.
type Stage string

// The stages of a conversation with the mail server (RFC 5321 section 3).
const (
	AtConnect Stage = "connect"
	AtHello   Stage = "hello"
	AtTLS     Stage = "tls"
	AtAuth    Stage = "auth"
	AtMail    Stage = "mail"
	AtRcpt    Stage = "rcpt"
	AtData    Stage = "data"
	AtEnd     Stage = "end"
)

// Stages lists the stages; the database repeats the list in a CHECK.
var Stages = []Stage{AtConnect, AtHello, AtTLS, AtAuth, AtMail, AtRcpt, AtData, AtEnd}

// File is an attachment as lists show it.
type File struct {
	Pos  int64
	Name string
	Type string
	Size int64
}

// Decided is what a person decided about a message.
type Decided struct {
	At        db.Instant
	ActorName string
	Event     Event
	Reason    string
}
