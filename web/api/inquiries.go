package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
)

// Inquiries are the contacts from outside.
type Inquiries interface {
	List(context.Context, actor.Actor, inquiry.Filter, inquiry.Page) (inquiry.List, error)
	ByNo(ctx context.Context, by actor.Actor, no string) (inquiry.Inquiry, error)
}

func inquiries(b board) {
	operation(b, huma.Operation{OperationID: "list-inquiries", Method: http.MethodGet, Path: "/api/inquiries", Summary: "Inquiries, the newest first",
		Description: "What the caller said is not opened.", Tags: []string{"inquiries"}}, actor.InquiryRead, b.listInquiries)
	operation(b, huma.Operation{OperationID: "get-inquiry", Method: http.MethodGet, Path: "/api/inquiries/{no}", Summary: "One inquiry by its receipt number",
		Description: "What the caller said is not opened.", Tags: []string{"inquiries"}}, actor.InquiryRead, b.getInquiry)
}

// Inquiry is one contact 問い合わせ as programs see it, without what is sealed.
type Inquiry struct {
	ID          string     `json:"id"`
	No          string     `json:"no" doc:"Receipt number 受付番号, INQ-2026-000001"`
	Channel     string     `json:"channel"`
	State       string     `json:"state"`
	Category    string     `json:"category,omitempty"`
	Urgency     string     `json:"urgency,omitempty"`
	Disposition string     `json:"disposition,omitempty"`
	ReceivedAt  *time.Time `json:"received_at" nullable:"false"`
	SubmittedAt *time.Time `json:"submitted_at,omitempty"`
	ClosedAt    *time.Time `json:"closed_at,omitempty"`
	LockAsked   bool       `json:"lock_asked"`
	CustomerID  string     `json:"customer_id,omitempty"`
	IncidentID  string     `json:"incident_id,omitempty"`
	CaseID      string     `json:"case_id,omitempty"`
	Rev         int64      `json:"rev"`
}

func inquiryOf(q inquiry.Inquiry) Inquiry {
	return Inquiry{
		ID: q.ID, No: q.No, Channel: string(q.Channel), State: string(q.State), Category: string(q.Category), Urgency: string(q.Urgency),
		Disposition: string(q.Disposition), ReceivedAt: at(q.ReceivedAt), SubmittedAt: at(q.SubmittedAt), ClosedAt: at(q.ClosedAt),
		LockAsked: bool(q.LockAsked), CustomerID: q.CustomerID, IncidentID: q.IncidentID, CaseID: q.CaseID, Rev: q.Rev,
	}
}

type inquiriesQuery struct {
	Page
	Incident string `query:"incident" maxLength:"64" doc:"Id of the incident"`
	Case     string `query:"case" maxLength:"64" doc:"Id of the case"`
	State    string `query:"state" maxLength:"40"`
}

func (b board) listInquiries(ctx context.Context, q *inquiriesQuery) (*list[Inquiry], error) {
	f := inquiry.Filter{IncidentID: q.Incident, CaseID: q.Case}
	if q.State != "" {
		f.States = []inquiry.State{inquiry.State(q.State)}
	}
	l, err := b.Inquiries.List(ctx, actor.From(ctx), f, inquiry.Page{After: q.After, Limit: q.Limit})
	if err != nil {
		return nil, err
	}
	return listed(l.Items, l.Next, inquiryOf), nil
}

type byNo struct {
	No string `path:"no" maxLength:"40"`
}

func (b board) getInquiry(ctx context.Context, q *byNo) (*record[Inquiry], error) {
	i, err := b.Inquiries.ByNo(ctx, actor.From(ctx), q.No)
	if err != nil {
		return nil, err
	}
	return revised(i.Rev, inquiryOf(i)), nil
}
