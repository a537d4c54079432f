package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tasuke/cases"
	"tasuke/internal/actor"
)

// Cases are the victim cases.
type Cases interface {
	List(context.Context, actor.Actor, cases.Filter, cases.Page) (cases.List, error)
	Sheet(ctx context.Context, by actor.Actor, id string) (cases.Sheet, error)
	Assign(ctx context.Context, by actor.Actor, id string, rev int64, assignee string) (cases.Case, error)
}

func victims(b board) {
	operation(b, huma.Operation{OperationID: "list-cases", Method: http.MethodGet, Path: "/api/cases", Summary: "Victim cases, the newest first",
		Tags: []string{"cases"}}, actor.CaseRead, b.listCases)
	operation(b, huma.Operation{OperationID: "get-case", Method: http.MethodGet, Path: "/api/cases/{id}", Summary: "One victim case with its containments",
		Description: "That it was read is an entry of the access trail. The customer is masked.", Tags: []string{"cases"}}, actor.CaseRead, b.getCase)
	operation(b, huma.Operation{OperationID: "assign-case", Method: http.MethodPatch, Path: "/api/cases/{id}", Summary: "Give a case to a person, or to nobody",
		Tags: []string{"cases"}}, actor.CaseWrite, b.assignCase)
}

// Case is a victim case 被害者案件 as programs see it: nobody can tell from it who the customer is.
type Case struct {
	ID             string     `json:"id"`
	No             string     `json:"no" doc:"CASE-2026-000123"`
	IncidentID     string     `json:"incident_id"`
	CustomerID     string     `json:"customer_id" doc:"Key of the customer in this system"`
	State          string     `json:"state"`
	ClaimSource    string     `json:"claim_source" enum:"customer,sweep,bank,police"`
	Pattern        string     `json:"pattern" enum:"unknown,withdrawal,trade_pump,sell_only,access_only,data_only"`
	LossClaimedYen int64      `json:"loss_claimed_yen" doc:"As claimed, in yen"`
	NoticedAt      *time.Time `json:"noticed_at,omitempty"`
	ReportedAt     *time.Time `json:"reported_at,omitempty"`
	Assignee       string     `json:"assignee,omitempty" doc:"Account id"`
	OpenedAt       *time.Time `json:"opened_at" nullable:"false"`
	StateSince     *time.Time `json:"state_since" nullable:"false"`
	Rev            int64      `json:"rev"`
}

func caseOf(c cases.Case) Case {
	return Case{
		ID: c.ID, No: c.No, IncidentID: c.IncidentID, CustomerID: c.CustomerID, State: string(c.State), ClaimSource: string(c.ClaimSource),
		Pattern: string(c.Pattern), LossClaimedYen: c.LossClaimedYen, NoticedAt: at(c.NoticedAt), ReportedAt: at(c.ReportedAt),
		Assignee: c.Assignee, OpenedAt: at(c.OpenedAt), StateSince: at(c.StateSince), Rev: c.Rev,
	}
}

// caseSheet is one case with what was stopped.
type caseSheet struct {
	Case
	Customer     Customer      `json:"customer"`
	Containments []Containment `json:"containments" nullable:"false"`
}

type Customer struct {
	Ref     string `json:"ref" doc:"The firm's customer number"`
	Name    string `json:"name" doc:"Masked"`
	Account string `json:"account" doc:"Masked"`
	Erased  bool   `json:"erased"`
}

// Containment is one stop 封じ込め; a lock counts when every channel was seen stopped.
type Containment struct {
	ID          string        `json:"id"`
	Scope       string        `json:"scope" enum:"account,function"`
	Target      string        `json:"target,omitempty"`
	State       string        `json:"state" enum:"requested,active,failed,release_requested,released"`
	RequestedAt *time.Time    `json:"requested_at" nullable:"false"`
	ActiveAt    *time.Time    `json:"active_at,omitempty" doc:"When the last channel was seen stopped"`
	Channels    []ChannelStop `json:"channels" nullable:"false"`
}

type ChannelStop struct {
	Channel string     `json:"channel"`
	State   string     `json:"state" enum:"requested,verified,failed"`
	At      *time.Time `json:"at,omitempty"`
}

func containmentOf(k cases.Containment) Containment {
	out := Containment{ID: k.ID, Scope: string(k.Scope), Target: string(k.Target), State: string(k.State),
		RequestedAt: at(k.RequestedAt), ActiveAt: at(k.ActiveAt), Channels: make([]ChannelStop, 0, len(k.Channels))}
	for _, c := range k.Channels {
		out.Channels = append(out.Channels, ChannelStop{string(c.Channel), string(c.State), at(c.At)})
	}
	return out
}

type casesQuery struct {
	Page
	Incident string `query:"incident" maxLength:"64" doc:"Id of the incident"`
	State    string `query:"state" maxLength:"40"`
	Assignee string `query:"assignee" maxLength:"64" doc:"Account id"`
}

func (b board) listCases(ctx context.Context, q *casesQuery) (*list[Case], error) {
	p, err := q.keyed()
	if err != nil {
		return nil, err
	}
	l, err := b.Cases.List(ctx, actor.From(ctx), cases.Filter{IncidentID: q.Incident, State: cases.State(q.State), Assignee: q.Assignee}, p)
	if err != nil {
		return nil, err
	}
	return listed(l.Entries, l.Next.String(), func(e cases.Entry) Case { return caseOf(e.Case) }), nil
}

func (b board) getCase(ctx context.Context, q *byID) (*record[caseSheet], error) {
	sh, err := b.Cases.Sheet(ctx, actor.From(ctx), q.ID)
	if err != nil {
		return nil, err
	}
	out := caseSheet{Case: caseOf(sh.Case), Containments: make([]Containment, 0, len(sh.Containments)),
		Customer: Customer{sh.Customer.Ref, sh.Customer.Name, sh.Customer.Account, sh.Customer.Erased}}
	for _, k := range sh.Containments {
		out.Containments = append(out.Containments, containmentOf(k))
	}
	return revised(sh.Case.Rev, out), nil
}

type caseEdit struct {
	Edit
	Body struct {
		Assignee string `json:"assignee" maxLength:"64" doc:"Account id; empty for nobody"`
	}
}

func (b board) assignCase(ctx context.Context, in *caseEdit) (*record[Case], error) {
	rev, err := in.rev()
	if err == nil {
		err = plain(in.Body.Assignee)
	}
	if err == nil {
		err = b.able(ctx, "assignee", in.Body.Assignee, actor.CaseWrite)
	}
	if err != nil {
		return nil, err
	}
	c, err := b.Cases.Assign(ctx, actor.From(ctx), in.ID, rev, in.Body.Assignee)
	if err != nil {
		return nil, err
	}
	return revised(c.Rev, caseOf(c)), nil
}
