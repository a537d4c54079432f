package inquiry

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Incidents is what the call desk needs of the room of incidents, in its own transaction.
type Incidents interface {
	OpenIncident(ctx context.Context, tx *db.Tx, by actor.Actor, n NewIncident) (IncidentRef, error)
	// IncidentToJoin is fault.NotFound for none that by may know of, and fault.Refused for one that is over.
	IncidentToJoin(ctx context.Context, tx *db.Tx, by actor.Actor, id string) (IncidentRef, error)
	// OpenIncidents lists the incidents of these kinds that by may know of and that are not over.
	OpenIncidents(ctx context.Context, tx *db.Tx, by actor.Actor, kinds []string) ([]IncidentRef, error)
}

// Cases is what the call desk needs of the room of customer cases, in its own transaction.
type Cases interface {
	// OpenCase opens the customer's case in an incident, or gives the one there is; one that was
	// over is in work again.
	OpenCase(ctx context.Context, tx *db.Tx, by actor.Actor, n NewCase) (c CaseRef, created bool, err error)
	CaseToLink(ctx context.Context, tx *db.Tx, by actor.Actor, id string) (CaseRef, error)
	// OpenCasesOf lists a customer's cases that are not closed.
	OpenCasesOf(ctx context.Context, tx *db.Tx, by actor.Actor, customerID string) ([]CaseRef, error)
}

// Contain asks for the protective lock L1 in the transaction that saves the inquiry.
type Contain func(ctx context.Context, tx *db.Tx, by actor.Actor, r LockRequest) error

// Known says whether the register has a customer of this id, so that no case is opened for nobody.
type Known func(ctx context.Context, tx *db.Tx, customerID string) (bool, error)

// NewIncident is what the desk tells when it opens an incident. It holds no personal data: the
// caller's tale stays with the inquiry and the case, which are erased with the customer.
type NewIncident struct {
	Title, Kind, Severity, DetectedBy string
	// DetectedAt is when the contact came in: the firm's first awareness (T0).
	DetectedAt           db.Instant
	Vectors              []string
	InquiryID, InquiryNo string
}

// IncidentRef is an incident as the desk sees it.
type IncidentRef struct {
	ID, No, Title, Kind, Severity, State string
	DetectedAt                           db.Instant
}

// NewCase is what the desk tells when it opens or joins a customer's case.
type NewCase struct {
	IncidentID, CustomerID, ClaimSource, Pattern, Summary string
	NoticedAt, ReportedAt                                 db.Instant
	MFA, PasswordReuse                                    string
	// PhishingEntered is yes, no or unknown.
	PhishingEntered      string
	InquiryID, InquiryNo string
}

// CaseRef is a case as the desk sees it.
type CaseRef struct {
	ID, No, IncidentID, CustomerID, State string
	ReportedAt                            db.Instant
}

// LockRequest is the caller's wish to have the account stopped now.
type LockRequest struct {
	InquiryID, InquiryNo, IncidentID, CaseID, CustomerID string
	// AccountNo is as said; it is personal data.
	AccountNo string
	// Level is the identity level at which it was asked; 1 is enough to lock.
	Level   int
	AskedAt db.Instant
}

// trait is what a category means in the rooms below.
type trait struct {
	title string
	// kinds of incident it may belong to; the first is the one to open.
	kinds   []string
	pattern string
}

const otherIncident = "other"

var traits = map[Category]trait{
	FraudTrade:      {"不正取引の申告", []string{"ato_trade"}, "trade_pump"},
	FraudWithdrawal: {"不正出金の申告", []string{"ato_withdrawal"}, "withdrawal"},
	SuspiciousLogin: {"不審なログインの申告", []string{"ato_trade", "ato_withdrawal", "mass_login"}, "access_only"},
	PhishingSeen:    {"フィッシングの申告", []string{"phishing"}, ""},
	CredentialsLost: {"偽サイトへの入力の申告", []string{"phishing", "ato_trade", "ato_withdrawal"}, "data_only"},
	CannotLogin:     {"ログイン不能の申告", []string{"ato_trade", "ato_withdrawal", "mass_login"}, ""},
	AskCompensation: {"補償に関する申告", []string{otherIncident}, ""},
	Complaint:       {"苦情による申告", []string{otherIncident}, ""},
	Press:           {"報道に関する申告", []string{otherIncident}, ""},
	OtherCategory:   {"その他の申告", []string{otherIncident}, ""},
}

// source is who told the firm, in the words of incidents and cases.
func (q Inquiry) source(f Form) string {
	switch {
	case q.Channel == Bank || f.CallerRelation == Institution:
		return "bank"
	case q.Channel == Police || f.CallerRelation == PoliceForce:
		return "police"
	}
	return "customer"
}

func (q Inquiry) newIncident(f Form, d Decision) NewIncident {
	t := traits[f.Category]
	n := NewIncident{
		Title: d.Title, Kind: d.IncidentKind, Severity: d.Severity, DetectedBy: q.source(f), DetectedAt: q.ReceivedAt,
		InquiryID: q.ID, InquiryNo: q.No,
	}
	if n.Title == "" {
		n.Title = t.title
	}
	if n.Kind == "" {
		n.Kind = t.kinds[0]
	}
	if n.Severity == "" {
		n.Severity = "S3"
	}
	if len(f.Phishing.Entered) > 0 {
		n.Vectors = []string{"phishing"}
	}
	return n
}

func (q Inquiry) newCase(f Form, incidentID string) NewCase {
	return NewCase{
		IncidentID: incidentID, CustomerID: f.CustomerID, ClaimSource: q.source(f), Pattern: traits[f.Category].pattern,
		Summary: f.WhatHappened, MFA: string(f.MFA), PasswordReuse: string(f.PasswordReuse),
		// Noticed during the call is noticed when the call began: nobody reports before he notices.
		NoticedAt: min(f.NoticedAt, q.ReceivedAt), ReportedAt: q.ReceivedAt,
		PhishingEntered: string(f.Phishing.entered()), InquiryID: q.ID, InquiryNo: q.No,
	}
}

func (p Phishing) entered() Answer {
	switch {
	case len(p.Entered) > 0:
		return Yes
	case p.Received == No || p.Clicked == No:
		return No
	}
	return NotSure
}
